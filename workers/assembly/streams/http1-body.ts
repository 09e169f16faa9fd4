// What follows the head of an HTTP/1 message: content by length, chunks, trailers (RFC 9112 sections 6 and 7).

import { findLineFeed, hexDigit, isTokenOctet, u8At } from '../bytes';
import { f64Of, orU32, rowAt, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { flowAt } from '../flows/table';
import { issue } from '../issues';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as call from './http1-grpc-web';
import * as head from './http1-head';
import { sectionOf } from './http1-section';
import * as state from './http1-state';
import * as streams from './index';

const CR: u32 = 13;
const LF: u32 = 10;

/** The border of messages is lost: a segment that begins like one is waited for. */
export function lose(self: usize): void {
  state.reset(self, state.LOST);
}

/** Writes what the message at hand came to, in the given MESSAGE_STATE_…. */
export function finishMessage(flow: u32, self: usize, as: u32): void {
  const exchange = u32Of(self, state.EXCHANGE);
  if (exchange == 0) return;
  if (u32Of(self, state.CALL)) call.end(self);
  const message = head.messageAt(exchange - 1, u32Of(self, state.SIDE));
  const last = u32Of(self, state.LAST_PACKET);
  setF64(message, schema.MESSAGES_END, timeOf(last));
  setU32(message, schema.MESSAGES_LAST_PACKET, last);
  setF64(message, schema.MESSAGES_BODY_OCTETS, f64Of(self, state.BODY));
  setU8(message, schema.MESSAGES_STATE, as);
  setU8(message, schema.MESSAGES_MARKS, u8Of(message, schema.MESSAGES_MARKS) | u32Of(self, state.MARKS));
  if (as != schema.MESSAGE_STATE_COMPLETE) {
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
  }
}

/** The message at hand is whole; the next one may begin. */
export function complete(flow: u32, self: usize): void {
  finishMessage(flow, self, schema.MESSAGE_STATE_COMPLETE);
  state.reset(self, state.START);
}

/** Notes a violation of the message at hand. */
function note(self: usize, violation: u32): void {
  const exchange = u32Of(self, state.EXCHANGE);
  if (exchange == 0) return;
  orU32(head.messageAt(exchange - 1, u32Of(self, state.SIDE)), schema.MESSAGES_VIOLATIONS, violation);
}

/** The framing cannot be read on. */
function breakOff(flow: u32, self: usize, violation: u32): void {
  note(self, violation);
  finishMessage(flow, self, schema.MESSAGE_STATE_BROKEN);
  lose(self);
}

/** Content of a known length; answers where it stopped. */
export function content(flow: u32, self: usize, at: usize, end: usize): usize {
  const n = min<f64>(f64Of(self, state.REMAINING), <f64>(end - at));
  if (u32Of(self, state.CALL)) call.receive(self, at, <u32>n);
  state.take(self, n);
  if (f64Of(self, state.REMAINING) == 0) complete(flow, self);
  return at + <usize>n;
}

/** A chunk-size line; answers where it stopped. */
export function chunkSize(flow: u32, self: usize, at: usize, end: usize): usize {
  const lineFeed = findLineFeed(at, end);
  const isWhole = lineFeed < end;
  const consumed = isWhole ? lineFeed + 1 : end;
  const had = u32Of(self, state.BUFFER_LENGTH);
  setF64(self, state.BODY, f64Of(self, state.BODY) + <f64>(consumed - at));
  if (had + (consumed - at) > schema.LIMIT_CHUNK_LINE_OCTETS) {
    breakOff(flow, self, schema.VIOLATION_CHUNK_SIZE_INVALID);
    return end;
  }
  if (had || !isWhole) {
    state.buffer(self, at, <u32>(consumed - at));
    if (!isWhole) return end;
    at = u32Of(self, state.BUFFER);
  }
  const size = chunkSizeIn(at, isWhole && had == 0 ? lineFeed : at + u32Of(self, state.BUFFER_LENGTH) - 1);
  state.clearBuffer(self);
  if (size != size) {
    breakOff(flow, self, schema.VIOLATION_CHUNK_SIZE_INVALID);
    return end;
  }
  if (isOddLine) note(self, schema.VIOLATION_CHUNK_LINE_MALFORMED);
  setF64(self, state.REMAINING, size);
  setU32(self, state.STATE, size == 0 ? state.TRAILERS : state.CHUNK_DATA);
  return consumed;
}

/** Whether the chunk-size line read last is odd, though its size is clear. */
let isOddLine: bool = false;

/** RFC 9112 section 7.1: hexadecimal digits, then extensions behind a semicolon; NaN for anything else. */
function chunkSizeIn(at: usize, end: usize): f64 {
  let size: f64 = 0;
  let digits: u32 = 0;
  while (at < end) {
    const digit = hexDigit(u8At(at));
    if (digit == 255) break;
    size = size * 16 + <f64>digit;
    digits++;
    at++;
  }
  const behind = at;
  const hasCr = end > at && u8At(end - 1) == CR;
  const lineEnd = hasCr ? end - 1 : end;
  at = behindSpace(at, lineEnd);
  const isClean = at == lineEnd || u8At(at) == 59;
  isOddLine = !hasCr || (at == lineEnd ? at != behind : !areExtensions(at, lineEnd));
  return digits > 0 && size <= 9007199254740992 && isClean ? size : NaN;
}

function behindSpace(at: usize, end: usize): usize {
  while (at < end && (u8At(at) == 32 || u8At(at) == 9)) at++;
  return at;
}

function behindToken(at: usize, end: usize): usize {
  while (at < end && isTokenOctet(u8At(at))) at++;
  return at;
}

/** RFC 9112 section 7.1.1: a semicolon and a name, perhaps with a value, again and again. */
function areExtensions(at: usize, end: usize): bool {
  while (at < end) {
    if (u8At(at) != 59) return false;
    const name = behindSpace(at + 1, end);
    at = behindToken(name, end);
    if (at == name) return false;
    at = behindSpace(at, end);
    if (at == end || u8At(at) != 61) continue;
    const value = behindSpace(at + 1, end);
    at = value < end && u8At(value) == 34 ? behindQuoted(value, end) : behindToken(value, end);
    if (at == value) return false;
    at = behindSpace(at, end);
  }
  return true;
}

/** Behind a quoted string; `at` where its last quote is missing. */
function behindQuoted(at: usize, end: usize): usize {
  for (let octet = at + 1; octet < end; octet++) {
    if (u8At(octet) == 34) return octet + 1;
    if (u8At(octet) == 92) octet++;
  }
  return at;
}

/** Octets of a chunk; answers where it stopped. */
export function chunkData(self: usize, at: usize, end: usize): usize {
  const n = min<f64>(f64Of(self, state.REMAINING), <f64>(end - at));
  if (u32Of(self, state.CALL)) call.receive(self, at, <u32>n);
  state.take(self, n);
  if (f64Of(self, state.REMAINING) == 0) {
    setU32(self, state.STATE, state.CHUNK_END);
    setU32(self, state.SCANNED, 0);
  }
  return at + <usize>n;
}

/** The CR LF behind a chunk; answers where it stopped. */
export function chunkEnd(flow: u32, self: usize, at: usize, end: usize): usize {
  const octet = u8At(at);
  setF64(self, state.BODY, f64Of(self, state.BODY) + 1);
  if (octet == CR && u32Of(self, state.SCANNED) == 0) {
    setU32(self, state.SCANNED, 1);
    return at + 1;
  }
  if (octet != LF) {
    breakOff(flow, self, schema.VIOLATION_CHUNK_END_MISSING);
    return end;
  }
  setU32(self, state.SCANNED, 0);
  setU32(self, state.STATE, state.CHUNK_SIZE);
  return at + 1;
}

/** The trailer section, which is most often empty (RFC 9112 section 7.1.2): gathered, then parsed like a header section. */
export function trailers(flow: u32, self: usize, at: usize, end: usize): usize {
  const lineFeed = findLineFeed(at, end);
  const consumed = lineFeed < end ? lineFeed + 1 : end;
  const had = u32Of(self, state.BUFFER_LENGTH);
  const length = <u32>(consumed - at);
  setF64(self, state.BODY, f64Of(self, state.BODY) + <f64>length);
  if (had + length > schema.LIMIT_HEAD_OCTETS) {
    issue(schema.ISSUE_CODE_HEAD_LIMIT, had + length, schema.LIMIT_HEAD_OCTETS);
    breakOff(flow, self, 0);
    return end;
  }
  state.buffer(self, at, length);
  if (lineFeed == end) return end;
  const from = <usize>u32Of(self, state.BUFFER);
  const lineLength = had + length - u32Of(self, state.SCANNED);
  const isEmpty = lineLength == 1 || (lineLength == 2 && u8At(from + had + length - 2) == CR);
  setU32(self, state.SCANNED, had + length);
  if (!isEmpty) return consumed;
  if (had + length > lineLength) {
    const message = head.messageAt(u32Of(self, state.EXCHANGE) - 1, u32Of(self, state.SIDE));
    const section = sectionOf(from, from + had + length);
    setU32(message, schema.MESSAGES_TRAILERS, section);
    const sectionRow = rowAt(schema.TABLE_SECTIONS, section - 1);
    orU32(message, schema.MESSAGES_VIOLATIONS, u32Of(sectionRow, schema.SECTIONS_VIOLATIONS));
    if (u32Of(self, state.CALL)) call.noteStatus(u32Of(self, state.CALL) - 1, sectionRow, false);
  }
  complete(flow, self);
  return consumed;
}

/** Octets of the body that the capture does not have: a known length bridges them. */
export function skip(flow: u32, self: usize, missing: u32): void {
  const at = u32Of(self, state.STATE);
  if (u32Of(self, state.CALL)) call.skip(self, missing);
  if (at == state.UNTIL_CLOSE) return;
  const isInside = at == state.CONTENT || at == state.CHUNK_DATA;
  if (!isInside || f64Of(self, state.REMAINING) < <f64>missing) {
    finishMessage(flow, self, schema.MESSAGE_STATE_BROKEN);
    lose(self);
    return;
  }
  setF64(self, state.REMAINING, f64Of(self, state.REMAINING) - <f64>missing);
  if (f64Of(self, state.REMAINING) > 0) return;
  if (at == state.CONTENT) complete(flow, self);
  else setU32(self, state.STATE, state.CHUNK_END);
}

/** The state of a message that is unfinished when its direction ends. */
export function cutBy(how: u32): u32 {
  if (how == streams.BY_FIN) return schema.MESSAGE_STATE_CUT_BY_FIN;
  return how == streams.BY_RST ? schema.MESSAGE_STATE_CUT_BY_RST : schema.MESSAGE_STATE_IN_BODY;
}

/** The direction is over in a body, or between messages. */
export function close(flow: u32, self: usize, how: u32): void {
  const at = u32Of(self, state.STATE);
  if (at == state.START || at >= state.LOST) return;
  const isWhole = at == state.UNTIL_CLOSE && how == streams.BY_FIN;
  const exchange = u32Of(self, state.EXCHANGE);
  if (exchange && at != state.UNTIL_CLOSE && how != streams.BY_END) {
    orU32(
      head.messageAt(exchange - 1, u32Of(self, state.SIDE)),
      schema.MESSAGES_VIOLATIONS,
      at == state.CONTENT ? schema.VIOLATION_CONTENT_CUT : schema.VIOLATION_CHUNKS_CUT,
    );
  }
  finishMessage(flow, self, isWhole ? schema.MESSAGE_STATE_COMPLETE : cutBy(how));
  state.reset(self, state.START);
}
