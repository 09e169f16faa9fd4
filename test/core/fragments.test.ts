import { describe, expect, it } from 'vitest';
import { IssueCode } from '../../src/model/issue.ts';
import type { Core } from '../../workers/core.ts';
import { direction, exchange, exchanges, issues, protocols } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { drawn } from '../support/packet-script.ts';

/** A request and its answer between two ends, the request in fragments. */
function asked(ends: 'IPv4' | 'IPv6', how: string): ReturnType<typeof drawn> {
  const [client, server, extension] =
    ends === 'IPv4' ? ['10.0.0.1', '10.0.0.2', ''] : ['[2001:db8::1]', '[2001:db8::2]', 'ext frag'];
  return drawn(String.raw`
    client ${client}:35500
    server ${server}:8080
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms client > server "GET /in/many/pieces HTTP/1.1\r\nHost: shop.example\r\nX-Fill: " "y"*60 "\r\n\r\n" ${how} ${extension}
    4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    5ms client > server ACK
  `);
}

/** What is told of a datagram that is not whole, and of which packet. */
function fragmentIssue(core: Core): { packet: number; offset: number; found: number; expected: number } {
  const { issues: told } = core.tables;
  for (let row = 0; row < told.rows; row++) {
    if (told.code(row) !== IssueCode.IP_FRAGMENT) continue;
    const [packet, offset] = [told.firstPacket(row), told.firstOffset(row)];
    return { packet, offset, found: told.found(row), expected: told.expected(row) };
  }
  throw new Error('no datagram is incomplete');
}

for (const ends of ['IPv4', 'IPv6'] as const) {
  describe(`${ends} fragments`, () => {
    it('are put together: the last one to come carries the segment', async () => {
      const core = await readFourWays(asked(ends, 'fragments 48'));
      expect(exchanges(core)).toEqual(['GET /in/many/pieces 200']);
      expect(protocols(core).slice(3, 6)).toEqual([...Array<string>(2).fill(ends.toUpperCase()), 'HTTP1']);
      expect(exchange(core, 0).request).toMatchObject({ state: 'COMPLETE', packets: [6, 6, 6], marks: [] });
      expect(issues(core)).toEqual({});
    });

    it('may come in any order', async () => {
      const core = await readFourWays(asked(ends, 'fragments 48 backwards'));
      expect(exchanges(core)).toEqual(['GET /in/many/pieces 200']);
      expect(issues(core)).toEqual({});
    });

    it('may come twice', async () => {
      const core = await readFourWays(asked(ends, 'fragments 48 twice'));
      expect(exchanges(core)).toEqual(['GET /in/many/pieces 200']);
      expect(direction(core, 0, 0)).toMatchObject({ lost: 0 });
    });

    it('of which one is missing are an issue, and what they carried is missing', async () => {
      for (const missing of [1, 2, 3]) {
        const core = await readFourWays(asked(ends, `fragments 48 without ${missing}`));
        expect(issues(core), `without ${missing}`).toMatchObject({ IP_FRAGMENT: 1 });
        const told = fragmentIssue(core);
        // Only the last fragment tells how long the datagram was.
        expect(Number.isNaN(told.expected), `without ${missing}`).toBe(missing === 3);
        if (missing !== 3) expect(told.found).toBeLessThan(told.expected);
        const { packets } = core.tables;
        expect(told.offset, `without ${missing}`).toBe(packets.offset(told.packet - 1));
        // Its first fragment that was captured.
        expect(told.packet).toBe(4);
        expect(exchanges(core), `without ${missing}`).toEqual(['- - 200']);
      }
    });

    it('of which the rest never comes leave the first one with its flow, and no octets', async () => {
      const core = await readFourWays(asked(ends, 'fragments 48 without 3'));
      const { packets, flows, directions } = core.tables;
      // A packet of its flow from the client, with its flags: PSH and ACK.
      expect([packets.flow(3), packets.marks(3) & 1, packets.tcpFlags(3)]).toEqual([0, 0, 0x18]);
      expect(protocols(core).slice(3, 5)).toEqual(['TCP', ends.toUpperCase()]);
      expect(flows.transport(packets.flow(4))).toBe(255);
      expect(directions.octets(0)).toBe(0);
      const whole = await readFourWays(asked(ends, 'fragments 48'));
      expect(whole.tables.directions.packets(0)).toBe(directions.packets(0));
      expect(whole.tables.packets.tcpFlags(3)).toBe(0);
      const headless = await readFourWays(asked(ends, 'fragments 48 without 1'));
      expect(headless.tables.flows.transport(headless.tables.packets.flow(3))).toBe(255);
    });
  });
}
