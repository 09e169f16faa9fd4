import { describe, expect, test } from 'vitest';
import { findingIds } from '../../src/views/findings/finding-id.ts';
import { mergePieces } from '../../src/views/flows/merge-pieces.ts';
import { describeSample, orderSamples } from '../../src/views/shell/sample-words.ts';
import { decodeText, isText, prettyJson, showControls } from '../../src/ui/body-text.ts';
import { absoluteTime, rate, shortBytes } from '../../src/ui/format.ts';

const octets = (text: string) => new TextEncoder().encode(text);

describe('moments', () => {
  const start = { startMilliseconds: Date.UTC(2022, 3, 24, 12, 28, 28, 1), startNanoseconds: 1_234_567 };

  test('are told to the nanosecond', () => {
    expect(absoluteTime(start, 0)).toBe('2022-04-24 12:28:28.001234567 UTC');
    expect(absoluteTime(start, 1)).toBe('2022-04-24 12:28:28.001234568 UTC');
  });

  test('carry over into the next second, and back before the first packet', () => {
    expect(absoluteTime(start, 998_765_433)).toBe('2022-04-24 12:28:29.000000000 UTC');
    expect(absoluteTime(start, -1_234_568)).toBe('2022-04-24 12:28:27.999999999 UTC');
  });

  test('that no calendar knows are said to be unknown', () => {
    expect(absoluteTime({ startMilliseconds: 1e300, startNanoseconds: 0 }, 0)).toBe('unknown date');
  });
});

test('sizes in columns have short units', () => {
  expect([0, 812, 9999, 12_400].map(shortBytes)).toEqual(['0 B', '812 B', '9,999 B', '12.4 kB']);
  expect(rate(812_000_000, 1000)).toBe('812 MB/s');
  expect(rate(1, 0)).toBe('');
});

describe('a body', () => {
  test('is text when it is UTF-8 without controls, cut in the middle of a character or not', () => {
    expect(isText(octets('{"a": "é"}\r\n'))).toBe(true);
    expect(isText(octets('é').subarray(0, 1))).toBe(true);
    expect(isText(Uint8Array.of(0xff, 0x41))).toBe(false);
    expect(isText(Uint8Array.of(0x41, 0))).toBe(false);
  });

  test('is laid out when it is whole JSON', () => {
    expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(prettyJson('{"a":[1')).toBeUndefined();
    expect(prettyJson('5')).toBeUndefined();
  });

  test('cannot hide or turn round text with control characters', () => {
    expect(showControls('a\u0000b\u001b[2J\u202etxt\u007f\n\t')).toBe('a\u2400b\u241b[2J\ufffdtxt\u2421\n\t');
    expect(decodeText(Uint8Array.of(0x41, 0xff))).toBe('A\ufffd');
  });
});

describe('a followed stream', () => {
  const piece = (direction: 0 | 1, text: string, packet: number) => ({
    direction,
    packet,
    time: packet,
    octets: octets(text),
  });

  test('joins pieces of one direction, and begins anew where the direction turns', () => {
    const runs = mergePieces([piece(0, 'GET ', 1), piece(0, '/', 2), piece(1, 'HTTP', 3), piece(0, 'x', 4)]);
    expect(runs.map((run) => [run.direction, run.packet, decodeText(run.octets)])).toEqual([
      [0, 1, 'GET /'],
      [1, 3, 'HTTP'],
      [0, 4, 'x'],
    ]);
  });

  test('keeps a gap where it is', () => {
    const gap = { ...piece(0, '', 2), missing: 1448 };
    const runs = mergePieces([piece(0, 'a', 1), gap, piece(0, 'b', 3)]);
    expect(runs.map((run) => run.missing ?? decodeText(run.octets))).toEqual(['a', 1448, 'b']);
  });

  test('of many octets is more than one block', () => {
    const large = 'x'.repeat(30_000);
    expect(mergePieces([piece(0, large, 1), piece(0, large, 2)])).toHaveLength(2);
  });
});

test('findings are named by their rule, and the second of a rule by its number', () => {
  expect(findingIds([{ rule: 'dup-te' }, { rule: 'no-sni' }, { rule: 'dup-te' }])).toEqual([
    'dup-te',
    'no-sni',
    'dup-te.2',
  ]);
});

test('a sample without words of its own is called by its name, and comes last', () => {
  expect(describeSample('slow-start.pcapng').title).toBe('Slow start');
  const names = ['a.pcap', 'healthy.pcap', 'story-1.pcap'].map((name) => ({ name }));
  expect(orderSamples(names).map(({ name }) => name)).toEqual(['story-1.pcap', 'healthy.pcap', 'a.pcap']);
});
