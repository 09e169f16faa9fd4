import { FrameType, StreamMark } from '../../src/model/stream.ts';
import { HTTP2_FRAME_TYPES } from '../../src/model/http2-registries.ts';
import type { ExchangeRow, FlowRow, PacketNumber } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { interimsOf } from '../interims.ts';
import { http2ErrorName, streamFacts } from '../http2-words.ts';

/** Octets of a frame header (RFC 9113 section 4.1). */
const HEADER = 9;

/** Octets that a frame of a plausible packet announces at most. */
const LENGTH = 1 << 20;

/** Frames that the line names. */
const SHOWN = 12;

/** Exchanges before a packet's among which the one of a frame is looked for. */
const LOOKED_THROUGH = 4096;

/** A frame whose header is in the packet. */
interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly length: number;
  /** Octets of its payload that are in the packet. */
  readonly payload: Uint8Array;
}

/**
 * Wireshark's info column of a packet whose payload begins with a frame: `HEADERS[1]: GET /orders, DATA[1]`. Undefined where it
 * begins inside one, or looks so. What a header section says is told by the rows: `row` is that of the packets table.
 */
export function http2Info(core: Core, row: number, payload: Uint8Array): string | undefined {
  const hasPreface = isPreface(payload);
  const frames = framesOf(hasPreface ? payload.subarray(PREFACE.length) : payload);
  if (frames === undefined || (frames.length === 0 && !hasPreface)) return undefined;
  const flow = core.tables.packets.flow(row);
  /** HEADERS of each stream in this packet so far: interim responses come first. */
  const seen = new Map<number, number>();
  const words = frames.slice(0, SHOWN).map((frame) => {
    const before = seen.get(frame.stream) ?? 0;
    if (frame.type === FrameType.HEADERS) seen.set(frame.stream, before + 1);
    return frameWords(core, flow, row + 1, frame, before);
  });
  if (frames.length > SHOWN) words.push('…');
  return [...(hasPreface ? ['Magic'] : []), ...words].join(', ');
}

const PREFACE = new TextEncoder().encode('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

function isPreface(payload: Uint8Array): boolean {
  return payload.length >= PREFACE.length && PREFACE.every((octet, at) => payload[at] === octet);
}

/** The frames one after another; undefined where one of them cannot be. */
function framesOf(octets: Uint8Array): readonly Frame[] | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const frames: Frame[] = [];
  for (let at = 0; octets.length - at >= HEADER;) {
    const length = (view.getUint16(at) << 8) | view.getUint8(at + 2);
    const type = view.getUint8(at + 3);
    const flags = view.getUint8(at + 4);
    const stream = view.getUint32(at + 5);
    if (length > LENGTH || stream > 0x7fffffff || !isPlausible(type, stream, length)) return undefined;
    const payload = octets.subarray(at + HEADER, at + HEADER + length);
    frames.push({ type, flags, stream, length, payload });
    at += HEADER + length;
  }
  return frames;
}

/** Whether a frame of this type may have this stream and length (RFC 9113 section 6). */
function isPlausible(type: number, stream: number, length: number): boolean {
  switch (type) {
    case FrameType.DATA:
    case FrameType.HEADERS:
    case FrameType.CONTINUATION:
    case FrameType.PUSH_PROMISE:
      return stream !== 0;
    case FrameType.PRIORITY:
      return stream !== 0 && length === 5;
    case FrameType.RST_STREAM:
      return stream !== 0 && length === 4;
    case FrameType.SETTINGS:
      return stream === 0 && length % 6 === 0;
    case FrameType.PING:
      return stream === 0 && length === 8;
    case FrameType.GOAWAY:
      return stream === 0 && length >= 8;
    case FrameType.WINDOW_UPDATE:
      return length === 4;
    default:
      // Others are rare; taken at their word they would make every payload plausible.
      return HTTP2_FRAME_TYPES[type] !== undefined;
  }
}

function frameWords(core: Core, flow: FlowRow, packet: PacketNumber, frame: Frame, before: number): string {
  const { type, stream, payload, flags } = frame;
  const name = `${HTTP2_FRAME_TYPES[type] ?? 'Unknown'}[${stream}]`;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  switch (type) {
    case FrameType.HEADERS: {
      const says = headWords(core, flow, packet, stream, before);
      return says === '' ? name : `${name}: ${says}`;
    }
    case FrameType.RST_STREAM:
      return payload.length < 4 ? name : `${name}: ${http2ErrorName(view.getUint32(0))}`;
    case FrameType.GOAWAY:
      if (payload.length < 8) return name;
      return `${name}: ${http2ErrorName(view.getUint32(4))}, last stream ${view.getUint32(0) & 0x7fffffff}`;
    case FrameType.PUSH_PROMISE: {
      const promised = promisedBy(payload, flags);
      const says = promised === undefined ? '' : headWords(core, flow, packet, promised, undefined);
      return says === '' ? name : `${name}: ${says}`;
    }
    case FrameType.SETTINGS:
    case FrameType.PING:
      return flags & 1 ? `${name} (ack)` : name;
    default:
      return name;
  }
}

/** The stream that a PUSH_PROMISE promises, behind the length of its padding. */
function promisedBy(payload: Uint8Array, flags: number): number | undefined {
  const at = flags & 0x8 ? 1 : 0;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return payload.length - at < 4 ? undefined : view.getUint32(at) & 0x7fffffff;
}

/**
 * What the header section says that began in this packet: `GET /orders`, `200`, `trailers, grpc-status 0`. `before`: HEADERS of the
 * stream in this packet before it; undefined for a promise.
 */
function headWords(
  core: Core,
  flow: FlowRow,
  packet: PacketNumber,
  stream: number,
  before: number | undefined,
): string {
  const exchange = exchangeOfStream(core, flow, packet, stream);
  const inside = exchange === undefined ? undefined : streamFacts(core, exchange);
  if (exchange === undefined || inside === undefined) return '';
  const { messages, exchanges } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  // The request of a pushed stream is in the promise, never in HEADERS.
  const isPushed = inside.promisedBy !== undefined;
  if (messages.firstPacket(request) === packet && isPushed === (before === undefined)) {
    return `${core.text(exchanges.method(exchange))} ${core.text(exchanges.target(exchange))}`.trim();
  }
  const interims = interimsOf(core, exchange).filter((interim) => interim.packet === packet);
  const interim = interims[before ?? interims.length];
  if (interim !== undefined) return String(interim.status);
  if (messages.firstPacket(response) === packet && (before ?? 0) > interims.length)
    return trailersWords(core, exchange);
  const status = inside.grpcStatus === undefined ? '' : `, grpc-status ${inside.grpcStatus}`;
  if (messages.firstPacket(response) === packet) {
    const isOnly = (inside.marks & StreamMark.TRAILERS_ONLY) !== 0;
    return `${exchanges.status(exchange) || ''}${isOnly ? status : ''}`;
  }
  return trailersWords(core, exchange);
}

function trailersWords(core: Core, exchange: ExchangeRow): string {
  const { messages } = core.tables;
  const hasTrailers = [exchange * 2, exchange * 2 + 1].some((row) => messages.trailers(row) !== 0);
  const status = streamFacts(core, exchange)?.grpcStatus;
  return hasTrailers ? `trailers${status === undefined ? '' : `, grpc-status ${status}`}` : '';
}

/** The exchange of a stream that was open about this packet. */
export function exchangeOfStream(
  core: Core,
  flow: FlowRow,
  packet: PacketNumber,
  stream: number,
): ExchangeRow | undefined {
  const { exchanges, streams } = core.tables;
  const last = lastBegun(core, packet);
  for (let row = last; row >= 0 && row > last - LOOKED_THROUGH; row--) {
    if (exchanges.flow(row) !== flow) continue;
    const link = exchanges.stream(row);
    if (link !== 0 && streams.identifier(link - 1) === stream) return row;
  }
  return undefined;
}

/** The last exchange that began with this packet or before; rows are in the order of beginning, but for a few. */
function lastBegun(core: Core, packet: PacketNumber): ExchangeRow {
  const { exchanges, messages } = core.tables;
  let low = 0;
  let high = exchanges.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const begun = messages.firstPacket(middle * 2) || messages.firstPacket(middle * 2 + 1);
    if (begun > packet) high = middle;
    else low = middle + 1;
  }
  return Math.min(exchanges.rows - 1, low + 16);
}
