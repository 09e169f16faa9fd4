import { describe, expect, it } from 'vitest';
import { exchange, exchanges, flowMarks, protocols, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { concat, textOctets } from '../support/octets.ts';
import { drawn } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { readCapture } from '../support/read-capture.ts';
import { closing, frame, masked, webSocketOf } from '../support/websocket-frames.ts';

const HOSTS = 'client 10.0.0.1:35500 isn 1000\nserver 10.0.0.2:8080 isn 9000';

/** Ports do not tell which side is the client. */
const HIGH_PORTS = 'client 10.0.0.1:35500 isn 1000\nserver 10.0.0.2:45080 isn 9000';

function hex(octets: Uint8Array): string {
  return `hex"${Buffer.from(octets).toString('hex')}"`;
}

/** A connection from its middle: each line is who sends, and what. */
function middle(lines: readonly (readonly ['>' | '<', Uint8Array])[], hosts = HOSTS) {
  const packets = lines.map(
    ([to, octets], at) => `${at + 1}ms ${to === '>' ? 'client > server' : 'server > client'} ${hex(octets)}`,
  );
  return drawn([hosts, ...packets].join('\n'));
}

const TALK = [
  ['<', frame('text', 'one')],
  ['>', masked('text', 'first')],
  ['<', concat(frame('text', 'two'), frame('ping', ''))],
  ['>', masked('pong', '')],
  ['<', frame('binary', new Uint8Array(300))],
  ['>', masked('text', 'x'.repeat(200))],
] as const;

describe('a WebSocket that was open before the capture', () => {
  it('is told by chains of frames from both sides, and all of them are counted', async () => {
    const core = await readFourWays(
      middle([...TALK, ['>', masked('close', closing(1000))], ['<', frame('close', closing(1000))]]),
    );
    expect(exchanges(core)).toEqual(['- - -']);
    expect(webSocketOf(core, 0)).toEqual([
      '4 frames, 2 messages, 205 octets, close 1000 in 7',
      '5 frames, 3 messages, 306 octets, close 1000 in 8',
      'HANDSHAKE_MISSING',
    ]);
    expect(flowMarks(core, 0)).toEqual(['MIDSTREAM']);
    expect(exchange(core, 0).response).toMatchObject({ packets: [1, 1, 1], marks: ['RESYNCHRONIZED'] });
    expect(exchange(core, 0).request).toMatchObject({ packets: [2, 2, 2], head: 0 });
    expect(protocols(core).slice(5)).toEqual(['WEBSOCKET', 'WEBSOCKET', 'WEBSOCKET']);
  });

  it('begins behind what is left of a frame', async () => {
    const large = frame('binary', new Uint8Array(3000).fill(7));
    const core = await readCapture(middle([['<', large.subarray(1000)], ...TALK], HIGH_PORTS));
    expect(flowMarks(core, 0)).toEqual(['MIDSTREAM', 'CLIENT_IS_RESPONDER']);
    expect(webSocketOf(core, 0)).toEqual([
      '3 frames, 2 messages, 205 octets',
      '4 frames, 3 messages, 306 octets',
      'HANDSHAKE_MISSING',
    ]);
  });

  it('goes on over frames that segments cut, and may be compressed', async () => {
    const whole = concat(frame('text', 'x'.repeat(500), { bits: 0xc0 }), frame('text', 'y'));
    const core = await readCapture(
      middle([
        ['<', whole.subarray(0, 200)],
        ['<', whole.subarray(200, 503)],
        ['<', whole.subarray(503)],
        ...TALK,
      ]),
    );
    expect(webSocketOf(core, 0)[1]).toBe('6 frames, 5 messages, 807 octets COMPRESSED');
  });

  it('is not believed of few frames, of one side, of two clients, or with a wrong frame', async () => {
    const none = async (lines: readonly (readonly ['>' | '<', Uint8Array])[]): Promise<void> => {
      const core = await readCapture(middle(lines));
      expect(core.tables.streams.rows).toBe(0);
      expect(core.tables.exchanges.rows).toBe(0);
    };
    await none(TALK.slice(0, 5));
    await none(TALK.filter(([to]) => to === '<'));
    await none(TALK.map(([, octets], at) => [at % 2 ? '>' : '<', at % 2 ? octets : masked('text', 'x')]));
    await none([...TALK.slice(0, 3), ['>', masked(3, 'x')], ...TALK.slice(4)]);
    // Frames that never end with a segment may be chance.
    const stream = concat(...Array.from({ length: 20 }, () => frame('binary', new Uint8Array(50))));
    await none([
      ...[0, 1, 2, 3, 4, 5].map((at) => ['<', stream.subarray(at * 70, at * 70 + 70)] as const),
      ...TALK.filter(([to]) => to === '>'),
    ]);
  });

  it('is not looked for where the handshake of TCP was captured', async () => {
    const core = await readCapture(
      drawn(
        [
          HOSTS,
          '0ms client > server SYN',
          '0ms server > client SYN ACK',
          ...TALK.map(
            ([to, octets], at) =>
              `${at + 1}ms ${to === '>' ? 'client > server' : 'server > client'} ${hex(octets)}`,
          ),
        ].join('\n'),
      ),
    );
    expect(core.tables.exchanges.rows).toBe(0);
  });

  it('gives way to a protocol that tells itself', async () => {
    const core = await readCapture(
      middle([
        ['>', masked('text', 'x')],
        ['>', textOctets('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
        ['<', textOctets('HTTP/1.1 204 No Content\r\n\r\n')],
      ]),
    );
    expect(exchanges(core)).toEqual(['GET / 204']);
  });

  it('is found in no octets of chance', async () => {
    const random = new Random(7);
    const octets = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => random.below(256));
    for (let flow = 0; flow < 20; flow++) {
      const core = await readCapture(
        middle(
          Array.from({ length: 200 }, () => [
            random.below(2) === 0 ? '<' : '>',
            octets(1 + random.below(60)),
          ]),
        ),
      );
      expect(core.tables.streams.rows).toBe(0);
    }
  });

  it('counts on behind a gap', async () => {
    const core = await readCapture(
      drawn(
        [
          HOSTS,
          ...TALK.map(
            ([to, octets], at) =>
              `${at + 1}ms ${to === '>' ? 'client > server' : 'server > client'} ${hex(octets)}`,
          ),
          `10ms server > client ${hex(frame('text', 'lost'))} lost`,
          `11ms server > client ${hex(frame('text', 'four'))}`,
          '12ms client > server ACK',
        ].join('\n'),
      ),
    );
    expect(webSocketOf(core, 0)[1]).toBe('5 frames, 4 messages, 310 octets GAP BORDER_LOST');
    expect(streamOf(core, 0).kind).toBe('WEBSOCKET');
  });
});
