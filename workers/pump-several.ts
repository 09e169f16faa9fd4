import type { Bytes } from '../src/model/units.ts';
import { type Core, StopReason } from './core.ts';
import { type PumpEnd, type PumpHooks, SLICE_OCTETS } from './pump.ts';
import { BlobReader, ReadError } from './source/blob-reader.ts';
import type { SourceFiles } from './source/source-files.ts';

/** Octets of the first piece of each file: its first packets must be known before any packet can be indexed. */
const FIRST_PIECE: Bytes = 64 << 10;

/** Octets that the pieces of all files may take together: the core keeps room for one of each. */
const PIECES_TOGETHER: Bytes = 128 << 20;

/** What the pump asks and tells about several files. */
export interface SeveralHooks extends PumpHooks {
  /** A file could not be read to its end; the others go on. */
  readonly lost: (file: number, error: ReadError) => void;
}

/**
 * Reads several files into the core, which says of which file it wants octets next: packets come in the order of their times.
 * Closes what is open at the end. What was read stays, whatever ended the reading.
 */
export async function pumpSeveral(
  sources: SourceFiles,
  core: Core,
  hooks: SeveralHooks,
  pieceOctets = pieceSize(sources.files.length),
): Promise<PumpEnd> {
  const end = await feed(sources, core, hooks, pieceOctets);
  core.finish(end.kind !== 'end');
  return end;
}

/** Octets of one piece, so that those of all files have room. */
function pieceSize(files: number): Bytes {
  return Math.max(FIRST_PIECE, Math.min(SLICE_OCTETS, Math.floor(PIECES_TOGETHER / files)));
}

async function feed(
  sources: SourceFiles,
  core: Core,
  hooks: SeveralHooks,
  pieceOctets: Bytes,
): Promise<PumpEnd> {
  const feeds = sources.files.map(({ blob }) => new Feed(blob, pieceOctets));
  sources.starts.forEach((start) => core.addSource(start));
  let bytesRead = 0;
  let end: PumpEnd = { kind: 'end' };
  for (let source = core.wants(); source !== undefined; source = core.wants()) {
    const piece = await nextPiece(feeds, source, hooks);
    if (hooks.isCancelled()) return { kind: 'cancelled' };
    if (piece === undefined) {
      core.endSource(source);
      continue;
    }
    const reason = core.push(piece, source);
    bytesRead += piece.length;
    hooks.analysed(bytesRead);
    // A damaged file ends there; the others go on.
    if (reason !== StopReason.NONE) end = { kind: 'stopped', reason };
    if (reason === StopReason.MEMORY) break;
  }
  return end;
}

async function nextPiece(
  feeds: readonly Feed[],
  source: number,
  hooks: SeveralHooks,
): Promise<Uint8Array | undefined> {
  try {
    return await feeds[source]?.next();
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    hooks.lost(source, error);
    return undefined;
  }
}

/** A file that is being fed. */
class Feed {
  readonly #reader: BlobReader;
  readonly #pieceOctets: Bytes;
  #at = 0;
  #ahead: Promise<Uint8Array> | undefined;

  constructor(blob: Blob, pieceOctets: Bytes) {
    this.#reader = new BlobReader(blob);
    this.#pieceOctets = pieceOctets;
  }

  /** The next octets; undefined at the end. Once a file is in use, the piece after it is read meanwhile. */
  async next(): Promise<Uint8Array | undefined> {
    const { size } = this.#reader;
    if (this.#at >= size) return undefined;
    const isFirst = this.#at === 0;
    const octets = await (this.#ahead ?? this.#read(isFirst ? FIRST_PIECE : this.#pieceOctets));
    this.#at += octets.length;
    this.#ahead = isFirst || this.#at >= size ? undefined : this.#read(this.#pieceOctets);
    // Its failure is met when it is awaited; reading may have been cancelled by then.
    this.#ahead?.catch(() => undefined);
    return octets;
  }

  #read(octets: Bytes): Promise<Uint8Array> {
    return this.#reader.read(this.#at, Math.min(this.#at + octets, this.#reader.size));
  }
}
