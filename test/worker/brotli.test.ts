import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeBrotli } from '../../workers/bodies/brotli/decode.ts';
import { packedDictionary } from '../../workers/bodies/brotli/words.ts';
import { Random } from '../support/random.ts';
import { root } from '../support/stale.ts';

const all = 1 << 26;
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const isEqual = (found: Uint8Array, expected: Uint8Array): boolean => Buffer.compare(found, expected) === 0;

function pack(
  content: Uint8Array,
  quality: number,
  window = 22,
  mode = constants.BROTLI_MODE_GENERIC,
): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: window,
    [constants.BROTLI_PARAM_MODE]: mode,
  };
  return new Uint8Array(brotliCompressSync(content, { params }));
}

/** Texts and octets of many kinds. */
function contents(): readonly (readonly [string, Uint8Array])[] {
  const random = new Random(11);
  const source = readFileSync(`${root}workers/bodies/brotli/decode.ts`);
  const bits = Uint8Array.from({ length: 50_000 }, () => random.below(256));
  const words =
    'The quick brown fox, of the time; download Information <div class="language"> http://www. русский 中国 العربية'.split(
      ' ',
    );
  const sentence = Array.from({ length: 4000 }, () => random.pick(words)).join(' ');
  const json = JSON.stringify(
    Array.from({ length: 2000 }, (_, id) => ({ id, name: `user-${random.below(90)}` })),
  );
  return [
    ['nothing', new Uint8Array()],
    ['one octet', Uint8Array.of(7)],
    ['a short text', octets('hello, world')],
    [
      'HTML',
      octets('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The Information</title>'),
    ],
    ['a program', new Uint8Array(source)],
    ['words of the dictionary', octets(sentence)],
    ['JSON', octets(json)],
    ['octets without a pattern', bits],
    ['zero octets', new Uint8Array(300_000)],
    ['the core', new Uint8Array(readFileSync(`${root}build/core.wasm`))],
    ['numbers', Uint8Array.from({ length: 100_000 }, (_, at) => (at >> 3) + (at & 7))],
  ];
}

describe('Brotli', () => {
  test.each(contents())('is decoded at every quality and window: %s', (_, content) => {
    for (const quality of [0, 1, 2, 4, 5, 6, 9, 10, 11]) {
      for (const window of [10, 16, 24]) {
        const found = decodeBrotli(pack(content, quality, window), all);
        expect(found.problem).toBeUndefined();
        expect(found).toMatchObject({ isComplete: true, isCapped: false });
        expect(isEqual(found.octets, content), `quality ${quality}, window ${window}`).toBe(true);
      }
    }
  });

  test('made for text and for fonts is decoded', () => {
    for (const [name, content] of contents()) {
      for (const mode of [constants.BROTLI_MODE_TEXT, constants.BROTLI_MODE_FONT]) {
        expect(isEqual(decodeBrotli(pack(content, 11, 20, mode), all).octets, content), name).toBe(true);
      }
    }
  });

  test('has the dictionary of the standard', () => {
    const dictionary = decodeBrotli(packedDictionary(), all).octets;
    expect(dictionary.length).toBe(122_784);
    // CRC-32 (RFC 7932 appendix A).
    let sum = 0xffffffff;
    for (const octet of dictionary) {
      sum ^= octet;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    expect((sum ^ 0xffffffff) >>> 0).toBe(0x5136cb04);
  });

  test('that is cut anywhere gives what its octets hold', () => {
    const content = contents().find(([name]) => name === 'JSON')?.[1] ?? new Uint8Array();
    const packed = pack(content, 9);
    let before = 0;
    for (let end = 0; end < packed.length; end += 61) {
      const found = decodeBrotli(packed.subarray(0, end), all);
      expect(found).toMatchObject({ isComplete: false, problem: 'unexpected EOF' });
      expect(isEqual(found.octets, content.subarray(0, found.octets.length))).toBe(true);
      expect(found.octets.length).toBeGreaterThanOrEqual(before);
      before = found.octets.length;
    }
    expect(before).toBeGreaterThan(content.length * 0.95);
  });

  test('that becomes large stops at the limit', () => {
    const found = decodeBrotli(pack(new Uint8Array(64 << 20), 5), 1 << 20);
    expect(found.octets.length).toBe(1 << 20);
    expect(found).toMatchObject({ isComplete: false, isCapped: true });
  });

  test('that is damaged never hangs or throws, and is judged as by Brotli itself', () => {
    const random = new Random(5);
    const content = octets('The quick brown fox jumps over the lazy dog; the time of the day. '.repeat(20));
    for (let round = 0; round < 3000; round++) {
      const packed = Uint8Array.from(pack(content, random.below(12)));
      for (let count = 1 + random.below(3); count > 0; count--) {
        packed[random.below(packed.length)] = random.below(256);
      }
      const found = decodeBrotli(packed, 1 << 22);
      let expected: Uint8Array | undefined;
      try {
        expected = new Uint8Array(brotliDecompressSync(packed, { maxOutputLength: 1 << 22 }));
      } catch {
        expected = undefined;
      }
      if (expected) expect(isEqual(found.octets, expected), `round ${round}`).toBe(true);
      if (found.isComplete) expect(expected, `round ${round}`).toBeDefined();
    }
  });
});
