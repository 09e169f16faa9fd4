import type { ConversationPart, ConversationSummary } from '../../src/model/conversation.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import type { OpenCapture } from '../open-capture.ts';
import { serverSentEvents } from './events.ts';
import { grpc } from './grpc.ts';
import { grpcWeb } from './grpc-web.ts';
import { jsonLines } from './lines.ts';
import { webSocket } from './websocket.ts';

/** How the messages of one protocol inside an exchange are found and read. */
export interface ConversationReader {
  /** What is spoken inside the exchange, by its rows alone; undefined where this reader has nothing to read. */
  speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined;
  /** The messages from `from` on: 0, or what the part before named as next. Asked only where it speaks. */
  read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart>;
}

/** One a protocol; the first that speaks is believed. */
const READERS: readonly ConversationReader[] = [grpc, grpcWeb, webSocket, serverSentEvents, jsonLines];

/** What is spoken inside an exchange beyond its two messages; undefined where nothing is. */
export function conversationSummary(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  for (const reader of READERS) {
    const summary = reader.speaks(core, exchange);
    if (summary) return summary;
  }
  return undefined;
}

/** The messages inside an exchange from `from` on; undefined where it has none. */
export async function conversation(
  capture: OpenCapture,
  exchange: ExchangeRow,
  from: number,
): Promise<ConversationPart | undefined> {
  if (exchange < 0 || exchange >= capture.core.tables.exchanges.rows) return undefined;
  const reader = READERS.find(({ speaks }) => speaks(capture.core, exchange) !== undefined);
  return reader?.read(capture, exchange, from);
}
