// Checksums of compressed files: CRC-32 (RFC 1952 section 8, of gzip and zip) and xxHash32 (of LZ4 frames).

import { formatHex } from '../../src/model/format.ts';

/** CRC-32 over octets that come piece by piece. */
export class Crc32 {
  #state = 0xffffffff;

  add(octets: Uint8Array): void {
    const tables = crcTables();
    const [t0, t1, t2, t3] = tables;
    let crc = this.#state;
    let at = 0;
    // Four octets at a time: one at a time takes three times as long.
    for (const end = octets.length - 3; at < end; at += 4) {
      crc ^=
        (octets[at] ?? 0) |
        ((octets[at + 1] ?? 0) << 8) |
        ((octets[at + 2] ?? 0) << 16) |
        ((octets[at + 3] ?? 0) << 24);
      crc =
        (t3[crc & 255] ?? 0) ^
        (t2[(crc >>> 8) & 255] ?? 0) ^
        (t1[(crc >>> 16) & 255] ?? 0) ^
        (t0[crc >>> 24] ?? 0);
    }
    for (; at < octets.length; at++) crc = (t0[(crc ^ (octets[at] ?? 0)) & 255] ?? 0) ^ (crc >>> 8);
    this.#state = crc;
  }

  /** The checksum of what was added so far. */
  get value(): number {
    return ~this.#state >>> 0;
  }
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array];

let crcTablesKnown: Tables | undefined;

function crcTables(): Tables {
  if (crcTablesKnown) return crcTablesKnown;
  const tables = [
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
    new Int32Array(256),
  ] as const;
  for (let octet = 0; octet < 256; octet++) {
    let value = octet;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    tables[0][octet] = value;
  }
  for (let octet = 0; octet < 256; octet++) {
    for (let table = 1; table < 4; table++) {
      const before = tables[table - 1]?.[octet] ?? 0;
      const next = tables[table];
      if (next) next[octet] = (before >>> 8) ^ (tables[0][before & 255] ?? 0);
    }
  }
  crcTablesKnown = tables;
  return tables;
}

const PRIME1 = 0x9e3779b1;
const PRIME2 = 0x85ebca77;
const PRIME3 = 0xc2b2ae3d;
const PRIME4 = 0x27d4eb2f;
const PRIME5 = 0x165667b1;

const turned = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** xxHash32 with seed 0 over octets that come piece by piece (the xxHash specification, version 0.1.1). */
export class XxHash32 {
  #a = (PRIME1 + PRIME2) | 0;
  #b = PRIME2 | 0;
  #c = 0;
  #d = -PRIME1 | 0;
  /** Octets that do not fill a stripe of 16 yet. */
  readonly #held = new Uint8Array(16);
  #heldOctets = 0;
  #octets = 0;

  add(octets: Uint8Array): void {
    this.#octets += octets.length;
    let at = 0;
    if (this.#heldOctets > 0) {
      at = Math.min(16 - this.#heldOctets, octets.length);
      this.#held.set(octets.subarray(0, at), this.#heldOctets);
      this.#heldOctets += at;
      if (this.#heldOctets < 16) return;
      this.#stripes(this.#held, 0, 16);
      this.#heldOctets = 0;
    }
    const end = at + ((octets.length - at) & ~15);
    this.#stripes(octets, at, end);
    this.#held.set(octets.subarray(end));
    this.#heldOctets = octets.length - end;
  }

  #stripes(octets: Uint8Array, from: number, to: number): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    for (let at = from; at < to; at += 16) {
      a = round(a, word(octets, at));
      b = round(b, word(octets, at + 4));
      c = round(c, word(octets, at + 8));
      d = round(d, word(octets, at + 12));
    }
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }

  /** The hash of what was added so far. */
  get value(): number {
    let hash =
      this.#octets >= 16
        ? turned(this.#a, 1) + turned(this.#b, 7) + turned(this.#c, 12) + turned(this.#d, 18)
        : PRIME5;
    hash = (hash + this.#octets) | 0;
    const held = this.#held.subarray(0, this.#heldOctets);
    let at = 0;
    for (; held.length - at >= 4; at += 4)
      hash = Math.imul(turned(hash + Math.imul(word(held, at), PRIME3), 17), PRIME4);
    for (; at < held.length; at++)
      hash = Math.imul(turned(hash + Math.imul(held[at] ?? 0, PRIME5), 11), PRIME1);
    hash = Math.imul(hash ^ (hash >>> 15), PRIME2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function round(lane: number, input: number): number {
  return Math.imul(turned(lane + Math.imul(input, PRIME2), 13), PRIME1);
}

/** Four octets, the lowest first. */
function word(octets: Uint8Array, at: number): number {
  return (
    (octets[at] ?? 0) |
    ((octets[at + 1] ?? 0) << 8) |
    ((octets[at + 2] ?? 0) << 16) |
    ((octets[at + 3] ?? 0) << 24)
  );
}

/** xxHash32 of octets. */
export function xxHash32(octets: Uint8Array): number {
  const hash = new XxHash32();
  hash.add(octets);
  return hash.value;
}

/** What is told of a checksum that does not fit. */
export function checksumWords(what: string, found: number, told: number): string {
  return `the checksum ${what} is ${formatHex(found, 8)}, the file says ${formatHex(told, 8)}`;
}
