import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { drawn } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

const REQUEST = `POST /in/many/pieces HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 90\\r\\n\\r\\n`;

/** Two connections whose requests and answers came in fragments, those of one between those of the other. */
function capture(ends: 'IPv4' | 'IPv6', how: string): Capture {
  const [client, server, extension] =
    ends === 'IPv4' ? ['10.0.0.1', '10.0.0.2', ''] : ['[2001:db8::1]', '[2001:db8::2]', 'ext frag'];
  return drawn(String.raw`
    one ${client}:35500
    other ${client}:35501
    server ${server}:8080
    0ms one > server SYN
    0ms other > server SYN
    1ms server > one SYN ACK
    1ms server > other SYN ACK
    2ms one > server "${REQUEST}" "y"*90 fragments 48 ${how} ${extension}
    3ms other > server "${REQUEST}" "z"*90 fragments 48 ${how} ${extension}
    4ms server > one "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" "a"*200 fragments 64 ${how} ${extension}
    5ms server > other "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  `);
}

async function followed(analysis: Analysis, flow: number): Promise<string> {
  const { pieces } = await analysis.follow(flow, 'both', 0);
  return pieces.map(({ octets }) => new TextDecoder().decode(octets)).join('');
}

async function content(analysis: Analysis, exchange: number, side: 'request' | 'response'): Promise<string> {
  const body = await analysis.body(exchange, side);
  return new TextDecoder().decode(body?.octets);
}

for (const ends of ['IPv4', 'IPv6'] as const) {
  for (const how of ['', 'backwards', 'twice']) {
    describe(`octets that came in ${ends} fragments ${how}`, () => {
      it('are followed, and are the content of their messages', async () => {
        const { analysis } = await openOctets(writePcap(capture(ends, how)).octets);
        const said = await followed(analysis, 0);
        expect(said).toContain('POST /in/many/pieces');
        expect(said).toContain('y'.repeat(90));
        expect(said).toContain('a'.repeat(200));
        expect(said).not.toContain('z');
        expect(await followed(analysis, 1)).toContain('z'.repeat(90));
        expect(await content(analysis, 0, 'request')).toBe('y'.repeat(90));
        expect(await content(analysis, 0, 'response')).toBe('a'.repeat(200));
        expect(await content(analysis, 1, 'request')).toBe('z'.repeat(90));
        expect(await content(analysis, 1, 'response')).toBe('ok');
      });
    });
  }
}
