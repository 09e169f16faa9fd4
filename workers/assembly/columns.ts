// Tables: rows of fixed size in row groups that are allocated once and never move.

import { allocateForGood, reallocate } from './memory';
import { TABLE_COUNT, TABLES } from './schema';

// A table's descriptor: rows u32, directory address u32, groups the directory has room for u32, address of the next row u32.
const DESCRIPTOR: usize = 16;
const descriptors: usize = memory.data(32 * 16, 16);

// A table is one of the constants TABLE_… of schema.ts: its number in the low octet, then the rows of a group as a power of two, and
// above them the size of a row. They are constants where the table is, so that finding a row costs two loads.
function descriptorOf(table: u32): usize {
  return descriptors + <usize>(table & 0xff) * DESCRIPTOR;
}
function groupShift(table: u32): u32 {
  return (table >> 8) & 0xff;
}
function rowSize(table: u32): usize {
  return table >> 16;
}

/** The constant of the table with this number: the host knows tables by their numbers. */
export function tableOf(number: u32): u32 {
  return unchecked(TABLES[number]);
}

/** The cells of a row, by the offset of their column: read, written, added to, or given bits. */
export function f64Of(row: usize, column: usize): f64 {
  return load<f64>(row + column);
}
export function setF64(row: usize, column: usize, value: f64): void {
  store<f64>(row + column, value);
}
export function u32Of(row: usize, column: usize): u32 {
  return load<u32>(row + column);
}
export function setU32(row: usize, column: usize, value: u32): void {
  store<u32>(row + column, value);
}
export function u16Of(row: usize, column: usize): u32 {
  return load<u16>(row + column);
}
export function setU16(row: usize, column: usize, value: u32): void {
  store<u16>(row + column, <u16>value);
}
export function u8Of(row: usize, column: usize): u32 {
  return load<u8>(row + column);
}
export function setU8(row: usize, column: usize, value: u32): void {
  store<u8>(row + column, <u8>value);
}
export function addU32(row: usize, column: usize, value: u32): void {
  store<u32>(row + column, load<u32>(row + column) + value);
}
export function addF64(row: usize, column: usize, value: f64): void {
  store<f64>(row + column, load<f64>(row + column) + value);
}
export function orU32(row: usize, column: usize, bits: u32): void {
  store<u32>(row + column, load<u32>(row + column) | bits);
}
export function orU16(row: usize, column: usize, bits: u32): void {
  store<u16>(row + column, <u16>(load<u16>(row + column) | bits));
}
export function orU8(row: usize, column: usize, bits: u32): void {
  store<u8>(row + column, <u8>(load<u8>(row + column) | bits));
}
export function u64Of(row: usize, column: usize): u64 {
  return load<u64>(row + column);
}
export function setU64(row: usize, column: usize, value: u64): void {
  store<u64>(row + column, value);
}

/** Rows the table has. */
export function rowCount(table: u32): u32 {
  return load<u32>(descriptorOf(table));
}

/** Address of the table's directory: the addresses of its row groups, u32 each. */
export function directoryOf(table: u32): usize {
  return load<u32>(descriptorOf(table), 4);
}

/** Address of a row. */
export function rowAt(table: u32, row: u32): usize {
  const group = load<u32>(directoryOf(table) + (((<usize>row) >> groupShift(table)) << 2));
  return group + <usize>(row & ((1 << groupShift(table)) - 1)) * rowSize(table);
}

function addGroup(table: u32): void {
  const descriptor = descriptorOf(table);
  const groups = load<u32>(descriptor) >> groupShift(table);
  const room = load<u32>(descriptor, 8);
  let directory = <usize>load<u32>(descriptor, 4);
  if (groups == room) {
    const wider = max<u32>(room << 1, 16);
    directory = reallocate(directory, (<usize>room) << 2, (<usize>room) << 2, (<usize>wider) << 2);
    store<u32>(descriptor, <u32>directory, 4);
    store<u32>(descriptor, wider, 8);
  }
  const group = <u32>allocateForGood(rowSize(table) << groupShift(table));
  store<u32>(directory + ((<usize>groups) << 2), group);
  store<u32>(descriptor, group, 12);
}

/** Appends a zeroed row and answers its address. Its number was rowCount() before. */
export function appendRow(table: u32): usize {
  const descriptor = descriptorOf(table);
  const row = load<u32>(descriptor);
  if ((row & ((1 << groupShift(table)) - 1)) == 0) addGroup(table);
  const at = load<u32>(descriptor, 12);
  store<u32>(descriptor, row + 1);
  store<u32>(descriptor, at + <u32>rowSize(table), 12);
  return at;
}

let selected: usize = 0;
let selectedRoom: usize = 0;

/** Where select() left its rows. */
export function selection(): usize {
  return selected;
}

/** Rows whose u32 column has any bit of the mask, ascending, at selection(); answers how many. */
export function select(table: u32, column: usize, mask: u32): u32 {
  const rows = rowCount(table);
  const shift = groupShift(table);
  const size = rowSize(table);
  const directory = directoryOf(table);
  let count: usize = 0;
  for (let first: u32 = 0; first < rows; first += 1 << shift) {
    const group = <usize>load<u32>(directory + ((<usize>(first >> shift)) << 2));
    const inGroup = min<u32>(rows - first, 1 << shift);
    if (selectedRoom < (count + inGroup) << 2) growSelection(count, (count + inGroup) << 3);
    let at = group + column;
    for (let index: u32 = 0; index < inGroup; index++) {
      if (load<u32>(at) & mask) {
        store<u32>(selected + (count << 2), first + index);
        count++;
      }
      at += size;
    }
  }
  return <u32>count;
}

function growSelection(count: usize, room: usize): void {
  selected = reallocate(selected, count << 2, selectedRoom, room);
  selectedRoom = room;
}

if (TABLE_COUNT > 32) unreachable();
