import { expect, test } from 'vitest';
import { createAnalysis } from '../../workers/analysis.ts';
import { loadCoreModule } from '../support/core.ts';
import { entry } from '../support/write-har.ts';
import { Told } from './open-file.ts';

// A file of 120 MB from repeated parts: it costs no disk, and no text of it is ever whole. At 1 GB, measured by hand: 253 MiB.
const ENTRIES = 12_000;
const CONTENT = {
  content: { size: 10_000, mimeType: 'text/html', text: 'x'.repeat(9_000) + '\\"'.repeat(250) },
};

function largeHar(): File {
  const part = new Blob([`,${JSON.stringify(entry({ response: CONTENT }))}`]);
  const first = JSON.stringify(entry({ startedDateTime: '2026-03-01T08:00:00.000Z' }));
  const begin = '{"log":{"version":"1.2","creator":{"name":"test","version":"1"},"entries":[';
  const parts = Array.from({ length: ENTRIES - 1 }, () => part);
  return new File([begin, first, ...parts, ']}}'], 'large.har');
}

/** Octets that JavaScript holds: its objects, and buffers beside them. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a large HAR file is read entry by entry: memory stays below the file, progress is told', async () => {
  const file = largeHar();
  expect(file.size).toBeGreaterThan(110e6);
  const analysis = createAnalysis(await loadCoreModule());
  const told = new Told();
  const before = held();
  let most = 0;
  told.onProgress = () => (most = Math.max(most, held() - before));
  const result = await analysis.open([file], told);
  expect(result.ok && result.value.counts.exchanges).toBe(ENTRIES);
  expect(most).toBeLessThan(file.size);
  const steps = told.progresses.map(({ bytesRead }) => bytesRead);
  expect(steps.length).toBeGreaterThan(1);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(steps.at(-1)).toBe(file.size);
});

test('reading of a large HAR file stops where it is cancelled, and what was read stays', async () => {
  const file = largeHar();
  const analysis = createAnalysis(await loadCoreModule());
  const told = new Told();
  told.onProgress = ({ bytesRead }) => {
    if (bytesRead > 10e6) void analysis.cancel();
  };
  const result = await analysis.open([file], told);
  if (!result.ok) throw new Error(result.error.message);
  const { wasCancelled, bytesRead, counts } = result.value;
  expect(wasCancelled).toBe(true);
  expect(bytesRead).toBeLessThan(file.size);
  expect(counts.exchanges).toBeGreaterThan(500);
  expect(counts.exchanges).toBeLessThan(ENTRIES);
});
