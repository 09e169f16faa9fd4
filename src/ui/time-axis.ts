import { formatDuration } from '../model/format.ts';
import type { Nanoseconds } from '../model/units.ts';

/** A stretch of time that a drawing covers. */
export interface TimeRange {
  readonly from: Nanoseconds;
  readonly to: Nanoseconds;
}

/** A mark on a time axis. */
export interface TimeTick {
  /** Where it is: 0 the beginning, 1 the end. */
  readonly share: number;
  readonly label: string;
}

/** A range that is no shorter than this can be told from its neighbours: a microsecond. */
const SHORTEST: Nanoseconds = 1000;

/** Marks at round times, at most `most` of them. */
export function timeTicks({ from, to }: TimeRange, most: number): readonly TimeTick[] {
  const length = to - from;
  if (!(length > 0) || most < 1) return [];
  const step = timeStep(length / most);
  const ticks: TimeTick[] = [];
  for (let index = Math.ceil(from / step - 1e-9) || 0; index * step <= to; index++) {
    const time = index * step;
    ticks.push({ share: (time - from) / length, label: tickLabel(time, step, from) });
  }
  return ticks;
}

/** The next 1, 2 or 5 times a power of ten. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 2, 5]) if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/** Steps by the clock, in seconds: half a minute to a day. */
const CLOCK_STEPS = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400] as const;
const SECOND: Nanoseconds = 1e9;
const DAY: Nanoseconds = 86_400 * SECOND;

/** The next round step of a time axis: by tens, above 20 seconds by the clock. */
function timeStep(least: Nanoseconds): Nanoseconds {
  if (least <= 20 * SECOND) return roundStep(least);
  const seconds = CLOCK_STEPS.find((step) => step * SECOND >= least * (1 - 1e-9));
  return seconds === undefined ? roundStep(least / DAY) * DAY : seconds * SECOND;
}

/** Seconds with as many decimals as the step asks for; far into a fine axis, the time since its first whole step. */
function tickLabel(time: Nanoseconds, step: Nanoseconds, from: Nanoseconds): string {
  if (time === 0) return '0';
  if (step > 20 * SECOND) return formatRound(time);
  if (from <= 0 && step < 1e9) return formatRound(time);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / 1e9) - 1e-9));
  if (decimals <= 4) return `${(time / 1e9).toFixed(decimals)} s`;
  const origin = Math.ceil(from / step - 1e-9) * step;
  return time === origin ? `${(time / 1e9).toFixed(decimals)} s` : `+${formatRound(time - origin)}`;
}

/** A round time without zeros behind the point: `20 ms`, `1.5 s`. */
function formatRound(time: Nanoseconds): string {
  return formatDuration(time).replace(/\.0+(?= )|(\.\d*?)0+(?= )/, '$1');
}

/** The range with some room at both ends, and never without length. */
export function padded({ from, to }: TimeRange, share = 0.02): TimeRange {
  const room = Math.max((to - from) * share, SHORTEST / 2);
  return { from: from - room, to: to + room };
}

/** The range made shorter (factor below 1) or longer around a point of it; no shorter than a microsecond. */
export function zoomed({ from, to }: TimeRange, factor: number, share: number): TimeRange {
  const around = from + (to - from) * share;
  const length = Math.max((to - from) * factor, SHORTEST);
  return { from: around - length * share, to: around + length * (1 - share) };
}

/** The range moved by a share of its length. */
export function moved({ from, to }: TimeRange, share: number): TimeRange {
  const by = (to - from) * share;
  return { from: from + by, to: to + by };
}
