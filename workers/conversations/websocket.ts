import type { ConversationPart, ConversationSummary } from '../../src/model/conversation.ts';
import { Framing, MessageState } from '../../src/model/exchange.ts';
import { StreamKind } from '../../src/model/stream.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { Core, DeliveredPiece } from '../core.ts';
import { fieldLines } from '../field-lines.ts';
import { flowRowBefore } from '../flow-packets.ts';
import { Follower } from '../follow.ts';
import { reportedOf } from '../formats/reported.ts';
import { streamEvents } from '../http2/stream-events.ts';
import type { OpenCapture } from '../open-capture.ts';
import { clientSide } from '../roles.ts';
import { ReadError } from '../source/blob-reader.ts';
import { endMessage, isHandshakeMissing } from '../websocket-words.ts';
import { harMessages } from './har-websocket.ts';
import type { ConversationReader } from './index.ts';
import { type MessageSource, readPart, type SourceMessage } from './paging.ts';
import { agreedExtensions } from './websocket/extensions.ts';
import { type Beginnings, type DecodedMessage, MessageDecoder } from './websocket/message-decoder.ts';

const NO_FLOW = 0xffffffff;

/** Packets of the flow before the handshake's that are read too: later octets may have come before earlier ones. */
const PACKETS_BEFORE = 16;

/** WebSockets: over HTTP/1 (RFC 6455), in an HTTP/2 stream (RFC 8441), and as a HAR file tells of them. */
export const webSocket: ConversationReader = { speaks, read };

function speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  const { exchanges, streams, streamSides } = core.tables;
  const stream = exchanges.stream(exchange) - 1;
  if (stream < 0) return undefined;
  if (streams.kind(stream) !== StreamKind.WEBSOCKET) return undefined;
  const messages = streamSides.messages(stream * 2) + streamSides.messages(stream * 2 + 1);
  return { protocol: 'WebSocket', messages };
}

function read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart> {
  return readPart(capture, exchange, from, 'WebSocket', () => sourceOf(capture, exchange));
}

function sourceOf(capture: OpenCapture, exchange: ExchangeRow): MessageSource {
  const { core } = capture;
  const reported = reportedOf(core)?.exchange(exchange);
  if (reported) return harMessages(capture, reported);
  const isHttp2 = [0, 1].some((side) => core.tables.messages.framing(exchange * 2 + side) === Framing.HTTP2);
  return isHttp2 ? streamMessages(capture, exchange) : flowMessages(capture, exchange);
}

/** A decoder for what a side sends; `isAtBorder` where its first octet begins a frame. */
function decoderOf(
  core: Core,
  exchange: ExchangeRow,
  side: 0 | 1,
  isAtBorder: boolean,
  beginnings: Beginnings,
): MessageDecoder {
  const { messages } = core.tables;
  // Where the answer is missing, what was offered is taken for what was agreed on.
  const response = messages.section(exchange * 2 + 1);
  const agreed = agreedExtensions(
    fieldLines(core, response === 0 ? messages.section(exchange * 2) : response),
  );
  const isMissing = isHandshakeMissing(core, exchange);
  const rules = {
    isClient: side === 0,
    hasDeflate: isMissing || agreed.hasDeflate,
    hasOther: agreed.hasOther,
    keepsWindow: isMissing || agreed.keepsWindow[side],
    // What earlier messages said is not in the capture.
    isWindowKnown: !isMissing,
    isAtBorder,
  };
  return new MessageDecoder(rules, beginnings);
}

function told(core: Core, side: 0 | 1, messages: readonly DecodedMessage[]): SourceMessage[] {
  return messages.map((message) => ({
    ...message,
    side,
    time: message.packet === 0 ? undefined : core.tables.packets.time(message.packet - 1),
  }));
}

/** A direction of the flow behind the handshake. */
class Direction {
  readonly side: 0 | 1;
  readonly decoder: MessageDecoder;
  /** Sequence number of the next octet; undefined until one is seen where the handshake's message is missing. */
  #next: number | undefined;
  /** Octets of earlier packets are not this WebSocket's. */
  readonly #fromPacket: number;

  constructor(core: Core, exchange: ExchangeRow, side: 0 | 1, beginnings: Beginnings) {
    const { messages } = core.tables;
    const message = exchange * 2 + side;
    this.side = side;
    const isKnown = messages.state(message) === MessageState.COMPLETE;
    this.#next = isKnown ? (messages.sequence(message) + messages.headOctets(message)) >>> 0 : undefined;
    this.#fromPacket = messages.headPacket(message ^ 1);
    this.decoder = decoderOf(core, exchange, side, isKnown, beginnings);
  }

  take({ sequence, octets, missing, packet }: DeliveredPiece): readonly DecodedMessage[] {
    const length = missing > 0 ? missing : octets.length;
    if (this.#next === undefined && packet <= this.#fromPacket) return [];
    // Octets of the piece that are the handshake's; negative where octets before the piece were not delivered.
    const passed = this.#next === undefined ? 0 : (this.#next - sequence) | 0;
    if (passed >= length) return [];
    this.#next = (sequence + length) >>> 0;
    if (passed < 0) return [...this.decoder.skip(-passed), ...this.#decode(octets, missing, packet)];
    return this.#decode(octets.subarray(passed), missing > 0 ? missing - passed : 0, packet);
  }

  #decode(octets: Uint8Array, missing: number, packet: number): readonly DecodedMessage[] {
    return missing > 0 ? this.decoder.skip(missing) : this.decoder.push(octets, packet);
  }
}

async function* flowMessages({ core, reader }: OpenCapture, exchange: ExchangeRow): MessageSource {
  const { exchanges, messages } = core.tables;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return undefined;
  const client = clientSide(core, flow);
  const beginnings: Beginnings = { count: 0 };
  const sides = [
    new Direction(core, exchange, 0, beginnings),
    new Direction(core, exchange, 1, beginnings),
  ] as const;
  const packets = [messages.firstPacket(exchange * 2), messages.headPacket(exchange * 2 + 1)];
  const first = Math.min(...packets.filter((packet) => packet > 0));
  const follower = new Follower(core, reader, flow, flowRowBefore(core, flow, first - 1, PACKETS_BEFORE));
  try {
    for (let pieces = await follower.next(); pieces; pieces = await follower.next()) {
      yield pieces.flatMap((piece) => {
        const direction = sides[piece.direction === client ? 0 : 1];
        return told(core, direction.side, direction.take(piece));
      });
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return `The file can no longer be read (${error.message}).`;
  }
  const cut = sides.flatMap(({ side, decoder }) =>
    told(core, side, decoder.end(whyCut(core, flow, client, side))),
  );
  const end = endMessage(core, exchange);
  yield end === undefined ? cut : [...cut, end];
  return undefined;
}

/** Why the last message of a side is not whole. */
function whyCut(core: Core, flow: number, client: number, side: 0 | 1): string {
  const { rstPacket, finPacket } = core.tables.directions;
  const own = flow * 2 + (side === 0 ? client : 1 - client);
  if (rstPacket(flow * 2) || rstPacket(flow * 2 + 1))
    return 'The connection was reset (RST) before it was whole.';
  if (finPacket(own)) return 'The sender closed the connection (FIN) before it was whole.';
  return 'It was not whole when the capture ended.';
}

async function* streamMessages({ core, reader }: OpenCapture, exchange: ExchangeRow): MessageSource {
  const beginnings: Beginnings = { count: 0 };
  const decoders = [
    decoderOf(core, exchange, 0, true, beginnings),
    decoderOf(core, exchange, 1, true, beginnings),
  ] as const;
  try {
    for await (const events of streamEvents(core, reader, exchange)) {
      const found: SourceMessage[] = [];
      for (const event of events) {
        const decoder = decoders[event.side];
        if (event.kind === 'data')
          found.push(...told(core, event.side, decoder.push(event.octets, event.packet)));
        else if (event.kind === 'missing') found.push(...told(core, event.side, decoder.skip(event.octets)));
        else if (event.kind === 'lost') found.push(...told(core, event.side, decoder.skip(Infinity)));
      }
      yield found;
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return `The file can no longer be read (${error.message}).`;
  }
  const cut = ([0, 1] as const).flatMap((side) =>
    told(core, side, decoders[side].end('It was not whole when its stream ended.')),
  );
  const end = endMessage(core, exchange);
  yield end === undefined ? cut : [...cut, end];
  return undefined;
}
