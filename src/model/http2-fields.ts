import type { Field, FieldFormat } from './field.ts';

function field(id: string, name: string, label: string, format: FieldFormat): Field {
  return { id: `HTTP2${id}`, name: `http2${name}`, label, format };
}

/** Fields of HTTP/2 frames: RFC 9113 sections 4 and 6, RFC 8441 section 3. */
export const HTTP2_FIELDS: readonly Field[] = [
  field('', '', 'HyperText Transfer Protocol 2', 'none'),
  field('_MAGIC', '.magic', 'Magic', 'text'),
  field('_STREAM', '.stream', 'Stream', 'none'),
  field('_LENGTH', '.length', 'Length', 'decimal'),
  field('_TYPE', '.type', 'Type', 'http2FrameType'),
  field('_FLAGS', '.flags', 'Flags', 'hex'),
  field('_END_STREAM', '.flags.end_stream', 'End Stream', 'decimal'),
  field('_END_HEADERS', '.flags.eh', 'End Headers', 'decimal'),
  field('_PADDED', '.flags.padded', 'Padded', 'decimal'),
  field('_PRIORITY', '.flags.priority', 'Priority', 'decimal'),
  field('_ACK', '.flags.ack.settings', 'ACK', 'decimal'),
  field('_ACK_PING', '.flags.ack.ping', 'ACK', 'decimal'),
  field('_STREAMID', '.streamid', 'Stream Identifier', 'decimal'),
  field('_PADDING', '.padding', 'Pad Length', 'decimal'),
  field('_STREAM_DEPENDENCY', '.stream_dependency', 'Stream Dependency', 'decimal'),
  field('_WEIGHT', '.headers.weight', 'Weight', 'decimal'),
  field('_HEADERS', '.headers', 'Header Block Fragment', 'octets'),
  field('_DATA', '.data.data', 'Data', 'octets'),
  field('_RST_STREAM_ERROR', '.rst_stream.error', 'Error', 'http2Error'),
  field('_SETTINGS', '.settings', 'Settings', 'none'),
  field('_SETTINGS_ID', '.settings.id', 'Settings Identifier', 'http2Setting'),
  field('_SETTINGS_1', '.settings.header_table_size', 'Header table size', 'decimal'),
  field('_SETTINGS_2', '.settings.enable_push', 'Enable PUSH', 'decimal'),
  field('_SETTINGS_3', '.settings.max_concurrent_streams', 'Max concurrent streams', 'decimal'),
  field('_SETTINGS_4', '.settings.initial_window_size', 'Initial Window Size', 'decimal'),
  field('_SETTINGS_5', '.settings.max_frame_size', 'Max frame size', 'decimal'),
  field('_SETTINGS_6', '.settings.max_header_list_size', 'Max header list size', 'decimal'),
  field('_SETTINGS_8', '.settings.extended_connect', 'Extended CONNECT', 'decimal'),
  field('_SETTINGS_UNKNOWN', '.settings.unknown', 'Unknown Settings', 'decimal'),
  field('_PROMISED_STREAM', '.push_promise.promised_stream_id', 'Promised-Stream-ID', 'decimal'),
  field('_PING', '.ping', 'Ping', 'octets'),
  field('_GOAWAY_LAST_STREAM', '.goaway.last_stream_id', 'Last-Stream-ID', 'decimal'),
  field('_GOAWAY_ERROR', '.goaway.error', 'Error', 'http2Error'),
  field('_GOAWAY_DATA', '.goaway.addata', 'Additional Debug Data', 'text'),
  field('_WINDOW_INCREMENT', '.window_update.window_size_increment', 'Window Size Increment', 'decimal'),
  field('_UNKNOWN', '.unknown', 'Unknown', 'octets'),
];
