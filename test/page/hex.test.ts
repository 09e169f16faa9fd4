import { describe, expect, test } from 'vitest';
import { fieldAt, hexDump, hexOffset, isIn, printable } from '../../src/ui/hex.ts';

describe('the field that an octet belongs to', () => {
  const fields = [
    { name: 'frame', start: 0, length: 60, depth: 0 },
    { name: 'tcp', start: 34, length: 20, depth: 0 },
    { name: 'tcp.flags', start: 46, length: 2, depth: 1 },
    { name: 'tcp.flags.ack', start: 46, length: 2, depth: 2 },
    { name: 'tcp.stream', start: 0, length: 0, depth: 1 },
  ];
  const nameAt = (at: number) => fields[fieldAt(fields, at)]?.name;

  test('is the shortest that covers it', () => {
    expect(nameAt(0)).toBe('frame');
    expect(nameAt(35)).toBe('tcp');
    expect(nameAt(53)).toBe('tcp');
    expect(nameAt(54)).toBe('frame');
  });

  test('is the deepest of those that are as short', () => {
    expect(nameAt(47)).toBe('tcp.flags.ack');
  });

  test('is none outside of the packet', () => {
    expect(fieldAt(fields, 60)).toBe(-1);
  });
});

test('a range holds its first octet and not the one after its last', () => {
  const range = { start: 4, length: 2 };
  expect([3, 4, 5, 6].map((at) => isIn(range, at))).toEqual([false, true, true, false]);
  expect(isIn({ start: 4, length: 0 }, 4)).toBe(false);
  expect(isIn(undefined, 0)).toBe(false);
});

test('octets without a character are shown as a dot', () => {
  expect([0, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0xff].map(printable)).toEqual(['·', '·', ' ', 'A', '~', '·', '·']);
});

test('a dump has sixteen octets a line, and its short last line is aligned', () => {
  const octets = Uint8Array.from({ length: 18 }, (_, index) => 0x40 + index);
  expect(hexDump(octets, 0x20)).toBe(
    '0020  40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO\n' +
      '0030  50 51                                             PQ',
  );
  expect(hexOffset(0x12345)).toBe('12345');
});
