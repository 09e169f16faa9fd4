import { describe, expect, test } from 'vitest';
import type { Analysis, ExchangeItem, PacketItem, View, Items } from '../../workers/api.ts';
import { nameOfFiles } from '../../src/model/file-names.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { joined, splitPcap } from './make-archives.ts';
import { fixture, type Opened, openFiles, openOctets } from './open-file.ts';

const file = (name: string, ...parts: readonly Uint8Array[]): File => new File([joined(...parts)], name);

async function items<V extends View>(analysis: Analysis, view: V): Promise<readonly Items[V][]> {
  const query = await analysis.query(view, { filter: '', sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  return analysis.window(view, query.value.id, 0, query.value.rows);
}

/** All that must not depend on how the packets are spread over files. */
async function told({ analysis, result }: Opened): Promise<{
  readonly report: unknown;
  readonly packets: readonly PacketItem[];
  readonly exchanges: readonly ExchangeItem[];
}> {
  if (!result.ok) throw new Error(result.error.message);
  const report = await analysis.report();
  return {
    report: { ...report, file: '', files: [], bytes: 0, ms: 0 },
    packets: await items(analysis, 'packets'),
    exchanges: await items(analysis, 'exchanges'),
  };
}

async function story(): Promise<{ readonly whole: Uint8Array } & ReturnType<typeof splitPcap>> {
  const whole = await fixture('story-1.pcap');
  return { whole, ...splitPcap(whole) };
}

describe('several files tell what one file of all packets tells', () => {
  test('rotated files, dropped in any order', async () => {
    const { whole, header, records } = await story();
    const expected = await told(await openOctets(whole));
    const third = Math.ceil(records.length / 3);
    const parts = [0, 1, 2].map((index) =>
      file(`story.pcap${index + 9}`, header, ...records.slice(index * third, (index + 1) * third)),
    );
    const [a, b, c] = parts;
    if (!a || !b || !c) throw new Error('three parts');
    for (const order of [
      [a, b, c],
      [c, a, b],
      [b, c, a],
    ]) {
      const opened = await openFiles(order);
      expect(await told(opened)).toEqual(expected);
      const { result } = opened;
      expect(result.ok && result.value.files).toEqual([
        { name: 'story.pcap9', bytes: a.size, packets: third },
        { name: 'story.pcap10', bytes: b.size, packets: third },
        { name: 'story.pcap11', bytes: c.size, packets: records.length - 2 * third },
      ]);
      expect((await opened.analysis.packet(1))?.file).toBe('story.pcap9');
      expect((await opened.analysis.packet(third + 1))?.file).toBe('story.pcap10');
      expect((await opened.analysis.packet(records.length))?.file).toBe('story.pcap11');
    }
  });

  test('two files that took turns', async () => {
    const { whole, header, records } = await story();
    const expected = await told(await openOctets(whole));
    const half = (odd: number): readonly Uint8Array[] => records.filter((_, index) => index % 2 === odd);
    const opened = await openFiles([file('a.pcap', header, ...half(0)), file('b.pcap', header, ...half(1))]);
    expect(await told(opened)).toEqual(expected);
    expect((await opened.analysis.packet(3))?.file).toBe('a.pcap');
    expect((await opened.analysis.packet(4))?.file).toBe('b.pcap');
  });

  test('streams and bodies are read from all of them', async () => {
    const { whole, header, records } = await story();
    const one = await openOctets(whole);
    const half = (odd: number): readonly Uint8Array[] => records.filter((_, index) => index % 2 === odd);
    const two = await openFiles([file('a.pcap', header, ...half(0)), file('b.pcap', header, ...half(1))]);
    expect(await two.analysis.follow(0, 'both', 0)).toEqual(await one.analysis.follow(0, 'both', 0));
    expect(await two.analysis.body(0, 'response')).toEqual(await one.analysis.body(0, 'response'));
  });

  test('a hundred files of a few packets each', async () => {
    const { whole, header, records } = await story();
    const expected = await told(await openOctets(whole));
    const size = Math.ceil(records.length / 100);
    const files = Array.from({ length: 100 }, (_, index) =>
      file(`${index}.pcap`, header, ...records.slice(index * size, (index + 1) * size)),
    );
    expect(await told(await openFiles(files.reverse()))).toEqual(expected);
  });
});

test('files are named by their folder, or by the first one', () => {
  expect(nameOfFiles(['a.pcap'])).toBe('a.pcap');
  expect(nameOfFiles(['a.pcap', 'b.pcap', 'c.pcap'])).toBe('a.pcap and 2 more');
  expect(nameOfFiles(['node/a.pcap', 'node/sub/b.pcap'])).toBe('node');
  expect(nameOfFiles(['node/a.pcap', 'other/b.pcap'])).toBe('node/a.pcap and 1 more');
});

test('a pcap and a pcapng file on one timeline', async () => {
  const { whole, header, records } = await story();
  const packets = records.slice(100).map((record) => {
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    const microseconds = BigInt(view.getUint32(0, true)) * 1_000_000n + BigInt(view.getUint32(4, true));
    const length = view.getUint32(12, true);
    return { time: microseconds * 1000n, octets: record.subarray(16), length, interface: 0 };
  });
  const linkType = new DataView(header.buffer, header.byteOffset).getUint32(20, true);
  const { octets } = writePcapng({ interfaces: [{ linkType, snapLength: 65_535 }], packets });
  const opened = await openFiles([
    file('b.pcapng', octets),
    file('a.pcap', header, ...records.slice(0, 100)),
  ]);
  const { result } = opened;
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.format).toBe('pcap, pcapng');
  expect(result.value.files.map((one) => one.packets)).toEqual([100, records.length - 100]);
  const { packets: items, exchanges } = await told(opened);
  const expected = await told(await openOctets(whole));
  expect({ items, exchanges }).toEqual({ items: expected.packets, exchanges: expected.exchanges });
});

test('one file is not named by its packets', async () => {
  const { analysis } = await openOctets(await fixture('story-1.pcap'));
  expect(await analysis.packet(1)).not.toHaveProperty('file');
});

test('what is no capture among several is left out, and told', async () => {
  const { whole } = await story();
  const { result } = await openFiles([
    new File(['remember the milk'], 'notes.txt'),
    file('story.pcap', whole),
    new File([], 'empty.pcap'),
  ]);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.file).toBe('notes.txt and 2 more');
  expect(result.value.files.map(({ name }) => name)).toEqual(['story.pcap']);
  expect(result.value.skipped).toEqual([
    { name: 'notes.txt', kind: 'text' },
    { name: 'empty.pcap', kind: 'empty' },
  ]);
});

test('files without a capture among them are told what they are', async () => {
  const { result } = await openFiles([new File(['a'], 'a.txt'), new File([], 'b')]);
  expect(result.ok ? '' : result.error.message).toMatch(
    /^The files hold no capture.* 2 other files: a\.txt \(text\), b \(empty\)/,
  );
});

test('a damaged file ends there, with its name and its own byte; the others go on', async () => {
  const { header, records, whole } = await story();
  const middle = Math.floor(records.length / 2);
  const first = joined(header, ...records.slice(0, middle));
  const damaged = joined(first, new Uint8Array(16).fill(0xff));
  const { result } = await openFiles([
    file('a.pcap', damaged),
    file('b.pcap', header, ...records.slice(middle)),
  ]);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.counts.packets).toBe(records.length);
  expect(result.value.bytesRead).toBe(whole.length + 24 + 16);
  const place = `Byte ${first.length.toLocaleString('en')} of a.pcap`;
  expect(result.value.issues.map(({ sentence }) => sentence)).toEqual(
    expect.arrayContaining([expect.stringContaining(place)]),
  );
});

test('a file that can no longer be read ends there; the others go on', async () => {
  const { header, records } = await story();
  const middle = Math.floor(records.length / 2);
  const gone = file('a.pcap', header, ...records.slice(0, middle));
  const slice = gone.slice.bind(gone);
  let reads = 0;
  gone.slice = (start, end) => {
    const part = slice(start, end);
    // The first octets are looked at; then the file is gone.
    if (reads++ > 0)
      part.arrayBuffer = () => Promise.reject(new DOMException('It is gone.', 'NotReadableError'));
    return part;
  };
  const { result } = await openFiles([gone, file('b.pcap', header, ...records.slice(middle))]);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.counts.packets).toBe(records.length - middle);
  expect(result.value.issues[0]?.sentence).toMatch(/^Byte 0 of [\d,]+ of a\.pcap: .*It is gone/);
});
