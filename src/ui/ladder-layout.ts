import { formatDuration } from '../model/format.ts';
import type { LadderStep, Lifeline } from '../model/finding.ts';
import type { Nanoseconds } from '../model/units.ts';

/** Width of the column of times, px. */
export const TIME_WIDTH = 72;

/** Where the lifelines stand, px from the left: the outer ones far enough in for their names. */
export function lifelinePositions(lifelines: readonly Lifeline[], width: number): readonly number[] {
  const lanes = Math.max(width - TIME_WIDTH, 0);
  const inset = Math.min(lifelines.length < 3 ? 112 : 80, lanes / 2 / Math.max(lifelines.length, 2));
  const spacing = lifelines.length > 1 ? (lanes - 2 * inset) / (lifelines.length - 1) : 0;
  return lifelines.map((_, index) => TIME_WIDTH + inset + index * spacing);
}

/** Times since the first step, all in one unit, so that they can be compared at a glance. */
export function ladderTimes(steps: readonly Pick<LadderStep, 'time'>[]): readonly string[] {
  const first = steps[0]?.time ?? 0;
  const times = steps.map((step) => step.time - first);
  const span = Math.max(...times.map(Math.abs), 0);
  if (span < 1e6) return times.map((time) => `${(time / 1e3).toFixed(0)} µs`);
  if (span >= 1e10) return times.map((time) => `${(time / 1e9).toFixed(3)} s`);
  // A second decimal where a tenth of a millisecond would not tell neighbours apart.
  const isClose = times.some((time, index) => index > 0 && time - (times[index - 1] ?? time) < 1e5);
  const decimals = span < 1e7 || isClose ? 2 : 1;
  return times.map((time) => `${(time / 1e6).toFixed(decimals)} ms`);
}

/** A wait between two steps that a reader should not overlook: half a second or more, and a good part of the whole. */
export function silenceBefore(steps: readonly Pick<LadderStep, 'time'>[], index: number): string | undefined {
  const [first, last] = [steps[0], steps.at(-1)];
  const [before, step] = [steps[index - 1], steps[index]];
  if (!first || !last || !before || !step) return undefined;
  const wait: Nanoseconds = step.time - before.time;
  return wait >= 5e8 && wait >= (last.time - first.time) * 0.2 ? formatDuration(wait) : undefined;
}
