import type { ConversationMessage } from '../src/model/conversation.ts';
import { MessageState } from '../src/model/exchange.ts';
import { formatAmount, formatBytes, formatCount } from '../src/model/format.ts';
import { StreamKind, StreamMark, StreamSideMark } from '../src/model/stream.ts';
import type { ExchangeRow } from '../src/model/units.ts';
import { closeCodeWords, NO_STATUS_CODE } from '../src/model/websocket-registry.ts';
import type { Core } from './core.ts';
import { http2ErrorName, type StreamFacts, streamFacts } from './http2-words.ts';
import { clientSide } from './roles.ts';

const NO_FLOW = 0xffffffff;

/** What a side of a WebSocket sent, as far as rows tell. */
interface SideFacts {
  readonly messages: number;
  readonly frames: number;
  /** Payload of its data frames. */
  readonly octets: number;
  /** Packet and status code of its Close frame; 0 where it sent none. */
  readonly closePacket: number;
  readonly closeCode: number;
  /** {@link StreamSideMark} bits. */
  readonly marks: number;
}

/** What ended a WebSocket below its frames: the first FIN or RST of its connection, RST_STREAM or END_STREAM of its HTTP/2 stream. */
interface ConnectionEnd {
  readonly side: 0 | 1;
  readonly packet: number;
  readonly flag: 'FIN' | 'RST' | 'END_STREAM' | 'RST_STREAM';
  /** Name of the error code of RST_STREAM. */
  readonly error?: string;
}

function sidesOf(core: Core, exchange: ExchangeRow): readonly [SideFacts, SideFacts] | undefined {
  const { exchanges, streams, streamSides } = core.tables;
  const stream = exchanges.stream(exchange) - 1;
  if (stream < 0 || streams.kind(stream) !== StreamKind.WEBSOCKET) return undefined;
  const side = (row: number): SideFacts => ({
    messages: streamSides.messages(row),
    frames: streamSides.frames(row),
    octets: streamSides.dataOctets(row),
    closePacket: streamSides.closePacket(row),
    closeCode: streamSides.closeCode(row),
    marks: streamSides.marks(row),
  });
  return [side(stream * 2), side(stream * 2 + 1)];
}

/** Who closed first, and with which code; undefined where no Close frame was seen. */
function firstClose([client, server]: readonly [SideFacts, SideFacts]):
  { readonly side: 0 | 1; readonly code: number } | undefined {
  if (client.closePacket === 0 && server.closePacket === 0) return undefined;
  const isClient =
    client.closePacket !== 0 && (server.closePacket === 0 || client.closePacket <= server.closePacket);
  return isClient ? { side: 0, code: client.closeCode } : { side: 1, code: server.closeCode };
}

function connectionEnd(core: Core, exchange: ExchangeRow): ConnectionEnd | undefined {
  const { exchanges, directions } = core.tables;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return undefined;
  const inside = streamFacts(core, exchange);
  if (inside !== undefined && inside.identifier !== 0) {
    const end = streamEnd(core, exchange, inside);
    if (end !== undefined || !wasCut(core, exchange)) return end;
  } else if (exchanges.nextInFlow(exchange) !== 0) return undefined;
  const client = clientSide(core, flow);
  const ends = ([0, 1] as const).flatMap((side): ConnectionEnd[] => {
    const direction = flow * 2 + (side === 0 ? client : 1 - client);
    return [
      { side, packet: directions.rstPacket(direction), flag: 'RST' },
      { side, packet: directions.finPacket(direction), flag: 'FIN' },
    ];
  });
  return ends.filter(({ packet }) => packet > 0).sort((a, b) => a.packet - b.packet)[0];
}

/** What ended the HTTP/2 stream of a WebSocket first; undefined where nothing did before its connection ended. */
function streamEnd(core: Core, exchange: ExchangeRow, inside: StreamFacts): ConnectionEnd | undefined {
  const { streamSides, messages } = core.tables;
  const ends = inside.resets.map(({ side, packet, code }): ConnectionEnd => ({
    side,
    packet,
    flag: 'RST_STREAM',
    error: http2ErrorName(code),
  }));
  for (const side of [0, 1] as const) {
    const isEnded = (streamSides.marks(inside.row * 2 + side) & StreamSideMark.ENDED) !== 0;
    if (isEnded) ends.push({ side, packet: messages.lastPacket(exchange * 2 + side), flag: 'END_STREAM' });
  }
  return ends.sort((a, b) => a.packet - b.packet)[0];
}

/** Whether the end of the connection cut what an HTTP/2 stream carried. */
function wasCut(core: Core, exchange: ExchangeRow): boolean {
  const { CUT_BY_FIN, CUT_BY_RST } = MessageState;
  return [exchange * 2, exchange * 2 + 1].some((message) => {
    const state = core.tables.messages.state(message);
    return state === CUT_BY_FIN || state === CUT_BY_RST;
  });
}

const NAMES = ['client', 'server'] as const;

function endWords({ flag, side, error }: ConnectionEnd): string {
  return `${flag} of the ${NAMES[side]}${error === undefined ? '' : ` (${error})`}`;
}

/** Codes with which a WebSocket ends as it should: done, or one side goes (a page is left, a server restarts). */
const CALM_CODES: readonly number[] = [1000, 1001, NO_STATUS_CODE];

/** Whether an exchange is a WebSocket that was open before the capture began. */
export function isHandshakeMissing(core: Core, exchange: ExchangeRow): boolean {
  const stream = core.tables.exchanges.stream(exchange) - 1;
  return stream >= 0 && (core.tables.streams.marks(stream) & StreamMark.HANDSHAKE_MISSING) !== 0;
}

/** How far a WebSocket came, in a few words; undefined for an exchange that is none. */
export function webSocketState(core: Core, exchange: ExchangeRow): string | undefined {
  const sides = sidesOf(core, exchange);
  if (!sides) return undefined;
  const counts = `${formatCount(sides[0].messages)} ↑ ${formatCount(sides[1].messages)} ↓`;
  const close = firstClose(sides);
  if (close) return `${closeCodeWords(close.code)}, ${counts}`;
  // A HAR file does not tell whether it was closed.
  if (core.tables.exchanges.flow(exchange) === NO_FLOW) return counts;
  const end = connectionEnd(core, exchange);
  return end === undefined ? `open, ${counts}` : `${endWords(end)}, ${counts}`;
}

/** What went wrong in a WebSocket, in a few words each. */
export function webSocketTags(core: Core, exchange: ExchangeRow): readonly string[] {
  const sides = sidesOf(core, exchange);
  if (!sides) return [];
  const tags: string[] = isHandshakeMissing(core, exchange) ? ['handshake not in the capture'] : [];
  for (const side of [0, 1] as const) {
    const { closeCode, closePacket, marks } = sides[side];
    const words = `${closeCodeWords(closeCode)} (${NAMES[side]})`;
    // The other side says the same code back (RFC 6455 section 5.5.1).
    const isEcho = side === 1 && sides[0].closePacket !== 0 && sides[0].closeCode === closeCode;
    if (closePacket !== 0 && !CALM_CODES.includes(closeCode) && !isEcho) tags.push(words);
    if (marks & StreamSideMark.INVALID_FRAME) tags.push(`invalid frame of the ${NAMES[side]}`);
    if (marks & StreamSideMark.MESSAGE_CUT) tags.push(`message of the ${NAMES[side]} cut`);
  }
  const end = firstClose(sides) === undefined ? connectionEnd(core, exchange) : undefined;
  if (end !== undefined) tags.push(`no Close frame, ${endWords(end)}`);
  if ((sides[0].marks | sides[1].marks) & StreamSideMark.GAP) tags.push('gap among the frames');
  return tags;
}

/** What the sides of a WebSocket sent, as names and values in the order to show. */
export function webSocketFacts(
  core: Core,
  exchange: ExchangeRow,
): readonly { readonly label: string; readonly value: string }[] {
  const sides = sidesOf(core, exchange);
  if (!sides) return [];
  const missing = {
    label: 'Handshake',
    value:
      'not in the capture: the connection was open before it began. Told by frames in both directions, each of which begins where the one before ended, masked from the client alone (RFC 6455 section 5.1). Frames before the first that could be told are not shown',
  };
  const sent = sides.map(({ frames, messages, octets }, side) => ({
    label: `Sent by the ${NAMES[side === 0 ? 0 : 1]}`,
    value: `${formatAmount(frames, 'frame')}, ${formatAmount(messages, 'message')}, ${formatBytes(octets)} of data`,
  }));
  return isHandshakeMissing(core, exchange) ? [missing, ...sent] : sent;
}

/** The end of a connection without a Close frame, as the last of its messages; undefined where there was one, or no end. */
export function endMessage(core: Core, exchange: ExchangeRow): ConversationMessage | undefined {
  const sides = sidesOf(core, exchange);
  const end = connectionEnd(core, exchange);
  if (!sides || !end || firstClose(sides) !== undefined) return undefined;
  return {
    side: end.side,
    time: core.tables.packets.time(end.packet - 1),
    packet: end.packet,
    kind: end.flag,
    label: `no Close frame before the ${end.flag}: programs report 1006, abnormal closure`,
    size: 0,
    octets: new Uint8Array(),
    isText: false,
  };
}
