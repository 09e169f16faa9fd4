import { LIMITS } from '../../../src/model/limits.ts';
import { codingsOf, decodeContent } from '../../bodies/decode.ts';
import { createUnpacker, type Unpacker } from '../../source/unpackers.ts';

/** Undoes content codings (RFC 9110 section 8.4) as the octets come, so that each part of a stream keeps its packet. */
export class ContentDecoder {
  readonly #codings: readonly string[];
  readonly #chain: readonly Unpacker[] | undefined;
  #out: Uint8Array[] = [];
  /** Of a coding that is undone as a whole only. */
  readonly #gathered: Uint8Array[] = [];
  #size = 0;
  #problem: string | undefined;

  /** `value`: that of Content-Encoding; '' where there is none. */
  constructor(value: string) {
    this.#codings = codingsOf(value);
    this.#chain = this.#open();
  }

  get isIdentity(): boolean {
    return this.#codings.length === 0;
  }

  /** Why nothing more can be decoded. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes octets; answers what came out of them. */
  push(octets: Uint8Array): readonly Uint8Array[] {
    if (this.isIdentity) return [octets];
    if (this.#problem !== undefined) return [];
    const first = this.#chain?.[0];
    if (!first) {
      this.#gathered.push(octets.slice());
      this.#size += octets.length;
      if (this.#size > LIMITS.BODY_WIRE_OCTETS) this.stop('The content is too long to be decoded.');
      return [];
    }
    this.#out = [];
    try {
      first.push(octets);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#problem = `The content is not valid ${this.#codings.join(', ')} from here on: ${words}.`;
    }
    return this.#out;
  }

  /** The content is over: what could be decoded only now. */
  end(): readonly Uint8Array[] {
    if (this.#chain || this.isIdentity || this.#size === 0) return [];
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#gathered) {
      whole.set(part, at);
      at += part.length;
    }
    const { octets, problem } = decodeContent(whole, this.#codings, LIMITS.HAR_ENTRY_OCTETS);
    if (problem !== undefined)
      this.#problem = `It could not be decoded (${problem.coding}: ${problem.words}).`;
    return problem?.isNothing === true ? [] : [octets];
  }

  /** Nothing more can be decoded, for the reason given. */
  stop(why: string): void {
    this.#problem ??= why;
  }

  /** One unpacker a coding, the last applied first; undefined where one of them is not undone piece by piece. */
  #open(): readonly Unpacker[] | undefined {
    if (!this.#codings.every((coding) => /^((x-)?gzip|deflate|zstd)$/.test(coding))) return undefined;
    let next = (octets: Uint8Array): void => void this.#out.push(octets.slice());
    const chain: Unpacker[] = [];
    for (const coding of this.#codings) {
      const unpacker =
        coding === 'deflate'
          ? new DeflateUnpacker(next)
          : createUnpacker(coding === 'zstd' ? 'zstd' : 'gzip', next);
      chain.unshift(unpacker);
      next = (octets) => unpacker.push(octets);
    }
    return chain;
  }
}

/** "deflate": a zlib stream (RFC 1950); some senders leave its wrapper out (RFC 9110 section 8.4.1.2). */
class DeflateUnpacker implements Unpacker {
  readonly #unpacker: Unpacker;
  #head = new Uint8Array();
  #isBegun = false;

  constructor(onOctets: (octets: Uint8Array) => void) {
    this.#unpacker = createUnpacker('deflate', onOctets);
  }

  push(octets: Uint8Array): void {
    if (this.#isBegun) {
      this.#unpacker.push(octets);
      return;
    }
    const head = new Uint8Array(this.#head.length + octets.length);
    head.set(this.#head);
    head.set(octets, this.#head.length);
    this.#head = head;
    const [first, second] = head;
    if (first === undefined || second === undefined) return;
    this.#isBegun = true;
    const isWrapped = (first & 15) === 8 && first >> 4 < 8 && ((first << 8) | second) % 31 === 0;
    this.#unpacker.push(isWrapped ? head.subarray(2) : head);
  }

  end(): void {
    this.#unpacker.end();
  }
}
