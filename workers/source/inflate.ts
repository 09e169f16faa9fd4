import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes } from '../../src/model/units.ts';
import { BlobReader, ReadError } from './blob-reader.ts';
import { type Compression, createUnpacker } from './unpackers.ts';

/** Octets that are unpacked between two looks at whether to stop. */
const PIECE: Bytes = 256 << 10;

/** Octets of a part of what came out: the browser keeps the parts, on disk where they are many. */
const PART: Bytes = 4 << 20;

/** What unpacking asks and tells. */
export interface InflateHooks {
  readonly isCancelled: () => boolean;
  /** Octets of the compressed file that were unpacked. */
  readonly passed: (octets: Bytes) => void;
  /** Octets that may still come out, over all that is opened together. */
  readonly budget: UnpackBudget;
}

/** Octets that compressed files may still take unpacked; one for all that is opened together. */
export class UnpackBudget {
  #left = LIMITS.UNPACKED_MEBIBYTES * 2 ** 20;

  /** Takes octets; false where there are not so many left. */
  take(octets: Bytes): boolean {
    this.#left -= octets;
    return this.#left >= 0;
  }
}

/** What came out of a compressed file, and what was wrong with it: all of what could be unpacked is there. */
export interface Inflated {
  readonly blob: Blob;
  readonly problem?: {
    readonly kind: 'cut' | 'damaged' | 'limit' | 'unreadable';
    /** Octets of the compressed file in front of it. */
    readonly at: Bytes;
    readonly error: string;
  };
}

/** Unpacks a file once, piece by piece, into a Blob, at most `limit` octets of it. Memory is bounded by a part and a window. */
export async function inflate(
  packed: Blob,
  compression: Compression,
  hooks: InflateHooks,
  limit: Bytes = Infinity,
): Promise<Inflated> {
  const parts = new Parts();
  const unpacker = createUnpacker(compression, (octets) => parts.add(octets));
  let at = 0;
  const problem = (kind: 'cut' | 'damaged' | 'limit' | 'unreadable', error: string): Inflated => ({
    blob: parts.toBlob(),
    problem: { kind, at, error },
  });
  try {
    for await (const piece of new BlobReader(packed).pieces(PIECE)) {
      const before = parts.size;
      unpacker.push(piece);
      at += piece.length;
      hooks.passed(at);
      if (hooks.isCancelled() || parts.size >= limit) return { blob: parts.toBlob() };
      if (!hooks.budget.take(parts.size - before)) return problem('limit', '');
    }
  } catch (error) {
    if (error instanceof ReadError) return problem('unreadable', error.message);
    return problem('damaged', messageOf(error));
  }
  try {
    unpacker.end();
  } catch (error) {
    const message = messageOf(error);
    return problem(message.startsWith('unexpected') ? 'cut' : 'damaged', message);
  }
  return { blob: parts.toBlob() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Octets that come piece by piece, kept in Blobs. */
class Parts {
  readonly #blobs: Blob[] = [];
  readonly #part = new Uint8Array(PART);
  #filled = 0;
  #size = 0;

  /** Octets that were added. */
  get size(): Bytes {
    return this.#size;
  }

  add(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      const taken = octets.subarray(at, at + PART - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === PART) this.#close();
    }
    this.#size += octets.length;
  }

  toBlob(): Blob {
    this.#close();
    return new Blob(this.#blobs);
  }

  #close(): void {
    if (this.#filled > 0) this.#blobs.push(new Blob([this.#part.subarray(0, this.#filled)]));
    this.#filled = 0;
  }
}
