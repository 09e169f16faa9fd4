import type { TABLES, TableName } from '../../src/model/schema.ts';
import type { ColumnReader, Core } from '../core.ts';

/** Writes the values of the rows from `from` into an array; NaN where a row has none. */
export type Fill = (from: number, into: Float64Array) => void;

/** Rows that are read at once: small enough for the processor's cache, large enough to hide the calls. */
const BLOCK = 8192;

/** Name of a column of a table. */
export type ColumnName<N extends TableName> = keyof (typeof TABLES)[N]['columns'] & string;

/** A column of a table, for whole scans. */
export function column<N extends TableName>(core: Core, table: N, name: ColumnName<N>): Fill {
  return (from, into) => core.copyColumn(table, name, from, into);
}

/** Calls for each block of rows, in order. */
export function forBlocks(rows: number, visit: (from: number, count: number) => void): void {
  for (let from = 0; from < rows; from += BLOCK) visit(from, Math.min(BLOCK, rows - from));
}

/** A column that is read block by block: `at(row)` of rows between the last `read`. */
export class BlockColumn {
  readonly values = new Float64Array(BLOCK);
  readonly #fill: Fill;

  constructor(fill: Fill) {
    this.#fill = fill;
  }

  /** Reads `count` rows from `from`; they stand in `values` from 0. */
  read(from: number, count: number): Float64Array {
    this.#fill(from, count === BLOCK ? this.values : this.values.subarray(0, count));
    return this.values;
  }
}

/** All of a column at once. */
export function wholeColumn(fill: Fill, rows: number): Float64Array {
  const values = new Float64Array(rows);
  fill(0, values);
  return values;
}

/** A column whose values are made from another's; NaN stays. */
export function mapped(fill: Fill, map: (value: number) => number): Fill {
  return (from, into) => {
    fill(from, into);
    for (let at = 0; at < into.length; at++) {
      const value = into[at] ?? NaN;
      if (value === value) into[at] = map(value);
    }
  };
}

/** A column made from two others. */
export function combined(a: Fill, b: Fill, combine: (a: number, b: number) => number): Fill {
  const other = new BlockColumn(b);
  return (from, into) => {
    a(from, into);
    for (let start = 0; start < into.length; start += BLOCK) {
      const count = Math.min(BLOCK, into.length - start);
      const values = other.read(from + start, count);
      for (let at = 0; at < count; at++) {
        into[start + at] = combine(into[start + at] ?? NaN, values[at] ?? NaN);
      }
    }
  };
}

/** A column of another table, at the rows that `rows` gives; NaN where that is NaN. */
export function joined(rows: Fill, reader: ColumnReader): Fill {
  return mapped(rows, reader);
}

/** Every other row of a column: rows of one side in a table with two rows an owner. */
export function sideOf(fill: Fill, side: 0 | 1): Fill {
  const both = new BlockColumn(fill);
  const half = BLOCK >>> 1;
  return (from, into) => {
    for (let start = 0; start < into.length; start += half) {
      const count = Math.min(half, into.length - start);
      const values = both.read((from + start) * 2, count * 2);
      for (let at = 0; at < count; at++) into[start + at] = values[at * 2 + side] ?? NaN;
    }
  };
}
