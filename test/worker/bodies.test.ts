import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dechunk } from '../../workers/bodies/chunks.ts';
import { decodeContent } from '../../workers/bodies/decode.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (found: Uint8Array): string => new TextDecoder().decode(found);

const unchunked = (wire: string): string => {
  const { octets: content, isComplete, problem } = dechunk(octets(wire));
  return `${text(content)}|${isComplete ? 'complete' : 'incomplete'}${problem === undefined ? '' : `|${problem}`}`;
};

describe('chunk framing is removed', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['two chunks', '5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n', 'hello, world|complete'],
    [
      'an extension, upper case and white space',
      'A ;name="v"\r\n0123456789\r\n0\r\n\r\n',
      '0123456789|complete',
    ],
    ['trailers after the last chunk', '1\r\nx\r\n0\r\nExpires: 0\r\n\r\n', 'x|complete'],
    ['line ends of LF alone', '1\nx\n0\n\n', 'x|complete'],
    ['cut in the data', 'a\r\nhel', 'hel|incomplete'],
    ['cut in a size line', '1\r\nx\r\n1', 'x|incomplete'],
    ['cut before the last chunk', '1\r\nx\r\n', 'x|incomplete'],
    [
      'a size that is not hexadecimal',
      '1\r\nx\r\nzz\r\n',
      'x|incomplete|a chunk size is no hexadecimal number: “zz”',
    ],
    [
      'CR LF missing after the data',
      '1\r\nxy\r\n0\r\n\r\n',
      'x|incomplete|the CR LF after a chunk is missing',
    ],
    ['nothing', '', '|incomplete'],
  ];
  test.each(cases)('%s', (_, wire, expected) => {
    expect(unchunked(wire)).toBe(expected);
  });

  test('cut anywhere, a prefix of the content is kept', () => {
    const wire = '5\r\nhello\r\n7;x\r\n, world\r\n0\r\n\r\n';
    for (let end = 0; end < wire.length; end++) {
      const found = dechunk(octets(wire.slice(0, end)));
      expect('hello, world'.startsWith(text(found.octets))).toBe(true);
      expect(found.problem).toBeUndefined();
    }
  });
});

describe('content codings are undone', () => {
  const content = 'hello, world. '.repeat(200);
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['gzip', 'gzip', gzipSync(content)],
    ['x-gzip in capitals', 'X-GZIP', gzipSync(content)],
    ['deflate', 'deflate', deflateSync(content)],
    ['deflate without the zlib wrapper', 'deflate', deflateRawSync(content)],
    ['two codings', 'deflate, gzip', gzipSync(deflateSync(content))],
    ['identity', 'identity', octets(content)],
  ];
  test.each(cases)('%s', async (_, coding, wire) => {
    const found = await decodeContent(new Uint8Array(wire), coding, 1 << 20);
    expect(text(found.octets)).toBe(content);
    expect(found.isComplete).toBe(true);
    expect(found.problem).toBeUndefined();
  });

  test('gzip that is cut short gives what it holds', async () => {
    const random = Array.from({ length: 5000 }, (_, at) => String((at * 7919) % 4999)).join(',');
    const wire = new Uint8Array(gzipSync(random));
    const found = await decodeContent(wire.subarray(0, wire.length - 3000), 'gzip', 1 << 20);
    expect(found.isComplete).toBe(false);
    expect(found.octets.length).toBeGreaterThan(1000);
    expect(random.startsWith(text(found.octets))).toBe(true);
  });

  test('what is not gzip gives nothing, and says so', async () => {
    const found = await decodeContent(octets('hello'), 'gzip', 1 << 20);
    expect(found).toMatchObject({ isComplete: false, encoding: 'gzip' });
    expect(found.problem).toBeDefined();
  });

  test('a small content that inflates to a large one stops at the limit', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(64 << 20)));
    const found = await decodeContent(bomb, 'gzip', 1 << 20);
    expect(found.octets.length).toBe(1 << 20);
    expect(found.isComplete).toBe(false);
  });

  test('a coding that is not known stays as it is, and says so', async () => {
    const found = await decodeContent(octets('hello'), 'br', 1 << 20);
    expect(text(found.octets)).toBe('hello');
    expect(found.encoding).toBe('br, not decoded in this version');
  });
});
