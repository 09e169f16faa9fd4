import { expect, test } from 'vitest';
import { repeatable, RepeatedFile } from '../support/repeated-capture.ts';
import { openFile } from './open-file.ts';

test('a capture above 4 GiB is read to its end, and packets behind 2^32 octets are found again', async () => {
  const part = repeatable(20_000);
  const { packets } = part;
  const times = Math.ceil((2 ** 32 + 10 ** 8) / part.records.length);
  const file = new RepeatedFile(part, times);
  expect(file.size).toBeGreaterThan(2 ** 32);
  const { analysis, result } = await openFile(file);
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.bytesRead).toBe(file.size);
  expect(result.value.counts.packets).toBe(times * packets);
  expect(result.value.issues.filter(({ blame }) => blame === 'analyser')).toEqual([]);
  // The same packet of the first and of the last part, read again from the file.
  const first = await analysis.packet(10);
  const last = await analysis.packet((times - 1) * packets + 10);
  expect(last?.octets).toEqual(first?.octets);
  expect(last?.octets.length).toBeGreaterThan(20_000);
  expect(last?.nodes.map(({ label, value }) => `${label}: ${value}`).join()).toContain('35500');
});
