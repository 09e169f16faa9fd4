import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { codingsOf, decodeContent, type Decoded } from '../../workers/bodies/decode.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (found: Uint8Array): string => new TextDecoder().decode(found);
const decode = (wire: Uint8Array, coding: string, limit = 1 << 20): Decoded =>
  decodeContent(new Uint8Array(wire), codingsOf(coding), limit);

const content = 'hello, world. '.repeat(200);
/** A text that compresses, but not to nothing. */
const long = Array.from({ length: 5000 }, (_, at) => String((at * 7919) % 4999)).join(',');
/** What `zstd -19 -c` made of the content: a frame with a checksum. */
const zstd = Buffer.from('KLUv/WTwCbUAAHBoZWxsbywgd29ybGQuIAEA3wp/KgGrJ2Zo', 'base64');
/** The same of 300,000 octets, “0123456789” again and again: three blocks. */
const zstdDigits = Buffer.from(
  'KLUv/aTgkwQAlAAAUDAxMjM0NTY3ODkBAPP/zQsSRAAAAAEA/f/NCxBFAAAAAQDdEx0AAXtF1Jc=',
  'base64',
);

describe('content codings are undone', () => {
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['gzip', 'gzip', gzipSync(content)],
    ['x-gzip in capitals', 'X-GZIP', gzipSync(content)],
    [
      'gzip of several members',
      'gzip',
      Buffer.concat([gzipSync(content.slice(0, 14)), gzipSync(content.slice(14))]),
    ],
    ['deflate', 'deflate', deflateSync(content)],
    ['deflate without the zlib wrapper', 'deflate', deflateRawSync(content)],
    ['deflate that does not compress', 'deflate', deflateSync(content, { level: 0 })],
    ['Brotli', 'br', brotliCompressSync(content)],
    ['Zstandard', 'zstd', zstd],
    ['Zstandard in two frames', 'zstd', Buffer.concat([zstd, zstd])],
    ['two codings', 'deflate, gzip', gzipSync(deflateSync(content))],
    ['three codings', 'gzip, deflate,gzip', gzipSync(deflateSync(gzipSync(content)))],
    ['identity', 'identity', octets(content)],
  ];
  test.each(cases)('%s', (name, coding, wire) => {
    const found = decode(wire, coding);
    expect(text(found.octets)).toBe(name.includes('two frames') ? content + content : content);
    expect(found).toMatchObject({ isComplete: true, isCapped: false });
    expect(found.problem).toBeUndefined();
  });

  test('with what they were called, in the order they were applied', () => {
    expect(decode(gzipSync(deflateSync(content)), 'Deflate , GZIP').encoding).toBe('deflate, gzip');
    expect(decode(octets(content), 'identity').encoding).toBeUndefined();
  });
});

describe('a coded content that is cut', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['gzip', gzipSync(long)],
    ['deflate', deflateSync(long)],
    ['deflate', deflateRawSync(long)],
    ['br', brotliCompressSync(long)],
  ];
  test.each(cases)('anywhere, gives all that its octets hold: %s', (coding, packed) => {
    let before = 0;
    for (let end = 1; end < packed.length - 8; end += 97) {
      const found = decode(packed.subarray(0, end), coding);
      expect(found.isComplete).toBe(false);
      if (found.problem?.isNothing) continue;
      expect(long.startsWith(text(found.octets))).toBe(true);
      // A symbol of the end may stand for one octet of content less than the next length.
      expect(found.octets.length).toBeGreaterThanOrEqual(before);
      before = found.octets.length;
    }
    expect(before).toBeGreaterThan(long.length * 0.97);
  });

  test('Zstandard whose checksum does not fit is told, with both numbers', () => {
    const damaged = Uint8Array.from(zstd);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    const found = decode(damaged, 'zstd');
    expect(found.octets.length).toBe(decode(zstd, 'zstd').octets.length);
    expect(found.problem?.words).toMatch(/checksum of a frame \(xxHash64\) is 0x686627ab, .* 0x696627ab/);
  });

  test('of Zstandard gives its whole blocks', () => {
    const found = decode(zstdDigits.subarray(0, 40), 'zstd');
    expect(found.isComplete).toBe(false);
    expect(found.octets.length).toBe(131_072);
    expect(text(found.octets)).toBe('0123456789'.repeat(30_000).slice(0, 131_072));
  });

  test('inside another coding gives what both hold', () => {
    const packed = gzipSync(deflateSync(long));
    const found = decode(packed.subarray(0, packed.length >> 1), 'deflate, gzip');
    expect(found.octets.length).toBeGreaterThan(long.length / 3);
    expect(long.startsWith(text(found.octets))).toBe(true);
  });
});

describe('a coded content that is damaged', () => {
  test('in the middle gives what comes before the damage, and says so', () => {
    const packed = Buffer.from(gzipSync(long));
    packed.fill(0xee, packed.length >> 1);
    const found = decode(packed, 'gzip');
    expect(found.problem).toMatchObject({ coding: 'gzip', kind: 'damaged', isNothing: false });
    expect(long.slice(0, 5000)).toBe(text(found.octets).slice(0, 5000));
    expect(found.isComplete).toBe(false);
  });

  test('from its first octet stays as it was sent, and says so', () => {
    for (const coding of ['gzip', 'zstd']) {
      const found = decode(octets('hello'), coding);
      expect(text(found.octets)).toBe('hello');
      expect(found.problem).toMatchObject({ coding, kind: 'damaged', isNothing: true });
    }
  });

  test('behind its end is told, and changes nothing', () => {
    const found = decode(Buffer.concat([gzipSync(content), octets('trailing')]), 'gzip');
    expect(text(found.octets)).toBe(content);
    expect(found.problem).toMatchObject({ words: 'what follows the last member is no gzip' });
  });
});

describe('a small content that becomes a large one', () => {
  const zeros = new Uint8Array(64 << 20);
  test.each([
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['gzip, gzip', gzipSync(gzipSync(zeros))],
    ['br', brotliCompressSync(zeros)],
  ])('stops at the limit: %s', (coding, bomb) => {
    const found = decode(bomb, coding);
    expect(found.octets.length).toBe(1 << 20);
    expect(found).toMatchObject({ isComplete: false, isCapped: true });
    expect(found.problem).toBeUndefined();
  });

  test('is refused where it asks for a window of more than 128 MiB', () => {
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00);
    expect(decode(frame, 'zstd').problem).toMatchObject({ words: 'its window is larger than 128 MiB' });
  });
});

describe('a coding that is not undone', () => {
  test.each([
    ['compress', /LZW/],
    ['x-compress', /LZW/],
    ['aes128gcm', /encrypted/],
    ['dcb', /dictionary/],
    ['made-up', /registry/],
  ])('stays as it is, and says why: %s', (coding, words) => {
    const found = decode(octets('hello'), coding);
    expect(text(found.octets)).toBe('hello');
    expect(found).toMatchObject({ isComplete: false, problem: { coding, kind: 'refused' } });
    expect(found.problem?.words).toMatch(words);
  });

  test('under one that is, keeps what came of that', () => {
    const found = decode(gzipSync('hello'), 'compress, gzip');
    expect(text(found.octets)).toBe('hello');
    expect(found.problem).toMatchObject({ coding: 'compress' });
  });
});
