import { MessageMark, MessageState } from '../../src/model/exchange.ts';
import { formatAmount, formatCount } from '../../src/model/format.ts';
import { HTTP2_FRAME_TYPES } from '../../src/model/http2-registries.ts';
import { PacketMark } from '../../src/model/packet.ts';
import { FrameType } from '../../src/model/stream.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { DetailNode } from '../api.ts';
import type { Core, DescribedField } from '../core.ts';
import { fieldLines } from '../field-lines.ts';
import { interimsOf } from '../interims.ts';
import { exchangeOfStream } from '../items/http2-info.ts';
import { clientSide } from '../roles.ts';
import { type DescribedPacket, fieldOfNumber } from './described-packet.ts';

/** Field lines of one section, and characters of a line, that the tree shows; the exchange has them all. */
const LINES = 200;
const CHARACTERS = 400;

const END_STREAM = 1;

/** A frame in a packet, by its fields. */
interface Frame {
  readonly field: DescribedField;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly promised: number;
  readonly length: number;
  /** Its header block, as far as it is in the packet. */
  readonly block: DescribedField | undefined;
}

/** A header block that was decoded while the capture was read. */
interface Section {
  readonly label: string;
  /** Row plus one of the sections table. */
  readonly section: number;
  readonly hasUnknown: boolean;
}

/** What the tree of a packet says of its HTTP/2 frames beyond its octets. */
export interface Http2Nodes {
  /** What stands beside the name of a frame: `HEADERS, stream 1, 45 octets, GET /orders`. */
  readonly summaries: ReadonlyMap<DescribedField, string>;
  /** Header lines that follow a node. */
  readonly lines: ReadonlyMap<DescribedField, readonly DetailNode[]>;
}

/**
 * The header lines of the blocks that begin in a packet (row of its table). Its octets alone do not tell them: they are those that
 * the connection's HPACK state gave when the capture was read, found by where their frame begins.
 */
export function http2Nodes(core: Core, row: number, packet: DescribedPacket): Http2Nodes {
  const summaries = new Map<DescribedField, string>();
  const lines = new Map<DescribedField, readonly DetailNode[]>();
  const payload = packet.findLast('tcp.payload');
  const first = packet.findLast('tcp.seq_raw')?.value;
  for (const frame of framesOf(packet)) {
    const words = [HTTP2_FRAME_TYPES[frame.type] ?? `type ${frame.type}`, `stream ${frame.stream}`];
    words.push(formatAmount(frame.length, 'octet'));
    const sequence =
      payload === undefined || first === undefined
        ? undefined
        : (first + frame.field.start - payload.start) >>> 0;
    const found = sequence === undefined ? undefined : sectionOf(core, row, frame, sequence);
    if (found !== undefined) {
      const texts = fieldLines(core, found.section);
      words.push(...headWords(texts));
      const place = frame.block ?? frame.field;
      lines.set(place, nodesOf(found, texts, place));
    }
    summaries.set(frame.field, words.join(', '));
  }
  return { summaries, lines };
}

function framesOf(packet: DescribedPacket): readonly Frame[] {
  const frames: Frame[] = [];
  packet.fields.forEach((field, at) => {
    if (fieldOfNumber(field.field)?.name !== 'http2.stream') return;
    const own = new Map<string, DescribedField>();
    for (let next = at + 1; (packet.fields[next]?.depth ?? 0) > field.depth; next++) {
      const described = packet.fields[next];
      const name = described && fieldOfNumber(described.field)?.name;
      if (described && name !== undefined && !own.has(name)) own.set(name, described);
    }
    const value = (name: string): number => own.get(name)?.value ?? 0;
    frames.push({
      field,
      type: value('http2.type'),
      flags: value('http2.flags'),
      stream: value('http2.streamid'),
      promised: value('http2.push_promise.promised_stream_id'),
      length: value('http2.length'),
      block: own.get('http2.headers'),
    });
  });
  return frames;
}

/** The section whose frames begin with the octet of this sequence number. */
function sectionOf(core: Core, row: number, frame: Frame, sequence: number): Section | undefined {
  const isPromise = frame.type === FrameType.PUSH_PROMISE;
  if (frame.type !== FrameType.HEADERS && !isPromise) return undefined;
  const { packets, messages } = core.tables;
  const flow = packets.flow(row);
  const stream = isPromise ? frame.promised : frame.stream;
  const exchange = exchangeOfStream(core, flow, row + 1, stream);
  if (exchange === undefined) return undefined;
  const sender = packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0;
  const isClient = sender === clientSide(core, flow);
  const message = exchange * 2 + (isClient || isPromise ? 0 : 1);
  if (messages.state(message) === MessageState.ABSENT) return interimAt(core, exchange, sequence);
  const hasUnknown = (messages.marks(message) & MessageMark.UNKNOWN_FIELDS) !== 0;
  const isHead = messages.sequence(message) === sequence;
  if (isHead && messages.section(message) !== 0) {
    const label = isPromise ? 'Promised request' : 'Header lines';
    return { label, section: messages.section(message), hasUnknown };
  }
  const interim = message & 1 ? interimAt(core, exchange, sequence) : undefined;
  if (interim !== undefined) return interim;
  // Of a section behind the content there is one, and it ends the stream.
  const isBehind = !isPromise && (frame.flags & END_STREAM) !== 0 && row + 1 >= messages.headPacket(message);
  if (!isBehind || messages.trailers(message) === 0) return undefined;
  return { label: 'Trailer lines', section: messages.trailers(message), hasUnknown };
}

function interimAt(core: Core, exchange: ExchangeRow, sequence: number): Section | undefined {
  const found = interimsOf(core, exchange).find((interim) => interim.sequence === sequence);
  if (found === undefined || found.section === 0) return undefined;
  return { label: 'Lines of an interim response', section: found.section, hasUnknown: false };
}

/** `GET /orders`, `200`: what the pseudo-header fields say. */
function headWords(lines: readonly string[]): readonly string[] {
  const value = (name: string): string | undefined => {
    const line = lines.find((one) => one.startsWith(`${name}: `));
    return line?.slice(name.length + 2, CHARACTERS);
  };
  const words = [value(':method'), value(':path'), value(':status')].filter((word) => word !== undefined);
  return words.length === 0 ? [] : [words.join(' ')];
}

function nodesOf(found: Section, lines: readonly string[], place: DescribedField): readonly DetailNode[] {
  const at = { start: place.start, length: place.length, depth: 2, format: 'text' as const };
  const unknown = found.hasUnknown ? '; entries from before the capture stand as placeholders' : '';
  const shown = lines.slice(0, LINES).map((line) => {
    const value = line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line;
    return { ...at, name: 'http2.header', label: 'Header', value };
  });
  const rest = lines.length - shown.length;
  return [
    {
      ...at,
      name: 'http2.header.state',
      label: found.label,
      value: `${formatCount(lines.length)}, by the connection’s HPACK state${unknown}`,
    },
    ...shown,
    ...(rest > 0
      ? [{ ...at, name: 'http2.header', label: 'Header', value: `… and ${formatCount(rest)} more` }]
      : []),
  ];
}
