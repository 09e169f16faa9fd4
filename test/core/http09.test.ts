import { describe, expect, test } from 'vitest';
import { exchange, exchanges } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { connection } from '../support/packet-script.ts';

describe('HTTP/0.9', () => {
  test('is answered by content alone, up to the end of the connection', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /old\r\n"
      4ms server > client "<html>one"
      5ms server > client " two</html>\n"
      6ms server > client FIN
    `);
    expect(exchange(core, 0)).toMatchObject({
      method: 'GET',
      target: '/old',
      status: 0,
      request: { version: 9, state: 'COMPLETE' },
      response: {
        version: 9,
        state: 'COMPLETE',
        framing: 'UNTIL_CLOSE',
        head: 0,
        body: 21,
        packets: [5, 5, 6],
        violations: [],
      },
    });
  });

  test('is answered by what looks like a request, or like text that has not ended', async () => {
    for (const answer of ['GET /x HTTP/1.1\r\n\r\n', 'plain text', '\r\nlines\r\n']) {
      const core = await readFourWays(connection`
        3ms client > server "GET /old\r\n"
        4ms server > client "${answer}"
        6ms server > client FIN
      `);
      expect(exchanges(core), answer).toEqual(['GET /old -']);
      expect(exchange(core, 0).response, answer).toMatchObject({ version: 9, body: answer.length });
    }
  });

  test('may be answered with a status line all the same', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /old\r\n"
      4ms server > client "HTTP/1.0 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"
      6ms server > client FIN
    `);
    expect(exchanges(core)).toEqual(['GET /old 400']);
    expect(exchange(core, 0).response).toMatchObject({ version: 10, body: 2, state: 'COMPLETE' });
  });

  test('that is reset keeps what came', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /old\r\n"
      4ms server > client "half"
      6ms server > client RST
    `);
    expect(exchange(core, 0).response).toMatchObject({ state: 'CUT_BY_RST', body: 4 });
  });
});
