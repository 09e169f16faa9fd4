import { Decompress } from 'fzstd';
import { checksumWords } from './checksums.ts';
import type { Unpacker } from './unpackers.ts';
import { XxHash64 } from './xxhash64.ts';

/** Octets of the content size by its code; one more with code 0 where the frame is a single segment (RFC 8878 section 3.1.1.1). */
const SIZE_OCTETS = [0, 2, 4, 8] as const;
const DICTIONARY_OCTETS = [0, 1, 2, 4] as const;

/** What the next octets are. */
type Part = 'magic' | 'skipped-size' | 'skipped' | 'descriptor' | 'header' | 'block' | 'content' | 'checksum';

/**
 * Zstandard frames one after another (RFC 8878). The library unpacks them and leaves their checksums out; here the frames are followed
 * beside it, and what came out of each is compared with what its last four octets say.
 */
export class ZstdUnpacker implements Unpacker {
  readonly #stream: Decompress;
  #part: Part = 'magic';
  /** Octets of the part still to come, and those of its number that are there (the lowest first). */
  #left = 4;
  #number = 0;
  #shift = 0;
  #hasChecksum = false;
  #isLast = false;
  #hash: XxHash64 | undefined;
  #complaint: string | undefined;

  constructor(onOctets: (octets: Uint8Array) => void) {
    this.#stream = new Decompress((octets) => {
      this.#hash?.add(octets);
      onOctets(octets);
    });
  }

  get complaint(): string | undefined {
    return this.#complaint;
  }

  push(octets: Uint8Array): void {
    let from = 0;
    for (let at = 0; at < octets.length;) {
      const isNumber = this.#part !== 'header' && this.#part !== 'content' && this.#part !== 'skipped';
      const n = isNumber ? 1 : Math.min(this.#left, octets.length - at);
      if (isNumber && this.#shift < 32) {
        this.#number = (this.#number | ((octets[at] ?? 0) << this.#shift)) >>> 0;
        this.#shift += 8;
      }
      this.#left -= n;
      at += n;
      if (this.#left > 0) continue;
      // What follows a frame's last block, and every frame, goes to the library apart: what came out by then is that frame's.
      if (this.#part === 'checksum' || this.#part === 'magic') {
        this.#unpack(octets.subarray(from, at));
        from = at;
      }
      this.#goOn(this.#number);
    }
    this.#unpack(octets.subarray(from));
  }

  #unpack(octets: Uint8Array): void {
    // The library keeps what it cannot unpack yet; the octets are borrowed.
    if (octets.length > 0) this.#stream.push(octets.slice());
  }

  #next(part: Part, octets: number): void {
    this.#part = part;
    this.#left = octets;
    this.#number = 0;
    this.#shift = 0;
    if (octets === 0) this.#goOn(0);
  }

  /** A part is whole. */
  #goOn(number: number): void {
    switch (this.#part) {
      case 'magic':
        // Anything else is for the library to refuse.
        if (number === 0xfd2fb528) this.#next('descriptor', 1);
        else if (number >>> 4 === 0x184d2a5) this.#next('skipped-size', 4);
        else this.#next('skipped', Infinity);
        return;
      case 'skipped-size':
        this.#next('skipped', number);
        return;
      case 'descriptor':
        this.#descriptor(number);
        return;
      case 'header':
        this.#next('block', 3);
        return;
      case 'block': {
        const isRepeated = ((number >>> 1) & 3) === 1;
        this.#isLast = (number & 1) === 1;
        this.#next('content', isRepeated ? 1 : number >>> 3);
        return;
      }
      case 'content':
        if (!this.#isLast) this.#next('block', 3);
        else this.#next(this.#hasChecksum ? 'checksum' : 'magic', 4);
        return;
      case 'checksum':
        this.#compare(number);
        this.#next('magic', 4);
        return;
      case 'skipped':
        this.#next('magic', 4);
        return;
      default:
        this.#part satisfies never;
    }
  }

  #descriptor(descriptor: number): void {
    const isSingle = (descriptor & 0x20) !== 0;
    const size = SIZE_OCTETS[(descriptor >>> 6) & 3] ?? 0;
    const dictionary = DICTIONARY_OCTETS[descriptor & 3] ?? 0;
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#hash = this.#hasChecksum ? new XxHash64() : undefined;
    this.#next('header', dictionary + (isSingle ? size || 1 : size + 1));
  }

  #compare(told: number): void {
    const found = this.#hash?.value.low;
    if (found !== undefined && found !== told) {
      this.#complaint ??= checksumWords('of a frame (xxHash64)', found, told);
    }
    this.#hash = undefined;
  }

  end(): void {
    this.#stream.push(new Uint8Array(), true);
  }
}
