import { expect, test } from 'vitest';
import { BlobReader, ReadError } from '../../workers/source/blob-reader.ts';

const numbered = (size: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: size }, (_, at) => at % 251);

/** A Blob whose reads begin and end when the test says so, and are listed. */
class ListedBlob extends Blob {
  readonly reads: string[];
  failsFrom = Infinity;
  readonly #from: number;
  readonly #octets: Uint8Array<ArrayBuffer>;

  constructor(octets: Uint8Array<ArrayBuffer>, reads: string[] = [], from = 0) {
    super([octets]);
    this.#octets = octets;
    this.reads = reads;
    this.#from = from;
  }

  override slice(start = 0, end = this.size): Blob {
    const part = new ListedBlob(this.#octets.slice(start, end), this.reads, start);
    part.failsFrom = this.failsFrom;
    this.reads.push(`${start}-${end} begins`);
    return part;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const octets = await super.arrayBuffer();
    if (this.#from >= this.failsFrom) throw new DOMException('The file was changed.', 'NotReadableError');
    this.reads.push(`${this.#from} ends`);
    return octets;
  }
}

test('slices come in order and whole, the last one short', async () => {
  const octets = numbered(1000);
  const found: number[] = [];
  for await (const slice of new BlobReader(new Blob([octets])).slices(300)) found.push(...slice);
  expect(found).toEqual([...octets]);
});

test('the next slice is read while the caller works on this one, and no further', async () => {
  const blob = new ListedBlob(numbered(900));
  const log = blob.reads;
  for await (const slice of new BlobReader(blob).slices(300)) {
    log.push(`work on ${slice.length}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(log.filter((line) => !line.endsWith('ends'))).toEqual([
    '0-300 begins',
    '300-600 begins',
    'work on 300',
    '600-900 begins',
    'work on 300',
    'work on 300',
  ]);
});

test('a caller that stops leaves at most one slice read ahead', async () => {
  const blob = new ListedBlob(numbered(900));
  const reader = new BlobReader(blob);
  for await (const slice of reader.slices(100)) if (slice.length > 0) break;
  expect(reader.reads).toBe(2);
});

test('a file that cannot be read any more is a ReadError with its place', async () => {
  const blob = new ListedBlob(numbered(900));
  blob.failsFrom = 600;
  const read = async (): Promise<number> => {
    let total = 0;
    for await (const slice of new BlobReader(blob).slices(300)) total += slice.length;
    return total;
  };
  const error = await read().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ReadError);
  expect(error).toMatchObject({ offset: 600, message: 'NotReadableError: The file was changed.' });
});

test('ranges close together are one read, and come back in the order asked for', async () => {
  const octets = numbered(4_000_000);
  const reader = new BlobReader(new Blob([octets]));
  const ranges = [
    { start: 3_000_000, end: 3_000_010 },
    { start: 100, end: 160 },
    { start: 50, end: 120 },
    { start: 1000, end: 1000 },
    { start: 200_000, end: 200_064 },
  ];
  const found = await reader.readRanges(ranges);
  expect(found.map((part) => [...part])).toEqual(
    ranges.map(({ start, end }) => [...octets.subarray(start, end)]),
  );
  expect(reader.reads).toBe(2);
});

test('a window of 500 small packets is one read', async () => {
  const reader = new BlobReader(new Blob([numbered(1_000_000)]));
  const ranges = Array.from({ length: 500 }, (_, at) => ({ start: at * 1500, end: at * 1500 + 132 }));
  await reader.readRanges(ranges);
  expect(reader.reads).toBe(1);
});

test('one read does not grow beyond its limit', async () => {
  const size = 20 << 20;
  const reader = new BlobReader(new Blob([new Uint8Array(size)]));
  const ranges = Array.from({ length: 20 }, (_, at) => ({ start: at << 20, end: (at + 1) << 20 }));
  const found = await reader.readRanges(ranges);
  expect(found.every((part) => part.length === 1 << 20)).toBe(true);
  expect(reader.reads).toBe(3);
});
