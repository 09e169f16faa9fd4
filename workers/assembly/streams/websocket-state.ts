// Where the dissector of one direction of a WebSocket stands between two pieces of its byte stream.

import { allocate, release } from '../memory';
import { setU32 } from '../columns';

/** In a frame's header, in its payload, or without a border to go by. */
export const HEADER: u32 = 0;
export const PAYLOAD: u32 = 1;
export const LOST: u32 = 2;

/** Addresses of the rows of the stream's side and of the HTTP message before it. Rows never move. */
export const ROW: usize = 0;
export const MESSAGE: usize = 4;
/** One of the above. */
export const PHASE: usize = 8;
/** frame.FROM_CLIENT, DEFLATE and EXTENSION, and the bits below. */
export const FLAGS: usize = 12;
/** Octets of the payload still to come; octets since the handshake. */
export const REMAINING: usize = 16;
export const OCTETS: usize = 24;
/** Octets of the header that are there, and the packet of its first one. */
export const HEADER_LENGTH: usize = 32;
export const FRAME_PACKET: usize = 36;
/** The frame's first octet and its masking key. */
export const FIRST: usize = 40;
export const MASK: usize = 44;
/** Octets of a Close frame's status code that are there (3: they are missing), and the code. */
export const CODE_OCTETS: usize = 48;
export const CODE: usize = 52;
export const OCTETS_OF_HEADER: usize = 56; // 14 octets
const SIZE: usize = 72;

/** A message has begun and not ended; one may have begun before a gap; a Close frame was sent. */
export const IN_MESSAGE: u32 = 1 << 8;
export const UNKNOWN_MESSAGE: u32 = 1 << 9;
export const CLOSED: u32 = 1 << 10;

/** A state at the border of a frame. */
export function create(row: usize, message: usize): usize {
  const self = allocate(SIZE);
  setU32(self, ROW, <u32>row);
  setU32(self, MESSAGE, <u32>message);
  return self;
}

/** Gives a state back. */
export function destroy(self: usize): void {
  release(self, SIZE);
}
