import { describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { concat, toHex } from '../support/octets.ts';
import { drawn } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { readCapture } from '../support/read-capture.ts';
import { agree, ASK, closing, frame, webSocketOf } from '../support/websocket-frames.ts';
import { writePcap } from '../support/write-pcap.ts';
import { messagesOf } from '../worker/conversation-lines.ts';
import { openOctets } from '../worker/open-file.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';

/** Frames of one side: mostly as they should be. */
function randomFrames(random: Random, isClient: boolean): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let count = 1 + random.below(12); count > 0; count--) {
    const isOdd = random.below(12) === 0;
    const opcode = isOdd ? random.below(16) : random.pick([0, 1, 1, 2, 2, 9, 10]);
    const size = random.pick([0, 1, 5, 60, 125, 126, 300, 1500]);
    const bits = (random.below(4) === 0 ? 0 : 0x80) | (isOdd ? random.below(8) << 4 : 0);
    const key = isClient !== (isOdd && random.below(3) === 0) ? { key: random.below(2 ** 32) } : {};
    const lengthBits = isOdd && random.below(2) === 0 ? { lengthBits: random.pick([16, 64] as const) } : {};
    const length = opcode < 8 || isOdd ? size : Math.min(size, 125);
    const content = Uint8Array.from({ length }, () => 32 + random.below(90));
    frames.push(frame(opcode, content, { bits, ...key, ...lengthBits }));
  }
  if (random.below(2) === 0) frames.push(frame('close', closing(1000), isClient ? { key: 7 } : {}));
  return concat(...frames);
}

/** Cuts octets into segments, some of which are lost where `loss` is above 0 (of 100). */
function segments(random: Random, from: string, octets: Uint8Array, loss: number, start: number): string[] {
  const lines: string[] = [];
  const most = random.pick([1, 7, 100, 1400]);
  for (let at = 0; at < octets.length;) {
    const size = 1 + random.below(Math.max(most, octets.length >> 9));
    const isLost = random.below(100) < loss;
    const part = toHex(octets.subarray(at, at + size));
    lines.push(`${start + lines.length}us ${from} hex"${part}"${isLost ? ' lost' : ''}`);
    at += size;
  }
  return lines;
}

function draw(random: Random, client: Uint8Array, server: Uint8Array, loss: number): string {
  const line = (text: string): string => JSON.stringify(text);
  return [
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
    '0us client > server SYN',
    '1us server > client SYN ACK',
    '2us client > server ACK',
    `3us client > server ${line(ASK)}`,
    `4us server > client ${line(agree(DEFLATE))}`,
    ...segments(random, 'client > server', client, loss, 1000),
    ...segments(random, 'server > client', server, loss, 50_000),
    '900000us client > server ACK',
    '900001us server > client ACK',
    '900002us client > server FIN',
    '900003us server > client FIN',
    '900004us client > server ACK',
  ].join('\n');
}

/** What the core counted of a side, and what the worker told when it read the same again. */
async function counted(core: Core, text: string): Promise<readonly [core: string, worker: string]> {
  const { streamSides } = core.tables;
  const { analysis } = await openOctets(writePcap(drawn(text)).octets);
  const { messages } = await messagesOf(analysis);
  const told = ([0, 1] as const).map((side) => {
    const own = messages.filter((message) => message.side === side);
    const close = own.find(({ kind }) => kind === 'close');
    const code = close === undefined ? 0 : Number(/^\d+/.exec(close.label)?.[0]);
    return `${own.filter(({ kind }) => kind === 'text' || kind === 'binary').length} messages, close ${code} in ${close?.packet ?? 0}`;
  });
  const inCore = [0, 1].map(
    (row) =>
      `${streamSides.messages(row)} messages, close ${streamSides.closeCode(row)} in ${streamSides.closePacket(row)}`,
  );
  return [inCore.join('; '), told.join('; ')];
}

describe('WebSocket frames of all kinds', () => {
  it('tell the same however they are cut into segments', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = new Random(seed);
      const [client, server] = [randomFrames(random, true), randomFrames(random, false)];
      const told = new Set<string>();
      for (let times = 0; times < 3; times++) {
        const core = await readCapture(drawn(draw(random, client, server, 0)));
        const sides = webSocketOf(core, 0).map((side) => side.replace(/ in \d+/, ''));
        told.add(
          JSON.stringify([sides, core.tables.messages.bodyOctets(0), core.tables.messages.bodyOctets(1)]),
        );
      }
      expect(told.size, `seed ${seed}: ${[...told].join('\n')}`).toBe(1);
    }
  });

  it('are counted by the core as they are told by the worker, segments missing or not', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(7000 + seed);
      const [client, server] = [randomFrames(random, true), randomFrames(random, false)];
      const text = draw(random, client, server, random.pick([0, 2, 10, 30]));
      const core = await readCapture(drawn(text));
      const [inCore, told] = await counted(core, text);
      expect(told, `seed ${seed}`).toBe(inCore);
    }
  });
});
