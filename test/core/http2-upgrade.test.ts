import { describe, expect, it } from 'vitest';
import { Counter } from '../../src/model/counter.ts';
import { exchange, exchanges, flowMarks, interims, issues, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { data, PREFACE, request, response, settings } from '../support/http2-messages.ts';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';

/** What a client sends first. */
const HELLO = concat(PREFACE, settings());

describe('HTTP/1.1 with Upgrade: h2c', () => {
  const asked =
    'GET /h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n';
  const switched = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

  it('is one exchange, whose response comes on stream 1', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${asked}
      4ms server > client ${switched} ${settings()} ${response(1, 200)} ${data(1, 'hi', 'end')}
      5ms client > server ${HELLO} ${request(3, '/3')}
      6ms server > client ${response(3, 404, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET /h2c 200', 'GET /3 404']);
    expect(exchange(core, 0)).toMatchObject({ interimStatus: 101, reason: '' });
    expect(interims(core)).toEqual([
      'exchange 0 in packet 5 at 1: HTTP/1.1 101 Switching Protocols | Connection: Upgrade | Upgrade: h2c',
    ]);
    expect(exchange(core, 0).request.version).toBe(11);
    expect(exchange(core, 0).response).toMatchObject({
      version: 20,
      framing: 'HTTP2',
      state: 'COMPLETE',
      body: 2,
    });
    expect(streamOf(core, 0)).toMatchObject({ identifier: 1, marks: ['UPGRADED'] });
    expect(flowMarks(core, 0)).toEqual([]);
    expect(issues(core)).toEqual({});
  });

  it('is the same where the 101 is missing: the preface is no request', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${asked}
      4ms server > client ${switched} lost
      5ms client > server ${HELLO} ${request(3, '/3')}
      6ms server > client ${settings()} ${response(1, 200, [], 'end')} ${response(3, 404, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET /h2c 200', 'GET /3 404']);
    expect(streamOf(core, 0).marks).toEqual(['UPGRADED']);
    expect(core.counter(Counter.REQUESTS)).toBe(2);
  });

  it('knows the preface in pieces, after another request too', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      5ms client > server ${asked}
      6ms client > server ${HELLO} ${request(3, '/3')} mss 3
      7ms server > client ${switched} ${settings()} ${response(1, 200, [], 'end')} ${response(3, 404, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET /one 200', 'GET /h2c 200', 'GET /3 404']);
    expect(issues(core)).toEqual({});
  });

  it('that is not taken up stays HTTP/1', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${asked}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      5ms client > server "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET /h2c 200', 'GET /2 -']);
    expect(core.tables.streams.rows).toBe(0);
  });
});
