import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCoreModule } from '../support/core.ts';
import { root } from '../support/stale.ts';
import { hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { openCore } from './open-core.ts';
import { compareTcp, TcpAgreement, type TcpDifference } from './tcp-compare.ts';
import { readFacts } from './tcp-facts.ts';

const folder = join(root, 'test/conformance');

/** Differences that were looked at: `*` stands for any number, or for any rest of a path. */
interface Explained extends TcpDifference {
  readonly reason: string;
}

const explained: readonly Explained[] = readTable(join(folder, 'tcp-differences.tsv')).map((row) => ({
  path: row.get('path') ?? '',
  what: row.get('what') ?? '',
  expected: row.get('expected') ?? '',
  ours: row.get('ours') ?? '',
  reason: row.get('reason') ?? '',
}));

function explains(row: Explained, { path, what, expected, ours }: TcpDifference): boolean {
  const fits = (pattern: string, text: string): boolean =>
    pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
  return fits(row.path, path) && fits(row.what, what) && fits(row.expected, expected) && fits(row.ours, ours);
}

const shown = ({ path, what, expected, ours }: TcpDifference): string =>
  [path, what, expected, ours].join('\t');

if (!hasCorpus) console.warn('The captures of others are not here: TCP is compared in the fixtures only.');

describe('TCP is analysed as tshark analyses it', () => {
  const agreement = new TcpAgreement();
  const found: TcpDifference[] = [];

  beforeAll(async () => {
    const corpus = hasCorpus ? unpackCorpus() : undefined;
    const core = await loadCoreModule();
    const lines = readFileSync(join(folder, 'tcp-analysis.tsv'), 'utf8').split('\n');
    for (const line of lines.filter((text) => text !== '')) {
      const facts = readFacts(line);
      const [where, ...rest] = facts.path.split('/');
      const base = where === 'corpus' ? corpus : join(root, 'test/fixtures/captures');
      if (base === undefined) continue;
      const path = join(base, ...rest);
      const opened = existsSync(path) ? await openCore(path, core) : undefined;
      if (opened) found.push(...compareTcp(facts, opened, agreement));
    }
  });

  test('every difference is explained in tcp-differences.tsv', () => {
    expect(agreement.packets).toBeGreaterThan(1_000);
    expect(
      found.filter((difference) => !explained.some((row) => explains(row, difference))).map(shown),
    ).toEqual([]);
  });

  test('every explanation has a difference', () => {
    const idle = explained.filter(
      (row) => (hasCorpus || row.path.startsWith('captures/')) && !found.some((one) => explains(row, one)),
    );
    expect(idle.map(shown)).toEqual([]);
    expect(explained.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });

  test('they agree on 99 of 100 packets, with or without marks', () => {
    console.log(`${String(agreement)}\n`);
    expect(agreement.equal / agreement.packets).toBeGreaterThan(0.999);
    if (!hasCorpus) return;
    expect(agreement.markedEqual / agreement.marked).toBeGreaterThan(0.98);
    expect(agreement.completeness / agreement.flows).toBeGreaterThan(0.985);
  });
});
