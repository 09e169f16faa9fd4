// The kinds of capture file that are framed here. One more: its file, and a line in open(), next(), end() and locate().

import { f64Of, rowAt, rowCount, setU32, setU64, u32Of, u64Of, u8Of } from '../columns';
import * as issues from '../issues';
import { indexPacket } from '../packet';
import {
  CAPTURE_FORMAT_PCAPNG,
  FILE_SECTIONS_FORMAT,
  FILE_SECTIONS_OFFSET,
  TABLE_FILE_SECTIONS,
} from '../schema';
import { internWaiting } from '../strings';
import * as input from './input';
import {
  endPcap,
  isPcap,
  nextPcapRecord,
  parsePcapRecord,
  PCAP_HEADER,
  readPcapHeader,
  recordHeaderOf,
} from './pcap';
import { countedPackets, countPacket } from './notes';
import { takePacketOptions } from './packet-options';
import { endPcapng, isPcapng, nextPcapngRecord, parsePcapngRecord } from './pcapng';
import * as record from './record';

const UNDECIDED: u32 = 0;
const PCAP: u32 = 1;
const PCAPNG: u32 = 2;

/** Nobody waits for octets. */
export const NOBODY: u32 = 0xffffffff;

function kind(): u32 {
  return u32Of(input.active, input.KIND);
}

function state(): u32 {
  return u32Of(input.active, input.STATE);
}

/** Decides what the active source is, once its header is there: OPEN, NEEDY or ALIEN. */
function open(): u32 {
  if (!input.need(4)) return input.STATE_NEEDY;
  if (isPcapng(input.at)) {
    setU32(input.active, input.KIND, PCAPNG);
  } else if (isPcap(input.at)) {
    if (!input.need(PCAP_HEADER)) return input.STATE_NEEDY;
    if (!readPcapHeader(state() == input.STATE_ENDED)) return input.STATE_NEEDY;
    setU32(input.active, input.KIND, PCAP);
  } else {
    return input.STATE_ALIEN;
  }
  return input.STATE_OPEN;
}

/** Looks for the next packet of the active source, and notes what came of it. */
function next(): u32 {
  const before = state();
  issues.currentOffset = input.offset;
  let found = kind() == UNDECIDED ? open() : input.STATE_OPEN;
  if (found == input.STATE_OPEN) found = kind() == PCAP ? nextPcapRecord() : nextPcapngRecord();
  if (found == input.STATE_NEEDY && before == input.STATE_ENDED) {
    endActive();
    found = input.STATE_OVER;
  }
  // A source that ended stays so until its last packet is read.
  if (found != input.STATE_READY || before != input.STATE_ENDED) setU32(input.active, input.STATE, found);
  return found;
}

function endActive(): void {
  const wanted = f64Of(input.active, input.WANTED);
  if (kind() == PCAP) endPcap(wanted);
  else if (kind() == PCAPNG) endPcapng(wanted);
}

/** Indexes the packet that next() found, and moves on behind it. */
function take(): void {
  indexPacket(input.at + record.header, input.offset);
  if (record.options) takePacketOptions();
  if (record.blockType) countPacket(record.blockType, record.skip);
  input.advance(record.size);
  input.skip = record.skip;
  record.skip = 0;
}

function isReadable(): bool {
  const now = state();
  return (
    now == input.STATE_OPEN ||
    now == input.STATE_READY ||
    now == input.STATE_NEEDY ||
    now == input.STATE_ENDED
  );
}

/** Indexes all packets that may be: of several sources always the earliest, as far as each has shown its next one. */
export function run(): void {
  if (input.sources == 1) {
    input.activate(0);
    while (isReadable() && next() == input.STATE_READY) take();
  } else {
    while (merge()) {}
  }
  countedPackets();
  internWaiting();
}

/** Takes packets of the source with the earliest, up to the next source's; false where one must be fed first, or all are over. */
function merge(): bool {
  let first: u32 = NOBODY;
  let firstTime: i64 = i64.MAX_VALUE;
  let secondTime: i64 = i64.MAX_VALUE;
  for (let source: u32 = 0; source < input.sources; source++) {
    const at = input.stateOf(source);
    if (!isPeeked(at)) {
      input.activate(source);
      if (!isReadable()) continue;
      if (next() == input.STATE_NEEDY) return false;
      if (!isReadable()) continue;
      peek();
    }
    const time = <i64>u64Of(at, input.TIME);
    if (time < firstTime || first == NOBODY) {
      secondTime = firstTime;
      firstTime = time;
      first = source;
    } else if (time < secondTime) {
      secondTime = time;
    }
  }
  if (first == NOBODY) return false;
  input.activate(first);
  setU32(input.active, input.PEEKED, 0);
  do {
    if (next() != input.STATE_READY) return true;
    if (record.hasTime && record.time > secondTime) {
      peek();
      return true;
    }
    take();
  } while (true);
}

function isPeeked(at: usize): bool {
  return u32Of(at, input.PEEKED) != 0;
}

/** Notes the time of the packet that next() found. A packet without a time comes right after the one before it. */
function peek(): void {
  setU32(input.active, input.PEEKED, 1);
  if (record.hasTime) setU64(input.active, input.TIME, <u64>record.time);
  record.skip = 0;
}

/** The source that must be fed before reading can go on; NOBODY where all are over. */
export function wants(): u32 {
  for (let source: u32 = 0; source < input.sources; source++) {
    const now = u32Of(input.stateOf(source), input.STATE);
    if (now == input.STATE_NEEDY || now == input.STATE_OPEN) return source;
  }
  return NOBODY;
}

/** No more octets of the source will come. */
export function end(source: u32): void {
  input.activate(source);
  if (isReadable()) setU32(input.active, input.STATE, input.STATE_ENDED);
}

/** How far reading of the source is: a STATE_… of input.ts. */
export function stateOf(source: u32): u32 {
  return u32Of(input.stateOf(source), input.STATE);
}

/** The section that the octet at `offset` belongs to; 0 where there is none. */
function sectionAt(offset: f64): usize {
  let found: usize = 0;
  for (let row: u32 = 0; row < rowCount(TABLE_FILE_SECTIONS); row++) {
    const at = rowAt(TABLE_FILE_SECTIONS, row);
    const start = f64Of(at, FILE_SECTIONS_OFFSET);
    if (start <= offset && (found == 0 || start > f64Of(found, FILE_SECTIONS_OFFSET))) found = at;
  }
  return found;
}

/** Reads the header of a record again into record.ts; false where the octets are not such a record. */
export function locate(at: usize, size: usize, offset: f64): bool {
  const section = sectionAt(offset);
  if (section == 0) return false;
  if (u8Of(section, FILE_SECTIONS_FORMAT) == CAPTURE_FORMAT_PCAPNG) {
    if (!parsePcapngRecord(at, size, section)) return false;
  } else {
    if (size < recordHeaderOf(section)) return false;
    parsePcapRecord(at, section);
  }
  return record.header + <usize>record.capturedLength <= size;
}
