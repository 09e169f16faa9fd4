import type { Report } from '../../src/model/report.ts';
import type { Expected } from './corpus.ts';
import { type Field, FIELD_NAMES, FIELDS } from './numbers.ts';

/** A number that is not what tshark said. */
export interface Difference {
  readonly path: string;
  readonly field: Field;
  readonly expected: string;
  /** `unopened` where the capture was refused. */
  readonly ours: string;
}

/** A row of allowlist.tsv. `path` may end with `*`, and then stands for all that begins like it. */
export interface Allowed {
  readonly path: string;
  readonly field: string;
  readonly expected: string;
  readonly ours: string;
  readonly reason: string;
}

/** Where a report and what is expected of it differ. */
export function differences(capture: Expected, report: Report | undefined): readonly Difference[] {
  const found: Difference[] = [];
  for (const field of FIELD_NAMES) {
    const expected = capture.columns.get(field) ?? '';
    const ours = report ? String(FIELDS[field](report)) : 'unopened';
    if (ours !== expected) found.push({ path: capture.path, field, expected, ours });
  }
  return found;
}

/** Whether a row of the allowlist stands for a difference. */
export function allows(row: Allowed, { path, field, expected, ours }: Difference): boolean {
  const isPath = row.path.endsWith('*') ? path.startsWith(row.path.slice(0, -1)) : path === row.path;
  return isPath && row.field === field && row.expected === expected && row.ours === ours;
}

/** Agreement on one number over all captures. */
export interface Agreement {
  readonly field: Field;
  readonly equal: number;
  readonly of: number;
  /** Of the differences, those whose reason in the allowlist is not a fault of ours. */
  readonly explained: number;
}

/** Agreement on each number. */
export function agreement(
  captures: number,
  found: readonly Difference[],
  rows: readonly Allowed[],
): readonly Agreement[] {
  const foreign = rows.filter((row) => !row.reason.startsWith('ours:'));
  return FIELD_NAMES.map((field) => {
    const ofField = found.filter((difference) => difference.field === field);
    const explained = ofField.filter((difference) => foreign.some((row) => allows(row, difference)));
    return { field, equal: captures - ofField.length, of: captures, explained: explained.length };
  });
}

/** The share of captures in percent, rounded down: 100.00 means all. */
export function percent({ equal, of }: Agreement): number {
  return Math.floor((equal / of) * 10_000) / 100;
}

/** The table of agreement, for people. */
export function agreementTable(rows: readonly Agreement[]): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(22) : cell.padStart(9))).join('');
  const head = line(['number', 'equal', 'of', 'percent', 'differ', 'not ours']);
  const body = rows.map((row) =>
    line([
      row.field,
      String(row.equal),
      String(row.of),
      percent(row).toFixed(2),
      String(row.of - row.equal),
      String(row.explained),
    ]),
  );
  return [head, ...body].join('\n');
}
