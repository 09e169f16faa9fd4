import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCoreModule } from '../support/core.ts';
import { root } from '../support/stale.ts';
import { ARCHIVE, expectedCaptures, hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { loggedExchanges, type LoggedExchange } from './http-exchanges.ts';
import { type Comparison, compareSuricata, compareZeek, type LogDifference } from './http-logs.ts';

/** Share of rows or checks without a difference of any kind that was measured, in percent. It may rise. */
const MEASURED = { zeek: 97, suricata: 98 };

const shown = ({ capture, entry, field, expected, ours }: LogDifference): string =>
  [capture, entry, field, expected, ours].join('\t');

/** Rows or checks in which all is equal. */
function equalEntries({ entries, differences }: Comparison): number {
  return entries - new Set(differences.map(({ capture, entry }) => `${capture} ${entry}`)).size;
}

if (!hasCorpus)
  console.warn(`The logs of Zeek and Suricata are not here (${ARCHIVE}): HTTP is not compared with them.`);

describe.skipIf(!hasCorpus)('Offwire says of exchanges what Zeek and Suricata log', () => {
  const rows = readTable(join(root, 'test/conformance/http-logs-allowlist.tsv'));
  const allowed = rows.map((row) => {
    const cell = (name: string): string => row.get(name) ?? '';
    return {
      capture: cell('capture'),
      entry: cell('entry'),
      field: cell('field'),
      expected: cell('expected'),
      ours: cell('ours'),
      reason: cell('reason'),
    };
  });
  let zeek: Comparison = { entries: 0, differences: [] };
  let suricata: Comparison = { entries: 0, differences: [] };

  beforeAll(async () => {
    const folder = unpackCorpus();
    const core = await loadCoreModule();
    const stored = new Map(expectedCaptures(folder).map((capture) => [capture.path, capture.stored]));
    const known = new Map<string, Promise<readonly LoggedExchange[] | undefined>>();
    const exchanges = (capture: string): Promise<readonly LoggedExchange[] | undefined> => {
      const found = known.get(capture) ?? loggedExchanges(join(folder, stored.get(capture) ?? capture), core);
      known.set(capture, found);
      return found;
    };
    zeek = await compareZeek(folder, exchanges);
    suricata = await compareSuricata(folder, exchanges);
  });

  test('every difference is a row of the allowlist', () => {
    expect(zeek.entries).toBeGreaterThan(90);
    expect(suricata.entries).toBeGreaterThan(50);
    const known = new Set(allowed.map(shown));
    const found = [...zeek.differences, ...suricata.differences].map(shown);
    expect(found.filter((difference) => !known.has(difference))).toEqual([]);
  });

  test('every row of the allowlist is a difference, and has a reason', () => {
    const real = new Set([...zeek.differences, ...suricata.differences].map(shown));
    expect(allowed.map(shown).filter((difference) => !real.has(difference))).toEqual([]);
    expect(allowed.filter(({ reason }) => reason.length < 20).map(shown)).toEqual([]);
  });

  test('they agree on as many as before', () => {
    for (const [name, comparison] of [
      ['zeek', zeek],
      ['suricata', suricata],
    ] as const) {
      const equal = equalEntries(comparison);
      const share = (equal / comparison.entries) * 100;
      console.log(`${name}: all equal in ${equal} of ${comparison.entries} (${share.toFixed(1)} %)`);
      for (const field of new Set(comparison.differences.map((one) => one.field))) {
        const differ = comparison.differences.filter((one) => one.field === field).length;
        console.log(`  ${field.padEnd(20)} ${comparison.entries - differ} of ${comparison.entries}`);
      }
      expect(share).toBeGreaterThanOrEqual(MEASURED[name]);
    }
  });
});
