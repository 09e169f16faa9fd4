// The open files. Each has its input (what was held back, then new octets) and the state of its framing; one is active at a time.

import { copyOctets } from '../bytes';
import { f64Of, setF64, setU32, u32Of } from '../columns';
import { allocate, allocateForGood, reallocate, release } from '../memory';

/** Fields of a source's state. */
const AT: usize = 0;
const END: usize = 4;
const OFFSET: usize = 8;
const SKIP: usize = 16;
const BUFFER: usize = 24;
const ROOM: usize = 28;
/** KIND_…: how the file is framed. */
export const KIND: usize = 32;
/** STATE_…: how far reading is. */
export const STATE: usize = 36;
/** Address of the row of the file section that is being read. */
export const SECTION: usize = 44;
/** Whether the time of the next packet is known, and the time: nanoseconds since 1970. */
export const PEEKED: usize = 48;
export const TIME: usize = 56;
/** Octets that the record at hand wants. */
export const WANTED: usize = 64;
const SIZE: usize = 72;

export const STATE_OPEN: u32 = 0;
/** The next packet is there. */
export const STATE_READY: u32 = 1;
/** More octets are needed. */
export const STATE_NEEDY: u32 = 2;
/** No more octets will come. */
export const STATE_ENDED: u32 = 3;
/** Nothing more to read. */
export const STATE_OVER: u32 = 4;
/** A length showed that the file is damaged. */
export const STATE_DAMAGED: u32 = 5;
/** No capture that is framed here. */
export const STATE_ALIEN: u32 = 6;

/** State of the active source; where framing goes on in it, and the end of what is there. */
export let active: usize = 0;
export let at: usize = 0;
export let end: usize = 0;

/** Offset of `at` among the octets of all files, one after another. */
export let offset: f64 = 0;

/** Octets that framing wants to pass over before it reads on. */
export let skip: f64 = 0;

let list: usize = 0;
let room: u32 = 0;

/** How many sources there are. */
export let sources: u32 = 0;

/** Adds a file whose first octet counts as `start` among the octets of all files. */
export function add(start: f64): u32 {
  if (sources == room) {
    const wider = max<u32>(room << 1, 16);
    list = reallocate(list, (<usize>room) << 2, (<usize>room) << 2, (<usize>wider) << 2);
    room = wider;
  }
  const state = allocateForGood(SIZE);
  setF64(state, OFFSET, start);
  setU32(list + ((<usize>sources) << 2), 0, <u32>state);
  return sources++;
}

/** Address of a source's state. */
export function stateOf(source: u32): usize {
  return u32Of(list + ((<usize>source) << 2), 0);
}

/** Makes the source the active one. */
export function activate(source: u32): void {
  const state = stateOf(source);
  if (state == active) return;
  if (active) {
    setU32(active, AT, <u32>at);
    setU32(active, END, <u32>end);
    setF64(active, OFFSET, offset);
    setF64(active, SKIP, skip);
  }
  active = state;
  at = u32Of(state, AT);
  end = u32Of(state, END);
  offset = f64Of(state, OFFSET);
  skip = f64Of(state, SKIP);
}

/** Room for `size` octets behind those that wait in the active source: where to put them. */
export function reserve(size: usize): usize {
  const held = end - at;
  let buffer = <usize>u32Of(active, BUFFER);
  const had = <usize>u32Of(active, ROOM);
  if (had < held + size) {
    const wider = allocate(held + size + 16);
    if (held) copyOctets(wider, at, held);
    if (had) release(buffer, had + 16);
    buffer = wider;
    setU32(active, BUFFER, <u32>buffer);
    setU32(active, ROOM, <u32>(held + size));
  } else if (held) {
    copyOctets(buffer, at, held);
  }
  at = buffer;
  end = buffer + held;
  return end;
}

/** `size` octets came: framing may read them. */
export function extend(size: usize): void {
  end += size;
}

/** Moves on by n octets that are there. */
export function advance(n: usize): void {
  at += n;
  offset += <f64>n;
}

/** Passes over what `skip` asks for, as far as it is there; answers whether all of it was. */
export function passSkipped(): bool {
  if (skip == 0) return true;
  const n = min<f64>(skip, <f64>(end - at));
  advance(<usize>n);
  skip -= n;
  return skip == 0;
}

/** Whether the octet is one of the record at hand or behind it: until the next octets come it stays where it is. */
export function holds(octet: usize): bool {
  return octet - at < end - at;
}

/** Whether n octets are there; else they are what is wanted. */
export function need(n: usize): bool {
  if (end - at >= n) return true;
  setF64(active, WANTED, <f64>n);
  return false;
}
