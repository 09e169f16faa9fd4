import { expect, it } from 'vitest';
import { entry, har } from '../support/write-har.ts';
import { messageLine, messagesOf } from './conversation-lines.ts';
import { openOctets } from './open-file.ts';

const open = async (...entries: readonly object[]) => {
  const { analysis, result } = await openOctets(new TextEncoder().encode(har(entries)), 'test.har');
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
};

it('messages of a WebSocket in a HAR file of Chrome are a conversation', async () => {
  const analysis = await open(
    entry({}),
    entry({
      _resourceType: 'websocket',
      request: { url: 'wss://shop.example/live' },
      response: { status: 101, content: { size: 0, mimeType: 'x-unknown' } },
      _webSocketMessages: [
        { type: 'send', time: 1772355600.25, opcode: 1, data: '{"order":4711}' },
        { type: 'receive', time: 1772355600.5, opcode: 2, data: 'AP8Q' },
        { type: 'receive', time: 1772355601, opcode: 2, data: 'no base64!' },
        { type: 'receive', time: 0, opcode: 1, data: 'Grüße' },
      ],
    }),
  );
  const detail = await analysis.exchange(1);
  expect(detail?.item).toMatchObject({
    status: 101,
    protocol: 'WebSocket',
    state: '1 ↑ 3 ↓',
    tags: [],
  });
  expect(detail?.conversation).toEqual({ protocol: 'WebSocket', messages: 4 });
  const { messages } = await messagesOf(analysis, 1);
  expect(messages.map(messageLine)).toEqual([
    '→ 0 text 14 "{\\"order\\":4711}"',
    '← 0 binary 3 00ff10',
    '← 0 binary 10 "no base64!" ! The HAR file does not have it in base64: it is shown as it stands.',
    '← 0 text 7 "Grüße"',
  ]);
  expect(messages.map(({ time }) => time)).toEqual([250e6, 500e6, 1e9, undefined]);
  expect((await analysis.exchange(0))?.conversation).toBeUndefined();
});

it('an event stream in a HAR file is one too, without times', async () => {
  const analysis = await open(
    entry({
      response: {
        headers: [{ name: 'Content-Type', value: 'text/event-stream' }],
        content: { size: 20, mimeType: 'text/event-stream', text: 'data: one\n\ndata: two\n\n' },
      },
    }),
  );
  const { messages } = await messagesOf(analysis);
  expect(messages.map(messageLine)).toEqual(['← 0 event 9 "one"', '← 0 event 9 "two"']);
});
