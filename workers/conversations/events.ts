import type { ConversationPart, ConversationSummary } from '../../src/model/conversation.ts';
import { Framing, MessageState } from '../../src/model/exchange.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import { parseMediaType } from '../bodies/media-type.ts';
import type { Core } from '../core.ts';
import type { OpenCapture } from '../open-capture.ts';
import { contentPieces } from './content/content-pieces.ts';
import { EventParser, type ParsedEvent } from './event-parser.ts';
import type { ConversationReader } from './index.ts';
import { type MessageSource, readPart, type SourceMessage } from './paging.ts';

/** Server-sent events: the content of a response of type text/event-stream. */
export const serverSentEvents: ConversationReader = { speaks, read };

/** The media type of a message with content, in lower case; '' where it has none. */
export function mediaTypeOf(core: Core, message: number): string {
  const { messages, sections } = core.tables;
  const section = messages.section(message);
  const hasContent =
    messages.state(message) !== MessageState.ABSENT && messages.framing(message) !== Framing.NONE;
  if (!hasContent || section === 0) return '';
  return parseMediaType(core.text(sections.contentType(section - 1))).name;
}

function speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  const isStream = mediaTypeOf(core, exchange * 2 + 1) === 'text/event-stream';
  return isStream ? { protocol: 'server-sent events' } : undefined;
}

function read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart> {
  return readPart(capture, exchange, from, 'server-sent events', () => events(capture, exchange));
}

async function* events(capture: OpenCapture, exchange: ExchangeRow): MessageSource {
  const { messages, packets } = capture.core.tables;
  const parser = new EventParser();
  const told = (found: readonly ParsedEvent[]): readonly SourceMessage[] =>
    found.map((event) => ({
      ...event,
      side: 1,
      time: event.packet === 0 ? undefined : packets.time(event.packet - 1),
    }));
  const pieces = contentPieces(capture, exchange * 2 + 1);
  for (;;) {
    const step = await pieces.next();
    if (step.done === true) {
      const isOver = messages.state(exchange * 2 + 1) === MessageState.COMPLETE;
      yield told(
        parser.end(
          isOver
            ? 'The stream ended before the empty line that dispatches it.'
            : 'It was not whole when the content ended.',
        ),
      );
      return step.value;
    }
    yield told(step.value.flatMap((piece) => parser.push(piece)));
  }
}
