import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { loadCoreModule } from '../support/core.ts';
import { root } from '../support/stale.ts';
import {
  agreement,
  agreementTable,
  type Allowed,
  allows,
  type Difference,
  differences,
  percent,
} from './compare.ts';
import { ARCHIVE, expectedCaptures, hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { type Field, readReport } from './numbers.ts';

/** What was measured, in percent of the captures. It may rise; a number that falls is a fault. */
const MEASURED: Readonly<Record<Field, number>> = {
  packets: 98.77,
  tcp_streams: 98.83,
  http_requests: 98.54,
  http_responses: 97.2,
  tls_client_hellos: 98.31,
  client_hellos_no_sni: 99.65,
  tcp_rsts: 100,
};

function readAllowlist(): readonly Allowed[] {
  return readTable(join(root, 'test/conformance/allowlist.tsv')).map((row) => ({
    path: row.get('path') ?? '',
    field: row.get('field') ?? '',
    expected: row.get('expected') ?? '',
    ours: row.get('ours') ?? '',
    reason: row.get('reason') ?? '',
  }));
}

const shown = ({ path, field, expected, ours }: Difference | Allowed): string =>
  [path, field, expected, ours].join('\t');

if (!hasCorpus) console.warn(`The captures of others are not here (${ARCHIVE}): conformance is not tested.`);

describe.skipIf(!hasCorpus)('Offwire and tshark say the same of captures that nobody here made', () => {
  const rows = readAllowlist();
  const found: Difference[] = [];
  let captures = 0;

  beforeAll(async () => {
    const folder = unpackCorpus();
    const core = await loadCoreModule();
    const reports = new Map<string, Report | undefined>();
    for (const capture of expectedCaptures(folder)) {
      const { stored } = capture;
      if (!reports.has(stored)) reports.set(stored, await readReport(join(folder, stored), core));
      found.push(...differences(capture, reports.get(stored)));
      captures++;
    }
  }, 600_000);

  test('every difference is a row of the allowlist', () => {
    expect(captures).toBeGreaterThan(1_500);
    const unlisted = found.filter((difference) => !rows.some((row) => allows(row, difference)));
    expect(unlisted.map(shown)).toEqual([]);
  });

  test('every row of the allowlist is a difference, and has a reason', () => {
    const idle = rows.filter((row) => !found.some((difference) => allows(row, difference)));
    expect(idle.map(shown)).toEqual([]);
    expect(rows.filter(({ reason }) => reason.length < 20).map(shown)).toEqual([]);
  });

  test('they agree on as many captures as before', () => {
    const table = agreement(captures, found, rows);
    console.log(`${agreementTable(table)}\n`);
    const fallen = table.filter((row) => percent(row) < MEASURED[row.field]);
    expect(fallen.map(({ field }) => field)).toEqual([]);
  });
});
