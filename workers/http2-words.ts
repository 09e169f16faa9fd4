import { GRPC_STATUSES, HTTP2_ERRORS, HTTP2_SETTINGS } from '../src/model/http2-registries.ts';
import { formatAmount, formatCount } from '../src/model/format.ts';
import { GRPC_STATUS_ABSENT, StreamKind } from '../src/model/stream.ts';
import type { ExchangeRow } from '../src/model/units.ts';
import type { Core } from './core.ts';

/** How an error code of HTTP/2 is called; a number that the standard does not know as it is. */
export function http2ErrorName(code: number): string {
  return HTTP2_ERRORS[code] ?? `error ${code}`;
}

/** How a status of gRPC is called. */
export function grpcStatusName(status: number): string {
  return GRPC_STATUSES[status] ?? `status ${status}`;
}

/** A grpc-message as it was meant: percent-decoded (gRPC over HTTP/2, "Responses"). What is no valid UTF-8 stays as sent. */
export function decodeGrpcMessage(sent: string): string {
  return sent.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

/** A RST_STREAM of one side of a stream. */
export interface StreamReset {
  /** 0 the client, 1 the server. */
  readonly side: 0 | 1;
  readonly packet: number;
  readonly code: number;
}

/** What an exchange is besides its two messages: its HTTP/2 stream, its gRPC call. */
export interface StreamFacts {
  /** Row of the streams table. */
  readonly row: number;
  readonly identifier: number;
  /** {@link StreamKind}. */
  readonly kind: number;
  /** {@link StreamMark} bits. */
  readonly marks: number;
  /** The exchange whose stream promised this one; undefined where it was not pushed. */
  readonly promisedBy: ExchangeRow | undefined;
  /** grpc-status; undefined where none was seen. */
  readonly grpcStatus: number | undefined;
  /** grpc-message, decoded; '' where none was sent. */
  readonly grpcMessage: string;
  /** The RST_STREAMs in the order they came. */
  readonly resets: readonly StreamReset[];
}

/** Reads the stream of an exchange out of the columns; undefined for plain HTTP/1. */
export function streamFacts(core: Core, exchange: ExchangeRow): StreamFacts | undefined {
  const { exchanges, streams, streamSides } = core.tables;
  const row = exchanges.stream(exchange) - 1;
  if (row < 0) return undefined;
  const kind = streams.kind(row);
  const status = streams.grpcStatus(row);
  const promisedBy = streams.promisedBy(row);
  const resets: StreamReset[] = [];
  for (const side of [0, 1] as const) {
    const packet = streamSides.endPacket(row * 2 + side);
    if (packet !== 0) resets.push({ side, packet, code: streamSides.endCode(row * 2 + side) });
  }
  resets.sort((a, b) => a.packet - b.packet);
  return {
    row,
    identifier: streams.identifier(row),
    kind,
    marks: streams.marks(row),
    promisedBy: promisedBy === 0 ? undefined : promisedBy - 1,
    grpcStatus: status === GRPC_STATUS_ABSENT || kind === StreamKind.WEBSOCKET ? undefined : status,
    grpcMessage: decodeGrpcMessage(core.text(streams.grpcMessage(row))),
    resets,
  };
}

/** Whether an exchange has a stream of HTTP/2 to itself, so that others do not wait for it. */
export function isInStream(core: Core, exchange: ExchangeRow): boolean {
  const { exchanges, streams } = core.tables;
  const row = exchanges.stream(exchange) - 1;
  return row >= 0 && streams.identifier(row) !== 0;
}

/** `14 UNAVAILABLE`: a gRPC status for a table. */
export function grpcStatusWords(status: number): string {
  return `${status} ${grpcStatusName(status)}`;
}

/** The parameters of a SETTINGS frame (6 octets each) in words: `MAX_CONCURRENT_STREAMS 100, INITIAL_WINDOW_SIZE 65,535`. */
export function settingsWords(parameters: Uint8Array): string {
  const view = new DataView(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  const words: string[] = [];
  for (let at = 0; parameters.length - at >= 6; at += 6) {
    const id = view.getUint16(at);
    const value = view.getUint32(at + 2);
    const name = HTTP2_SETTINGS[id] ?? `setting ${id}`;
    words.push(`${name} ${formatCount(value)}`);
    // Hostile senders may repeat themselves.
    if (words.length === 16 && parameters.length - at > 6) {
      words.push(`and ${formatAmount(Math.floor((parameters.length - at) / 6) - 1, 'more', 'more')}`);
      break;
    }
  }
  return words.join(', ');
}
