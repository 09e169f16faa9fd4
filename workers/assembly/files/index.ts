// The kinds of capture file that are framed here. One more: its file, and a line in open(), read(), end() and locate().

import {
  endPcap,
  isPcap,
  isPcapFile,
  parsePcapRecord,
  PCAP_HEADER,
  readPcapHeader,
  readPcapRecords,
} from './pcap';
import { endPcapng, isPcapng, parsePcapngRecord, readPcapngBlocks } from './pcapng';
import * as input from './input';
import * as record from './record';

const UNDECIDED: u32 = 0;
const PCAP: u32 = 1;
const PCAPNG: u32 = 2;
const NONE: u32 = 3;

/** Why reading stopped: the values of StopReason in workers/core.ts. */
export const STOP_NONE: u32 = 0;
export const STOP_NOT_A_CAPTURE: u32 = 1;
export const STOP_DAMAGED: u32 = 2;
export const STOP_MEMORY: u32 = 3;

let kind: u32 = UNDECIDED;

/** Decides what the file is, once its header is there. False where more octets are needed. */
function open(): bool {
  const there = input.end - input.at;
  if (there < 4) return false;
  if (isPcapng(input.at)) {
    kind = PCAPNG;
  } else if (isPcap(input.at)) {
    if (there < PCAP_HEADER) return false;
    kind = PCAP;
    readPcapHeader();
  } else {
    kind = NONE;
  }
  return true;
}

/** Indexes what is whole of `size` new octets. */
export function read(size: usize): u32 {
  input.begin(size);
  let isSound = true;
  if (kind != UNDECIDED || open()) {
    if (kind == PCAP) isSound = readPcapRecords();
    else if (kind == PCAPNG) isSound = readPcapngBlocks();
    else return STOP_NOT_A_CAPTURE;
  }
  input.holdBack();
  return isSound ? STOP_NONE : STOP_DAMAGED;
}

/** The file is over. */
export function end(isSound: bool): void {
  if (!isSound) return;
  if (kind == PCAP) endPcap();
  else if (kind == PCAPNG) endPcapng();
}

/** Reads the header of a record again into record.ts; false where the octets are not such a record. */
export function locate(at: usize, size: usize, offset: f64): bool {
  if (isPcapFile()) {
    if (size < 24) return false;
    parsePcapRecord(at);
  } else if (!parsePcapngRecord(at, size, offset)) {
    return false;
  }
  return record.header + <usize>record.capturedLength <= size;
}
