import { constants, createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concat, textOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { conversationLines, messageLine, messagesOf } from './conversation-lines.ts';
import { openFixture } from './open-file.ts';

const GET = 'GET /events HTTP/1.1\r\nHost: a\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n';

function chunk(content: string | Uint8Array): Uint8Array {
  const octets = typeof content === 'string' ? textOctets(content) : content;
  return concat(textOctets(`${octets.length.toString(16)}\r\n`), octets, textOctets('\r\n'));
}

/** A stream that is sent until the connection closes, in segments of `mss` octets. */
function events(content: string, mss = 1000): Promise<readonly string[]> {
  return conversationLines(connection`
    3ms client > server ${GET}
    4ms server > client ${HEAD} "\r\n" ${content} mss ${mss}
    900ms server > client FIN
  `);
}

const withoutPackets = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/^(.) \d+ /, '$1 '));

describe('server-sent events', () => {
  it('have the packet they came in, from chunks', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${GET}
      4ms server > client ${HEAD} "Transfer-Encoding: chunked\r\n\r\n"
      5ms server > client ${chunk('event: price\nid: 7\ndata: {"a":1}\n\n')}
      6ms server > client ${chunk(': keep-alive\n\nda')}
      7ms server > client ${chunk('ta: first\ndata: second\n\n')} ${chunk('data:x\n\n')}
      8ms server > client "0\r\n\r\n"
    `);
    expect(lines).toEqual([
      '← 6 event 30 "{\\"a\\":1}" (price)',
      '← 7 comment 12 "keep-alive"',
      '← 7 event 23 "first\\nsecond"',
      '← 8 event 6 "x"',
    ]);
  });

  it('are read by the standard: examples of WHATWG HTML, section 9.2.6', async () => {
    expect(withoutPackets(await events('data: YHOO\ndata: +2\ndata: 10\n\n'))).toEqual([
      '← event 26 "YHOO\\n+2\\n10"',
    ]);
    expect(
      withoutPackets(
        await events(
          ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n',
        ),
      ),
    ).toEqual([
      '← comment 13 "test stream"',
      '← event 22 "first event"',
      '← event 19 "second event"',
      '← event 18 " third event" ! The stream ended before the empty line that dispatches it.',
    ]);
    expect(withoutPackets(await events('data\n\ndata\ndata\n\ndata:'))).toEqual([
      '← event 4 ""',
      '← event 8 "\\n"',
      '← event 5 "" ! The stream ended before the empty line that dispatches it.',
    ]);
    expect(withoutPackets(await events('data:test\n\ndata: test\n\n'))).toEqual([
      '← event 9 "test"',
      '← event 10 "test"',
    ]);
  });

  it.each(['\n', '\r', '\r\n'])('end their lines with %j, in segments of any size', async (end) => {
    const content = `\ufeffretry: 3000${end}${end}event: a${end}data: 1${end}data: 2${end}${end}data: 3${end}${end}`;
    for (const mss of [1, 2, 3, 1000]) {
      expect(withoutPackets(await events(content, mss))).toEqual([
        '← settings 14 "" (retry: 3000)',
        '← event 22 "1\\n2" (a)',
        '← event 7 "3"',
      ]);
    }
  });

  it('are read as they come where they are compressed', async () => {
    const gzip = createGzip();
    const parts: Uint8Array[] = [];
    for (const text of ['data: one\n\n', 'data: two\n\n']) {
      parts.push(
        await new Promise((resolve) => {
          const sent: Buffer[] = [];
          const gather = (part: Buffer): void => void sent.push(part);
          gzip.on('data', gather);
          gzip.write(text);
          gzip.flush(constants.Z_SYNC_FLUSH, () => {
            gzip.off('data', gather);
            resolve(new Uint8Array(Buffer.concat(sent)));
          });
        }),
      );
    }
    const lines = await conversationLines(connection`
      3ms client > server ${GET}
      4ms server > client ${HEAD} "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
      5ms server > client ${chunk(parts[0] ?? '')}
      6ms server > client ${chunk(parts[1] ?? '')}
    `);
    expect(lines).toEqual(['← 6 event 9 "one"', '← 7 event 9 "two"']);
  });

  it('say where octets of them are missing, and go on behind', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${GET}
      4ms server > client ${HEAD} "\r\n"
      5ms server > client "data: one\n\ndata: tw"
      6ms server > client "o\n\ndata: thr" lost
      7ms server > client "ee\n\ndata: four\n\n"
      8ms client > server ACK
      9ms server > client RST
    `);
    expect(lines).toEqual([
      '← 6 event 9 "one"',
      '← 6 event 10 "twee" ! Octets of it are missing in the capture.',
      '← 7 event 10 "four"',
      'problem: The connection was reset (RST) before the content was complete.',
    ]);
  });

  it('of real programs are those that were sent', async () => {
    const { analysis } = await openFixture('events.pcap');
    const { messages } = await messagesOf(analysis, 0);
    expect(messages.map(messageLine)).toEqual([
      '← 6 settings 11 "" (retry: 3000)',
      '← 6 comment 13 "nothing new"',
      '← 6 event 51 "{\\"order\\":1}\\nsecond line" (order)',
      '← 8 event 51 "{\\"order\\":2}\\nsecond line" (price)',
      '← 10 event 51 "{\\"order\\":3}\\nsecond line" (order)',
      '← 12 event 51 "{\\"order\\":4}\\nsecond line" (price)',
    ]);
    const lines = await messagesOf(analysis, 1);
    expect(lines.messages.map(messageLine)[2]).toBe('← 28 line 26 "{\\"order\\":3,\\"state\\":\\"paid\\"}"');
  });
});

describe('JSON lines', () => {
  it('are read in both directions', async () => {
    const asked = '{"index":{}}\n{"a":1}\n';
    const lines = await conversationLines(connection`
      3ms client > server "POST /_bulk HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${String(asked.length)}\r\n\r\n" ${asked}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Type: application/jsonl\r\nTransfer-Encoding: chunked\r\n\r\n"
      5ms server > client ${chunk('{"b":1}\r\n\n{"b"')}
      6ms server > client ${chunk(':2}\nnot json\n{"b":3}')} "0\r\n\r\n"
    `);
    expect(lines).toEqual([
      '→ 4 line 12 "{\\"index\\":{}}"',
      '→ 4 line 7 "{\\"a\\":1}"',
      '← 6 line 7 "{\\"b\\":1}"',
      '← 6 line 7 "{\\"b\\":2}"',
      '← 7 line 8 "not json" ! It is not valid JSON.',
      '← 7 line 7 "{\\"b\\":3}"',
    ]);
  });

  it('may be a JSON text sequence, or a watch of the Kubernetes API', async () => {
    const sequence = await conversationLines(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Type: application/json-seq\r\n\r\n" hex"1e" "{}\n" hex"1e" "[1]\n"
      5ms server > client FIN
    `);
    expect(sequence).toEqual(['← 5 line 3 "{}"', '← 5 line 4 "[1]"']);
    const watch = await conversationLines(connection`
      3ms client > server "GET /api/v1/pods?limit=5&watch=true HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      5ms server > client ${chunk('{"type":"ADDED"}\n')}
      6ms server > client ${chunk('{"type":"MODI')}
    `);
    expect(watch).toEqual([
      '← 6 line 16 "{\\"type\\":\\"ADDED\\"}"',
      '← 7 line 13 "{\\"type\\":\\"MODI" ! It was not whole when the content ended.',
    ]);
  });

  it('are none in a plain answer', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${GET}
      4ms server > client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    `);
    expect(lines).toEqual([]);
  });
});
