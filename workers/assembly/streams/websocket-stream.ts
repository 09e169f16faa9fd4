// A WebSocket in a stream of HTTP/2 (RFC 8441 section 5): what its DATA carries is counted like the frames behind a 101.

import { f64Of, orU8, rowAt, setU32, setU8, u32Of, u8Of } from '../columns';
import * as schema from '../schema';
import { messageAt, REQUEST, RESPONSE } from './http1-head';
import { exchangeOf, isOpen, sideAt, streamAt } from './http2-streams';
import * as websocket from './websocket';
import * as frame from './websocket-frame';
import * as state from './websocket-state';

/** Whether the stream (its row) became a WebSocket. */
export function isWebSocket(stream: u32): bool {
  return u8Of(streamAt(stream), schema.STREAMS_KIND) == schema.STREAM_KIND_WEBSOCKET;
}

/** The state of what a side sends; 0 where it is none, or is over. */
function dissectorOf(stream: u32, side: u32): usize {
  return isWebSocket(stream) ? <usize>u32Of(sideAt(stream, side), schema.STREAM_SIDES_DISSECTOR) : 0;
}

function marksOf(stream: u32, side: u32): u32 {
  const section = u32Of(messageAt(exchangeOf(stream), side), schema.MESSAGES_SECTION);
  return section ? u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_MARKS) : 0;
}

/** Whether the request of the stream asked for a WebSocket: an extended CONNECT with `:protocol: websocket`. */
export function isAsked(stream: u32): bool {
  const isExtended = u8Of(streamAt(stream), schema.STREAMS_MARKS) & schema.STREAM_MARK_EXTENDED_CONNECT;
  return isExtended != 0 && (marksOf(stream, REQUEST) & schema.SECTION_MARK_WEBSOCKET) != 0;
}

/** The server took the request up with a status of 2xx: from here on both sides send frames. */
export function begin(stream: u32): void {
  const marks = marksOf(stream, RESPONSE);
  const row = streamAt(stream);
  setU8(row, schema.STREAMS_KIND, schema.STREAM_KIND_WEBSOCKET);
  if (marks & schema.SECTION_MARK_WEBSOCKET_DEFLATE) {
    orU8(row, schema.STREAMS_MARKS, schema.STREAM_MARK_PERMESSAGE_DEFLATE);
  }
  for (let side: u32 = 0; side < 2; side++) {
    const sideRow = sideAt(stream, side);
    const wasEarly = f64Of(sideRow, schema.STREAM_SIDES_DATA_OCTETS) > 0;
    setU32(sideRow, schema.STREAM_SIDES_FRAMES, 0);
    setU32(sideRow, schema.STREAM_SIDES_DISSECTOR, 0);
    const message = messageAt(exchangeOf(stream), side);
    if (!isOpen(message)) continue;
    const self = state.create(sideRow, message);
    setU32(self, state.FLAGS, websocket.extensionsOf(marks) | (side == REQUEST ? frame.FROM_CLIENT : 0));
    // DATA ahead of the answer was not looked into.
    if (wasEarly) websocket.lose(self);
    setU32(sideRow, schema.STREAM_SIDES_DISSECTOR, <u32>self);
  }
}

/** Content of DATA that a side sent; `packet` is that of its first octet. */
export function receive(stream: u32, side: u32, at: usize, n: u32, packet: u32): void {
  const self = dissectorOf(stream, side);
  if (self) websocket.take(self, at, n, packet);
}

/** Content that the capture does not have; 0xffffffff where its length is not known. */
export function skip(stream: u32, side: u32, missing: u32): void {
  const self = dissectorOf(stream, side);
  if (self) websocket.miss(self, missing);
}

/** The side sends nothing more; `isCut` unless the capture ended. */
export function end(stream: u32, side: u32, isCut: bool): void {
  const self = dissectorOf(stream, side);
  if (self == 0) return;
  if (isCut) websocket.noteEnd(self);
  setU32(sideAt(stream, side), schema.STREAM_SIDES_DISSECTOR, 0);
  state.destroy(self);
}
