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

test('pieces of a byte stream come in order and whole, each in the same buffer', async () => {
  const octets = numbered(200_000);
  const found: number[] = [];
  const reader = new BlobReader(new Blob([octets]));
  for await (const piece of reader.pieces(30_000, true)) {
    expect(piece.length).toBeLessThanOrEqual(30_000);
    found.push(...piece);
  }
  expect(found).toEqual([...octets]);
  expect(reader.reads, 'one slice, to see that the file is as it was').toBe(1);
});

const fail = (controller: ReadableByteStreamController): void =>
  controller.error(new TypeError('network error'));
const close = (controller: ReadableByteStreamController): void => {
  controller.close();
  // What a stream of octets answers to a read that waits (Streams standard, 4.7.3).
  controller.byobRequest?.respond(0);
};

const stall = (): Promise<void> => new Promise(() => undefined);

type Fault = (controller: ReadableByteStreamController) => void | Promise<void>;

/** A Blob of which every stream gives 777 octets and then does something else. */
class FaultyBlob extends Blob {
  readonly #octets: Uint8Array<ArrayBuffer>;
  readonly #then: Fault;

  constructor(octets: Uint8Array<ArrayBuffer>, then: Fault) {
    super([octets]);
    this.#octets = octets;
    this.#then = then;
  }

  override slice(start = 0, end = this.size): Blob {
    return new FaultyBlob(this.#octets.slice(start, end), this.#then);
  }
  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let isFirst = true;
    return new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        if (!isFirst) return this.#then(controller);
        isFirst = false;
        controller.enqueue(this.#octets.slice(0, 777));
        return undefined;
      },
    });
  }
}

test.each([
  ['fails', fail],
  ['ends early', close],
  ['stalls', stall],
])('where the byte stream %s, another goes on behind what it gave', async (_, fault) => {
  const octets = numbered(2000);
  const lengths: number[] = [];
  const found: number[] = [];
  for await (const piece of new BlobReader(new FaultyBlob(octets, fault)).pieces(40_000, true)) {
    lengths.push(piece.length);
    found.push(...piece);
  }
  expect(lengths).toEqual([777, 777, 446]);
  expect(found).toEqual([...octets]);
});

test.each([
  ['fails', fail],
  ['ends', close],
  ['stalls', stall],
])('where the byte stream %s without an octet, slices go on', async (_, fault) => {
  const octets = numbered(1000);
  const blob = new Blob([octets]);
  blob.stream = () => new ReadableStream({ type: 'bytes', pull: fault });
  const lengths: number[] = [];
  for await (const piece of new BlobReader(blob).pieces(600, true)) lengths.push(piece.length);
  expect(lengths).toEqual([600, 400]);
});

test('a file that was written to while its stream was read is a ReadError', async () => {
  const blob = new ListedBlob(numbered(900));
  blob.failsFrom = 0;
  const read = async (): Promise<number> => {
    let total = 0;
    for await (const piece of new BlobReader(blob).pieces(300, true)) total += piece.length;
    return total;
  };
  await expect(read()).rejects.toThrow('NotReadableError: The file was changed.');
});

test('of a file that has grown, no more is read than it had', async () => {
  const blob = new Blob([numbered(1000)]);
  const grown = new Blob([numbered(1300)]);
  blob.stream = () => grown.stream();
  let total = 0;
  for await (const piece of new BlobReader(blob).pieces(300, true)) total += piece.length;
  expect(total).toBe(1000);
});

test('a file that became shorter is a ReadError', async () => {
  const blob = new Blob([numbered(1000)]);
  const shorter = new Blob([numbered(300)]);
  blob.slice = (start, end) => shorter.slice(start, end);
  const error = await new BlobReader(blob).read(200, 400).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ offset: 200, message: 'NotReadableError: The file is shorter than it was.' });
});

test('a Blob without byte streams is read in slices', async () => {
  const octets = numbered(1000);
  const blob = new Blob([octets]);
  blob.stream = () => new ReadableStream();
  const found: number[] = [];
  for await (const piece of new BlobReader(blob).pieces(300, true)) found.push(...piece);
  expect(found).toEqual([...octets]);
});

test('a caller that stops lets go of the byte stream', async () => {
  let isCancelled = false;
  const blob = new Blob([numbered(1000)]);
  blob.stream = () =>
    new ReadableStream({
      type: 'bytes',
      pull: (controller) => controller.enqueue(numbered(100)),
      cancel: () => void (isCancelled = true),
    });
  for await (const piece of new BlobReader(blob).pieces(100, true)) if (piece.length > 0) break;
  expect(isCancelled).toBe(true);
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
