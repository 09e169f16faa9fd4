// A table that finds rows by a hash: open addressing, at most half full. Each entry is the hash (low half) and a number that is not 0
// (high half). What a number stands for, and whether it is the one looked for, its user knows.

import { setU32, setU64, u32Of, u64Of } from './columns';
import { allocate, release } from './memory';

// A table is three words: address of the slots, how many they are, how many are taken.
const SLOTS: usize = 0;
const COUNT: usize = 4;
const TAKEN: usize = 8;
/** Octets of a table, for memory.data(). */
export const TABLE_OCTETS: i32 = 12;

const LEAST: u32 = 1024;

/** The first slot for the hash; asked for before every search, since it makes room for what is not found. */
export function firstSlot(table: usize, hash: u32): u32 {
  if (u32Of(table, TAKEN) >= u32Of(table, COUNT) >> 1) grow(table);
  return hash & (u32Of(table, COUNT) - 1);
}

/** The slot to look at after this one. */
export function nextSlot(table: usize, slot: u32): u32 {
  return (slot + 1) & (u32Of(table, COUNT) - 1);
}

/** The hash and the number at the slot; 0 where it is free. */
export function entryAt(table: usize, slot: u32): u64 {
  return u64Of(<usize>u32Of(table, SLOTS) + ((<usize>slot) << 3), 0);
}

/** Takes the free slot where a search ended. */
export function take(table: usize, slot: u32, hash: u32, number: u32): void {
  put(table, slot, ((<u64>number) << 32) | hash);
  setU32(table, TAKEN, u32Of(table, TAKEN) + 1);
}

function put(table: usize, slot: u32, entry: u64): void {
  setU64(<usize>u32Of(table, SLOTS) + ((<usize>slot) << 3), 0, entry);
}

function grow(table: usize): void {
  const old = <usize>u32Of(table, SLOTS);
  const oldCount = u32Of(table, COUNT);
  const count = max<u32>(oldCount << 2, LEAST);
  setU32(table, SLOTS, <u32>allocate((<usize>count) << 3));
  setU32(table, COUNT, count);
  for (let index: u32 = 0; index < oldCount; index++) {
    const entry = u64Of(old + ((<usize>index) << 3), 0);
    if (entry == 0) continue;
    let slot = (<u32>entry) & (count - 1);
    while (entryAt(table, slot)) slot = nextSlot(table, slot);
    put(table, slot, entry);
  }
  if (oldCount) release(old, (<usize>oldCount) << 3);
}
