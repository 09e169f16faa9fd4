// pcapng: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/

import { u16In, u32At, u32In, u64In, u8At } from '../bytes';
import { addU32, appendRow, f64Of, rowAt, rowCount, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { issue } from '../issues';
import {
  CAPTURE_FORMAT_PCAPNG,
  FILE_SECTIONS_FIRST_INTERFACE,
  FILE_SECTIONS_FORMAT,
  FILE_SECTIONS_INTERFACES,
  FILE_SECTIONS_IS_BIG_ENDIAN,
  FILE_SECTIONS_NUMBER,
  FILE_SECTIONS_OFFSET,
  INTERFACES_DESCRIPTION,
  INTERFACES_DROPPED,
  INTERFACES_LINK_TYPE,
  INTERFACES_NAME,
  INTERFACES_OFFSET,
  INTERFACES_SECTION,
  INTERFACES_SNAP_LENGTH,
  INTERFACES_TIME_OFFSET,
  INTERFACES_TIME_RESOLUTION,
  ISSUE_CODE_BLOCK_LENGTH,
  ISSUE_CODE_BLOCK_MALFORMED,
  ISSUE_CODE_BLOCK_TRUNCATED,
  ISSUE_CODE_INTERFACE_UNKNOWN,
  ISSUE_CODE_RECORD_LENGTH,
  ISSUE_CODE_SECTION_HEADER,
  LIMIT_RECORD_OCTETS,
  TABLE_FILE_SECTIONS,
  TABLE_INTERFACES,
} from '../schema';
import { intern } from '../strings';
import * as input from './input';
import * as record from './record';
import { unitsToNanoseconds } from './time';

const SECTION_HEADER: u32 = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b3c4d;
/** A block that is read whole (descriptions, statistics) and is longer than this is passed over. */
const WHOLE_BLOCK: u32 = 1 << 20;
const BILLION: f64 = 1_000_000_000;

let isBigEndian: bool = false;

/** Whether the four octets begin a pcapng file: the type reads the same in both byte orders. */
export function isPcapng(at: usize): bool {
  return u32At(at) == SECTION_HEADER;
}

/** Row of the section that the active source is in. */
function section(): usize {
  return u32Of(input.active, input.SECTION);
}

function readSectionHeader(at: usize): void {
  const row = appendRow(TABLE_FILE_SECTIONS);
  setF64(row, FILE_SECTIONS_OFFSET, input.offset);
  setU8(row, FILE_SECTIONS_FORMAT, CAPTURE_FORMAT_PCAPNG);
  setU8(row, FILE_SECTIONS_IS_BIG_ENDIAN, isBigEndian ? 1 : 0);
  setU32(row, FILE_SECTIONS_FIRST_INTERFACE, rowCount(TABLE_INTERFACES));
  setU32(row, FILE_SECTIONS_NUMBER, rowCount(TABLE_FILE_SECTIONS) - 1);
  setU32(input.active, input.SECTION, <u32>row);
  const major = u16In(at + 12, isBigEndian);
  if (major != 1) issue(ISSUE_CODE_SECTION_HEADER, <f64>major, 1);
}

/** Length of a text option without the NULs some writers add. */
function textLength(at: usize, length: usize): usize {
  let end = length;
  while (end > 0 && u8At(at + end - 1) == 0) end--;
  return end;
}

function readInterface(at: usize, length: usize): void {
  const row = appendRow(TABLE_INTERFACES);
  setF64(row, INTERFACES_OFFSET, input.offset);
  setU32(row, INTERFACES_SECTION, u32Of(section(), FILE_SECTIONS_NUMBER));
  setU32(row, INTERFACES_LINK_TYPE, u16In(at + 8, isBigEndian));
  setU32(row, INTERFACES_SNAP_LENGTH, u32In(at + 12, isBigEndian));
  setU8(row, INTERFACES_TIME_RESOLUTION, 6);
  setF64(row, INTERFACES_DROPPED, NaN);
  addU32(section(), FILE_SECTIONS_INTERFACES, 1);
  const end = at + length - 4;
  let option = at + 16;
  while (end - option >= 4) {
    const code = u16In(option, isBigEndian);
    const size = <usize>u16In(option + 2, isBigEndian);
    const value = option + 4;
    if (code == 0) break;
    if (end - value < size) {
      issue(ISSUE_CODE_BLOCK_MALFORMED, <f64>size, <f64>(end - value));
      break;
    }
    if (code == 2) setU32(row, INTERFACES_NAME, intern(value, textLength(value, size)));
    else if (code == 3) setU32(row, INTERFACES_DESCRIPTION, intern(value, textLength(value, size)));
    else if (code == 9 && size >= 1) setU8(row, INTERFACES_TIME_RESOLUTION, u8At(value));
    else if (code == 14 && size >= 8) {
      setF64(row, INTERFACES_TIME_OFFSET, <f64>(<i64>u64In(value, isBigEndian)));
    }
    const padded = (size + 3) & ~3;
    if (end - value < padded) break;
    option = value + padded;
  }
}

function readStatistics(at: usize, length: usize): void {
  const row = interfaceOf(section(), u32In(at + 8, isBigEndian));
  if (row == 0) return;
  const end = at + length - 4;
  let option = at + 20;
  while (end - option >= 4) {
    const code = u16In(option, isBigEndian);
    const size = <usize>u16In(option + 2, isBigEndian);
    const value = option + 4;
    if (code == 0 || end - value < size) break;
    // isb_ifdrop and isb_osdrop: the last block counts for the whole capture.
    if ((code == 5 || code == 7) && size == 8) {
      const dropped = <f64>u64In(value, isBigEndian);
      const known = f64Of(row, INTERFACES_DROPPED);
      setF64(row, INTERFACES_DROPPED, code == 5 || known != known ? dropped : known + dropped);
    }
    const padded = (size + 3) & ~3;
    if (end - value < padded) break;
    option = value + padded;
  }
}

function interfaceOf(sectionRow: usize, id: u32): usize {
  if (id >= u32Of(sectionRow, FILE_SECTIONS_INTERFACES)) return 0;
  return rowAt(TABLE_INTERFACES, u32Of(sectionRow, FILE_SECTIONS_FIRST_INTERFACE) + id);
}

/**
 * Reads the packet block of the given type and length at `at`, which has its fixed part, into record.ts. False for a block that
 * contradicts itself or names no interface; an issue says so.
 */
function parsePacketBlock(at: usize, type: u32, length: u32, sectionRow: usize, bigEndian: bool): bool {
  let id: u32 = 0;
  let fixed: u32 = 28;
  if (type == SIMPLE_PACKET) fixed = 12;
  if (length < fixed + 4) {
    issue(ISSUE_CODE_BLOCK_MALFORMED, length, fixed + 4);
    return false;
  }
  if (type == ENHANCED_PACKET) id = u32In(at + 8, bigEndian);
  else if (type == OBSOLETE_PACKET) id = u16In(at + 8, bigEndian);
  const row = interfaceOf(sectionRow, id);
  if (row == 0) {
    issue(ISSUE_CODE_INTERFACE_UNKNOWN, id, u32Of(sectionRow, FILE_SECTIONS_INTERFACES));
    return false;
  }
  record.interfaceRow = row;
  record.header = fixed;
  const room = length - fixed - 4;
  if (type == SIMPLE_PACKET) {
    const snap = u32Of(row, INTERFACES_SNAP_LENGTH);
    record.length = u32In(at + 8, bigEndian);
    record.capturedLength = snap != 0 && snap < record.length ? snap : record.length;
    if (record.capturedLength > room) record.capturedLength = room;
    record.hasTime = false;
  } else {
    record.capturedLength = u32In(at + 20, bigEndian);
    record.length = u32In(at + 24, bigEndian);
    const units = ((<u64>u32In(at + 12, bigEndian)) << 32) | (<u64>u32In(at + 16, bigEndian));
    record.time =
      unitsToNanoseconds(units, u8Of(row, INTERFACES_TIME_RESOLUTION)) +
      <i64>(f64Of(row, INTERFACES_TIME_OFFSET) * BILLION);
    record.hasTime = true;
  }
  if (record.capturedLength > LIMIT_RECORD_OCTETS) {
    issue(ISSUE_CODE_RECORD_LENGTH, record.capturedLength, LIMIT_RECORD_OCTETS);
    return false;
  }
  if (record.capturedLength > room) {
    issue(ISSUE_CODE_BLOCK_MALFORMED, record.capturedLength, room);
    return false;
  }
  return true;
}

/** Reads the packet block that starts at `at` again; `sectionRow` is its section. */
export function parsePcapngRecord(at: usize, size: usize, sectionRow: usize): bool {
  if (size < 12) return false;
  const bigEndian = u8Of(sectionRow, FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
  const type = u32In(at, bigEndian);
  if (size < 28 && type != SIMPLE_PACKET) return false;
  return parsePacketBlock(at, type, u32In(at + 4, bigEndian), sectionRow, bigEndian);
}

/** Finds the next packet block of the active source: a STATE_… of input.ts. */
export function nextPcapngRecord(): u32 {
  while (true) {
    if (!input.passSkipped() || !input.need(12)) return input.STATE_NEEDY;
    const at = input.at;
    const isSection = u32At(at) == SECTION_HEADER;
    if (isSection) {
      const magic = u32At(at + 8);
      if (magic != BYTE_ORDER_MAGIC && bswap<u32>(magic) != BYTE_ORDER_MAGIC) {
        issue(ISSUE_CODE_SECTION_HEADER, magic, BYTE_ORDER_MAGIC);
        return input.STATE_DAMAGED;
      }
      isBigEndian = magic == BYTE_ORDER_MAGIC;
    } else {
      isBigEndian = u8Of(section(), FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
    }
    const type = u32In(at, isBigEndian);
    const told = u32In(at + 4, isBigEndian);
    // Some writers forget to count the padding; no block ends between two multiples of four.
    const length = <f64>told + 3 - ((<f64>told + 3) % 4);
    const least: f64 = isSection ? 28 : 12;
    if (length < least) {
      issue(ISSUE_CODE_BLOCK_LENGTH, told, least);
      return input.STATE_DAMAGED;
    }
    const state = readBlock(at, type, length);
    if (state != input.STATE_OPEN) return state;
    input.skip = length;
  }
}

/** Reads one block: READY where it has a packet, NEEDY where more octets are needed first, OPEN where it was taken in. */
function readBlock(at: usize, type: u32, length: f64): u32 {
  if (type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == OBSOLETE_PACKET) {
    const fixed: f64 = type == SIMPLE_PACKET ? 12 : 28;
    if (!input.need(<usize>min<f64>(fixed, length))) return input.STATE_NEEDY;
    if (!parsePacketBlock(at, type, <u32>min<f64>(length, 4294967292), section(), isBigEndian)) {
      return input.STATE_OPEN;
    }
    if (!input.need(record.header + <usize>record.capturedLength)) return input.STATE_NEEDY;
    record.size = 0;
    record.skip = length;
    return input.STATE_READY;
  }
  if (type == SECTION_HEADER) {
    if (!input.need(24)) return input.STATE_NEEDY;
    readSectionHeader(at);
  } else if ((type == INTERFACE_DESCRIPTION || type == INTERFACE_STATISTICS) && length <= WHOLE_BLOCK) {
    if (!input.need(<usize>length)) return input.STATE_NEEDY;
    if (type == INTERFACE_DESCRIPTION && length >= 20) readInterface(at, <usize>length);
    else if (type == INTERFACE_STATISTICS && length >= 24) readStatistics(at, <usize>length);
    else issue(ISSUE_CODE_BLOCK_MALFORMED, length, 20);
  }
  return input.STATE_OPEN;
}

/** The file is over: says so where a block was cut. */
export function endPcapng(wanted: f64): void {
  const there = <f64>(input.end - input.at);
  if (input.skip > 0) issue(ISSUE_CODE_BLOCK_TRUNCATED, 0, input.skip);
  else if (there > 0) issue(ISSUE_CODE_BLOCK_TRUNCATED, there, wanted);
}
