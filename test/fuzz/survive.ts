import { expect } from 'vitest';
import { Random } from '../support/random.ts';
import { randomChunks } from '../support/read-capture.ts';
import { lookAtEverything, readDamaged } from './bounds.ts';
import type { Seed } from './corpus.ts';
import { mutate } from './mutate.ts';

/** Damaged captures in one test, so that a failure names its place within some seconds. */
export const BATCH = 500;

async function survive(seed: Seed, random: Random, isClose: boolean): Promise<void> {
  const { octets, damagedFrom, how } = mutate(seed, random);
  try {
    const { core } = await readDamaged(octets);
    const { packets } = core.tables;
    const before = seed.offsets.filter(
      (_, index) => (seed.offsets[index + 1] ?? seed.octets.length) <= damagedFrom,
    );
    const kept = before.filter((offset, row) => packets.offset(row) === offset);
    expect(kept.length, 'packets before the damage').toBe(before.length);
    if (!isClose) return;
    const text = lookAtEverything(core, octets);
    const again = await readDamaged(octets, randomChunks(random));
    expect(lookAtEverything(again.core, octets), 'in random pieces').toBe(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${seed.name}, ${how}, from octet ${damagedFrom}: ${why}`, { cause: error });
  }
}

/** Damages captures in {@link BATCH} ways and reads them; every twentieth is looked at closely and read again in random pieces. */
export async function surviveBatch(seeds: readonly Seed[], batch: number): Promise<void> {
  const random = new Random(1000 + batch);
  for (let count = 0; count < BATCH; count++) await survive(random.pick(seeds), random, count % 20 === 0);
}
