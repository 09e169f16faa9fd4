import { zipSync } from 'fflate';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createAnalysis } from '../../workers/analysis.ts';
import { loadCoreModule } from '../support/core.ts';
import { Random } from '../support/random.ts';
import { joined, makeGzip, makeTar, splitPcap } from './make-archives.ts';
import { fixture, openFile, openFiles, openOctets, Told } from './open-file.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const PACKETS = 273;

const story = (): Promise<Uint8Array> => fixture('story-1.pcap');

/** The packets of what is opened; why it is not. */
async function packetsOf(octets: Uint8Array, name = 'capture'): Promise<number | string> {
  const { result } = await openOctets(octets, name);
  return result.ok ? result.value.counts.packets : result.error.message;
}

const NOISE_PACKETS = 2000;

/** A capture that does not compress: packets of 1,000 random octets. */
function noise(): Uint8Array {
  const random = new Random(1);
  const record = (): Uint8Array => {
    const octets = Uint8Array.from({ length: 1016 }, () => random.below(256));
    new DataView(octets.buffer).setUint32(8, 1000, true);
    new DataView(octets.buffer).setUint32(12, 1000, true);
    return octets;
  };
  const header = new Uint8Array(24);
  header.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
  // LINKTYPE_USER0: nothing is decoded.
  header.set([0, 0, 4, 0, 147, 0, 0, 0], 16);
  return joined(header, ...Array.from({ length: NOISE_PACKETS }, record));
}

/** What a program on the path makes of octets; undefined where it is not installed. */
function throughProgram(
  program: string,
  args: readonly string[],
  input?: Uint8Array,
): Uint8Array | undefined {
  try {
    return new Uint8Array(execFileSync(program, args, { ...(input ? { input } : {}), maxBuffer: 1 << 28 }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

describe('a compressed capture is told by its content', () => {
  test('gzip, whatever its name is', async () => {
    expect(await packetsOf(makeGzip(await story()), 'capture.pcap')).toBe(PACKETS);
  });

  test('gzip of several members, and of thousands', async () => {
    expect(await packetsOf(makeGzip(await story(), 7))).toBe(PACKETS);
    expect(await packetsOf(makeGzip(await story(), 3000))).toBe(PACKETS);
  });

  test('gzip with zero octets behind it, as tapes and block devices leave them', async () => {
    const { result } = await openOctets(joined(makeGzip(await story(), 2), new Uint8Array(10_240)));
    expect(result.ok && [result.value.counts.packets, result.value.issues]).toEqual([PACKETS, []]);
  });

  test('packets, details and streams are those of the capture inside', async () => {
    const octets = await story();
    const plain = await openOctets(octets);
    const packed = await openOctets(makeGzip(octets));
    expect(await packed.analysis.packet(42)).toEqual(await plain.analysis.packet(42));
    expect(await packed.analysis.follow(0, 'both', 0)).toEqual(await plain.analysis.follow(0, 'both', 0));
    expect(packed.result.ok && packed.result.value.bytes).toBe(octets.length);
  });

  const programs: readonly (readonly [string, string, readonly string[]])[] = [
    ['Zstandard', 'zstd', ['-q', '-c']],
    ['Zstandard, level 19, long window', 'zstd', ['-q', '-c', '-19', '--long=27']],
    ['Zstandard without checksum', 'zstd', ['-q', '-c', '--no-check']],
    ['LZ4', 'lz4', ['-q', '-c']],
    ['LZ4, linked blocks of 64 KiB', 'lz4', ['-q', '-c', '-B4', '-BD']],
    ['LZ4, level 9, with checksums of blocks', 'lz4', ['-q', '-c', '-9', '-BX', '-B4']],
    ['LZ4, the legacy format', 'lz4', ['-q', '-c', '-l']],
  ];
  test.each(programs)('%s', async (_, program, args) => {
    const packed = throughProgram(program, args, await story());
    if (!packed) return expect(packed, `${program} is not installed: not checked`).toBeUndefined();
    expect(await packetsOf(packed)).toBe(PACKETS);
    // Two frames one after another are one file.
    const { header, records } = splitPcap(await story());
    const [a, b] = [joined(header, ...records.slice(0, 100)), joined(...records.slice(100))].map((part) =>
      throughProgram(program, args, part),
    );
    if (a && b) expect(await packetsOf(joined(a, b))).toBe(PACKETS);
  });

  test('a capture of many parts, with progress in octets of the compressed file', async () => {
    const { header, records } = splitPcap(await story());
    const long = joined(header, ...Array.from({ length: 400 }, () => records).flat());
    const packed = makeGzip(long);
    const { result, told } = await openOctets(packed, 'long.pcap.gz');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBe(400 * PACKETS);
    expect(result.value.bytes).toBe(long.length);
    const unpacking = told.progresses.filter(({ isUnpacking }) => isUnpacking);
    expect(unpacking[0]).toMatchObject({ bytes: packed.length, packets: 0, isDone: false });
    expect(unpacking.every(({ bytesRead }) => bytesRead > 0 && bytesRead <= packed.length)).toBe(true);
    expect(told.progresses.at(-1)).toEqual({
      bytesRead: long.length,
      bytes: long.length,
      packets: 400 * PACKETS,
      isDone: true,
    });
  });

  test('a HAR file too', async () => {
    const har = '{"log": {"version": "1.2", "creator": {"name": "a", "version": "1"}, "entries": []}}';
    const { result } = await openOctets(makeGzip(new TextEncoder().encode(har)), 'page.har.gz');
    expect(result.ok ? result.value.format : result.error.message).toMatch(/HAR/);
  });
});

describe('what is wrong with a compressed file is told, and the rest read', () => {
  test('gzip that is cut off anywhere keeps what was readable', async () => {
    const packed = makeGzip(await story(), 3);
    let before = 0;
    for (const share of [0.3, 0.6, 0.9, 0.9999]) {
      const { result } = await openOctets(packed.slice(0, Math.floor(packed.length * share)), 'cut.gz');
      if (!result.ok) throw new Error(result.error.message);
      const { packets } = result.value.counts;
      expect(packets).toBeGreaterThanOrEqual(before);
      expect(result.value.issues[0]).toMatchObject({ code: 'compressed-cut', severity: 'error' });
      expect(result.value.issues[0]?.sentence).toMatch(
        /^Byte [\d,]+ of [\d,]+ of cut\.gz: the gzip stream ends/,
      );
      before = packets;
    }
    expect(before).toBe(PACKETS);
  });

  test('octets that are no gzip behind the last member', async () => {
    const { result } = await openOctets(joined(makeGzip(await story()), new Uint8Array(100).fill(7)));
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBe(PACKETS);
    expect(result.value.issues[0]?.sentence).toMatch(/what follows the last member is no gzip/);
  });

  test.each([
    ['zstd', '-1'],
    ['lz4', '-B4'],
    ['lz4', '-B7'],
    ['lz4', '-l'],
  ])('%s %s that is cut off, and that is damaged', async (program, option) => {
    const packed = throughProgram(program, ['-q', '-c', option], noise());
    if (!packed) return expect(packed, `${program} is not installed: not checked`).toBeUndefined();
    const half = Math.floor(packed.length / 2);
    const cut = await openOctets(packed.subarray(0, half));
    if (!cut.result.ok) throw new Error(cut.result.error.message);
    expect(cut.result.value.counts.packets).toBeGreaterThan(NOISE_PACKETS / 4);
    expect(cut.result.value.counts.packets).toBeLessThan(NOISE_PACKETS);
    expect(cut.result.value.issues[0]?.code).toBe('compressed-cut');
    const damaged = joined(packed.subarray(0, half), new Uint8Array(64).fill(0xff), packed.subarray(half));
    const { result } = await openOctets(damaged);
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBeGreaterThan(NOISE_PACKETS / 4);
    expect(result.value.issues.map(({ code }) => code)).toContain('compressed-damaged');
  });

  test('what is inside is no capture', async () => {
    const packed = makeGzip(new TextEncoder().encode('<!doctype html><title>Log in</title>'));
    expect(await packetsOf(packed)).toMatch(
      /^Compressed with gzip; of what is inside: The file is an HTML page/,
    );
  });

  test('nothing can be unpacked', async () => {
    expect(await packetsOf(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]))).toMatch(
      /^Byte 6 of 6 of capture: the gzip stream ends too early\. Nothing came out before it\. No capture/,
    );
  });

  test('unpacking stops when it is cancelled, and what is open stays', async () => {
    const { header, records } = splitPcap(await story());
    const packed = makeGzip(joined(header, ...Array.from({ length: 400 }, () => records).flat()), 40);
    const analysis = createAnalysis(await loadCoreModule());
    await analysis.open([new File([new Uint8Array(await story())], 'story-1.pcap')], new Told());
    const told = new Told();
    told.onProgress = () => void analysis.cancel();
    const result = await analysis.open([new File([packed], 'long.pcap.gz')], told);
    expect(result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(told.progresses.length).toBe(1);
    expect(await analysis.report()).toMatchObject({ packets: PACKETS });
  });
});

describe('an archive opens with all captures in it', () => {
  const long = `${'deep/'.repeat(30)}b.pcap`;

  async function halves(): Promise<readonly [Uint8Array, Uint8Array]> {
    const { header, records } = splitPcap(await story());
    return [joined(header, ...records.slice(0, 100)), joined(header, ...records.slice(100))];
  }

  async function tar(): Promise<Uint8Array<ArrayBuffer>> {
    const [a, b] = await halves();
    return makeTar([
      { name: 'logs/picture.png', octets: PNG },
      { name: long, octets: b },
      { name: 'a.pcap', octets: a },
    ]);
  }

  test('tar: captures and a picture', async () => {
    const { result, analysis } = await openOctets(await tar(), 'support.tar');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBe(PACKETS);
    expect(result.value.file).toBe('support.tar');
    expect(result.value.files.map(({ name, packets }) => [name, packets])).toEqual([
      ['support.tar/a.pcap', 100],
      [`support.tar/${long}`, PACKETS - 100],
    ]);
    expect(result.value.skipped).toEqual([{ name: 'support.tar/logs/picture.png', kind: 'a PNG image' }]);
    expect(result.value.issues).toEqual([]);
    expect((await analysis.packet(101))?.file).toBe(`support.tar/${long}`);
  });

  test('tar in gzip, with a capture in gzip in it', async () => {
    const [a, b] = await halves();
    const inner = makeTar([
      { name: 'a.pcap.gz', octets: makeGzip(a) },
      { name: 'b.pcap', octets: b },
    ]);
    const { result } = await openOctets(makeGzip(inner), 'support.tgz');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBe(PACKETS);
    expect(result.value.files.map(({ name }) => name)).toEqual(['support.tar/a.pcap', 'support.tar/b.pcap']);
  });

  test('tar that GNU tar wrote, and one of pax format', async () => {
    for (const format of ['gnu', 'pax', 'ustar', 'v7']) {
      const packed = throughProgram('tar', [
        '-c',
        '-f',
        '-',
        `--format=${format}`,
        '-C',
        new URL('../fixtures/captures', import.meta.url).pathname,
        'story-1.pcap',
        'story-2.pcap',
      ]);
      if (!packed) return expect(packed, 'tar is not installed: not checked').toBeUndefined();
      expect(await packetsOf(packed), format).toBe(PACKETS + 146);
    }
  });

  test('tar that is cut off inside its last capture', async () => {
    const octets = await tar();
    const { result } = await openOctets(octets.slice(0, octets.length - 3000), 'cut.tar');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBeGreaterThan(PACKETS - 100);
    expect(result.value.counts.packets).toBeLessThan(PACKETS);
    expect(result.value.issues.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['archive-cut', 'record-truncated']),
    );
  });

  test('zip: deflated and stored members, folders, and a capture in gzip', async () => {
    const [a, b] = await halves();
    const { header, records } = splitPcap(await story());
    const zip = zipSync({
      'deflated.pcap': a,
      'folder/': new Uint8Array(),
      'folder/stored.pcap': [b, { level: 0 }],
      'folder/packed.pcap.gz': [makeGzip(joined(header, ...records.slice(0, 1))), { level: 0 }],
      'readme.md': new TextEncoder().encode('# Read me'),
    });
    const { result } = await openOctets(zip, 'support.zip');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.packets).toBe(PACKETS + 1);
    expect(result.value.files.map(({ name, packets }) => [name, packets])).toEqual([
      ['support.zip/deflated.pcap', 100],
      ['support.zip/folder/packed.pcap', 1],
      ['support.zip/folder/stored.pcap', PACKETS - 100],
    ]);
    expect(result.value.skipped).toEqual([{ name: 'support.zip/readme.md', kind: 'text' }]);
  });

  test('zip that is cut off gives the members in front, and is named where there is none', async () => {
    const files = { 'a.pcap': await story(), 'b/c.pcap': await story() };
    for (const level of [0, 6] as const) {
      const zip = zipSync(files, { level });
      const ends = new DataView(zip.buffer, zip.byteOffset).getUint32(zip.length - 6, true);
      const headless = await openOctets(zip.subarray(0, ends + 10), 'x.zip');
      if (!headless.result.ok) throw new Error(headless.result.error.message);
      expect(headless.result.value.counts.packets).toBe(2 * PACKETS);
      expect(headless.result.value.issues.map(({ code }) => code)).toContain('archive-cut');
      const half = await openOctets(zip.subarray(0, Math.floor(ends * 0.75)), 'x.zip');
      if (!half.result.ok) throw new Error(half.result.error.message);
      expect(half.result.value.counts.packets).toBeGreaterThan(PACKETS);
      expect(half.result.value.counts.packets).toBeLessThan(2 * PACKETS);
      expect(half.result.value.files.map(({ name }) => name)).toEqual(['x.zip/a.pcap', 'x.zip/b/c.pcap']);
    }
    const none = zipSync({ 'a.png': PNG });
    expect(await packetsOf(none.subarray(0, none.length - 30))).toMatch(
      /zip archive, but the directory.*zip -FF|holds no capture/,
    );
  });

  test('zip with an encrypted member', async () => {
    const zip = zipSync({ 'a.pcap': [await story(), { level: 0 }] });
    const view = new DataView(zip.buffer, zip.byteOffset);
    view.setUint16(view.getUint32(zip.length - 6, true) + 8, 1, true);
    expect(await packetsOf(zip)).toMatch(/protected with a password.*7z x FILE/);
  });

  test('an archive without a capture tells what is in it', async () => {
    const png = makeTar([{ name: 'picture.png', octets: PNG }]);
    expect(await packetsOf(png, 'x.tar')).toMatch(
      /^The archive holds no capture .* 1 other file: picture\.png \(a PNG image\)\. Pick/,
    );
    expect(await packetsOf(zipSync({}), 'x.zip')).toMatch(/^The archive holds no capture.*nothing at all/);
  });

  test('archives and plain captures open together', async () => {
    const [a, b] = await halves();
    const { result } = await openFiles([
      new File([makeTar([{ name: 'b.pcap', octets: b }])], 'x.tar'),
      new File([makeGzip(a)], 'a.pcap.gz'),
    ]);
    expect(result.ok && result.value.files.map(({ name }) => name)).toEqual(['a.pcap', 'x.tar/b.pcap']);
    expect(result.ok && result.value.counts.packets).toBe(PACKETS);
  });

  test('containers inside one another are opened up to a limit', async () => {
    let octets = new Uint8Array(await story());
    for (let depth = 0; depth < 5; depth++) octets = makeGzip(octets);
    expect(await packetsOf(octets)).toBe(PACKETS);
    expect(await packetsOf(makeGzip(octets))).toMatch(/more than 5 archives and compressed files/);
  });
});

test('every prefix of an archive is answered', async () => {
  const { header, records } = splitPcap(await story());
  const small = joined(header, ...records.slice(0, 3));
  const archives = [
    makeTar([{ name: 'a.pcap', octets: small }]),
    zipSync({ 'a.pcap': small }),
    makeGzip(small, 2),
  ];
  for (const archive of archives) {
    for (let length = 1; length < archive.length; length += 37) {
      const { result } = await openFile(new File([new Uint8Array(archive.subarray(0, length))], 'cut'));
      if (!result.ok) expect(result.error.message).toMatch(/.{40}/);
      else if (result.value.counts.packets < 3) expect(result.value.issues.length).toBeGreaterThan(0);
    }
  }
});
