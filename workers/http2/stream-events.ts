import { Framing } from '../../src/model/exchange.ts';
import type { ExchangeRow, PacketNumber } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { flowRowBefore } from '../flow-packets.ts';
import { Follower } from '../follow.ts';
import { streamFacts } from '../http2-words.ts';
import { clientSide } from '../roles.ts';
import type { BlobReader } from '../source/blob-reader.ts';
import { type FrameEvent, FrameWalker } from './frame-walker.ts';

/** What is met of a stream, in the order it was sent; side 0 is the client. */
export type StreamEvent = FrameEvent & { readonly side: 0 | 1 };

/** Packets of the flow before the stream's first that are read too: its later octets may have come before its first ones. */
const PACKETS_BEFORE = 16;

/** Batches of packets without anything of the stream, after which reading on is given up: a stream may stay open for hours. */
const IDLE_BATCHES = 256;

/**
 * Frames of the HTTP/2 stream of an exchange, read again from the file in batches. `sides` are those that are wanted. Runs at the
 * {@link FollowDesk} only: the core follows one flow at a time.
 */
export async function* streamEvents(
  core: Core,
  reader: BlobReader,
  exchange: ExchangeRow,
  sides: readonly (0 | 1)[] = [0, 1],
): AsyncGenerator<readonly StreamEvent[], void, void> {
  const { exchanges, messages } = core.tables;
  const inside = streamFacts(core, exchange);
  if (inside === undefined || inside.identifier === 0) return;
  const flow = exchanges.flow(exchange);
  const client = clientSide(core, flow);
  const walkers = new Map<number, { readonly side: 0 | 1; readonly walker: FrameWalker }>();
  const first: PacketNumber[] = [];
  let last = Math.max(0, ...inside.resets.map(({ packet }) => packet));
  for (const side of sides) {
    const message = exchange * 2 + side;
    const packet = messages.firstPacket(message);
    // The request of a pushed stream stands in a PUSH_PROMISE of another one.
    const isPromise = side === 0 && inside.promisedBy !== undefined;
    if (packet === 0 || isPromise || messages.framing(message) !== Framing.HTTP2) continue;
    const direction = side === 0 ? client : 1 - client;
    walkers.set(direction, { side, walker: new FrameWalker(inside.identifier, messages.sequence(message)) });
    first.push(packet);
    last = Math.max(last, packet, messages.lastPacket(message));
  }
  if (walkers.size === 0) return;
  const start = flowRowBefore(core, flow, Math.min(...first) - 1, PACKETS_BEFORE);
  const follower = new Follower(core, reader, flow, start);
  for (let idle = 0; idle < IDLE_BATCHES;) {
    const pieces = await follower.next();
    if (pieces === undefined) return;
    const events = pieces.flatMap((piece) => {
      const found = walkers.get(piece.direction);
      return found === undefined
        ? []
        : found.walker.push(piece).map((event): StreamEvent => ({ ...event, side: found.side }));
    });
    if (events.length > 0) {
      yield events;
      idle = 0;
    } else idle++;
    if ([...walkers.values()].every(({ walker }) => walker.isDone)) return;
    const isBehind = pieces.length > 0 && pieces.every(({ packet }) => packet > last);
    if (isBehind) return;
  }
}
