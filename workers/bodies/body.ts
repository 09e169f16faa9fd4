import { Framing, MessageState } from '../../src/model/exchange.ts';
import { formatAmount, formatBytes } from '../../src/model/format.ts';
import type { Bytes, ExchangeRow } from '../../src/model/units.ts';
import type { BodyPreview } from '../api.ts';
import type { Core } from '../core.ts';
import { fieldLines, fieldOf } from '../field-lines.ts';
import { Follower } from '../follow.ts';
import { flowRowBefore } from '../flow-packets.ts';
import { clientSide } from '../roles.ts';
import { reportedOf } from '../formats/reported.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import { type Dechunked, dechunk } from './chunks.ts';
import { decodeContent } from './decode.ts';
import { harBody } from './har-body.ts';

/** Octets of a body as it was on the wire that are read for a preview. */
const BODY_INPUT: Bytes = 4 << 20;

/** Octets of content that are shown. */
const BODY_OUTPUT: Bytes = 1 << 20;

/** Batches of packets that are read for a body at most: one that never gets whole must not read all that follows in its flow. */
const BATCHES = 64;

/** Packets of the flow before the message's first that are read too: its later octets may have come before its first ones. */
const PACKETS_BEFORE = 16;

/** The content of a message as far as it can be shown; undefined for a message that is not there. */
export async function bodyPreview(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  side: 'request' | 'response',
): Promise<BodyPreview | undefined> {
  const { exchanges, messages } = core.tables;
  if (exchange < 0 || exchange >= exchanges.rows) return undefined;
  const message = exchange * 2 + (side === 'response' ? 1 : 0);
  const state = messages.state(message);
  if (state === MessageState.ABSENT) return undefined;
  const lines = fieldLines(core, messages.section(message));
  const contentType = fieldOf(lines, 'content-type') ?? '';
  const reported = reportedOf(core)?.exchange(exchange);
  if (reported) {
    const body = await harBody(reader, reported, side, BODY_OUTPUT);
    return { ...body, contentType: contentType || (body.contentType ?? '') };
  }
  const hasBody =
    messages.framing(message) !== Framing.NONE &&
    messages.firstPacket(message) !== 0 &&
    messages.headOctets(message) !== 0;
  if (!hasBody) return { octets: new Uint8Array(), contentType, isComplete: state === MessageState.COMPLETE };
  const body = await readBody(core, reader, message);
  return { contentType, ...(await preview(core, message, body, fieldOf(lines, 'content-encoding') ?? '')) };
}

/** Undoes the framing and the codings of a body, and says what it lacks. */
async function preview(
  core: Core,
  message: number,
  body: WireBody,
  coding: string,
): Promise<Omit<BodyPreview, 'contentType'>> {
  const { messages } = core.tables;
  const isChunked = messages.framing(message) === Framing.CHUNKED;
  const content: Dechunked = isChunked ? dechunk(body.octets) : { octets: body.octets, isComplete: true };
  const decoded = await decodeContent(content.octets, coding, BODY_OUTPUT);
  const isWhole = body.isWhole && content.isComplete && messages.state(message) === MessageState.COMPLETE;
  const isComplete = isWhole && decoded.isComplete && decoded.octets.length <= BODY_OUTPUT;
  const caveats = [
    body.caveat,
    content.problem === undefined ? undefined : `The chunk framing is broken: ${content.problem}.`,
    stateCaveat(core, message),
    decoded.octets.length < BODY_OUTPUT || isComplete
      ? undefined
      : `Only the first ${formatBytes(BODY_OUTPUT)} are shown.`,
    // A coding that ends early because its octets do is said already.
    decoded.problem === undefined || !isWhole
      ? undefined
      : `The content is not valid ${coding}: ${decoded.problem}.`,
  ].filter((caveat) => caveat !== undefined);
  return {
    octets: decoded.octets.slice(0, BODY_OUTPUT),
    isComplete,
    ...(decoded.encoding === undefined ? {} : { encoding: decoded.encoding }),
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

function stateCaveat(core: Core, message: number): string | undefined {
  switch (core.tables.messages.state(message)) {
    case MessageState.IN_BODY:
      return 'The message was still open when the capture ended.';
    case MessageState.CUT_BY_FIN:
      return 'The sender closed the connection (FIN) before the message was complete.';
    case MessageState.CUT_BY_RST:
      return 'The connection was reset (RST) before the message was complete.';
    case MessageState.BROKEN:
      return 'The framing of the message is broken; what comes after was not read.';
    default:
      return undefined;
  }
}

interface WireBody {
  readonly octets: Uint8Array;
  readonly isWhole: boolean;
  readonly caveat?: string;
}

/** The octets of a message's body as they were on the wire, chunk framing included. */
async function readBody(core: Core, reader: BlobReader, message: number): Promise<WireBody> {
  const { exchanges, messages } = core.tables;
  const flow = exchanges.flow(message >>> 1);
  const length = messages.bodyOctets(message);
  const wanted = Math.min(length, BODY_INPUT);
  const collector = new Collector(messages.sequence(message) + messages.headOctets(message), wanted);
  const direction = message & 1 ? 1 - clientSide(core, flow) : clientSide(core, flow);
  const start = flowRowBefore(core, flow, messages.firstPacket(message) - 1, PACKETS_BEFORE);
  const follower = new Follower(core, reader, flow, start);
  try {
    for (let batch = 0; batch < BATCHES && !collector.isDone; batch++) {
      const pieces = await follower.next();
      if (!pieces) break;
      for (const piece of pieces) {
        if (piece.direction === direction) collector.add(piece.sequence, piece.octets, piece.missing);
      }
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return {
      octets: collector.octets,
      isWhole: false,
      caveat: `The file can no longer be read (${error.message}).`,
    };
  }
  if (collector.missing > 0) {
    const missing = formatAmount(collector.missing, 'octet');
    return {
      octets: collector.octets,
      isWhole: false,
      caveat: `Here ${missing} are missing in the capture; what comes after is not shown.`,
    };
  }
  if (length > BODY_INPUT) {
    return {
      octets: collector.octets,
      isWhole: false,
      caveat: `Only the first ${formatBytes(BODY_INPUT)} of ${formatBytes(length)} were read.`,
    };
  }
  return { octets: collector.octets, isWhole: collector.octets.length >= length };
}

/** Collects a stretch of one direction from pieces in order. */
class Collector {
  readonly #octets: Uint8Array;
  readonly #start: number;
  #used = 0;
  #missing = 0;

  /** `start`: sequence number of the first octet, modulo 2^32. */
  constructor(start: number, length: Bytes) {
    this.#start = start >>> 0;
    this.#octets = new Uint8Array(length);
  }

  get octets(): Uint8Array {
    return this.#octets.subarray(0, this.#used);
  }

  /** Octets of a gap where the collecting had to stop; 0 where there was none. */
  get missing(): number {
    return this.#missing;
  }

  get isDone(): boolean {
    return this.#used >= this.#octets.length || this.#missing > 0;
  }

  add(sequence: number, octets: Uint8Array, missing: number): void {
    if (this.isDone) return;
    // Octets of the piece before the one that is wanted next; negative where the piece begins after it.
    const skip = (this.#start + this.#used - sequence) | 0;
    const length = missing > 0 ? missing : octets.length;
    if (skip >= length) return;
    if (missing > 0 || skip < 0) {
      this.#missing = missing > 0 ? missing - Math.max(0, skip) : -skip;
      return;
    }
    const kept = octets.subarray(skip, skip + this.#octets.length - this.#used);
    this.#octets.set(kept, this.#used);
    this.#used += kept.length;
  }
}
