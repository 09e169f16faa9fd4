import { describe, expect, it } from 'vitest';
import { capturedSeeds } from './corpus.ts';
import { BATCH, surviveBatch } from './survive.ts';

const BATCHES = 8;

const seeds = await capturedSeeds();

describe('damaged captures of real programs', () => {
  it('are made from some that are healthy', () => {
    expect(seeds.length).toBeGreaterThan(10);
    expect(BATCH * BATCHES).toBe(4000);
  });

  for (let batch = 0; batch < BATCHES; batch++) {
    it(`neither trap nor hang nor lose packets before the damage (batch ${batch})`, async () => {
      await surviveBatch(seeds, 100 + batch);
    });
  }
});
