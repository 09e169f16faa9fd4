import { describe, expect, it } from 'vitest';
import { Violation } from '../../src/model/exchange.ts';
import type { Capture } from '../support/capture.ts';
import { exchange, exchanges } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { connection } from '../support/packet-script.ts';

/** Octets of the client and of the server, and how the server ends the connection. */
interface Talk {
  readonly request?: string;
  readonly response?: string;
  readonly ends?: 'FIN' | 'RST';
}

interface Case {
  /** Which message does it. */
  readonly side: 'request' | 'response';
  readonly fires: readonly Talk[];
  readonly misses: readonly Talk[];
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const NONE = 'HTTP/1.1 204 No Content\r\n\r\n';

/** A response with these field lines and content. */
function response(lines: string, content = ''): Talk {
  return { response: `HTTP/1.1 200 OK\r\n${lines}\r\n${content}` };
}

/** A request with these field lines and content. */
function request(lines: string, content = ''): Talk {
  return { request: `POST / HTTP/1.1\r\n${lines}\r\n${content}` };
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n';
const OK_CHUNKS = '2\r\nok\r\n0\r\n\r\n';

/** Those that only HTTP/2 can commit: see http2-violations.test.ts. */
const OF_HTTP2 = [
  'CONNECTION_SPECIFIC_FIELD',
  'UPPER_CASE_NAME',
  'PSEUDO_FIELD_INVALID',
  'CONTENT_LENGTH_MISMATCH',
] as const;

const cases: Readonly<Record<Exclude<keyof typeof Violation, (typeof OF_HTTP2)[number]>, Case>> = {
  DUPLICATE_TRANSFER_ENCODING: {
    side: 'response',
    fires: [
      response(CHUNKED + CHUNKED, OK_CHUNKS),
      response(`${CHUNKED}X-Between: 1\r\ntransfer-ENCODING: chunked\r\n`, OK_CHUNKS),
      response(`Transfer-Encoding: gzip\r\n${CHUNKED}`, OK_CHUNKS),
    ],
    misses: [
      response(CHUNKED, OK_CHUNKS),
      response('Transfer-Encoding: chunked, chunked\r\n', OK_CHUNKS),
      response(`${CHUNKED}X-Transfer-Encoding: chunked\r\nTE: trailers\r\n`, OK_CHUNKS),
    ],
  },
  TRANSFER_ENCODING_NOT_CHUNKED: {
    side: 'response',
    fires: [
      response('Transfer-Encoding: gzip, chunked\r\n', OK_CHUNKS),
      response('Transfer-Encoding: chunked, chunked\r\n', OK_CHUNKS),
      response('Transfer-Encoding: identity\r\n', 'x'),
      response('Transfer-Encoding: xchunked\r\n', 'x'),
    ],
    misses: [response(CHUNKED, OK_CHUNKS), response('Transfer-Encoding:   Chunked \t\r\n', OK_CHUNKS)],
  },
  TRANSFER_ENCODING_AND_CONTENT_LENGTH: {
    side: 'response',
    fires: [
      response(`${CHUNKED}Content-Length: 2\r\n`, OK_CHUNKS),
      response(`Content-Length: 12\r\n${CHUNKED}`, OK_CHUNKS),
    ],
    misses: [
      response(`${CHUNKED}X-Content-Length: 2\r\n`, OK_CHUNKS),
      response('Content-Length: 2\r\n', 'ok'),
    ],
  },
  CONTENT_LENGTH_CONFLICT: {
    side: 'response',
    fires: [
      response('Content-Length: 2\r\nContent-Length: 3\r\n', 'ok'),
      response('Content-Length: 2, 3\r\n', 'ok'),
      response('Content-Length: 2\r\nContent-Length: 2\r\nContent-Length: 1\r\n', 'ok'),
    ],
    misses: [
      response('Content-Length: 2\r\nContent-Length: 2\r\n', 'ok'),
      response('Content-Length: 2\r\n', 'ok'),
    ],
  },
  CONTENT_LENGTH_INVALID: {
    side: 'response',
    fires: ['+2', '-2', '0x2', '2.0', '', '2 2', '2a', '9007199254740993', '99999999999999999999999999'].map(
      (value) => response(`Content-Length: ${value}\r\n`, 'ok'),
    ),
    misses: ['2', '002', ' 2 \t', '9007199254740992'].map((value) =>
      response(`Content-Length: ${value}\r\n`, 'ok'),
    ),
  },
  CONTENT_LENGTH_REPEATED: {
    side: 'response',
    fires: [
      response('Content-Length: 2\r\ncontent-length: 2\r\n', 'ok'),
      response('Content-Length: 2, 2\r\n', 'ok'),
    ],
    misses: [
      response('Content-Length: 2\r\n', 'ok'),
      response('Content-Length: 2\r\nX-Content-Length: 2\r\n', 'ok'),
    ],
  },
  HOST_MISSING: {
    side: 'request',
    fires: [request('Content-Length: 0\r\n'), request('X-Host: a\r\n')],
    misses: [request('Host: a\r\n'), request('hOsT:\r\n'), { request: 'GET / HTTP/1.0\r\n\r\n' }],
  },
  HOST_REPEATED: {
    side: 'request',
    fires: [request('Host: a\r\nHost: a\r\n'), request('host: a\r\nX: 1\r\nHOST: b\r\n')],
    misses: [request('Host: a\r\n'), request('Host: a\r\nX-Forwarded-Host: a\r\n')],
  },
  DUPLICATE_SINGLETON: {
    side: 'response',
    fires: [
      'Content-Type: text/plain',
      'Location: /',
      'Date: Tue, 15 Nov 1994 08:12:31 GMT',
      'ETag: "a"',
      'Server: x',
    ].map((line) => response(`${line}\r\n${line}\r\nContent-Length: 0\r\n`)),
    misses: [
      'Set-Cookie: a=b',
      'Vary: Accept',
      'Cache-Control: no-store',
      'Via: 1.1 a',
      'Warning: 199 - "x"',
      'X-Own: 1',
    ].map((line) => response(`${line}\r\n${line}\r\nContent-Length: 0\r\n`)),
  },
  CHUNK_SIZE_INVALID: {
    side: 'response',
    fires: ['zz\r\n', '-1\r\n', '0x2\r\nok\r\n', '\r\n', 'fffffffffffffffff\r\n', ' \r\n'].map((chunk) =>
      response(CHUNKED, chunk),
    ),
    misses: [
      response(CHUNKED, '0A\r\n0123456789\r\n0\r\n\r\n'),
      response(CHUNKED, '00002;x\r\nok\r\n000\r\n\r\n'),
    ],
  },
  CHUNK_LINE_MALFORMED: {
    side: 'response',
    fires: [
      response(CHUNKED, '2 \r\nok\r\n0\r\n\r\n'),
      response(CHUNKED, '2\nok\r\n0\r\n\r\n'),
      response(CHUNKED, '2;\r\nok\r\n0\r\n\r\n'),
      response(CHUNKED, '2;a="b\r\nok\r\n0\r\n\r\n'),
      response(CHUNKED, '2;a=\r\nok\r\n0\r\n\r\n'),
      response(CHUNKED, '2;a b\r\nok\r\n0\r\n\r\n'),
    ],
    misses: [
      response(CHUNKED, '2;a\r\nok\r\n0 ; b = "c\\"d" ;e=f\r\n\r\n'),
      response(CHUNKED, '2;a="\t;"\r\nok\r\n0\r\n\r\n'),
    ],
  },
  CHUNK_END_MISSING: {
    side: 'response',
    fires: [response(CHUNKED, '2\r\nokay\r\n0\r\n\r\n'), response(CHUNKED, '2\r\nok0\r\n\r\n')],
    misses: [response(CHUNKED, OK_CHUNKS)],
  },
  CHUNKS_CUT: {
    side: 'response',
    fires: [
      { ...response(CHUNKED, '2\r\nok\r\n'), ends: 'FIN' },
      { ...response(CHUNKED, '20\r\nok'), ends: 'FIN' },
      { ...response(CHUNKED, '2\r\nok\r\n0\r\n'), ends: 'RST' },
      { ...response(CHUNKED), ends: 'FIN' },
    ],
    misses: [
      { ...response(CHUNKED, OK_CHUNKS), ends: 'FIN' },
      { ...response(CHUNKED, OK_CHUNKS), ends: 'RST' },
      response(CHUNKED, '2\r\nok\r\n'),
    ],
  },
  CONTENT_CUT: {
    side: 'response',
    fires: [
      { ...response('Content-Length: 3\r\n', 'ok'), ends: 'FIN' },
      { ...response('Content-Length: 3\r\n'), ends: 'RST' },
    ],
    misses: [
      { ...response('Content-Length: 2\r\n', 'ok'), ends: 'FIN' },
      { ...response('Content-Length: 2\r\n', 'ok'), ends: 'RST' },
      response('Content-Length: 3\r\n', 'ok'),
      { ...response('', 'until close'), ends: 'FIN' },
    ],
  },
  EXCESS_OCTETS: {
    side: 'response',
    fires: [response('Content-Length: 2\r\n', 'okay'), response(CHUNKED, `${OK_CHUNKS}more`)],
    misses: [
      response('Content-Length: 4\r\n', 'okay'),
      { request: GET + GET, response: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'.repeat(2) },
    ],
  },
  BODY_FORBIDDEN: {
    side: 'response',
    fires: [
      { response: 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n' },
      { response: `HTTP/1.1 204 No Content\r\n${CHUNKED}\r\n` },
      { response: `HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n${CHUNKED}\r\n` },
    ],
    misses: [
      { response: NONE },
      { response: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n' },
      response('Content-Length: 0\r\n'),
    ],
  },
  TRANSFER_ENCODING_IN_HTTP10: {
    side: 'response',
    fires: [{ response: `HTTP/1.0 200 OK\r\n${CHUNKED}\r\n${OK_CHUNKS}` }],
    misses: [response(CHUNKED, OK_CHUNKS), { response: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok' }],
  },
  SPACE_BEFORE_COLON: {
    side: 'response',
    fires: [response('X-One : 1\r\nContent-Length: 0\r\n'), response('Content-Length\t: 0\r\n')],
    misses: [response('X-One:1 : 2\r\nContent-Length: 0\r\n')],
  },
  OBS_FOLD: {
    side: 'response',
    fires: [
      response('X-One: 1\r\n  2\r\nContent-Length: 0\r\n'),
      response('X-One: 1\r\n\t2\r\nContent-Length: 0\r\n'),
    ],
    misses: [response('X-One: 1  \r\nX-Two:\t2\r\nContent-Length: 0\r\n')],
  },
  CONTROL_CHARACTER: {
    side: 'response',
    fires: ['a\0b', 'a\x01b', 'a\x7fb', 'a\rb'].map((value) =>
      response(`X: ${value}\r\nContent-Length: 0\r\n`),
    ),
    misses: ['a\tb', 'a b', 'é'].map((value) => response(`X: ${value}\r\nContent-Length: 0\r\n`)),
  },
  BARE_LF: {
    side: 'response',
    fires: [
      { response: 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok' },
      response('X: 1\nContent-Length: 2\r\n', 'ok'),
    ],
    misses: [response('Content-Length: 2\r\n', 'o\n')],
  },
  NAME_NOT_TOKEN: {
    side: 'response',
    fires: ['X(1): a', 'X Y: a', 'X@Y: a', 'Xé: a', ': a'].map((line) =>
      response(`${line}\r\nContent-Length: 0\r\n`),
    ),
    misses: ["X!#$%&'*+-.^_`|~09: a"].map((line) => response(`${line}\r\nContent-Length: 0\r\n`)),
  },
  COLON_MISSING: {
    side: 'response',
    fires: [response('X-No-Colon\r\nContent-Length: 0\r\n'), response('Content-Length: 0\r\njust words\r\n')],
    misses: [response('X-Colon:\r\nContent-Length: 0\r\n')],
  },
  SECTION_TOO_LARGE: {
    side: 'response',
    fires: [
      response(`${'X: 1\r\n'.repeat(100)}Content-Length: 0\r\n`),
      response(`X: ${'y'.repeat(61_440)}\r\nContent-Length: 0\r\n`),
    ],
    misses: [
      response(`${'X: 1\r\n'.repeat(99)}Content-Length: 0\r\n`),
      response(`X: ${'y'.repeat(60_000)}\r\nContent-Length: 0\r\n`),
    ],
  },
  START_LINE_MALFORMED: {
    side: 'request',
    fires: [
      { request: 'GET  /two-spaces HTTP/1.1\r\nHost: a\r\n\r\n' },
      { request: 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n' },
    ],
    misses: [
      { request: 'M-SEARCH * HTTP/1.1\r\nHost: a\r\n\r\n' },
      { request: 'GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n' },
    ],
  },
};

function draw({ request: asked = GET, response: answer = NONE, ends }: Talk): Capture {
  if (ends === 'FIN') {
    return connection`
      3ms client > server ${asked} mss 20000
      4ms server > client ${answer} mss 20000
      5ms server > client FIN
    `;
  }
  if (ends === 'RST') {
    return connection`
      3ms client > server ${asked} mss 20000
      4ms server > client ${answer} mss 20000
      5ms server > client RST
    `;
  }
  return connection`
    3ms client > server ${asked} mss 20000
    4ms server > client ${answer} mss 20000
  `;
}

async function violations(side: 'request' | 'response', talk: Talk): Promise<readonly string[]> {
  const core = await readFourWays(draw(talk));
  expect(exchanges(core).length).toBeGreaterThan(0);
  return exchange(core, 0)[side].violations;
}

describe('the violation', () => {
  it('table has a case for each', () => {
    expect([...Object.keys(cases), ...OF_HTTP2].sort()).toEqual(Object.keys(Violation).sort());
  });

  for (const [name, { side, fires, misses }] of Object.entries(cases)) {
    fires.forEach((talk, index) => {
      it(`${name} is seen in what does it (${index + 1})`, async () => {
        expect(await violations(side, talk)).toContain(name);
      });
    });
    misses.forEach((talk, index) => {
      it(`${name} is not seen in its near miss (${index + 1})`, async () => {
        expect(await violations(side, talk)).not.toContain(name);
      });
    });
  }

  it('bits of a trailer section and of its message are told by the message', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nBad Name: 1\r\n\r\n"
    `);
    expect(exchange(core, 0).response.violations).toContain('NAME_NOT_TOKEN');
  });

  it('none at all is seen in a healthy exchange', async () => {
    const core = await readFourWays(connection`
      3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8\r\nAccept: */*\r\nContent-Length: 2\r\n\r\nhi"
      4ms server > client "HTTP/1.1 200 OK\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\nServer: x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    `);
    expect(exchange(core, 0).request.violations).toEqual([]);
    expect(exchange(core, 0).response.violations).toEqual([]);
  });
});
