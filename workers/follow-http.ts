import { Framing, MessageState } from '../src/model/exchange.ts';
import type { ExchangeRow, FlowRow, PacketNumber } from '../src/model/units.ts';
import type { FollowPart, FollowPiece } from '../src/model/follow.ts';
import { bodyPreview } from './bodies/body.ts';
import type { Core } from './core.ts';
import { startLine } from './details/exchange-detail.ts';
import { interimStartLine } from './details/interim-details.ts';
import { fieldLines } from './field-lines.ts';
import { PART_OCTETS } from './follow.ts';
import { http2ErrorName, streamFacts } from './http2-words.ts';
import { interimsOf } from './interims.ts';
import { type StreamEvent, streamEvents } from './http2/stream-events.ts';
import { type BlobReader, ReadError } from './source/blob-reader.ts';

/** What is followed as HTTP: one exchange, or all of a flow in their order. */
export type FollowedHttp = { readonly exchange: ExchangeRow } | { readonly flow: FlowRow };

/** Octets of one HTTP/2 stream's DATA that are followed; a download of gigabytes is saved as a body instead. */
const STREAM_OCTETS = 8 << 20;

const UTF8 = new TextEncoder();

/** A direction as the page names it: 0 the client's, 1 the server's. */
type Direction = 0 | 1 | 'both';

/**
 * Follows HTTP: heads as sent, content without its framing and codings; of HTTP/2 the fields as they were before HPACK, and the
 * octets of DATA as they came. `from` is 0, or what the part before named as next. Runs at the FollowDesk only.
 */
export async function followHttp(
  core: Core,
  reader: BlobReader,
  what: FollowedHttp,
  direction: Direction,
  from: number,
): Promise<FollowPart> {
  const pieces: FollowPiece[] = [];
  const { flows, exchanges } = core.tables;
  // A row plus one, as the tables link them.
  let next = 'exchange' in what ? what.exchange + 1 : from === 0 ? flows.firstExchange(what.flow) : from;
  let octets = 0;
  try {
    while (next !== 0 && octets < PART_OCTETS) {
      for (const piece of await exchangePieces(core, reader, next - 1)) {
        if (direction !== 'both' && piece.direction !== direction) continue;
        pieces.push(piece);
        octets += piece.octets.length;
      }
      next = 'exchange' in what ? 0 : exchanges.nextInFlow(next - 1);
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return { pieces, next: undefined, problem: `The file can no longer be read (${error.message}).` };
  }
  return { pieces, next: next === 0 ? undefined : next };
}

async function exchangePieces(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
): Promise<readonly FollowPiece[]> {
  const { messages } = core.tables;
  const isHttp2 = [exchange * 2, exchange * 2 + 1].some((row) => messages.framing(row) === Framing.HTTP2);
  if (isHttp2) return streamPieces(core, reader, exchange);
  return [
    ...(await messagePieces(core, reader, exchange, 'request')),
    ...(await messagePieces(core, reader, exchange, 'response')),
  ];
}

/** A message of HTTP/1: its head, its content decoded, its trailers. */
async function messagePieces(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  side: 'request' | 'response',
): Promise<readonly FollowPiece[]> {
  const { messages } = core.tables;
  const message = exchange * 2 + (side === 'request' ? 0 : 1);
  if (messages.state(message) === MessageState.ABSENT) return [];
  const pieces = [
    ...(side === 'response' ? interimPieces(core, exchange) : []),
    headPiece(core, message, messages.firstPacket(message)),
  ];
  const body = messages.bodyOctets(message) > 0 ? await bodyPreview(core, reader, exchange, side) : undefined;
  if (body !== undefined && body.octets.length > 0) {
    const packet = messages.headPacket(message) || messages.firstPacket(message);
    const undone = body.encoding === undefined ? '' : `, ${body.encoding}`;
    const caveat = body.caveat === undefined ? '' : `: ${body.caveat}`;
    pieces.push(piece(core, message, packet, body.octets, `content${undone}${caveat}`));
  }
  const trailers = trailerPiece(core, message, messages.lastPacket(message));
  return trailers === undefined ? pieces : [...pieces, trailers];
}

/** The frames of an HTTP/2 stream as they came, both sides; its header sections from the tables. */
async function streamPieces(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
): Promise<readonly FollowPiece[]> {
  const { messages } = core.tables;
  const inside = streamFacts(core, exchange);
  const pieces: FollowPiece[] = [];
  // A request that was pushed, or that came as HTTP/1.1 with an Upgrade, has no HEADERS of its own.
  const isElsewhere = inside?.promisedBy !== undefined || messages.framing(exchange * 2) !== Framing.HTTP2;
  if (isElsewhere && messages.state(exchange * 2) !== MessageState.ABSENT) {
    const label =
      inside?.promisedBy === undefined ? 'request with Upgrade' : 'request, as the server promised it';
    pieces.push({ ...headPiece(core, exchange * 2, messages.firstPacket(exchange * 2)), label });
  }
  let octets = 0;
  const seen = [0, 0];
  for await (const events of streamEvents(core, reader, exchange)) {
    for (const event of events) {
      const found = eventPiece(core, exchange, event, seen);
      if (found === undefined) continue;
      if (event.kind === 'headers' && event.side === 1 && seen[1] === 1)
        pieces.push(...interimPieces(core, exchange));
      pieces.push(found);
      octets += found.octets.length;
    }
    if (octets > STREAM_OCTETS) break;
  }
  return pieces;
}

function eventPiece(
  core: Core,
  exchange: ExchangeRow,
  event: StreamEvent,
  seen: number[],
): FollowPiece | undefined {
  const message = exchange * 2 + event.side;
  const { packet } = event;
  switch (event.kind) {
    case 'headers': {
      seen[event.side] = (seen[event.side] ?? 0) + 1;
      // A walk begins at the head that the table keeps: behind the interim responses.
      const isFirst = seen[event.side] === 1;
      const trailers = isFirst ? undefined : trailerPiece(core, message, packet);
      return trailers ?? (isFirst ? headPiece(core, message, packet) : undefined);
    }
    case 'data':
      return piece(core, message, packet, event.octets, 'DATA');
    case 'missing':
    case 'lost':
      return { ...piece(core, message, packet, new Uint8Array(), 'DATA'), missing: event.octets };
    case 'reset': {
      const text = `RST_STREAM ${http2ErrorName(event.code)}`;
      return piece(core, message, packet, UTF8.encode(text), 'end of the stream');
    }
    case 'end':
      return undefined;
  }
}

function interimPieces(core: Core, exchange: ExchangeRow): readonly FollowPiece[] {
  return interimsOf(core, exchange).map((interim) => {
    const start = interimStartLine(interim);
    const lines = [...(start === '' ? [] : [start]), ...fieldLines(core, interim.section)];
    const octets = UTF8.encode(`${lines.join('\r\n')}\r\n`);
    return piece(core, exchange * 2 + 1, interim.packet, octets, 'interim response');
  });
}

function headPiece(core: Core, message: number, packet: PacketNumber): FollowPiece {
  const lines = fieldLines(core, core.tables.messages.section(message));
  const start = startLine(core, message);
  const text = `${[...(start === '' ? [] : [start]), ...lines].join('\r\n')}\r\n`;
  return piece(core, message, packet, UTF8.encode(text), message & 1 ? 'response' : 'request');
}

function trailerPiece(core: Core, message: number, packet: PacketNumber): FollowPiece | undefined {
  const lines = fieldLines(core, core.tables.messages.trailers(message));
  if (lines.length === 0) return undefined;
  return piece(core, message, packet, UTF8.encode(`${lines.join('\r\n')}\r\n`), 'trailers');
}

function piece(
  core: Core,
  message: number,
  packet: PacketNumber,
  octets: Uint8Array,
  label: string,
): FollowPiece {
  const time = packet === 0 ? 0 : core.tables.packets.time(packet - 1);
  return { direction: message & 1 ? 1 : 0, packet, time, octets, label };
}
