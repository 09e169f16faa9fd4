// The dynamic table of HPACK (RFC 7541 section 2.3.2): the lines that one direction added, the newest first. Indexes count from the
// newest entry, so entries stay right even where older ones are not known.

import { copyOctets } from '../bytes';
import { setU32, u32Of } from '../columns';
import { issue } from '../issues';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import { STATIC_ENTRIES } from './hpack-static';

// Fields of a table.
const ENTRIES: usize = 0;
/** Entries there is room for: a power of two. */
const ROOM: usize = 4;
/** How many were added since the beginning; the newest is at this number less one, modulo the room. */
const ADDED: usize = 8;
const COUNT: usize = 12;
/** Octets as RFC 7541 section 4.1 counts them, and how many there may be. */
const SIZE: usize = 16;
const MOST: usize = 20;
const MARKS: usize = 24;
/** Differs from that of all other tables, and of this one before it was last changed. */
const GENERATION: usize = 28;

/** Octets that a table's fields take. */
export const TABLE_SIZE: usize = 32;

/** Entries that are older than the known ones may be referred to: they were set before the capture, in a gap, or dropped. */
const OLDER_UNKNOWN: u32 = 1;
/** How large the table may be was agreed on before the capture began. */
const MOST_UNKNOWN: u32 = 2;

/** Octets of a table where nothing else was said (RFC 9113 section 6.5.2). */
const DEFAULT_OCTETS: u32 = 4096;
/** What is kept where the size is not known: as much as browsers ask for. Keeping too many does no harm. */
const GUESSED_OCTETS: u32 = 65_536;
/** What an entry counts beside its name and value. */
const OVERHEAD: u32 = 32;

// Fields of an entry: the text "name: value", the octets of its name (bit 31: the name is not known), its size.
const TEXT: usize = 0;
const NAME: usize = 4;
const ENTRY_SIZE: usize = 8;
const ENTRY: usize = 16;

/** Bit of a name's length where the name (or the whole line) is a placeholder. */
export const UNKNOWN: u32 = 1 << 31;

/** What find() answers where the index is not one that there can be, and where its entry is not in the capture. */
export const NO_ENTRY: usize = 0;
export const NOT_IN_CAPTURE: usize = 1;

let generations: u32 = 0;

function changed(table: usize): void {
  generations++;
  setU32(table, GENERATION, generations);
}

/** A number that no other table has, nor this one had before it was last changed; 0 where no table was made. */
export function generationOf(table: usize): u32 {
  return u32Of(table, GENERATION);
}

/** Makes an empty table; `isWhole` where the capture has all that was ever added. */
export function begin(table: usize, isWhole: bool): void {
  setU32(table, MOST, isWhole ? DEFAULT_OCTETS : GUESSED_OCTETS);
  setU32(table, MARKS, isWhole ? 0 : OLDER_UNKNOWN | MOST_UNKNOWN);
  changed(table);
}

/** Gives a table's memory back. */
export function destroy(table: usize): void {
  if (u32Of(table, ROOM)) release(u32Of(table, ENTRIES), <usize>u32Of(table, ROOM) * ENTRY);
  setU32(table, ROOM, 0);
  setU32(table, COUNT, 0);
}

/** Entries may have been added that are not in the capture: the ones before are no longer found by their index. */
export function forget(table: usize): void {
  changed(table);
  setU32(table, COUNT, 0);
  setU32(table, SIZE, 0);
  setU32(table, MARKS, u32Of(table, MARKS) | OLDER_UNKNOWN);
}

/** The entry of an index above those of the static table; or NO_ENTRY, or NOT_IN_CAPTURE. */
export function find(table: usize, index: u32): usize {
  const back = index - STATIC_ENTRIES - 1;
  if (back < u32Of(table, COUNT)) {
    const place = (u32Of(table, ADDED) - 1 - back) & (u32Of(table, ROOM) - 1);
    return <usize>u32Of(table, ENTRIES) + <usize>place * ENTRY;
  }
  return u32Of(table, MARKS) & OLDER_UNKNOWN ? NOT_IN_CAPTURE : NO_ENTRY;
}

/** The text of an entry; 0 where text is no longer kept. */
export function textOf(entry: usize): u32 {
  return u32Of(entry, TEXT);
}

/** Octets of an entry's name, with UNKNOWN where it is not known. */
export function nameOf(entry: usize): u32 {
  return u32Of(entry, NAME);
}

function evictTo(table: usize, size: u32): void {
  let count = u32Of(table, COUNT);
  let has = u32Of(table, SIZE);
  while (has > size && count > 0) {
    const place = (u32Of(table, ADDED) - count) & (u32Of(table, ROOM) - 1);
    has -= u32Of(<usize>u32Of(table, ENTRIES) + <usize>place * ENTRY, ENTRY_SIZE);
    count--;
  }
  setU32(table, COUNT, count);
  setU32(table, SIZE, has);
}

function grow(table: usize): void {
  const room = u32Of(table, ROOM);
  const wider = room ? room << 1 : 16;
  const entries = allocate(<usize>wider * ENTRY);
  const added = u32Of(table, ADDED);
  for (let back: u32 = 1; back <= u32Of(table, COUNT); back++) {
    const from = <usize>u32Of(table, ENTRIES) + <usize>((added - back) & (room - 1)) * ENTRY;
    copyOctets(entries + <usize>((added - back) & (wider - 1)) * ENTRY, from, ENTRY);
  }
  if (room) release(u32Of(table, ENTRIES), <usize>room * ENTRY);
  setU32(table, ENTRIES, <u32>entries);
  setU32(table, ROOM, wider);
}

/** Adds a line of so many octets of name and value (RFC 7541 section 4.4). */
export function add(table: usize, text: u32, name: u32, octets: u32): void {
  changed(table);
  const size = octets + OVERHEAD;
  const most = u32Of(table, MOST);
  if (size > DEFAULT_OCTETS && u32Of(table, MARKS) & MOST_UNKNOWN) {
    // Whether it went in, or emptied the table instead, depends on a size that is not in the capture.
    forget(table);
    return;
  }
  if (size > most) {
    evictTo(table, 0);
    return;
  }
  evictTo(table, most - size);
  if (u32Of(table, COUNT) == u32Of(table, ROOM)) grow(table);
  const added = u32Of(table, ADDED);
  const entry = <usize>u32Of(table, ENTRIES) + <usize>(added & (u32Of(table, ROOM) - 1)) * ENTRY;
  setU32(entry, TEXT, text);
  setU32(entry, NAME, name);
  setU32(entry, ENTRY_SIZE, size);
  setU32(table, ADDED, added + 1);
  setU32(table, COUNT, u32Of(table, COUNT) + 1);
  setU32(table, SIZE, u32Of(table, SIZE) + size);
}

/** A dynamic table size update (RFC 7541 section 6.3). */
export function resize(table: usize, octets: u32): void {
  changed(table);
  let marks = u32Of(table, MARKS) & ~MOST_UNKNOWN;
  if (octets > schema.LIMIT_HPACK_TABLE_OCTETS) {
    issue(schema.ISSUE_CODE_HPACK_TABLE_LIMIT, octets, schema.LIMIT_HPACK_TABLE_OCTETS);
    octets = schema.LIMIT_HPACK_TABLE_OCTETS;
    marks |= OLDER_UNKNOWN;
  }
  // An empty table has no older entries.
  if (octets == 0) marks &= ~OLDER_UNKNOWN;
  setU32(table, MARKS, marks);
  setU32(table, MOST, octets);
  evictTo(table, octets);
}
