import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../src/model/fields.ts';
import type { Core } from '../../workers/core.ts';
import { describePacket, recordOf } from '../support/describe-packet.ts';
import { toHex } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { clientHello } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { DESCRIBED } from './described-captures.ts';

function describeAll(core: Core, file: Uint8Array): string {
  const packets = Array.from({ length: core.tables.packets.rows }, (_, row) => row + 1);
  return packets
    .map((packet) => [`packet ${packet}`, ...describePacket(core, file, packet)].join('\n'))
    .join('\n\n')
    .concat('\n');
}

describe('describing a packet', () => {
  for (const [name, capture] of Object.entries(DESCRIBED)) {
    it(`gives the fields of ${name} as the golden has them, out of either container`, async () => {
      const pcap = writePcap(capture, { isBigEndian: true }).octets;
      const { core } = await readOctets(pcap);
      const text = describeAll(core, pcap);
      await expect(text).toMatchFileSnapshot(`../golden/core/fields-${name}.txt`);
      for (const packetBlock of ['enhanced', 'obsolete'] as const) {
        const pcapng = writePcapng(capture, { packetBlock, sections: 2, alternatesOrder: true }).octets;
        const other = await readOctets(pcapng);
        expect(describeAll(other.core, pcapng), packetBlock).toBe(text);
      }
    });
  }

  it('gives ranges that lie within the packet, and children within their layer', async () => {
    for (const capture of Object.values(DESCRIBED)) {
      const file = writePcap(capture).octets;
      const { core } = await readOctets(file);
      capture.packets.forEach(({ octets }, row) => {
        const { record, offset } = recordOf(core, file, row + 1);
        const { header, fields } = core.describe(record, offset);
        expect(toHex(record.subarray(header, header + octets.length))).toBe(toHex(octets));
        for (const { field, start, length } of fields) {
          expect(FIELDS[field]).toBeDefined();
          expect(start + length).toBeLessThanOrEqual(octets.length);
        }
      });
    }
  });

  it('tells where the host name of a ClientHello stands, to the octet', async () => {
    const capture = connection`
      3ms client > server ${clientHello({ sni: 'shop.example' })}
    `;
    const file = writePcap(capture).octets;
    const { core } = await readOctets(file);
    const octets = capture.packets[3]?.octets ?? new Uint8Array();
    const start = Buffer.from(octets).indexOf('shop.example');
    expect(describePacket(core, file, 4).map((line) => line.trim())).toContain(
      `tls.handshake.extensions_server_name @${start}+12 ${toHex(octets.subarray(start, start + 12))}`,
    );
  });

  it('does not change what was indexed', async () => {
    const capture = DESCRIBED['tcp-and-http'] ?? connection``;
    const file = writePcap(capture).octets;
    const { core } = await readOctets(file);
    const before = [
      core.tables.issues.rows,
      core.tables.flows.rows,
      core.tables.exchanges.rows,
      core.tables.texts.rows,
    ];
    describeAll(core, file);
    describeAll(core, file);
    expect([
      core.tables.issues.rows,
      core.tables.flows.rows,
      core.tables.exchanges.rows,
      core.tables.texts.rows,
    ]).toEqual(before);
  });
});
