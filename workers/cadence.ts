/** Milliseconds between two progress reports: some ten a second. */
const PROGRESS_INTERVAL = 100;

/** Milliseconds, or octets read, until the first findings are shown. */
const FIRST_FINDINGS = 300;
const FIRST_FINDINGS_OCTETS = 8 << 20;

/** Each interval between findings is at least this much longer than the one before. */
const GROWTH = 1.6;

/** Findings while reading take at most one part in this many of the time: 20 is 5 %. */
const SHARE = 20;

/** Decides, while a capture is read, when to tell of progress and when to look for findings again. */
export class Cadence {
  readonly #start: number;
  #nextProgress: number;
  #nextFindings: number;
  #hasRun = false;

  /** `now`: milliseconds of a steady clock, as in every call. */
  constructor(now: number) {
    this.#start = now;
    this.#nextProgress = now;
    this.#nextFindings = now + FIRST_FINDINGS;
  }

  /** Whether progress is to be told; the next time is set. */
  isProgressDue(now: number): boolean {
    if (now < this.#nextProgress) return false;
    this.#nextProgress = now + PROGRESS_INTERVAL;
    return true;
  }

  /** Whether findings are to be looked for, `octets` into the file. */
  areFindingsDue(now: number, octets: number): boolean {
    return now >= this.#nextFindings || (!this.#hasRun && octets >= FIRST_FINDINGS_OCTETS);
  }

  /** Findings were looked for from `began` to `now`. */
  foundFindings(began: number, now: number): void {
    this.#hasRun = true;
    const geometric = this.#start + (now - this.#start) * GROWTH;
    this.#nextFindings = Math.max(geometric, now + (now - began) * SHARE, now + FIRST_FINDINGS);
  }
}
