import { describe, expect, it } from 'vitest';
import { direction, exchange, exchanges, issues } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { concat, textOctets } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('a broken exchange is a row', () => {
  it('when lengths conflict', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
      5ms client > server RST
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(exchange(core, 0).response.violations).toContain('CONTENT_LENGTH_CONFLICT');
    expect(exchange(core, 0).response.lines).toEqual(['Content-Length: 5', 'Content-Length: 6']);
  });

  it('when Transfer-Encoding stands twice', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
      5ms client > server RST
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(exchange(core, 0).response).toMatchObject({
      framing: 'CHUNKED',
      state: 'COMPLETE',
      lines: ['Transfer-Encoding: chunked', 'transfer-encoding: chunked'],
    });
    expect(exchange(core, 0).response.violations).toContain('DUPLICATE_TRANSFER_ENCODING');
  });

  it('when the body is cut by FIN or RST', async () => {
    const fin = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"
      5ms server > client FIN
    `);
    expect(exchange(fin, 0).response).toMatchObject({
      state: 'CUT_BY_FIN',
      body: 4,
      violations: ['CONTENT_CUT'],
    });
    const rst = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234"
      5ms server > client RST
    `);
    expect(exchange(rst, 0).response).toMatchObject({
      state: 'CUT_BY_RST',
      body: 4,
      violations: ['CONTENT_CUT'],
    });
    const chunks = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n"
      5ms server > client FIN
    `);
    expect(exchange(chunks, 0).response).toMatchObject({ state: 'CUT_BY_FIN', violations: ['CHUNKS_CUT'] });
  });

  it('when its header section is cut', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Le"
      5ms server > client FIN
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(exchange(core, 0).response).toMatchObject({ state: 'CUT_BY_FIN' });
    const request = await readFourWays(connection`
      3ms client > server "GET /cut HTTP/1.1\r\nHost: a\r\nX-"
      4ms client > server RST
    `);
    expect(exchanges(request)).toEqual(['GET /cut -']);
    expect(exchange(request, 0).request).toMatchObject({ state: 'CUT_BY_RST' });
    expect(exchange(request, 0).response).toMatchObject({ state: 'ABSENT' });
  });

  it('when a chunk is bad: what follows is skipped', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\nrest\r\n0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(exchange(core, 0).response).toMatchObject({ state: 'BROKEN', violations: ['CHUNK_SIZE_INVALID'] });
  });

  it('when there is no response', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client FIN
    `);
    expect(exchanges(core)).toEqual(['GET / -']);
    expect(exchange(core, 0).response).toMatchObject({ state: 'ABSENT', packets: [0, 0, 0] });
    expect(core.tables.messages.start(1)).toBeNaN();
  });

  it('when there is no request', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms server > client ${OK}
      1ms client > server ACK
      2ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['- - 200', '- - 404']);
    expect(exchange(core, 0).request).toMatchObject({ state: 'ABSENT' });
  });

  it('when the capture ends in the middle', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12"
    `);
    expect(exchange(core, 0).response).toMatchObject({ state: 'IN_BODY', body: 2, violations: [] });
    const head = await readFourWays(connection`
      3ms client > server "GET /open HTTP/1.1\r\nHost"
    `);
    expect(exchanges(head)).toEqual(['GET /open -']);
    expect(exchange(head, 0).request).toMatchObject({ state: 'IN_HEAD' });
  });

  it('when a request comes on a connection that its server had closed', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client ${OK}
      5ms server > client FIN
      6ms client > server "GET /late HTTP/1.1\r\nHost: a\r\n\r\n"
      7ms server > client RST
    `);
    expect(exchanges(core)).toEqual(['GET / 200', 'GET /late -']);
    expect(exchange(core, 1).request).toMatchObject({ state: 'COMPLETE' });
    expect(exchange(core, 1).response).toMatchObject({ state: 'ABSENT' });
  });
});

describe('a capture that began too late', () => {
  it('finds the next message border, marks the message and says so', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms server > client "the end of some body that nobody can read\r\n"
      1ms client > server ACK
      2ms client > server "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
      3ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual(['GET /next 200']);
    expect(exchange(core, 0).response.marks).toContain('RESYNCHRONIZED');
    expect(issues(core)).toMatchObject({ HTTP_RESYNCHRONIZED: 1 });
    expect(direction(core, 0, 1)).toMatchObject({ protocol: 'HTTP1' });
  });

  it('inside a header section loses that message and no other', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /lost HTTP/1.1\r\n" lost
      4ms client > server "Host: a\r\n\r\n"
      5ms server > client ${OK}
      6ms client > server "GET /kept HTTP/1.1\r\nHost: a\r\n\r\n"
      7ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toContain('GET /kept 404');
    expect(exchanges(core)).not.toContain('GET /kept 200');
  });
});

describe('limits', () => {
  it('a header section above the cap is an issue, and the connection goes on without a trap', async () => {
    const line = `X-Fill: ${'f'.repeat(990)}\r\n`;
    const core = await readCapture(connection`
      3ms client > server "GET /huge HTTP/1.1\r\nHost: a\r\n" mss 1460
      4ms client > server ${line.repeat(300)} mss 1460
      5ms client > server "\r\n"
      6ms server > client ${OK}
    `);
    expect(issues(core)).toMatchObject({ HEAD_LIMIT: 1 });
    expect(exchanges(core)[0]).toMatch(/^GET \/huge/);
    expect(exchange(core, 0).request.violations).toContain('SECTION_TOO_LARGE');
  });

  it('ten thousand lines in a section are kept up to the cap', async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `a${index}:\r\n`).join('');
    const core = await readCapture(connection`
      3ms client > server ${concat(textOctets('GET /many HTTP/1.1\r\nHost: a\r\n'), textOctets(lines), textOctets('\r\n'))} mss 1460
      6ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual(['GET /many 200']);
    expect(exchange(core, 0).request.lines.length).toBe(4096);
    expect(exchange(core, 0).request.violations).toContain('SECTION_TOO_LARGE');
  });

  it('a chunk-size line above the cap breaks the body there, and one below it does not', async () => {
    const told = async (extension: number): Promise<ReturnType<typeof exchange>> => {
      const core = await readCapture(connection`
        3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "2;" ${'x'.repeat(extension)} "\r\nok\r\n0\r\n\r\n" mss 1460
      `);
      return exchange(core, 0);
    };
    expect((await told(4000)).response).toMatchObject({ state: 'COMPLETE', violations: [] });
    expect((await told(5000)).response).toMatchObject({
      state: 'BROKEN',
      violations: ['CHUNK_SIZE_INVALID'],
    });
  });
});
