import { beforeAll, describe, expect, test } from 'vitest';
import { TableState } from '../../src/session/table.svelte.ts';
import type { Analysis } from '../../workers/api.ts';
import { openFixture } from '../worker/open-file.ts';

let analysis: Analysis;
/** What the report says of the capture: packets, and those with RST. */
let total: number;
let resets: number;

beforeAll(async () => {
  ({ analysis } = await openFixture('story-1.pcap'));
  const report = await analysis.report();
  total = report?.packets ?? NaN;
  resets = report?.tcp.resets ?? NaN;
});

/** A table that was asked for all rows. */
async function packets(filter = ''): Promise<TableState<'packets'>> {
  const table = new TableState('packets', analysis);
  expect(await table.update(filter, 1)).toBeUndefined();
  return table;
}

describe('a table', () => {
  test('has its first rows as soon as it says how many there are', async () => {
    const table = await packets();
    expect([table.rows, table.total]).toEqual([total, total]);
    expect(table.at(0)?.packet).toBe(1);
    expect(table.at(127)?.packet).toBe(128);
  });

  test('reads the rows in sight, and those beside them', async () => {
    const table = await packets();
    expect(table.at(total - 1)).toBeUndefined();
    table.want(200, 230);
    await expect.poll(() => table.at(229)?.packet).toBe(230);
    await expect.poll(() => table.at(total - 1)?.packet).toBe(total);
  });

  test('says what is wrong with a filter, and keeps the rows that it has', async () => {
    const table = await packets('tcp.flags.reset == 1');
    const rows = table.rows;
    const error = await table.update('tcp.flags.reset == ', 1);
    expect(error?.message).not.toBe('');
    expect(error?.end).toBeGreaterThanOrEqual(error?.start ?? Infinity);
    expect([table.rows, table.filter]).toEqual([rows, 'tcp.flags.reset == 1']);
    expect(rows).toBe(resets);
  });

  test('drops the answer to a filter that was typed over', async () => {
    const table = await packets();
    const [first, second] = [table.update('tcp.flags.syn == 1', 1), table.update('tcp.flags.reset == 1', 1)];
    await Promise.all([first, second]);
    expect([table.filter, table.rows]).toEqual(['tcp.flags.reset == 1', resets]);
  });

  test('tells everyone who asks what is wrong with a filter, also where another is asked for meanwhile', async () => {
    const table = await packets();
    const wrong = 'tcp.flags.reset == ';
    const asked = [table.update(wrong, 1), table.update(wrong, 1), table.update('tcp.flags.syn == 1', 1)];
    const errors = await Promise.all(asked);
    expect(errors.map((error) => error !== undefined)).toEqual([true, true, false]);
    expect(table.filter).toBe('tcp.flags.syn == 1');
  });

  test('does not ask again for what it has', async () => {
    const table = await packets();
    const order = table.order;
    await table.update('', 1);
    expect(table.order).toBe(order);
  });

  test('is sorted up, down, and not at all by three clicks', async () => {
    const table = await packets();
    table.sortBy('length');
    await table.update('', 1);
    const shortest = table.at(0)?.length ?? Infinity;
    table.sortBy('length');
    await table.update('', 1);
    expect(table.at(0)?.length).toBeGreaterThan(shortest);
    table.sortBy('length');
    await table.update('', 1);
    expect(table.sort).toBeUndefined();
    expect(table.at(0)?.packet).toBe(1);
  });
});

describe('the selected row', () => {
  test('is found in another order, and is nowhere where the filter leaves it out', async () => {
    const table = await packets();
    await table.update('tcp.flags.reset == 1', 1);
    const reset = table.at(resets - 1)?.packet ?? NaN;
    await table.update('', 1);
    await table.select(reset - 1);
    expect(table.selectedIndex).toBe(reset - 1);
    await table.update('tcp.flags.reset == 1', 1);
    expect(table.selectedIndex).toBe(resets - 1);
    await table.update('tcp.flags.syn == 1', 1);
    expect(table.selectedIndex).toBeUndefined();
  });

  test('can be moved to a row that was not read yet', async () => {
    const table = await packets();
    expect((await table.moveTo(total - 1))?.packet).toBe(total);
    expect(table.selectedIndex).toBe(total - 1);
  });

  test('is the one moved to last, when the keys are faster than the rows', async () => {
    const table = await packets();
    const items = await Promise.all([table.moveTo(250), table.moveTo(251), table.moveTo(252)]);
    expect(items.map((item) => item?.packet)).toEqual([undefined, undefined, 253]);
    expect(table.selectedIndex).toBe(252);
  });

  test('is found wherever it was selected while the rows were read', async () => {
    for (const filter of ['', 'tcp.flags.reset == 1']) {
      const resetRow = ((await packets('tcp.flags.reset == 1')).at(3)?.packet ?? NaN) - 1;
      for (let turns = 0; turns < 24; turns++) {
        const table = filter === '' ? new TableState('packets', analysis) : await packets();
        const updated = table.update(filter, 1);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        const selected = table.select(resetRow);
        await Promise.all([updated, selected]);
        await expect
          .poll(() => table.selectedIndex, { message: `after ${turns} turns` })
          .toBe(filter === '' ? resetRow : 3);
      }
    }
  });
});
