// The range decoder of LZMA: bits whose probabilities are learned.

import { u8At } from '../bytes';
import { setU16, u16Of } from '../columns';

/** Decisions that have a probability each: more than LZMA has with the properties that index.ts takes. */
const DECISIONS: usize = 8192;
const PRECISION: u32 = 11;
const LEARNING: u32 = 5;
const LEAST: u32 = 1 << 24;

const probabilities: usize = memory.data(DECISIONS * 2, 2);

let next: usize = 0;
let range: u32 = 0;
let code: u32 = 0;

/** Begins to decode at an address. The first octet is always zero. */
export function startDecoding(at: usize): void {
  for (let decision: usize = 0; decision < DECISIONS; decision++)
    setU16(probabilities + decision * 2, 0, 1 << (PRECISION - 1));
  next = at + 1;
  range = 0xffffffff;
  for (let octet = 0; octet < 4; octet++) code = (code << 8) | u8At(next++);
}

function normalize(): void {
  if (range >= LEAST) return;
  range <<= 8;
  code = (code << 8) | u8At(next++);
}

/** A bit, by the probability of a decision. */
export function bitOf(decision: u32): u32 {
  const at = probabilities + decision * 2;
  const probability = u16Of(at, 0);
  const bound = (range >> PRECISION) * probability;
  const bit: u32 = code < bound ? 0 : 1;
  if (bit == 0) {
    range = bound;
    setU16(at, 0, probability + (((1 << PRECISION) - probability) >> LEARNING));
  } else {
    range -= bound;
    code -= bound;
    setU16(at, 0, probability - (probability >> LEARNING));
  }
  normalize();
  return bit;
}

/** Bits that are as often 0 as 1. */
export function evenBits(count: u32): u32 {
  let value: u32 = 0;
  for (; count > 0; count--) {
    range >>= 1;
    const bit: u32 = code < range ? 0 : 1;
    if (bit != 0) code -= range;
    value = (value << 1) | bit;
    normalize();
  }
  return value;
}

/** A number whose highest bit comes first; each bit's decision is chosen by those before. */
export function highestFirst(base: u32, bits: u32): u32 {
  let node: u32 = 1;
  for (let bit: u32 = 0; bit < bits; bit++) node = (node << 1) | bitOf(base + node);
  return node - (1 << bits);
}

/** A number whose lowest bit comes first. */
export function lowestFirst(base: u32, bits: u32): u32 {
  let node: u32 = 1;
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < bits; shift++) {
    const bit = bitOf(base + node);
    node = (node << 1) | bit;
    value |= bit << shift;
  }
  return value;
}
