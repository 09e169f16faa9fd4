import { expect, it } from 'vitest';
import { data, headers, PREFACE, response, request, settings } from '../support/http2-messages.ts';
import { connection } from '../support/packet-script.ts';
import { closing, frame, masked } from '../support/websocket-frames.ts';
import { conversationLines } from './conversation-lines.ts';

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
