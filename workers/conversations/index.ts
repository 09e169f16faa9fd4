import type { ConversationPart } from '../../src/model/conversation.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { OpenCapture } from '../open-capture.ts';

/** Reads the messages inside an exchange from `from` on; undefined where the exchange does not speak its protocol. */
export type ConversationReader = (
  capture: OpenCapture,
  exchange: ExchangeRow,
  from: number,
) => Promise<ConversationPart | undefined>;

/** One a protocol; the first that answers is believed. */
const READERS: readonly ConversationReader[] = [];

/** The messages inside an exchange; undefined where it has none. */
export async function conversation(
  capture: OpenCapture,
  exchange: ExchangeRow,
  from: number,
): Promise<ConversationPart | undefined> {
  if (exchange < 0 || exchange >= capture.core.tables.exchanges.rows) return undefined;
  for (const read of READERS) {
    const part = await read(capture, exchange, from);
    if (part) return part;
  }
  return undefined;
}
