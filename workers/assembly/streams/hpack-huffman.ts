// The Huffman code of HPACK: RFC 7541 section 5.2 and appendix B. It is canonical, so the lengths of its codes tell the codes.

import { u32At, u8At } from '../bytes';
import { setU16, setU32, setU8, u16Of, u32Of } from '../columns';

const EOS: u32 = 256;
const SHORTEST: u32 = 5;
const LONGEST: u32 = 30;

/** Bits of the code of each octet, and of EOS. */
const lengths: StaticArray<u8> = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/** Codes of up to this many bits are found at once. */
const QUICK_BITS: u32 = 10;
// For each 10 bits: the symbol (low 8 bits) and the length of its code; 0 where the code is longer.
const quick: usize = memory.data(1024 * 2, 2);
// Symbols in the order of their codes.
const sorted: usize = memory.data(257 * 2, 2);
// For each length: the first code of the length, and the first that is longer, both with their bits at the left; the place of the
// first code's symbol in `sorted`.
const firsts: usize = memory.data(32 * 4, 4);
const limits: usize = memory.data(32 * 4, 4);
const places: usize = memory.data(32 * 4, 4);
let isReady: bool = false;

function prepare(): void {
  isReady = true;
  let code: u32 = 0;
  let place: u32 = 0;
  for (let length: u32 = SHORTEST; length <= LONGEST; length++) {
    const row = (<usize>length) << 2;
    setU32(firsts + row, 0, code << (32 - length));
    setU32(places + row, 0, place);
    for (let symbol: u32 = 0; symbol <= EOS; symbol++) {
      if (<u32>unchecked(lengths[symbol]) != length) continue;
      setU16(sorted + ((<usize>place) << 1), 0, symbol);
      if (length <= QUICK_BITS) {
        const from = code << (QUICK_BITS - length);
        for (let each: u32 = 0; each < (<u32>1) << (QUICK_BITS - length); each++) {
          setU16(quick + ((<usize>(from + each)) << 1), 0, symbol | (length << 8));
        }
      }
      place++;
      code++;
    }
    // The last code of all is followed by none: its limit stays 0, which no search comes to.
    setU32(limits + row, 0, code << (32 - length));
    code <<= 1;
  }
}

/** Octets that n octets of the code can stand for, at most. */
export function mostOctets(n: u32): u32 {
  return (n << 3) / SHORTEST + 1;
}

/** Decodes [at, end) to `to`; answers how many octets it gave, 0xffffffff where it is no Huffman code. */
export function decodeHuffman(at: usize, end: usize, to: usize): u32 {
  if (!isReady) prepare();
  const start = to;
  let bits: u64 = 0;
  let have: u32 = 0;
  while (true) {
    if (have < LONGEST) {
      if (end - at >= 4) {
        bits = (bits << 32) | (<u64>u32At(at));
        at += 4;
        have += 32;
      } else {
        while (at < end) {
          bits = (bits << 8) | (<u64>u8At(at));
          at++;
          have += 8;
        }
      }
    }
    if (have == 0) break;
    // Beyond the end ones are read, which begin EOS and nothing shorter.
    const ahead =
      have >= 32 ? <u32>(bits >> (have - 32)) : (<u32>(bits << (32 - have))) | ((<u32>0xffffffff) >> have);
    const found = u16Of(quick + ((<usize>(ahead >> (32 - QUICK_BITS))) << 1), 0);
    let symbol = found & 255;
    let length = found >> 8;
    if (found == 0) {
      length = QUICK_BITS + 1;
      while (length < LONGEST && ahead >= u32Of(limits + ((<usize>length) << 2), 0)) length++;
      const row = (<usize>length) << 2;
      const place = u32Of(places + row, 0) + ((ahead - u32Of(firsts + row, 0)) >> (32 - length));
      symbol = u16Of(sorted + ((<usize>place) << 1), 0);
    }
    if (length > have) {
      // Padding: less than an octet, all ones.
      const rest = (<u32>bits) & (((<u32>1) << have) - 1);
      if (have > 7 || rest != ((<u32>1) << have) - 1) return 0xffffffff;
      break;
    }
    if (symbol == EOS) return 0xffffffff;
    setU8(to, 0, symbol);
    to++;
    have -= length;
  }
  return <u32>(to - start);
}
