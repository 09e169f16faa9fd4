import type { Bytes } from '../../src/model/units.ts';

/** A stretch of a file: its first octet and the one after its last. */
export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

/** The file could not be read: it was changed, moved or taken away, or access to it was withdrawn. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  /** Where in the file reading failed. */
  readonly offset: Bytes;

  constructor(offset: Bytes, cause: DOMException) {
    super(`${cause.name}: ${cause.message}`, { cause });
    this.offset = offset;
  }
}

/** Octets that may lie between two ranges that are read as one: a random read costs about as much as 256 KiB in sequence. */
const COALESCE_GAP: Bytes = 256 << 10;

/** Octets of one coalesced read at most, so that a window of large packets does not take the memory of all between them. */
const COALESCE_LIMIT: Bytes = 8 << 20;

/** Whether a Blob's byte stream is faster than its slices. Not in Node, where it comes in 64 KiB: three times slower. */
const STREAMS_ARE_FAST = !('process' in globalThis);

/**
 * Milliseconds to wait for a stream. Chromium's (version 156) were seen to stop for good in the middle of 1 GB: three of thirteen
 * readings with a buffer of 2 MiB, the size of its pipe. A disk that is slower than this is read in slices.
 */
const STALL_MILLISECONDS = 250;

/** Reads a Blob: from front to back, or ranges of it with few reads. */
export class BlobReader {
  readonly #blob: Blob;
  #reads = 0;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  /** Octets of the file. */
  get size(): Bytes {
    return this.#blob.size;
  }

  /** Reads that were made so far. */
  get reads(): number {
    return this.#reads;
  }

  /** The octets of [start, end), as far as the file has them. Rejects with {@link ReadError} where it cannot be read. */
  async read(start: Bytes, end: Bytes): Promise<Uint8Array<ArrayBuffer>> {
    this.#reads++;
    try {
      const octets = new Uint8Array(await this.#blob.slice(start, end).arrayBuffer());
      if (octets.length < Math.min(end, this.size) - start)
        throw new DOMException('The file is shorter than it was.', 'NotReadableError');
      return octets;
    } catch (error) {
      if (error instanceof DOMException) throw new ReadError(start, error);
      throw error;
    }
  }

  /**
   * The whole file in order, in pieces of at most `size` octets, as fast as the browser can read it. A piece is borrowed: its
   * octets are overwritten when the next one is asked for.
   *
   * A byte stream into one buffer takes half the time of slices in Chromium, and leaves no garbage (test/bench). Where there is
   * none, or it fails, slices go on: they tell why and where a file cannot be read.
   */
  async *pieces(
    size: Bytes,
    isStreamed = STREAMS_ARE_FAST,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    let at = 0;
    let before = -1;
    // A stream that gave something before it ended, failed or stalled is opened again behind that.
    while (isStreamed && at > before && at < this.size) {
      before = at;
      for await (const piece of streamed(at === 0 ? this.#blob : this.#blob.slice(at), size)) {
        const start = at;
        at += piece.length;
        // Firefox reads on where the file has grown since.
        yield piece.subarray(0, this.size - start);
      }
    }
    if (at < this.size) yield* this.slices(size, at);
    // A stream does not notice that the file is written to while it is read; a slice does, in Chromium.
    else if (at > 0) await this.read(this.size - 1, this.size);
  }

  /** The file from `start` on in slices; the next one is read while the caller works on this one. */
  async *slices(sliceSize: Bytes, start: Bytes = 0): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    let ahead = this.#readAhead(start, sliceSize);
    for (let at = start; at < this.size; at += sliceSize) {
      const slice = await ahead;
      const next = at + sliceSize;
      if (next < this.size) ahead = this.#readAhead(next, sliceSize);
      yield slice;
    }
  }

  #readAhead(start: Bytes, size: Bytes): Promise<Uint8Array<ArrayBuffer>> {
    const reading = this.read(start, Math.min(start + size, this.size));
    // The error is met when the slice is awaited; a slice that nobody awaits any more (cancelled) may fail unheard.
    reading.catch(() => undefined);
    return reading;
  }

  /** The octets of each range, in the order given. Ranges that are close together are one read. */
  async readRanges(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    const order = ranges.map((_, index) => index);
    order.sort((a, b) => (ranges[a]?.start ?? 0) - (ranges[b]?.start ?? 0));
    const found: Uint8Array[] = ranges.map(() => new Uint8Array());
    for (const group of coalesce(ranges, order)) {
      const octets = await this.read(group.start, group.end);
      for (const index of group.members) {
        const range = ranges[index];
        if (range) found[index] = octets.subarray(range.start - group.start, range.end - group.start);
      }
    }
    return found;
  }
}

/** A reader that fills buffers of ours; undefined where the browser's Blobs have none. */
function byteReader(blob: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return blob.stream().getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

/** What the Blob's byte stream gives until it ends, fails or stalls, always in the same buffer; nothing where it has none. */
async function* streamed(blob: Blob, size: Bytes): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const stream = byteReader(blob);
  if (!stream) return;
  try {
    let piece = await inTime(readInto(stream, new ArrayBuffer(size)));
    while (piece) {
      const { buffer } = piece;
      yield piece;
      piece = await inTime(readInto(stream, buffer));
    }
  } finally {
    stream.cancel().catch(() => undefined);
  }
}

/** The next octets of the stream, in the buffer; undefined where it ended or failed. */
async function readInto(
  stream: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const { value, done } = await stream.read(new Uint8Array(buffer));
    return done ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The answer, or undefined where it takes too long. */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), STALL_MILLISECONDS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Group {
  readonly start: Bytes;
  end: Bytes;
  readonly members: number[];
}

function coalesce(ranges: readonly ByteRange[], order: readonly number[]): readonly Group[] {
  const groups: Group[] = [];
  for (const index of order) {
    const range = ranges[index];
    if (!range) continue;
    const last = groups[groups.length - 1];
    if (last && range.start - last.end <= COALESCE_GAP && range.end - last.start <= COALESCE_LIMIT) {
      last.end = Math.max(last.end, range.end);
      last.members.push(index);
    } else {
      groups.push({ start: range.start, end: range.end, members: [index] });
    }
  }
  return groups;
}
