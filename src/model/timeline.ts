import type { Nanoseconds } from './units.ts';

/** What is counted over time. */
export const SERIES = [
  'packets',
  'octets',
  'requests',
  'clientErrors',
  'serverErrors',
  'resets',
  'retransmissions',
] as const;

/** Name of a series. */
export type SeriesName = (typeof SERIES)[number];

/** Counts a bucket, of each series. */
export type Counts = { readonly [name in SeriesName]: Float64Array };

/** What is asked of the timeline: a range of the capture in so many buckets, for a display filter ('' for all). */
export interface TimelineQuery {
  readonly filter: string;
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  /** At most {@link MOST_BUCKETS}. */
  readonly buckets: number;
}

/** More buckets than this no screen has pixels for. */
export const MOST_BUCKETS = 4000;

/** Counts over time. Bucket i is [from + i * width, from + (i + 1) * width), the last one to `to` itself. */
export interface Timeline {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
  readonly width: Nanoseconds;
  readonly all: Counts;
  /** What the filter lets through; the same object as `all` where nothing is filtered. */
  readonly shown: Counts;
  /** The time range that the filter sets. */
  readonly selected: readonly [from: Nanoseconds, to: Nanoseconds] | undefined;
}

/** A filter with its time range put in, changed or taken out. */
export interface FilterInTime {
  readonly filter: string;
  /** The filter was a search for words, which cannot stand beside a time range: they were left out. */
  readonly leftOut: string | undefined;
}
