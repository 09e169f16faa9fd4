import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../workers/addresses.ts';
import type { Core } from '../../workers/core.ts';
import {
  direction,
  exchanges,
  flowMarks,
  issues,
  packetMarks,
  packetsMarked,
  streams,
} from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { drawn, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

function originator(core: Core, flow: number): string {
  const { flows } = core.tables;
  return `${formatAddress(core, flows.originatorAddress(flow), 4)}:${flows.originatorPort(flow)}`;
}

describe('a flow', () => {
  it('is both directions of a 5-tuple, numbered in the order of first packets', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      c 10.0.0.1:1001
      0ms a > b SYN
      1ms c > b SYN
      2ms b > a SYN ACK
      3ms b > c SYN ACK
      4ms a > b ACK
      5ms c > b ACK
    `);
    expect(streams(core)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(core.tables.flows.rows).toBe(2);
    expect(core.tables.flows.synPacket(1)).toBe(2);
    expect(core.tables.flows.synAckPacket(1)).toBe(4);
    expect(core.tables.flows.handshakePacket(1)).toBe(6);
    expect(core.tables.flows.firstPacket(0)).toBe(1);
    expect(core.tables.flows.lastPacket(0)).toBe(5);
    expect(flowMarks(core, 0)).toEqual([]);
  });

  it('ends where a SYN with another initial sequence number reuses its ports', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000 isn 100
      b 10.0.0.2:80 isn 500
      0ms   a > b SYN
      1ms   b > a SYN ACK
      2ms   a > b ACK
      3ms   a > b RST
      100ms a > b SYN isn 90000
      101ms b > a SYN ACK isn 70000
      102ms a > b ACK
    `);
    expect(streams(core)).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect(packetMarks(core, 5)).toContain('PORTS_REUSED');
    expect(flowMarks(core, 1)).toContain('PORTS_REUSED');
    expect(direction(core, 1, 0)).toMatchObject({ initialSequence: 90000, packets: 2 });
    expect(direction(core, 1, 1)).toMatchObject({ initialSequence: 70000 });
  });

  it('stays one when its SYN is repeated', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms    a > b SYN
      1000ms a > b SYN
      3000ms a > b SYN
      3001ms b > a SYN ACK
    `);
    expect(streams(core)).toEqual([0, 0, 0, 0]);
    expect(core.tables.flows.synCount(0)).toBe(3);
    expect(core.tables.flows.synPacket(0)).toBe(1);
    expect(packetsMarked(core, 'RETRANSMISSION')).toEqual([2, 3]);
    expect(packetsMarked(core, 'PORTS_REUSED')).toEqual([]);
  });

  it('whose SYN is answered twice, with different numbers, goes on from the one that is acknowledged', async () => {
    for (const other of ['seq =90000', 'seq =4294000000']) {
      for (const [early, late] of [
        [`2ms b > a SYN ACK ${other}`, ''],
        ['', `4ms b > a SYN ACK ${other}`],
      ]) {
        const core = await readFourWays(
          drawn(`
            a 10.0.0.1:1000 isn 100
            b 10.0.0.2:80 isn 500
            0ms a > b SYN
            1ms b > a SYN ACK
            ${early ?? ''}
            3ms a > b ACK ack =501
            ${late ?? ''}
            5ms a > b "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" ack =501
            6ms b > a "HTTP/1.1 204 No Content\\r\\n\\r\\n" seq =501
          `),
        );
        expect(exchanges(core), other).toEqual(['GET / 204']);
        expect(direction(core, 0, 1), other).toMatchObject({ initialSequence: 500, lost: 0, octets: 27 });
        expect(issues(core), other).toEqual({});
      }
    }
  });

  it('whose ports an older connection held begins with the SYN that was answered', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:40000 isn 1000
      b 10.0.0.2:80 isn 5000
      0ms    a > b SYN
      30ms   b > a ACK seq =777 ack =860578524
      31ms   a > b RST seq =860578524
      3000ms a > b SYN
      3030ms b > a SYN ACK
      3060ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      3090ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
      3120ms b > a RST
    `);
    expect(streams(core)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(flowMarks(core, 0)).toEqual(['RESET']);
    expect(direction(core, 0, 0)).toMatchObject({ lost: 0, octets: 27, rst: 3 });
    expect(direction(core, 0, 1)).toMatchObject({ lost: 0, octets: 27, rst: 8 });
    expect(issues(core)).toEqual({});
  });

  it('whose SYN-ACK comes first has the receiver of it as originator', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms b > a SYN ACK
      1ms a > b ACK
      2ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      3ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(streams(core)).toEqual([0, 0, 0, 0]);
    expect(originator(core, 0)).toBe('10.0.0.1:1000');
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(core.tables.flows.synAckPacket(0)).toBe(1);
  });

  it('that began before the capture is marked, and its first packet tells the originator', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b ACK
      1ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      2ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(flowMarks(core, 0)).toEqual(['MIDSTREAM']);
    expect(originator(core, 0)).toBe('10.0.0.1:1000');
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 27, lost: 0 });
  });

  it('seen in one direction only is marked', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK lost
      2ms a > b ACK
      3ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    `);
    expect(flowMarks(core, 0)).toContain('ONE_SIDED');
    expect(exchanges(core)).toEqual(['GET / -']);
  });

  it('tells who closed it and how', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      c 10.0.0.1:1001
      d 10.0.0.1:1002
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms b > a FIN
      3ms a > b FIN
      4ms b > a ACK
      5ms c > b SYN
      6ms b > c RST ACK
      7ms d > b SYN
      8ms b > d SYN ACK
      9ms d > b RST ttl 61
      10ms d > b RST
      11ms b > d RST ACK ttl 200
    `);
    expect(flowMarks(core, 0)).toEqual(['CLOSED']);
    expect(direction(core, 0, 0)).toMatchObject({ fin: 4, rst: 0, octets: 0 });
    expect(direction(core, 0, 1)).toMatchObject({ fin: 3, rst: 0, octets: 0 });
    expect(flowMarks(core, 1)).toContain('RESET');
    expect(direction(core, 1, 1)).toMatchObject({ fin: 0, rst: 7, resets: 1 });
    expect(flowMarks(core, 2)).toContain('RESET');
    expect(direction(core, 2, 0)).toMatchObject({ rst: 10, resets: 2, rstTtl: 61, ttl: 64 });
    expect(direction(core, 2, 1)).toMatchObject({ rst: 12, resets: 1, rstTtl: 200 });
  });

  it('of other IP protocols has no ports and its own numbers', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b proto 47 "xxxx"
      1ms b > a proto 47 "yyyy"
      2ms a > b SYN
    `);
    expect(core.tables.flows.transport(0)).toBe(47);
    expect(core.tables.flows.originatorPort(0)).toBe(0);
    expect(core.tables.flows.rows).toBe(2);
    expect(core.tables.flows.number(1)).toBe(0);
  });
});

describe('a gap', () => {
  it('is told where the receiver acknowledged octets that the capture does not have', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b ACK
      3ms b > a "lost hello" lost
      4ms b > a "second"
      5ms a > b ACK
      6ms b > a FIN
      7ms a > b FIN
    `);
    expect(packetsMarked(core, 'LOST_SEGMENT')).toEqual([4]);
    expect(packetsMarked(core, 'ACKED_UNSEEN')).toEqual([5]);
    expect(flowMarks(core, 0)).toEqual(['GAP', 'CLOSED']);
    expect(direction(core, 0, 1)).toMatchObject({ lost: 10, octets: 6 });
    expect(issues(core)).toEqual({ GAP: 1 });
  });

  it('is none while a segment that comes late fills it, even after its acknowledgement', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "GET / HTTP/1.1\r\n" lost #one
      3ms a > b "Host: a\r\n\r\n"
      4ms b > a ACK
      5ms a > b again #one
      6ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(flowMarks(core, 0)).toEqual([]);
    expect(direction(core, 0, 0)).toMatchObject({ lost: 0, octets: 27 });
  });

  it('inside a body leaves the exchange and what follows it readable', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "GET /big HTTP/1.1\r\nHost: a\r\n\r\n"
      3ms b > a "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"
      4ms b > a "x"*1000
      5ms b > a "x"*1000 lost
      6ms b > a "x"*1000
      7ms a > b ACK
      8ms a > b "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
      9ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
      10ms a > b ACK
    `);
    expect(exchanges(core)).toEqual(['GET /big 200', 'GET /next 204']);
    expect(direction(core, 0, 1)).toMatchObject({ lost: 1000 });
    const { messages } = core.tables;
    expect(messages.bodyOctets(1)).toBe(2000);
    expect(messages.marks(1)).toBe(1);
    expect(messages.marks(3)).toBe(0);
  });

  it('at the end of the capture that nobody acknowledged is delivered as one too', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "lost" lost
      3ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    `);
    expect(flowMarks(core, 0)).toContain('GAP');
    expect(direction(core, 0, 0)).toMatchObject({ lost: 4, octets: 27 });
    expect(exchanges(core)).toEqual(['GET / -']);
  });

  it('that stays open ends the waiting at a cap, with an issue', { timeout: 60_000 }, async () => {
    const segments = Array.from({ length: 80 }, (_, index) => `${10 + index}ms a > b "x"*60000`).join('\n');

    const text = `
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "lost" lost
      ${segments}
    `;

    const core = await readCapture(drawn(text));
    expect(issues(core)).toMatchObject({ PENDING_LIMIT: 1 });
    expect(flowMarks(core, 0)).toContain('CAPPED');
    expect(direction(core, 0, 0)).toMatchObject({ octets: 80 * 60000 });
  });
});

describe('acknowledgements', () => {
  it('of octets that were never captured are marked', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b ACK
      3ms a > b "unseen" lost
      4ms b > a ACK
      5ms a > b "seen"
      6ms b > a ACK
    `);
    expect(packetsMarked(core, 'ACKED_UNSEEN')).toEqual([4, 6]);
    expect(packetsMarked(core, 'LOST_SEGMENT')).toEqual([5]);
    expect(flowMarks(core, 0)).toContain('GAP');
    expect(direction(core, 0, 0)).toMatchObject({ lost: 6, octets: 4 });
  });

  it('that repeat while data flows the other way are no duplicates', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b ACK
      3ms a > b "one"
      4ms a > b "two"
      5ms b > a ACK
      6ms b > a "answer"
    `);
    expect(packetsMarked(core, 'DUP_ACK')).toEqual([]);
  });
});
