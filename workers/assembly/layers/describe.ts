// What the decoders tell of a packet's fields when it is looked at; the index pass has `describing` off.

import { reallocate } from '../memory';
import { setF64, setU32 } from '../columns';

/** On while a packet is decoded for its details. */
export let describing: bool = false;

const FIELD_SIZE: usize = 24;

let fields: usize = 0;
let room: usize = 0;
let count: usize = 0;
let base: usize = 0;
let last: usize = 0;

/** Where the described fields are, and how many. */
export function described(): usize {
  return fields;
}

/** How many fields were described. */
export function describedCount(): u32 {
  return <u32>count;
}

/** Starts to describe the packet in [at, end). */
export function beginDescription(at: usize, end: usize): void {
  describing = true;
  base = at;
  last = end;
  count = 0;
}

/** Fields may be told up to `end`: what is described next ends there. */
export function describedUpTo(end: usize): void {
  last = end;
}

/** Decoding goes on without telling fields. */
export function endDescription(): void {
  describing = false;
}

/** Tells a field: its octets, and its value where it has a number. */
export function tell(field: u32, depth: u32, at: usize, length: usize, value: f64): void {
  if (count == room) {
    fields = reallocate(fields, room * FIELD_SIZE, room * FIELD_SIZE, (room + 256) * FIELD_SIZE);
    room += 256;
  }
  const row = fields + count * FIELD_SIZE;
  count++;
  setU32(row, 0, field);
  setU32(row, 4, depth);
  setU32(row, 8, <u32>(at - base));
  // A header may tell more octets than were captured.
  setU32(row, 12, <u32>min<usize>(length, max<usize>(last, at) - at));
  setF64(row, 16, value);
}
