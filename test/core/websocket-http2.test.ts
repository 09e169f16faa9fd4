import { describe, expect, it } from 'vitest';
import { exchange, exchanges, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { data, headers, PREFACE, response, rstStream, settings } from '../support/http2-messages.ts';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';
import { closing, frame, masked, webSocketOf } from '../support/websocket-frames.ts';

/** A client's beginning, and its extended CONNECT (RFC 8441 section 5.1). */
function asks(stream: number, protocol = 'websocket') {
  return headers(stream, [
    [':method', 'CONNECT'],
    [':protocol', protocol],
    [':scheme', 'https'],
    [':path', '/chat'],
    [':authority', 'server.example.com'],
    ['sec-websocket-extensions', 'permessage-deflate'],
  ]);
}

const BEGIN = concat(PREFACE, settings(), asks(1));
const SERVER = settings([[8, 1]]);
const DEFLATE = [['sec-websocket-extensions', 'permessage-deflate']] as const;

describe('a WebSocket in an HTTP/2 stream', () => {
  it('is counted by side like one behind a 101, wherever DATA cuts its frames', async () => {
    const hello = masked('text', 'Hello');
    const core = await readFourWays(connection`
      3ms client > server ${BEGIN}
      4ms server > client ${SERVER} ${response(1, 200)}
      5ms client > server ${data(1, hello.subarray(0, 4))}
      6ms client > server ${data(1, hello.subarray(4), '', 7)} ${data(1, masked('ping', 'x'))}
      7ms server > client ${data(1, concat(frame('text', 'Hi'), frame('pong', 'x')))}
      8ms client > server ${data(1, masked('close', closing(1001)), 'end')}
      9ms server > client ${data(1, frame('close', closing(1000)), 'end')}
    `);
    expect(exchanges(core)).toEqual(['CONNECT /chat 200']);
    expect(webSocketOf(core, 0)).toEqual([
      '3 frames, 1 messages, 5 octets, close 1001 in 9 ENDED',
      '3 frames, 1 messages, 2 octets, close 1000 in 10 ENDED',
      'EXTENDED_CONNECT',
    ]);
    expect(exchange(core, 0).request).toMatchObject({ body: 26, state: 'COMPLETE' });
    expect(streamOf(core, 0)).toMatchObject({ kind: 'WEBSOCKET', identifier: 1 });
  });

  it('is compressed where both agreed on it', async () => {
    const core = await readCapture(connection`
      3ms client > server ${BEGIN}
      4ms server > client ${SERVER} ${response(1, 200, DEFLATE)}
      5ms client > server ${data(1, masked('text', 'x', { bits: 0xc0 }))}
      6ms server > client ${data(1, frame('text', 'x', { bits: 0xc0 }))}
    `);
    expect(webSocketOf(core, 0)).toEqual([
      '1 frames, 1 messages, 1 octets COMPRESSED',
      '1 frames, 1 messages, 1 octets COMPRESSED',
      'EXTENDED_CONNECT PERMESSAGE_DEFLATE'.split(' ')[0],
      'PERMESSAGE_DEFLATE',
    ]);
  });

  it('shows what breaks the standard, and a message that is cut by RST_STREAM', async () => {
    const core = await readCapture(connection`
      3ms client > server ${BEGIN}
      4ms server > client ${SERVER} ${response(1, 200)}
      5ms client > server ${data(1, frame('text', 'plain'))} ${data(1, masked('text', 'begun', { bits: 0 }))}
      6ms server > client ${data(1, frame('text', 'x', { bits: 0xc0 }))}
      7ms client > server ${rstStream(1, 8)}
    `);
    expect(webSocketOf(core, 0)).toEqual([
      '2 frames, 2 messages, 10 octets INVALID_FRAME MESSAGE_CUT',
      '1 frames, 1 messages, 1 octets INVALID_FRAME',
      'EXTENDED_CONNECT',
    ]);
    expect(streamOf(core, 0).request.end).toBe('8 in 8');
  });

  it('is found again behind octets that are missing', async () => {
    const three = data(
      1,
      concat(frame('text', 'one'), frame('text', 'x'.repeat(20)), frame('text', 'three')),
    );
    const told = async (lost: number): Promise<string | undefined> => {
      const core = await readCapture(connection`
        3ms client > server ${BEGIN}
        4ms server > client ${SERVER} ${response(1, 200)}
        5ms server > client ${three.subarray(0, 20)}
        6ms server > client ${three.subarray(20, 20 + lost)} lost
        7ms server > client ${three.subarray(20 + lost)} ${data(1, frame('text', 'four'))}
        8ms client > server ACK
      `);
      return webSocketOf(core, 0)[1];
    };
    expect(await told(10)).toBe('4 frames, 4 messages, 22 octets GAP');
    expect(await told(20)).toBe('3 frames, 3 messages, 11 octets GAP BORDER_LOST');
  });

  it('begins with the answer: DATA ahead of it is not looked into, and a refusal makes none', async () => {
    const early = await readCapture(connection`
      3ms client > server ${BEGIN} ${data(1, masked('text', 'early'))}
      4ms server > client ${SERVER} ${response(1, 200)}
      5ms client > server ${data(1, masked('text', 'late'))}
    `);
    expect(webSocketOf(early, 0)[0]).toBe('1 frames, 1 messages, 15 octets BORDER_LOST');
    const refused = await readCapture(connection`
      3ms client > server ${BEGIN}
      4ms server > client ${SERVER} ${response(1, 403, [], 'end')}
    `);
    expect(streamOf(refused, 0).kind).toBe('HTTP2');
    const other = await readCapture(connection`
      3ms client > server ${PREFACE} ${settings()} ${asks(1, 'connect-udp')}
      4ms server > client ${SERVER} ${response(1, 200)}
      5ms client > server ${data(1, masked('text', 'no frame'))}
    `);
    expect(streamOf(other, 0)).toMatchObject({ kind: 'HTTP2', request: { frames: 1, octets: 14 } });
  });

  it('waits for windows like any stream', async () => {
    const core = await readCapture(connection`
      3ms client > server ${concat(PREFACE, settings([[4, 10]]), asks(1))}
      4ms server > client ${SERVER} ${response(1, 200)}
      5ms server > client ${data(1, frame('text', 'x'.repeat(8)))}
      9ms client > server hex"00 00 04 08 00 00 00 00 01 00 00 00 64"
      10ms server > client ${data(1, frame('text', 'y'))}
    `);
    expect(webSocketOf(core, 0)[1]).toBe('2 frames, 2 messages, 9 octets WINDOW_USED_UP');
    expect(core.tables.streamSides.windowWaited(1)).toBe(4e6);
  });
});
