// Headers of WebSocket frames: RFC 6455 section 5.2.

import { has, u16At, u32At, u8At } from '../bytes';

export const CLOSE: u32 = 8;
const PONG: u32 = 10;
/** "No status code was present" (section 7.4.1). */
export const NO_CODE: u32 = 1005;
/** 2^53: beyond it a length is not exact; no frame is as long. */
export const MOST_PAYLOAD: f64 = 9007199254740992;

/** Who sent the frames, and what was agreed on: permessage-deflate (the first reserved bit), another extension (any). */
export const FROM_CLIENT: u32 = 1;
export const DEFLATE: u32 = 2;
export const EXTENSION: u32 = 4;

/** Octets of a header with this second octet. */
export function headerOctets(second: u32): u32 {
  const length = second & 127;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
}

/** Octets of payload that the header at `at` tells of. */
export function lengthOf(at: usize): f64 {
  const length = u8At(at + 1) & 127;
  if (length < 126) return length;
  if (length == 126) return u16At(at + 2);
  return <f64>u32At(at + 2) * 4294967296 + <f64>u32At(at + 6);
}

/** Whether the header at `at` is what the standard asks of a frame by itself; `flags` as above. */
export function isValid(at: usize, flags: u32): bool {
  const first = u8At(at);
  const second = u8At(at + 1);
  const opcode = first & 15;
  if ((second & 0x80 ? FROM_CLIENT : 0) != (flags & FROM_CLIENT)) return false;
  if (opcode > PONG || (opcode > 2 && opcode < CLOSE)) return false;
  if (opcode >= CLOSE && ((first & 0x80) == 0 || (second & 127) > 125)) return false;
  const isFirstOfMessage = opcode == 1 || opcode == 2;
  const allowed: u32 = flags & EXTENSION ? 0x70 : flags & DEFLATE && isFirstOfMessage ? 0x40 : 0;
  if (first & 0x70 & ~allowed) return false;
  // The length must be told in as few octets as can be.
  const length = lengthOf(at);
  if ((second & 127) == 126) return length > 125;
  if ((second & 127) == 127) return length > 65535 && length <= MOST_PAYLOAD;
  return true;
}

/** A status code that may stand in a Close frame (section 7.4 and IANA's registry). */
export function isCode(code: u32): bool {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code < 1015 && (code < 1004 || code > 1006);
}

/** A valid frame where a border is looked for. Zeros would be empty parts of messages, which nobody sends. */
function isLikely(at: usize, flags: u32): bool {
  return isValid(at, flags) && ((u8At(at) & 0x80) != 0 || (u8At(at + 1) & 127) != 0);
}

/** Whether [at, end) is made of whole valid frames: so rarely by chance that a lost border is found again there. */
export function areWhole(at: usize, end: usize, flags: u32): bool {
  while (at < end) {
    if (!has(at, end, 2)) return false;
    const header = <usize>headerOctets(u8At(at + 1));
    if (!has(at, end, header) || !isLikely(at, flags)) return false;
    const length = lengthOf(at);
    if (length > <f64>(end - at - header)) return false;
    at += header + <usize>length;
  }
  return true;
}

/** Whether the octets begin like a frame of a client that was agreed on nothing yet, as far as there are any. */
export function looksLikeClient(at: usize, end: usize): bool {
  const first = u8At(at);
  const opcode = first & 15;
  if (first & 0x30 || opcode > PONG || (opcode > 2 && opcode < CLOSE)) return false;
  return !has(at, end, 2) || (u8At(at + 1) & 0x80) != 0;
}

/**
 * Whether [at, end) begins with a valid frame and goes on with frames, the last of which may be cut. A single frame that goes on
 * behind the end is believed only where its length takes more than seven bits: less may be chance.
 */
export function beginsWithFrame(at: usize, end: usize, flags: u32): bool {
  const start = at;
  while (at < end) {
    const header = has(at, end, 2) ? <usize>headerOctets(u8At(at + 1)) : 2;
    if (!has(at, end, header)) return at > start;
    if (!isLikely(at, flags)) return false;
    const length = lengthOf(at);
    if (length > <f64>(end - at - header)) return at > start || length > 125;
    at += header + <usize>length;
  }
  return true;
}
