import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import golden from '../golden/query-tshark.json' with { type: 'json' };
import { loadCore } from '../support/core.ts';
import { rangesText } from './ranges-text.ts';
import { rowsOf } from './sample.ts';

/** Made by make-tshark-golden.ts with tshark 4.0.17. */
const ANSWERS: readonly {
  readonly capture: string;
  readonly sha256: string;
  readonly packets: Readonly<Record<string, string>>;
  readonly streams: Readonly<Record<string, string>>;
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
    const rows = rowsOf(await core, 'packets', filter);
    expect(rangesText(rows.map((row) => row + 1))).toBe(numbers);
  });

  it.each(Object.entries(streams))('connections: %s', async (filter, numbers) => {
    const filled = await core;
    const { number } = filled.tables.flows;
    const streamsOf = (text: string): readonly number[] =>
      rowsOf(filled, 'flows', text).map((row) => number(row));
    const found = streamsOf(filter);
    const asked = numbersOf(numbers);
    const lost = new Set([...streamsOf(CUT), ...(LOST_BY_TSHARK[capture] ?? [])]);
    expect(found).toEqual(expect.arrayContaining([...asked]));
    expect(found.filter((stream) => !asked.includes(stream) && !lost.has(stream))).toEqual([]);
  });
});

/** Connections with a response that is a row here and not found by tshark. */
const LOST_BY_TSHARK: Readonly<Record<string, readonly number[]>> = {
  // The answer to a pipelined HEAD: tshark waits for the content that Content-Length announces.
  'healthy.pcap': [8],
};

/** Of a response whose body was cut, tshark waits for the rest. */
const CUT = 'offwire.message.state in {"cut-by-fin", "cut-by-rst", "broken"}';

function numbersOf(ranges: string): readonly number[] {
  return ranges.split(' ').flatMap((range) => {
    const [first = NaN, last = first] = range === '' ? [] : range.split('-').map(Number);
    return Number.isNaN(first) ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
