// HTTP/2 on one direction of a flow: its preface, frames and their order (RFC 9113 sections 3 to 6).

import { copyOctets, u24At, u32At, u8At } from '../bytes';
import { orU8, setU32, setU8, u16Of, u32Of } from '../columns';
import { directionAt, flowAt } from '../flows/table';
import { issue } from '../issues';
import * as schema from '../schema';
import * as hpack from './hpack-table';
import * as blocks from './http2-block';
import * as control from './http2-control';
import * as data from './http2-data';
import * as frame from './http2-frame';
import * as message from './http2-message';
import * as state from './http2-state';
import * as connections from './http2-streams';
import * as windows from './http2-window';
import * as streams from './index';

/** What gRPC's examples, and many of its servers, listen on. */
const GRPC_PORT: u32 = 50051;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** The connection of a flow: the other direction's, or a new one. */
function connectionOf(flow: u32, side: u32): usize {
  const other = state.dissectorOf(flow, side ^ 1);
  if (other) return u32Of(other, state.CONNECTION);
  const connection = connections.create(connections.UNTOLD);
  // Both ports may be above 32767 and the server's packet the first: a guess, until pseudo-header fields tell.
  const isServerFirst = u16Of(flowAt(flow), schema.FLOWS_ORIGINATOR_PORT) == GRPC_PORT;
  if (isServerFirst) setU32(connection, connections.GUESSED_CLIENT, 1);
  return connection;
}

/** Whether octets of the flow are missing, so that entries and streams may have begun out of sight. */
function isCut(flow: u32): bool {
  const marks = u32Of(flowAt(flow), schema.FLOWS_MARKS);
  return (marks & (schema.FLOW_MARK_MIDSTREAM | schema.FLOW_MARK_GAP)) != 0;
}

/** Makes the state of a direction. */
function begins(flow: u32, side: u32, connection: usize, at: u32, isWhole: bool): usize {
  const self = state.create(connection, at, isWhole);
  const direction = directionAt(flow, side);
  setU8(direction, schema.DIRECTIONS_PROTOCOL, schema.PROTOCOL_HTTP2);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>self);
  if (!isWhole) {
    setU32(connection, connections.IS_PARTIAL, 1);
    issue(schema.ISSUE_CODE_HTTP2_RESYNCHRONIZED, NaN, NaN);
  }
  return self;
}

/** Begins with a direction whose first octets were told to be HTTP/2. */
export function start(flow: u32, side: u32, at: usize, length: u32): void {
  const connection = connectionOf(flow, side);
  if (u8At(at) == 80) {
    begins(flow, side, connection, state.PREFACE, true);
    message.setClient(flow, connection, side);
    windows.begin(connection);
    return;
  }
  // In answer to the preface SETTINGS come first (RFC 9113 section 3.4).
  const isAnswer = u32Of(connection, connections.CLIENT) == (side ^ 1) && frame.looksLikeSettings(at, length);
  begins(flow, side, connection, state.HEADER, isAnswer || !isCut(flow));
}

/**
 * HTTP/1.1 was upgraded (RFC 7540 section 3.2): the client's preface follows, of which `seen` octets came, and the exchange (row plus
 * one; 0 where there is none) is stream 1.
 */
export function upgrade(flow: u32, client: u32, exchange: u32, seen: u32): void {
  const connection = connectionOf(flow, client);
  message.setClient(flow, connection, client);
  setU32(begins(flow, client, connection, state.PREFACE, true), state.SEEN, seen);
  if (exchange == 0) return;
  const stream = connections.attach(connection, 1, exchange - 1);
  connections.noteBegun(connection, 1);
  orU8(connections.streamAt(stream), schema.STREAMS_MARKS, schema.STREAM_MARK_UPGRADED);
  orU8(connections.sideAt(stream, 0), schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_ENDED);
}

/** The server's direction after an upgrade: frames, the first of which is the next octet. */
export function answer(flow: u32, side: u32): void {
  begins(flow, side, connectionOf(flow, side), state.HEADER, !isCut(flow));
}

/** Octets in order, `sequence` and `packet` those of the first. */
export function receive(flow: u32, side: u32, from: usize, length: u32, sequence: u32, packet: u32): void {
  const self = state.dissectorOf(flow, side);
  if (self == 0) return;
  let at = from;
  const end = from + length;
  setU32(self, state.LAST_PACKET, packet);
  if (u32Of(self, state.STATE) == state.LOST) {
    if (!frame.looksLikeFrames(at, length)) return;
    issue(schema.ISSUE_CODE_HTTP2_RESYNCHRONIZED, NaN, NaN);
    setU32(self, state.STATE, state.HEADER);
    setU32(self, state.SEEN, 0);
  }
  while (at < end) {
    switch (u32Of(self, state.STATE)) {
      case state.HEADER:
        at = header(flow, side, self, at, end, sequence + <u32>(at - from), packet);
        break;
      case state.PAYLOAD:
        at = payload(flow, side, self, at, end);
        break;
      case state.PREFACE:
        at = preface(self, at, end);
        break;
      default:
        return;
    }
  }
}

function preface(self: usize, at: usize, end: usize): usize {
  let seen = u32Of(self, state.SEEN);
  while (at < end && seen < <u32>PREFACE.length) {
    if (u8At(at) != <u32>PREFACE.charCodeAt(seen)) {
      lose(self, 0);
      return end;
    }
    at++;
    seen++;
  }
  setU32(self, state.SEEN, seen);
  if (seen == <u32>PREFACE.length) {
    setU32(self, state.SEEN, 0);
    setU32(self, state.STATE, state.HEADER);
  }
  return at;
}

/** The nine octets ahead of a payload; answers where they end. */
function header(flow: u32, side: u32, self: usize, at: usize, end: usize, sequence: u32, packet: u32): usize {
  const seen = u32Of(self, state.SEEN);
  if (seen == 0) {
    setU32(self, state.FRAME_SEQUENCE, sequence);
    setU32(self, state.FRAME_PACKET, packet);
    if (end - at >= frame.HEADER_OCTETS) {
      begin(flow, side, self, at);
      return at + frame.HEADER_OCTETS;
    }
  }
  const more = min<u32>(frame.HEADER_OCTETS - seen, <u32>(end - at));
  copyOctets(self + state.HEADER_OCTETS + seen, at, more);
  setU32(self, state.SEEN, seen + more);
  if (seen + more == frame.HEADER_OCTETS) {
    setU32(self, state.SEEN, 0);
    begin(flow, side, self, self + state.HEADER_OCTETS);
  }
  return at + more;
}

/** A frame whose header is at `at`: what becomes of its payload. */
function begin(flow: u32, side: u32, self: usize, at: usize): void {
  const length = u24At(at);
  const type = u8At(at + 3);
  const flags = u8At(at + 4);
  const stream = u32At(at + 5) & 0x7fffffff;
  setU32(self, state.LENGTH, length);
  setU32(self, state.TYPE, type);
  setU32(self, state.FLAGS, flags);
  setU32(self, state.STREAM, stream);
  setU32(self, state.REMAINING, length);
  setU32(self, state.STATE, state.PAYLOAD);
  setU32(self, state.MODE, modeOf(flow, side, self, type, flags, length, stream));
  if (length == 0) finish(flow, side, self, 0, 0);
}

function modeOf(flow: u32, side: u32, self: usize, type: u32, flags: u32, length: u32, stream: u32): u32 {
  const isContinuation =
    type == schema.FRAME_TYPE_CONTINUATION && stream == u32Of(self, state.BLOCK_STREAM) && stream != 0;
  if (u32Of(self, state.BLOCK_STREAM) && !isContinuation) {
    // RFC 9113 section 6.10: nothing may come between. The block is taken as far as it came.
    state.malformed(self);
    blocks.finish(flow, side, self, schema.MESSAGE_STATE_BROKEN);
    hpack.forget(self + state.TABLE);
  }
  const isOrphan = type == schema.FRAME_TYPE_CONTINUATION && !isContinuation;
  if (isOrphan || !frame.isWellFormed(type, flags, length, stream) || isTooLong(flow, side, self, length)) {
    state.malformed(self);
    if (isOrphan || !frame.isWellFormed(type, flags, length, stream)) return state.SKIP;
  }
  switch (type) {
    case schema.FRAME_TYPE_DATA:
      setU32(self, state.DATA_STREAM, data.dataStream(flow, side, self));
      setU32(self, state.DATA_LEFT, length);
      return flags & frame.PADDED ? state.PAD_LENGTH : state.DATA;
    case schema.FRAME_TYPE_HEADERS:
    case schema.FRAME_TYPE_PUSH_PROMISE:
      blocks.begin(self);
      return blocks.gather(self, length);
    case schema.FRAME_TYPE_CONTINUATION:
      return blocks.gather(self, length);
    case schema.FRAME_TYPE_RST_STREAM:
    case schema.FRAME_TYPE_SETTINGS:
    case schema.FRAME_TYPE_PING:
    case schema.FRAME_TYPE_GOAWAY:
    case schema.FRAME_TYPE_WINDOW_UPDATE:
      return length > schema.LIMIT_HEAD_OCTETS ? state.SKIP : state.GATHER;
    default:
      return state.SKIP;
  }
}

/** Whether the frame is longer than the receiver takes, as far as it is known. */
function isTooLong(flow: u32, side: u32, self: usize, length: u32): bool {
  if (length <= frame.DEFAULT_FRAME_OCTETS || u32Of(self, state.IS_PARTIAL)) return false;
  const other = state.dissectorOf(flow, side ^ 1);
  const most = other ? u32Of(other, state.MOST_FRAME) : 0;
  return most != 0 && length > most;
}

/** Octets of the frame's payload; answers where it stopped. */
function payload(flow: u32, side: u32, self: usize, at: usize, end: usize): usize {
  const remaining = u32Of(self, state.REMAINING);
  const there = min<u32>(remaining, <u32>(end - at));
  const mode = u32Of(self, state.MODE);
  if (mode == state.PAD_LENGTH) {
    const padding = u8At(at) + 1;
    const length = u32Of(self, state.LENGTH);
    if (padding > length) state.malformed(self);
    setU32(self, state.DATA_LEFT, padding > length ? 0 : length - padding);
    setU32(self, state.MODE, state.DATA);
    setU32(self, state.REMAINING, remaining - 1);
    if (remaining == 1) finish(flow, side, self, 0, 0);
    return at + 1;
  }
  setU32(self, state.REMAINING, remaining - there);
  if (mode == state.DATA) {
    const left = u32Of(self, state.DATA_LEFT);
    const content = min<u32>(left, there);
    const stream = u32Of(self, state.DATA_STREAM);
    if (stream && content) data.receive(self, side, stream - 1, at, content);
    setU32(self, state.DATA_LEFT, left - content);
  } else if (mode == state.GATHER) {
    const isSplit = u32Of(self, state.BUFFER_LENGTH) != u32Of(self, state.BLOCK_LENGTH);
    if (!isSplit && there == remaining) {
      finish(flow, side, self, at, at + there);
      return at + there;
    }
    state.buffer(self, at, there);
    if (there == remaining) {
      const from = <usize>u32Of(self, state.BUFFER) + u32Of(self, state.BLOCK_LENGTH);
      finish(flow, side, self, from, <usize>u32Of(self, state.BUFFER) + u32Of(self, state.BUFFER_LENGTH));
    }
    return at + there;
  }
  if (there == remaining) finish(flow, side, self, 0, 0);
  return at + there;
}

/** The frame is whole; its payload is in [at, end) where it was gathered. */
function finish(flow: u32, side: u32, self: usize, at: usize, end: usize): void {
  setU32(self, state.STATE, state.HEADER);
  const mode = u32Of(self, state.MODE);
  const flags = u32Of(self, state.FLAGS);
  const type = u32Of(self, state.TYPE);
  if (mode == state.DATA || mode == state.PAD_LENGTH) {
    windows.spend(side, self);
    const stream = u32Of(self, state.DATA_STREAM);
    if (stream && flags & frame.END_STREAM) {
      const isClient = side == connections.clientOf(u32Of(self, state.CONNECTION));
      data.endStream(flow, self, stream - 1, isClient ? 0 : 1);
    }
    return;
  }
  const isBlock =
    u32Of(self, state.BLOCK_STREAM) != 0 &&
    (type == schema.FRAME_TYPE_HEADERS ||
      type == schema.FRAME_TYPE_PUSH_PROMISE ||
      type == schema.FRAME_TYPE_CONTINUATION);
  if (isBlock) {
    if (mode == state.GATHER) blocks.fragment(flow, side, self, at, end);
    else if (flags & frame.END_HEADERS) blocks.finish(flow, side, self, 0);
    return;
  }
  if (mode == state.GATHER) {
    if (type == schema.FRAME_TYPE_WINDOW_UPDATE) windows.update(side, self, at);
    else control.receive(flow, side, self, at, end);
    if (u32Of(self, state.BUFFER_LENGTH)) state.dropBuffer(self);
  }
}

/** The border of frames is lost: `missing` octets are not in the capture, or what came is no HTTP/2. */
function lose(self: usize, missing: u32): void {
  issue(schema.ISSUE_CODE_HTTP2_LOST, missing ? <f64>missing : NaN, NaN);
  setU32(self, state.STATE, state.LOST);
  setU32(self, state.GAPS, u32Of(self, state.GAPS) + 1);
  setU32(self, state.IS_PARTIAL, 1);
  setU32(u32Of(self, state.CONNECTION), connections.IS_PARTIAL, 1);
  hpack.forget(self + state.TABLE);
}

/** Octets that the capture does not have: inside a payload its length bridges them. */
export function skip(flow: u32, side: u32, missing: u32): void {
  const self = state.dissectorOf(flow, side);
  if (self == 0 || u32Of(self, state.STATE) == state.LOST) return;
  const remaining = u32Of(self, state.REMAINING);
  const isInside = u32Of(self, state.STATE) == state.PAYLOAD && remaining >= missing;
  if (!isInside) {
    blocks.cut(flow, side, self, schema.MESSAGE_STATE_BROKEN);
    state.dropBuffer(self);
    lose(self, missing);
    return;
  }
  const mode = u32Of(self, state.MODE);
  setU32(self, state.REMAINING, remaining - missing);
  if (mode == state.DATA || mode == state.PAD_LENGTH) {
    const left = u32Of(self, state.DATA_LEFT);
    const content = min<u32>(left, missing);
    if (u32Of(self, state.DATA_STREAM))
      data.missingData(self, side, u32Of(self, state.DATA_STREAM) - 1, content);
    setU32(self, state.DATA_LEFT, left - content);
    setU32(self, state.MODE, state.DATA);
  } else if (mode == state.GATHER) {
    if (u32Of(self, state.BLOCK_STREAM)) {
      setU32(self, state.BLOCK_MARKS, schema.MESSAGE_MARK_GAP | schema.MESSAGE_MARK_UNKNOWN_FIELDS);
    }
    // SETTINGS and WINDOW_UPDATE tell of windows.
    windows.forget(u32Of(self, state.CONNECTION));
    setU32(self, state.MODE, state.SKIP);
    state.dropBuffer(self);
  }
  if (remaining == missing) finish(flow, side, self, 0, 0);
}

/** The direction is over. */
export function close(flow: u32, side: u32, how: u32): void {
  const self = state.dissectorOf(flow, side);
  if (self == 0) return;
  let as: u32 = schema.MESSAGE_STATE_IN_HEAD;
  if (how == streams.BY_FIN) as = schema.MESSAGE_STATE_CUT_BY_FIN;
  else if (how == streams.BY_RST) as = schema.MESSAGE_STATE_CUT_BY_RST;
  blocks.cut(flow, side, self, as);
  connections.closeSide(u32Of(self, state.CONNECTION), flow, side, how);
}

/** Both directions are over: gives their states back. */
export function end(flow: u32): void {
  let connection: usize = 0;
  for (let side: u32 = 0; side < 2; side++) {
    const self = state.dissectorOf(flow, side);
    if (self == 0) continue;
    connection = u32Of(self, state.CONNECTION);
    state.destroy(self);
    setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, 0);
  }
  if (connection) connections.destroy(connection);
}
