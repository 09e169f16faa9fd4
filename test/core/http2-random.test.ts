import { describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { exchange, exchanges, issues, streamOf } from '../support/facts.ts';
import { describeCapture } from '../support/describe-capture.ts';
import { HpackEncoder } from '../support/hpack-encoder.ts';
import {
  frame,
  grpcMessage,
  type Http2Fields,
  ping,
  PREFACE,
  rstStream,
  settings,
} from '../support/http2-messages.ts';
import { concat, toHex } from '../support/octets.ts';
import type { Capture } from '../support/capture.ts';
import { drawn } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { randomChunks, readCapture, readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';

const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const HELLO = concat(PREFACE, settings());

/** What a stream must come to. */
interface Expected {
  readonly stream: number;
  readonly request: readonly string[];
  readonly response: readonly string[];
  readonly trailers: readonly string[];
  readonly octets: readonly [request: number, response: number];
  readonly messages: readonly [request: number, response: number];
}

/** One direction: frames in order, and the encoder of their header blocks. */
class Direction {
  readonly encoder = new HpackEncoder();
  readonly frames: Uint8Array[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Octets of the frames. */
  get size(): number {
    return this.frames.reduce((sum, each) => sum + each.length, 0);
  }

  headers(stream: number, fields: Http2Fields, isEnd: boolean): void {
    const resize =
      this.#random.below(12) === 0 ? this.encoder.resize(this.#random.below(600)) : new Uint8Array();
    const block = concat(resize, this.encoder.encode(fields));
    const end = isEnd ? END_STREAM : 0;
    const cut = this.#random.below(3) === 0 ? this.#random.below(block.length) : block.length;
    if (cut === block.length) {
      const padding = this.#random.below(4) === 0 ? this.#random.below(20) : -1;
      const padded = concat(Uint8Array.of(padding), block, new Uint8Array(Math.max(0, padding)));
      this.frames.push(
        padding < 0
          ? frame(1, END_HEADERS | end, stream, block)
          : frame(1, END_HEADERS | PADDED | end, stream, padded),
      );
      return;
    }
    const parts = [
      frame(1, end, stream, block.subarray(0, cut)),
      frame(9, END_HEADERS, stream, block.subarray(cut)),
    ];
    this.frames.push(concat(...parts));
  }

  /** Content in frames of random sizes. */
  content(stream: number, octets: Uint8Array, isEnd: boolean): void {
    for (let at = 0; at < octets.length;) {
      const size = 1 + this.#random.below(octets.length - at);
      const isLast = isEnd && at + size === octets.length;
      const padding = this.#random.below(5) === 0 ? this.#random.below(9) : -1;
      const flags = (isLast ? END_STREAM : 0) | (padding < 0 ? 0 : PADDED);
      const part = octets.subarray(at, at + size);
      this.frames.push(
        frame(
          0,
          flags,
          stream,
          padding < 0 ? part : concat(Uint8Array.of(padding), part, new Uint8Array(padding)),
        ),
      );
      at += size;
    }
  }

  /** Frames that change nothing. */
  noise(): void {
    const kind = this.#random.below(8);
    if (kind === 0) this.frames.push(ping());
    else if (kind === 1) this.frames.push(frame(8, 0, 0, Uint8Array.of(0, 0, 1, 0)));
    else if (kind === 2) this.frames.push(frame(0x1f, 7, 3, new Uint8Array(this.#random.below(30))));
  }
}

interface Conversation {
  /** Octets of the client that must be there before the server goes on behind some of its own. */
  readonly causes: readonly (readonly [server: number, client: number])[];
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly expected: readonly Expected[];
}

const lines = (fields: Http2Fields): string[] => fields.map(([name, value]) => `${name}: ${value}`);

function converse(random: Random, streams: number): Conversation {
  const client = new Direction(random);
  const server = new Direction(random);
  const expected: Expected[] = [];
  const causes: (readonly [number, number])[] = [];
  const value = (): string => 'v'.repeat(random.below(30)) + String(random.below(20));
  for (let index = 0; index < streams; index++) {
    const stream = index * 2 + 1;
    const isCall = random.below(2) === 0;
    const type = [['content-type', isCall ? 'application/grpc' : 'text/plain']] as const;
    const more = Array.from({ length: random.below(4) }, () => [`x-${random.below(6)}`, value()] as const);
    const request: Http2Fields = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', `/${value()}`],
      [':authority', `host-${random.below(3)}`],
      ...type,
      ...more,
    ];
    const response: Http2Fields = [[':status', random.pick(['200', '404'])], ...type, ...more];
    const trailers: Http2Fields = [
      ['grpc-status', String(random.below(17))],
      ['x-sum', value()],
    ];
    const messages = [random.below(3), random.below(4)] as const;
    const [asked = new Uint8Array(), answered = new Uint8Array()] = messages.map((count) =>
      concat(...Array.from({ length: count }, () => grpcMessage(new Uint8Array(random.below(200))))),
    );
    client.headers(stream, request, asked.length === 0);
    client.content(stream, asked, true);
    client.noise();
    causes.push([settings().length + server.size, HELLO.length + client.size]);
    server.headers(stream, response, false);
    server.content(stream, answered, false);
    server.noise();
    server.headers(stream, trailers, true);
    expected.push({
      stream,
      request: lines(request),
      response: lines(response),
      trailers: lines(trailers),
      octets: [asked.length, answered.length],
      messages: isCall ? messages : [0, 0],
    });
  }
  return {
    causes,
    client: concat(HELLO, ...client.frames),
    server: concat(settings(), ...server.frames),
    expected,
  };
}

/** The conversation as segments of random sizes; some are lost where asked for. */
function draw(random: Random, { client, server, causes }: Conversation, lossOneIn: number): Capture {
  const lines = [
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
    '0ms client > server SYN',
    '+1ms server > client SYN ACK',
    '+1ms client > server ACK',
  ];
  const sent = { client: 0, server: 0 };
  const all = { client, server };
  while (sent.client < client.length || sent.server < server.length) {
    // No answer goes before what it answers.
    const next = causes.find(([, cause]) => cause > sent.client);
    const most = next === undefined ? server.length : next[0];
    const isClient = sent.client < client.length && (random.below(2) === 0 || sent.server >= most);
    const side = isClient || sent.server === server.length ? 'client' : 'server';
    const end = side === 'client' ? client.length : most;
    const size = Math.min(1 + random.below(random.pick([3, 40, 400])), end - sent[side]);
    const octets = all[side].subarray(sent[side], sent[side] + size);
    const isLost = lossOneIn > 0 && sent[side] > 30 && random.below(lossOneIn) === 0;
    const other = side === 'client' ? 'server' : 'client';
    lines.push(`+1ms ${side} > ${other} hex"${toHex(octets)}"${isLost ? ' lost' : ''}`);
    sent[side] += size;
  }
  return drawn(lines.join('\n'));
}

/** The row of each stream's exchange. */
function rowsByStream(core: Core): ReadonlyMap<number, number> {
  const rows = new Map<number, number>();
  for (let row = 0; row < core.tables.exchanges.rows; row++) rows.set(streamOf(core, row).identifier, row);
  return rows;
}

/** Every line that is told is one that was sent on its stream, or a placeholder; and no octet too many. */
async function compare(
  capture: Capture,
  conversation: Conversation,
  where: string,
  told: { right: number; placeholders: number },
): Promise<void> {
  const core = await readCapture(capture);
  const byStream = new Map(conversation.expected.map((each) => [each.stream, each]));
  for (let row = 0; row < core.tables.exchanges.rows; row++) {
    const truth = byStream.get(streamOf(core, row).identifier);
    const place = `${where} row ${row} ${exchanges(core)[row] ?? ''}`;
    expect(truth, place).toBeDefined();
    const found = exchange(core, row);
    const known = [...(truth?.request ?? []), ...(truth?.response ?? []), ...(truth?.trailers ?? [])];
    const lines = [...found.request.lines, ...found.response.lines, ...found.response.trailers];
    for (const line of [...lines, ...found.request.trailers]) {
      const [name = '', value = ''] = line.split(/: (.*)/);
      if (!name.startsWith('<HPACK entry')) {
        expect(known, place).toContain(line);
        told.right++;
      } else {
        const isValueKnown = known.some((each) => each.endsWith(`: ${value}`));
        expect(isValueKnown || value === '<not in the capture>', `${place}: ${line}`).toBe(true);
        told.placeholders++;
      }
    }
    // Where nothing told which side is the client, what came before it was told may stand on the other side.
    const most = Math.max(...(truth?.octets ?? []));
    expect(found.request.body, place).toBeLessThanOrEqual(most);
    expect(found.response.body, place).toBeLessThanOrEqual(most);
  }
}

describe('random conversations in HTTP/2', () => {
  it('are told as they were sent, wherever segments cut them', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = new Random(seed);
      const conversation = converse(random, 12);
      const core = await readCapture(draw(random, conversation, 0));
      expect(issues(core), `seed ${seed}`).toEqual({});
      const rows = rowsByStream(core);
      for (const { stream, request, response, trailers, octets, messages } of conversation.expected) {
        const row = rows.get(stream) ?? -1;
        const where = `seed ${seed} stream ${stream}`;
        const found = exchange(core, row);
        expect(found.request.lines, where).toEqual(request);
        expect(found.response.lines, where).toEqual(response);
        expect(found.response.trailers, where).toEqual(trailers);
        expect([found.request.body, found.response.body], where).toEqual(octets);
        expect([found.request.state, found.response.state], where).toEqual(['COMPLETE', 'COMPLETE']);
        const { request: asked, response: answered } = streamOf(core, row);
        expect([asked.messages, answered.messages], where).toEqual(messages);
      }
    }
  });

  it('with lost segments are told right or not at all', async () => {
    const told = { right: 0, placeholders: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed * 7919);
      const conversation = converse(random, 15);
      await compare(draw(random, conversation, 25), conversation, `seed ${seed}`, told);
    }
    // The test is worth its time only where both happen.
    expect(told.right).toBeGreaterThan(1000);
    expect(told.placeholders).toBeGreaterThan(50);
  });

  it('from their middle are told right or not at all', async () => {
    const told = { right: 0, placeholders: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed * 15_485_863);
      const conversation = converse(random, 15);
      const { interfaces, packets } = draw(random, conversation, random.pick([0, 0, 60]));
      const rest = packets.slice(4 + random.below(packets.length - 4));
      await compare({ interfaces, packets: rest }, conversation, `seed ${seed}`, told);
    }
    expect(told.right).toBeGreaterThan(100);
    expect(told.placeholders).toBeGreaterThan(20);
  });

  it('that are damaged are read to their end, the same for any cut of the file', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed * 104_729);
      const conversation = converse(random, 8);
      for (const octets of [conversation.client, conversation.server]) {
        for (let damage = 0; damage < 4; damage++)
          octets[24 + random.below(octets.length - 24)] = random.below(256);
      }
      const server = concat(conversation.server, rstStream(1, 8));
      const capture = draw(random, { ...conversation, server }, random.pick([0, 40]));
      const file = writePcap(capture, { variant: 'nanoseconds' }).octets;
      const text = describeCapture((await readOctets(file)).core);
      expect(describeCapture((await readOctets(file, randomChunks(random))).core), `seed ${seed}`).toBe(text);
    }
  });
});
