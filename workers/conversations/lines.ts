import type { ConversationPart, ConversationSummary } from '../../src/model/conversation.ts';
import { MessageState } from '../../src/model/exchange.ts';
import { formatBytes } from '../../src/model/format.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import type { OpenCapture } from '../open-capture.ts';
import { contentPieces } from './content/content-pieces.ts';
import { type Line, LineSplitter } from './content/line-splitter.ts';
import { mediaTypeOf } from './events.ts';
import type { ConversationReader } from './index.ts';
import { type MessageSource, readPart, type SourceMessage } from './paging.ts';

/** Types of a JSON text a line: ndjson, JSON lines, and JSON text sequences (RFC 7464). */
const LINE_TYPES =
  /^(application|text)\/(x-)?(ndjson|jsonl|jsonlines|json-lines|json-seq|json-stream|ldjson)$|^application\/(stream\+json|[\w.-]+\+(json-seq|ndjson|jsonl))$/;

/** Ahead of each text of a JSON text sequence. */
const RECORD_SEPARATOR = 0x1e;

/** Octets of a line that are checked for being JSON. */
const CHECKED = 256 << 10;

/** JSON lines, in either direction: bulk requests, streamed answers, watches of the Kubernetes API. */
export const jsonLines: ConversationReader = { speaks, read };

function isLines(core: Core, exchange: ExchangeRow, side: 0 | 1): boolean {
  const type = mediaTypeOf(core, exchange * 2 + side);
  if (LINE_TYPES.test(type)) return true;
  // The Kubernetes API answers a watch with objects, a line each, and calls it application/json.
  return (
    side === 1 && type === 'application/json' && isWatch(core.text(core.tables.exchanges.target(exchange)))
  );
}

function isWatch(target: string): boolean {
  return /^[^?]*\/apis?\/[^?]*\?(?:[^#]*&)?watch=(?:1|true)(?:&|$)/.test(target);
}

function speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  return isLines(core, exchange, 0) || isLines(core, exchange, 1) ? { protocol: 'JSON lines' } : undefined;
}

function read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart> {
  return readPart(capture, exchange, from, 'JSON lines', () => lines(capture, exchange));
}

async function* lines(capture: OpenCapture, exchange: ExchangeRow): MessageSource {
  const { core } = capture;
  const problems: string[] = [];
  for (const side of [0, 1] as const) {
    if (!isLines(core, exchange, side)) continue;
    const splitter = new LineSplitter(false);
    const isWhole = core.tables.messages.state(exchange * 2 + side) === MessageState.COMPLETE;
    const told = (found: readonly Line[]): readonly SourceMessage[] =>
      found.flatMap((line) => lineMessage(core, side, line, isWhole));
    const pieces = contentPieces(capture, exchange * 2 + side);
    for (;;) {
      const step = await pieces.next();
      if (step.done === true) {
        const last = splitter.end();
        yield told(last ? [last] : []);
        if (step.value !== undefined) problems.push(step.value);
        break;
      }
      yield told(step.value.flatMap((piece) => splitter.push(piece)));
    }
  }
  return problems.length === 0 ? undefined : problems.join(' ');
}

/** A line as a message; none for an empty one, which only keeps the connection alive. */
function lineMessage(core: Core, side: 0 | 1, line: Line, isWhole: boolean): readonly SourceMessage[] {
  const octets = line.octets[0] === RECORD_SEPARATOR ? line.octets.subarray(1) : line.octets;
  if (octets.every((octet) => octet === 0x20 || octet === 0x09 || octet === 0x0d) && !line.isCut) return [];
  const isCapped = line.size > line.octets.length;
  // The last line may end with the content.
  const isCut = line.isCut || (!line.isEnded && !isWhole);
  const caveats = [
    ...(line.isCut ? ['Octets of it are missing in the capture.'] : []),
    ...(isCut && !line.isCut ? ['It was not whole when the content ended.'] : []),
    ...(isCapped ? [`Only the first ${formatBytes(line.octets.length)} are shown.`] : []),
    ...(!isCut && !isCapped && octets.length <= CHECKED && !isJson(octets) ? ['It is not valid JSON.'] : []),
  ];
  return [
    {
      side,
      time: line.packet === 0 ? undefined : core.tables.packets.time(line.packet - 1),
      packet: line.packet,
      kind: 'line',
      label: '',
      size: line.size,
      octets,
      isText: true,
      ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
    },
  ];
}

function isJson(octets: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(octets));
    return true;
  } catch {
    return false;
  }
}
