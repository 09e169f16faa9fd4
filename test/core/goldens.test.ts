import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeCapture } from '../support/describe-capture.ts';
import { readFourWays } from '../support/four-ways.ts';
import { Random } from '../support/random.ts';
import { randomChunks, readOctets, singleOctets } from '../support/read-capture.ts';
import { GOLDEN } from './golden-captures.ts';

const folder = new URL('../fixtures/captures/', import.meta.url);
const captured = existsSync(folder) ? readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name)) : [];

describe('a drawn capture, read four ways,', () => {
  for (const [name, capture] of Object.entries(GOLDEN)) {
    it(`tells what its golden says: ${name}`, async () => {
      const core = await readFourWays(capture);
      await expect(describeCapture(core)).toMatchFileSnapshot(`../golden/core/${name}.txt`);
    });
  }
});

describe('a capture of real programs', () => {
  it('is there to be read', () => {
    expect(captured.length).toBeGreaterThan(0);
  });

  for (const name of captured) {
    it(`tells the same octet by octet and in random pieces: ${name}`, async () => {
      const octets = new Uint8Array(readFileSync(new URL(name, folder)));
      const whole = describeCapture((await readOctets(octets)).core);
      expect(whole).toContain('flow 0');
      const random = await readOctets(octets, randomChunks(new Random(octets.length)));
      expect(describeCapture(random.core)).toBe(whole);
      if (octets.length > 100_000) return;
      const single = await readOctets(octets, singleOctets);
      expect(describeCapture(single.core)).toBe(whole);
    });
  }
});
