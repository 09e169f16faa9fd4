import type { ConversationMessage, MessageField } from '../../src/model/conversation.ts';
import { formatBytes } from '../../src/model/format.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes, PacketNumber } from '../../src/model/units.ts';
import type { ContentPiece } from './content/content-pieces.ts';
import { type Line, LineSplitter } from './content/line-splitter.ts';

/** An event, or what else stands between empty lines. */
export type ParsedEvent = Omit<ConversationMessage, 'side' | 'time'>;

const LIMIT: Bytes = LIMITS.CONVERSATION_MESSAGE_OCTETS;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** Lines up to an empty one, as they are read. */
interface Block {
  readonly packet: PacketNumber;
  size: Bytes;
  type: string;
  readonly data: string[];
  dataOctets: Bytes;
  readonly fields: MessageField[];
  readonly comments: string[];
  isCut: boolean;
  isCapped: boolean;
}

/** Reads an event stream (WHATWG HTML, section 9.2.6 "Interpreting an event stream"). Comments, which keep it alive, are told too. */
export class EventParser {
  readonly #splitter = new LineSplitter(true);
  readonly #decoder = new TextDecoder();
  #block: Block | undefined;
  #isFirst = true;

  /** Takes content; answers the events that are complete now. */
  push(piece: ContentPiece): readonly ParsedEvent[] {
    return this.#splitter.push(piece).flatMap((line) => this.#line(line));
  }

  /** The content is over: an event without its empty line is not dispatched, and told with the reason `why`. */
  end(why: string): readonly ParsedEvent[] {
    const line = this.#splitter.end();
    const events = line ? [...this.#line(line)] : [];
    if (this.#block) events.push(eventOf(this.#block, why));
    this.#block = undefined;
    return events;
  }

  #line(line: Line): readonly ParsedEvent[] {
    let { octets } = line;
    if (this.#isFirst && BOM.every((octet, index) => octets[index] === octet)) octets = octets.subarray(3);
    this.#isFirst = false;
    if (octets.length === 0 && !line.isCut && line.isEnded) {
      const done = this.#block;
      this.#block = undefined;
      return done ? [eventOf(done, undefined)] : [];
    }
    this.#block ??= {
      packet: line.packet,
      size: 0,
      type: '',
      data: [],
      dataOctets: 0,
      fields: [],
      comments: [],
      isCut: false,
      isCapped: false,
    };
    this.#field(this.#block, this.#decoder.decode(octets), line);
    return [];
  }

  #field(block: Block, text: string, line: Line): void {
    block.size += line.size;
    block.isCut ||= line.isCut;
    block.isCapped ||= line.size > line.octets.length;
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    switch (name) {
      case '':
        if (colon === 0) block.comments.push(value);
        break;
      case 'data':
        block.dataOctets += line.octets.length;
        if (block.dataOctets <= LIMIT) block.data.push(value);
        else block.isCapped = true;
        break;
      case 'event':
        block.type = value;
        block.fields.push({ name, type: 'text', value, depth: 0 });
        break;
      default:
        block.fields.push({ name, type: noteOf(name, value), value, depth: 0 });
    }
  }
}

/** What a field other than data and event does. */
function noteOf(name: string, value: string): string {
  if (name === 'id') return value.includes('\0') ? 'ignored' : 'text';
  if (name === 'retry') return /^\d+$/.test(value) ? 'milliseconds' : 'ignored';
  return 'ignored';
}

function eventOf(block: Block, cut: string | undefined): ParsedEvent {
  const hasData = block.data.length > 0 || block.isCapped;
  const isComment = !hasData && block.comments.length > 0;
  const text = (isComment ? block.comments : block.data).join('\n');
  const caveats = [
    ...(block.isCut ? ['Octets of it are missing in the capture.'] : []),
    ...(cut === undefined ? [] : [cut]),
    ...(block.isCapped ? [`Only the first ${formatBytes(LIMIT)} are shown.`] : []),
  ];
  return {
    packet: block.packet,
    kind: hasData ? 'event' : isComment ? 'comment' : 'settings',
    label: hasData ? block.type : isComment ? '' : settingsLabel(block.fields),
    size: block.size,
    octets: new TextEncoder().encode(text),
    isText: true,
    ...(block.fields.length === 0 ? {} : { fields: block.fields }),
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

/** Fields without data: no event is dispatched. */
function settingsLabel(fields: readonly MessageField[]): string {
  return fields.map(({ name, value }) => `${name}: ${value}`).join(', ');
}
