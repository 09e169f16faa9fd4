import type { FlowStep } from '../../session/worker.ts';

/** Index of the first step after the packets that were left out: the worker keeps as many of the first as of the last. */
export function stepsBeforeBreak(steps: readonly Pick<FlowStep, 'packet'>[]): number {
  return Math.ceil(steps.length / 2);
}
