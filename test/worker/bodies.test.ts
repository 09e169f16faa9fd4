import { describe, expect, test } from 'vitest';
import { dechunk } from '../../workers/bodies/chunks.ts';

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
