import type { BodyFile, BodyPreview } from '../../src/model/body.ts';
import { Framing, MessageState } from '../../src/model/exchange.ts';
import { formatBytes } from '../../src/model/format.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes, ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { fieldLines, fieldName, fieldOf, fieldValue } from '../field-lines.ts';
import { reportedOf } from '../formats/reported.ts';
import type { BlobReader } from '../source/blob-reader.ts';
import { dechunk } from './chunks.ts';
import { describeContent } from './content.ts';
import { rangeStart, rangeWords } from './content-range.ts';
import { codingsOf, type Decoded, decodeContent } from './decode.ts';
import { fileName } from './file-name.ts';
import { harBody } from './har-body.ts';
import { readWireBody, type WireBody } from './wire-body.ts';

/** The version of messages without a head. */
const HTTP09 = 9;

/** The body of a message without its framing and codings, as far as it could be read. */
interface LoadedBody {
  readonly octets: Uint8Array;
  /** As it was on the wire; absent where that is the content. */
  readonly wire?: Uint8Array;
  readonly contentType: string;
  readonly encoding?: string;
  readonly isComplete: boolean;
  readonly isCapped: boolean;
  /** Why it is not complete, in a sentence each. */
  readonly caveats: readonly string[];
  readonly range?: string;
}

/** The content of a message as far as it can be shown; undefined for a message that is not there. */
export async function bodyPreview(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  side: 'request' | 'response',
): Promise<BodyPreview | undefined> {
  const body = await load(core, reader, exchange, side, LIMITS.BODY_WIRE_OCTETS, LIMITS.BODY_IMAGE_OCTETS);
  if (!body) return undefined;
  const { contentType, encoding, range, wire } = body;
  const content = describeContent(body.octets, contentType);
  // All parts of a multipart content are there, though it is not shown whole as text.
  const shown = content.parts ? body.octets.length : content.octets.length;
  const isCapped = body.isCapped || shown < body.octets.length;
  const caveats = isCapped
    ? [...body.caveats, `Only the first ${formatBytes(shown)} are shown.`]
    : body.caveats;
  return {
    ...content,
    contentType,
    isComplete: body.isComplete && !isCapped,
    ...(encoding === undefined ? {} : { encoding }),
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
    ...(range === undefined ? {} : { range }),
    ...(wire === undefined ? {} : { wire: wire.slice(0, LIMITS.BODY_SHOWN_OCTETS) }),
  };
}

/** The content of a message, or its octets as they were on the wire, for a file; undefined for a message that is not there. */
export async function bodyFile(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  side: 'request' | 'response',
  form: 'content' | 'wire',
): Promise<BodyFile | undefined> {
  const body = await load(core, reader, exchange, side, LIMITS.BODY_SAVED_OCTETS, LIMITS.BODY_SAVED_OCTETS);
  if (!body) return undefined;
  const octets = form === 'wire' ? (body.wire ?? body.octets) : body.octets;
  const caveats = body.isCapped
    ? [...body.caveats, `Only the first ${formatBytes(octets.length)} are in the file.`]
    : body.caveats;
  return {
    blob: new Blob([new Uint8Array(octets)]),
    name: fileName(core, exchange, side, body.contentType, form),
    bytes: octets.length,
    isComplete: body.isComplete && !body.isCapped,
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

/** Reads a body again; at most `wireLimit` octets of the wire and `limit` octets of content. */
async function load(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  side: 'request' | 'response',
  wireLimit: Bytes,
  limit: Bytes,
): Promise<LoadedBody | undefined> {
  const { exchanges, messages } = core.tables;
  if (exchange < 0 || exchange >= exchanges.rows) return undefined;
  const message = exchange * 2 + (side === 'response' ? 1 : 0);
  const state = messages.state(message);
  if (state === MessageState.ABSENT) return undefined;
  const lines = fieldLines(core, messages.section(message));
  const contentType = fieldOf(lines, 'content-type') ?? '';
  const range = rangeWords(fieldOf(lines, 'content-range') ?? '');
  const base = { contentType, isCapped: false, ...(range === undefined ? {} : { range }) };
  const reported = reportedOf(core)?.exchange(exchange);
  if (reported) {
    const body = await harBody(reader, reported, side, limit);
    return { ...base, ...body, contentType: contentType || body.contentType };
  }
  const hasBody =
    messages.framing(message) !== Framing.NONE &&
    messages.framing(message) !== Framing.TUNNEL &&
    messages.firstPacket(message) !== 0 &&
    (messages.headOctets(message) !== 0 || messages.version(message) === HTTP09);
  if (!hasBody) {
    return { ...base, octets: new Uint8Array(), isComplete: state === MessageState.COMPLETE, caveats: [] };
  }
  const wire = await readWireBody(core, reader, message, wireLimit);
  return { ...base, ...unwrap(core, message, wire, lines, limit) };
}

/** Undoes the framing, the transfer codings and the content codings of a body, and says what it lacks. */
function unwrap(
  core: Core,
  message: number,
  wire: WireBody,
  lines: readonly string[],
  limit: Bytes,
): Omit<LoadedBody, 'contentType'> {
  const { messages } = core.tables;
  const isChunked = messages.framing(message) === Framing.CHUNKED;
  const unchunked = isChunked ? dechunk(wire.octets) : { octets: wire.octets, isComplete: true };
  const transferCodings = codingsOf(valuesOf(lines, 'transfer-encoding')).filter(
    (coding) => coding !== 'chunked',
  );
  const codings = [...codingsOf(valuesOf(lines, 'content-encoding')), ...transferCodings];
  const decoded = decodeContent(unchunked.octets, codings, limit);
  const isWhole = wire.isWhole && unchunked.isComplete && messages.state(message) === MessageState.COMPLETE;
  const caveats = [
    wire.caveat,
    unchunked.problem === undefined ? undefined : `The chunk framing is broken: ${unchunked.problem}.`,
    stateCaveat(core, message),
    codingCaveat(decoded, isWhole, rangeStart(fieldOf(lines, 'content-range') ?? '') ?? 0),
  ].filter((caveat) => caveat !== undefined);
  const isAsSent = !isChunked && codings.length === 0;
  return {
    octets: decoded.octets,
    isComplete: isWhole && decoded.isComplete,
    isCapped: decoded.isCapped,
    caveats,
    ...(isAsSent ? {} : { wire: wire.octets }),
    ...(decoded.encoding === undefined ? {} : { encoding: encodingWords(decoded.encoding, decoded) }),
  };
}

/** The values of all lines of a field, as one list (RFC 9110 section 5.3). */
function valuesOf(lines: readonly string[], name: string): string {
  return lines
    .filter((line) => fieldName(line) === name)
    .map(fieldValue)
    .join(',');
}

function encodingWords(encoding: string, { problem }: Decoded): string {
  return problem?.isNothing ? `${encoding}, not undone` : encoding;
}

function codingCaveat(decoded: Decoded, isWhole: boolean, start: Bytes): string | undefined {
  const { problem } = decoded;
  if (problem === undefined) return undefined;
  const { coding, words } = problem;
  if (problem.kind === 'refused') {
    return `The content coding “${coding}” is not undone: ${words}. The octets are shown as they were sent.`;
  }
  if (start > 0)
    return `This is a range out of the ${coding} content; without the octets before it, it cannot be decoded.`;
  if (isWhole && problem.isNothing)
    return `The content is said to be ${coding} but is not (${words}); it is shown as it was sent.`;
  if (isWhole) return `The content is not valid ${coding} (${words}); what could be decoded before is shown.`;
  // That a coding ends early because its octets do is said already.
  return problem.isNothing
    ? `What is there of the ${coding} content is not enough to decode; it is shown as it was sent.`
    : `Of the ${coding} content, all that the octets before the cut hold is shown.`;
}

function stateCaveat(core: Core, message: number): string | undefined {
  switch (core.tables.messages.state(message)) {
    case MessageState.IN_BODY:
      return 'The message was still open when the capture ended.';
    case MessageState.CUT_BY_FIN:
      return 'The sender closed the connection (FIN) before the message was complete.';
    case MessageState.CUT_BY_RST:
      return 'The connection was reset (RST) before the message was complete.';
    case MessageState.CUT_BY_RST_STREAM:
      return 'The stream was reset (RST_STREAM) before the message was complete.';
    case MessageState.BROKEN:
      return 'The framing of the message is broken; what comes after was not read.';
    default:
      return undefined;
  }
}
