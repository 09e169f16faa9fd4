// Interned octets: equal octets are one text. Text 0 is "absent"; the empty text has its own number.

import { hashOctets, copyOctets, isEqual } from './bytes';
import { appendRow, rowAt, rowCount, setU32, u32Of } from './columns';
import * as slots from './hash-slots';
import { issue } from './issues';
import { allocateForGood } from './memory';
import { ISSUE_CODE_TEXT_LIMIT, LIMIT_TEXT_OCTETS, TABLE_TEXTS, TEXTS_ADDRESS, TEXTS_LENGTH } from './schema';

const BLOCK: usize = 1 << 18;
let block: usize = 0;
let blockLeft: usize = 0;
let textOctets: u64 = 0;

/** The texts by the hash of their octets. */
const known: usize = memory.data(slots.TABLE_OCTETS, 4);

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
  const hash = hashOctets(at, length);
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
    issue(ISSUE_CODE_TEXT_LIMIT, <f64>(textOctets + length), LIMIT_TEXT_OCTETS);
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
