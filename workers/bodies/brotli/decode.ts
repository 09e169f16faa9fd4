// Brotli (RFC 7932). Our own, because the libraries give nothing of a stream that is cut, and do not stop at a limit.

import {
  type BitReader,
  BitReader as Reader,
  EndOfOctets,
  Malformed,
  type PrefixCode,
  readPrefixCode,
} from './bits.ts';
import { literalContext, readContextMap, readCount } from './contexts.ts';
import { dictionaryWord, packedDictionary } from './words.ts';

/** What came of decoding. */
export interface BrotliDecoded {
  readonly octets: Uint8Array;
  readonly isComplete: boolean;
  /** There is more than was asked for. */
  readonly isCapped: boolean;
  readonly problem?: string;
}

// Bases and extra bits of lengths (RFC 7932 section 5), and of block counts (section 6).
const INSERT_BASE = [
  0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210, 22594,
];
const INSERT_BITS = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24];
const COPY_BASE = [
  2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118,
];
const COPY_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24];
const COUNT_BASE = [
  1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265, 2289, 4337,
  8433, 16625,
];
const COUNT_BITS = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24];
/** First insert and copy codes of the cells of 64 symbols (section 5). */
const INSERT_CELL = [0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16];
const COPY_CELL = [0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16];
/** Which of the last distances the short codes 4 to 15 mean, and what is added to it (section 4). */
const SHORT_ADD = [-1, 1, -2, 2, -3, 3];

/** What is thrown where as much came out as was asked for. */
class Enough extends Error {}

/** The output, which is its own window. */
class Output {
  #octets = new Uint8Array(1 << 16);
  readonly #limit: number;
  used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get octets(): Uint8Array {
    return this.#octets.subarray(0, Math.min(this.used, this.#limit));
  }

  /** An octet before the end: 1 the last one; 0 where there is none. */
  back(distance: number): number {
    return distance <= this.used ? (this.#octets[this.used - distance] ?? 0) : 0;
  }

  add(octet: number): void {
    if (this.used === this.#octets.length) this.#grow();
    this.#octets[this.used++] = octet;
  }

  append(octets: Uint8Array): void {
    for (const octet of octets) this.add(octet);
  }

  copy(distance: number, length: number): void {
    for (let count = 0; count < length; count++) this.add(this.#octets[this.used - distance] ?? 0);
  }

  #grow(): void {
    if (this.used > this.#limit) throw new Enough();
    const wider = new Uint8Array(this.used * 2);
    wider.set(this.#octets);
    this.#octets = wider;
  }
}

/** Blocks of one category of a meta-block (section 6): which type the block at hand has, and how much of it is left. */
class Blocks {
  readonly types: number;
  readonly #typeCode: PrefixCode | undefined;
  readonly #countCode: PrefixCode | undefined;
  #left = 1 << 24;
  #before = 1;
  type = 0;

  constructor(reader: BitReader) {
    this.types = readCount(reader);
    if (this.types < 2) return;
    this.#typeCode = readPrefixCode(reader, this.types + 2);
    this.#countCode = readPrefixCode(reader, 26);
    this.#left = this.#readLength(reader);
  }

  /** Takes one element of the block at hand, of the next one where it is over. */
  take(reader: BitReader): void {
    if (this.#left === 0) {
      const code = this.#typeCode?.read(reader) ?? 0;
      const next = code === 0 ? this.#before : code === 1 ? (this.type + 1) % this.types : code - 2;
      [this.#before, this.type] = [this.type, next];
      this.#left = this.#readLength(reader);
    }
    this.#left--;
  }

  #readLength(reader: BitReader): number {
    const code = this.#countCode?.read(reader) ?? 0;
    return (COUNT_BASE[code] ?? 0) + reader.read(COUNT_BITS[code] ?? 0);
  }
}

function codesOf(reader: BitReader, count: number, size: number): readonly PrefixCode[] {
  return Array.from({ length: count }, () => readPrefixCode(reader, size));
}

/** Decodes one stream. */
class Decoder {
  readonly #reader: BitReader;
  readonly #out: Output;
  readonly #dictionary: Uint8Array;
  #window = 0;
  /** The last distance and those before it. */
  #distances: readonly [number, number, number, number] = [4, 11, 15, 16];

  constructor(reader: BitReader, out: Output, dictionary: Uint8Array) {
    this.#reader = reader;
    this.#out = out;
    this.#dictionary = dictionary;
  }

  run(): void {
    this.#window = (1 << this.#readWindowBits()) - 16;
    while (!this.#metaBlock());
    this.#reader.align();
  }

  /** Section 9.1. */
  #readWindowBits(): number {
    const reader = this.#reader;
    if (reader.read(1) === 0) return 16;
    const large = reader.read(3);
    if (large > 0) return 17 + large;
    const small = reader.read(3);
    if (small === 1) throw new Malformed('the window is larger than the standard allows');
    return small > 0 ? 8 + small : 17;
  }

  /** Section 9.2; answers whether it was the last. */
  #metaBlock(): boolean {
    const reader = this.#reader;
    const isLast = reader.read(1) === 1;
    if (isLast && reader.read(1) === 1) return true;
    const nibbles = reader.read(2) + 4;
    if (nibbles === 7) {
      if (reader.read(1) !== 0) throw new Malformed('a reserved bit is set');
      const octets = reader.read(2);
      const length = octets === 0 ? 0 : reader.read(octets * 8) + 1;
      reader.align();
      this.#raw(length, false);
      return isLast;
    }
    const length = reader.read(nibbles * 4) + 1;
    if (nibbles > 4 && length <= 1 << (nibbles * 4 - 4)) throw new Malformed('a length has a leading zero');
    if (!isLast && reader.read(1) === 1) {
      reader.align();
      this.#raw(length, true);
    } else {
      this.#compressed(length);
    }
    return isLast;
  }

  #raw(length: number, isContent: boolean): void {
    const octets = this.#reader.octets(length);
    if (isContent) this.#out.append(octets);
    if (octets.length < length) throw new EndOfOctets('unexpected EOF');
  }

  #compressed(length: number): void {
    const reader = this.#reader;
    const out = this.#out;
    const literals = new Blocks(reader);
    const commands = new Blocks(reader);
    const distances = new Blocks(reader);
    const postfix = reader.read(2);
    const direct = reader.read(4) << postfix;
    const modes = Array.from({ length: literals.types }, () => reader.read(2));
    const literalMap = readContextMap(reader, literals.types << 6);
    const distanceMap = readContextMap(reader, distances.types << 2);
    const literalCodes = codesOf(reader, literalMap.codes, 256);
    const commandCodes = codesOf(reader, commands.types, 704);
    const distanceCodes = codesOf(reader, distanceMap.codes, 16 + direct + (48 << postfix));
    const end = out.used + length;
    while (out.used < end) {
      commands.take(reader);
      const command = commandCodes[commands.type]?.read(reader) ?? 0;
      const insertCode = (INSERT_CELL[command >> 6] ?? 0) + ((command >> 3) & 7);
      const copyCode = (COPY_CELL[command >> 6] ?? 0) + (command & 7);
      const inserted = (INSERT_BASE[insertCode] ?? 0) + reader.read(INSERT_BITS[insertCode] ?? 0);
      const copied = (COPY_BASE[copyCode] ?? 0) + reader.read(COPY_BITS[copyCode] ?? 0);
      if (inserted > end - out.used) throw new Malformed('a meta-block is longer than it says');
      for (let count = 0; count < inserted; count++) {
        literals.take(reader);
        const context = literalContext(modes[literals.type] ?? 0, out.back(1), out.back(2));
        const code = literalMap.map[(literals.type << 6) | context] ?? 0;
        out.add(literalCodes[code]?.read(reader) ?? 0);
      }
      if (out.used >= end) break;
      let distanceCode = 0;
      if (command >= 128) {
        distances.take(reader);
        const code = distanceMap.map[(distances.type << 2) | Math.min(3, copied - 2)] ?? 0;
        distanceCode = distanceCodes[code]?.read(reader) ?? 0;
      }
      this.#copy(copied, distanceCode, this.#distance(distanceCode, postfix, direct), end);
    }
  }

  /** Section 4. */
  #distance(code: number, postfix: number, direct: number): number {
    if (code < 4) return this.#distances[code] ?? 0;
    if (code < 16) return this.#distances[code < 10 ? 0 : 1] + (SHORT_ADD[(code - 4) % 6] ?? 0);
    if (code < 16 + direct) return code - 15;
    const rest = code - direct - 16;
    const bits = 1 + (rest >> (postfix + 1));
    const offset = ((2 + ((rest >> postfix) & 1)) << bits) - 4;
    return ((offset + this.#reader.read(bits)) << postfix) + (rest & ((1 << postfix) - 1)) + direct + 1;
  }

  #copy(length: number, code: number, distance: number, end: number): void {
    const out = this.#out;
    if (distance <= 0) throw new Malformed('a distance is not positive');
    const most = Math.min(this.#window, out.used);
    if (distance > most) {
      const word = dictionaryWord(this.#dictionary, length, distance - most - 1);
      if (word.length > end - out.used) throw new Malformed('a meta-block is longer than it says');
      out.append(word);
      return;
    }
    if (length > end - out.used) throw new Malformed('a meta-block is longer than it says');
    if (code !== 0) {
      const [first, second, third] = this.#distances;
      this.#distances = [distance, first, second, third];
    }
    out.copy(distance, length);
  }
}

let dictionary: Uint8Array | undefined;

/** Decodes a Brotli stream, at most `limit` octets of it; all that came out before an error or the end of the octets is there. */
export function decodeBrotli(octets: Uint8Array, limit: number): BrotliDecoded {
  dictionary ??= decodeWith(packedDictionary(), 1 << 17, new Uint8Array()).octets.slice();
  return decodeWith(octets, limit, dictionary);
}

function decodeWith(octets: Uint8Array, limit: number, words: Uint8Array): BrotliDecoded {
  const out = new Output(limit);
  let problem: string | undefined;
  try {
    new Decoder(new Reader(octets), out, words).run();
  } catch (error) {
    if (error instanceof EndOfOctets || error instanceof Malformed) problem = error.message;
    else if (!(error instanceof Enough)) throw error;
  }
  const isCapped = out.used > limit;
  const decoded = { octets: out.octets, isComplete: problem === undefined && !isCapped, isCapped };
  return problem === undefined || isCapped ? decoded : { ...decoded, problem };
}
