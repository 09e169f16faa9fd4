import type { Bytes } from '../../src/model/units.ts';
import { decodeBrotli } from './brotli/decode.ts';
import { type Compression, createUnpacker, type Unpacker } from '../source/unpackers.ts';

/** What came of undoing one coding. */
export interface Undone {
  /** All that could be decoded, at most as much as was asked for. */
  readonly octets: Uint8Array;
  /** The coded octets came to their end, and all of it is here. */
  readonly isComplete: boolean;
  /** There is more than was asked for. */
  readonly isCapped: boolean;
  /** Why decoding stopped: the octets end too early, or are damaged. */
  readonly problem?: string;
}

/** Undoes one coding, up to `limit` octets. What came out before an error stands. */
export type UndoCoding = (octets: Uint8Array, limit: Bytes) => Undone;

/** Octets that are given to a library at once; after an error the last ones again, in small pieces, to lose nothing before it. */
const PIECE = 32 << 10;
const SMALL_PIECE = 32;

/** Octets that cannot follow deflated ones: where they change nothing, the last block was whole. */
const AFTER_THE_END = new Uint8Array(64).fill(0xaa);

/** What the libraries say of octets that end too early. */
const CUT = 'unexpected EOF';

/** The window a Zstandard frame may ask for: 8 MiB by RFC 9659, and what `zstd --ultra` makes. */
const ZSTD_WINDOW: Bytes = 128 << 20;

/** Gathers octets up to a limit. */
class Gathered {
  readonly #parts: Uint8Array[] = [];
  readonly #limit: Bytes;
  size = 0;

  constructor(limit: Bytes) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.size > this.#limit;
  }

  add(octets: Uint8Array): void {
    if (!this.isFull && octets.length > 0) this.#parts.push(octets.slice(0, this.#limit + 1 - this.size));
    this.size += octets.length;
  }

  join(): Uint8Array {
    const joined = new Uint8Array(Math.min(this.size, this.#limit));
    let at = 0;
    for (const part of this.#parts) {
      const kept = part.subarray(0, joined.length - at);
      joined.set(kept, at);
      at += kept.length;
    }
    return joined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Run {
  readonly gathered: Gathered;
  readonly problem?: string;
  /** Where the piece begins that failed; absent where none did. */
  readonly failedAt?: number;
}

/** Unpacks octets, those from `careful` on in small pieces. */
function unpack(
  create: (gathered: Gathered) => Unpacker,
  octets: Uint8Array,
  limit: Bytes,
  careful: number,
): Run {
  const gathered = new Gathered(limit);
  const unpacker = create(gathered);
  for (let at = 0; at < octets.length && !gathered.isFull;) {
    const end = at < careful ? Math.min(at + PIECE, careful) : at + SMALL_PIECE;
    try {
      unpacker.push(octets.subarray(at, end));
    } catch (error) {
      return { gathered, problem: messageOf(error), failedAt: at };
    }
    at = end;
  }
  if (gathered.isFull) return { gathered };
  try {
    unpacker.end();
  } catch (error) {
    return { gathered, problem: messageOf(error) };
  }
  // All of it came out, but it is not what was compressed.
  const { complaint } = unpacker;
  return complaint === undefined ? { gathered } : { gathered, problem: complaint };
}

function undo(create: (gathered: Gathered) => Unpacker, octets: Uint8Array, limit: Bytes): Undone {
  let run = unpack(create, octets, limit, octets.length);
  if (run.failedAt !== undefined) run = unpack(create, octets, limit, run.failedAt);
  const { gathered, problem } = run;
  const isCapped = gathered.isFull;
  const undone = {
    octets: gathered.join(),
    isComplete: problem === undefined && !isCapped && octets.length > 0,
    isCapped,
  };
  return problem === undefined || isCapped ? undone : { ...undone, problem };
}

const byLibrary =
  (compression: Compression) =>
  (gathered: Gathered): Unpacker =>
    createUnpacker(compression, (octets) => {
      gathered.add(octets);
    });

/** Deflated octets without a wrapper. The library does not tell whether the last block was whole; what follows it tells. */
function deflateUnpacker(gathered: Gathered): Unpacker {
  let isOver = false;
  let extra = 0;
  const unpacker = createUnpacker('deflate', (octets) => {
    if (isOver) extra += octets.length;
    else gathered.add(octets);
  });
  const probe = (): void => {
    isOver = true;
    unpacker.push(AFTER_THE_END);
    unpacker.end();
  };
  return {
    push: (octets) => {
      unpacker.push(octets);
    },
    end: () => {
      try {
        probe();
      } catch {
        extra++;
      }
      if (extra > 0) throw new Error(CUT);
    },
  };
}

/** gzip (RFC 1952), one member or several. */
export const undoGzip: UndoCoding = (octets, limit) => undo(byLibrary('gzip'), octets, limit);

/** "deflate": a zlib stream (RFC 1950); some senders leave its wrapper out (RFC 9110 section 8.4.1.2). */
export const undoDeflate: UndoCoding = (octets, limit) => {
  const [first = 0, second = 0] = octets;
  const isWrapped = (first & 15) === 8 && first >> 4 < 8 && ((first << 8) | second) % 31 === 0;
  if (isWrapped && octets.length > 1) {
    const wrapped = undo(deflateUnpacker, octets.subarray(2), limit);
    if (wrapped.octets.length > 0 || wrapped.problem === undefined || wrapped.problem === CUT) return wrapped;
  }
  return undo(deflateUnpacker, octets, limit);
};

/** Zstandard (RFC 8878). */
export const undoZstd: UndoCoding = (octets, limit) => {
  if (zstdWindow(octets) <= ZSTD_WINDOW) return undo(byLibrary('zstd'), octets, limit);
  const problem = 'its window is larger than 128 MiB';
  return { octets: new Uint8Array(), isComplete: false, isCapped: false, problem };
};

/** Brotli (RFC 7932). */
export const undoBrotli: UndoCoding = decodeBrotli;

/** The window that the first frame asks for (RFC 8878 section 3.1.1.1.2); 0 where it has none, or is no frame. */
function zstdWindow(octets: Uint8Array): Bytes {
  const isFrame = octets[0] === 0x28 && octets[1] === 0xb5 && octets[2] === 0x2f && octets[3] === 0xfd;
  const [descriptor, window] = [octets[4], octets[5]];
  // A single segment has no window of its own; its size is that of the content.
  if (!isFrame || descriptor === undefined || window === undefined || descriptor & 0x20) return 0;
  const base = 2 ** (10 + (window >> 3));
  return base + (base / 8) * (window & 7);
}
