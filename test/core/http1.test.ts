import { describe, expect, it } from 'vitest';
import { describeExchanges } from '../support/describe-capture.ts';
import { exchange, exchanges, interims, protocols } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { connection, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('HTTP/1', () => {
  it('is found on any port by its first octets', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:6379
      c 10.0.0.1:2
      d 10.0.0.2:80
      0ms a > b "PROPFIND /dav HTTP/1.1\r\nHost: a\r\n\r\n"
      1ms b > a "HTTP/1.1 207 Multi-Status\r\nContent-Length: 0\r\n\r\n"
      2ms c > d "*1\r\n$4\r\nPING\r\n"
      3ms d > c "+PONG\r\n"
    `);
    expect(exchanges(core)).toEqual(['PROPFIND /dav 207']);
    expect(protocols(core)).toEqual(['HTTP1', 'HTTP1', 'TCP', 'TCP']);
  });

  it('tells packets, sizes and times of both messages', async () => {
    const core = await readFourWays(connection`
      3ms client > server "POST /a?b=c HTTP/1.1\r\nHost: shop.example:8080\r\n"
      4ms client > server "Content-Length: 6\r\n\r\nabc"
      5ms client > server "def"
      9ms server > client "HTTP/1.1 201 Made it\r\nContent-Length: 4\r\n\r\n"
      12ms server > client "done"
    `);
    const { request, response, ...rest } = exchange(core, 0);
    expect(rest).toEqual({
      flow: 0,
      method: 'POST',
      target: '/a?b=c',
      authority: 'shop.example:8080',
      status: 201,
      reason: 'Made it',
      interimStatus: 0,
    });
    expect(request).toEqual({
      state: 'COMPLETE',
      framing: 'CONTENT_LENGTH',
      version: 11,
      body: 6,
      head: 68,
      packets: [4, 5, 6],
      lines: ['Host: shop.example:8080', 'Content-Length: 6'],
      trailers: [],
      violations: [],
      marks: [],
      says: ['CONTENT_LENGTH'],
    });
    expect(response).toMatchObject({ state: 'COMPLETE', body: 4, head: 43, packets: [7, 7, 8] });
    const { messages } = core.tables;
    expect([messages.start(0), messages.end(0)]).toEqual([3e6, 5e6]);
    expect([messages.start(1), messages.end(1)]).toEqual([9e6, 12e6]);
    expect(messages.sequence(0)).toBe(1001);
  });

  it('ends a message without content at its empty line', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchange(core, 0).request).toMatchObject({ framing: 'NONE', state: 'COMPLETE', body: 0 });
    expect(exchange(core, 0).response).toMatchObject({
      framing: 'CONTENT_LENGTH',
      state: 'COMPLETE',
      body: 0,
    });
  });

  it('reads chunks with extensions and trailers', async () => {
    const body =
      '5;name=value;q="a;b"\r\nhello\r\n1A ; x\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nExpires: never\r\nX-Sum: 1\r\n\r\n';
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Expires\r\n\r\n" ${body}
      5ms client > server "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual(['GET / 200', 'GET /next 200']);
    expect(exchange(core, 0).response).toMatchObject({
      framing: 'CHUNKED',
      state: 'COMPLETE',
      body: body.length,
      trailers: ['Expires: never', 'X-Sum: 1'],
      violations: [],
      says: ['TRANSFER_ENCODING', 'CHUNKED'],
    });
  });

  it('reads chunked requests', async () => {
    const core = await readFourWays(connection`
      3ms client > server "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n"
      4ms client > server "0\r\n\r\n"
      5ms server > client ${OK}
    `);
    expect(exchange(core, 0).request).toMatchObject({
      framing: 'CHUNKED',
      state: 'COMPLETE',
      body: 13,
      violations: [],
    });
  });

  it('reads a response without a length until the server closes', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /old HTTP/1.0\r\n\r\n"
      4ms server > client "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\none "
      5ms server > client "two"
      6ms server > client FIN
    `);
    expect(exchange(core, 0).response).toMatchObject({
      framing: 'UNTIL_CLOSE',
      state: 'COMPLETE',
      version: 10,
      body: 7,
      violations: [],
    });
  });

  it('calls a response that lasts until close cut when a RST ends it, and open when nothing does', async () => {
    const reset = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\n\r\none"
      5ms server > client RST
    `);
    expect(exchange(reset, 0).response).toMatchObject({ framing: 'UNTIL_CLOSE', state: 'CUT_BY_RST' });
    const open = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\n\r\none"
    `);
    expect(exchange(open, 0).response).toMatchObject({ framing: 'UNTIL_CLOSE', state: 'IN_BODY', body: 3 });
  });

  it('expects no content after HEAD, 204 and 304, whatever the header section says', async () => {
    const core = await readFourWays(connection`
      3ms client > server "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
      5ms client > server "GET /n HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n"
      7ms client > server "DELETE /d HTTP/1.1\r\nHost: a\r\n\r\n"
      8ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
      9ms client > server "HEAD /c HTTP/1.1\r\nHost: a\r\n\r\n"
      10ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      11ms client > server ${GET}
      12ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual([
      'HEAD /h 200',
      'GET /n 304',
      'DELETE /d 204',
      'HEAD /c 200',
      'GET / 200',
    ]);
    for (const row of [0, 1, 2, 3]) {
      expect(exchange(core, row).response).toMatchObject({
        framing: 'NONE',
        state: 'COMPLETE',
        body: 0,
        violations: [],
      });
    }
  });

  it('passes interim responses and keeps the last of them', async () => {
    const core = await readFourWays(connection`
      3ms client > server "PUT /u HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
      4ms server > client "HTTP/1.1 100 Continue\r\n\r\n"
      5ms client > server "abc"
      6ms server > client "HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
      7ms client > server ${GET}
      8ms server > client ${OK}
    `);
    expect(exchanges(core)).toEqual(['PUT /u 200', 'GET / 200']);
    expect(exchange(core, 0)).toMatchObject({ interimStatus: 103, reason: 'OK' });
    expect(exchange(core, 0).response).toMatchObject({ state: 'COMPLETE', lines: ['Content-Length: 0'] });
    expect(exchange(core, 0).request.says).toContain('EXPECT_CONTINUE');
    expect(exchange(core, 1).interimStatus).toBe(0);
    expect(interims(core)).toEqual([
      'exchange 0 in packet 5 at 1: HTTP/1.1 100 Continue',
      'exchange 0 in packet 7 at 26: HTTP/1.1 103 Early Hints | Link: </s.css>',
    ]);
  });

  it('keeps what there is of an interim response that is split, cut or broken', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 103 Early Hints\r\nLi"
      5ms server > client "nk: </a>\r\nContent-Length: 3\r\n\r\nHTTP/1.1 102\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b"
      6ms server > client FIN
    `);
    expect(interims(core)).toEqual([
      'exchange 0 in packet 5 at 1: HTTP/1.1 103 Early Hints | Link: </a> | Content-Length: 3',
      'exchange 0 in packet 6 at 60: HTTP/1.1 102 | X: 1',
      'exchange 0 in packet 6 at 82: HTTP/1.1 103 Early Hints | Link: </b',
    ]);
  });

  it('makes a tunnel of a CONNECT that was granted, and none of one that was refused', async () => {
    const granted = await readFourWays(connection`
      3ms client > server "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"
      4ms server > client "HTTP/1.1 200 Connection established\r\n\r\n"
      5ms client > server "SSH-2.0-client\r\n"
      6ms server > client "SSH-2.0-server\r\n"
    `);
    expect(exchanges(granted)).toEqual(['CONNECT shop.example:443 200']);
    expect(exchange(granted, 0).response).toMatchObject({ framing: 'TUNNEL', violations: [] });
    expect(exchange(granted, 0).authority).toBe('shop.example:443');
    const refused = await readFourWays(connection`
      3ms client > server "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"
      4ms server > client "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"
      5ms client > server ${GET}
      6ms server > client ${OK}
    `);
    expect(exchanges(refused)).toEqual(['CONNECT shop.example:443 403', 'GET / 200']);
    expect(exchange(refused, 0).response).toMatchObject({ framing: 'CONTENT_LENGTH', body: 2 });
  });

  it('leaves HTTP/1 after 101, and stays after an Upgrade that was ignored', async () => {
    const switched = await readFourWays(connection`
      3ms client > server "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
      4ms server > client "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" hex"81026869"
      5ms client > server hex"818401020304" hex"49676d6d"
    `);
    expect(exchanges(switched)).toEqual(['GET /ws 101']);
    expect(exchange(switched, 0).response).toMatchObject({ framing: 'TUNNEL', violations: [] });
    expect(exchange(switched, 0).request.says).toContain('UPGRADE');
    const ignored = await readFourWays(connection`
      3ms client > server "GET /h2c HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
      4ms server > client ${OK}
      5ms client > server ${GET}
      6ms server > client ${OK}
    `);
    expect(exchanges(ignored)).toEqual(['GET /h2c 200', 'GET / 200']);
  });

  it('pairs pipelined requests with their responses in order', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz" "HEAD /3 HTTP/1.1\r\nHost: a\r\n\r\nGET /4 HT"
      4ms client > server "TP/1.1\r\nHost: a\r\n\r\n"
      5ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1" "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET /1 200', 'POST /2 201', 'HEAD /3 200', 'GET /4 404']);
    expect(exchange(core, 3).request.packets).toEqual([4, 5, 5]);
  });

  it('tells the same however the octets are split into segments', async () => {
    const request =
      'POST /s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n0\r\nT: 1\r\n\r\n' + GET;
    const response =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n' +
      OK;
    const bare = (text: string): string => text.replace(/\d+-\d+-\d+ \S+ms-\S+ms/g, '');
    const whole = await readFourWays(connection`
      3ms client > server ${request}
      4ms server > client ${response}
    `);
    const expected = bare(describeExchanges(whole).join('\n'));
    expect(exchanges(whole)).toEqual(['POST /s 200', 'GET / 200']);
    for (let at = 1; at < Math.max(request.length, response.length); at++) {
      const core = await readCapture(connection`
        3ms client > server ${request.slice(0, at)}
        4ms client > server ${request.slice(at)}
        5ms server > client ${response.slice(0, at)}
        6ms server > client ${response.slice(at)}
      `);
      expect(bare(describeExchanges(core).join('\n')), `split at ${at}`).toBe(expected);
    }
    const single = await readCapture(connection`
      3ms client > server ${request} mss 1
      4ms server > client ${response} mss 1
    `);
    expect(bare(describeExchanges(single).join('\n')), 'an octet a segment').toBe(expected);
  });

  it('keeps every field line with its spelling, spaces and order', async () => {
    const lines = [
      'hOST: a',
      'X-One:1',
      'X-Two:\t 2 ',
      'x-one: 3',
      'Set-Cookie: a=b; Path=/',
      'Set-Cookie: c',
      'X-Empty:',
    ];
    const core = await readFourWays(connection`
      3ms client > server "GET / HTTP/1.1\r\n" ${lines.join('\r\n')} "\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nX-Name: " hex"c3a9e282ac" "\r\nX-Latin: " hex"e9ff" "\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchange(core, 0).request.lines).toEqual(lines);
    expect(exchange(core, 0).request.violations).toEqual([]);
    expect(exchange(core, 0).response.lines).toEqual(['X-Name: é€', 'X-Latin: éÿ', 'Content-Length: 0']);
  });

  it('stores equal header sections once', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client ${OK}
      5ms client > server "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client ${OK}
      7ms client > server "GET /3 HTTP/1.1\r\nhost: a\r\n\r\n"
      8ms server > client ${OK}
    `);
    const { messages } = core.tables;
    expect(messages.section(2)).toBe(messages.section(0));
    expect(messages.section(3)).toBe(messages.section(1));
    expect(messages.section(4)).not.toBe(messages.section(0));
    expect(core.tables.sections.rows).toBe(3);
  });

  it('takes the authority from the target where it stands there', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET http://shop.example:81/x HTTP/1.1\r\nHost: other\r\n\r\n"
      4ms server > client ${OK}
      5ms client > server "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client ${OK}
    `);
    expect(exchange(core, 0)).toMatchObject({
      target: 'http://shop.example:81/x',
      authority: 'shop.example:81',
    });
    expect(exchange(core, 1)).toMatchObject({ method: 'OPTIONS', target: '*', authority: 'a' });
  });

  it('takes an empty line before a request, and a status line without a reason', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"
      5ms client > server "\r\n" ${GET}
      6ms server > client "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET / 200', 'GET / 200']);
    expect([exchange(core, 0).reason, exchange(core, 1).reason]).toEqual(['', '']);
    expect(exchange(core, 1).request).toMatchObject({ state: 'COMPLETE', violations: [] });
  });

  it('follows the exchanges of a flow in order, and those of other flows not', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:80
      c 10.0.0.1:2
      0ms a > b ${GET}
      1ms c > b ${GET}
      2ms b > a ${OK}
      3ms b > c ${OK}
      4ms a > b "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      5ms b > a ${OK}
    `);
    const { flows, exchanges: table } = core.tables;
    expect([flows.firstExchange(0), flows.lastExchange(0), flows.exchanges(0)]).toEqual([1, 3, 2]);
    expect([flows.firstExchange(1), flows.lastExchange(1), flows.exchanges(1)]).toEqual([2, 2, 1]);
    expect([table.nextInFlow(0), table.nextInFlow(1), table.nextInFlow(2)]).toEqual([3, 0, 0]);
  });

  it('takes a response that comes before its request has ended', async () => {
    const core = await readFourWays(connection`
      3ms client > server "POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" "x"*100
      4ms server > client "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      5ms client > server "x"*100
      6ms server > client RST
    `);
    expect(exchanges(core)).toEqual(['POST /big 413']);
    expect(exchange(core, 0).request).toMatchObject({ state: 'CUT_BY_RST', body: 200 });
    expect(exchange(core, 0).response).toMatchObject({ state: 'COMPLETE' });
    expect(exchange(core, 0).response.says).toContain('CONNECTION_CLOSE');
  });
});
