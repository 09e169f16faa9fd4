import { describe, expect, it } from 'vitest';
import { drawn } from '../support/packet-script.ts';
import { frame, masked } from '../support/websocket-frames.ts';
import { writePcap } from '../support/write-pcap.ts';
import { conversationLines } from './conversation-lines.ts';
import { openOctets } from './open-file.ts';

/** Each line is who sends, and what, in a connection from its middle. */
function middle(lines: readonly (readonly ['>' | '<', Uint8Array])[]) {
  const packets = lines.map(
    ([to, octets], at) =>
      `${at + 1}ms ${to === '>' ? 'client > server' : 'server > client'} hex"${Buffer.from(octets).toString('hex')}"`,
  );
  return drawn(['client 10.0.0.1:35500', 'server 10.0.0.2:8080', ...packets].join('\n'));
}

const TALK = middle([
  ['<', frame('text', 'one')],
  ['>', masked('text', 'first')],
  ['<', frame('text', 'two')],
  ['>', masked('text', 'second')],
  ['<', frame('text', 'three')],
  ['>', masked('text', 'third')],
]);

describe('a WebSocket whose handshake is not in the capture', () => {
  it('is listed with what it is and what is missing', async () => {
    const { analysis, told } = await openOctets(writePcap(TALK).octets);
    const detail = await analysis.exchange(0);
    expect(detail?.item).toMatchObject({
      protocol: 'WebSocket',
      start: 1e6,
      status: undefined,
      duration: undefined,
      client: '10.0.0.1:35500',
      server: '10.0.0.2:8080',
      state: 'open, 3 ↑ 3 ↓',
      tags: ['handshake not in the capture'],
      timing: { phases: [] },
    });
    expect([detail?.request, detail?.response]).toEqual([undefined, undefined]);
    expect(detail?.facts.map(({ label }) => label)).toEqual([
      'Handshake',
      'Sent by the client',
      'Sent by the server',
    ]);
    expect(detail?.conversation).toEqual({ protocol: 'WebSocket', messages: 6 });
    expect(told.allFindings.at(-1)?.findings).toEqual([]);
    const rows = async (filter: string): Promise<number> => {
      const query = await analysis.query('exchanges', { filter, sort: undefined });
      return query.ok ? query.value.rows : NaN;
    };
    expect(await rows('websocket')).toBe(1);
    expect(await rows('offwire.websocket.messages == 3')).toBe(1);
    expect(await rows('http')).toBe(0);
  });

  it('has all its messages, those before it was told among them', async () => {
    expect(await conversationLines(TALK)).toEqual([
      '← 1 text 3 "one"',
      '→ 2 text 5 "first"',
      '← 3 text 3 "two"',
      '→ 4 text 6 "second"',
      '← 5 text 5 "three"',
      '→ 6 text 5 "third"',
    ]);
  });

  it('shows compressed messages that build upon nothing before, and says so of the others', async () => {
    // "Hello" twice (RFC 7692 section 7.2.3.2): the second time it refers to the first.
    const hello = Buffer.from('f248cdc9c90700', 'hex');
    const again = Buffer.from('f200110000', 'hex');
    const deflated = { bits: 0xc0 };
    const lines = await conversationLines(
      middle([
        ['<', frame('text', again, deflated)],
        ['>', masked('text', hello, deflated)],
        ['<', frame('text', 'plain')],
        ['>', masked('text', again, deflated)],
        ['<', frame('ping')],
        ['>', masked('pong')],
      ]),
    );
    expect(lines.map((line) => line.replace(/It cannot.*/, 'It cannot …'))).toEqual([
      '← 1 text 5 "" [permessage-deflate] ! It cannot …',
      '→ 2 text 7 "Hello" [permessage-deflate]',
      '← 3 text 5 "plain"',
      '→ 4 text 5 "Hello" [permessage-deflate]',
      '← 5 ping 0 ',
      '→ 6 pong 0 ',
    ]);
  });
});
