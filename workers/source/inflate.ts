import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes } from '../../src/model/units.ts';
import { BlobReader, ReadError } from './blob-reader.ts';
import { checksumWords, Crc32 } from './checksums.ts';
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

/** What can be wrong with a compressed file. After `checksum` all of it came out. */
export type InflateProblem = 'cut' | 'damaged' | 'limit' | 'unreadable' | 'checksum';

/** What came out of a compressed file, and what was wrong with it: all of what could be unpacked is there. */
export interface Inflated {
  readonly blob: Blob;
  readonly problem?: {
    readonly kind: InflateProblem;
    /** Octets of the compressed file in front of it. */
    readonly at: Bytes;
    readonly error: string;
  };
}

/** What is asked of unpacking besides its file. */
export interface InflateOptions {
  /** Octets that are wanted at most. */
  readonly limit?: Bytes;
  /** CRC-32 of what comes out, where something else than the stream tells it. */
  readonly crc32?: number | undefined;
}

/** Unpacks a file once, piece by piece, into a Blob. Memory is bounded by a part and a window. */
export async function inflate(
  packed: Blob,
  compression: Compression,
  hooks: InflateHooks,
  { limit = Infinity, crc32 }: InflateOptions = {},
): Promise<Inflated> {
  const parts = new Parts();
  const crc = crc32 === undefined ? undefined : new Crc32();
  const unpacker = createUnpacker(compression, (octets) => {
    parts.add(octets);
    crc?.add(octets);
  });
  let at = 0;
  const problem = (kind: InflateProblem, error: string): Inflated => ({
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
  const { complaint } = unpacker;
  if (complaint !== undefined) return problem('checksum', complaint);
  if (crc && crc32 !== undefined && crc.value !== crc32)
    return problem('checksum', checksumWords('of the member (CRC-32)', crc.value, crc32));
  return { blob: parts.toBlob() };
}

/** Compares the octets of a file that is not compressed with their CRC-32; undefined where they fit, or where it cannot be read. */
export async function storedProblem(
  stored: Blob,
  crc32: number,
  isCancelled: () => boolean,
): Promise<string | undefined> {
  const crc = new Crc32();
  try {
    for await (const piece of new BlobReader(stored).pieces(PIECE)) {
      if (isCancelled()) return undefined;
      crc.add(piece);
    }
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
  return crc.value === crc32 ? undefined : checksumWords('of the member (CRC-32)', crc.value, crc32);
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
