import type { ConversationMessage, ConversationPart } from '../../src/model/conversation.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes, ExchangeRow } from '../../src/model/units.ts';
import type { OpenCapture } from '../open-capture.ts';

/** A message on its way to the page. */
export interface SourceMessage extends ConversationMessage {
  /** Octets that decompressing it gave, kept or not. */
  readonly inflated?: Bytes;
  /** Which it was to begin, where messages may end in another order. */
  readonly began?: number;
}

/**
 * The messages of a conversation in the order they were complete, a few at a time as the file is read. Ends with what kept it from
 * going on, where something did.
 */
export type MessageSource = AsyncGenerator<readonly SourceMessage[], string | undefined, void>;

/** Batches of packets that are read for one part, about half a MiB each, before the page is told how far it came. */
const BATCHES = 128;

/** Where reading a conversation has come to, to go on from there. */
interface Place {
  readonly exchange: ExchangeRow;
  readonly source: MessageSource;
  /** Messages that were handed out or passed over, and those that wait. */
  given: number;
  waiting: readonly SourceMessage[];
  at: number;
  /** Turn of the follow desk in which it was read: whoever follows in between takes the core's one follow state. */
  turn: number;
}

const PLACES = new WeakMap<OpenCapture, Place>();

/** A part of a conversation from message `from` on; in it, messages are in the order they began. Runs at the follow desk only. */
export async function readPart(
  capture: OpenCapture,
  exchange: ExchangeRow,
  from: number,
  protocol: string,
  open: () => MessageSource,
): Promise<ConversationPart> {
  const place = placeAt(capture, exchange, from, open);
  place.turn = capture.desk.turn;
  const found: SourceMessage[] = [];
  let octets: Bytes = 0;
  let inflated: Bytes = 0;
  const part = (next: number | undefined, problem?: string): ConversationPart => ({
    protocol,
    messages: found.sort(byBeginning).map(shown),
    next,
    ...(problem === undefined ? {} : { problem }),
  });
  for (let batch = 0; ;) {
    for (; place.at < place.waiting.length; place.at++) {
      const isFull =
        found.length >= LIMITS.CONVERSATION_PART_MESSAGES ||
        octets >= LIMITS.CONVERSATION_PART_OCTETS ||
        inflated >= LIMITS.CONVERSATION_INFLATED_OCTETS;
      if (isFull) return part(place.given);
      const message = place.waiting[place.at];
      if (!message) break;
      place.given++;
      // A place that began again has to come to where the last part ended.
      if (place.given <= from) continue;
      found.push(message);
      octets += message.octets.length;
      inflated += message.inflated ?? 0;
    }
    if (place.given >= from && ++batch > BATCHES) return part(place.given);
    const read = await place.source.next();
    if (read.done === true) {
      PLACES.delete(capture);
      return part(undefined, read.value);
    }
    place.waiting = read.value;
    place.at = 0;
  }
}

/** Those without a beginning of their own are the last. */
function byBeginning(a: SourceMessage, b: SourceMessage): number {
  if (a.began === b.began) return 0;
  return (a.began ?? Infinity) - (b.began ?? Infinity);
}

/** What crosses to the page. */
function shown(message: SourceMessage): ConversationMessage {
  const { side, time, packet, kind, label, size, octets, isText, encoding, fields, caveat } = message;
  return {
    ...{ side, time, packet, kind, label, size, octets, isText },
    ...(encoding === undefined ? {} : { encoding }),
    ...(fields === undefined ? {} : { fields }),
    ...(caveat === undefined ? {} : { caveat }),
  };
}

function placeAt(
  capture: OpenCapture,
  exchange: ExchangeRow,
  from: number,
  open: () => MessageSource,
): Place {
  const known = PLACES.get(capture);
  const isThere =
    known?.exchange === exchange && known.given === from && from > 0 && known.turn === capture.desk.turn - 1;
  if (known && isThere) return known;
  const place: Place = { exchange, source: open(), given: 0, waiting: [], at: 0, turn: 0 };
  PLACES.set(capture, place);
  return place;
}
