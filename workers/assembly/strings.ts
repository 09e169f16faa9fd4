// Interned octets: equal octets are one text. Text 0 is "absent"; the empty text has its own number.

import { allocate, allocateForGood, release } from './memory';
import { hashOctets, copyOctets, isEqual } from './bytes';
import { appendRow, rowAt, rowCount, setU32, setU64, u32Of, u64Of } from './columns';
import { issue } from './issues';
import { ISSUE_CODE_TEXT_LIMIT, LIMIT_TEXT_OCTETS, TABLE_TEXTS, TEXTS_ADDRESS, TEXTS_LENGTH } from './schema';

const BLOCK: usize = 1 << 18;
let block: usize = 0;
let blockLeft: usize = 0;
let textOctets: u64 = 0;

// Open addressing; a slot is the hash (low half) and the text (high half; 0 is free).
let slots: usize = 0;
let slotCount: u32 = 0;

function place(hash: u32): u32 {
  let slot = hash & (slotCount - 1);
  while (u64Of(slots + ((<usize>slot) << 3), 0)) slot = (slot + 1) & (slotCount - 1);
  return slot;
}

function growSlots(): void {
  const old = slots;
  const oldCount = slotCount;
  slotCount = max<u32>(oldCount << 2, 4096);
  slots = allocate((<usize>slotCount) << 3);
  for (let index: u32 = 0; index < oldCount; index++) {
    const entry = u64Of(old + ((<usize>index) << 3), 0);
    if (entry) setU64(slots + ((<usize>place(<u32>entry)) << 3), 0, entry);
  }
  if (oldCount) release(old, (<usize>oldCount) << 3);
}

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
  if (rowCount(TABLE_TEXTS) == 0) appendRow(TABLE_TEXTS); // text 0
  if (rowCount(TABLE_TEXTS) >= (slotCount >> 1) + (slotCount >> 2)) growSlots();
  const hash = hashOctets(at, length);
  let slot = hash & (slotCount - 1);
  while (true) {
    const entry = u64Of(slots + ((<usize>slot) << 3), 0);
    if (entry == 0) break;
    if (<u32>entry == hash) {
      const row = rowAt(TABLE_TEXTS, <u32>(entry >> 32));
      if (u32Of(row, TEXTS_LENGTH) == length && isEqual(u32Of(row, TEXTS_ADDRESS), at, length)) {
        return <u32>(entry >> 32);
      }
    }
    slot = (slot + 1) & (slotCount - 1);
  }
  if (textOctets + length > LIMIT_TEXT_OCTETS) {
    issue(ISSUE_CODE_TEXT_LIMIT, <f64>(textOctets + length), LIMIT_TEXT_OCTETS);
    return 0;
  }
  const text = rowCount(TABLE_TEXTS);
  const address = keep(at, length);
  const row = appendRow(TABLE_TEXTS);
  setU32(row, TEXTS_ADDRESS, <u32>address);
  setU32(row, TEXTS_LENGTH, <u32>length);
  setU64(slots + ((<usize>slot) << 3), 0, ((<u64>text) << 32) | hash);
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
