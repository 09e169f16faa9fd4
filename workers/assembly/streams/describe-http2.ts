// Fields of the HTTP/2 frames in a segment that begins at the border of one. Header blocks are told as octets: what they say depends
// on all blocks before them, and stands in the exchange.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import { u8Of } from '../columns';
import { directionAt, flowAt, FOLLOWED, lookup, match } from '../flows/table';
import { tell } from '../layers/describe';
import * as schema from '../schema';
import * as frame from './http2-frame';

const MAGIC_OCTETS: u32 = 24;
const PRI: u32 = 0x50524920; // "PRI "

/** Describes the payload in [at, end) of the segment in scratch.ts where it begins with a frame; false where it does not. */
export function describeHttp2(at: usize, end: usize): bool {
  const flow = lookup();
  if (flow == FOLLOWED) return false;
  const side: u32 = match(flowAt(flow)) == 2 ? 1 : 0;
  const protocol = u8Of(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL);
  if (protocol != schema.PROTOCOL_HTTP2) return false;
  const hasMagic = has(at, end, MAGIC_OCTETS) && u32At(at) == PRI;
  const first = hasMagic ? at + MAGIC_OCTETS : at;
  if (!hasMagic && !areFrames(first, end)) return false;
  tell(schema.FIELD_HTTP2, 0, at, end - at, NaN);
  if (hasMagic) tell(schema.FIELD_HTTP2_MAGIC, 1, at, MAGIC_OCTETS, NaN);
  at = first;
  while (at < end) at = describeFrame(at, end);
  return true;
}

/** Whether each frame ends where another plausible one begins, or with or behind the segment. */
function areFrames(at: usize, end: usize): bool {
  if (!has(at, end, frame.HEADER_OCTETS)) return false;
  while (has(at, end, frame.HEADER_OCTETS)) {
    if (!frame.isPlausibleHeader(at)) return false;
    const size = frame.HEADER_OCTETS + u24At(at);
    if (!has(at, end, size)) return true;
    at += size;
  }
  return true;
}

/** Answers where the frame ends. */
function describeFrame(at: usize, end: usize): usize {
  if (!has(at, end, frame.HEADER_OCTETS)) {
    tell(schema.FIELD_HTTP2_UNKNOWN, 1, at, end - at, NaN);
    return end;
  }
  const length = u24At(at);
  const type = u8At(at + 3);
  const flags = u8At(at + 4);
  const from = at + frame.HEADER_OCTETS;
  const there = min<usize>(length, end - from);
  tell(schema.FIELD_HTTP2_STREAM, 1, at, frame.HEADER_OCTETS + there, NaN);
  tell(schema.FIELD_HTTP2_LENGTH, 2, at, 3, length);
  tell(schema.FIELD_HTTP2_TYPE, 2, at + 3, 1, type);
  tell(schema.FIELD_HTTP2_FLAGS, 2, at + 4, 1, flags);
  describeFlags(at + 4, type, flags);
  tell(schema.FIELD_HTTP2_STREAMID, 2, at + 5, 4, u32At(at + 5) & 0x7fffffff);
  if (there) describeContent(from, from + there, type, flags, there == length);
  return from + there;
}

function flag(field: u32, at: usize, flags: u32, bit: u32): void {
  tell(field, 3, at, 1, flags & bit ? 1 : 0);
}

function describeFlags(at: usize, type: u32, flags: u32): void {
  const isHeaders = type == schema.FRAME_TYPE_HEADERS;
  const isPromise = type == schema.FRAME_TYPE_PUSH_PROMISE;
  if (type == schema.FRAME_TYPE_SETTINGS) flag(schema.FIELD_HTTP2_ACK, at, flags, frame.ACK);
  if (type == schema.FRAME_TYPE_PING) flag(schema.FIELD_HTTP2_ACK_PING, at, flags, frame.ACK);
  if (isHeaders || type == schema.FRAME_TYPE_DATA) {
    flag(schema.FIELD_HTTP2_END_STREAM, at, flags, frame.END_STREAM);
  }
  if (isHeaders || isPromise || type == schema.FRAME_TYPE_CONTINUATION) {
    flag(schema.FIELD_HTTP2_END_HEADERS, at, flags, frame.END_HEADERS);
  }
  if (isHeaders || isPromise || type == schema.FRAME_TYPE_DATA) {
    flag(schema.FIELD_HTTP2_PADDED, at, flags, frame.PADDED);
  }
  if (isHeaders) flag(schema.FIELD_HTTP2_PRIORITY, at, flags, frame.PRIORITY);
}

/** A number of four octets, the highest bit of which is another's; answers where it ends. */
function number31(field: u32, at: usize, end: usize): usize {
  if (has(at, end, 4)) tell(field, 2, at, 4, u32At(at) & 0x7fffffff);
  return min<usize>(at + 4, end);
}

/** An error code; answers where it ends. */
function error(field: u32, at: usize, end: usize): usize {
  if (has(at, end, 4)) tell(field, 2, at, 4, u32At(at));
  return min<usize>(at + 4, end);
}

function rest(field: u32, at: usize, end: usize): void {
  if (at < end) tell(field, 2, at, end - at, NaN);
}

/** What is there of a payload: at least one octet. */
function describeContent(at: usize, end: usize, type: u32, flags: u32, isWhole: bool): void {
  const canPad =
    type == schema.FRAME_TYPE_DATA ||
    type == schema.FRAME_TYPE_HEADERS ||
    type == schema.FRAME_TYPE_PUSH_PROMISE;
  if (canPad && flags & frame.PADDED) {
    const padding = u8At(at);
    tell(schema.FIELD_HTTP2_PADDING, 2, at, 1, padding);
    at++;
    if (isWhole) end -= min<usize>(padding, end - at);
  }
  switch (type) {
    case schema.FRAME_TYPE_DATA:
      rest(schema.FIELD_HTTP2_DATA, at, end);
      break;
    case schema.FRAME_TYPE_HEADERS:
      if (flags & frame.PRIORITY) at = priority(at, end);
      rest(schema.FIELD_HTTP2_HEADERS, at, end);
      break;
    case schema.FRAME_TYPE_PUSH_PROMISE:
      rest(schema.FIELD_HTTP2_HEADERS, number31(schema.FIELD_HTTP2_PROMISED_STREAM, at, end), end);
      break;
    case schema.FRAME_TYPE_CONTINUATION:
      rest(schema.FIELD_HTTP2_HEADERS, at, end);
      break;
    case schema.FRAME_TYPE_PRIORITY:
      priority(at, end);
      break;
    case schema.FRAME_TYPE_RST_STREAM:
      error(schema.FIELD_HTTP2_RST_STREAM_ERROR, at, end);
      break;
    case schema.FRAME_TYPE_SETTINGS:
      for (; has(at, end, 6); at += 6) setting(at);
      break;
    case schema.FRAME_TYPE_PING:
      rest(schema.FIELD_HTTP2_PING, at, end);
      break;
    case schema.FRAME_TYPE_GOAWAY:
      at = error(
        schema.FIELD_HTTP2_GOAWAY_ERROR,
        number31(schema.FIELD_HTTP2_GOAWAY_LAST_STREAM, at, end),
        end,
      );
      rest(schema.FIELD_HTTP2_GOAWAY_DATA, at, end);
      break;
    case schema.FRAME_TYPE_WINDOW_UPDATE:
      number31(schema.FIELD_HTTP2_WINDOW_INCREMENT, at, end);
      break;
    default:
      rest(schema.FIELD_HTTP2_UNKNOWN, at, end);
      break;
  }
}

/** Answers where it ends. */
function priority(at: usize, end: usize): usize {
  at = number31(schema.FIELD_HTTP2_STREAM_DEPENDENCY, at, end);
  if (at < end) tell(schema.FIELD_HTTP2_WEIGHT, 2, at, 1, u8At(at));
  return min<usize>(at + 1, end);
}

function setting(at: usize): void {
  const identifier = u16At(at);
  tell(schema.FIELD_HTTP2_SETTINGS, 2, at, 6, NaN);
  tell(schema.FIELD_HTTP2_SETTINGS_ID, 3, at, 2, identifier);
  tell(settingField(identifier), 3, at + 2, 4, u32At(at + 2));
}

function settingField(identifier: u32): u32 {
  if (identifier > 0 && identifier < 7) return schema.FIELD_HTTP2_SETTINGS_1 + identifier - 1;
  return identifier == 8 ? schema.FIELD_HTTP2_SETTINGS_8 : schema.FIELD_HTTP2_SETTINGS_UNKNOWN;
}
