import type { FilterInTime } from '../../src/model/timeline.ts';
import type { Nanoseconds } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import type { Comparison, Node } from './ast.ts';
import { compileFilter } from './index.ts';
import { parseFilter } from './parser.ts';

/** The field that a time range is set on. */
const FIELD = 'frame.time_relative';
/** The same where there are no packets (HAR). */
const FIELD_OF_EXCHANGES = 'offwire.exchange.start';

/** A stretch of the capture. */
type Range = readonly [from: Nanoseconds, to: Nanoseconds];

/** The time range that a filter sets: its tests of the time that must all hold; undefined where it has none. */
export function timeRangeOf(text: string): Range | undefined {
  const bounds = conjuncts(text).flatMap((node) => bound(node) ?? []);
  if (bounds.length === 0) return undefined;
  const from = Math.max(0, ...bounds.filter(({ isLower }) => isLower).map(({ time }) => time));
  const to = Math.min(...bounds.filter(({ isLower }) => !isLower).map(({ time }) => time));
  return [from, to];
}

/** The filter with this time range in place of its own; undefined takes it out. */
export function withTimeRange(core: Core, text: string, range: Range | undefined): FilterInTime {
  const clause =
    range === undefined ? [] : [rangeText(core.tables.packets.rows > 0 ? FIELD : FIELD_OF_EXCHANGES, range)];
  const compiled = compileFilter(core, text);
  const isFilter = compiled.ok && compiled.value.kind === 'filter';
  if (!isFilter) {
    if (text.trim() === '') return { filter: clause.join(''), leftOut: undefined };
    return range === undefined
      ? { filter: text, leftOut: undefined }
      : { filter: clause.join(''), leftOut: text.trim() };
  }
  const parts = conjuncts(text);
  const kept = parts
    .filter((node) => bound(node) === undefined)
    .map((node) => {
      const written = text.slice(node.start, node.end).trim();
      // Inside a chain an "or" has its parentheses already.
      const isLoose = parts.length === 1 && (node.kind === 'or' || node.kind === 'xor');
      return isLoose ? `(${written})` : written;
    });
  return { filter: [...kept, ...clause].join(' && '), leftOut: undefined };
}

function rangeText(field: string, [from, to]: Range): string {
  return `${field} >= ${seconds(from)} && ${field} <= ${seconds(to)}`;
}

/** Seconds to the nanosecond, without zeros at the end. */
function seconds(time: Nanoseconds): string {
  return (Math.round(time) / 1e9).toFixed(9).replace(/\.?0+$/, '');
}

/** The parts of a filter that must all hold. */
function conjuncts(text: string): readonly Node[] {
  const parsed = parseFilter(text);
  if (!parsed.ok) return [];
  const open = (node: Node): readonly Node[] => (node.kind === 'and' ? node.operands.flatMap(open) : [node]);
  return open(parsed.value);
}

const LOWER: ReadonlySet<string> = new Set(['>', '>=']);
const UPPER: ReadonlySet<string> = new Set(['<', '<=']);

/** The bound that a test sets on the time; undefined where it tests something else. */
function bound(node: Node): { readonly time: Nanoseconds; readonly isLower: boolean } | undefined {
  if (node.kind !== 'comparison') return undefined;
  const time = timeIn(node);
  if (time === undefined) return undefined;
  const isFlipped = !isField(node.left);
  if (LOWER.has(node.relation)) return { time, isLower: !isFlipped };
  if (UPPER.has(node.relation)) return { time, isLower: isFlipped };
  return undefined;
}

const isField = (operand: Comparison['left']): boolean =>
  operand.kind === 'word' && (operand.text === FIELD || operand.text === FIELD_OF_EXCHANGES);

function timeIn({ left, right }: Comparison): Nanoseconds | undefined {
  const value = isField(left) ? right : isField(right) ? left : undefined;
  if (value?.kind !== 'word') return undefined;
  const time = Number(value.text) * 1e9;
  return Number.isFinite(time) ? Math.round(time) : undefined;
}
