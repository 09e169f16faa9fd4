// What was odd: one row a code, counted, with the first and last packet and the numbers of the first occurrence.

import { addU32, appendRow, f64Of, rowAt, rowCount, setF64, setU32, setU8, u8Of } from './columns';
import {
  ISSUES_CODE,
  ISSUES_COUNT,
  ISSUES_EXPECTED,
  ISSUES_FIRST_OFFSET,
  ISSUES_FIRST_PACKET,
  ISSUES_FOUND,
  ISSUES_LAST_PACKET,
  PACKETS_OFFSET,
  TABLE_ISSUES,
  TABLE_PACKETS,
} from './schema';

/** The packet at hand, and its place in the file. Set by the driver. */
export let currentPacket: u32 = 0;
export let currentOffset: f64 = 0;

/** False while a packet is decoded again for its details: it was counted when it was indexed. */
export let isCounting: bool = true;

// Row of a code, plus one.
const rowOfCode: usize = memory.data(256);

/** Counts an issue that shows in another packet than the one at hand, one that has its row. */
export function issueAt(packet: u32, code: u32, found: f64, expected: f64): void {
  const now = currentPacket;
  const offset = currentOffset;
  currentPacket = packet;
  if (packet != 0) currentOffset = f64Of(rowAt(TABLE_PACKETS, packet - 1), PACKETS_OFFSET);
  issue(code, found, expected);
  currentPacket = now;
  currentOffset = offset;
}

/** Counts an issue. NaN stands for a number that there is not. */
export function issue(code: u32, found: f64, expected: f64): void {
  if (!isCounting) return;
  let row: usize;
  const known = u8Of(rowOfCode, code);
  if (known) {
    row = rowAt(TABLE_ISSUES, known - 1);
  } else {
    setU8(rowOfCode, code, rowCount(TABLE_ISSUES) + 1);
    row = appendRow(TABLE_ISSUES);
    setU32(row, ISSUES_CODE, code);
    setU32(row, ISSUES_FIRST_PACKET, currentPacket);
    setF64(row, ISSUES_FIRST_OFFSET, currentOffset);
    setF64(row, ISSUES_FOUND, found);
    setF64(row, ISSUES_EXPECTED, expected);
  }
  addU32(row, ISSUES_COUNT, 1);
  setU32(row, ISSUES_LAST_PACKET, currentPacket);
}
