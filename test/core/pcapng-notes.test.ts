import { describe, expect, it } from 'vitest';
import { CommentOn } from '../../src/model/capture.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Core } from '../../workers/core.ts';
import { ByteWriter } from '../support/byte-writer.ts';
import { issues } from '../support/facts.ts';
import { notedCapture } from '../support/noted-capture.ts';
import { concat, textOctets } from '../support/octets.ts';
import { readOctets, singleOctets } from '../support/read-capture.ts';
import {
  block,
  BLOCKS,
  enhancedPacket,
  interfaceDescription,
  optionOctets,
  sectionHeader,
} from '../support/write-pcapng.ts';

const rows = <T>(count: number, read: (row: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, row) => read(row));

function comments(core: Core): readonly string[] {
  const { on, rows: count, subject, text } = core.tables.comments;
  return rows(count, (row) => `${on(row)} ${subject(row)} ${core.text(text(row))}`);
}

function counts(core: Core): readonly string[] {
  const { count, enterprise, rows: all, type } = core.tables.blocks;
  return rows(all, (row) => `${type(row).toString(16)}/${enterprise(row)} ${count(row)}`);
}

const HEADER = concat(sectionHeader(false), interfaceDescription(false, 1, 0));
const PACKET = new Uint8Array(60);

describe('what a pcapng file says beside its packets', () => {
  for (const isBigEndian of [false, true]) {
    const order = isBigEndian ? 'big-endian' : 'little-endian';
    it(`is read in ${order}, whole or octet by octet`, async () => {
      for (const chunking of [undefined, singleOctets]) {
        const { core } = await readOctets(notedCapture(isBigEndian), chunking);
        const { fileSections, interfaces, resolvedNames, secrets } = core.tables;
        expect(core.tables.packets.rows).toBe(5);
        expect(comments(core)).toEqual([
          `${CommentOn.SECTION} 0 a night of 502s`,
          `${CommentOn.INTERFACE} 0 the one behind the proxy`,
          `${CommentOn.PACKET} 1 here it begins`,
          `${CommentOn.PACKET} 1 second thoughts`,
          `${CommentOn.PACKET} 5 the answer`,
        ]);
        expect(
          [fileSections.hardware(0), fileSections.system(0), fileSections.application(0)].map((text) =>
            core.text(text),
          ),
        ).toEqual(['a machine', 'an OS', 'a program']);
        expect(core.text(interfaces.name(0))).toBe('eth7');
        expect(interfaces.speed(0)).toBe(1e10);
        expect(interfaces.checkSequence(0)).toBe(4);
        expect([
          interfaces.received(0),
          interfaces.interfaceDropped(0),
          interfaces.filterAccepted(0),
          interfaces.systemDropped(0),
          interfaces.delivered(0),
          interfaces.dropped(0),
          interfaces.droppedBetween(0),
          interfaces.countedFrom(0),
          interfaces.countedTo(0),
        ]).toEqual([1000, 3, 900, 4, 893, 7, 12, 1, 3.5]);
        expect(rows(resolvedNames.rows, (row) => core.text(resolvedNames.name(row)))).toEqual([
          'shop',
          'api.test',
          'b2',
          'me',
          'a',
        ]);
        expect(secrets.rows).toBe(1);
        expect([...counts(core)].sort()).toEqual(
          [
            'a0d0d0a/0 1',
            '1/0 1',
            '4/0 1',
            '9/0 1',
            'a/0 1',
            '6/0 5',
            'bad/32473 1',
            '204/0 1',
            '7fff0123/0 1',
            '5/0 1',
          ].sort(),
        );
        expect(issues(core)).toEqual({ PACKET_DAMAGED: 1 });
      }
    });
  }

  it('ends where a file is cut in the options of its last packet, and the packet is kept', async () => {
    const whole = concat(HEADER, enhancedPacket(false, PACKET, [[1, textOctets('a comment')]]));
    const packetEnd = HEADER.length + 28 + PACKET.length;
    for (let cut = packetEnd; cut < whole.length; cut++) {
      for (const chunking of [undefined, singleOctets]) {
        const { core } = await readOctets(whole.subarray(0, cut), chunking);
        expect(core.tables.packets.rows).toBe(1);
        expect(core.tables.comments.rows).toBe(cut < packetEnd + 13 ? 0 : 1);
        expect(Object.keys(issues(core))).toEqual(['BLOCK_TRUNCATED']);
      }
    }
  });

  it('is left out from an option on that is longer than its block', async () => {
    const options = optionOctets(false, [
      [1, textOctets('kept')],
      [1, textOctets('too long')],
    ]);
    new DataView(options.buffer).setUint16(10, 500, true);
    const body = new ByteWriter(false).u32(0).u32(0).u32(0).u32(60).u32(60).octets(PACKET).octets(options);
    const { core } = await readOctets(concat(HEADER, block(false, BLOCKS.ENHANCED_PACKET, body.finish())));
    expect(comments(core)).toEqual([`${CommentOn.PACKET} 1 kept`]);
    expect(issues(core)).toEqual({ OPTION_MALFORMED: 1 });
  });

  it('is passed over in a block that is larger than the limit, and packets behind it are read', async () => {
    const large = block(false, BLOCKS.NAME_RESOLUTION, new Uint8Array(LIMITS.BLOCK_OCTETS));
    const { core } = await readOctets(concat(HEADER, large, enhancedPacket(false, PACKET)));
    expect(core.tables.packets.rows).toBe(1);
    expect(issues(core)).toEqual({ BLOCK_LIMIT: 1 });
  });

  it('is bounded: comments beyond the limit are an issue', async () => {
    const options = Array.from({ length: 15_000 }, () => [1, textOctets('x')] as const);
    const noted = enhancedPacket(false, PACKET, options);
    const { core } = await readOctets(concat(HEADER, ...Array.from({ length: 8 }, () => noted)));
    expect(core.tables.comments.rows).toBe(LIMITS.COMMENTS);
    expect(core.tables.packets.rows).toBe(8);
    expect(issues(core)).toEqual({ NOTES_LIMIT: 20_000 });
  });

  it('counts types of blocks beyond the limit as one', async () => {
    const kinds = Array.from({ length: 400 }, (_, kind) => block(false, 0x10000 + kind, new Uint8Array(4)));
    const { core } = await readOctets(concat(HEADER, ...kinds));
    const { count, rows: all, type } = core.tables.blocks;
    const total = rows(all, count).reduce((sum, each) => sum + each, 0);
    expect(total).toBe(402);
    expect(all).toBe(LIMITS.BLOCK_TYPES + 1);
    expect(type(all - 1)).toBe(0);
  });

  it('tells of names whose records lie', async () => {
    const lying = new ByteWriter(false)
      .u16(1)
      .u16(4000)
      .octets(Uint8Array.of(1, 2, 3, 4));
    const { core } = await readOctets(concat(HEADER, block(false, BLOCKS.NAME_RESOLUTION, lying.finish())));
    expect(core.tables.resolvedNames.rows).toBe(0);
    expect(issues(core)).toEqual({ BLOCK_MALFORMED: 1 });
  });
});
