/** Thrown where the octets end before the stream does. */
export class EndOfOctets extends Error {}

/** Thrown where the octets are no Brotli stream. */
export class Malformed extends Error {}

/** The longest prefix code word, and the bits that are looked up at once. */
const LONGEST = 15;
const FAST = 8;

/** Reads bits, the least significant of each octet first (RFC 7932 section 1.5.1). */
export class BitReader {
  readonly #octets: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;
  /** Bits behind the end that stand as zero; to use one is an error. */
  #padding = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** The next bits, at least `count` of them (24 at most); those behind the end are zero. */
  peek(count: number): number {
    while (this.#count < count) {
      if (this.#at < this.#octets.length) this.#bits |= (this.#octets[this.#at++] ?? 0) << this.#count;
      else this.#padding += 8;
      this.#count += 8;
    }
    return this.#bits;
  }

  /** Passes over bits that were peeked at. */
  drop(count: number): void {
    this.#bits >>>= count;
    this.#count -= count;
    if (this.#count < this.#padding) throw new EndOfOctets('unexpected EOF');
  }

  /** The next `count` bits (24 at most) as a number. */
  read(count: number): number {
    if (count === 0) return 0;
    const value = this.peek(count) & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  /** Passes over the rest of an octet, which must be zero. */
  align(): void {
    if (this.read(this.#count & 7) !== 0) throw new Malformed('bits of padding are not zero');
  }

  /** Up to `count` octets as they stand, at an octet's border; fewer at the end. */
  octets(count: number): Uint8Array {
    // Whole octets that were peeked at go back.
    this.#at -= (this.#count - this.#padding) >> 3;
    [this.#bits, this.#count, this.#padding] = [0, 0, 0];
    const found = this.#octets.subarray(this.#at, this.#at + count);
    this.#at += found.length;
    return found;
  }
}

/** A prefix code (RFC 7932 section 3.2), canonical, with words of up to 15 bits. */
export class PrefixCode {
  /** The one symbol, whose word has no bits; -1 where there are several. */
  readonly #only: number;
  /** By the next eight bits: the symbol, shifted by four, and the length of its word; 0 where that is longer. */
  readonly #fast = new Uint16Array(1 << FAST);
  /** How many words have each length, and the symbols in the order of their words. */
  readonly #counts = new Uint16Array(LONGEST + 1);
  readonly #symbols: Uint16Array;

  /** `lengths`: that of each symbol's word, 0 for those that do not occur. */
  constructor(lengths: Uint8Array) {
    let used = 0;
    let last = 0;
    lengths.forEach((length, symbol) => {
      if (length === 0) return;
      used++;
      last = symbol;
      this.#counts[length] = (this.#counts[length] ?? 0) + 1;
    });
    this.#only = used < 2 ? last : -1;
    this.#symbols = new Uint16Array(used);
    this.#assign(lengths);
  }

  #assign(lengths: Uint8Array): void {
    let word = 0;
    let at = 0;
    for (let length = 1; length <= LONGEST; length++) {
      lengths.forEach((one, symbol) => {
        if (one !== length) return;
        this.#symbols[at++] = symbol;
        if (length <= FAST) this.#fill(word, length, symbol);
        word++;
      });
      word <<= 1;
    }
  }

  /** Words are read from their most significant bit on, numbers from the least: the word's bits are turned round. */
  #fill(word: number, length: number, symbol: number): void {
    let turned = 0;
    for (let bit = 0; bit < length; bit++) turned |= ((word >> bit) & 1) << (length - 1 - bit);
    for (let entry = turned; entry < 1 << FAST; entry += 1 << length)
      this.#fast[entry] = (symbol << 4) | length;
  }

  /** The next symbol. */
  read(reader: BitReader): number {
    if (this.#only >= 0) return this.#only;
    const bits = reader.peek(LONGEST);
    const entry = this.#fast[bits & ((1 << FAST) - 1)] ?? 0;
    if (entry !== 0) {
      reader.drop(entry & 15);
      return entry >> 4;
    }
    let [word, first, index] = [0, 0, 0];
    for (let length = 1; length <= LONGEST; length++) {
      word |= (bits >> (length - 1)) & 1;
      const count = this.#counts[length] ?? 0;
      if (word - first < count) {
        reader.drop(length);
        return this.#symbols[index + word - first] ?? 0;
      }
      index += count;
      first = (first + count) << 1;
      word <<= 1;
    }
    throw new Malformed('a code word is in no code');
  }
}

/** The order in which the lengths of code length words are sent (RFC 7932 section 3.5). */
const LENGTH_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/** By the next four bits: how many of them are a length's word, and the length. */
const LENGTH_BITS = [2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4];
const LENGTH_VALUES = [0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5];
/** Lengths of the words of simple codes, by their number of symbols (RFC 7932 section 3.4). */
const SIMPLE = [[1], [1, 1], [1, 2, 2], [2, 2, 2, 2], [1, 2, 3, 3]];

/** Reads a prefix code over an alphabet of `size` symbols (RFC 7932 sections 3.4 and 3.5). */
export function readPrefixCode(reader: BitReader, size: number): PrefixCode {
  const skipped = reader.read(2);
  return new PrefixCode(skipped === 1 ? simpleLengths(reader, size) : lengthsOf(reader, size, skipped));
}

function simpleLengths(reader: BitReader, size: number): Uint8Array {
  const lengths = new Uint8Array(size);
  const count = reader.read(2) + 1;
  const width = 32 - Math.clz32(size - 1);
  const symbols = Array.from({ length: count }, () => reader.read(width));
  const shape = SIMPLE[count === 4 ? 3 + reader.read(1) : count - 1] ?? [];
  symbols.forEach((symbol, at) => {
    if (symbol >= size || lengths[symbol] !== 0) throw new Malformed('a prefix code has a wrong symbol');
    lengths[symbol] = shape[at] ?? 0;
  });
  return lengths;
}

function lengthsOf(reader: BitReader, size: number, skipped: number): Uint8Array {
  const code = readLengthCode(reader, skipped);
  const lengths = new Uint8Array(size);
  let space = 1 << LONGEST;
  let [previous, repeated, repeatedLength] = [8, 0, 0];
  for (let symbol = 0; symbol < size && space > 0;) {
    const length = code.read(reader);
    if (length < 16) {
      repeated = 0;
      lengths[symbol++] = length;
      if (length === 0) continue;
      previous = length;
      space -= (1 << LONGEST) >> length;
      continue;
    }
    const newLength = length === 16 ? previous : 0;
    if (repeatedLength !== newLength) repeated = 0;
    repeatedLength = newLength;
    const before = repeated;
    if (repeated > 0) repeated = (repeated - 2) << (length - 14);
    repeated += reader.read(length - 14) + 3;
    const more = repeated - before;
    if (more > size - symbol) throw new Malformed('a prefix code has too many lengths');
    lengths.fill(newLength, symbol, symbol + more);
    symbol += more;
    if (newLength > 0) space -= more * ((1 << LONGEST) >> newLength);
  }
  if (space !== 0) throw new Malformed('a prefix code does not fill its space');
  return lengths;
}

function readLengthCode(reader: BitReader, skipped: number): PrefixCode {
  const lengths = new Uint8Array(18);
  let [space, used] = [32, 0];
  for (const symbol of LENGTH_ORDER.slice(skipped)) {
    if (space <= 0) break;
    const bits = reader.peek(4) & 15;
    reader.drop(LENGTH_BITS[bits] ?? 0);
    const length = LENGTH_VALUES[bits] ?? 0;
    lengths[symbol] = length;
    if (length === 0) continue;
    space -= 32 >> length;
    used++;
  }
  if (used !== 1 && space !== 0) throw new Malformed('a prefix code does not fill its space');
  return new PrefixCode(lengths);
}
