// Header blocks of HTTP/2: RFC 7541. A block becomes a list of interned lines "name: value"; nothing is copied for a line that is
// known, and what the capture does not have is a placeholder.

import { copyOctets, has, isTokenOctet, u8At } from '../bytes';
import { setU32, setU8, u32Of } from '../columns';
import { issue } from '../issues';
import { reallocate } from '../memory';
import * as schema from '../schema';
import { intern, textAddress, textLength } from '../strings';
import { decodeHuffman, mostOctets } from './hpack-huffman';
import { STATIC_ENTRIES, staticName, staticNameLength, staticText } from './hpack-static';
import * as dynamic from './hpack-table';

/** Bits of what a decoded block was. */
export const WHOLE: u32 = 1;
/** Lines, or parts of them, are placeholders. */
export const HAS_UNKNOWN: u32 = 2;
/** Lines were left out: a cap was reached. */
export const WAS_CAPPED: u32 = 4;

/** The lines of the block decoded last: how many, octets of all with their line ends. */
export let count: u32 = 0;
export let octets: u32 = 0;
/** Octets of the block that were decoded. */
export let decoded: u32 = 0;
/** The largest size that the block gave its table; 0 where it gave none. */
export let tableSize: u32 = 0;

// For each line its text; and the octets of its name, with dynamic.UNKNOWN.
const texts: usize = memory.data(4096 * 4, 4);
const names: usize = memory.data(4096 * 4, 4);
let outcome: u32 = 0;
let cursor: usize = 0;
let isBroken: bool = false;

let scratch: usize = 0;
let room: usize = 0;
let used: usize = 0;

/** Address of the texts of the lines, u32 each. */
export function lineTexts(): usize {
  return texts;
}

/** The text of a line. */
export function textAt(line: u32): u32 {
  return u32Of(texts + ((<usize>line) << 2), 0);
}

/** Octets of a line's name, with UNKNOWN of hpack-table.ts. */
export function nameAt(line: u32): u32 {
  return u32Of(names + ((<usize>line) << 2), 0);
}

function makeRoom(more: usize): void {
  if (room - used >= more) return;
  const wider = (used + more) << 1;
  scratch = reallocate(scratch, used, room, wider);
  room = wider;
}

function put(at: usize, n: usize): void {
  makeRoom(n);
  copyOctets(scratch + used, at, n);
  used += n;
}

function putWord(word: string): void {
  makeRoom(<usize>word.length);
  for (let index = 0; index < word.length; index++) {
    setU8(scratch + used, 0, <u32>word.charCodeAt(index));
    used++;
  }
}

function putNumber(value: u32): void {
  if (value >= 10) putNumber(value / 10);
  makeRoom(1);
  setU8(scratch + used, 0, 48 + (value % 10));
  used++;
}

/** An integer with a prefix of so many bits (RFC 7541 section 5.1). */
function integer(end: usize, bits: u32): u32 {
  const most = ((<u32>1) << bits) - 1;
  let value = u8At(cursor) & most;
  cursor++;
  if (value < most) return value;
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    if (cursor >= end) break;
    const octet = u8At(cursor);
    cursor++;
    value += (octet & 127) << shift;
    if ((octet & 128) == 0) return value;
  }
  // Longer than 28 bits, or cut off: no length or index in a header block is.
  isBroken = true;
  return 0;
}

/** A string (RFC 7541 section 5.2), put into the scratch memory. */
function text(end: usize): void {
  if (cursor >= end) {
    isBroken = true;
    return;
  }
  const isHuffman = (u8At(cursor) & 128) != 0;
  const length = integer(end, 7);
  if (isBroken || !has(cursor, end, length)) {
    isBroken = true;
    return;
  }
  if (isHuffman) {
    makeRoom(mostOctets(length));
    const n = decodeHuffman(cursor, cursor + length, scratch + used);
    if (n == 0xffffffff) isBroken = true;
    else used += n;
  } else {
    put(cursor, length);
  }
  if (!isBroken) cursor += length;
}

function line(lineText: u32, name: u32, length: u32): void {
  if (name & dynamic.UNKNOWN) outcome |= HAS_UNKNOWN;
  if (lineText == 0) outcome |= WAS_CAPPED;
  octets += length + 2;
  if (count == schema.LIMIT_HEAD_LINES || octets > schema.LIMIT_HEAD_OCTETS) {
    if (!(outcome & WAS_CAPPED)) {
      issue(schema.ISSUE_CODE_HEAD_LIMIT, octets, schema.LIMIT_HEAD_OCTETS);
    }
    outcome |= WAS_CAPPED;
    return;
  }
  setU32(texts + ((<usize>count) << 2), 0, lineText);
  setU32(names + ((<usize>count) << 2), 0, name);
  count++;
}

/** RFC 7541 section 6.1: the line that an entry holds. */
function indexed(table: usize, index: u32): void {
  if (index == 0) {
    isBroken = true;
  } else if (index <= STATIC_ENTRIES) {
    const known = staticText(index);
    line(known, staticNameLength(index), <u32>textLength(known));
  } else {
    const entry = dynamic.find(table, index);
    if (entry == dynamic.NO_ENTRY) {
      isBroken = true;
    } else if (entry == dynamic.NOT_IN_CAPTURE) {
      placeholder(index);
      const length = <u32>used;
      putWord(': <not in the capture>');
      line(intern(scratch, used), length | dynamic.UNKNOWN, <u32>used);
    } else {
      const known = dynamic.textOf(entry);
      line(known, dynamic.nameOf(entry), <u32>textLength(known));
    }
  }
}

/** A name that stands for the name of an entry that is not in the capture. */
function placeholder(index: u32): void {
  used = 0;
  putWord('<HPACK entry ');
  putNumber(index);
  putWord('>');
}

/** RFC 7541 section 6.2: a value, with the name of an entry or a name of its own. */
function literal(table: usize, end: usize, bits: u32, isAdded: bool): void {
  const index = integer(end, bits);
  if (isBroken) return;
  let unknown: u32 = 0;
  used = 0;
  if (index == 0) {
    text(end);
    if (isBroken) return;
  } else if (index <= STATIC_ENTRIES) {
    put(staticName(index), staticNameLength(index));
  } else {
    const entry = dynamic.find(table, index);
    if (entry == dynamic.NO_ENTRY) {
      isBroken = true;
      return;
    }
    const known = entry == dynamic.NOT_IN_CAPTURE ? 0 : dynamic.textOf(entry);
    if (known) {
      put(textAddress(known), dynamic.nameOf(entry) & ~dynamic.UNKNOWN);
      unknown = dynamic.nameOf(entry) & dynamic.UNKNOWN;
    } else {
      placeholder(index);
      unknown = dynamic.UNKNOWN;
    }
  }
  const name = (<u32>used) | unknown;
  putWord(': ');
  text(end);
  if (isBroken) return;
  const lineText = intern(scratch, used);
  line(lineText, name, <u32>used);
  if (isAdded) dynamic.add(table, lineText, name, <u32>used - 2);
}

/** Decodes the block in [at, end) with the table of its direction; answers WHOLE and the other bits above. */
export function decode(table: usize, at: usize, end: usize): u32 {
  outcome = 0;
  count = 0;
  octets = 2;
  tableSize = 0;
  isBroken = false;
  cursor = at;
  let from = at;
  while (cursor < end && !isBroken) {
    from = cursor;
    const octet = u8At(cursor);
    if (octet & 128) {
      const index = integer(end, 7);
      if (!isBroken) indexed(table, index);
    } else if (octet & 64) {
      literal(table, end, 6, true);
    } else if (octet & 32) {
      const size = integer(end, 5);
      if (!isBroken) {
        tableSize = max<u32>(tableSize, size);
        dynamic.resize(table, size);
      }
    } else {
      literal(table, end, 4, false);
    }
  }
  decoded = <u32>((isBroken ? from : end) - at);
  return isBroken ? outcome : outcome | WHOLE;
}

/** Whether the octets can be a header block: what its integers and lengths say fits its end. */
export function isPlausible(at: usize, end: usize): bool {
  cursor = at;
  isBroken = false;
  while (cursor < end && !isBroken) {
    const octet = u8At(cursor);
    if (octet & 128) {
      if (integer(end, 7) == 0) isBroken = true;
    } else if (octet & 64) {
      skipLiteral(end, 6);
    } else if (octet & 32) {
      integer(end, 5);
    } else {
      skipLiteral(end, 4);
    }
  }
  return !isBroken;
}

function skipLiteral(end: usize, bits: u32): void {
  if (integer(end, bits) == 0 && !isBroken) skipText(end, true);
  if (!isBroken) skipText(end, false);
}

/** Passes over a string that nobody would doubt: a name is a token in lower case, a value is printable. */
function skipText(end: usize, isName: bool): void {
  if (cursor >= end) {
    isBroken = true;
    return;
  }
  const isHuffman = (u8At(cursor) & 128) != 0;
  const length = integer(end, 7);
  if (isBroken || !has(cursor, end, length) || (isName && length == 0)) {
    isBroken = true;
    return;
  }
  if (isHuffman) {
    used = 0;
    makeRoom(mostOctets(length));
    if (decodeHuffman(cursor, cursor + length, scratch) == 0xffffffff) isBroken = true;
  } else {
    for (let at = cursor; at < cursor + length; at++) {
      const octet = u8At(at);
      const isColon = octet == 58 && at == cursor;
      if (isName ? !isColon && (!isTokenOctet(octet) || octet - 65 < 26) : octet < 32 && octet != 9)
        isBroken = true;
    }
  }
  cursor += length;
}
