import { beforeAll, describe, expect, it } from 'vitest';
import type { View } from '../../workers/api.ts';
import type { Core } from '../../workers/core.ts';
import { runQuery } from '../../workers/query/index.ts';
import { sortableColumns } from '../../workers/query/sort-columns.ts';
import { sortByKeys } from '../../workers/query/sort.ts';
import { Random } from '../support/random.ts';
import { rowsOf, sampleCore } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

function order(view: View, column: string, isDescending = false, filter = ''): readonly number[] | string {
  const answer = runQuery(core, view, { filter, sort: { column, isDescending } });
  if (!answer.ok) return answer.error.message;
  return Array.from({ length: answer.value.rows }, (_, position) => answer.value.at(position));
}

describe('rows are sorted', () => {
  it.each<[view: View, column: string, ascending: readonly number[], descending: readonly number[]]>([
    ['exchanges', 'status', [1, 2, 3, 0], [0, 3, 1, 2]],
    // Unknown goes last in both orders: exchange 3 has no times.
    ['exchanges', 'start', [0, 1, 2, 3], [2, 1, 0, 3]],
    ['exchanges', 'duration', [0, 2, 1, 3], [0, 2, 1, 3]],
    ['exchanges', 'wait', [0, 2, 1, 3], [1, 0, 2, 3]],
    ['exchanges', 'method', [0, 2, 3, 1], [1, 0, 2, 3]],
    ['exchanges', 'target', [1, 0, 2, 3], [3, 2, 0, 1]],
    ['exchanges', 'authority', [3, 2, 0, 1], [0, 1, 2, 3]],
    ['exchanges', 'stream', [0, 1, 2, 3], [2, 0, 1, 3]],
    ['exchanges', 'client', [0, 1, 2, 3], [2, 0, 1, 3]],
    ['exchanges', 'server', [0, 1, 2, 3], [2, 0, 1, 3]],
    ['exchanges', 'requestOctets', [3, 0, 1, 2], [0, 1, 2, 3]],
    ['exchanges', 'state', [0, 2, 3, 1], [1, 0, 2, 3]],
    ['flows', 'number', [0, 2, 1, 3], [3, 1, 0, 2]],
    ['flows', 'originator', [2, 0, 3, 1], [1, 3, 0, 2]],
    ['flows', 'packets', [2, 3, 1, 0], [0, 1, 2, 3]],
    ['flows', 'octets', [2, 3, 1, 0], [0, 1, 3, 2]],
    ['flows', 'duration', [2, 3, 1, 0], [0, 1, 2, 3]],
    ['flows', 'protocol', [2, 0, 3, 1], [1, 0, 3, 2]],
    ['flows', 'serverName', [1, 0, 2, 3], [1, 0, 2, 3]],
    ['flows', 'retransmissions', [1, 2, 3, 0], [0, 1, 2, 3]],
    ['hellos', 'serverName', [0], [0]],
  ])('%s by %s', (view, column, ascending, descending) => {
    expect(order(view, column)).toEqual(ascending);
    expect(order(view, column, true)).toEqual(descending);
  });

  it('packets by source: those without a flow last', () => {
    expect(order('packets', 'source', false, 'frame.number in {1, 2, 14, 16, 17}')).toEqual([
      13, 0, 1, 16, 15,
    ]);
    expect(order('packets', 'protocol', false, 'frame.number < 6 or arp')).toEqual([15, 3, 4, 0, 1, 2]);
    expect(order('packets', 'time', true, 'udp')).toEqual([14, 13]);
  });

  it.each<View>(['packets', 'flows', 'exchanges', 'hellos'])(
    '%s by every column that can be sorted by',
    (view) => {
      const every = rowsOf(core, view, '');
      for (const column of sortableColumns(view)) {
        const rows = order(view, column);
        expect(typeof rows === 'string' ? rows : [...rows].sort((a, b) => a - b), column).toEqual(every);
      }
    },
  );

  it('by no column that there is not', () => {
    expect(order('packets', 'info')).toBe('The packets cannot be sorted by "info"');
    expect(order('packets', 'toString')).toBe('The packets cannot be sorted by "toString"');
  });
});

describe('positions of an answered query', () => {
  it.each([
    { filter: '', sort: undefined, at: [0, 1], of: { row: 4, position: 4 }, none: 19 },
    { filter: 'udp or arp', sort: undefined, at: [13, 14, 15], of: { row: 15, position: 2 }, none: 12 },
    {
      filter: 'udp or arp',
      sort: { column: 'time', isDescending: true },
      at: [15, 14, 13],
      of: { row: 13, position: 2 },
      none: 12,
    },
  ])('$filter', ({ filter, sort, at, of, none }) => {
    const answer = runQuery(core, 'packets', { filter, sort });
    if (!answer.ok) throw new Error(answer.error.message);
    const { value } = answer;
    expect(value.total).toBe(19);
    expect(at.map((_, position) => value.at(position))).toEqual(at);
    expect(value.positionOf(of.row)).toBe(of.position);
    expect(value.positionOf(none)).toBeUndefined();
  });
});

describe('sorting by keys', () => {
  it('is stable, with unknown keys last', () => {
    const keys = Float64Array.of(2, NaN, -1, 2, 0, -0, -Infinity, Infinity, NaN, 1e-300);
    const rows = Uint32Array.from(keys.keys());
    expect([...sortByKeys(rows, keys, false)]).toEqual([6, 2, 4, 5, 9, 0, 3, 7, 1, 8]);
    expect([...sortByKeys(rows, keys, true)]).toEqual([7, 0, 3, 9, 4, 5, 2, 6, 1, 8]);
  });

  it('agrees with a comparison sort on random numbers', () => {
    const random = new Random(7);
    const keys = Float64Array.from({ length: 5000 }, () => {
      const whole = random.below(2000) - 1000;
      return random.below(20) === 0 ? NaN : whole * 10 ** (random.below(9) - 4);
    });
    const rows = Uint32Array.from(keys.keys(), (row) => row * 3);
    for (const sign of [1, -1]) {
      const expected = [...keys.keys()].sort((a, b) => {
        const [x = NaN, y = NaN] = [keys[a], keys[b]];
        if (Number.isNaN(x) || Number.isNaN(y))
          return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
        return sign * (x - y) || a - b;
      });
      expect([...sortByKeys(rows, keys, sign < 0)]).toEqual(expected.map((row) => row * 3));
    }
  });
});
