/**
 * LZ4 frames (the LZ4 Frame Format, version 1.6.4, and the legacy frame of the same page), one after another, piece by piece.
 * A checksum that does not fit is told, and reading goes on.
 */

import { checksumWords, XxHash32, xxHash32 } from './checksums.ts';

const FRAME = 0x184d2204;
const LEGACY_FRAME = 0x184c2102;
/** The lowest of the sixteen magic numbers of frames to skip. */
const SKIPPABLE = 0x184d2a50;
/** Octets that a match may reach back. */
const WINDOW = 65_536;
const LEGACY_BLOCK = 8 << 20;

/** What the frame that is being read says of its blocks. */
interface Frame {
  readonly isLegacy: boolean;
  readonly blockOctets: number;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly isLinked: boolean;
}

/** Unpacks what is pushed; `push` throws where the octets are no LZ4. */
export class Lz4Unpacker {
  readonly #onOctets: (octets: Uint8Array) => void;
  #held = new Uint8Array();
  #skip = 0;
  #frame: Frame | undefined;
  /** What matches of the next block may refer to, then the block. */
  #output = new Uint8Array();
  #window = 0;
  /** Of the content of the frame, where it has a checksum. */
  #hash: XxHash32 | undefined;
  #complaint: string | undefined;

  /** `onOctets` gets what came out; its octets are borrowed. */
  constructor(onOctets: (octets: Uint8Array) => void) {
    this.#onOctets = onOctets;
  }

  /** The first checksum that did not fit, in words. */
  get complaint(): string | undefined {
    return this.#complaint;
  }

  #check(what: string, found: number, told: number): void {
    if (found !== told) this.#complaint ??= checksumWords(what, found, told);
  }

  push(octets: Uint8Array): void {
    const all = new Uint8Array(this.#held.length + octets.length);
    all.set(this.#held);
    all.set(octets, this.#held.length);
    let at = 0;
    for (;;) {
      const passed = Math.min(this.#skip, all.length - at);
      at += passed;
      this.#skip -= passed;
      const taken = this.#skip > 0 ? 0 : this.#take(all.subarray(at));
      if (taken === 0) break;
      at += taken;
    }
    this.#held = all.slice(at);
  }

  /** Throws where the octets ended inside a frame; of a block that was cut, what is there comes out before. */
  end(): void {
    this.#expandCutBlock();
    // A legacy frame has no end mark.
    const isWhole = this.#frame === undefined || this.#frame.isLegacy;
    if (!isWhole || this.#held.length > 0 || this.#skip > 0) throw new Error('unexpected end');
  }

  /** A block may have megabytes, and the packets at the end of a cut capture are often the ones of interest. */
  #expandCutBlock(): void {
    const frame = this.#frame;
    const held = this.#held;
    if (!frame || this.#skip > 0 || held.length <= 4) return;
    const word = new DataView(held.buffer, held.byteOffset).getUint32(0, true);
    const block = held.subarray(4);
    const start = this.#window;
    if (!frame.isLegacy && word > 0x7fffffff) return this.#onOctets(block.subarray(0, word - 0x80000000));
    const room = this.#output.subarray(0, start + frame.blockOctets);
    const { end } = expandBlock(block.subarray(0, word), room, start, true);
    this.#onOctets(room.subarray(start, end));
  }

  /** Takes a header, a block or an end mark; answers its octets, 0 where not all of it is there. */
  #take(octets: Uint8Array): number {
    if (octets.length < 4) return 0;
    const word = new DataView(octets.buffer, octets.byteOffset).getUint32(0, true);
    const isNext = this.#frame === undefined || (this.#frame.isLegacy && isMagic(word));
    return isNext ? this.#takeHeader(octets, word) : this.#takeBlock(octets, word);
  }

  #takeHeader(octets: Uint8Array, magic: number): number {
    if (magic >>> 4 === SKIPPABLE >>> 4) {
      if (octets.length < 8) return 0;
      this.#skip = new DataView(octets.buffer, octets.byteOffset).getUint32(4, true);
      return 8;
    }
    if (magic === LEGACY_FRAME) {
      const flags = { hasBlockChecksum: false, hasContentChecksum: false, isLinked: false };
      this.#begin({ isLegacy: true, blockOctets: LEGACY_BLOCK, ...flags });
      return 4;
    }
    if (magic !== FRAME) throw new Error('no LZ4 frame');
    if (octets.length < 7) return 0;
    const flags = octets[4] ?? 0;
    const size = ((octets[5] ?? 0) >> 4) & 7;
    if (flags >> 6 !== 1 || size < 4) throw new Error('an LZ4 frame of an unknown version');
    if (flags & 1) throw new Error('an LZ4 frame that needs a dictionary');
    const header = 7 + (flags & 8 ? 8 : 0);
    if (octets.length < header) return 0;
    const descriptor = xxHash32(octets.subarray(4, header - 1));
    this.#check("of a frame's header", (descriptor >>> 8) & 255, octets[header - 1] ?? 0);
    this.#begin({
      isLegacy: false,
      blockOctets: 1 << (8 + 2 * size),
      hasBlockChecksum: (flags & 0x10) !== 0,
      hasContentChecksum: (flags & 4) !== 0,
      isLinked: (flags & 0x20) === 0,
    });
    return header;
  }

  #begin(frame: Frame): void {
    this.#frame = frame;
    this.#window = 0;
    this.#hash = frame.hasContentChecksum ? new XxHash32() : undefined;
    if (this.#output.length < WINDOW + frame.blockOctets)
      this.#output = new Uint8Array(WINDOW + frame.blockOctets);
  }

  #takeBlock(octets: Uint8Array, word: number): number {
    const frame = this.#frame;
    if (!frame) return 0;
    if (word === 0 && !frame.isLegacy) {
      const hash = this.#hash;
      if (hash && octets.length < 8) return 0;
      this.#frame = undefined;
      if (!hash) return 4;
      this.#check("of a frame's content", hash.value, wordAt(octets, 4));
      return 8;
    }
    const isStored = !frame.isLegacy && word > 0x7fffffff;
    const size = isStored ? word - 0x80000000 : word;
    // A block that would grow is stored; the legacy format has only its bound.
    const largest = frame.isLegacy ? frame.blockOctets + (frame.blockOctets >> 7) : frame.blockOctets;
    if (size > largest) throw new Error('an LZ4 block larger than its frame allows');
    const taken = 4 + size + (frame.hasBlockChecksum ? 4 : 0);
    if (octets.length < taken) return 0;
    const block = octets.subarray(4, 4 + size);
    if (frame.hasBlockChecksum) this.#check('of a block', xxHash32(block), wordAt(octets, 4 + size));
    const start = this.#window;
    const room = this.#output.subarray(0, start + frame.blockOctets);
    if (isStored) room.set(block, start);
    const { end, isDamaged } = isStored
      ? { end: start + size, isDamaged: false }
      : expandBlock(block, room, start);
    this.#onOctets(this.#output.subarray(start, end));
    this.#hash?.add(this.#output.subarray(start, end));
    if (isDamaged) throw new Error('an LZ4 block that is damaged');
    if (frame.isLinked) {
      const keep = Math.min(end, WINDOW);
      this.#output.copyWithin(0, end - keep, end);
      this.#window = keep;
    }
    return taken;
  }
}

function wordAt(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength).getUint32(at, true);
}

function isMagic(word: number): boolean {
  return word === FRAME || word === LEGACY_FRAME || word >>> 4 === SKIPPABLE >>> 4;
}

interface Expanded {
  readonly end: number;
  readonly isDamaged: boolean;
}

/**
 * Expands an LZ4 block (LZ4 Block Format Description) into `output` from `start` on; answers the end of what was written, up to the
 * damage where there is one. A block that was cut ends where its octets do.
 */
function expandBlock(block: Uint8Array, output: Uint8Array, start: number, isCut = false): Expanded {
  let at = 0;
  let end = start;
  /** A length of 15 or more goes on in octets, up to one that is not 255; infinite where they end before. */
  const extended = (length: number): number => {
    if (length !== 15) return length;
    let sum = length;
    for (let octet = 255; octet === 255; sum += octet) {
      if (at >= block.length && !isCut) return Infinity;
      octet = block[at++] ?? 0;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const whole = extended(token >> 4);
    const literals = isCut ? Math.min(whole, Math.max(0, block.length - at)) : whole;
    if ((!isCut && block.length - at < literals) || output.length - end < literals)
      return { end, isDamaged: true };
    output.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at === block.length || (isCut && block.length - at < 2)) break;
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    const length = 4 + extended(token & 15);
    if (distance === 0 || distance > end || output.length - end < length) return { end, isDamaged: true };
    if (distance >= length) output.copyWithin(end, end - distance, end - distance + length);
    else for (let n = 0; n < length; n++) output[end + n] = output[end + n - distance] ?? 0;
    end += length;
  }
  return { end, isDamaged: false };
}
