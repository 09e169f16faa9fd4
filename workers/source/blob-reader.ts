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

/** Reads a Blob: from front to back with one slice of read-ahead, or ranges of it with few reads. */
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
      return new Uint8Array(await this.#blob.slice(start, end).arrayBuffer());
    } catch (error) {
      if (error instanceof DOMException) throw new ReadError(start, error);
      throw error;
    }
  }

  /** The whole file in slices; the next one is read while the caller works on this one. */
  async *slices(sliceSize: Bytes): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    let ahead = this.#readAhead(0, sliceSize);
    for (let at = 0; at < this.size; at += sliceSize) {
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
