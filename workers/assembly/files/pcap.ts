// pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ and its older relatives.

import { u16In, u32At, u32In } from '../bytes';
import { appendRow, rowAt, rowCount, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { issue } from '../issues';
import {
  CAPTURE_FORMAT_PCAP,
  CAPTURE_FORMAT_PCAP_IXIA_HARDWARE,
  CAPTURE_FORMAT_PCAP_IXIA_SOFTWARE,
  CAPTURE_FORMAT_PCAP_KUZNETZOV,
  CAPTURE_FORMAT_PCAP_NANOSECOND,
  FILE_SECTIONS_FIRST_INTERFACE,
  FILE_SECTIONS_FORMAT,
  FILE_SECTIONS_INTERFACES,
  FILE_SECTIONS_IS_BIG_ENDIAN,
  FILE_SECTIONS_MINOR_VERSION,
  FILE_SECTIONS_OFFSET,
  INTERFACES_LINK_TYPE,
  INTERFACES_OFFSET,
  INTERFACES_SECTION,
  INTERFACES_SNAP_LENGTH,
  INTERFACES_TIME_RESOLUTION,
  ISSUE_CODE_RECORD_LENGTH,
  ISSUE_CODE_RECORD_TRUNCATED,
  LIMIT_RECORD_OCTETS,
  TABLE_FILE_SECTIONS,
  TABLE_INTERFACES,
} from '../schema';
import * as input from './input';
import { layoutOf, recordHeader } from './pcap-layout';
import { clearInterface } from './pcapng-blocks';
import * as record from './record';

/** Octets of the file header. */
export const PCAP_HEADER: usize = 24;

/** IXIA adds the octets of all records, which nobody needs. */
const IXIA_EXTRA: f64 = 4;

/** The fields that record headers of all formats begin with. */
const RECORD_HEADER: usize = 16;
const BILLION: i64 = 1_000_000_000;

/** The format a file header's magic number tells, read in network order; 0 for none of ours. */
function formatOf(magic: u32): u32 {
  switch (magic) {
    case 0xa1b2c3d4:
      return CAPTURE_FORMAT_PCAP;
    case 0xa1b23c4d:
      return CAPTURE_FORMAT_PCAP_NANOSECOND;
    case 0xa1b2cd34:
      return CAPTURE_FORMAT_PCAP_KUZNETZOV;
    case 0x1c0001ac:
      return CAPTURE_FORMAT_PCAP_IXIA_HARDWARE;
    case 0x1c0001ab:
      return CAPTURE_FORMAT_PCAP_IXIA_SOFTWARE;
    default:
      return 0;
  }
}

function isIxia(format: u32): bool {
  return format == CAPTURE_FORMAT_PCAP_IXIA_HARDWARE || format == CAPTURE_FORMAT_PCAP_IXIA_SOFTWARE;
}

/** Whether time stamps count nanoseconds; others count microseconds. */
function isNanoseconds(format: u32): bool {
  return format == CAPTURE_FORMAT_PCAP_NANOSECOND || format == CAPTURE_FORMAT_PCAP_IXIA_HARDWARE;
}

/** Whether the four octets begin a pcap file. */
export function isPcap(at: usize): bool {
  const magic = u32At(at);
  return formatOf(magic) != 0 || formatOf(bswap<u32>(magic)) != 0;
}

/**
 * Reads the file header at the input, which has PCAP_HEADER octets; `isAll` says that no more than those there will come. False where
 * more are needed to tell the format.
 */
export function readPcapHeader(isAll: bool): bool {
  const at = input.at;
  const magic = u32At(at);
  const isBigEndian = formatOf(magic) != 0;
  const format = layoutOf(
    formatOf(isBigEndian ? magic : bswap<u32>(magic)),
    isBigEndian,
    at,
    input.end,
    isAll,
  );
  if (format == 0) return false;
  const sectionRow = rowCount(TABLE_FILE_SECTIONS);
  const section = appendRow(TABLE_FILE_SECTIONS);
  setF64(section, FILE_SECTIONS_OFFSET, input.offset);
  setU8(section, FILE_SECTIONS_FORMAT, format);
  setU8(section, FILE_SECTIONS_IS_BIG_ENDIAN, isBigEndian ? 1 : 0);
  setU8(
    section,
    FILE_SECTIONS_MINOR_VERSION,
    u16In(at + 4, isBigEndian) == 2 ? u16In(at + 6, isBigEndian) : 4,
  );
  setU32(section, FILE_SECTIONS_FIRST_INTERFACE, rowCount(TABLE_INTERFACES));
  setU32(section, FILE_SECTIONS_INTERFACES, 1);
  const row = appendRow(TABLE_INTERFACES);
  setF64(row, INTERFACES_OFFSET, input.offset);
  setU32(row, INTERFACES_SECTION, sectionRow);
  setU32(row, INTERFACES_SNAP_LENGTH, u32In(at + 16, isBigEndian));
  // The upper bits tell the length of a frame check sequence, not the link type.
  setU32(row, INTERFACES_LINK_TYPE, u32In(at + 20, isBigEndian) & 0xffff);
  setU8(row, INTERFACES_TIME_RESOLUTION, isNanoseconds(format) ? 9 : 6);
  clearInterface(row);
  setU32(input.active, input.SECTION, <u32>section);
  input.advance(PCAP_HEADER);
  if (isIxia(format)) input.skip = IXIA_EXTRA;
  return true;
}

/** Octets of the record headers of a file; `section` is its row. */
export function recordHeaderOf(section: usize): usize {
  return recordHeader(u8Of(section, FILE_SECTIONS_FORMAT));
}

/** Reads the record header at `at` into record.ts; `section` is the row of its file. */
export function parsePcapRecord(at: usize, section: usize): void {
  const isBigEndian = u8Of(section, FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
  const format = u8Of(section, FILE_SECTIONS_FORMAT);
  const minor = u8Of(section, FILE_SECTIONS_MINOR_VERSION);
  record.header = recordHeaderOf(section);
  record.capturedLength = u32In(at + 8, isBigEndian);
  record.length = u32In(at + 12, isBigEndian);
  // Files of version 2.2 and older have the two lengths the other way round; of 2.3 there are both kinds.
  if (minor < 4 && (minor < 3 || record.capturedLength > record.length)) {
    const swapped = record.capturedLength;
    record.capturedLength = record.length;
    record.length = swapped;
  }
  const fraction = <i64>u32In(at + 4, isBigEndian);
  const nanoseconds = isNanoseconds(format) ? fraction : fraction * 1000;
  record.time = <i64>u32In(at, isBigEndian) * BILLION + nanoseconds;
  record.hasTime = true;
  record.interfaceNumber = u32Of(section, FILE_SECTIONS_FIRST_INTERFACE);
  record.interfaceRow = rowAt(TABLE_INTERFACES, record.interfaceNumber);
  record.options = 0;
  record.blockSize = 0;
  record.blockType = 0;
}

/** Finds the next record of the active source: a STATE_… of input.ts. */
export function nextPcapRecord(): u32 {
  if (!input.passSkipped() || !input.need(RECORD_HEADER)) return input.STATE_NEEDY;
  const at = input.at;
  const section = <usize>u32Of(input.active, input.SECTION);
  parsePcapRecord(at, section);
  if (record.capturedLength > LIMIT_RECORD_OCTETS) {
    issue(ISSUE_CODE_RECORD_LENGTH, record.capturedLength, LIMIT_RECORD_OCTETS);
    return input.STATE_DAMAGED;
  }
  record.size = record.header + <usize>record.capturedLength;
  return input.need(record.size) ? input.STATE_READY : input.STATE_NEEDY;
}

/** The file is over: says so where a record was cut. */
export function endPcap(wanted: f64): void {
  const there = input.end - input.at;
  if (there) issue(ISSUE_CODE_RECORD_TRUNCATED, <f64>there, wanted);
}
