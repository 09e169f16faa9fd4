import type { TimeMeasure, TimesOfQuery, TimeSummary } from '../../src/model/timing.ts';
import type { Nanoseconds } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import type { AnsweredQuery } from '../queries.ts';
import { column, forBlocks, BlockColumn, sideOf, wholeColumn } from '../query/columns.ts';
import { exchangeTime } from '../query/exchange-times.ts';

/** Sums up a time over the exchanges that a query answers. */
export function timesOfQuery(core: Core, query: AnsweredQuery, measure: TimeMeasure): TimesOfQuery {
  const all = wholeColumn(exchangeTime(core, measure), core.tables.exchanges.rows);
  const isAll = query.rows >= all.length;
  const known = new Float64Array(query.rows);
  let count = 0;
  for (let position = 0; position < query.rows; position++) {
    const value = all[isAll ? position : query.at(position)] ?? NaN;
    if (value === value) known[count++] = value;
  }
  const values = known.subarray(0, count);
  return { rows: query.rows, summary: summarize(values, measure), range: rangeOf(core, query) };
}

function summarize(values: Float64Array, measure: TimeMeasure): TimeSummary | undefined {
  if (values.length === 0) return undefined;
  values.sort();
  const rank = (share: number): number => values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? NaN;
  return {
    measure,
    known: values.length,
    minimum: rank(0),
    median: rank(0.5),
    p95: rank(0.95),
    maximum: rank(1),
  };
}

/** From the first octet of any of the exchanges to the last. */
function rangeOf(core: Core, query: AnsweredQuery): readonly [Nanoseconds, Nanoseconds] | undefined {
  const { rows } = core.tables.exchanges;
  const isAll = query.rows >= rows;
  let from = Infinity;
  let to = -Infinity;
  const pass = (time: number): void => {
    if (time < from) from = time;
    if (time > to) to = time;
  };
  if (!isAll && query.rows < rows >>> 4) {
    const { start, end } = core.tables.messages;
    for (let position = 0; position < query.rows; position++) {
      const row = query.at(position) * 2;
      for (const time of [start(row), end(row), start(row + 1), end(row + 1)]) pass(time);
    }
  } else {
    const chosen = isAll ? undefined : new Uint8Array(rows);
    for (let position = 0; chosen && position < query.rows; position++) chosen[query.at(position)] = 1;
    for (const name of ['start', 'end'] as const) {
      for (const side of [0, 1] as const) {
        const block = new BlockColumn(sideOf(column(core, 'messages', name), side));
        forBlocks(rows, (first, count) => {
          const values = block.read(first, count);
          for (let at = 0; at < count; at++) if (!chosen || chosen[first + at] === 1) pass(values[at] ?? NaN);
        });
      }
    }
  }
  return from <= to ? [from, to] : undefined;
}
