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
  packetBlocks,
  percent,
} from './compare.ts';
import { ARCHIVE, expectedCaptures, hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { type Field, readReport } from './numbers.ts';

/** What was measured, in percent of the captures. It may rise; a number that falls is a fault. */
const MEASURED: Readonly<Record<Field, number>> = {
  packets: 98.77,
  tcp_streams: 99.41,
  http_requests: 98.71,
  http_responses: 97.08,
  tls_client_hellos: 99.65,
  client_hellos_no_sni: 99.82,
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
  /** Captures whose packets are as many as tshark lists, or as their packet blocks. */
  let equalPackets = 0;

  beforeAll(async () => {
    const folder = unpackCorpus();
    const core = await loadCoreModule();
    const reports = new Map<string, Report | undefined>();
    const census = new Map(
      readTable(join(folder, 'EXPECT/pcapng_blocks.tsv')).map((row) => [
        row.get('capture'),
        packetBlocks(row.get('blocks') ?? ''),
      ]),
    );
    for (const capture of expectedCaptures(folder)) {
      const { stored } = capture;
      if (!reports.has(stored)) reports.set(stored, await readReport(join(folder, stored), core));
      found.push(...differences(capture, reports.get(stored)));
      const packets =
        census.get(capture.path) ?? census.get(stored) ?? Number(capture.columns.get('packets'));
      if (reports.get(stored)?.packets === packets) equalPackets++;
      captures++;
    }
  });

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
    console.log(
      `${agreementTable(table)}\npackets, of pcapng those in packet blocks (tshark lists custom blocks too): ${equalPackets} of ${captures}\n`,
    );
    expect(captures - equalPackets).toBeLessThanOrEqual(1);
    const fallen = table.filter((row) => percent(row) < MEASURED[row.field]);
    expect(fallen.map(({ field }) => field)).toEqual([]);
  });
});
