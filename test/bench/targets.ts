import type { Figures } from './measure.ts';

/** What is to be reached on a file of its kind. */
export interface Target {
  readonly kind: 'mixed' | 'small packets';
  readonly ratio: number;
  /** Octets of the page's own memory. */
  readonly memory: number;
}

const MIXED: Target = { kind: 'mixed', ratio: 1.5, memory: 300e6 };
const SMALL: Target = { kind: 'small packets', ratio: 2.5, memory: 700e6 };

/** Octets a packet (with its record header) below which a capture counts as one of small packets. */
const SMALL_PACKET = 400;

/** The targets of a file, by the mean size of its packets. */
export function targetOf({ bytes, packets }: Pick<Figures, 'bytes' | 'packets'>): Target {
  return bytes / packets < SMALL_PACKET ? SMALL : MIXED;
}

/** What was not reached, in words. */
export function misses(figures: Figures): readonly string[] {
  const target = targetOf(figures);
  const found: string[] = [];
  const { file, ratio, memory, foundWhileReading } = figures;
  if (!(ratio <= target.ratio))
    found.push(
      `${file}: the analysis took ${ratio.toFixed(2)} × the bare read, the target is ${target.ratio}`,
    );
  if (!(memory.own <= target.memory))
    found.push(`${file}: the page held ${megabytes(memory.own)}, the target is ${megabytes(target.memory)}`);
  if (!foundWhileReading) found.push(`${file}: the first findings came when the reading was over`);
  return found;
}

/** Octets as people read them. */
export function megabytes(octets: number): string {
  return `${(octets / 1e6).toFixed(0)} MB`;
}
