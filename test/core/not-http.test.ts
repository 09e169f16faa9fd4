import { describe, expect, it } from 'vitest';
import { exchanges } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { connection } from '../support/packet-script.ts';

describe('HTTP/1', () => {
  it('is no protocol that took its form or its methods from HTTP', async () => {
    for (const line of [
      'OPTIONS rtsp://10.0.0.2:8554/ RTSP/1.0',
      'OPTIONS * RTSP/1.0',
      'DESCRIBE rtsp://10.0.0.2:8554/ RTSP/1.0',
      'GET rtspu://10.0.0.2/ RTSP/1.0 ',
      'OPTIONS sip:user@shop.example SIP/2.0',
      'NOTIFY sips:user@shop.example SIP/2.0',
      'OPTIONS icap://10.0.0.2/echo ICAP/1.0',
      'CONNECT {"verbose":false,"lang":"C"}',
    ]) {
      for (const parts of [[line], [line.slice(0, 9), line.slice(9)], [line.slice(0, 11), line.slice(11)]]) {
        const [first = '', second = ''] = parts;
        const core = await readFourWays(connection`
          3ms client > server ${first}
          4ms client > server ${`${second}\r\nCSeq: 2\r\n\r\n`}
        `);
        expect(exchanges(core), parts.join('|')).toEqual([]);
      }
    }
    const core = await readFourWays(connection`
      3ms client > server "OPTIONS rtsphere/RTSP/1.0 HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms client > server "GET /sip:RTSP/1.0 HTTP/1.1\r\nHost: a\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['OPTIONS rtsphere/RTSP/1.0 -', 'GET /sip:RTSP/1.0 -']);
  });
});
