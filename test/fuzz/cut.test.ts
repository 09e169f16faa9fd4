import { describe, expect, it } from 'vitest';
import { StopReason, type Core } from '../../workers/core.ts';
import { issues } from '../support/facts.ts';
import { connection } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { readDamaged } from './bounds.ts';

/** What the file says of its first packets; not what the analysis made of them. */
function packetFacts(core: Core, count: number): string {
  const { packets } = core.tables;
  return Array.from({ length: count }, (_, row) =>
    [packets.offset(row), packets.capturedLength(row), packets.length(row), packets.time(row)].join(' '),
  ).join('\n');
}

const long = connection`
  3ms client > server "GET /page HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" "x"*1024 "\r\n0\r\n\r\n" mss 300
  5ms client > server "POST /form HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2000\r\n\r\n" "y"*2000 mss 700
  6ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
  7ms client > server FIN
`;

/** Blocks and records that a file of this many octets begins but does not hold whole. */
function isCut(octets: Uint8Array, cut: number, isPcapng: boolean): boolean {
  const view = new DataView(octets.buffer);
  let at = isPcapng ? 0 : 24;
  while (at < cut) at += isPcapng ? view.getUint32(at + 4) : 16 + view.getUint32(at + 8);
  return at !== cut;
}

describe('a capture cut at any octet', () => {
  for (const [name, written, header, until] of [
    ['pcap', writePcap(long, { isBigEndian: true }), 16, 1024],
    ['pcapng', writePcapng(long, { isBigEndian: true, hasExtras: true }), 28, 4096],
  ] as const) {
    it(`of its first ${until} shows every packet before the cut, as ${name}`, async () => {
      expect(written.octets.length).toBeGreaterThan(until);
      const whole = (await readOctets(written.octets)).core;
      const least = name === 'pcap' ? 24 : 28;
      for (let cut = 0; cut <= until; cut++) {
        const { core, reason } = await readDamaged(written.octets.subarray(0, cut));
        const complete = written.offsets.filter(
          (offset, index) => offset + header + (long.packets[index]?.octets.length ?? 0) <= cut,
        ).length;
        expect(core.tables.packets.rows, `cut at ${cut}`).toBe(complete);
        expect(packetFacts(core, complete), `cut at ${cut}`).toBe(packetFacts(whole, complete));
        if (cut < least) continue;
        expect(reason, `cut at ${cut}`).toBe(StopReason.NONE);
        const truncated = Object.keys(issues(core)).filter((code) => /^(RECORD|BLOCK)_TRUNCATED$/.test(code));
        expect(truncated.length, `cut at ${cut}`).toBe(isCut(written.octets, cut, name === 'pcapng') ? 1 : 0);
      }
    });
  }
});
