// The blocks of pcapng that describe the capture: sections, interfaces, statistics, names, secrets (pcapng draft section 4).

import { u16In, u32In, u64In, u8At } from '../bytes';
import { addU32, appendRow, f64Of, rowAt, rowCount, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { issue } from '../issues';
import * as schema from '../schema';
import { intern } from '../strings';
import * as input from './input';
import * as notes from './notes';
import * as options from './options';
import { unitsToNanoseconds } from './time';

const BILLION: f64 = 1_000_000_000;

/** Octets in front of the options of a section header and of interface statistics; an interface's begin at 16. */
const SECTION_FIXED: usize = 24;
const STATISTICS_FIXED: usize = 20;
const INTERFACE_FIXED: usize = 16;
const NAMES_FIXED: usize = 8;

/** Text of the option at hand. */
function text(): u32 {
  return intern(options.value, options.textSize());
}

/** Octets of the option at hand, as they stand; 0 where they are fewer than `least`. */
function octets(least: usize): u32 {
  return options.size < least ? 0 : intern(options.value, options.size);
}

/** Row of the active source's section. */
export function section(): usize {
  return u32Of(input.active, input.SECTION);
}

/** The interface of a section with this number: its row; 0 where there is none. */
export function interfaceOf(sectionRow: usize, id: u32): usize {
  if (id >= u32Of(sectionRow, schema.FILE_SECTIONS_INTERFACES)) return 0;
  return rowAt(schema.TABLE_INTERFACES, u32Of(sectionRow, schema.FILE_SECTIONS_FIRST_INTERFACE) + id);
}

/** Reads a section header at `at`; `end` is where its options end, `cut` where the file does. */
export function readSection(at: usize, end: usize, isBigEndian: bool, cut: bool): void {
  const row = appendRow(schema.TABLE_FILE_SECTIONS);
  const number = rowCount(schema.TABLE_FILE_SECTIONS) - 1;
  setF64(row, schema.FILE_SECTIONS_OFFSET, input.offset);
  setU8(row, schema.FILE_SECTIONS_FORMAT, schema.CAPTURE_FORMAT_PCAPNG);
  setU8(row, schema.FILE_SECTIONS_IS_BIG_ENDIAN, isBigEndian ? 1 : 0);
  setU32(row, schema.FILE_SECTIONS_FIRST_INTERFACE, rowCount(schema.TABLE_INTERFACES));
  setU32(row, schema.FILE_SECTIONS_NUMBER, number);
  setU32(input.active, input.SECTION, <u32>row);
  const major = u16In(at + 12, isBigEndian);
  if (major != 1) issue(schema.ISSUE_CODE_SECTION_HEADER, <f64>major, 1);
  options.begin(at + SECTION_FIXED, end, isBigEndian, cut);
  while (options.next()) {
    notes.countOption(schema.BLOCK_TYPE_SECTION);
    switch (options.code) {
      case options.COMMENT:
        notes.comment(schema.COMMENT_ON_SECTION, number, input.offset);
        break;
      case 2:
        setU32(row, schema.FILE_SECTIONS_HARDWARE, text());
        break;
      case 3:
        setU32(row, schema.FILE_SECTIONS_SYSTEM, text());
        break;
      case 4:
        setU32(row, schema.FILE_SECTIONS_APPLICATION, text());
    }
  }
}

/** Reads the interface description of `length` octets at `at`. */
export function readInterface(at: usize, length: usize, isBigEndian: bool): void {
  const row = appendRow(schema.TABLE_INTERFACES);
  const number = rowCount(schema.TABLE_INTERFACES) - 1;
  clearInterface(row);
  setF64(row, schema.INTERFACES_OFFSET, input.offset);
  setU32(row, schema.INTERFACES_SECTION, u32Of(section(), schema.FILE_SECTIONS_NUMBER));
  setU32(row, schema.INTERFACES_LINK_TYPE, u16In(at + 8, isBigEndian));
  setU32(row, schema.INTERFACES_SNAP_LENGTH, u32In(at + 12, isBigEndian));
  setU8(row, schema.INTERFACES_TIME_RESOLUTION, 6);
  addU32(section(), schema.FILE_SECTIONS_INTERFACES, 1);
  options.begin(at + INTERFACE_FIXED, at + length - 4, isBigEndian, false);
  while (options.next()) {
    notes.countOption(schema.BLOCK_TYPE_INTERFACE);
    if (options.code == options.COMMENT) {
      notes.comment(schema.COMMENT_ON_INTERFACE, number, input.offset);
    } else {
      readInterfaceOption(row, isBigEndian);
    }
  }
}

function readInterfaceOption(row: usize, isBigEndian: bool): void {
  const size = options.size;
  switch (options.code) {
    case 2:
      return setU32(row, schema.INTERFACES_NAME, text());
    case 3:
      return setU32(row, schema.INTERFACES_DESCRIPTION, text());
    case 4:
      return setU32(row, schema.INTERFACES_IPV4_ADDRESS, octets(8));
    case 5:
      return setU32(row, schema.INTERFACES_IPV6_ADDRESS, octets(17));
    case 6:
      return setU32(row, schema.INTERFACES_MAC_ADDRESS, octets(6));
    case 8:
      if (size >= 8) setF64(row, schema.INTERFACES_SPEED, <f64>u64In(options.value, isBigEndian));
      return;
    case 9:
      if (size >= 1) setU8(row, schema.INTERFACES_TIME_RESOLUTION, u8At(options.value));
      return;
    case 11:
      return setU32(row, schema.INTERFACES_FILTER, text());
    case 12:
      return setU32(row, schema.INTERFACES_SYSTEM, text());
    case 13:
      if (size >= 1) setU8(row, schema.INTERFACES_CHECK_SEQUENCE, u8At(options.value));
      return;
    case 14:
      if (size >= 8)
        setF64(row, schema.INTERFACES_TIME_OFFSET, <f64>(<i64>u64In(options.value, isBigEndian)));
      return;
    case 15:
      return setU32(row, schema.INTERFACES_HARDWARE, text());
  }
}

/** Numbers of an interface that nothing was told of yet. */
export function clearInterface(row: usize): void {
  setF64(row, schema.INTERFACES_SPEED, NaN);
  setF64(row, schema.INTERFACES_DROPPED, NaN);
  setF64(row, schema.INTERFACES_RECEIVED, NaN);
  setF64(row, schema.INTERFACES_INTERFACE_DROPPED, NaN);
  setF64(row, schema.INTERFACES_FILTER_ACCEPTED, NaN);
  setF64(row, schema.INTERFACES_SYSTEM_DROPPED, NaN);
  setF64(row, schema.INTERFACES_DELIVERED, NaN);
  setF64(row, schema.INTERFACES_COUNTED_FROM, NaN);
  setF64(row, schema.INTERFACES_COUNTED_TO, NaN);
  setU8(row, schema.INTERFACES_CHECK_SEQUENCE, 255);
}

/** Reads interface statistics: they count from the start of the capture, so that the last block of an interface is what holds. */
export function readStatistics(at: usize, length: usize, isBigEndian: bool): void {
  const id = u32In(at + 8, isBigEndian);
  const row = interfaceOf(section(), id);
  if (row == 0) {
    issue(
      schema.ISSUE_CODE_INTERFACE_UNKNOWN,
      <f64>id,
      <f64>u32Of(section(), schema.FILE_SECTIONS_INTERFACES),
    );
  }
  options.begin(at + STATISTICS_FIXED, at + length - 4, isBigEndian, false);
  while (options.next()) {
    notes.countOption(schema.BLOCK_TYPE_STATISTICS);
    if (row == 0) continue;
    if (options.code == options.COMMENT) {
      const number = u32Of(section(), schema.FILE_SECTIONS_FIRST_INTERFACE) + id;
      notes.comment(schema.COMMENT_ON_STATISTICS, number, input.offset);
    } else if (options.size >= 8) {
      readStatistic(row, isBigEndian);
    }
  }
  if (row != 0) {
    setF64(
      row,
      schema.INTERFACES_DROPPED,
      sumOf(f64Of(row, schema.INTERFACES_INTERFACE_DROPPED), f64Of(row, schema.INTERFACES_SYSTEM_DROPPED)),
    );
  }
}

/** The sum of those that are numbers; NaN where none is. */
function sumOf(a: f64, b: f64): f64 {
  if (isNaN(a)) return b;
  return isNaN(b) ? a : a + b;
}

function readStatistic(row: usize, isBigEndian: bool): void {
  switch (options.code) {
    case 2:
      return setF64(row, schema.INTERFACES_COUNTED_FROM, moment(row, isBigEndian));
    case 3:
      return setF64(row, schema.INTERFACES_COUNTED_TO, moment(row, isBigEndian));
    case 4:
      return setF64(row, schema.INTERFACES_RECEIVED, number(isBigEndian));
    case 5:
      return setF64(row, schema.INTERFACES_INTERFACE_DROPPED, number(isBigEndian));
    case 6:
      return setF64(row, schema.INTERFACES_FILTER_ACCEPTED, number(isBigEndian));
    case 7:
      return setF64(row, schema.INTERFACES_SYSTEM_DROPPED, number(isBigEndian));
    case 8:
      return setF64(row, schema.INTERFACES_DELIVERED, number(isBigEndian));
  }
}

function number(isBigEndian: bool): f64 {
  return <f64>u64In(options.value, isBigEndian);
}

/** A time in units of the interface, the upper four octets first: seconds since 1970. */
function moment(row: usize, isBigEndian: bool): f64 {
  const units =
    ((<u64>u32In(options.value, isBigEndian)) << 32) | (<u64>u32In(options.value + 4, isBigEndian));
  const time = unitsToNanoseconds(units, u8Of(row, schema.INTERFACES_TIME_RESOLUTION));
  return <f64>time / BILLION + f64Of(row, schema.INTERFACES_TIME_OFFSET);
}

/** Reads a name resolution block of `length` octets. */
export function readNames(at: usize, length: usize, isBigEndian: bool): void {
  const end = at + length - 4;
  const from = notes.readNames(at + NAMES_FIXED, end, isBigEndian);
  readOtherOptions(schema.BLOCK_TYPE_NAMES, from, end, isBigEndian);
}

/** Reads a decryption secrets block of `length` octets: the secrets stay in the file. */
export function readSecrets(at: usize, length: usize, isBigEndian: bool): void {
  const from = notes.readSecrets(at, length, isBigEndian);
  readOtherOptions(schema.BLOCK_TYPE_SECRETS, from, at + length - 4, isBigEndian);
}

function readOtherOptions(type: u32, from: usize, end: usize, isBigEndian: bool): void {
  options.begin(from, end, isBigEndian, false);
  while (options.next()) {
    notes.countOption(type);
    if (options.code == options.COMMENT) {
      notes.comment(schema.COMMENT_ON_OTHER, u32Of(section(), schema.FILE_SECTIONS_NUMBER), input.offset);
    }
  }
}
