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

/** A share in percent, rounded down: 100.00 means all. */
function share(part: number, of: number): number {
  return Math.floor((part / of) * 10_000) / 100;
}

/** The share of captures that agree, in percent. */
export function percent({ equal, of }: Agreement): number {
  return share(equal, of);
}

/**
 * The packets of a capture of pcapng by the census of its blocks; undefined where there is none. tshark also lists custom blocks
 * as packets, which hold none, and stops at a section that it does not know.
 */
export function packetBlocks(blocks: string): number {
  const packets = /^(?:EPB|SPB|PB)=(\d+)$/;
  return blocks.split(',').reduce((sum, block) => sum + Number(packets.exec(block)?.[1] ?? 0), 0);
}

/** The table of agreement, for people: before and after the differences whose reason is not a fault of ours. */
export function agreementTable(rows: readonly Agreement[]): string {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(22) : cell.padStart(11))).join('');
  const head = line(['number', 'of', 'equal', 'percent', 'explained', 'percent', 'ours']);
  const body = rows.map(({ field, equal, of, explained }) =>
    line([
      field,
      String(of),
      String(equal),
      share(equal, of).toFixed(2),
      String(explained),
      share(equal + explained, of).toFixed(2),
      String(of - equal - explained),
    ]),
  );
  return [head, ...body].join('\n');
}
