import type { Nanoseconds, PacketNumber } from './units.ts';

/** The phases of an exchange, in the order they pass. HAR 1.2 has the same, `ssl` for `tls`. */
export const PHASES = ['blocked', 'dns', 'connect', 'tls', 'send', 'wait', 'receive'] as const;

/** Name of a phase. */
export type PhaseName = (typeof PHASES)[number];

/** Times of an exchange that a table can be sorted and summed up by: its phases, all of it, and what is left without the network. */
export const TIME_MEASURES = ['duration', ...PHASES, 'serverTime'] as const;

/** Name of a {@link TIME_MEASURES}. */
export type TimeMeasure = (typeof TIME_MEASURES)[number];

/** How a time was got: from packets, or as the program that wrote the file says. */
export type TimeBasis = 'measured' | 'reported';

/** A phase that is known. */
export interface Phase {
  readonly name: PhaseName;
  /** Since the capture's first packet. */
  readonly start: Nanoseconds;
  readonly duration: Nanoseconds;
}

/** How an exchange came to its end, as a mark at the end of its bar. */
export type TimingEnd = 'complete' | 'failed' | 'reset' | 'closed' | 'unanswered' | 'open';

/** When the parts of an exchange passed. A phase that is not known is not there. */
export interface ExchangeTiming {
  readonly basis: TimeBasis;
  /** In the order they passed. */
  readonly phases: readonly Phase[];
  /** A sending or receiving that was not finished, as far as it was seen; it is none of the phases. */
  readonly cut?: Phase;
  /** The first and the last moment that is known of it, its connection's handshake included; undefined where none is. */
  readonly from: Nanoseconds | undefined;
  readonly to: Nanoseconds | undefined;
  readonly end: TimingEnd;
  /** What is left of the waiting without the network's round trip: see {@link WaitSplit}. */
  readonly server: Nanoseconds | undefined;
}

/** A phase in words: how it was got, or why it is not known. */
export interface PhaseRow {
  readonly name: PhaseName;
  readonly duration: Nanoseconds | undefined;
  readonly how: string;
  /** Packets that it lies between; absent where there are none. */
  readonly between?: readonly [PacketNumber, PacketNumber];
}

/** The waiting, split into network and server by the round trip of the connection's handshake: an estimate. */
export interface WaitSplit {
  readonly network: Nanoseconds;
  /** undefined where the waiting is no longer than the round trip. */
  readonly server: Nanoseconds | undefined;
  /** Where the capture stood, by both halves of the handshake. */
  readonly capturedNear: 'client' | 'server' | 'both' | 'neither';
  /** What it says, in a sentence, and what speaks against it. */
  readonly sentence: string;
  readonly caveat: string;
}

/** All that is known of the times of one exchange. */
export interface TimingDetail {
  readonly timing: ExchangeTiming;
  readonly rows: readonly PhaseRow[];
  readonly split?: WaitSplit;
  /** More to know: interim responses, a pipelined request, a handshake that was repeated. */
  readonly notes: readonly string[];
}

/** Five numbers of a time over many exchanges. */
export interface TimeSummary {
  readonly measure: TimeMeasure;
  /** Exchanges of which it is known; the others are left out. */
  readonly known: number;
  readonly minimum: Nanoseconds;
  readonly median: Nanoseconds;
  /** 95 of 100 are not above it (nearest rank). */
  readonly p95: Nanoseconds;
  readonly maximum: Nanoseconds;
}

/** A set of exchanges, summed up. */
export interface TimesOfQuery {
  readonly rows: number;
  /** Of the measure asked for; undefined where it is known of none. */
  readonly summary: TimeSummary | undefined;
  /** From the first moment of any of the exchanges to the last; undefined where no time is known. */
  readonly range: readonly [from: Nanoseconds, to: Nanoseconds] | undefined;
}
