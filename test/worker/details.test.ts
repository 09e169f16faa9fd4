import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Analysis, Items, View } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { concat, textOctets } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { alert, clientHello, serverHello } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

async function items<V extends View>(analysis: Analysis, view: V, filter = ''): Promise<readonly Items[V][]> {
  const query = await analysis.query(view, { filter, sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  return analysis.window(view, query.value.id, 0, 1000);
}

const bodyText = async (
  analysis: Analysis,
  exchange: number,
  side: 'request' | 'response',
): Promise<string> => {
  const body = await analysis.body(exchange, side);
  if (!body) return 'none';
  const flags = [body.isComplete ? 'complete' : 'incomplete', body.encoding, body.caveat];
  return [new TextDecoder().decode(body.octets), ...flags.filter((flag) => flag !== undefined)].join(' | ');
};

const STORY = connection`
  3ms client > server "GET /wrong HTTP/1.1\r\nHost: app\r\n\r\n"
  5ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\ntransfer-encoding: chunked\r\n\r\n11\r\n{'chunk': '0001'}\r\n"
  6ms client > server RST ACK
`;

describe('an exchange that was refused', () => {
  test('is listed with what is broken', async () => {
    const analysis = await openCapture(STORY);
    expect(await items(analysis, 'exchanges')).toMatchObject([
      {
        exchange: 0,
        stream: 0,
        method: 'GET',
        authority: 'app',
        target: '/wrong',
        status: 200,
        client: '10.0.0.1:35500',
        server: '10.0.0.2:8080',
        start: 3e6,
        timing: {
          basis: 'measured',
          phases: [
            { name: 'connect', start: 0, duration: 2e6 },
            { name: 'send', start: 3e6, duration: 0 },
            { name: 'wait', start: 3e6, duration: 2e6 },
          ],
          cut: { name: 'receive', start: 5e6, duration: 0 },
          from: 0,
          to: 5e6,
          end: 'reset',
          server: 1e6,
        },
        duration: undefined,
        state: 'response cut by RST',
        tags: ['Transfer-Encoding twice', 'last chunk missing', 'response cut by RST'],
      },
    ]);
  });

  test('has its lines as sent, with what is wrong in each', async () => {
    const detail = await (await openCapture(STORY)).exchange(0);
    expect(detail?.request).toMatchObject({
      startLine: 'GET /wrong HTTP/1.1',
      lines: [{ text: 'Host: app' }],
    });
    expect(detail?.response).toMatchObject({
      startLine: 'HTTP/1.1 200 OK',
      lines: [
        { text: 'Transfer-Encoding: Chunked', remark: 'first' },
        { text: 'transfer-encoding: chunked', remark: 'second, same name in other letters' },
      ],
      framing: 'chunked',
      state: 'cut by RST',
      firstPacket: 5,
    });
    expect(detail?.response?.violations).toHaveLength(2);
    expect(detail?.related.map(({ label }) => label)).toEqual([
      'request, packet 4',
      'response, packet 5',
      'tcp.stream 0',
      'RST by the client, packet 6',
    ]);
  });

  test('has the octets of its body that came, and says why there are no more', async () => {
    expect(await bodyText(await openCapture(STORY), 0, 'response')).toBe(
      "{'chunk': '0001'} | incomplete | The connection was reset (RST) before the message was complete.",
    );
  });

  test('is a conversation that a filter selects, from any row', async () => {
    const analysis = await openCapture(STORY);
    for (const view of ['packets', 'flows', 'exchanges'] as const) {
      expect(await analysis.conversationFilter(view, 0)).toBe('tcp.stream eq 0');
    }
    expect(await items(analysis, 'packets', 'tcp.stream eq 0')).toHaveLength(6);
  });
});

test('a flow tells its facts and its exchanges', async () => {
  const detail = await (await openCapture(STORY)).flow(0);
  expect(detail?.item).toMatchObject({
    ending: 'reset by the client',
    protocol: 'HTTP',
    packets: 6,
    exchanges: 1,
  });
  const facts = Object.fromEntries(detail?.facts.map(({ label, value }) => [label, value]) ?? []);
  expect(facts).toMatchObject({
    Originator: '10.0.0.1:35500 (client)',
    Responder: '10.0.0.2:8080 (server)',
    Handshake:
      '2.00 ms: 1.00 ms from the capture point to the responder and back, 1.00 ms to the originator and back',
    'Originator’s options': 'no MSS, no window scale, no SACK, no timestamps',
    Ending: 'reset by the client: RST of the client in packet 6; data of the server was not yet acknowledged',
    'Zeek’s state': 'RSTO: reset by the originator; history ShADdR',
    Completeness: '47 (SYN, SYN-ACK, ACK, data, RST)',
    Capture: 'complete, as far as can be seen',
  });
  expect(detail?.exchanges).toHaveLength(1);
});

describe('bodies', () => {
  const json = JSON.stringify({ id: 4711, state: 'paid' });
  const packed = new Uint8Array(gzipSync(json));

  test('gzip in chunks, its segments in the wrong order, is decoded', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = concat(
      textOctets(`${packed.length.toString(16)}\r\n`),
      packed,
      textOctets('\r\n0\r\n\r\n'),
    );
    const capture = connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client ${textOctets(head)}
      5ms server > client seq +10 ${chunk.subarray(10)}
      6ms server > client seq -${chunk.length} ${chunk.subarray(0, 10)}
    `;
    expect(await bodyText(await openCapture(capture), 0, 'response')).toBe(`${json} | complete | gzip`);
  });

  test('of a request with Content-Length, in two segments', async () => {
    const capture = connection`
      3ms client > server "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc"
      4ms client > server "def"
      5ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `;
    const analysis = await openCapture(capture);
    expect(await bodyText(analysis, 0, 'request')).toBe('abcdef | complete');
    expect(await bodyText(analysis, 0, 'response')).toBe(' | complete');
    expect(await bodyText(analysis, 7, 'response')).toBe('none');
  });

  test('of the second of two pipelined exchanges is its own', async () => {
    const capture = connection`
      3ms client > server "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"
    `;
    const analysis = await openCapture(capture);
    expect(await bodyText(analysis, 0, 'response')).toBe('one | complete');
    expect(await bodyText(analysis, 1, 'response')).toBe('two | complete');
  });

  test('with a gap stops there, and says how much is missing', async () => {
    const capture = connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
      5ms server > client "def" lost
      6ms server > client "ghi"
      7ms client > server ACK
    `;
    expect(await bodyText(await openCapture(capture), 0, 'response')).toMatch(
      /^abc \| incomplete \| Here 3 octets are missing in the capture/,
    );
  });
});

test('a packet is told layer by layer, each field with its octets', async () => {
  const detail = await (await openCapture(STORY)).packet(4);
  expect(detail?.octets).toHaveLength(detail?.wireLength ?? 0);
  const of = (name: string): string | undefined => detail?.nodes.find((node) => node.name === name)?.value;
  expect(of('ip')).toBe('10.0.0.1 → 10.0.0.2');
  expect(of('tcp')).toBe('35500 → 8080, 34 octets');
  expect(of('tcp.flags')).toMatch(/PSH|ACK/);
  expect(of('http.request.uri')).toBe('/wrong');
  for (const { start, length } of detail?.nodes ?? []) {
    expect(start + length).toBeLessThanOrEqual(detail?.octets.length ?? 0);
  }
  expect(await (await openCapture(STORY)).packet(99)).toBeUndefined();
});

test('a ClientHello that met an alert is told with both', async () => {
  const hello = clientHello({ sni: 'shop.example', alpn: ['h2', 'http/1.1'], versions: [0x0304, 0x0303] });
  const capture = script`
    client 10.0.0.1:35500
    server 10.0.0.2:443
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms client > server ${hello}
    4ms server > client ${alert(2, 40)}
    5ms server > client FIN ACK
  `;
  const analysis = await openCapture(capture);
  expect(await items(analysis, 'hellos')).toMatchObject([
    {
      stream: 0,
      client: '10.0.0.1:35500',
      server: '10.0.0.2:443',
      serverName: 'shop.example',
      alpn: 'h2,http/1.1',
      version: 'TLS 1.3?',
      outcome: 'alert handshake_failure by the server',
      packet: 4,
    },
  ]);
  const infos = (await items(analysis, 'packets')).map(({ info }) => info);
  expect(infos.slice(3, 5)).toEqual([
    'Client Hello (SNI=shop.example)',
    'Alert (Level: Fatal, Description: Handshake Failure)',
  ]);
  const facts = (await analysis.flow(0))?.facts.map(({ label, value }) => `${label}: ${value}`);
  expect(facts).toContain('Server name (SNI): shop.example');
  expect(facts).toContain('TLS alert of the server: handshake_failure (fatal) in packet 5');
});

test('the server’s choice of TLS is told where a ServerHello was seen', async () => {
  const capture = script`
    client 10.0.0.1:35500
    server 10.0.0.2:443
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms client > server ${clientHello({ versions: [0x0304] })}
    4ms server > client ${serverHello({ version: 0x0304, cipher: 0x1301 })}
  `;
  expect(await items(await openCapture(capture), 'hellos')).toMatchObject([
    {
      version: 'TLS 1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      serverName: undefined,
      outcome: 'open',
      tags: ['no SNI'],
    },
  ]);
});

test('a window past the end, a dropped query and rows that are not there are answered with nothing', async () => {
  const analysis = await openCapture(STORY);
  const query = await analysis.query('packets', { filter: '', sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  expect(await analysis.window('packets', query.value.id, 4, 100)).toHaveLength(2);
  expect(await analysis.window('packets', query.value.id, 100, 100)).toEqual([]);
  expect(await analysis.window('packets', 12345, 0, 10)).toEqual([]);
  expect(await analysis.position(query.value.id, 3)).toBe(3);
  expect(await analysis.exchange(99)).toBeUndefined();
  expect(await analysis.flow(99)).toBeUndefined();
  expect(await analysis.hello(99)).toBeUndefined();
});

test('a filter that is wrong is answered with its place', async () => {
  const analysis = await openCapture(STORY);
  const answer = await analysis.query('packets', { filter: 'tcp.stream eq', sort: undefined });
  expect(answer).toMatchObject({ ok: false });
});
