// DATA of HTTP/2, and the end of streams: RFC 9113 sections 6.1 and 8.1.

import {
  addF64,
  addU32,
  f64Of,
  orU32,
  orU8,
  rowAt,
  setF64,
  setU16,
  setU32,
  setU8,
  u16Of,
  u32Of,
  u8Of,
} from '../columns';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as grpc from './grpc';
import * as web from './grpc-web';
import { exchangeAt, messageAt, REQUEST, RESPONSE } from './http1-head';
import { IS_GRPC, IS_GRPC_TEXT, IS_GRPC_WEB, IS_HEAD, pseudoOf, UNKNOWN_LINE } from './http2-section';
import * as state from './http2-state';
import * as connections from './http2-streams';
import * as windows from './http2-window';
import * as websocket from './websocket-stream';

/** Octets of a side are missing; 0xffffffff where their number is not known. */
function missing(stream: u32, side: u32, n: u32): void {
  const sideRow = connections.sideAt(stream, side);
  const kind = u8Of(connections.streamAt(stream), schema.STREAMS_KIND);
  if (kind == schema.STREAM_KIND_WEBSOCKET) websocket.skip(stream, side, n);
  else if (kind == schema.STREAM_KIND_HTTP2)
    orU8(sideRow, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_GAP);
  else grpc.skip(sideRow, n);
}

/** Octets of a message may be missing where the border of frames was lost since it was touched last. */
export function noteGaps(self: usize, stream: u32, side: u32, message: usize): void {
  const sideRow = connections.sideAt(stream, side);
  const gaps = u32Of(self, state.GAPS) & 0xffff;
  if (u16Of(sideRow, schema.STREAM_SIDES_GAPS) == gaps) return;
  setU16(sideRow, schema.STREAM_SIDES_GAPS, gaps);
  orU8(message, schema.MESSAGES_MARKS, schema.MESSAGE_MARK_GAP);
  missing(stream, side, 0xffffffff);
}

/** Whether streams of the direction may have begun out of sight. */
export function isPartial(self: usize): bool {
  return u32Of(self, state.IS_PARTIAL) != 0;
}

/** A message whose header section is not in the capture: it begins with the frame at hand. */
export function pickUp(self: usize, stream: u32, side: u32): void {
  const message = messageAt(connections.exchangeOf(stream), side);
  const packet = u32Of(self, state.FRAME_PACKET);
  setU16(connections.sideAt(stream, side), schema.STREAM_SIDES_GAPS, u32Of(self, state.GAPS));
  setF64(message, schema.MESSAGES_START, timeOf(packet));
  setU32(message, schema.MESSAGES_FIRST_PACKET, packet);
  setU32(message, schema.MESSAGES_LAST_PACKET, packet);
  setU32(message, schema.MESSAGES_SEQUENCE, u32Of(self, state.FRAME_SEQUENCE));
  setU8(message, schema.MESSAGES_VERSION, 20);
  setU8(message, schema.MESSAGES_FRAMING, schema.FRAMING_HTTP2);
  setU8(message, schema.MESSAGES_STATE, schema.MESSAGE_STATE_IN_BODY);
  setU8(
    message,
    schema.MESSAGES_MARKS,
    schema.MESSAGE_MARK_RESYNCHRONIZED | (u32Of(self, state.GAPS) ? schema.MESSAGE_MARK_GAP : 0),
  );
}

/** A side sent a frame on a stream that its standard forbids. */
export function noteInvalid(stream: u32, side: u32): void {
  orU8(connections.sideAt(stream, side), schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_INVALID_FRAME);
}

/** A DATA frame begins: row plus one of the stream that takes its content, 0 where none does. */
export function dataStream(flow: u32, side: u32, self: usize): u32 {
  const connection = u32Of(self, state.CONNECTION);
  const identifier = u32Of(self, state.STREAM);
  const messageSide: u32 = side == connections.clientOf(connection) ? REQUEST : RESPONSE;
  let found = connections.find(connection, identifier);
  if (found == 0) {
    if (!isPartial(self)) {
      state.malformed(self);
      return 0;
    }
    found = connections.open(connection, flow, identifier) + 1;
  }
  const message = messageAt(connections.exchangeOf(found - 1), messageSide);
  const as = u8Of(message, schema.MESSAGES_STATE);
  if (as == schema.MESSAGE_STATE_ABSENT) {
    if (isPartial(self)) {
      pickUp(self, found - 1, messageSide);
    } else {
      noteInvalid(found - 1, messageSide);
      state.malformed(self);
      return 0;
    }
  } else if (!connections.isOpen(message)) {
    // After RST_STREAM octets may have been under way.
    if (as == schema.MESSAGE_STATE_COMPLETE) {
      noteInvalid(found - 1, messageSide);
      state.malformed(self);
    }
    return 0;
  }
  // Of a WebSocket its own frames are counted.
  if (!websocket.isWebSocket(found - 1)) {
    addU32(connections.sideAt(found - 1, messageSide), schema.STREAM_SIDES_FRAMES, 1);
  }
  return found;
}

/** Whether the content of a message is gRPC's: a proxy may answer a call with something else. */
function isCall(stream: u32, message: usize): bool {
  if (u8Of(connections.streamAt(stream), schema.STREAMS_KIND) == schema.STREAM_KIND_HTTP2) return false;
  const section = u32Of(message, schema.MESSAGES_SECTION);
  const said = pseudoOf(section);
  return section == 0 || (said & (IS_GRPC | IS_GRPC_WEB | UNKNOWN_LINE)) != 0;
}

/** Content of a DATA frame. */
export function receive(self: usize, side: u32, stream: u32, at: usize, n: u32): void {
  const messageSide: u32 = side == connections.clientOf(u32Of(self, state.CONNECTION)) ? REQUEST : RESPONSE;
  const message = messageAt(connections.exchangeOf(stream), messageSide);
  noteGaps(self, stream, messageSide, message);
  setU32(message, schema.MESSAGES_LAST_PACKET, u32Of(self, state.LAST_PACKET));
  addF64(message, schema.MESSAGES_BODY_OCTETS, n);
  if (websocket.isWebSocket(stream)) {
    websocket.receive(stream, messageSide, at, n, u32Of(self, state.LAST_PACKET));
    return;
  }
  const sideRow = connections.sideAt(stream, messageSide);
  if (isCall(stream, message)) {
    const marks = u8Of(message, schema.MESSAGES_MARKS);
    const isText = (pseudoOf(u32Of(message, schema.MESSAGES_SECTION)) & IS_GRPC_TEXT) != 0;
    if (isText) web.receiveText(connections.streamAt(stream), sideRow, at, n, marks);
    else grpc.receive(connections.streamAt(stream), sideRow, at, n, marks);
  }
  addF64(sideRow, schema.STREAM_SIDES_DATA_OCTETS, n);
}

/** Content of a DATA frame that the capture does not have. */
export function missingData(self: usize, side: u32, stream: u32, n: u32): void {
  const messageSide: u32 = side == connections.clientOf(u32Of(self, state.CONNECTION)) ? REQUEST : RESPONSE;
  orU8(
    messageAt(connections.exchangeOf(stream), messageSide),
    schema.MESSAGES_MARKS,
    schema.MESSAGE_MARK_GAP,
  );
  missing(stream, messageSide, n);
}

/** END_STREAM on a stream from the side of REQUEST or RESPONSE. */
export function endStream(flow: u32, self: usize, stream: u32, side: u32): void {
  const exchange = connections.exchangeOf(stream);
  const message = messageAt(exchange, side);
  const sideRow = connections.sideAt(stream, side);
  orU8(sideRow, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_ENDED);
  setU32(message, schema.MESSAGES_LAST_PACKET, u32Of(self, state.LAST_PACKET));
  noteGaps(self, stream, side, message);
  connections.finishMessage(message, schema.MESSAGE_STATE_COMPLETE);
  checkLength(exchange, side, message);
  connections.endContent(stream, side, true);
  windows.takeBack(sideRow);
  connections.settle(u32Of(self, state.CONNECTION), flow, stream);
}

/** RFC 9113 section 8.1.1; responses to HEAD, and 204 and 304, have no content whatever their length says. */
function checkLength(exchange: u32, side: u32, message: usize): void {
  const section = u32Of(message, schema.MESSAGES_SECTION);
  const marks = u8Of(message, schema.MESSAGES_MARKS);
  if (section == 0 || marks & (schema.MESSAGE_MARK_GAP | schema.MESSAGE_MARK_RESYNCHRONIZED)) return;
  const length = f64Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_CONTENT_LENGTH);
  if (length != length || length == f64Of(message, schema.MESSAGES_BODY_OCTETS)) return;
  if (side == RESPONSE && f64Of(message, schema.MESSAGES_BODY_OCTETS) == 0) {
    const status = u16Of(exchangeAt(exchange), schema.EXCHANGES_STATUS);
    const asked = u32Of(messageAt(exchange, REQUEST), schema.MESSAGES_SECTION);
    // A request that was not seen may have been HEAD.
    if (status == 304 || asked == 0 || pseudoOf(asked) & IS_HEAD) return;
  }
  orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_CONTENT_LENGTH_MISMATCH);
}
