import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Capture } from '../support/capture.ts';
import { recordOf } from '../support/describe-packet.ts';
import { toHex } from '../support/octets.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { GOLDEN } from './golden-captures.ts';

/** What pcap-ng-parser 1.0.0 says of an enhanced packet block. It has no types of its own. */
interface ParsedPacket {
  readonly interfaceId: number;
  readonly timestampHigh: number;
  readonly timestampLow: number;
  readonly data: Uint8Array;
}

interface ParsedInterface {
  readonly linkType: number;
  readonly snapLen: number;
}

function isParser(value: unknown): value is new () => Transform {
  return typeof value === 'function';
}

const required: unknown = createRequire(import.meta.url)('pcap-ng-parser');
if (!isParser(required)) throw new Error('pcap-ng-parser is not what it was');
const Parser = required;

/** Reads a file with pcap-ng-parser; what it throws is its answer. */
function parse(octets: Uint8Array): Promise<{ interfaces: ParsedInterface[]; packets: ParsedPacket[] }> {
  return new Promise((resolve, reject) => {
    const parser = new Parser();
    const interfaces: ParsedInterface[] = [];
    const packets: ParsedPacket[] = [];
    parser.on('interface', (each: ParsedInterface) => interfaces.push(each));
    parser.on('data', (each: ParsedPacket) => packets.push(each));
    parser.on('error', reject);
    // Its flush emits 'close' and never ends the stream.
    parser.on('close', () => resolve({ interfaces, packets }));
    parser.end(octets);
  });
}

/** Whether both readers say the same of every interface and packet: octets, interface, time in its units. */
async function agree(octets: Uint8Array): Promise<boolean> {
  const { interfaces, packets } = await parse(octets);
  const { core } = await readOctets(octets);
  const { tables } = core;
  if (interfaces.length !== tables.interfaces.rows || packets.length !== tables.packets.rows) return false;
  const first = packets[0] && units(packets[0]);
  return (
    interfaces.every(
      (each, row) =>
        each.linkType === tables.interfaces.linkType(row) &&
        each.snapLen === tables.interfaces.snapLength(row),
    ) &&
    packets.every((each, row) => {
      const { record, offset } = recordOf(core, octets, row + 1);
      const { header } = core.describe(record, offset);
      const own = record.subarray(header, header + tables.packets.capturedLength(row));
      // It knows no time resolution: only the default one, microseconds, can be compared.
      const time = Number(units(each) - (first ?? 0n)) * 1000;
      return toHex(own) === toHex(each.data) && time === tables.packets.time(row);
    })
  );
}

function units({ timestampHigh, timestampLow }: ParsedPacket): bigint {
  return (BigInt(timestampHigh) << 32n) | BigInt(timestampLow);
}

/**
 * It reads past the end of every interface description whose first option is not long enough to jump over it (it takes option
 * lengths for units of eight octets), so the files to compare on have a name as their only option.
 */
const READABLE = { interfaceName: 'eth0' } as const;

/** The packets of a real capture, to be written again. */
async function packetsOf(octets: Uint8Array): Promise<Capture> {
  const { core } = await readOctets(octets);
  const { packets, interfaces } = core.tables;
  const start = BigInt(core.start.seconds) * 1_000_000_000n + BigInt(core.start.nanoseconds);
  return {
    interfaces: [{ linkType: interfaces.linkType(0), snapLength: interfaces.snapLength(0) }],
    packets: Array.from({ length: packets.rows }, (_, row) => {
      const { record, offset } = recordOf(core, octets, row + 1);
      const { header } = core.describe(record, offset);
      return {
        // Whole microseconds: the one unit that both readers know.
        time: ((start + BigInt(packets.time(row))) / 1000n) * 1000n,
        octets: record.subarray(header, header + packets.capturedLength(row)),
        length: packets.length(row),
        interface: 0,
      };
    }),
  };
}

describe('pcap-ng-parser, another reader of pcapng,', () => {
  it('agrees on every drawn capture, in either byte order', async () => {
    for (const [name, capture] of Object.entries(GOLDEN)) {
      for (const isBigEndian of [false, true]) {
        const { octets } = writePcapng(capture, { ...READABLE, isBigEndian });
        expect(await agree(octets), name).toBe(true);
      }
    }
  });

  it('agrees on the packets of every real capture, written again', async () => {
    const folder = new URL('../fixtures/captures/', import.meta.url);
    const names = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const capture = await packetsOf(new Uint8Array(readFileSync(new URL(name, folder))));
      expect(await agree(writePcapng(capture, READABLE).octets), name).toBe(true);
    }
  });
});
