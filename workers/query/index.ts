import { LIMITS } from '../../src/model/limits.ts';
import { failed, ok, type Result } from '../../src/model/result.ts';
import type { FilterError, TableQuery, View } from '../api.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import type { Bitset } from './bitset.ts';
import { compileNode, type Selection } from './compile.ts';
import { FilterFailure } from './failure.ts';
import { parseFilter } from './parser.ts';
import { compileWords, isMeantAsFilter } from './plain-words.ts';
import { sortKeys } from './sort-columns.ts';
import { sortByKeys } from './sort.ts';
import { domainRows } from './source.ts';

export { complete } from './complete.ts';

/** A filter that is checked against the fields. */
export interface CompiledFilter {
  /** Nothing asked; words to search; or a filter in the display filter language. */
  readonly kind: 'all' | 'words' | 'filter';
  /** The rows of a view that it selects; absent where it selects all. */
  readonly select?: Selection;
}

/** The rows of a view that a query answers, in its order. */
export interface Rows {
  readonly rows: number;
  /** Rows of the view without the filter. */
  readonly total: number;
  /** Row of the view's table at a position; the position must be below `rows`. */
  at(position: number): number;
  /** Position of a row; undefined where the filter leaves it out. */
  positionOf(row: number): number | undefined;
}

/**
 * Checks what was typed into the filter bar. What is no correct filter, and does not look as if it was meant as one, is a search
 * for words (see plain-words.ts).
 */
export function compileFilter(core: Core, text: string): Result<CompiledFilter, FilterError> {
  if (text.trim() === '') return ok({ kind: 'all' });
  if (text.length > LIMITS.FILTER_CHARACTERS) {
    const message = `The filter has ${text.length} characters; the limit is ${LIMITS.FILTER_CHARACTERS}`;
    return failed({ message, start: LIMITS.FILTER_CHARACTERS, end: text.length });
  }
  const filter = caught(() => {
    const node = parseFilter(text);
    if (!node.ok) throw new FilterFailure(node.error.message, node.error);
    return compileNode(core, node.value);
  });
  if (filter.ok) return ok({ kind: 'filter', select: filter.value });
  if (isMeantAsFilter(text)) return filter;
  const words = caught(() => compileWords(core, text));
  return words.ok ? ok({ kind: 'words', select: words.value }) : words;
}

/** The rows of a view that a filter selects; undefined for all. A pattern can fail here: its time is limited. */
export function filteredRows(filter: CompiledFilter, view: View): Result<Bitset | undefined, FilterError> {
  return caught(() => filter.select?.(view));
}

/** Answers a query of a view. */
export function runQuery(core: Core, view: View, query: TableQuery): Result<Rows, FilterError> {
  const total = domainRows(core, view);
  const filter = compileFilter(core, query.filter);
  if (!filter.ok) return filter;
  const found = filteredRows(filter.value, view);
  if (!found.ok) return found;
  const chosen = found.value && found.value.count < total ? found.value.rows() : undefined;
  const sort = query.sort ?? ownOrder(core, view);
  if (!sort) return ok(chosen ? ascending(chosen, total) : everything(total));
  const rows = chosen ?? Uint32Array.from({ length: total }, (_, row) => row);
  const keys = sortKeys(core, view, sort.column, rows);
  if (!keys) {
    const message = `The ${view} cannot be sorted by "${sort.column}"`;
    return failed({ message, start: 0, end: 0 });
  }
  return ok(permuted(sortByKeys(rows, keys, sort.isDescending), total));
}

/** Exchanges of HAR files stand behind those of packets: together they are listed by their times. */
function ownOrder(core: Core, view: View): TableQuery['sort'] {
  const isMixed = view === 'exchanges' && core.tables.packets.rows > 0 && reportedOf(core) !== undefined;
  return isMixed ? { column: 'start', isDescending: false } : undefined;
}

function everything(total: number): Rows {
  return {
    rows: total,
    total,
    at: (position) => position,
    positionOf: (row) => (row >= 0 && row < total ? row : undefined),
  };
}

function ascending(rows: Uint32Array, total: number): Rows {
  return {
    rows: rows.length,
    total,
    at: (position) => rows[position] ?? 0,
    positionOf: (row) => {
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((rows[middle] ?? 0) < row) low = middle + 1;
        else high = middle;
      }
      return rows[low] === row ? low : undefined;
    },
  };
}

function permuted(rows: Uint32Array, total: number): Rows {
  return {
    rows: rows.length,
    total,
    at: (position) => rows[position] ?? 0,
    positionOf: (row) => {
      const position = rows.indexOf(row);
      return position < 0 ? undefined : position;
    },
  };
}

function caught<Value>(run: () => Value): Result<Value, FilterError> {
  try {
    return ok(run());
  } catch (error) {
    if (error instanceof FilterFailure) return failed(error.error);
    throw error;
  }
}
