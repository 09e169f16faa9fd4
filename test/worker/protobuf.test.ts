import { describe, expect, test } from 'vitest';
import { GrpcSplitter } from '../../workers/conversations/grpc-splitter.ts';
import { decodeProtobuf } from '../../workers/conversations/protobuf.ts';
import { grpcMessage } from '../support/http2-messages.ts';
import { concat, hexOctets, textOctets } from '../support/octets.ts';
import { Random } from '../support/random.ts';

/** Fields as `depth name type value`. */
function decoded(hex: string): readonly string[] | undefined {
  return decodeProtobuf(hexOctets(hex))?.map(
    ({ depth, name, type, value }) => `${'  '.repeat(depth)}${name} ${type} ${value}`,
  );
}

describe('protobuf is taken apart without a schema', () => {
  // The first three are the examples of protobuf.dev, "Encoding".
  const cases: readonly (readonly [string, string, readonly string[] | undefined])[] = [
    ['a varint', '08 96 01', ['1 varint 150']],
    ['a string', '12 07 74 65 73 74 69 6e 67', ['2 string testing']],
    ['a message in a message', '1a 03 08 96 01', ['3 message 3 octets', '  1 varint 150']],
    [
      'packed numbers',
      '32 06 03 8e 02 9e a7 05',
      ['6 bytes 03 8e 02 9e a7 05; as packed varints: 3, 270, 86942'],
    ],
    ['a negative int64', '08 ff ff ff ff ff ff ff ff ff 01', ['1 varint 18446744073709551615 (-1 as int64)']],
    [
      'a float and a double',
      '0d 00 00 c0 3f 11 00 00 00 00 00 00 f8 3f',
      [
        '1 fixed32 0x3fc00000 (1069547520, as float 1.5)',
        '2 fixed64 0x3ff8000000000000 (4609434218613702656, as double 1.5)',
      ],
    ],
    ['a group', '0b 10 01 0c', ['1 group 2 octets', '  2 varint 1']],
    ['a string that could be a message in printable letters', '0a 04 68 69 6a 6b', ['1 string hijk']],
    ['text of several lines', '0a 05 61 0a 62 0a 63', ['1 string a\nb\nc']],
    ['an empty field', '0a 00', ['1 string ']],
    ['an empty message', '', []],
    ['UTF-8', '0a 05 67 72 c3 bc 6e', ['1 string grün']],
    ['octets that are no text', '0a 03 ff fe fd', ['1 bytes ff fe fd']],
    ['a field cut off', '0a 05 61', undefined],
    ['field number 0', '00 01', undefined],
    ['a group that does not end', '0b 10 01', undefined],
    ['a varint of eleven octets', '08 ff ff ff ff ff ff ff ff ff ff 01', undefined],
    ['JSON', '7b 22 61 22 3a 31 7d', undefined],
  ];
  test.each(cases)('%s', (_, hex, expected) => {
    expect(decoded(hex)).toEqual(expected);
  });

  test('messages inside one another stop at a depth, and fields at a number', () => {
    let nested = hexOctets('0801');
    for (let depth = 0; depth < 60; depth++) {
      const length =
        nested.length < 128 ? [nested.length] : [(nested.length & 127) | 128, nested.length >>> 7];
      nested = concat(Uint8Array.from([0x0a, ...length]), nested);
    }
    const fields = decodeProtobuf(nested);
    expect(Math.max(...(fields ?? []).map(({ depth }) => depth))).toBeLessThanOrEqual(24);
    const many = decodeProtobuf(new Uint8Array(200_000).map((_, at) => (at % 2 ? 1 : 8)));
    expect(many).toHaveLength(2001);
  });

  test('any octets are told or refused in time that grows with their number', () => {
    const random = new Random(1);
    for (let round = 0; round < 300; round++) {
      const octets = Uint8Array.from({ length: random.below(600) }, () => random.below(round % 2 ? 256 : 20));
      decodeProtobuf(octets);
    }
    const began = process.cpuUsage();
    // Every octet may begin a message inside a message.
    decodeProtobuf(new Uint8Array(65_536).fill(0x0a));
    // Microseconds of a processor: what else the machine does does not count.
    expect(process.cpuUsage(began).user).toBeLessThan(5_000_000);
  });
});

describe('content is cut into messages', () => {
  const wire = concat(
    grpcMessage(textOctets('first')),
    grpcMessage(textOctets('')),
    grpcMessage(textOctets('third!'), 1),
  );

  test('the same in pieces of any size', () => {
    for (let size = 1; size <= wire.length; size++) {
      const splitter = new GrpcSplitter(100);
      const found = [];
      for (let at = 0; at < wire.length; at += size)
        found.push(...splitter.push(wire.subarray(at, at + size), at + 1));
      expect(found.map(({ flags, size: octets, seen }) => [flags, octets, seen])).toEqual([
        [0, 5, 5],
        [0, 0, 0],
        [1, 6, 6],
      ]);
      expect(splitter.end()).toEqual([]);
    }
  });

  test('a message that is cut off is told with what came of it', () => {
    const splitter = new GrpcSplitter(100);
    expect(splitter.push(wire.subarray(0, 8), 7)).toEqual([]);
    expect(splitter.end()).toMatchObject([{ packet: 7, size: 5, seen: 3, missing: 0 }]);
  });

  test('a gap inside a message is its own, one over a prefix loses what follows', () => {
    const within = new GrpcSplitter(100);
    within.push(wire.subarray(0, 7), 1);
    expect(within.skip(3)).toMatchObject([{ size: 5, seen: 2, missing: 3 }]);
    expect(within.push(wire.subarray(10), 2)).toHaveLength(2);
    const over = new GrpcSplitter(100);
    over.push(wire.subarray(0, 7), 1);
    expect(over.skip(4)).toMatchObject([{ size: 5, seen: 2 }]);
    expect(over.isLost).toBe(true);
    expect(over.push(wire, 2)).toEqual([]);
  });
});
