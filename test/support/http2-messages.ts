import { concat, textOctets, u16, u24, u32, u8 } from './octets.ts';

/** Fields of a header section: names and values, in order. Pseudo-header fields as ":path". */
export type Http2Fields = readonly (readonly [name: string, value: string])[];

/** What every client sends first (RFC 9113 section 3.4). */
export const PREFACE = textOctets('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Bits of the flags octet. */
export const Flag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** A frame of any type (RFC 9113 section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  return concat(u24(payload.length), u8(type), u8(flags), u32(stream), payload);
}

/** A field section without compression: every field a literal that is not put into the table (RFC 7541 section 6.2.2). */
export function fieldSection(fields: Http2Fields): Uint8Array {
  return concat(...fields.map(([name, value]) => concat(u8(0), literal(name), literal(value))));
}

function literal(text: string): Uint8Array {
  const octets = textOctets(text);
  if (octets.length < 127) return concat(u8(octets.length), octets);
  const length: number[] = [127];
  let rest = octets.length - 127;
  for (; rest >= 128; rest >>>= 7) length.push((rest & 127) | 128);
  return concat(Uint8Array.from([...length, rest]), octets);
}

/** SETTINGS with parameters, or its acknowledgement. */
export function settings(
  parameters: readonly (readonly [id: number, value: number])[] | 'ack' = [],
): Uint8Array {
  if (parameters === 'ack') return frame(4, Flag.ACK, 0, new Uint8Array());
  return frame(4, 0, 0, concat(...parameters.map(([id, value]) => concat(u16(id), u32(value)))));
}

/** HEADERS with all of a field section; `end` sets END_STREAM. */
export function headers(stream: number, fields: Http2Fields, end: '' | 'end' = ''): Uint8Array {
  return frame(1, Flag.END_HEADERS | (end ? Flag.END_STREAM : 0), stream, fieldSection(fields));
}

/** DATA; `padding` octets behind it where given. */
export function data(
  stream: number,
  content: Uint8Array | string,
  end: '' | 'end' = '',
  padding?: number,
): Uint8Array {
  const octets = typeof content === 'string' ? textOctets(content) : content;
  const flags = end ? Flag.END_STREAM : 0;
  if (padding === undefined) return frame(0, flags, stream, octets);
  return frame(0, flags | Flag.PADDED, stream, concat(u8(padding), octets, new Uint8Array(padding)));
}

/** RST_STREAM. */
export function rstStream(stream: number, code: number): Uint8Array {
  return frame(3, 0, stream, u32(code));
}

/** WINDOW_UPDATE; stream 0 is the connection. */
export function windowUpdate(stream: number, increment: number): Uint8Array {
  return frame(8, 0, stream, u32(increment));
}

/** GOAWAY. */
export function goAway(lastStream: number, code: number, debug = ''): Uint8Array {
  return frame(7, 0, 0, concat(u32(lastStream), u32(code), textOctets(debug)));
}

/** PING, or its acknowledgement. */
export function ping(isAck = false): Uint8Array {
  return frame(6, isAck ? Flag.ACK : 0, 0, new Uint8Array(8));
}

/** A request without content. */
export function request(
  stream: number,
  path: string,
  more: Http2Fields = [],
  end: '' | 'end' = 'end',
): Uint8Array {
  const pseudo: Http2Fields = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':authority', 'shop.example'],
    [':path', path],
  ];
  return headers(stream, [...pseudo, ...more], end);
}

/** A response's header section. */
export function response(
  stream: number,
  status: number,
  more: Http2Fields = [],
  end: '' | 'end' = '',
): Uint8Array {
  return headers(stream, [[':status', String(status)], ...more], end);
}

/** The header section of a gRPC call. */
export function call(stream: number, method: string, more: Http2Fields = []): Uint8Array {
  const pseudo: Http2Fields = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':authority', 'orders.example'],
    [':path', method],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ];
  return headers(stream, [...pseudo, ...more]);
}

/** A length-prefixed message of gRPC. */
export function grpcMessage(octets: Uint8Array, flags = 0): Uint8Array {
  return concat(u8(flags), u32(octets.length), octets);
}
