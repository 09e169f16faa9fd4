import { FlowMark } from '../../src/model/flow.ts';
import { HelloOutcome } from '../../src/model/hello.ts';
import type { ExchangeRow, FlowRow, Nanoseconds, PacketNumber } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { clientSide } from '../roles.ts';

/** `exchanges.flow` of an exchange without packets. */
export const NO_FLOW = 0xffffffff;

/** Something that passed between two packets. */
export interface Stretch {
  readonly first: PacketNumber;
  readonly last: PacketNumber;
  readonly start: Nanoseconds;
  readonly duration: Nanoseconds;
}

/** A stretch between packets; undefined where one was not seen, or the clock went backwards. */
function stretch(core: Core, first: PacketNumber, last: PacketNumber): Stretch | undefined {
  if (first === 0 || last === 0) return undefined;
  const { time } = core.tables.packets;
  const start = time(first - 1);
  const duration = time(last - 1) - start;
  return duration >= 0 ? { first, last, start, duration } : undefined;
}

/** Whether the exchange is the first of its connection: that one pays for the handshakes. */
export function isFirstOfFlow(core: Core, exchange: ExchangeRow): boolean {
  const flow = core.tables.exchanges.flow(exchange);
  return flow !== NO_FLOW && core.tables.flows.firstExchange(flow) === exchange + 1;
}

/** Whether a FIN or RST of either side was seen: what is unanswered by then stays so. */
export function isOver(core: Core, flow: FlowRow): boolean {
  const { flows, directions } = core.tables;
  if (flows.marks(flow) & (FlowMark.CLOSED | FlowMark.RESET)) return true;
  return directions.finPacket(flow * 2) > 0 || directions.finPacket(flow * 2 + 1) > 0;
}

/** The TCP handshake: from the client's first SYN to the ACK that ended it, repeated SYNs included. */
export function connectOf(core: Core, flow: FlowRow): Stretch | undefined {
  const { flows } = core.tables;
  // The originator sent the SYN; where the server did, it is no handshake of this client.
  if (clientSide(core, flow) !== 0) return undefined;
  return stretch(core, flows.synPacket(flow), flows.handshakePacket(flow));
}

/** The TLS handshake: from the ClientHello's first octet to the packet that completed it. */
export function tlsOf(core: Core, flow: FlowRow): Stretch | undefined {
  const { flows, hellos } = core.tables;
  const hello = flows.hello(flow) - 1;
  if (hello < 0 || hellos.outcome(hello) !== HelloOutcome.COMPLETE) return undefined;
  return stretch(core, hellos.firstPacket(hello), hellos.outcomePacket(hello));
}

/** The round trip of a TCP handshake, in the two parts that the capture point sees. */
export interface RoundTrip {
  /** From the capture point to the server and back: SYN to SYN-ACK. */
  readonly toServer: Nanoseconds;
  /** From the capture point to the client and back: SYN-ACK to ACK; undefined where the ACK was not captured. */
  readonly toClient: Nanoseconds | undefined;
  readonly packets: readonly [syn: PacketNumber, synAck: PacketNumber];
  /** When the SYN-ACK came. */
  readonly at: Nanoseconds;
}

/**
 * The handshake's round trip; undefined where a part was not captured, or the SYN was repeated: nobody knows which of them the
 * answer is to (RFC 6298 section 3, Karn's algorithm).
 */
export function roundTripOf(core: Core, flow: FlowRow): RoundTrip | undefined {
  const { flows } = core.tables;
  if (clientSide(core, flow) !== 0 || flows.synCount(flow) !== 1) return undefined;
  const out = stretch(core, flows.synPacket(flow), flows.synAckPacket(flow));
  if (!out) return undefined;
  const back = stretch(core, flows.synAckPacket(flow), flows.handshakePacket(flow));
  return {
    toServer: out.duration,
    toClient: back?.duration,
    packets: [out.first, out.last],
    at: out.start + out.duration,
  };
}
