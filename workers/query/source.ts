import type { Core } from '../core.ts';
import { Bitset } from './bitset.ts';
import { BlockColumn, forBlocks, type Fill } from './columns.ts';

/**
 * What the rows are that a field has values on. `directions`: flow * 2 + side of the sender; `messages`: exchange * 2 + side;
 * `handshakes`: hello * 2, plus 1 for the ServerHello; `alerts`: flow * 2 + side, at the packet of the alert; `controlFrames`: HTTP/2.
 */
export type Domain =
  | 'packets'
  | 'flows'
  | 'directions'
  | 'messages'
  | 'exchanges'
  | 'handshakes'
  | 'hellos'
  | 'alerts'
  | 'controlFrames';

/** Rows of a domain. */
export function domainRows(core: Core, domain: Domain): number {
  const { packets, flows, exchanges, hellos, controlFrames } = core.tables;
  switch (domain) {
    case 'packets':
      return packets.rows;
    case 'flows':
      return flows.rows;
    case 'directions':
    case 'alerts':
      return flows.rows * 2;
    case 'exchanges':
      return exchanges.rows;
    case 'messages':
      return exchanges.rows * 2;
    case 'hellos':
      return hellos.rows;
    case 'handshakes':
      return hellos.rows * 2;
    case 'controlFrames':
      return controlFrames.rows;
  }
}

/** What a test says of the values behind one key: bits. */
export const Verdict = { EXISTS: 1, ANY: 2, ALL: 4 } as const;

/** All three bits: one value, and it passes. */
export const PASSED = Verdict.EXISTS | Verdict.ANY | Verdict.ALL;

/** Tests the values behind a key: {@link Verdict} bits. */
export type KeyTest = (key: number) => number;

/** Texts behind keys, each looked at once: many rows share a key. */
export interface TextDictionary {
  /** The values behind a key. Views: valid until the core's next push. */
  values(key: number): readonly Uint8Array[];
  /** A test of keys from a test of values. */
  test(passes: (value: Uint8Array) => boolean): KeyTest;
}

/** Where a field's values are: of each row, one or two values, or keys into a dictionary; NaN for none. */
export interface Source {
  readonly domain: Domain;
  readonly columns: readonly Fill[];
}

/** The rows of which any or all values pass. */
export function select(core: Core, source: Source, test: KeyTest, quantifier: 'any' | 'all'): Bitset {
  const rows = domainRows(core, source.domain);
  const found = new Bitset(rows);
  const { words } = found;
  const columns = source.columns.map((fill) => new BlockColumn(fill));
  const [first, second] = columns;
  if (first === undefined) return found;
  const wanted = quantifier === 'any' ? Verdict.ANY : Verdict.ALL;
  forBlocks(rows, (from, count) => {
    const values = first.read(from, count);
    if (second === undefined) {
      for (let at = 0; at < count; at++) {
        const value = values[at] ?? NaN;
        if (value !== value || (test(value) & wanted) === 0) continue;
        const row = from + at;
        words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
      }
      return;
    }
    const others = second.read(from, count);
    for (let at = 0; at < count; at++) {
      const a = verdictOf(test, values[at] ?? NaN);
      const b = verdictOf(test, others[at] ?? NaN);
      if (!holds(a, b, quantifier)) continue;
      const row = from + at;
      words[row >>> 5] = (words[row >>> 5] ?? 0) | (1 << (row & 31));
    }
  });
  return found;
}

function verdictOf(test: KeyTest, value: number): number {
  return value === value ? test(value) : 0;
}

/** Whether two verdicts together hold: all means that neither of those that exist fails. */
function holds(a: number, b: number, quantifier: 'any' | 'all'): boolean {
  if (quantifier === 'any') return ((a | b) & Verdict.ANY) !== 0;
  if (((a | b) & Verdict.EXISTS) === 0) return false;
  const isAll = (verdict: number): boolean => verdict === 0 || (verdict & Verdict.ALL) !== 0;
  return isAll(a) && isAll(b);
}

/** The rows of two sources of one domain whose pairs of keys pass. */
export function selectPairs(
  core: Core,
  left: Source,
  right: Source,
  test: (left: number, right: number) => number,
  quantifier: 'any' | 'all',
): Bitset {
  const rows = domainRows(core, left.domain);
  const found = new Bitset(rows);
  const lefts = left.columns.map((fill) => new BlockColumn(fill));
  const rights = right.columns.map((fill) => new BlockColumn(fill));
  forBlocks(rows, (from, count) => {
    for (const side of [...lefts, ...rights]) side.read(from, count);
    for (let at = 0; at < count; at++) {
      let verdict = 0;
      let isAll = true;
      for (const a of lefts) {
        for (const b of rights) {
          const x = a.values[at] ?? NaN;
          const y = b.values[at] ?? NaN;
          if (x !== x || y !== y) continue;
          const pair = test(x, y);
          verdict |= pair;
          if (pair !== 0 && (pair & Verdict.ALL) === 0) isAll = false;
        }
      }
      const isFound =
        quantifier === 'any' ? (verdict & Verdict.ANY) !== 0 : (verdict & Verdict.EXISTS) !== 0 && isAll;
      if (isFound) found.add(from + at);
    }
  });
  return found;
}

/** Asks each key once. `size`: keys are below it; undefined where they are sparse. */
export function remembering(test: KeyTest, size: number | undefined): KeyTest {
  if (size === undefined) {
    const known = new Map<number, number>();
    return (key) => {
      const verdict = known.get(key);
      if (verdict !== undefined) return verdict;
      const asked = test(key);
      known.set(key, asked);
      return asked;
    };
  }
  const known = new Uint8Array(size);
  return (key) => {
    const verdict = known[key] ?? 0;
    if (verdict !== 0) return verdict & PASSED;
    const asked = test(key);
    known[key] = asked | 8;
    return asked;
  };
}

/** The verdict on a list of values. */
export function verdictOn<T>(values: readonly T[], passes: (value: T) => boolean): number {
  if (values.length === 0) return 0;
  let verdict: number = PASSED & ~Verdict.ANY;
  for (const value of values) {
    if (passes(value)) verdict |= Verdict.ANY;
    else verdict &= ~Verdict.ALL;
  }
  return verdict;
}
