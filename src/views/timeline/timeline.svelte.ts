import type { Analysis, FilterError, Timeline } from '../../session/worker.ts';
import { roundStep, type TimeRange, zoomed } from '../../ui/time-axis.ts';

/** Pixels a bucket should have. */
const BUCKET_PIXELS = 4;

/** Shortest and longest ranges that can be looked at, ns. */
const SHORTEST = 2000;

/** What the timeline shows: a range of the capture, its counts, the bucket at the cursor. */
export class TimelineState {
  #api: Analysis;
  #zoom = $state.raw<TimeRange | undefined>();
  #answer = $state.raw<Timeline | undefined>();
  #error = $state.raw<FilterError | undefined>();
  #cursor = $state<number | undefined>();
  /** Where a selection by keys began. */
  #anchor = $state<number | undefined>();
  #isAsking = $state(false);
  #run = 0;

  constructor(api: Analysis) {
    this.#api = api;
  }

  get answer(): Timeline | undefined {
    return this.#answer;
  }
  get error(): FilterError | undefined {
    return this.#error;
  }
  get isZoomed(): boolean {
    return this.#zoom !== undefined;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }
  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** The range of what is on the screen; all of the capture where nobody zoomed. */
  rangeOf(duration: number): TimeRange {
    return this.#zoom ?? { from: 0, to: Math.max(duration, SHORTEST) };
  }

  /** Asks for counts; buckets are as wide as a round time. */
  async ask(filter: string, range: TimeRange, pixels: number): Promise<void> {
    const run = ++this.#run;
    const width = roundStep((range.to - range.from) / Math.max(20, Math.floor(pixels / BUCKET_PIXELS)));
    const from = Math.floor(range.from / width) * width;
    const buckets = Math.max(1, Math.floor((range.to - from) / width) + 1);
    this.#isAsking = true;
    const answer = await this.#api.timeline({ filter, from, to: from + buckets * width, buckets });
    if (run !== this.#run) return;
    this.#isAsking = false;
    if (answer === undefined) return;
    this.#error = answer.ok ? undefined : answer.error;
    if (!answer.ok) return;
    this.#answer = answer.value;
    if ((this.#cursor ?? 0) >= buckets) this.#cursor = undefined;
    this.#anchor = undefined;
  }

  point(bucket: number | undefined): void {
    this.#cursor = bucket;
  }

  /** Moves the cursor; `isSelecting` draws a selection from where it stood. */
  step(by: number, isSelecting: boolean): void {
    const last = (this.#answer?.shown.packets.length ?? 1) - 1;
    const from = this.#cursor ?? (by > 0 ? -1 : last + 1);
    if (isSelecting) this.#anchor ??= Math.min(Math.max(from, 0), last);
    else this.#anchor = undefined;
    this.#cursor = Math.min(Math.max(from + by, 0), last);
  }

  /** The range that was drawn by keys. */
  get drawn(): readonly [number, number] | undefined {
    const answer = this.#answer;
    if (answer === undefined || this.#anchor === undefined || this.#cursor === undefined) return undefined;
    const [low, high] = [Math.min(this.#anchor, this.#cursor), Math.max(this.#anchor, this.#cursor)];
    return [answer.from + low * answer.width, answer.from + (high + 1) * answer.width];
  }

  /** Drops what was drawn by keys. */
  undraw(): void {
    this.#anchor = undefined;
  }

  /** Zooms around the cursor, within the capture. */
  zoom(factor: number, duration: number): void {
    const range = this.rangeOf(duration);
    const answer = this.#answer;
    const at =
      answer !== undefined && this.#cursor !== undefined
        ? answer.from + (this.#cursor + 0.5) * answer.width
        : (range.from + range.to) / 2;
    const share = Math.min(Math.max((at - range.from) / (range.to - range.from), 0), 1);
    this.show(zoomed(range, factor, share), duration);
  }

  /** Shows a range, as far as it is in the capture. */
  show({ from, to }: TimeRange, duration: number): void {
    const end = Math.max(duration, SHORTEST);
    const length = Math.min(Math.max(to - from, SHORTEST), end);
    const start = Math.min(Math.max(from, 0), end - length);
    this.#zoom = length >= end ? undefined : { from: start, to: start + length };
    this.#cursor = undefined;
  }

  /** Moves the range by a share of its length. */
  move(share: number, duration: number): void {
    const { from, to } = this.rangeOf(duration);
    const by = (to - from) * share;
    if (this.#zoom !== undefined) this.show({ from: from + by, to: to + by }, duration);
  }

  showAll(): void {
    this.#zoom = undefined;
  }
}
