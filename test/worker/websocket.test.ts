import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concat } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { agree, ASK, closing, frame, masked } from '../support/websocket-frames.ts';
import { conversationLines, messageLine, messagesOf } from './conversation-lines.ts';
import { openFixture, openOctets } from './open-file.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';
const NO_TAKEOVER = `${DEFLATE}; server_no_context_takeover; client_no_context_takeover`;

/** A sender of permessage-deflate: each call is a message (RFC 7692 section 7.2.1). */
class Sender {
  readonly #stream: DeflateRaw;

  constructor(windowBits = 15) {
    this.#stream = createDeflateRaw({ windowBits });
  }

  compress(content: string): Promise<Uint8Array> {
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      const gather = (part: Buffer): void => void parts.push(part);
      this.#stream.on('data', gather);
      this.#stream.write(content);
      this.#stream.flush(constants.Z_SYNC_FLUSH, () => {
        this.#stream.off('data', gather);
        resolve(new Uint8Array(Buffer.concat(parts).subarray(0, -4)));
      });
    });
  }
}

const compressed = (octets: Uint8Array): Uint8Array => frame('text', octets, { bits: 0xc0 });

describe('messages of a WebSocket', () => {
  it('are joined, unmasked and told in the order they began', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()} ${frame('text', 'welcome')}
      5ms client > server ${masked('text', 'Grüße, ', { bits: 0 })}
      6ms client > server ${masked('ping', 'now?')} ${masked('continuation', 'Welt')}
      7ms server > client ${frame('pong', 'now?')} ${frame('binary', Uint8Array.of(0, 255, 16))}
      8ms client > server ${masked('close', closing(1001, 'left the page'))}
      9ms server > client ${frame('close', closing(1001))} FIN
    `);
    expect(lines).toEqual([
      '← 5 text 7 "welcome"',
      '→ 6 text 13 "Grüße, Welt" (in 2 frames)',
      '→ 7 ping 4 6e6f773f',
      '← 8 pong 4 6e6f773f',
      '← 8 binary 3 00ff10',
      '→ 9 close 15 "left the page" (1001 going away: left the page)',
      '← 10 close 2 "" (1001 going away)',
    ]);
  });

  it('are the same in segments of one octet', async () => {
    const client = concat(
      masked('text', 'x'.repeat(130)),
      masked('binary', 'abc', { bits: 0 }),
      masked('ping'),
      masked('continuation', 'def'),
      masked('close', closing(4123)),
    );
    const told = async (mss: number): Promise<readonly string[]> => {
      const lines = await conversationLines(connection`
        3ms client > server ${ASK} ${client} mss ${mss}
        900ms server > client ${agree()} mss ${mss}
      `);
      return lines.map((line) => line.replace(/^(.) \d+ /, '$1 '));
    };
    expect(await told(1)).toEqual(await told(1000));
    expect((await told(1)).at(-1)).toBe('→ close 2 "" (4123 of the application)');
  });

  it('end with the RST or FIN that came without a Close frame', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('text', 'part', { bits: 0 })}
      6ms server > client RST
    `);
    expect(lines).toEqual([
      '← 6 text 4 "part" ! The connection was reset (RST) before it was whole.',
      '← 7 RST 0  (no Close frame before the RST: programs report 1006, abnormal closure)',
    ]);
  });

  it('say what frames do against the standard', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms client > server ${frame('text', 'bare')}
      6ms server > client ${masked('text', 'hidden')} ${frame('text', Uint8Array.of(0xff, 0xfe))}
      7ms server > client ${frame(5, 'x')} ${frame('text', 'y', { bits: 0xc0 })} ${frame('continuation', 'z')}
      8ms server > client ${frame('close', closing(1006))} ${frame('text', 'late')}
    `);
    expect(lines).toEqual([
      '→ 6 text 4 "bare" ! A client must mask its frames, and this one is not masked (RFC 6455 section 5.1).',
      '← 7 text 6 "hidden" ! A server must not mask its frames, and this one is masked (RFC 6455 section 5.1).',
      '← 7 text 2 fffe ! The text is not valid UTF-8: a receiver must fail with 1007 (RFC 6455 section 8.1).',
      '← 8 opcode 5 1 78 ! Opcode 5 is not defined (RFC 6455 section 5.2).',
      '← 8 text 1 "y" ! RSV1 set, and nothing was agreed on that allows it (RFC 6455 section 5.2).',
      '← 8 continuation 1 7a ! It goes on with a message, but none was begun (RFC 6455 section 5.4).',
      '← 9 close 2 "" (1006 abnormal closure) ! Status code 1006 must not be sent (RFC 6455 section 7.4).',
      '← 9 text 4 "late" ! Data came after the Close frame (RFC 6455 section 5.5.1).',
    ]);
  });

  it('go on over a gap inside a payload, and behind one over a border with the next whole frames', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree()}
      5ms server > client ${frame('text', 'a'.repeat(100)).subarray(0, 22)}
      6ms server > client ${'a'.repeat(40)} lost
      7ms server > client ${'a'.repeat(40)}
      8ms server > client ${frame('text', 'lost')} ${frame('text', 'b'.repeat(60)).subarray(0, 32)} lost
      9ms server > client ${'b'.repeat(30)} ${frame('text', 'unseen')}
      10ms server > client ${frame('text', 'seen')}
      11ms client > server ACK
    `);
    expect(lines).toEqual([
      `← 6 text 100 "${'a'.repeat(60)}" ! 40 octets of it are missing in the capture.`,
      '← 9 text 4 "seen"',
    ]);
  });

  it('are decompressed, each with the ones before it, in both directions', async () => {
    const [client, server] = [new Sender(), new Sender(9)];
    const texts = ['{"order":4711,"state":"paid"}', '{"order":4712,"state":"paid"}', 'x'.repeat(5000)];
    const [asked, answered] = await Promise.all(
      [client, server].map(async (sender) => {
        const sent: Uint8Array[] = [];
        for (const text of texts) sent.push(await sender.compress(text));
        return sent;
      }),
    );
    const parts = (asked ?? []).map((octets) => masked('text', octets, { bits: 0xc0 }));
    const answer = answered?.[1] ?? new Uint8Array();
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree(DEFLATE)}
      5ms client > server ${concat(...parts)} mss 7
      6ms server > client ${compressed(answered?.[0] ?? new Uint8Array())}
      7ms server > client ${frame('text', answer.subarray(0, 3), { bits: 0x40 })} ${frame('ping')}
      8ms server > client ${frame('continuation', answer.subarray(3))} ${frame('text', 'plain')}
      9ms server > client ${compressed(answered?.[2] ?? new Uint8Array())}
    `);
    const told = lines.map((line) => line.replace(/^(.) \d+ (\w+) \d+ /, '$1 $2 '));
    const long = `"${'x'.repeat(19)}… of 5000 [permessage-deflate]`;
    expect(told).toEqual([
      `→ text ${JSON.stringify(texts[0])} [permessage-deflate]`,
      `→ text ${JSON.stringify(texts[1])} [permessage-deflate]`,
      `→ text ${long}`,
      `← text ${JSON.stringify(texts[0])} [permessage-deflate]`,
      `← text ${JSON.stringify(texts[1])} (in 2 frames) [permessage-deflate]`,
      '← ping ',
      '← text "plain"',
      `← text ${long}`,
    ]);
  });

  it('are decompressed each by itself where no context is taken over', async () => {
    const texts = ['{"order":4711}', '{"order":4711}'];
    const octets = await Promise.all(texts.map((text) => new Sender().compress(text)));
    const [first, second] = octets.map(compressed);
    const talk = (gap: '' | 'lost') => connection`
      3ms client > server ${ASK}
      4ms server > client ${agree(NO_TAKEOVER)}
      5ms server > client ${first ?? ''} ${gap}
      6ms server > client ${second ?? ''}
      7ms client > server ACK
    `;
    const whole = await conversationLines(talk(''));
    expect(whole.map((line) => line.replace(/^(.) \d+ (\w+) \d+ /, ''))).toEqual(
      texts.map((text) => `${JSON.stringify(text)} [permessage-deflate]`),
    );
    expect((await conversationLines(talk('lost')))[0]).toContain(JSON.stringify(texts[1]));
  });

  it('are not guessed where they build upon what is missing', async () => {
    const sender = new Sender();
    const text = 'The order 4711 was paid with a card.';
    const [first, second] = [await sender.compress(text), await sender.compress(text)];
    const other = await sender.compress(`${'0123456789abcdef'.repeat(2)}!`);
    const again = await sender.compress(`${'0123456789abcdef'.repeat(2)}!`);
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree(DEFLATE)}
      5ms server > client ${compressed(first)} lost
      6ms server > client ${compressed(second)}
      7ms server > client ${compressed(other)}
      8ms server > client ${compressed(again)}
      9ms client > server ACK
    `);
    expect(lines[0]).toContain(
      'It cannot be decompressed: it builds upon octets that are missing or damaged.',
    );
    // These look back no further than octets that are there.
    expect(lines.slice(1).map((line) => line.includes('"0123456789abcdef0123456789abcdef!"'))).toEqual([
      true,
      true,
    ]);
  });

  it('say that they are damaged', async () => {
    const lines = await conversationLines(connection`
      3ms client > server ${ASK}
      4ms server > client ${agree(DEFLATE)}
      5ms server > client ${compressed(Uint8Array.of(7, 7, 7, 7, 7))}
    `);
    expect(lines[0]).toMatch(/! It is no valid permessage-deflate \(/);
  });

  it('are capped, and so is what they become', async () => {
    const bomb = await new Sender().compress('\0'.repeat(100 << 20));
    const { analysis, result } = await openOctets(
      writePcap(connection`
        3ms client > server ${ASK}
        4ms server > client ${agree(DEFLATE)}
        5ms server > client ${compressed(bomb)} mss 1400
        6ms server > client ${frame('binary', new Uint8Array(1_500_000))} mss 60000
      `).octets,
    );
    expect(result.ok).toBe(true);
    const { messages } = await messagesOf(analysis);
    expect(messages.map(({ octets }) => octets.length)).toEqual([1 << 20, 1 << 20]);
    expect(messages[0]?.caveat).toMatch(/^Only the first .* are shown\. .*it becomes more than 64 MiB/);
    expect(messages[1]?.caveat).toBe('Only the first 1.05 MB are shown.');
  });

  it('come in parts, which go on wherever one asks', async () => {
    const octets = concat(...Array.from({ length: 1000 }, (_, index) => frame('text', `message ${index}`)));
    const { analysis } = await openOctets(
      writePcap(connection`
        3ms client > server ${ASK}
        4ms server > client ${agree()} ${octets} mss 1000
      `).octets,
    );
    const first = await analysis.conversation(0, 0);
    expect([first?.messages.length, first?.next, first?.protocol]).toEqual([200, 200, 'WebSocket']);
    const { messages } = await messagesOf(analysis);
    expect(messages.length).toBe(1000);
    // In between another one follows the flow.
    await analysis.follow(0, 'both', 0);
    const third = await analysis.conversation(0, 400);
    expect(third?.messages.map(messageLine)).toEqual(messages.slice(400, 600).map(messageLine));
    const last = await analysis.conversation(0, 999);
    expect(last?.messages.length).toBe(1);
    expect(last?.next).toBeUndefined();
  });

  it('of real programs are those that were sent', async () => {
    const { analysis } = await openFixture('ws-deflate.pcap');
    for (const exchange of [0, 1]) {
      const { messages } = await messagesOf(analysis, exchange);
      const told = messages.filter(({ kind }) => kind === 'text');
      expect(told.every(({ encoding, caveat }) => encoding === 'permessage-deflate' && !caveat)).toBe(true);
      // The server says back what the client says.
      const texts = (side: 0 | 1): readonly string[] =>
        told.filter((message) => message.side === side).map(({ octets }) => new TextDecoder().decode(octets));
      expect(texts(1).slice(1)).toEqual(texts(0));
      expect(texts(0)[0]).toBe('{"order":4711,"state":"paid"}');
    }
  });
});
