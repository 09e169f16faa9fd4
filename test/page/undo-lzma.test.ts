import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { undoLzma } from '../../src/platform/undo-lzma.ts';
import { packWithLzma } from '../../workers/build-programs.ts';
import { Random } from '../support/random.ts';
import { root } from '../support/stale.ts';

const unpacker = new Uint8Array(readFileSync(`${root}build/unpack.wasm`));
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Octets of many kinds. */
function contents(): readonly (readonly [string, Uint8Array])[] {
  const random = new Random(7);
  const noise = Uint8Array.from({ length: 20_000 }, () => random.below(256));
  const words =
    'the client sent a request, and the server closed the connection in the middle of its answer'.split(' ');
  const text = Array.from({ length: 5000 }, () => random.pick(words)).join(' ');
  const far = new Uint8Array(400_000);
  far.set(noise.subarray(0, 1000));
  far.set(noise.subarray(0, 1000), 399_000);
  return [
    ['one octet', Uint8Array.of(255)],
    ['two octets', Uint8Array.of(0, 255)],
    ['a sentence', octets('Nothing leaves the page.')],
    ['text', octets(text)],
    ['octets without a pattern', noise],
    ['one octet again and again', new Uint8Array(50_000).fill(7)],
    ['the same at both ends of a long way', far],
    ['records of 31 octets', Uint8Array.from({ length: 50_000 }, (_, at) => (at % 31) * ((at / 31) & 7))],
    ['the core', new Uint8Array(readFileSync(`${root}build/core.wasm`))],
  ];
}

describe('LZMA, which the page packs its worker with', () => {
  test.each(contents())('is undone: %s', async (_, content) => {
    const found = await undoLzma(packWithLzma(content), unpacker);
    expect(Buffer.compare(found, content)).toBe(0);
  });

  test('is not undone by another module', async () => {
    // The shortest module that WebAssembly allows.
    await expect(undoLzma('AAAA', unpacker.slice(0, 8))).rejects.toThrow('the unpacker is another program');
  });
});
