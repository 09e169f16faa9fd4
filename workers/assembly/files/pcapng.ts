// pcapng: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/

import { u16In, u32At, u32In } from '../bytes';
import { f64Of, u32Of, u8Of } from '../columns';
import { issue } from '../issues';
import * as schema from '../schema';
import * as input from './input';
import { countBlock, noteSecrets } from './notes';
import * as blocks from './pcapng-blocks';
import * as record from './record';
import { unitsToNanoseconds } from './time';

const SECTION_HEADER: u32 = schema.BLOCK_TYPE_SECTION;
const OBSOLETE_PACKET: u32 = schema.BLOCK_TYPE_OBSOLETE_PACKET;
const SIMPLE_PACKET: u32 = schema.BLOCK_TYPE_SIMPLE_PACKET;
const ENHANCED_PACKET: u32 = schema.BLOCK_TYPE_ENHANCED_PACKET;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b3c4d;
/** Octets of the smallest header of options: a list without room for one has none. */
const OPTION_HEADER: u32 = 4;
const BILLION: f64 = 1_000_000_000;

let isBigEndian: bool = false;

/** Whether the four octets begin a pcapng file: the type reads the same in both byte orders. */
export function isPcapng(at: usize): bool {
  return u32At(at) == SECTION_HEADER;
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
    issue(schema.ISSUE_CODE_BLOCK_MALFORMED, length, fixed + 4);
    return false;
  }
  if (type == ENHANCED_PACKET) id = u32In(at + 8, bigEndian);
  else if (type == OBSOLETE_PACKET) id = u16In(at + 8, bigEndian);
  const row = blocks.interfaceOf(sectionRow, id);
  if (row == 0) {
    issue(schema.ISSUE_CODE_INTERFACE_UNKNOWN, id, u32Of(sectionRow, schema.FILE_SECTIONS_INTERFACES));
    return false;
  }
  record.interfaceRow = row;
  record.interfaceNumber = u32Of(sectionRow, schema.FILE_SECTIONS_FIRST_INTERFACE) + id;
  record.blockType = type;
  record.isBigEndian = bigEndian;
  record.header = fixed;
  const room = length - fixed - 4;
  if (type == SIMPLE_PACKET) {
    const snap = u32Of(row, schema.INTERFACES_SNAP_LENGTH);
    record.length = u32In(at + 8, bigEndian);
    record.capturedLength = snap != 0 && snap < record.length ? snap : record.length;
    if (record.capturedLength > room) record.capturedLength = room;
    record.hasTime = false;
  } else {
    record.capturedLength = u32In(at + 20, bigEndian);
    record.length = u32In(at + 24, bigEndian);
    const units = ((<u64>u32In(at + 12, bigEndian)) << 32) | (<u64>u32In(at + 16, bigEndian));
    record.time =
      unitsToNanoseconds(units, u8Of(row, schema.INTERFACES_TIME_RESOLUTION)) +
      <i64>(f64Of(row, schema.INTERFACES_TIME_OFFSET) * BILLION);
    record.hasTime = true;
  }
  if (record.capturedLength > schema.LIMIT_RECORD_OCTETS) {
    issue(schema.ISSUE_CODE_RECORD_LENGTH, record.capturedLength, schema.LIMIT_RECORD_OCTETS);
    return false;
  }
  if (record.capturedLength > room) {
    issue(schema.ISSUE_CODE_BLOCK_MALFORMED, record.capturedLength, room);
    return false;
  }
  // A Simple Packet Block has no options.
  const padded = (record.capturedLength + 3) & ~3;
  record.options = 0;
  record.areOptionsCut = false;
  if (type != SIMPLE_PACKET && room >= padded + OPTION_HEADER) {
    record.options = fixed + padded;
    record.optionsEnd = length - 4;
  }
  record.blockSize = length;
  return true;
}

/** Reads the packet block that starts at `at` again; `sectionRow` is its section. */
export function parsePcapngRecord(at: usize, size: usize, sectionRow: usize): bool {
  if (size < 12) return false;
  const bigEndian = u8Of(sectionRow, schema.FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
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
        issue(schema.ISSUE_CODE_SECTION_HEADER, magic, BYTE_ORDER_MAGIC);
        return input.STATE_DAMAGED;
      }
      isBigEndian = magic == BYTE_ORDER_MAGIC;
    } else {
      isBigEndian = u8Of(blocks.section(), schema.FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
    }
    const type = u32In(at, isBigEndian);
    const told = u32In(at + 4, isBigEndian);
    // Some writers forget to count the padding; no block ends between two multiples of four.
    const length = <f64>told + 3 - ((<f64>told + 3) % 4);
    const least: f64 = isSection ? 28 : 12;
    if (length < least) {
      issue(schema.ISSUE_CODE_BLOCK_LENGTH, told, least);
      return input.STATE_DAMAGED;
    }
    const state = readBlock(at, type, length);
    if (state != input.STATE_OPEN) return state;
    input.skip = length;
  }
}

/** Whether a block is there whole, to be read at once; one that is too long is passed over. */
function isWhole(length: f64): bool {
  if (length <= schema.LIMIT_BLOCK_OCTETS) return input.need(<usize>length);
  issue(schema.ISSUE_CODE_BLOCK_LIMIT, length, schema.LIMIT_BLOCK_OCTETS);
  return false;
}

/** Whether no more octets of the file will come. */
function isOver(): bool {
  return u32Of(input.active, input.STATE) == input.STATE_ENDED;
}

/** Reads one block: READY where it has a packet, NEEDY where more octets are needed first, OPEN where it was taken in. */
function readBlock(at: usize, type: u32, length: f64): u32 {
  switch (type) {
    case ENHANCED_PACKET:
    case SIMPLE_PACKET:
    case OBSOLETE_PACKET:
      return readPacketBlock(at, type, length);
    case SECTION_HEADER:
      return readSectionBlock(at, length);
    case schema.BLOCK_TYPE_INTERFACE:
    case schema.BLOCK_TYPE_STATISTICS:
    case schema.BLOCK_TYPE_NAMES:
    case schema.BLOCK_TYPE_SECRETS:
      return readDescription(at, type, length);
    case schema.BLOCK_TYPE_CUSTOM:
    case schema.BLOCK_TYPE_CUSTOM_NOT_COPYABLE:
      if (length < 16) issue(schema.ISSUE_CODE_BLOCK_MALFORMED, length, 16);
      countBlock(type, length < 16 ? 0 : u32In(at + 8, isBigEndian), length);
      return input.STATE_OPEN;
  }
  countBlock(type, 0, length);
  return input.STATE_OPEN;
}

function readPacketBlock(at: usize, type: u32, length: f64): u32 {
  const fixed: f64 = type == SIMPLE_PACKET ? 12 : 28;
  if (!input.need(<usize>min<f64>(fixed, length))) return input.STATE_NEEDY;
  if (!parsePacketBlock(at, type, <u32>min<f64>(length, 4294967292), blocks.section(), isBigEndian)) {
    countBlock(type, 0, length);
    return input.STATE_OPEN;
  }
  if (!input.need(record.header + <usize>record.capturedLength)) return input.STATE_NEEDY;
  if (record.options != 0) {
    if (length > schema.LIMIT_BLOCK_OCTETS) {
      issue(schema.ISSUE_CODE_BLOCK_LIMIT, length, schema.LIMIT_BLOCK_OCTETS);
      record.options = 0;
    } else if (!input.need(<usize>length)) {
      // At the end of a file that was cut the packet is read with the options that are there.
      if (!isOver()) return input.STATE_NEEDY;
      record.optionsEnd = min(record.optionsEnd, input.end - input.at);
      record.areOptionsCut = true;
      if (record.options >= record.optionsEnd) record.options = 0;
    }
  }
  record.size = 0;
  record.skip = length;
  return input.STATE_READY;
}

function readSectionBlock(at: usize, length: f64): u32 {
  if (length > schema.LIMIT_BLOCK_OCTETS) {
    if (!input.need(24)) return input.STATE_NEEDY;
    issue(schema.ISSUE_CODE_BLOCK_LIMIT, length, schema.LIMIT_BLOCK_OCTETS);
    blocks.readSection(at, at + 24, isBigEndian, true);
  } else if (input.need(<usize>length)) {
    blocks.readSection(at, at + <usize>length - 4, isBigEndian, false);
  } else {
    if (!isOver() || input.end - at < 24) return input.STATE_NEEDY;
    blocks.readSection(at, input.end, isBigEndian, true);
  }
  countBlock(SECTION_HEADER, 0, length);
  return input.STATE_OPEN;
}

/** Octets without which a block of description has no meaning, its two lengths included. */
function leastOf(type: u32): f64 {
  if (type == schema.BLOCK_TYPE_STATISTICS) return 24;
  return type == schema.BLOCK_TYPE_NAMES ? 12 : 20;
}

function readDescription(at: usize, type: u32, length: f64): u32 {
  const least = leastOf(type);
  if (length < least) {
    issue(schema.ISSUE_CODE_BLOCK_MALFORMED, length, least);
  } else if (isWhole(length)) {
    const size = <usize>length;
    if (type == schema.BLOCK_TYPE_INTERFACE) blocks.readInterface(at, size, isBigEndian);
    else if (type == schema.BLOCK_TYPE_STATISTICS) blocks.readStatistics(at, size, isBigEndian);
    else if (type == schema.BLOCK_TYPE_NAMES) blocks.readNames(at, size, isBigEndian);
    else blocks.readSecrets(at, size, isBigEndian);
  } else if (length <= schema.LIMIT_BLOCK_OCTETS) {
    return input.STATE_NEEDY;
  } else if (type == schema.BLOCK_TYPE_SECRETS) {
    // A key log may be long; only where it is, is noted.
    if (!input.need(16)) return input.STATE_NEEDY;
    noteSecrets(u32In(at + 8, isBigEndian), min<f64>(<f64>u32In(at + 12, isBigEndian), length - 20));
  }
  countBlock(type, 0, length);
  return input.STATE_OPEN;
}

/** The file is over: says so where a block was cut. */
export function endPcapng(wanted: f64): void {
  const there = <f64>(input.end - input.at);
  if (input.skip > 0) issue(schema.ISSUE_CODE_BLOCK_TRUNCATED, 0, input.skip);
  else if (there > 0) issue(schema.ISSUE_CODE_BLOCK_TRUNCATED, there, wanted);
}
