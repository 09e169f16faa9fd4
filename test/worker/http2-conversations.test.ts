import { expect, it } from 'vitest';
import {
  data,
  headers,
  PREFACE,
  response,
  request,
  rstStream,
  settings,
  windowUpdate,
} from '../support/http2-messages.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { closing, frame, masked } from '../support/websocket-frames.ts';
import { conversationLines } from './conversation-lines.ts';
import { openOctets } from './open-file.ts';

const ASK = headers(1, [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':path', '/chat'],
  [':authority', 'server.example.com'],
  ['sec-websocket-version', '13'],
]);

it('a WebSocket in an HTTP/2 stream (RFC 8441) is a conversation', async () => {
  const hello = masked('text', 'Hello');
  const lines = await conversationLines(connection`
    3ms client > server ${PREFACE} ${settings()} ${ASK}
    4ms server > client ${settings()} ${headers(1, [[':status', '200']])}
    5ms client > server ${data(1, hello.subarray(0, 4))}
    6ms client > server ${data(1, hello.subarray(4))}
    7ms server > client ${data(1, frame('text', 'Hi'))} ${data(1, frame('close', closing(1011)), 'end')}
  `);
  expect(lines).toEqual(['→ 6 text 5 "Hello"', '← 8 text 2 "Hi"', '← 8 close 2 "" (1011 internal error)']);
});

it('a WebSocket that was refused is none', async () => {
  const lines = await conversationLines(connection`
    3ms client > server ${PREFACE} ${settings()} ${ASK}
    4ms server > client ${settings()} ${headers(1, [[':status', '501']], 'end')}
  `);
  expect(lines).toEqual([]);
});

it('events in an HTTP/2 stream have the packet they came in', async () => {
  const lines = await conversationLines(connection`
    3ms client > server ${PREFACE} ${settings()} ${request(1, '/events')}
    4ms server > client ${settings()} ${response(1, 200, [['content-type', 'text/event-stream']])}
    5ms server > client ${data(1, 'data: one\n\nda')}
    6ms server > client ${data(1, 'ta: two\n\n', 'end')}
  `);
  expect(lines).toEqual(['← 6 event 9 "one"', '← 6 event 9 "two"']);
});

it('a WebSocket in an HTTP/2 stream is listed, described and filtered like one over HTTP/1', async () => {
  const { analysis, result } = await openOctets(
    writePcap(connection`
      3ms client > server ${PREFACE} ${settings()} ${ASK} ${request(3, '/other')}
      4ms server > client ${settings()} ${headers(1, [[':status', '200']])}
      5ms client > server ${data(1, masked('text', 'Hello'))}
      6ms server > client ${data(1, frame('text', 'Hi'))} ${data(1, frame('close', closing(1011)))}
      7ms client > server ${rstStream(1, 8)}
      8ms server > client RST
    `).octets,
  );
  if (!result.ok) throw new Error(result.error.message);
  const detail = await analysis.exchange(0);
  expect(detail?.item).toMatchObject({
    protocol: 'WebSocket',
    streamIdentifier: 1,
    state: '1011 internal error, 1 ↑ 1 ↓',
    tags: ['1011 internal error (server)'],
  });
  expect(detail?.facts).toEqual([
    { label: 'Sent by the client', value: '1 frame, 1 message, 5 bytes of data' },
    { label: 'Sent by the server', value: '2 frames, 1 message, 2 bytes of data' },
    { label: 'HTTP/2 stream', value: '1: extended CONNECT (RFC 8441)' },
    {
      label: 'RST_STREAM',
      value: 'CANCEL, from the client in packet 8: the client does not want it any more',
    },
  ]);
  expect(detail?.conversation).toEqual({ protocol: 'WebSocket', messages: 2 });
  const rows = async (filter: string): Promise<number> => {
    const query = await analysis.query('exchanges', { filter, sort: undefined });
    return query.ok ? query.value.rows : NaN;
  };
  expect(await rows('websocket')).toBe(1);
  expect(await rows('websocket.payload.close.status_code == 1011')).toBe(1);
  expect(await rows('offwire.websocket.messages == 1')).toBe(1);
});

it('a WebSocket in an HTTP/2 stream that is reset says so, and is no finding of a cut response', async () => {
  const { analysis, result, told } = await openOctets(
    writePcap(connection`
      3ms client > server ${PREFACE} ${settings()} ${ASK}
      4ms server > client ${settings()} ${headers(1, [[':status', '200']])}
      5ms client > server ${data(1, masked('text', 'Hello'))}
      7ms server > client RST
    `).octets,
  );
  if (!result.ok) throw new Error(result.error.message);
  expect((await analysis.exchange(0))?.item).toMatchObject({
    state: 'RST of the server, 1 ↑ 0 ↓',
    tags: ['no Close frame, RST of the server'],
  });
  expect(told.allFindings.at(-1)?.findings.map(({ rule }) => rule)).toEqual([]);
});

it('waits for windows are a filter and a time of the exchange', async () => {
  const { analysis } = await openOctets(
    writePcap(connection`
      3ms client > server ${PREFACE} ${settings([[4, 10]])} ${request(1, '/a')} ${request(3, '/b')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, '0123456789')}
      9ms client > server ${windowUpdate(1, 10)}
      10ms server > client ${data(1, 'x', 'end')} ${response(3, 204, [], 'end')}
    `).octets,
  );
  const rows = async (filter: string): Promise<readonly number[]> => {
    const query = await analysis.query('exchanges', {
      filter,
      sort: { column: 'windowWait', isDescending: true },
    });
    if (!query.ok) throw new Error(query.error.message);
    return (await analysis.window('exchanges', query.value.id, 0, 9)).map(({ exchange }) => exchange);
  };
  expect(await rows('offwire.exchange.window_wait >= 0.005')).toEqual([0]);
  expect(await rows('offwire.exchange.window_wait > 0.005')).toEqual([]);
  expect(await rows('not offwire.exchange.window_wait')).toEqual([1]);
  expect(await rows('')).toEqual([0, 1]);
  expect((await analysis.exchange(0))?.item.windowWait).toBe(5e6);
  expect((await analysis.exchange(1))?.item.windowWait).toBeUndefined();
});
