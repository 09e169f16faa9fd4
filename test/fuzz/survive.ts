import assert from 'node:assert/strict';
import { Random } from '../support/random.ts';
import { randomChunks } from '../support/read-capture.ts';
import { lookAtEverything, readDamaged } from './bounds.ts';
import type { Seed } from './corpus.ts';
import { mutate, type Mutant } from './mutate.ts';

/** Damaged captures in one test, so that a failure names its place within some seconds. */
export const BATCH = 500;

/** A damaged capture that the core did not survive, kept to be read again. */
export class NotSurvived extends Error {
  readonly octets: Uint8Array;

  constructor(seed: Seed, { octets, how, damagedFrom }: Mutant, cause: unknown) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(`${seed.name}, ${how}, from octet ${damagedFrom}: ${why}`, { cause });
    this.octets = octets;
  }
}

/**
 * Reads a damaged capture: no trap, no hang, memory within bounds, every packet before the damage kept. Where it is looked at closely,
 * every row, field and stream is read too, and the same file in random pieces must tell the same.
 */
export async function survive(seed: Seed, mutant: Mutant, random: Random, isClose: boolean): Promise<void> {
  const { octets, damagedFrom } = mutant;
  try {
    const { core } = await readDamaged(octets);
    const { packets } = core.tables;
    const before = seed.offsets.filter(
      (_, index) => (seed.offsets[index + 1] ?? seed.octets.length) <= damagedFrom,
    );
    const kept = before.filter((offset, row) => packets.offset(row) === offset);
    assert.equal(kept.length, before.length, 'packets before the damage');
    if (!isClose) return;
    const text = lookAtEverything(core, octets);
    const again = await readDamaged(octets, randomChunks(random));
    assert.equal(lookAtEverything(again.core, octets), text, 'in random pieces');
  } catch (error) {
    throw new NotSurvived(seed, mutant, error);
  }
}

/** Damages captures in {@link BATCH} ways and reads them; every twentieth is looked at closely. */
export async function surviveBatch(seeds: readonly Seed[], batch: number): Promise<void> {
  const random = new Random(1000 + batch);
  for (let count = 0; count < BATCH; count++) {
    const seed = random.pick(seeds);
    await survive(seed, mutate(seed, random, seeds), random, count % 20 === 0);
  }
}
