// A followed flow: the octets of both directions in the order the receivers read them, copied out.

import { reallocate } from '../memory';
import { copyOctets } from '../bytes';
import { setU32, u32Of } from '../columns';

const PIECE: usize = 24;

let list: usize = 0;
let room: usize = 0;
let count: usize = 0;
let octets: usize = 0;
let octetsRoom: usize = 0;
let octetsUsed: usize = 0;

/** The pieces since clear(): direction, packet, address, length, missing, sequence; u32 each. */
export function pieces(): usize {
  // Addresses are told when the octets no longer move.
  for (let index: usize = 0; index < count; index++) {
    const piece = list + index * PIECE;
    setU32(piece, 8, <u32>(octets + u32Of(piece, 8)));
  }
  return list;
}

/** How many pieces there are since clear(). */
export function pieceCount(): u32 {
  return <u32>count;
}

/** Forgets the pieces. */
export function clear(): void {
  count = 0;
  octetsUsed = 0;
}

/** Copies octets that came in order. */
export function receive(side: u32, at: usize, length: u32, sequence: u32, packet: u32): void {
  if (octetsRoom < octetsUsed + length) {
    const wider = (octetsUsed + length) << 1;
    octets = reallocate(octets, octetsUsed, octetsRoom, wider);
    octetsRoom = wider;
  }
  copyOctets(octets + octetsUsed, at, length);
  add(side, packet, <u32>octetsUsed, length, 0, sequence);
  octetsUsed += length;
}

/** Notes octets that the capture does not have. */
export function skip(side: u32, missing: u32, sequence: u32, packet: u32): void {
  add(side, packet, 0, missing, 1, sequence);
}

function add(side: u32, packet: u32, at: u32, length: u32, missing: u32, sequence: u32): void {
  if (count == room) {
    list = reallocate(list, room * PIECE, room * PIECE, (room + 64) * PIECE);
    room += 64;
  }
  const piece = list + count * PIECE;
  count++;
  setU32(piece, 0, side);
  setU32(piece, 4, packet);
  setU32(piece, 8, at);
  setU32(piece, 12, length);
  setU32(piece, 16, missing);
  setU32(piece, 20, sequence);
}
