import { describe, expect, it } from 'vitest';
import type { Violation } from '../../src/model/exchange.ts';
import { exchange } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { data, headers, type Http2Fields, PREFACE, settings } from '../support/http2-messages.ts';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';

const REQUEST: Http2Fields = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
];
const OK: Http2Fields = [[':status', '200']];
const CONNECT: Http2Fields = [
  [':method', 'CONNECT'],
  [':authority', 'a:443'],
];

/** What client and server send on stream 1. */
interface Talk {
  readonly request?: Http2Fields;
  readonly requestData?: string;
  readonly requestTrailers?: Http2Fields;
  readonly response?: Http2Fields;
  readonly responseData?: string;
  readonly responseTrailers?: Http2Fields;
}

function sent(
  fields: Http2Fields,
  content: string | undefined,
  trailers: Http2Fields | undefined,
): Uint8Array {
  const isLast = content === undefined && trailers === undefined;
  const parts = [headers(1, fields, isLast ? 'end' : '')];
  if (content !== undefined) parts.push(data(1, content, trailers === undefined ? 'end' : ''));
  if (trailers !== undefined) parts.push(headers(1, trailers, 'end'));
  return concat(...parts);
}

async function violations(side: 'request' | 'response', talk: Talk): Promise<readonly string[]> {
  const core = await readFourWays(connection`
    3ms client > server ${PREFACE} ${settings()} ${sent(talk.request ?? REQUEST, talk.requestData, talk.requestTrailers)}
    4ms server > client ${settings()} ${sent(talk.response ?? OK, talk.responseData, talk.responseTrailers)}
  `);
  return exchange(core, 0)[side].violations;
}

/** A case of a response with one more field, or of a request. */
const response = (name: string, value: string): Talk => ({ response: [...OK, [name, value]] });
const request = (name: string, value: string): Talk => ({ request: [...REQUEST, [name, value]] });
const without = (name: string): Talk => ({ request: REQUEST.filter(([each]) => each !== name) });

interface Case {
  readonly side: 'request' | 'response';
  readonly fires: readonly Talk[];
  readonly misses: readonly Talk[];
}

const cases: Partial<Readonly<Record<keyof typeof Violation, readonly Case[]>>> = {
  CONNECTION_SPECIFIC_FIELD: [
    {
      side: 'response',
      fires: [
        response('connection', 'close'),
        response('keep-alive', 'timeout=5'),
        response('proxy-connection', 'close'),
        response('transfer-encoding', 'chunked'),
        response('upgrade', 'h2c'),
        { responseData: 'x', responseTrailers: [['connection', 'close']] },
      ],
      misses: [response('x-connection', 'close'), response('trailer', 'x-sum'), {}],
    },
    {
      side: 'request',
      fires: [request('te', 'gzip'), request('te', 'trailers, gzip'), request('connection', 'upgrade')],
      misses: [request('te', 'trailers'), request('te', 'Trailers'), {}],
    },
  ],
  UPPER_CASE_NAME: [
    {
      side: 'response',
      fires: [response('X-One', '1'), response('content-Type', 'text/plain')],
      misses: [response('x-one', 'UPPER'), {}],
    },
  ],
  PSEUDO_FIELD_INVALID: [
    {
      side: 'request',
      fires: [
        without(':method'),
        without(':scheme'),
        without(':path'),
        request(':status', '200'),
        { request: [...REQUEST, ['x', '1'], [':authority', 'b']] },
        { request: [['x', '1'], ...REQUEST] },
        request(':path', '/twice'),
        request(':other', '1'),
        request(':protocol', 'websocket'),
        { request: REQUEST.map(([name, value]) => [name, name === ':path' ? '' : value] as const) },
        { request: [...CONNECT, [':path', '/']] },
        { requestData: 'x', requestTrailers: [[':path', '/']] },
      ],
      misses: [
        {},
        without(':authority'),
        { request: CONNECT },
        {
          request: [
            [':method', 'CONNECT'],
            [':protocol', 'websocket'],
            [':scheme', 'http'],
            [':path', '/'],
            [':authority', 'a'],
          ],
        },
        { requestData: 'x', requestTrailers: [['path', '/']] },
      ],
    },
    {
      side: 'response',
      fires: [
        { response: [['x', '1']] },
        { response: [[':status', '20']] },
        { response: [[':status', 'abc']] },
        { response: [...OK, ...OK] },
        response(':method', 'GET'),
        { responseData: 'x', responseTrailers: [[':status', '200']] },
      ],
      misses: [{}, { response: [[':status', '599']] }],
    },
  ],
  CONTENT_LENGTH_MISMATCH: [
    {
      side: 'response',
      fires: [
        { ...response('content-length', '3'), responseData: 'ok' },
        { ...response('content-length', '1'), responseData: 'ok', responseTrailers: [['x', '1']] },
        response('content-length', '3'),
      ],
      misses: [
        { ...response('content-length', '2'), responseData: 'ok' },
        { responseData: 'ok' },
        response('content-length', '0'),
        {
          response: [
            [':status', '304'],
            ['content-length', '10'],
          ],
        },
        {
          request: REQUEST.map(([name, value]) => [name, name === ':method' ? 'HEAD' : value] as const),
          response: [...OK, ['content-length', '10']],
        },
      ],
    },
    {
      side: 'request',
      fires: [{ ...request('content-length', '3'), requestData: 'ok' }, request('content-length', '3')],
      misses: [{ ...request('content-length', '2'), requestData: 'ok' }],
    },
  ],
  // Those that HTTP/1 has too.
  NAME_NOT_TOKEN: [
    {
      side: 'response',
      fires: [response('', 'empty'), response('a b', '1'), response('a:b', '1')],
      misses: [response('a-b', '1')],
    },
  ],
  CONTROL_CHARACTER: [
    {
      side: 'response',
      fires: [response('x', 'a\0b'), response('x', 'a\nb'), response('x', 'a\rb')],
      misses: [response('x', 'a\tb')],
    },
  ],
  CONTENT_LENGTH_CONFLICT: [
    {
      side: 'response',
      fires: [{ response: [...OK, ['content-length', '2'], ['content-length', '3']], responseData: 'ok' }],
      misses: [{ ...response('content-length', '2'), responseData: 'ok' }],
    },
  ],
  DUPLICATE_SINGLETON: [
    {
      side: 'response',
      fires: [{ response: [...OK, ['content-type', 'a/b'], ['content-type', 'a/b']] }],
      misses: [{ response: [...OK, ['set-cookie', 'a=1'], ['set-cookie', 'b=1']] }],
    },
  ],
};

describe('in HTTP/2 the violation', () => {
  for (const [name, sides] of Object.entries(cases)) {
    for (const { side, fires, misses } of sides) {
      fires.forEach((talk, index) => {
        it(`${name} is seen in a ${side} that does it (${index + 1})`, async () => {
          expect(await violations(side, talk)).toContain(name);
        });
      });
      misses.forEach((talk, index) => {
        it(`${name} is not seen in the near miss of a ${side} (${index + 1})`, async () => {
          expect(await violations(side, talk)).not.toContain(name);
        });
      });
    }
  }

  it('none at all is seen in a healthy exchange', async () => {
    const talk: Talk = {
      request: [
        ...REQUEST,
        ['content-length', '2'],
        ['te', 'trailers'],
        ['cookie', 'a=1'],
        ['cookie', 'b=2'],
      ],
      requestData: 'hi',
      response: [...OK, ['content-type', 'text/plain'], ['content-length', '2']],
      responseData: 'ok',
      responseTrailers: [['x-sum', '1']],
    };
    expect(await violations('request', talk)).toEqual([]);
    expect(await violations('response', talk)).toEqual([]);
  });
});
