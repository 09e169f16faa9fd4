import type { Bytes, ExchangeRow, Nanoseconds } from '../../src/model/units.ts';
import type { IssueItem } from '../api.ts';
import type { Core } from '../core.ts';

/** What a HAR file tells of an exchange that no column holds. */
export interface ReportedExchange {
  /** Where its entry stands among the octets of all files: [start, end). */
  readonly start: Bytes;
  readonly end: Bytes;
  /** The server's address as reported, or its name; '' where there is neither. */
  readonly server: string;
  /** What passed before the request was sent; without what is not told. */
  readonly phases: ReportedPhases;
  /** What went wrong, in the words of whoever wrote the file; absent where nothing is said of it. */
  readonly failure?: string;
}

/** Phases before a request, as a HAR file tells them; `connect` is TCP's alone. */
export interface ReportedPhases {
  readonly blocked?: Nanoseconds;
  readonly dns?: Nanoseconds;
  readonly connect?: Nanoseconds;
  readonly tls?: Nanoseconds;
}

/** What was read from HAR files, besides the columns. */
export class Reported {
  requests = 0;
  responses = 0;
  /** The first and the last time that is told of any exchange; infinite where none is. */
  earliest: Nanoseconds = Infinity;
  latest: Nanoseconds = -Infinity;
  /** Exchanges of each file, by where its first octet stands among those of all files. */
  readonly counts = new Map<Bytes, number>();
  /** What was met that was odd, in the order of the file. */
  readonly issues: IssueItem[] = [];
  readonly #exchanges = new Map<ExchangeRow, ReportedExchange>();

  /** Keeps what is told of an exchange. */
  add(row: ExchangeRow, exchange: ReportedExchange): void {
    this.#exchanges.set(row, exchange);
  }

  /** What is told of an exchange; undefined for one that was captured in packets. */
  exchange(row: ExchangeRow): ReportedExchange | undefined {
    return this.#exchanges.get(row);
  }
}

const KNOWN = new WeakMap<Core, Reported>();

/** What HAR files told a core; undefined where none was read into it. */
export function reportedOf(core: Core): Reported | undefined {
  return KNOWN.get(core);
}

/** The same, to be filled. */
export function reportedFor(core: Core): Reported {
  const reported = KNOWN.get(core) ?? new Reported();
  KNOWN.set(core, reported);
  return reported;
}
