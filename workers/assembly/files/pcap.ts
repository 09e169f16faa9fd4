// pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ and its older relatives.

import { u16In, u32At, u32In } from '../bytes';
import { appendRow, rowAt, rowCount, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { issue } from '../issues';
import {
  CAPTURE_FORMAT_PCAP,
  CAPTURE_FORMAT_PCAP_KUZNETZOV,
  CAPTURE_FORMAT_PCAP_NANOSECOND,
  FILE_SECTIONS_FIRST_INTERFACE,
  FILE_SECTIONS_FORMAT,
  FILE_SECTIONS_INTERFACES,
  FILE_SECTIONS_IS_BIG_ENDIAN,
  FILE_SECTIONS_MINOR_VERSION,
  FILE_SECTIONS_OFFSET,
  INTERFACES_DROPPED,
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
import * as record from './record';

/** Octets of the file header. */
export const PCAP_HEADER: usize = 24;

const RECORD_HEADER: usize = 16;
/** Kuznetzov's patch adds interface, protocol and packet type. */
const KUZNETZOV_HEADER: usize = 24;
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
    default:
      return 0;
  }
}

/** Whether the four octets begin a pcap file. */
export function isPcap(at: usize): bool {
  const magic = u32At(at);
  return formatOf(magic) != 0 || formatOf(bswap<u32>(magic)) != 0;
}

/** Reads the file header at the input, which has PCAP_HEADER octets. */
export function readPcapHeader(): void {
  const at = input.at;
  const magic = u32At(at);
  const isBigEndian = formatOf(magic) != 0;
  const sectionRow = rowCount(TABLE_FILE_SECTIONS);
  const section = appendRow(TABLE_FILE_SECTIONS);
  setF64(section, FILE_SECTIONS_OFFSET, input.offset);
  setU8(section, FILE_SECTIONS_FORMAT, formatOf(isBigEndian ? magic : bswap<u32>(magic)));
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
  setU8(
    row,
    INTERFACES_TIME_RESOLUTION,
    u8Of(section, FILE_SECTIONS_FORMAT) == CAPTURE_FORMAT_PCAP_NANOSECOND ? 9 : 6,
  );
  setF64(row, INTERFACES_DROPPED, NaN);
  setU32(input.active, input.SECTION, <u32>section);
  input.advance(PCAP_HEADER);
}

/** Reads the record header at `at` into record.ts; `section` is the row of its file. */
export function parsePcapRecord(at: usize, section: usize): void {
  const isBigEndian = u8Of(section, FILE_SECTIONS_IS_BIG_ENDIAN) != 0;
  const format = u8Of(section, FILE_SECTIONS_FORMAT);
  const minor = u8Of(section, FILE_SECTIONS_MINOR_VERSION);
  record.header = format == CAPTURE_FORMAT_PCAP_KUZNETZOV ? KUZNETZOV_HEADER : RECORD_HEADER;
  record.capturedLength = u32In(at + 8, isBigEndian);
  record.length = u32In(at + 12, isBigEndian);
  // Files of version 2.2 and older have the two lengths the other way round; of 2.3 there are both kinds.
  if (minor < 4 && (minor < 3 || record.capturedLength > record.length)) {
    const swapped = record.capturedLength;
    record.capturedLength = record.length;
    record.length = swapped;
  }
  const fraction = <i64>u32In(at + 4, isBigEndian);
  const nanoseconds = format == CAPTURE_FORMAT_PCAP_NANOSECOND ? fraction : fraction * 1000;
  record.time = <i64>u32In(at, isBigEndian) * BILLION + nanoseconds;
  record.hasTime = true;
  record.interfaceRow = rowAt(TABLE_INTERFACES, u32Of(section, FILE_SECTIONS_FIRST_INTERFACE));
}

/** Finds the next record of the active source: a STATE_… of input.ts. */
export function nextPcapRecord(): u32 {
  const at = input.at;
  const section = <usize>u32Of(input.active, input.SECTION);
  if (!input.need(RECORD_HEADER)) return input.STATE_NEEDY;
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
