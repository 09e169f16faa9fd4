// Interned octets: equal octets are one text. Text 0 is "absent"; the empty text has its own number.

import { hashOctets, copyOctets, isEqual } from './bytes';
import { appendRow, rowAt, rowCount, setU32, u32Of } from './columns';
import * as slots from './hash-slots';
import * as input from './files/input';
import { currentPacket, issueAt } from './issues';
import { allocateForGood } from './memory';
import { ISSUE_CODE_TEXT_LIMIT, LIMIT_TEXT_OCTETS, TABLE_TEXTS, TEXTS_ADDRESS, TEXTS_LENGTH } from './schema';

const BLOCK: usize = 1 << 18;
let block: usize = 0;
let blockLeft: usize = 0;
let textOctets: u64 = 0;

/** The texts by the hash of their octets. */
const known: usize = memory.data(slots.TABLE_OCTETS, 4);

// Texts that wait to be interned together. The slots of many texts are far apart in memory, and each is waited for as long as all the
// rest of an exchange takes: looked at in one go, the waits overlap.
const HASH: usize = 0;
const AT: usize = 4;
const LENGTH: usize = 8;
const CELL: usize = 12;
const PACKET: usize = 16;
const WAIT: usize = 20;
const WAITING: u32 = 32;
const waiting: usize = memory.data(32 * 20, 4);
let waitingCount: u32 = 0;
/** What was in the slots: kept so that looking at them is not left out. */
export let touched: u64 = 0;

function keep(at: usize, length: usize): usize {
  textOctets += length;
  if (length > BLOCK >> 2) {
    const own = allocateForGood(length);
    copyOctets(own, at, length);
    return own;
  }
  if (blockLeft < length) {
    block = allocateForGood(BLOCK);
    blockLeft = BLOCK;
  }
  const to = block;
  copyOctets(to, at, length);
  block += length;
  blockLeft -= length;
  return to;
}

/** The text of the octets; 0 where the cap on all text is reached (an issue is recorded). */
export function intern(at: usize, length: usize): u32 {
  return internHashed(hashOctets(at, length), at, length, currentPacket);
}

/** The text of the octets, which are likely those of a text (or 0): most often they are those of the message before. */
export function internLike(likely: u32, at: usize, length: usize): u32 {
  const isText = likely != 0 && textLength(likely) == length && isEqual(textAddress(likely), at, length);
  return isText ? likely : intern(at, length);
}

/** Writes the text of the octets into a cell: at the latest by internWaiting(), before which nobody may read the cell. */
export function internInto(row: usize, column: usize, at: usize, length: usize): void {
  // Octets outside the input may be gone by then.
  if (!input.holds(at)) {
    setU32(row, column, intern(at, length));
    return;
  }
  const wait = waiting + <usize>waitingCount * WAIT;
  setU32(wait, HASH, hashOctets(at, length));
  setU32(wait, AT, <u32>at);
  setU32(wait, LENGTH, <u32>length);
  setU32(wait, CELL, <u32>(row + column));
  setU32(wait, PACKET, currentPacket);
  waitingCount++;
  if (waitingCount == WAITING) internWaiting();
}

/** Interns the texts that wait. */
export function internWaiting(): void {
  const end = waiting + <usize>waitingCount * WAIT;
  let found: u64 = 0;
  for (let wait = waiting; wait < end; wait += WAIT) {
    found |= slots.entryAt(known, slots.firstSlot(known, u32Of(wait, HASH)));
  }
  touched = found;
  for (let wait = waiting; wait < end; wait += WAIT) {
    const text = internHashed(u32Of(wait, HASH), u32Of(wait, AT), u32Of(wait, LENGTH), u32Of(wait, PACKET));
    setU32(u32Of(wait, CELL), 0, text);
  }
  waitingCount = 0;
}

function internHashed(hash: u32, at: usize, length: usize, packet: u32): u32 {
  if (rowCount(TABLE_TEXTS) == 0) appendRow(TABLE_TEXTS); // text 0
  let slot = slots.firstSlot(known, hash);
  for (; slots.entryAt(known, slot); slot = slots.nextSlot(known, slot)) {
    const entry = slots.entryAt(known, slot);
    if (<u32>entry != hash) continue;
    const row = rowAt(TABLE_TEXTS, <u32>(entry >> 32));
    if (u32Of(row, TEXTS_LENGTH) == length && isEqual(u32Of(row, TEXTS_ADDRESS), at, length)) {
      return <u32>(entry >> 32);
    }
  }
  if (textOctets + length > LIMIT_TEXT_OCTETS) {
    issueAt(packet, ISSUE_CODE_TEXT_LIMIT, <f64>(textOctets + length), LIMIT_TEXT_OCTETS);
    return 0;
  }
  const text = rowCount(TABLE_TEXTS);
  const address = keep(at, length);
  const row = appendRow(TABLE_TEXTS);
  setU32(row, TEXTS_ADDRESS, <u32>address);
  setU32(row, TEXTS_LENGTH, <u32>length);
  slots.take(known, slot, hash, text);
  return text;
}

/** Where a text's octets are. */
export function textAddress(text: u32): usize {
  return u32Of(rowAt(TABLE_TEXTS, text), TEXTS_ADDRESS);
}

/** How many octets a text has. */
export function textLength(text: u32): usize {
  return u32Of(rowAt(TABLE_TEXTS, text), TEXTS_LENGTH);
}
