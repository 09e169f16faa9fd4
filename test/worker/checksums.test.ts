import { zipSync } from 'fflate';
import { execFileSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Crc32, xxHash32, XxHash32 } from '../../workers/source/checksums.ts';
import { XxHash64 } from '../../workers/source/xxhash64.ts';
import { Random } from '../support/random.ts';
import { joined, makeGzip, makeTar } from './make-archives.ts';
import { fixture, openFiles, openOctets } from './open-file.ts';

const PACKETS = 273;
const story = (): Promise<Uint8Array> => fixture('story-1.pcap');

/** Packets, and codes and sentences of issues that are not the capture's own. */
async function opened(octets: Uint8Array, name = 'x'): Promise<readonly (string | number)[]> {
  const { result } = await openOctets(octets, name);
  if (!result.ok) return [result.error.message];
  const issues = result.value.issues.filter(({ code }) => /^(compressed|archive)/.test(code));
  return [result.value.counts.packets, ...issues.map(({ code }) => code)];
}

const changed = (octets: Uint8Array, at: number): Uint8Array => {
  const copy = octets.slice();
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};

/** Where the directory of a zip archive without a comment begins. */
const directoryOf = (zip: Uint8Array): number =>
  new DataView(zip.buffer, zip.byteOffset).getUint32(zip.length - 6, true);

function random(length: number): Uint8Array {
  const source = new Random(length);
  return Uint8Array.from({ length }, () => source.below(256));
}

function lz4(octets: Uint8Array, ...args: readonly string[]): Uint8Array | undefined {
  try {
    return new Uint8Array(execFileSync('lz4', ['-q', '-c', ...args], { input: octets, maxBuffer: 1 << 26 }));
  } catch {
    return undefined;
  }
}

/** `zstd --check` of octets; undefined where the program is not there. */
function zstd(octets: Uint8Array, ...args: readonly string[]): Uint8Array | undefined {
  try {
    const packed = execFileSync('zstd', ['-q', '-c', ...args], { input: octets, maxBuffer: 1 << 26 });
    return new Uint8Array(packed);
  } catch {
    return undefined;
  }
}

/** A Zstandard frame that holds octets as they are, with a checksum: RFC 8878 section 3.1.1. */
function stored(octets: Uint8Array): Uint8Array {
  const hash = new XxHash64();
  hash.add(octets);
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa4, ...littleEndian(octets.length))];
  for (let at = 0; at < octets.length; at += 65_536) {
    const block = octets.subarray(at, at + 65_536);
    const isLast = at + 65_536 >= octets.length ? 1 : 0;
    parts.push(Uint8Array.of(...littleEndian((block.length << 3) | isLast).slice(0, 3)), block);
  }
  return joined(...parts, Uint8Array.of(...littleEndian(hash.value.low)));
}

function littleEndian(value: number): readonly number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

describe('checksums', () => {
  test('CRC-32 is that of zlib, however the octets are cut', () => {
    for (const length of [0, 1, 3, 4, 5, 1000, 4099]) {
      const octets = random(length);
      const cut = new Crc32();
      cut.add(octets.subarray(0, length >> 1));
      cut.add(octets.subarray(length >> 1));
      expect(cut.value).toBe(crc32(octets));
    }
  });

  test('xxHash64 is that of its specification, however the octets are cut', () => {
    const hashed = (octets: Uint8Array, cut = octets.length): string => {
      const hash = new XxHash64();
      hash.add(octets.subarray(0, cut));
      hash.add(octets.subarray(cut));
      const { high, low } = hash.value;
      return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
    };
    // Values of the reference implementation: xxhsum -H64.
    for (const [text, value] of [
      ['', 'ef46db3751d8e999'],
      ['a', 'd24ec4f1a98c6e5b'],
      ['abc', '44bc2cf5ad770999'],
      ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
    ] as const) {
      expect(hashed(new TextEncoder().encode(text))).toBe(value);
    }
    const octets = random(1000);
    for (const cut of [1, 7, 31, 32, 33, 500, 999]) expect(hashed(octets, cut)).toBe(hashed(octets));
    // Zstandard keeps the lower half of it behind each frame.
    for (const length of [0, 5, 31, 32, 100, 5000, 70_000]) {
      const frame = zstd(random(length));
      if (frame === undefined) continue;
      const told = new DataView(frame.buffer, frame.length - 4).getUint32(0, true);
      expect(parseInt(hashed(random(length)).slice(8), 16)).toBe(told);
    }
  });

  test('xxHash32 is that of its specification, however the octets are cut', () => {
    // Values of the reference implementation: xxhsum -H32.
    expect(xxHash32(new Uint8Array())).toBe(0x02cc5d05);
    expect(xxHash32(new TextEncoder().encode('a'))).toBe(0x550d7456);
    expect(xxHash32(new TextEncoder().encode('abc'))).toBe(0x32d153ff);
    expect(xxHash32(new TextEncoder().encode('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
    const octets = random(1000);
    for (const step of [1, 3, 15, 16, 17, 100]) {
      const cut = new XxHash32();
      for (let at = 0; at < octets.length; at += step) cut.add(octets.subarray(at, at + step));
      expect(cut.value).toBe(xxHash32(octets));
    }
  });
});

describe('a checksum that does not fit is an issue, and nothing is lost', () => {
  test('gzip: of the only member, of the first of several', async () => {
    expect(await opened(changed(makeGzip(await story()), -8))).toEqual([PACKETS, 'compressed-checksum']);
    const [a, b] = [makeGzip((await story()).subarray(0, 9000)), makeGzip((await story()).subarray(9000))];
    expect(await opened(joined(a, b))).toEqual([PACKETS]);
    expect(await opened(joined(changed(a, -8), b))).toEqual([PACKETS, 'compressed-checksum']);
    expect(await opened(joined(changed(a, -1), b))).toEqual([PACKETS, 'compressed-checksum']);
    const { result } = await openOctets(changed(makeGzip(await story()), -8), 'x.pcap.gz');
    const issue = result.ok ? result.value.issues[0] : undefined;
    expect(issue?.sentence).toMatch(
      /^Byte [\d,]+ of [\d,]+ of x\.pcap\.gz: the gzip stream does not match its checksum \(the checksum of a member \(CRC-32\) is 0x[0-9a-f]{8}, the file says 0x[0-9a-f]{8}\)\. All of what came out \(35\.2 kB\) is read\.$/,
    );
  });

  test('zip: of deflated members and of stored ones', async () => {
    for (const level of [0, 6] as const) {
      const zip = zipSync({ 'a.pcap': await story() }, { level });
      expect(await opened(zip)).toEqual([PACKETS]);
      const directory = directoryOf(zip);
      expect(await opened(changed(zip, directory + 16))).toEqual([PACKETS, 'compressed-checksum']);
    }
  });

  test('LZ4: of the content, of a block, of the header', async () => {
    const packed = lz4(await story(), '-BX');
    if (!packed) return expect(packed, 'lz4 is not installed: not checked').toBeUndefined();
    expect(await opened(packed)).toEqual([PACKETS]);
    expect(await opened(changed(packed, -1))).toEqual([PACKETS, 'compressed-checksum']);
    expect(await opened(changed(packed, -9))).toEqual([PACKETS, 'compressed-checksum']);
    expect(await opened(changed(packed, 6))).toEqual([PACKETS, 'compressed-checksum']);
  });
});

describe('what cannot be unpacked is told by name', () => {
  test('a sparse file in tar', async () => {
    const tar = makeTar([
      { name: 'a.pcap', octets: await story() },
      { name: 'b.pcap', octets: await story() },
    ]);
    // The second header becomes that of GNU's sparse format.
    const at = 512 + Math.ceil((await story()).length / 512) * 512;
    tar[at + 156] = 'S'.charCodeAt(0);
    const field = tar.subarray(at + 148, at + 156);
    field.fill(32);
    const sum = tar.subarray(at, at + 512).reduce((all, octet) => all + octet, 0);
    field.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `));
    const { result } = await openOctets(tar, 'x.tar');
    expect(result.ok && [result.value.counts.packets, result.value.skipped]).toEqual([
      PACKETS,
      [{ name: 'x.tar/b.pcap', kind: 'a sparse file, whose zeros the archive leaves out' }],
    ]);
  });

  test('a member of zip in a method that is not known', async () => {
    const zip = zipSync({ 'a.pcap': await story() });
    const directory = directoryOf(zip);
    new DataView(zip.buffer).setUint16(directory + 10, 14, true);
    expect(await opened(zip)).toEqual([expect.stringMatching(/compressed by LZMA/)]);
  });

  test('a drop without a file, and files that the browser could not give', async () => {
    const { analysis, told } = await openFiles([]);
    const empty = await analysis.open([], told, [{ name: 'logs', kind: 'an empty folder' }]);
    expect(!empty.ok && `${empty.error.code}: ${empty.error.message}`).toMatch(
      /^empty: There is no file in what was dropped: the folder is empty \(logs\)/,
    );
    const denied = { name: 'node/b.pcap', kind: 'a file that cannot be read (NotReadableError)' };
    const unread = await analysis.open([], told, [denied]);
    expect(!unread.ok && `${unread.error.code}: ${unread.error.message}`).toMatch(
      /^unreadable: None of the 1 file could be read: node\/b\.pcap/,
    );
    const one = await analysis.open([new File([(await story()).slice()], 'a.pcap')], told, [denied]);
    expect(one.ok && one.value.skipped).toEqual([denied]);
  });
});

describe('a Zstandard capture', () => {
  test('is compared with the checksum of each frame, and kept where it does not fit', async () => {
    const capture = await story();
    const half = capture.length >> 1;
    const frames = [stored(capture.subarray(0, half)), stored(capture.subarray(half))] as const;
    expect(await opened(joined(...frames))).toEqual([PACKETS]);
    expect(await opened(joined(frames[0], changed(frames[1], -1)))).toEqual([PACKETS, 'compressed-checksum']);
    expect(await opened(joined(changed(frames[0], -1), frames[1]))).toEqual([PACKETS, 'compressed-checksum']);
    // Octets that somebody changed, in a frame whose form is whole.
    const damaged = changed(frames[0], 2000);
    const { result } = await openOctets(joined(damaged, frames[1]), 'x');
    const issue = result.ok && result.value.issues.find(({ code }) => code === 'compressed-checksum');
    expect(issue && issue.sentence).toMatch(
      /the checksum of a frame \(xxHash64\) is 0x[0-9a-f]{8}, the file says 0x[0-9a-f]{8}/,
    );
    // A frame that nobody reads may stand between them.
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    expect(await opened(joined(frames[0], skippable, frames[1]))).toEqual([PACKETS]);
  });

  test('as the program writes it is whole, with a checksum and without', async () => {
    for (const args of [['--check'], ['--no-check'], ['-19', '--check']]) {
      const packed = zstd(await story(), ...args);
      if (packed === undefined) return;
      expect(await opened(packed)).toEqual([PACKETS]);
      if (args.includes('--check')) {
        expect(await opened(changed(packed, -1))).toEqual([PACKETS, 'compressed-checksum']);
      }
    }
  });
});
