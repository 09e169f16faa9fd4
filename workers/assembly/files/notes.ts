// What a pcapng file says beside its packets: which blocks and options it has, comments, names of addresses, secrets.

import { u16In, u32At, u32In, u8At } from '../bytes';
import { addF64, addU32, appendRow, rowAt, rowCount, setF64, setU32, setU8, u32Of } from '../columns';
import { issue } from '../issues';
import {
  ADDRESS_KIND_EUI48,
  ADDRESS_KIND_EUI64,
  ADDRESS_KIND_IPV4,
  ADDRESS_KIND_IPV6,
  BLOCK_OPTIONS_BLOCK,
  BLOCK_OPTIONS_CODE,
  BLOCK_OPTIONS_COUNT,
  BLOCK_OPTIONS_ENTERPRISE,
  BLOCKS_COUNT,
  BLOCKS_ENTERPRISE,
  BLOCKS_OCTETS,
  BLOCKS_TYPE,
  COMMENTS_OFFSET,
  COMMENTS_ON,
  COMMENTS_SUBJECT,
  COMMENTS_TEXT,
  ISSUE_CODE_BLOCK_MALFORMED,
  ISSUE_CODE_NOTES_LIMIT,
  LIMIT_BLOCK_TYPES,
  LIMIT_COMMENTS,
  LIMIT_NOTE_OCTETS,
  LIMIT_RESOLVED_NAMES,
  RESOLVED_NAMES_KIND,
  RESOLVED_NAMES_NAME,
  RESOLVED_NAMES_WORD0,
  RESOLVED_NAMES_WORD1,
  RESOLVED_NAMES_WORD2,
  RESOLVED_NAMES_WORD3,
  SECRETS_OCTETS,
  SECRETS_OFFSET,
  SECRETS_TYPE,
  TABLE_BLOCK_OPTIONS,
  TABLE_BLOCKS,
  TABLE_COMMENTS,
  TABLE_RESOLVED_NAMES,
  TABLE_SECRETS,
} from '../schema';
import { intern } from '../strings';
import * as input from './input';
import * as options from './options';

/** Octets of a decryption secrets block in front of the secrets. */
const SECRETS_FIXED: usize = 16;

let noteOctets: u64 = 0;

// The row that was counted last: most blocks are of the same type as the one before.
let lastBlock: usize = 0;
let lastType: u32 = 0;
let lastEnterprise: u32 = 0;

/** Counts a block; past LIMIT_BLOCK_TYPES kinds, those of an unknown kind are counted as one kind of type 0. */
export function countBlock(type: u32, enterprise: u32, length: f64): void {
  if (type != lastType || enterprise != lastEnterprise || lastBlock == 0) {
    lastBlock = blockRow(type, enterprise);
    lastType = type;
    lastEnterprise = enterprise;
  }
  addU32(lastBlock, BLOCKS_COUNT, 1);
  addF64(lastBlock, BLOCKS_OCTETS, length);
}

// Packets of one type of block after another, not yet in the table: a packet costs two additions.
let runType: u32 = 0;
let runPackets: u32 = 0;
let runOctets: f64 = 0;

/** Counts a block of a packet; countedPackets() brings it to the table. */
export function countPacket(type: u32, length: f64): void {
  if (type != runType) {
    countedPackets();
    runType = type;
  }
  runPackets++;
  runOctets += length;
}

/** Brings the packets that were counted to the table. */
export function countedPackets(): void {
  if (runPackets == 0) return;
  const row = blockRow(runType, 0);
  addU32(row, BLOCKS_COUNT, runPackets);
  addF64(row, BLOCKS_OCTETS, runOctets);
  runPackets = 0;
  runOctets = 0;
}

function blockRow(type: u32, enterprise: u32): usize {
  const rows = rowCount(TABLE_BLOCKS);
  for (let row: u32 = 0; row < rows; row++) {
    const at = rowAt(TABLE_BLOCKS, row);
    if (u32Of(at, BLOCKS_TYPE) == type && u32Of(at, BLOCKS_ENTERPRISE) == enterprise) return at;
  }
  if (rows >= LIMIT_BLOCK_TYPES && type != 0) return blockRow(0, 0);
  const at = appendRow(TABLE_BLOCKS);
  setU32(at, BLOCKS_TYPE, type);
  setU32(at, BLOCKS_ENTERPRISE, enterprise);
  return at;
}

/** Counts the option at hand of a block of the given type; those of kinds past the limit are not counted. */
export function countOption(block: u32): void {
  const code = options.code;
  const enterprise = options.enterprise();
  const rows = rowCount(TABLE_BLOCK_OPTIONS);
  for (let row: u32 = 0; row < rows; row++) {
    const at = rowAt(TABLE_BLOCK_OPTIONS, row);
    if (
      u32Of(at, BLOCK_OPTIONS_BLOCK) == block &&
      u32Of(at, BLOCK_OPTIONS_CODE) == code &&
      u32Of(at, BLOCK_OPTIONS_ENTERPRISE) == enterprise
    ) {
      return addU32(at, BLOCK_OPTIONS_COUNT, 1);
    }
  }
  if (rows >= LIMIT_BLOCK_TYPES) return;
  const at = appendRow(TABLE_BLOCK_OPTIONS);
  setU32(at, BLOCK_OPTIONS_BLOCK, block);
  setU32(at, BLOCK_OPTIONS_CODE, code);
  setU32(at, BLOCK_OPTIONS_ENTERPRISE, enterprise);
  setU32(at, BLOCK_OPTIONS_COUNT, 1);
}

/** Whether so many octets of text may still be kept in a table; an issue says so where they may not. */
function mayKeep(table: u32, limit: u32, octets: usize): bool {
  if (rowCount(table) >= limit) {
    issue(ISSUE_CODE_NOTES_LIMIT, NaN, limit);
    return false;
  }
  if (noteOctets + octets > LIMIT_NOTE_OCTETS) {
    issue(ISSUE_CODE_NOTES_LIMIT, NaN, LIMIT_NOTE_OCTETS);
    return false;
  }
  noteOctets += octets;
  return true;
}

/** Keeps the option at hand as a comment: on what, and on which one. */
export function comment(on: u32, subject: u32, offset: f64): void {
  const length = options.textSize();
  if (!mayKeep(TABLE_COMMENTS, LIMIT_COMMENTS, length)) return;
  const row = appendRow(TABLE_COMMENTS);
  setF64(row, COMMENTS_OFFSET, offset);
  setU32(row, COMMENTS_SUBJECT, subject);
  setU32(row, COMMENTS_TEXT, intern(options.value, length));
  setU8(row, COMMENTS_ON, on);
}

/** Octets of an address of this kind; 0 for a kind that is not known. */
function addressSize(kind: u32): usize {
  if (kind == ADDRESS_KIND_IPV4) return 4;
  if (kind == ADDRESS_KIND_IPV6) return 16;
  if (kind == ADDRESS_KIND_EUI48) return 6;
  return kind == ADDRESS_KIND_EUI64 ? 8 : 0;
}

/** Reads the records of a name resolution block in [at, end); answers where its options begin, `end` where they cannot be told. */
export function readNames(at: usize, end: usize, isBigEndian: bool): usize {
  while (end - at >= 4) {
    const kind = u16In(at, isBigEndian);
    const size = <usize>u16In(at + 2, isBigEndian);
    const value = at + 4;
    if (kind == 0) return value;
    if (end - value < size) {
      issue(ISSUE_CODE_BLOCK_MALFORMED, <f64>size, <f64>(end - value));
      return end;
    }
    const address = addressSize(kind);
    if (address > 0 && size > address) keepNames(kind, value, address, value + size);
    const padded = (size + 3) & ~3;
    at = end - value < padded ? end : value + padded;
  }
  return end;
}

/** The names behind an address, each ended by a NUL. */
function keepNames(kind: u32, address: usize, addressOctets: usize, end: usize): void {
  let from = address + addressOctets;
  while (from < end) {
    let to = from;
    while (to < end && u8At(to) != 0) to++;
    if (to > from) keepName(kind, address, from, to - from);
    from = to + 1;
  }
}

function keepName(kind: u32, address: usize, at: usize, length: usize): void {
  if (!mayKeep(TABLE_RESOLVED_NAMES, LIMIT_RESOLVED_NAMES, length)) return;
  const row = appendRow(TABLE_RESOLVED_NAMES);
  if (kind == ADDRESS_KIND_IPV4) {
    setU32(row, RESOLVED_NAMES_WORD3, u32At(address));
  } else if (kind == ADDRESS_KIND_IPV6) {
    setU32(row, RESOLVED_NAMES_WORD0, u32At(address));
    setU32(row, RESOLVED_NAMES_WORD1, u32At(address + 4));
    setU32(row, RESOLVED_NAMES_WORD2, u32At(address + 8));
    setU32(row, RESOLVED_NAMES_WORD3, u32At(address + 12));
  } else if (kind == ADDRESS_KIND_EUI48) {
    setU32(row, RESOLVED_NAMES_WORD2, u16In(address, true));
    setU32(row, RESOLVED_NAMES_WORD3, u32At(address + 2));
  } else {
    setU32(row, RESOLVED_NAMES_WORD2, u32At(address));
    setU32(row, RESOLVED_NAMES_WORD3, u32At(address + 4));
  }
  setU8(row, RESOLVED_NAMES_KIND, kind);
  setU32(row, RESOLVED_NAMES_NAME, intern(at, length));
}

/** Notes the secrets of the block of `length` octets at the input; answers where its options begin, its end where they cannot be told. */
export function readSecrets(at: usize, length: usize, isBigEndian: bool): usize {
  const told = <usize>u32In(at + 12, isBigEndian);
  const room = length - SECRETS_FIXED - 4;
  if (told > room) issue(ISSUE_CODE_BLOCK_MALFORMED, <f64>told, <f64>room);
  noteSecrets(u32In(at + 8, isBigEndian), <f64>min(told, room));
  return told > room ? at + length - 4 : at + SECRETS_FIXED + ((told + 3) & ~3);
}

/** Notes secrets of `octets` octets in the block at the input. */
export function noteSecrets(type: u32, octets: f64): void {
  if (rowCount(TABLE_SECRETS) >= LIMIT_COMMENTS) {
    issue(ISSUE_CODE_NOTES_LIMIT, NaN, LIMIT_COMMENTS);
    return;
  }
  const row = appendRow(TABLE_SECRETS);
  setF64(row, SECRETS_OFFSET, input.offset + <f64>SECRETS_FIXED);
  setF64(row, SECRETS_OCTETS, octets);
  setU32(row, SECRETS_TYPE, type);
}
