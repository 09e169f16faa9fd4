import { describe, expect, it } from 'vitest';
import { exchange, exchanges, protocols } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { concat } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';
import { agree, ASK, closing, frame, masked, sideOf, webSocketOf } from '../support/websocket-frames.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15';

/** A connection that shook hands, with what the sides send after it. */
function talk(client: Uint8Array, server: Uint8Array, ...lines: readonly string[]) {
  return connection`
    3ms client > server ${ASK}
    4ms server > client ${agree(...lines)}
    5ms client > server ${client}
    6ms server > client ${server}
  `;
}

async function told(client: Uint8Array, server: Uint8Array, ...lines: readonly string[]) {
  return webSocketOf(await readCapture(talk(client, server, ...lines)), 0);
}

const NOTHING = new Uint8Array();

describe('WebSocket', () => {
  it('begins behind the 101, in both directions, and is counted by side', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms client > server ${masked('text', 'Hello')}
      6ms server > client ${frame('text', 'Hello')} ${frame('ping', 'x')}
      7ms client > server ${masked('pong', 'x')}
      8ms client > server ${masked('close', closing(1001))}
      9ms server > client ${frame('close', closing(1000, 'bye'))}
      10ms server > client FIN
    `);
    expect(exchanges(core)).toEqual(['GET /chat 101']);
    expect(webSocketOf(core, 0)).toEqual([
      '3 frames, 1 messages, 5 octets, close 1001 in 9',
      '3 frames, 1 messages, 5 octets, close 1000 in 10',
    ]);
    expect(exchange(core, 0).response).toMatchObject({ framing: 'TUNNEL', state: 'COMPLETE', body: 17 });
    expect(exchange(core, 0).request).toMatchObject({ framing: 'NONE', body: 26, violations: [] });
    expect(protocols(core).slice(3)).toEqual([
      'HTTP1',
      'HTTP1',
      ...Array<string>(5).fill('WEBSOCKET'),
      'TCP',
    ]);
  });

  it('begins in the segment of the 101', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()} ${frame('binary', 'abc')}
    `);
    expect(sideOf(core, 0, 1)).toBe('1 frames, 1 messages, 3 octets');
    expect(protocols(core)[4]).toBe('HTTP1');
  });

  it('tells the same however the octets are cut', async () => {
    for (const mss of [1, 2, 3, 7, 1000]) {
      const large = mss < 10 ? 200 : 70_000;
      const client = concat(
        masked('text', 'one'),
        masked('text', 'x'.repeat(300)),
        masked('binary', 'y'.repeat(large), { bits: 0 }),
        masked('ping'),
        masked('continuation', 'z'),
        masked('close', closing(4000, 'done')),
      );
      const core = await readCapture(connection`
        3ms client > server ${ASK} ${client} mss ${mss}
        900ms server > client ${agree(DEFLATE)} ${frame('close')} mss ${mss}
      `);
      expect(sideOf(core, 0, 0)).toMatch(/^6 frames, 3 messages, \d+ octets, close 4000 in \d+$/);
      expect(core.tables.streamSides.dataOctets(0)).toBe(304 + large);
      expect(sideOf(core, 0, 1)).toMatch(/^1 frames, 0 messages, 0 octets, close 1005 in \d+$/);
    }
  });

  it('is a message, in as many frames as it takes', async () => {
    const client = concat(
      masked('text', 'He', { bits: 0 }),
      masked('continuation', 'l', { bits: 0 }),
      masked('ping', '?'),
      masked('continuation', 'lo'),
    );
    expect(await told(client, NOTHING)).toEqual([
      '4 frames, 1 messages, 5 octets',
      '0 frames, 0 messages, 0 octets',
    ]);
  });

  it('knows compressed messages where permessage-deflate was agreed on', async () => {
    const hello = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
    const compressed = frame('text', hello, { bits: 0xc0 });
    expect(await told(NOTHING, compressed, DEFLATE)).toEqual([
      '0 frames, 0 messages, 0 octets',
      '1 frames, 1 messages, 7 octets COMPRESSED',
      'PERMESSAGE_DEFLATE',
    ]);
    expect((await told(NOTHING, compressed))[1]).toBe('1 frames, 1 messages, 7 octets INVALID_FRAME');
    // Other extensions may use the reserved bits.
    expect((await told(NOTHING, compressed, 'Sec-WebSocket-Extensions: x-mux'))[1]).toBe(
      '1 frames, 1 messages, 7 octets',
    );
  });

  it.each([
    ['no mask from the client', frame('text', 'a'), undefined],
    ['a mask from the server', undefined, masked('text', 'a')],
    ['a reserved bit', undefined, frame('text', 'a', { bits: 0x90 })],
    ['a reserved opcode of data', undefined, frame(3, 'a')],
    ['a reserved opcode of control', undefined, frame(11)],
    ['a long ping', undefined, frame('ping', 'p'.repeat(126))],
    ['a ping in fragments', undefined, frame('ping', 'p', { bits: 0 })],
    ['a compressed ping', undefined, frame('ping', 'p', { bits: 0xc0 })],
    ['a continuation of nothing', undefined, frame('continuation', 'a')],
    ['a message inside another', undefined, concat(frame('text', 'a', { bits: 0 }), frame('text', 'b'))],
    [
      'a compressed continuation',
      undefined,
      concat(frame('text', 'a', { bits: 0 }), frame('continuation', 'b', { bits: 0xc0 })),
    ],
    ['a length in too many octets', undefined, frame('text', 'a', { lengthBits: 16 })],
    ['a length in far too many octets', undefined, frame('text', 'a'.repeat(200), { lengthBits: 64 })],
    [
      'a length beyond 2^63',
      undefined,
      concat(Uint8Array.of(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1), frame('ping')),
    ],
    ['half a status code', undefined, frame('close', 'x')],
    ['a status code that must not be sent', undefined, frame('close', closing(1006))],
    ['a status code that does not exist', undefined, frame('close', closing(999))],
    ['data after Close', undefined, concat(frame('close', closing(1000)), frame('text', 'more'))],
  ])('marks %s', async (_, client, server) => {
    const sides = await told(client ?? masked('text', 'fine'), server ?? frame('text', 'fine'), DEFLATE);
    expect(sides[0]?.includes('INVALID_FRAME')).toBe(client !== undefined);
    expect(sides[1]?.includes('INVALID_FRAME')).toBe(server !== undefined);
  });

  it('does not blame a ping after Close, or status codes that exist', async () => {
    const codes = [1000, 1003, 1007, 1011, 1012, 1014, 3000, 4999];
    for (const code of codes) {
      const sides = await told(NOTHING, concat(frame('close', closing(code)), frame('ping')));
      expect(sides[1]).toBe(`2 frames, 0 messages, 0 octets, close ${code} in 7`);
    }
  });

  it('counts on over a gap inside a payload', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('binary', 'x'.repeat(300)).subarray(0, 100)}
      6ms server > client ${'x'.repeat(100)} lost
      7ms server > client ${'x'.repeat(104)} ${frame('text', 'next')}
      8ms client > server ACK
      9ms server > client FIN
    `);
    expect(sideOf(core, 0, 1)).toBe('2 frames, 2 messages, 204 octets GAP');
  });

  it('goes on behind a gap over a border with the next segment made of whole frames', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('binary', 'x'.repeat(100))} lost
      6ms server > client ${frame('text', 'y'.repeat(50)).subarray(20)} ${frame('text', 'unseen')}
      7ms server > client ${frame('text', 'a')} ${frame('continuation', 'b')}
      8ms server > client ${frame('continuation', 'c')}
      9ms server > client FIN
    `);
    // The first segment behind the gap begins inside a message; the last one goes on with none.
    expect(sideOf(core, 0, 1)).toBe('3 frames, 1 messages, 3 octets INVALID_FRAME GAP BORDER_LOST');
  });

  it('does not take zeros for frames behind a gap', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('binary', new Uint8Array(300)).subarray(0, 100)} lost
      6ms server > client ${new Uint8Array(204)}
      7ms server > client ${frame('text', 'a')} FIN
    `);
    expect(sideOf(core, 0, 1)).toBe('1 frames, 1 messages, 1 octets GAP BORDER_LOST');
  });

  it('does not blame a continuation of what a gap swallowed', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('text', 'a', { bits: 0 })} lost
      6ms server > client ${frame('continuation', 'b', { bits: 0 })} ${frame('ping')} ${frame('continuation', 'c')}
      7ms server > client ${frame('text', 'd')} FIN
    `);
    expect(sideOf(core, 0, 1)).toBe('4 frames, 1 messages, 3 octets GAP BORDER_LOST');
  });

  it('is found where the 101 is all that was captured of the handshake', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      4ms server > client ${agree()}
      5ms client > server ${masked('text', 'Hello')}
      6ms server > client ${frame('text', 'Hello')}
    `);
    expect(exchanges(core)).toEqual(['- - 101']);
    expect(webSocketOf(core, 0)).toEqual([
      '1 frames, 1 messages, 5 octets BORDER_LOST',
      '1 frames, 1 messages, 5 octets',
    ]);
  });

  it('is believed of a client whose frames come before the 101 does in the capture', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree(DEFLATE)} lost #answer
      5ms client > server ${masked('text', 'Hello')}
      6ms server > client again #answer
      7ms server > client ${frame('text', 'Hello')}
      8ms client > server ${masked('text', 'Hello')}
    `);
    expect(exchange(core, 0).request.violations).toEqual([]);
    expect(webSocketOf(core, 0)).toEqual([
      '2 frames, 2 messages, 10 octets',
      '1 frames, 1 messages, 5 octets',
      'PERMESSAGE_DEFLATE',
    ]);
  });

  it('is believed of a client alone', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      3ms client > server ${ASK}
      5ms client > server ${masked('text', 'Hello')}
      8ms client > server ${masked('close', closing(1000))}
    `);
    expect(sideOf(core, 0, 0)).toBe('2 frames, 1 messages, 5 octets, close 1000 in 4');
  });

  it('is believed of a server whose 101 is missing in the capture', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()} lost
      5ms client > server ${masked('text', 'Hello')}
      6ms server > client ${frame('text', 'Hello')}
      7ms server > client FIN
    `);
    expect(webSocketOf(core, 0)).toEqual([
      '1 frames, 1 messages, 5 octets',
      '1 frames, 1 messages, 5 octets BORDER_LOST',
    ]);
  });

  it('is none where the upgrade was refused', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"
      5ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET /chat 426', 'GET / 200']);
    expect(webSocketOf(core, 0)).toEqual(['no stream', 'no stream']);
  });

  it('says that a message was cut off by the end of the connection', async () => {
    const reset = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('text', 'Hello', { bits: 0 })}
      6ms client > server ${masked('text', 'Hello').subarray(0, 8)}
      7ms server > client RST
    `);
    expect(webSocketOf(reset, 0)).toEqual([
      '1 frames, 1 messages, 2 octets MESSAGE_CUT',
      '1 frames, 1 messages, 5 octets MESSAGE_CUT',
    ]);
    const open = await readFourWays(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('text', 'Hello', { bits: 0 })}
    `);
    expect(sideOf(open, 0, 1)).toBe('1 frames, 1 messages, 5 octets');
  });
});
