// What can be a frame of HTTP/2 (RFC 9113 sections 4 and 6): for the frame at hand, and to tell frames from other octets in the middle
// of a connection.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import * as schema from '../schema';
import { isPlausible as isPlausibleBlock } from './hpack';

/** Octets of a frame's header. */
export const HEADER_OCTETS: u32 = 9;
/** Longest payload where no other was agreed on (RFC 9113 section 6.5.2). */
export const DEFAULT_FRAME_OCTETS: u32 = 16_384;

/** Flags. */
export const END_STREAM: u32 = 1;
export const ACK: u32 = 1;
export const END_HEADERS: u32 = 4;
export const PADDED: u32 = 8;
export const PRIORITY: u32 = 32;

/** Frame types that are not of RFC 9113 but in use: ALTSVC (RFC 7838), ORIGIN (RFC 8336), PRIORITY_UPDATE (RFC 9218). */
const PRIORITY_UPDATE: u32 = 16;

/** Whether the length and stream of a frame are those that its type asks for. */
export function isWellFormed(type: u32, flags: u32, length: u32, stream: u32): bool {
  switch (type) {
    case schema.FRAME_TYPE_DATA:
      return stream != 0 && (length > 0 || !(flags & PADDED));
    case schema.FRAME_TYPE_HEADERS:
      return stream != 0 && length >= (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0);
    case schema.FRAME_TYPE_PRIORITY:
      return stream != 0 && length == 5;
    case schema.FRAME_TYPE_RST_STREAM:
      return stream != 0 && length == 4;
    case schema.FRAME_TYPE_SETTINGS:
      return stream == 0 && length % 6 == 0 && (length == 0 || !(flags & ACK));
    case schema.FRAME_TYPE_PUSH_PROMISE:
      return stream != 0 && length >= (flags & PADDED ? 5 : 4);
    case schema.FRAME_TYPE_PING:
      return stream == 0 && length == 8;
    case schema.FRAME_TYPE_GOAWAY:
      return stream == 0 && length >= 8;
    case schema.FRAME_TYPE_WINDOW_UPDATE:
      return length == 4;
    case schema.FRAME_TYPE_CONTINUATION:
      return stream != 0;
    default:
      return true;
  }
}

/** Flags that a type defines; others are not set by anybody. */
function definedFlags(type: u32): u32 {
  switch (type) {
    case schema.FRAME_TYPE_DATA:
      return END_STREAM | PADDED;
    case schema.FRAME_TYPE_HEADERS:
      return END_STREAM | END_HEADERS | PADDED | PRIORITY;
    case schema.FRAME_TYPE_SETTINGS:
    case schema.FRAME_TYPE_PING:
      return ACK;
    case schema.FRAME_TYPE_PUSH_PROMISE:
      return END_HEADERS | PADDED;
    case schema.FRAME_TYPE_CONTINUATION:
      return END_HEADERS;
    default:
      return 0;
  }
}

/** Whether nine octets can be the header of a frame that real programs send. */
export function isPlausibleHeader(at: usize): bool {
  const length = u24At(at);
  const type = u8At(at + 3);
  const flags = u8At(at + 4);
  const stream = u32At(at + 5);
  if (length > DEFAULT_FRAME_OCTETS || stream & 0x80000000) return false;
  if (type > schema.FRAME_TYPE_CONTINUATION && type != PRIORITY_UPDATE) return false;
  // An empty frame is sent to end a stream; else it is part of a run of zeros.
  if (length == 0 && type == schema.FRAME_TYPE_DATA && !(flags & END_STREAM)) return false;
  if (length == 0 && type == schema.FRAME_TYPE_CONTINUATION) return false;
  return (flags & ~definedFlags(type)) == 0 && isWellFormed(type, flags, length, stream);
}

/** What a whole frame at `at` shows beside its header: 0 it is none, 1 nothing, 2 that it is one. */
function evidence(at: usize): u32 {
  const length = u24At(at);
  const payload = at + HEADER_OCTETS;
  switch (u8At(at + 3)) {
    case schema.FRAME_TYPE_DATA:
      return 1;
    case schema.FRAME_TYPE_HEADERS: {
      const flags = u8At(at + 4);
      const padding = flags & PADDED ? u8At(payload) + 1 : 0;
      const skipped = (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0);
      if (padding + skipped > length) return 0;
      if (!(flags & END_HEADERS)) return 1;
      const from = payload + skipped;
      const to = payload + length - (flags & PADDED ? padding - 1 : 0);
      return from < to && isPlausibleBlock(from, to) ? 2 : 0;
    }
    case schema.FRAME_TYPE_WINDOW_UPDATE: {
      const increment = u32At(payload);
      return increment != 0 && increment < 0x80000000 ? 2 : 0;
    }
    case schema.FRAME_TYPE_SETTINGS:
      if (length == 0) return 1;
      return areSettings(payload, length) ? 2 : 0;
    case schema.FRAME_TYPE_RST_STREAM:
      return u32At(payload) < 256 ? 2 : 1;
    case schema.FRAME_TYPE_PING:
    case schema.FRAME_TYPE_GOAWAY:
    case schema.FRAME_TYPE_PRIORITY:
      return 2;
    default:
      return 1;
  }
}

/**
 * Whether the octets of a segment are frames from the first on. Believed where each frame ends where the next begins, at least one of
 * them shows more than its header, and either two of them are there or one that ends with the segment.
 */
export function looksLikeFrames(at: usize, length: u32): bool {
  const end = at + length;
  let frames: u32 = 0;
  let isShown = false;
  while (frames < 16) {
    if (!has(at, end, HEADER_OCTETS)) break;
    if (!isPlausibleHeader(at)) return false;
    // Streams that servers begin are even: so rare that they are not believed here.
    const stream = u32At(at + 5);
    if (stream != 0 && !(stream & 1)) return false;
    frames++;
    const size = HEADER_OCTETS + u24At(at);
    if (!has(at, end, size)) break;
    const shows = evidence(at);
    if (shows == 0) return false;
    if (shows == 2) isShown = true;
    at += size;
    if (at == end) frames++;
  }
  return isShown && frames >= 2;
}

/** Whether the octets begin with the SETTINGS that a server sends first, with parameters. */
export function looksLikeSettings(at: usize, length: u32): bool {
  if (length < HEADER_OCTETS + 6) return false;
  const size = u24At(at);
  if (u8At(at + 3) != schema.FRAME_TYPE_SETTINGS || u8At(at + 4) != 0 || u32At(at + 5) != 0) return false;
  if (size == 0 || size % 6 != 0 || size > 240) return false;
  return areSettings(at + HEADER_OCTETS, min<u32>(size, length - HEADER_OCTETS));
}

/** Whether the whole parameters in the octets have identifiers that are in use. */
function areSettings(at: usize, length: u32): bool {
  const end = at + length;
  for (; has(at, end, 6); at += 6) {
    const identifier = u16At(at);
    // Known ones, or those of the form 0x?A?A that are there to be ignored.
    if (identifier == 0 || (identifier > 64 && (identifier & 0x0f0f) != 0x0a0a)) return false;
  }
  return true;
}

/** Whether what is there can be the start of the SETTINGS that a server sends first. */
export function mayBeSettings(at: usize, length: u32): bool {
  const seen = min<u32>(length, HEADER_OCTETS);
  for (let index: u32 = 0; index < seen; index++) {
    const octet = u8At(at + index);
    const isRight = index == 2 ? octet % 6 == 0 : octet == (index == 3 ? schema.FRAME_TYPE_SETTINGS : 0);
    if (!isRight) return false;
  }
  return true;
}
