import { formatDuration } from '../model/format.ts';
import type { LadderStep, Lifeline } from '../model/finding.ts';
import type { Nanoseconds } from '../model/units.ts';

/** Width of the column of times, px. */
export const TIME_WIDTH = 72;

/** Where the lifelines stand, px from the left: the outer ones far enough in for their names. */
export function lifelinePositions(lifelines: readonly Lifeline[], width: number): readonly number[] {
  const lanes = Math.max(width - TIME_WIDTH, 0);
  const inset = Math.min(lifelines.length < 3 ? 112 : 80, lanes / 4);
  const spacing = lifelines.length > 1 ? (lanes - 2 * inset) / (lifelines.length - 1) : 0;
  return lifelines.map((_, index) => TIME_WIDTH + inset + index * spacing);
}

/** Times since the first step, all in one unit, so that they can be compared at a glance. */
export function ladderTimes(steps: readonly Pick<LadderStep, 'time'>[]): readonly string[] {
  const first = steps[0]?.time ?? 0;
  const span = Math.max(...steps.map((step) => Math.abs(step.time - first)), 0);
  const [unit, divisor, decimals] =
    span < 1e6
      ? (['µs', 1e3, 0] as const)
      : span < 1e7
        ? (['ms', 1e6, 2] as const)
        : span < 1e10
          ? (['ms', 1e6, 1] as const)
          : (['s', 1e9, 3] as const);
  return steps.map((step) => `${((step.time - first) / divisor).toFixed(decimals)} ${unit}`);
}

/** A wait between two steps that a reader should not overlook: half a second or more, and a good part of the whole. */
export function silenceBefore(steps: readonly Pick<LadderStep, 'time'>[], index: number): string | undefined {
  const [first, last] = [steps[0], steps.at(-1)];
  const [before, step] = [steps[index - 1], steps[index]];
  if (!first || !last || !before || !step) return undefined;
  const wait: Nanoseconds = step.time - before.time;
  return wait >= 5e8 && wait >= (last.time - first.time) * 0.2 ? formatDuration(wait) : undefined;
}
