// The core's memory. Rows and texts live as long as the core and are cut off the end; buffers and states come and go in sizes
// of powers of two.

import { setU32, u32Of } from './columns';

const PAGE: usize = 65536;
/** Memory is asked for in steps of this size. */
const STEP: usize = 16 << 20;
/** Beyond this much, room for the next input is asked for before it is read. */
const AHEAD_FROM: u64 = 256 << 20;
/** More than one push of input can need. */
const AHEAD: usize = 128 << 20;

const SMALLEST: u32 = 6;
// The first free piece of each power of two; a free piece holds the address of the next.
const free: usize = memory.data(32 * 4, 4);

let next: usize = 0;
let end: usize = 0;

/** Octets that were given out and not given back. */
export let heldOctets: u64 = 0;

function grow(octets: usize): bool {
  if (next == 0) {
    next = (__heap_base + 15) & ~15;
    end = <usize>memory.size() * PAGE;
  }
  if (end - next >= octets) return true;
  const missing = octets - (end - next);
  let pages = (max<usize>(missing, STEP) + PAGE - 1) / PAGE;
  if (memory.grow(<i32>pages) < 0) {
    pages = (missing + PAGE - 1) / PAGE;
    if (memory.grow(<i32>pages) < 0) return false;
  }
  end += pages * PAGE;
  return true;
}

/** Whether there is room for what the next push can need; asks for it where it may run short. */
export function hasRoom(): bool {
  return heldOctets < AHEAD_FROM || grow(AHEAD);
}

/** Zeroed memory that is never given back. */
export function allocateForGood(octets: usize): usize {
  const size = (octets + 15) & ~15;
  if (!grow(size)) unreachable(); // hasRoom() is asked before every push
  const at = next;
  next += size;
  heldOctets += size;
  return at;
}

function powerOf(octets: usize): u32 {
  return octets <= 1 << SMALLEST ? SMALLEST : 32 - clz<u32>(<u32>octets - 1);
}

/** Zeroed memory that release() takes back. */
export function allocate(octets: usize): usize {
  const power = powerOf(octets);
  const list = free + ((<usize>power) << 2);
  const at = <usize>u32Of(list, 0);
  if (at == 0) return allocateForGood((<usize>1) << power);
  setU32(list, 0, u32Of(at, 0));
  memory.fill(at, 0, octets);
  heldOctets += 1 << power;
  return at;
}

/** A piece of `wider` octets that begins with the first `used` of the `room` octets at `at`, which are given back (room 0: none). */
export function reallocate(at: usize, used: usize, room: usize, wider: usize): usize {
  const to = allocate(wider);
  if (used) memory.copy(to, at, used);
  if (room) release(at, room);
  return to;
}

/** Takes back what allocate() gave for so many octets. */
export function release(at: usize, octets: usize): void {
  const power = powerOf(octets);
  const list = free + ((<usize>power) << 2);
  setU32(at, 0, u32Of(list, 0));
  setU32(list, 0, <u32>at);
  heldOctets -= 1 << power;
}
