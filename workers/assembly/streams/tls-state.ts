// Where the dissector of one direction of TLS stands between two pieces of its byte stream.

import { allocate, reallocate, release } from '../memory';
import { copyOctets } from '../bytes';
import { setU32, u32Of } from '../columns';

export const MARKS: usize = 0;
/** Octets of the record header that are there (0 to 5), then the record's type and octets to come. */
export const HEADER_LENGTH: usize = 4;
export const TYPE: usize = 8;
export const REMAINING: usize = 12;
export const HEADER: usize = 16; // 8 octets
/** The handshake message (or alert) being gathered. */
export const BUFFER: usize = 24;
export const LENGTH: usize = 28;
export const ROOM: usize = 32;
export const FIRST_PACKET: usize = 36;
export const RECORD_LENGTH: usize = 40;
/** Records that the message at hand has begun in or gone on in. */
export const RECORDS: usize = 44;
/** Packet of the record's first octet. */
export const RECORD_PACKET: usize = 48;
const SIZE: usize = 56;

/** Bits of MARKS. */
export const CIPHER_CHANGED: u32 = 1;
export const DATA_SEEN: u32 = 2;
/** The border of records is lost. */
export const LOST: u32 = 4;
export const FINISHED_SEEN: u32 = 8;

/** A state at the border of a record. */
export function create(): usize {
  return allocate(SIZE);
}

/** Gives a state and its buffer back. */
export function destroy(state: usize): void {
  drop(state);
  release(state, SIZE);
}

/** Forgets what was gathered. */
export function drop(state: usize): void {
  if (u32Of(state, ROOM)) release(u32Of(state, BUFFER), u32Of(state, ROOM));
  setU32(state, ROOM, 0);
  setU32(state, LENGTH, 0);
  setU32(state, RECORDS, 0);
}

/** Appends octets of a handshake message or an alert. */
export function gather(state: usize, at: usize, length: u32): void {
  const used = u32Of(state, LENGTH);
  if (u32Of(state, ROOM) < used + length) {
    const wider = max<u32>((used + length) << 1, 1024);
    setU32(state, BUFFER, <u32>reallocate(u32Of(state, BUFFER), used, u32Of(state, ROOM), wider));
    setU32(state, ROOM, wider);
  }
  copyOctets(<usize>u32Of(state, BUFFER) + used, at, length);
  setU32(state, LENGTH, used + length);
}

/** Drops the first n octets of what was gathered. */
export function consume(state: usize, n: u32): void {
  const left = u32Of(state, LENGTH) - n;
  const at = <usize>u32Of(state, BUFFER);
  copyOctets(at, at + n, left);
  setU32(state, LENGTH, left);
}
