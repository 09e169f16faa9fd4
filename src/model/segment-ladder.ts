import type { Lifeline } from './finding.ts';
import type { Bytes, ExchangeRow, FlowRow, Nanoseconds, PacketNumber } from './units.ts';

/** Whose packets a ladder draws. */
export type LadderOf =
  | { readonly kind: 'flow'; readonly flow: FlowRow }
  | { readonly kind: 'exchange'; readonly exchange: ExchangeRow };

/** How a segment's arrow is drawn, the gravest first: its words say the same. */
export type SegmentShape = 'reset' | 'fin' | 'again' | 'late' | 'full' | 'plain' | 'bare';

/** A packet of a flow, as a step of its ladder. */
export interface SegmentStep {
  readonly packet: PacketNumber;
  readonly time: Nanoseconds;
  /** 0 sent by the originator, 1 by the responder. */
  readonly direction: 0 | 1;
  /** "SYN, ACK"; '' for what is not TCP. */
  readonly flags: string;
  /** What begins in it: "GET /wrong", "200 OK", "Client Hello (SNI=shop.example)", a datagram in words; '' where nothing does. */
  readonly content: string;
  /** The exchange of the message that begins in it. */
  readonly exchange?: ExchangeRow;
  /** Octets of payload. */
  readonly payload: Bytes;
  /** Relative sequence and acknowledgement numbers, and the window with its scale: absent where the packet could not be read again. */
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly window?: Bytes;
  /** Octets of the other direction that arrived behind a gap, first and last of each block (RFC 2018), relative too. */
  readonly sack?: readonly (readonly [first: number, last: number])[];
  /** retransmission, out of order, window 0 …: the worst first. */
  readonly marks: readonly string[];
  /** Octets of its direction that are missing in front of it; undefined where none are, NaN where it is not known how many. */
  readonly missing?: Bytes;
  /** Octets of the other direction that it acknowledges and that were not captured; undefined where there are none. */
  readonly unseen?: Bytes;
  readonly shape: SegmentShape;
  readonly tone: 'plain' | 'quiet' | 'bad';
}

/** A window of a ladder. */
export interface LadderPart {
  readonly lifelines: readonly [Lifeline, Lifeline];
  /** Packets of the whole ladder. */
  readonly total: number;
  readonly steps: readonly SegmentStep[];
}
