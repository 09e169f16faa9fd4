// The input: what was held back from the last push, then the new octets. Framing reads from `at` to `end`.

import { allocate, release } from '../memory';
import { copyOctets } from '../bytes';

let buffer: usize = 0;
let room: usize = 0;
let held: usize = 0;

/** Where framing goes on, and the end of what is there. */
export let at: usize = 0;
export let end: usize = 0;

/** Offset in the file of `at`. */
export let offset: f64 = 0;

/** Octets that framing wants to pass over before it reads on. */
export let skip: f64 = 0;

/** Room for `size` octets behind those held back: where to put them. */
export function reserve(size: usize): usize {
  if (room < held + size) {
    const wider = allocate(held + size + 16);
    if (held) copyOctets(wider, buffer, held);
    if (room) release(buffer, room + 16);
    buffer = wider;
    room = held + size;
  }
  return buffer + held;
}

/** `size` octets came: framing may read them. */
export function begin(size: usize): void {
  at = buffer;
  end = buffer + held + size;
}

/** Moves on by n octets that are there. */
export function advance(n: usize): void {
  at += n;
  offset += <f64>n;
}

/** Passes over what `skip` asks for, as far as it is there; answers whether all of it was. */
export function passSkipped(): bool {
  if (skip == 0) return true;
  const there = <f64>(end - at);
  const n = min<f64>(skip, there);
  advance(<usize>n);
  skip -= n;
  return skip == 0;
}

/** Holds back what was not read, for the next push. */
export function holdBack(): void {
  held = end - at;
  if (held) copyOctets(buffer, at, held);
}

/** Octets that were held back and never read. */
export function heldBack(): usize {
  return held;
}
