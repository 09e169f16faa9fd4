// Patched versions of libpcap wrote more fields behind the four of a record header, with the magic numbers of before. Which layout
// a file has is told by where its second record begins, as Wireshark tells it.

import { u16In, u32In } from '../bytes';
import {
  CAPTURE_FORMAT_PCAP,
  CAPTURE_FORMAT_PCAP_KUZNETZOV,
  CAPTURE_FORMAT_PCAP_NOKIA,
  CAPTURE_FORMAT_PCAP_RED_HAT,
  CAPTURE_FORMAT_PCAP_SUSE,
  LIMIT_RECORD_OCTETS,
} from '../schema';

const FILE_HEADER: usize = 24;
/** The four fields that all layouts have: seconds, microseconds, captured length, length. */
const COMMON: usize = 16;
const LONGEST: usize = 28;
/** Records of one file are taken not to lie further apart: a guess, far above real ones. */
const SECONDS_APART: u32 = 31_536_000;
const MICROSECONDS: u32 = 1_000_000;

/** Octets of the record headers of a format. */
export function recordHeader(format: u32): usize {
  switch (format) {
    case CAPTURE_FORMAT_PCAP_KUZNETZOV:
    case CAPTURE_FORMAT_PCAP_RED_HAT:
      return 24;
    case CAPTURE_FORMAT_PCAP_NOKIA:
      return 20;
    case CAPTURE_FORMAT_PCAP_SUSE:
      return LONGEST;
    default:
      return COMMON;
  }
}

let firstRecord: usize = 0;
let isBigEndian: bool = false;
let end: usize = 0;
let isAll: bool = false;

/**
 * The format of the file whose header is at `at`, where its magic number says `format`. `there` is the end of its octets, `all` says
 * that no more will come. 0 where more are needed.
 */
export function layoutOf(format: u32, big: bool, at: usize, there: usize, all: bool): u32 {
  if (format != CAPTURE_FORMAT_PCAP && format != CAPTURE_FORMAT_PCAP_KUZNETZOV) return format;
  // Older versions have the lengths the other way round, and no patches are known of them.
  if (u16In(at + 4, big) != 2 || u16In(at + 6, big) < 4) return format;
  firstRecord = at + FILE_HEADER;
  isBigEndian = big;
  end = there;
  isAll = all;
  if (end - firstRecord < COMMON) return all ? format : 0;
  const captured = u32In(firstRecord + 8, big);
  if (captured > LIMIT_RECORD_OCTETS) return format;
  if (!all && end - firstRecord < LONGEST + <usize>captured + COMMON) return 0;
  if (isOwn(recordHeader(format), captured)) return format;
  if (format == CAPTURE_FORMAT_PCAP_KUZNETZOV)
    return leads(CAPTURE_FORMAT_PCAP_SUSE, captured) ? CAPTURE_FORMAT_PCAP_SUSE : format;
  if (leads(CAPTURE_FORMAT_PCAP_RED_HAT, captured)) return CAPTURE_FORMAT_PCAP_RED_HAT;
  return leads(CAPTURE_FORMAT_PCAP_NOKIA, captured) ? CAPTURE_FORMAT_PCAP_NOKIA : format;
}

/** Whether what the magic number says can be: nothing speaks against a second record there. */
function isOwn(header: usize, captured: u32): bool {
  const room = end - firstRecord;
  const second = header + <usize>captured;
  if (room <= second) return true;
  const rest = room - second;
  if (rest < COMMON) return rest < 4 || isNear(firstRecord + second);
  const at = firstRecord + second;
  const length = u32In(at + 8, isBigEndian);
  const isLikely = length <= u32In(at + 12, isBigEndian) || u32In(at + 4, isBigEndian) < MICROSECONDS;
  return length <= LIMIT_RECORD_OCTETS && isLikely;
}

/** Whether record headers of this format lead to the end of the file, or to a second record without doubt. */
function leads(format: u32, captured: u32): bool {
  const room = end - firstRecord;
  const second = recordHeader(format) + <usize>captured;
  if (room == second) return isAll;
  if (room < second || room - second < COMMON) return false;
  const at = firstRecord + second;
  const length = u32In(at + 8, isBigEndian);
  const snapLength = u32In(firstRecord - 8, isBigEndian);
  return (
    u32In(at, isBigEndian) != 0 &&
    length <= (snapLength ? min<u32>(snapLength, LIMIT_RECORD_OCTETS) : LIMIT_RECORD_OCTETS) &&
    length <= u32In(at + 12, isBigEndian) &&
    u32In(at + 4, isBigEndian) < MICROSECONDS &&
    isNear(at)
  );
}

/** Whether the seconds of a record at `at` are near those of the first. */
function isNear(at: usize): bool {
  const first = u32In(firstRecord, isBigEndian);
  const seconds = u32In(at, isBigEndian);
  return (seconds > first ? seconds - first : first - seconds) <= SECONDS_APART;
}
