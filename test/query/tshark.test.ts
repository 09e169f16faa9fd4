import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import golden from '../golden/query-tshark.json' with { type: 'json' };
import { loadCore } from '../support/core.ts';
import { packetNumbers, rowsOf } from './sample.ts';

/** Made by make-tshark-golden.ts with tshark 4.0.17. */
const ANSWERS: readonly {
  readonly capture: string;
  readonly sha256: string;
  readonly packets: Readonly<Record<string, readonly number[]>>;
  readonly streams: Readonly<Record<string, readonly number[]>>;
}[] = golden;

describe.each(ANSWERS)('as tshark, filters of $capture select', ({ capture, sha256, packets, streams }) => {
  const octets = readFileSync(new URL(`../fixtures/captures/${capture}`, import.meta.url));
  const core = loadCore().then((empty) => {
    empty.push(octets);
    empty.finish();
    return empty;
  });

  it('from the capture that tshark was asked about (else run make-tshark-golden.ts)', () => {
    expect(createHash('sha256').update(octets).digest('hex')).toBe(sha256);
  });

  it.each(Object.entries(packets))('packets: %s', async (filter, numbers) => {
    expect(packetNumbers(await core, filter)).toEqual(numbers);
  });

  it.each(Object.entries(streams))('connections: %s', async (filter, numbers) => {
    const filled = await core;
    const found = rowsOf(filled, 'flows', filter).map((row) => filled.tables.flows.number(row));
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual(numbers);
  });
});
