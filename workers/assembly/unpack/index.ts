// A module of its own, build/unpack.wasm: undoes base64 and LZMA, which the analysis in the page is packed with. It starts faster than
// a program in JavaScript, which runs slowly the first time. What it reads is a part of the page, so nothing of it is checked.

import { u8At } from '../bytes';
import { setU8 } from '../columns';
import { allocateForGood } from '../memory';
import { bitOf, evenBits, highestFirst, lowestFirst, startDecoding } from './range-decoder';

/** Octets before a literal that choose its code: their bits. */
const LITERAL_BITS: u32 = 3;
const LITERAL_CODES: u32 = 0x300;
/** Borders of states: below, the last thing was a literal. */
const AFTER_LITERAL: u32 = 7;
const POSITIONS: u32 = 4;

// Where the probabilities of each kind of decision begin.
const LITERAL: u32 = 0;
const IS_MATCH: u32 = LITERAL + (LITERAL_CODES << LITERAL_BITS);
const IS_REPEATED: u32 = IS_MATCH + 12 * POSITIONS;
const IS_OLDER: u32 = IS_REPEATED + 12;
const IS_LONG: u32 = IS_OLDER + 12;
const IS_SECOND: u32 = IS_LONG + 12 * POSITIONS;
const IS_THIRD: u32 = IS_SECOND + 12;
const SLOT: u32 = IS_THIRD + 12;
const DISTANCE: u32 = SLOT + 4 * 64;
const ALIGNED: u32 = DISTANCE + 128;
const LENGTH: u32 = ALIGNED + 16;
const LENGTH_CODES: u32 = 2 + 2 * 8 * POSITIONS + 256;
const REPEATED_LENGTH: u32 = LENGTH + LENGTH_CODES;

let packed: usize = 0;

/** Room for the text; the address where it must stand. */
export function reserve(octets: usize): usize {
  packed = allocateForGood(octets);
  return packed;
}

/** Unpacks the text; the address of what came out. Its length is {@link unpackedOctets}. */
export function unpack(characters: usize): usize {
  undoBase64(characters);
  // The header of 13 octets: properties, size of the dictionary, size of what was packed.
  const size = sizeAt(packed + 5);
  const out = allocateForGood(size);
  startDecoding(packed + 13);
  decode(out, out + size);
  octets = size;
  return out;
}

let octets: usize = 0;

/** Octets that came out. */
export function unpackedOctets(): usize {
  return octets;
}

function sizeAt(at: usize): usize {
  return u8At(at) | (u8At(at + 1) << 8) | (u8At(at + 2) << 16) | (u8At(at + 3) << 24);
}

/** What a character of base64 stands for (RFC 4648 section 4). */
function sextet(character: u32): u32 {
  if (character >= 97) return character - 71;
  if (character >= 65) return character - 65;
  if (character >= 48) return character + 4;
  return character == 43 ? 62 : 63;
}

/** In place: four characters become three octets. What the padding makes stands behind the end of the stream. */
function undoBase64(characters: usize): void {
  let to = packed;
  const end = packed + characters;
  for (let at = packed; at < end; at += 4) {
    const bits =
      (sextet(u8At(at)) << 18) |
      (sextet(u8At(at + 1)) << 12) |
      (sextet(u8At(at + 2)) << 6) |
      sextet(u8At(at + 3));
    setU8(to, 0, bits >> 16);
    setU8(to, 1, bits >> 8);
    setU8(to, 2, bits);
    to += 3;
  }
}

function literal(previous: u32, matched: u32, isAfterLiteral: bool): u32 {
  const base = LITERAL + LITERAL_CODES * (previous >> (8 - LITERAL_BITS));
  let symbol: u32 = 1;
  if (!isAfterLiteral) {
    // It differs from the octet at the last distance: that one chooses the code as long as they are equal.
    do {
      const expected = (matched >> 7) & 1;
      matched <<= 1;
      const bit = bitOf(base + ((1 + expected) << 8) + symbol);
      symbol = (symbol << 1) | bit;
      if (bit != expected) break;
    } while (symbol < 0x100);
  }
  while (symbol < 0x100) symbol = (symbol << 1) | bitOf(base + symbol);
  return symbol;
}

function length(base: u32, position: u32): u32 {
  if (bitOf(base) == 0) return 2 + highestFirst(base + 2 + (position << 3), 3);
  if (bitOf(base + 1) == 0) return 10 + highestFirst(base + 2 + 8 * POSITIONS + (position << 3), 3);
  return 18 + highestFirst(base + 2 + 16 * POSITIONS, 8);
}

/** A new distance, less one. */
function distance(copied: u32): u32 {
  const slot = highestFirst(SLOT + (min<u32>(copied - 2, 3) << 6), 6);
  if (slot < 4) return slot;
  const bits = (slot >> 1) - 1;
  const high = (2 | (slot & 1)) << bits;
  if (slot < 14) return high + lowestFirst(DISTANCE + high - slot, bits);
  return high + (evenBits(bits - 4) << 4) + lowestFirst(ALIGNED, 4);
}

function decode(out: usize, end: usize): void {
  // The last distances, less one.
  let first: u32 = 0;
  let second: u32 = 0;
  let third: u32 = 0;
  let fourth: u32 = 0;
  let state: u32 = 0;
  let at = out;
  while (at < end) {
    const position = (<u32>(at - out)) & (POSITIONS - 1);
    const isAfterLiteral = state < AFTER_LITERAL;
    if (bitOf(IS_MATCH + (state << 2) + position) == 0) {
      const previous = at > out ? u8At(at - 1) : 0;
      const matched = isAfterLiteral ? 0 : u8At(at - first - 1);
      setU8(at++, 0, literal(previous, matched, isAfterLiteral));
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let copied: u32 = 1;
    if (bitOf(IS_REPEATED + state) == 0) {
      fourth = third;
      third = second;
      second = first;
      copied = length(LENGTH, position);
      first = distance(copied);
      state = isAfterLiteral ? 7 : 10;
    } else {
      let isShort = false;
      if (bitOf(IS_OLDER + state) == 0) {
        isShort = bitOf(IS_LONG + (state << 2) + position) == 0;
      } else {
        let chosen = second;
        if (bitOf(IS_SECOND + state) != 0) {
          chosen = third;
          if (bitOf(IS_THIRD + state) != 0) {
            chosen = fourth;
            fourth = third;
          }
          third = second;
        }
        second = first;
        first = chosen;
      }
      if (!isShort) copied = length(REPEATED_LENGTH, position);
      state = isAfterLiteral ? (isShort ? 9 : 8) : 11;
    }
    for (; copied > 0; copied--, at++) setU8(at, 0, u8At(at - first - 1));
  }
}
