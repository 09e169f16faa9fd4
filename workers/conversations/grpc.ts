import type {
  ConversationMessage,
  ConversationPart,
  ConversationSummary,
} from '../../src/model/conversation.ts';
import { formatAmount, formatBytes } from '../../src/model/format.ts';
import { StreamKind } from '../../src/model/stream.ts';
import type { Bytes, ExchangeRow, PacketNumber } from '../../src/model/units.ts';
import { codingsOf, decodeContent } from '../bodies/decode.ts';
import type { Core } from '../core.ts';
import { fieldLines, fieldOf } from '../field-lines.ts';
import { decodeGrpcMessage, grpcStatusWords, type StreamFacts, streamFacts } from '../http2-words.ts';
import { streamEvents } from '../http2/stream-events.ts';
import type { OpenCapture } from '../open-capture.ts';
import { ReadError } from '../source/blob-reader.ts';
import { GrpcSplitter, type PrefixedMessage } from './grpc-splitter.ts';
import type { ConversationReader } from './index.ts';
import { type MessageSource, readPart, type SourceMessage } from './paging.ts';
import { decodeProtobuf } from './protobuf.ts';

/** Octets of one message that are kept, and after it was decompressed. */
const MESSAGE_OCTETS: Bytes = 256 << 10;

/** Compressed-Flag. */
const COMPRESSED = 1;

/** gRPC calls over HTTP/2: their messages, taken apart without a schema, and the status that ends them. */
export const grpc: ConversationReader = { speaks, read };

function speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  const inside = streamFacts(core, exchange);
  if (inside?.kind !== StreamKind.GRPC) return undefined;
  const { messages } = core.tables.streamSides;
  return { protocol: 'gRPC', messages: messages(inside.row * 2) + messages(inside.row * 2 + 1) };
}

function read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart> {
  return readPart(capture, exchange, from, 'gRPC', () => source(capture, exchange));
}

async function* source({ core, reader }: OpenCapture, exchange: ExchangeRow): MessageSource {
  const splitters = [new GrpcSplitter(MESSAGE_OCTETS), new GrpcSplitter(MESSAGE_OCTETS)] as const;
  const told = (side: 0 | 1, found: readonly PrefixedMessage[]): readonly SourceMessage[] =>
    found.map((message) => conversationMessage(core, exchange, side, message));
  let problem: string | undefined;
  try {
    for await (const events of streamEvents(core, reader, exchange)) {
      const found: SourceMessage[] = [];
      for (const event of events) {
        const splitter = splitters[event.side];
        if (event.kind === 'data') found.push(...told(event.side, splitter.push(event.octets, event.packet)));
        else if (event.kind === 'missing') found.push(...told(event.side, splitter.skip(event.octets)));
        else if (event.kind === 'lost') found.push(...told(event.side, splitter.skip(Infinity)));
        else if (event.kind !== 'headers') found.push(...told(event.side, splitter.end()));
        if (event.kind === 'lost' || (event.kind === 'missing' && splitter.isLost))
          problem = `Octets from the ${event.side === 0 ? 'client' : 'server'} are missing in the capture; where its next message begins is unknown.`;
      }
      yield found;
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    problem = `The file can no longer be read (${error.message}).`;
  }
  const status = statusMessage(core, exchange);
  yield [
    ...told(0, splitters[0].end()),
    ...told(1, splitters[1].end()),
    ...(status === undefined ? [] : [status]),
  ];
  return problem;
}

/** A message as it is shown: decompressed and taken apart. */
export function conversationMessage(
  core: Core,
  exchange: ExchangeRow,
  side: 0 | 1,
  message: PrefixedMessage,
): SourceMessage {
  const lines = fieldLines(core, core.tables.messages.section(exchange * 2 + side));
  const isWhole = message.seen >= message.size;
  const caveats: string[] = [];
  if (!isWhole) {
    const missing =
      message.missing > 0 ? `, ${formatAmount(message.missing, 'octet')} are missing in the capture` : '';
    caveats.push(
      `Cut off: ${formatAmount(message.seen, 'octet')} of ${formatAmount(message.size, 'octet')} came${missing}.`,
    );
  } else if (message.octets.length < message.size) {
    caveats.push(`Only the first ${formatBytes(MESSAGE_OCTETS)} are shown.`);
  }
  let { octets } = message;
  let encoding: string | undefined;
  let isReadable = true;
  if (message.flags & COMPRESSED) {
    const coding = fieldOf(lines, 'grpc-encoding') ?? '';
    const codings = codingsOf(coding);
    const decoded = codings.length === 0 ? undefined : decodeContent(octets, codings, MESSAGE_OCTETS);
    const problem = decoded?.problem;
    if (decoded === undefined) {
      caveats.push('It says that it is compressed, but no grpc-encoding was announced.');
    } else {
      octets = decoded.octets;
      encoding = problem?.kind === 'refused' ? `${coding}, not decoded` : coding;
      if (problem !== undefined && isWhole)
        caveats.push(`It could not be decoded (${problem.coding}: ${problem.words}).`);
      if (decoded.isCapped) caveats.push(`Only the first ${formatBytes(MESSAGE_OCTETS)} are shown.`);
    }
    isReadable = decoded !== undefined && problem === undefined && !decoded.isCapped;
  }
  const isReadableWhole = isReadable && isWhole;
  const isNamedJson = /\+json\b/i.test(fieldOf(lines, 'content-type') ?? '');
  const fields = isNamedJson || !isReadableWhole ? undefined : decodeProtobuf(octets);
  const isText = isNamedJson || (fields === undefined && isReadable && beginsLikeJson(octets));
  return {
    side,
    time: message.packet === 0 ? undefined : core.tables.packets.time(message.packet - 1),
    packet: message.packet,
    kind: 'message',
    label: labelOf(octets, fields),
    began: message.packet,
    inflated: message.flags & COMPRESSED ? octets.length : 0,
    size: message.size,
    octets,
    isText,
    ...(encoding === undefined ? {} : { encoding }),
    ...(fields === undefined ? {} : { fields }),
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

/**
 * Whether a message that is no protobuf is JSON: a codec may be agreed without a name in Content-Type. A message may be cut, so that
 * its beginning has to tell; protobuf would begin a group there, which proto3 does not have.
 */
function beginsLikeJson(octets: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return /^\s*(\{\s*["}]|\[\s*[[{"\]\d-])/.test(text);
  } catch {
    return false;
  }
}

/** The first fields in a line: `1: "world", 2: 5`. */
function labelOf(octets: Uint8Array, fields: ConversationMessage['fields']): string {
  if (octets.length === 0) return 'empty';
  const top = (fields ?? []).filter(({ depth }) => depth === 0);
  const shown = top.slice(0, 4).map(({ name, type, value }) => {
    if (type === 'string') return `${name}: “${value.length > 60 ? `${value.slice(0, 60)}…` : value}”`;
    return type === 'varint' ? `${name}: ${value}` : `${name}: ${type}`;
  });
  return top.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}

/** What ended the call, as its last message: the status of the trailers or of the only header section. */
function statusMessage(core: Core, exchange: ExchangeRow): ConversationMessage | undefined {
  const inside = streamFacts(core, exchange);
  if (inside?.grpcStatus === undefined) return undefined;
  const { messages } = core.tables;
  const response = exchange * 2 + 1;
  const section = messages.trailers(response) || messages.section(response);
  return statusOf(core, inside, fieldLines(core, section), messages.lastPacket(response));
}

function statusOf(
  core: Core,
  inside: StreamFacts,
  lines: readonly string[],
  packet: PacketNumber,
): ConversationMessage {
  const isSaid = inside.grpcMessage !== '' && inside.grpcMessage !== 'OK';
  const message = isSaid ? `: ${inside.grpcMessage}` : '';
  return trailersMessage(core, lines, packet, `${grpcStatusWords(inside.grpcStatus ?? 0)}${message}`);
}

/** A trailer section as a message of the conversation. */
export function trailersMessage(
  core: Core,
  lines: readonly string[],
  packet: PacketNumber,
  label = trailersLabel(lines),
): ConversationMessage {
  const octets = new TextEncoder().encode(lines.join('\n'));
  const time = packet === 0 ? undefined : core.tables.packets.time(packet - 1);
  return { side: 1, time, packet, kind: 'status', label, size: octets.length, octets, isText: true };
}

function trailersLabel(lines: readonly string[]): string {
  const status = fieldOf(lines, 'grpc-status');
  if (status === undefined || !/^\d{1,9}$/.test(status)) return 'no grpc-status';
  const message = decodeGrpcMessage(fieldOf(lines, 'grpc-message') ?? '');
  return `${grpcStatusWords(Number(status))}${message === '' ? '' : `: ${message}`}`;
}
