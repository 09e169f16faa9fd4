// WebSocket on a flow after its 101 (RFC 6455 section 5): frames are counted, and what they do against the standard. What they
// say is read again from the file when somebody looks.

import { copyOctets, u32At, u8At } from '../bytes';
import { addF64, addU32, f64Of, orU8, rowAt, setF64, setU16, setU32, setU8, u32Of, u8Of } from '../columns';
import { directionAt } from '../flows/table';
import * as schema from '../schema';
import { messageAt, REQUEST } from './http1-head';
import { streamOf } from './http1-stream';
import * as streams from './index';
import * as frame from './websocket-frame';
import * as state from './websocket-state';

function dissectorOf(flow: u32, side: u32): usize {
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_WEBSOCKET) return 0;
  return u32Of(direction, schema.DIRECTIONS_DISSECTOR);
}

/** What a header section's marks allow in frames: frame.DEFLATE and frame.EXTENSION bits. */
export function extensionsOf(marks: u32): u32 {
  const deflate = marks & schema.SECTION_MARK_WEBSOCKET_DEFLATE ? frame.DEFLATE : 0;
  return marks & schema.SECTION_MARK_WEBSOCKET_EXTENSION ? deflate | frame.EXTENSION : deflate;
}

/**
 * Begins with what the client (`message` REQUEST) or the server (RESPONSE) of the exchange sends from now on in the direction.
 * `marks` are those of the header section that agreed on extensions; `isAtBorder` where the next octet begins a frame.
 */
export function start(flow: u32, side: u32, exchange: u32, message: u32, marks: u32, isAtBorder: bool): void {
  const stream = streamOf(exchange, schema.STREAM_KIND_WEBSOCKET);
  if (marks & schema.SECTION_MARK_WEBSOCKET_DEFLATE) {
    orU8(
      rowAt(schema.TABLE_STREAMS, stream - 1),
      schema.STREAMS_MARKS,
      schema.STREAM_MARK_PERMESSAGE_DEFLATE,
    );
  }
  const direction = directionAt(flow, side);
  let self = dissectorOf(flow, side);
  if (self) {
    // The client was believed before the 101 came: only now is told what the server agreed to.
    agree(self, marks);
    return;
  }
  const row = rowAt(schema.TABLE_STREAM_SIDES, ((stream - 1) << 1) + message);
  self = state.create(row, messageAt(exchange, message));
  setU32(self, state.FLAGS, extensionsOf(marks) | (message == REQUEST ? frame.FROM_CLIENT : 0));
  if (!isAtBorder) lose(self);
  setU8(direction, schema.DIRECTIONS_PROTOCOL, schema.PROTOCOL_WEBSOCKET);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>self);
}

function agree(self: usize, marks: u32): void {
  const kept = u32Of(self, state.FLAGS) & ~(frame.DEFLATE | frame.EXTENSION);
  setU32(self, state.FLAGS, kept | extensionsOf(marks));
}

/** Begins with a direction whose first octets come after those of a WebSocket's other side: the 101 is missing in the capture. */
export function startAfter(flow: u32, side: u32): void {
  const other = dissectorOf(flow, side ^ 1);
  if (other == 0) return;
  const isClient = (u32Of(other, state.FLAGS) & frame.FROM_CLIENT) == 0;
  const otherRow = u32Of(other, state.ROW);
  const row = isClient ? otherRow - schema.STREAM_SIDES_ROW_SIZE : otherRow + schema.STREAM_SIDES_ROW_SIZE;
  const otherMessage = u32Of(other, state.MESSAGE);
  const message = isClient
    ? otherMessage - schema.MESSAGES_ROW_SIZE
    : otherMessage + schema.MESSAGES_ROW_SIZE;
  const self = state.create(row, message);
  setU32(self, state.FLAGS, frame.DEFLATE | (isClient ? frame.FROM_CLIENT : 0));
  lose(self);
  const direction = directionAt(flow, side);
  setU8(direction, schema.DIRECTIONS_PROTOCOL, schema.PROTOCOL_WEBSOCKET);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>self);
}

/** Octets in order; `packet` is that of the first. */
export function receive(flow: u32, side: u32, from: usize, length: u32, packet: u32): void {
  const self = dissectorOf(flow, side);
  if (self) take(self, from, length, packet);
}

/** Octets in order for the dissector's state. */
export function take(self: usize, from: usize, length: u32, packet: u32): void {
  const end = from + length;
  addF64(self, state.OCTETS, length);
  if (u32Of(self, state.PHASE) == state.LOST) {
    if (!frame.areWhole(from, end, u32Of(self, state.FLAGS))) return;
    setU32(self, state.PHASE, state.HEADER);
  }
  let at = from;
  while (at < end) {
    const phase = u32Of(self, state.PHASE);
    if (phase == state.PAYLOAD) at = payload(self, at, end);
    else if (phase == state.HEADER) at = header(self, at, end, packet);
    else return; // a length that cannot be: no border to go by
  }
}

function header(self: usize, at: usize, end: usize, packet: u32): usize {
  const octets = self + state.OCTETS_OF_HEADER;
  let had = u32Of(self, state.HEADER_LENGTH);
  if (had == 0) setU32(self, state.FRAME_PACKET, packet);
  while (at < end) {
    const needed = had < 2 ? 2 : frame.headerOctets(u8At(octets + 1));
    const more = min<usize>(needed - had, end - at);
    copyOctets(octets + had, at, more);
    at += more;
    had += <u32>more;
    if (had >= 2 && had == frame.headerOctets(u8At(octets + 1))) {
      setU32(self, state.HEADER_LENGTH, 0);
      begin(self, octets);
      return at;
    }
  }
  setU32(self, state.HEADER_LENGTH, had);
  return at;
}

/** A frame whose header is whole. */
function begin(self: usize, octets: usize): void {
  const row = <usize>u32Of(self, state.ROW);
  const flags = u32Of(self, state.FLAGS);
  const first = u8At(octets);
  const second = u8At(octets + 1);
  const opcode = first & 15;
  const length = frame.lengthOf(octets);
  addU32(row, schema.STREAM_SIDES_FRAMES, 1);
  if (!frame.isValid(octets, flags))
    orU8(row, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_INVALID_FRAME);
  if (!(length <= frame.MOST_PAYLOAD)) {
    lose(self);
    return;
  }
  setU32(self, state.FIRST, first);
  setU32(self, state.MASK, second & 0x80 ? u32At(octets + frame.headerOctets(second) - 4) : 0);
  if (opcode == frame.CLOSE) beginClose(self, row);
  else if (opcode < 8) data(self, row, first);
  setF64(self, state.REMAINING, length);
  setU32(self, state.PHASE, state.PAYLOAD);
  if (length == 0) endFrame(self);
}

function beginClose(self: usize, row: usize): void {
  setU32(self, state.CODE_OCTETS, 0);
  setU32(self, state.CODE, 0);
  if (u32Of(row, schema.STREAM_SIDES_CLOSE_PACKET)) return;
  setU32(row, schema.STREAM_SIDES_CLOSE_PACKET, u32Of(self, state.FRAME_PACKET));
  setU16(row, schema.STREAM_SIDES_CLOSE_CODE, frame.NO_CODE);
}

/** A data frame: which message it belongs to (section 5.4). */
function data(self: usize, row: usize, first: u32): void {
  const flags = u32Of(self, state.FLAGS);
  const isContinuation = (first & 15) == 0;
  let isInvalid = (flags & state.CLOSED) != 0;
  if (isContinuation) {
    isInvalid = isInvalid || (flags & (state.IN_MESSAGE | state.UNKNOWN_MESSAGE)) == 0;
  } else {
    isInvalid = isInvalid || (flags & state.IN_MESSAGE) != 0;
    if ((first & 15) < 3) addU32(row, schema.STREAM_SIDES_MESSAGES, 1);
    if (first & 0x40 && flags & frame.DEFLATE) {
      orU8(row, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_COMPRESSED);
    }
  }
  if (isInvalid) orU8(row, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_INVALID_FRAME);
  const isFinal = (first & 0x80) != 0;
  let next = flags & ~state.IN_MESSAGE;
  if (isFinal || !isContinuation) next &= ~state.UNKNOWN_MESSAGE;
  if (!isFinal && (!isContinuation || flags & state.IN_MESSAGE)) next |= state.IN_MESSAGE;
  setU32(self, state.FLAGS, next);
}

function payload(self: usize, at: usize, end: usize): usize {
  const remaining = f64Of(self, state.REMAINING);
  const n = min<f64>(remaining, <f64>(end - at));
  const opcode = u32Of(self, state.FIRST) & 15;
  if (opcode < 8) addF64(u32Of(self, state.ROW), schema.STREAM_SIDES_DATA_OCTETS, n);
  else if (opcode == frame.CLOSE) readCode(self, at, <u32>n);
  setF64(self, state.REMAINING, remaining - n);
  if (remaining == n) endFrame(self);
  return at + <usize>n;
}

/** The status code of a Close frame: its first two octets, unmasked (section 5.5.1). */
function readCode(self: usize, at: usize, n: u32): void {
  let had = u32Of(self, state.CODE_OCTETS);
  for (let index: u32 = 0; index < n && had < 2; index++) {
    const octet = u8At(at + index) ^ ((u32Of(self, state.MASK) >> (24 - (had << 3))) & 255);
    setU32(self, state.CODE, (u32Of(self, state.CODE) << 8) | octet);
    had++;
  }
  setU32(self, state.CODE_OCTETS, had);
}

function endFrame(self: usize): void {
  setU32(self, state.PHASE, state.HEADER);
  if ((u32Of(self, state.FIRST) & 15) != frame.CLOSE) return;
  const row = <usize>u32Of(self, state.ROW);
  const flags = u32Of(self, state.FLAGS);
  const had = u32Of(self, state.CODE_OCTETS);
  const code = u32Of(self, state.CODE);
  if (had == 1 || (had == 2 && !frame.isCode(code))) {
    orU8(row, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_INVALID_FRAME);
  }
  if (had == 2 && (flags & state.CLOSED) == 0) setU16(row, schema.STREAM_SIDES_CLOSE_CODE, code);
  setU32(self, state.FLAGS, flags | state.CLOSED);
}

/** The border of frames is lost. */
export function lose(self: usize): void {
  const marks = schema.STREAM_SIDE_MARK_BORDER_LOST;
  orU8(u32Of(self, state.ROW), schema.STREAM_SIDES_MARKS, marks);
  setU32(self, state.PHASE, state.LOST);
  setU32(self, state.HEADER_LENGTH, 0);
  setU32(self, state.FLAGS, (u32Of(self, state.FLAGS) & ~state.IN_MESSAGE) | state.UNKNOWN_MESSAGE);
}

/** Octets that the capture does not have. Inside a payload they are counted off; elsewhere a border may be among them. */
export function skip(flow: u32, side: u32, missing: u32): void {
  const self = dissectorOf(flow, side);
  if (self) miss(self, missing);
}

/** Octets that the dissector's state does not get; 0xffffffff where their number is not known. */
export function miss(self: usize, missing: u32): void {
  orU8(u32Of(self, state.ROW), schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_GAP);
  const remaining = f64Of(self, state.REMAINING);
  if (u32Of(self, state.PHASE) != state.PAYLOAD || <f64>missing > remaining) {
    lose(self);
    return;
  }
  // A status code that is missing stays unknown.
  if (u32Of(self, state.CODE_OCTETS) < 2) setU32(self, state.CODE_OCTETS, 3);
  setF64(self, state.REMAINING, remaining - <f64>missing);
  if (remaining == <f64>missing) endFrame(self);
}

/** The direction is over. */
export function close(flow: u32, side: u32, how: u32): void {
  const self = dissectorOf(flow, side);
  if (self == 0) return;
  if (how != streams.BY_END) noteEnd(self);
  const message = <usize>u32Of(self, state.MESSAGE);
  if (u8Of(message, schema.MESSAGES_STATE) != schema.MESSAGE_STATE_ABSENT) {
    setF64(message, schema.MESSAGES_BODY_OCTETS, f64Of(self, state.OCTETS));
  }
}

/** Whether the next octet begins a frame. */
export function isAtBorder(self: usize): bool {
  return u32Of(self, state.PHASE) == state.HEADER && u32Of(self, state.HEADER_LENGTH) == 0;
}

/** Whether more than so many octets of the frame at hand are still to come. */
export function isBeyond(self: usize, most: f64): bool {
  return u32Of(self, state.PHASE) == state.PAYLOAD && f64Of(self, state.REMAINING) > most;
}

/** No octets will come: whether the last message is whole. */
export function noteEnd(self: usize): void {
  const isInFrame = u32Of(self, state.PHASE) == state.PAYLOAD || u32Of(self, state.HEADER_LENGTH) > 0;
  if (!isInFrame && (u32Of(self, state.FLAGS) & state.IN_MESSAGE) == 0) return;
  orU8(u32Of(self, state.ROW), schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_MESSAGE_CUT);
}

/** Both directions are over: gives their states back. */
export function end(flow: u32): void {
  for (let side: u32 = 0; side < 2; side++) {
    const self = dissectorOf(flow, side);
    if (self == 0) continue;
    state.destroy(self);
    setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, 0);
  }
}
