import type { ConversationPart, ConversationSummary } from '../../src/model/conversation.ts';
import { MessageState, SectionMark } from '../../src/model/exchange.ts';
import { StreamKind } from '../../src/model/stream.ts';
import type { Bytes, ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { streamFacts } from '../http2-words.ts';
import type { OpenCapture } from '../open-capture.ts';
import { contentPieces } from './content/content-pieces.ts';
import { mediaTypeOf } from './events.ts';
import { conversationMessage, trailersMessage } from './grpc.ts';
import { GrpcSplitter, type PrefixedMessage } from './grpc-splitter.ts';
import type { ConversationReader } from './index.ts';
import { type MessageSource, readPart, type SourceMessage } from './paging.ts';

/** Octets of one message that are kept. */
const MESSAGE_OCTETS: Bytes = 256 << 10;

/** The bit of a frame that marks trailers (gRPC-Web protocol, "Message framing"). */
const TRAILERS = 0x80;

/** gRPC-Web: calls of gRPC in HTTP/1.1 or HTTP/2, binary or in base64, with the trailers as the last frame of the content. */
export const grpcWeb: ConversationReader = { speaks, read };

/** Whether a message carries gRPC-Web, and in which form. */
function formOf(core: Core, message: number): 'binary' | 'text' | undefined {
  const type = mediaTypeOf(core, message);
  if (/^application\/grpc-web-text(\+|$)/.test(type)) return 'text';
  return /^application\/grpc-web(\+|$)/.test(type) ? 'binary' : undefined;
}

function speaks(core: Core, exchange: ExchangeRow): ConversationSummary | undefined {
  const isSpoken = [exchange * 2, exchange * 2 + 1].some((row) => formOf(core, row) !== undefined);
  if (!isSpoken) return undefined;
  const inside = streamFacts(core, exchange);
  // A HAR file has no rows of it, and what is compressed as a whole is not looked into.
  if (inside?.kind !== StreamKind.GRPC_WEB || isCompressed(core, exchange)) return { protocol: 'gRPC-Web' };
  const { messages } = core.tables.streamSides;
  return { protocol: 'gRPC-Web', messages: messages(inside.row * 2) + messages(inside.row * 2 + 1) };
}

function isCompressed(core: Core, exchange: ExchangeRow): boolean {
  const { messages, sections } = core.tables;
  return [exchange * 2, exchange * 2 + 1].some((row) => {
    const section = messages.section(row);
    return section !== 0 && (sections.marks(section - 1) & SectionMark.CONTENT_ENCODING) !== 0;
  });
}

function read(capture: OpenCapture, exchange: ExchangeRow, from: number): Promise<ConversationPart> {
  return readPart(capture, exchange, from, 'gRPC-Web', () => source(capture, exchange));
}

/** The request, then the response: gRPC-Web has no call where both sides speak at once. */
async function* source(capture: OpenCapture, exchange: ExchangeRow): MessageSource {
  for (const side of [0, 1] as const) {
    const message = exchange * 2 + side;
    const form = formOf(capture.core, message);
    if (form === undefined || capture.core.tables.messages.state(message) === MessageState.ABSENT) continue;
    const problem = yield* oneSide(capture, exchange, side, form);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function* oneSide(
  capture: OpenCapture,
  exchange: ExchangeRow,
  side: 0 | 1,
  form: 'binary' | 'text',
): MessageSource {
  const { core } = capture;
  const splitter = new GrpcSplitter(MESSAGE_OCTETS);
  const base64 = form === 'text' ? new Base64Decoder() : undefined;
  const told = (found: readonly PrefixedMessage[]): readonly SourceMessage[] =>
    found.map((message) => frameMessage(core, exchange, side, message));
  const pieces = contentPieces(capture, exchange * 2 + side);
  for (;;) {
    const step = await pieces.next();
    if (step.done === true) {
      yield told(splitter.end());
      return step.value;
    }
    const found: PrefixedMessage[] = [];
    for (const { octets, packet, missing } of step.value) {
      // A gap in base64 leaves no place to go on from.
      if (missing > 0) found.push(...splitter.skip(base64 === undefined ? missing : Infinity));
      else found.push(...splitter.push(base64 === undefined ? octets : base64.push(octets), packet));
    }
    yield told(found);
    if (base64?.isBroken === true) return 'The content is no base64 from here on.';
    if (splitter.isLost)
      return 'Octets are missing in the capture; where the next message begins is unknown.';
  }
}

function frameMessage(
  core: Core,
  exchange: ExchangeRow,
  side: 0 | 1,
  message: PrefixedMessage,
): SourceMessage {
  if ((message.flags & TRAILERS) === 0) return conversationMessage(core, exchange, side, message);
  const lines = new TextDecoder('latin1')
    .decode(message.octets)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return { ...trailersMessage(core, lines, message.packet), began: message.packet };
}

/** Letters of base64 by their octets (RFC 4648 section 4); -1 for no letter. */
const SIXTETS = new Int8Array(256).fill(-1);
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').forEach((letter, value) => {
  SIXTETS[letter.charCodeAt(0)] = value;
});

const PADDING = 0x3d;

/** Decodes base64 as it comes: several texts may follow each other, each with its padding. */
export class Base64Decoder {
  #bits = 0;
  #letters = 0;
  #isBroken = false;

  /** A letter came that is none. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Takes letters; answers the octets that are whole now. */
  push(text: Uint8Array): Uint8Array {
    const octets = new Uint8Array(Math.ceil(((this.#letters + text.length) * 3) / 4) + 3);
    let used = 0;
    for (const letter of text) {
      const sixtet = SIXTETS[letter] ?? -1;
      if (letter === PADDING) {
        // What is left of the last group; the next text begins a new one.
        if (this.#letters >= 2) octets[used++] = (this.#bits >>> (this.#letters === 2 ? 4 : 10)) & 0xff;
        if (this.#letters === 3) octets[used++] = (this.#bits >>> 2) & 0xff;
        this.#bits = 0;
        this.#letters = 0;
      } else if (sixtet >= 0) {
        this.#bits = (this.#bits << 6) | sixtet;
        if (++this.#letters < 4) continue;
        octets[used++] = (this.#bits >>> 16) & 0xff;
        octets[used++] = (this.#bits >>> 8) & 0xff;
        octets[used++] = this.#bits & 0xff;
        this.#bits = 0;
        this.#letters = 0;
      } else if (letter > 0x20) {
        this.#isBroken = true;
        break;
      }
    }
    return octets.subarray(0, used);
  }
}
