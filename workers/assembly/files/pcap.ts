// pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ and its older relatives.

import { u16In, u32At, u32In } from '../bytes';
import { appendRow, rowAt, rowCount, setF64, setU32, setU8, u8Of } from '../columns';
import { issue } from '../issues';
import {
  CAPTURE_FORMAT_PCAP,
  CAPTURE_FORMAT_PCAP_KUZNETZOV,
  CAPTURE_FORMAT_PCAP_NANOSECOND,
  FILE_SECTIONS_FORMAT,
  FILE_SECTIONS_INTERFACES,
  FILE_SECTIONS_IS_BIG_ENDIAN,
  INTERFACES_DROPPED,
  INTERFACES_LINK_TYPE,
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
import { indexPacket } from '../packet';

export const PCAP_HEADER: usize = 24;

const BILLION: i64 = 1_000_000_000;

let isBigEndian: bool = false;
let isNanosecond: bool = false;
let recordHeader: usize = 16;
/** Files of version 2.2 and older have the two lengths the other way round; 2.3 has both kinds. */
let minorVersion: u32 = 4;

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
  isBigEndian = formatOf(magic) != 0;
  const format = formatOf(isBigEndian ? magic : bswap<u32>(magic));
  isNanosecond = format == CAPTURE_FORMAT_PCAP_NANOSECOND;
  recordHeader = format == CAPTURE_FORMAT_PCAP_KUZNETZOV ? 24 : 16;
  minorVersion = u16In(at + 4, isBigEndian) == 2 ? u16In(at + 6, isBigEndian) : 4;
  const row = appendRow(TABLE_INTERFACES);
  setU32(row, INTERFACES_SNAP_LENGTH, u32In(at + 16, isBigEndian));
  // The upper bits tell the length of a frame check sequence, not the link type.
  setU32(row, INTERFACES_LINK_TYPE, u32In(at + 20, isBigEndian) & 0xffff);
  setU8(row, INTERFACES_TIME_RESOLUTION, isNanosecond ? 9 : 6);
  setF64(row, INTERFACES_DROPPED, NaN);
  const section = appendRow(TABLE_FILE_SECTIONS);
  setU8(section, FILE_SECTIONS_FORMAT, format);
  setU8(section, FILE_SECTIONS_IS_BIG_ENDIAN, isBigEndian ? 1 : 0);
  setU32(section, FILE_SECTIONS_INTERFACES, 1);
  input.advance(PCAP_HEADER);
}

/** Reads the record header at `at` into record.ts. */
export function parsePcapRecord(at: usize): void {
  record.header = recordHeader;
  record.capturedLength = u32In(at + 8, isBigEndian);
  record.length = u32In(at + 12, isBigEndian);
  if (minorVersion < 4 && (minorVersion < 3 || record.capturedLength > record.length)) {
    const swapped = record.capturedLength;
    record.capturedLength = record.length;
    record.length = swapped;
  }
  const fraction = <i64>u32In(at + 4, isBigEndian);
  record.time = <i64>u32In(at, isBigEndian) * BILLION + (isNanosecond ? fraction : fraction * 1000);
  record.hasTime = true;
  record.interfaceRow = rowAt(TABLE_INTERFACES, 0);
}

/** Indexes the records that are whole; false where a length shows that the file is damaged. */
export function readPcapRecords(): bool {
  while (input.end - input.at >= recordHeader) {
    const at = input.at;
    parsePcapRecord(at);
    if (record.capturedLength > LIMIT_RECORD_OCTETS) {
      issue(ISSUE_CODE_RECORD_LENGTH, record.capturedLength, LIMIT_RECORD_OCTETS);
      return false;
    }
    const size = recordHeader + <usize>record.capturedLength;
    if (input.end - at < size) break;
    indexPacket(at + recordHeader, input.offset);
    input.advance(size);
  }
  return true;
}

/** The file is over: says so where a record was cut. */
export function endPcap(): void {
  const there = input.heldBack();
  if (there == 0) return;
  let wanted = recordHeader;
  if (there >= recordHeader) wanted += <usize>record.capturedLength;
  issue(ISSUE_CODE_RECORD_TRUNCATED, <f64>there, <f64>wanted);
}

/** Whether the open file is a pcap (its one section says so). */
export function isPcapFile(): bool {
  return rowCount(TABLE_FILE_SECTIONS) == 1 && u8Of(rowAt(TABLE_FILE_SECTIONS, 0), FILE_SECTIONS_FORMAT) != 4;
}
