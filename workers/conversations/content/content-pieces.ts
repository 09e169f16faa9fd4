import { Framing, MessageState } from '../../../src/model/exchange.ts';
import { formatAmount } from '../../../src/model/format.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { Bytes, PacketNumber } from '../../../src/model/units.ts';
import { harBody } from '../../bodies/har-body.ts';
import { fieldLines, fieldOf } from '../../field-lines.ts';
import { flowRowBefore } from '../../flow-packets.ts';
import { Follower } from '../../follow.ts';
import { reportedOf } from '../../formats/reported.ts';
import { streamEvents } from '../../http2/stream-events.ts';
import type { OpenCapture } from '../../open-capture.ts';
import { clientSide } from '../../roles.ts';
import { ReadError } from '../../source/blob-reader.ts';
import { ContentDecoder } from './content-decoder.ts';
import { Dechunker } from './dechunker.ts';

/** Octets of a message's content with the packet they came in (0 where none tells), or a gap among them. */
export interface ContentPiece {
  readonly octets: Uint8Array;
  readonly packet: PacketNumber;
  /** Octets that the capture does not have; 0 for octets. */
  readonly missing: Bytes;
}

/** Pieces in order, as they are read; ends with what kept it from going on, where something did. */
export type ContentPieces = AsyncGenerator<readonly ContentPiece[], string | undefined, void>;

/** Packets of the flow before the message's first that are read too: its later octets may have come before its first ones. */
const PACKETS_BEFORE = 16;

const NOTHING = new Uint8Array();

/**
 * The content of a message (row of the messages table) as it came, its framing and codings undone. Runs at the follow desk only.
 */
export async function* contentPieces(capture: OpenCapture, message: number): ContentPieces {
  const { core, reader } = capture;
  const { messages } = core.tables;
  const reported = reportedOf(core)?.exchange(message >>> 1);
  try {
    if (reported) {
      const side = message & 1 ? 'response' : 'request';
      const body = await harBody(reader, reported, side, LIMITS.HAR_ENTRY_OCTETS);
      yield [{ octets: body.octets, packet: 0, missing: 0 }];
      return body.caveats[0];
    }
    const lines = fieldLines(core, messages.section(message));
    const decoder = new ContentDecoder(fieldOf(lines, 'content-encoding') ?? '');
    const isHttp2 = messages.framing(message) === Framing.HTTP2;
    const wire = isHttp2 ? dataPieces(capture, message) : bodyPieces(capture, message);
    for (;;) {
      const step = await wire.next();
      if (step.done === true) {
        yield decoder.end().map((octets) => ({ octets, packet: messages.headPacket(message), missing: 0 }));
        return decoder.problem ?? step.value;
      }
      yield step.value.flatMap((piece) => decoded(decoder, piece));
      if (decoder.problem !== undefined) return decoder.problem;
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return `The file can no longer be read (${error.message}).`;
  }
}

function decoded(decoder: ContentDecoder, piece: ContentPiece): readonly ContentPiece[] {
  if (piece.missing === 0) return decoder.push(piece.octets).map((octets) => ({ ...piece, octets }));
  // A text can be read on behind a gap, from its next line on; what is compressed cannot.
  if (decoder.isIdentity) return [piece];
  decoder.stop(
    `${formatAmount(piece.missing, 'octet')} of the compressed content are missing in the capture.`,
  );
  return [piece];
}

/** Content of an HTTP/2 message: that of its DATA frames. */
async function* dataPieces({ core, reader }: OpenCapture, message: number): ContentPieces {
  const side = message & 1 ? 1 : 0;
  for await (const events of streamEvents(core, reader, message >>> 1, [side])) {
    const pieces: ContentPiece[] = [];
    for (const { kind, packet, ...event } of events) {
      if (kind === 'lost') {
        yield pieces;
        return 'Octets between the frames are missing in the capture; what comes after is not shown.';
      }
      if (!('octets' in event)) continue;
      const { octets } = event;
      if (typeof octets === 'number') pieces.push({ octets: NOTHING, packet, missing: octets });
      else pieces.push({ octets, packet, missing: 0 });
    }
    yield pieces;
  }
  return undefined;
}

/** Content of an HTTP/1 message: the octets behind its head, without chunk framing. */
async function* bodyPieces({ core, reader }: OpenCapture, message: number): ContentPieces {
  const { exchanges, messages, sections } = core.tables;
  const flow = exchanges.flow(message >>> 1);
  const client = clientSide(core, flow);
  const direction = message & 1 ? 1 - client : client;
  const framing = messages.framing(message);
  const dechunker = framing === Framing.CHUNKED ? new Dechunker() : undefined;
  let left =
    framing === Framing.CONTENT_LENGTH ? sections.contentLength(messages.section(message) - 1) : Infinity;
  let next = (messages.sequence(message) + messages.headOctets(message)) >>> 0;
  const start = flowRowBefore(core, flow, messages.firstPacket(message) - 1, PACKETS_BEFORE);
  const follower = new Follower(core, reader, flow, start);
  for (let batch = await follower.next(); batch; batch = await follower.next()) {
    const pieces: ContentPiece[] = [];
    for (const { direction: from, sequence, octets, missing, packet } of batch) {
      if (from !== direction || left === 0) continue;
      const length = missing > 0 ? missing : octets.length;
      // Octets of the piece before the wanted one; negative where the piece begins after it.
      const passed = (next - sequence) | 0;
      if (passed >= length) continue;
      next = (sequence + length) >>> 0;
      const gap = Math.min(left, missing > 0 ? missing - Math.max(0, passed) : Math.max(0, -passed));
      if (gap > 0) {
        left -= gap;
        pieces.push({ octets: NOTHING, packet, missing: gap });
        if (dechunker?.skip(gap) === false) {
          yield pieces;
          return `Here ${formatAmount(gap, 'octet')} are missing in the capture, and with them where the next chunk begins.`;
        }
      }
      if (missing > 0) continue;
      const part = octets.subarray(Math.max(0, passed), Math.min(octets.length, Math.max(0, passed) + left));
      left -= part.length;
      const contents = dechunker ? dechunker.push(part) : [part];
      pieces.push(...contents.map((content) => ({ octets: content, packet, missing: 0 })));
    }
    yield pieces;
    if (left === 0 || dechunker?.isOver === true)
      return dechunker?.problem ?? whyCut(messages.state(message));
  }
  return dechunker?.problem ?? whyCut(messages.state(message));
}

/** Why a content ended before its end. */
function whyCut(state: number): string | undefined {
  switch (state) {
    case MessageState.CUT_BY_RST:
      return 'The connection was reset (RST) before the content was complete.';
    case MessageState.CUT_BY_FIN:
      return 'The sender closed the connection (FIN) before the content was complete.';
    default:
      return undefined;
  }
}
