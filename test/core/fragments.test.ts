import { describe, expect, it } from 'vitest';
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
        expect(exchanges(core), `without ${missing}`).toEqual(['- - 200']);
      }
    });
  });
}
