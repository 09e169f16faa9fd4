import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { openOctets } from './open-file.ts';

/** HAR files that nobody here made, and what they hold, told by a program of other people's hands. */
const ARCHIVE = join(root, '../shared/corpus/corpus.tar.xz');

const folder = unpack();
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Unpacks the HAR files of the corpus into a folder of its own; undefined where there is no corpus, or no xz. */
function unpack(): string | undefined {
  if (!existsSync(ARCHIVE)) return undefined;
  const into = mkdtempSync(join(tmpdir(), 'har-corpus-'));
  const wanted = [
    '--wildcards',
    '*/EXPECT/har.tsv',
    'EXPECT/har.tsv',
    '*har-perfcascade/*',
    '*har-validator-node/*',
  ];
  spawnSync('tar', ['-xJf', ARCHIVE, '-C', into, ...wanted]);
  if (existsSync(join(into, 'EXPECT/har.tsv'))) return into;
  rmSync(into, { recursive: true });
  return undefined;
}

/** What is compared. Not compared: post_data and base64 count objects that may be empty, and are not shown as such. */
type Column =
  'entries' | 'statuses' | 'http_versions' | 'with_text' | 'msgs_with_repeated_header' | 'first_started';

type Facts = Readonly<Record<Column, string>>;

/** Where we differ, and why we stand by it. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'firefox_h2_filamentgroup.com.har with_text':
    'five entries have an empty answer (status 0) with a content object in it: no answer is no message',
};

const VERSIONS: Readonly<Record<string, string>> = {
  h2: 'HTTP/2',
  'HTTP/2.0': 'HTTP/2',
  // WebPagetest keeps the last characters of "HTTP/2 2".
  '2 2': 'HTTP/2',
  'HTTP/1.1': 'HTTP/1.1',
  '1.1': 'HTTP/1.1',
};

/** `200:63 301:1`, with other names, those with the same name added up, in order. */
function counted(pairs: readonly (readonly [name: string, count: number])[]): string {
  const sums = new Map<string, number>();
  for (const [name, count] of pairs) sums.set(name, (sums.get(name) ?? 0) + count);
  return [...sums]
    .map(([name, count]) => `${name}:${count}`)
    .sort()
    .join(' ');
}

function renamed(text: string, rename: (name: string) => string): string {
  const found = [...text.matchAll(/(?:^| )(.*?):(\d+)(?= |$)/g)];
  return counted(found.map(([, name = '', count]) => [rename(name), Number(count)]));
}

function expectedFacts(row: Readonly<Record<string, string>>): Facts {
  const { entries = '', statuses = '', http_versions = '', with_text = '', first_started = '' } = row;
  return {
    entries,
    statuses: renamed(statuses, (status) => (Number(status) > 0 ? status : 'none')),
    http_versions: renamed(http_versions, (version) => VERSIONS[version] ?? 'unknown'),
    with_text,
    msgs_with_repeated_header: row['msgs_with_repeated_header'] ?? '',
    first_started: new Date(first_started).toISOString(),
  };
}

async function foundFacts(octets: Uint8Array, name: string): Promise<Facts | undefined> {
  const { analysis, result } = await openOctets(octets, name);
  if (!result.ok) return undefined;
  const query = await analysis.query('exchanges', { filter: '', sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  const items = await analysis.window('exchanges', query.value.id, 0, query.value.rows);
  const versions: string[] = [];
  let texts = 0;
  let repeated = 0;
  for (const { exchange } of items) {
    const detail = await analysis.exchange(exchange);
    versions.push(/^HTTP\/\S+/.exec(detail?.response?.startLine ?? '')?.[0] ?? 'unknown');
    for (const message of [detail?.request, detail?.response]) {
      const names = (message?.lines ?? []).map(({ text }) => text.split(':', 1).join('').toLowerCase());
      if (new Set(names).size < names.length) repeated++;
    }
    const body = await analysis.body(exchange, 'response');
    if (body !== undefined && body.octets.length > 0) texts++;
  }
  return {
    entries: String(query.value.rows),
    statuses: counted(items.map(({ status }) => [String(status ?? 'none'), 1])),
    http_versions: counted(versions.map((version) => [version, 1])),
    with_text: String(texts),
    msgs_with_repeated_header: String(repeated),
    first_started: new Date(result.value.startMilliseconds).toISOString(),
  };
}

function rowsOf(table: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = table.trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [names[at] ?? '', cell])));
}

if (folder === undefined) {
  test.skip('the corpus is not beside this checkout (../shared/corpus): no HAR file of others was compared', () =>
    undefined);
} else {
  const rows = rowsOf(readFileSync(join(folder, 'EXPECT/har.tsv'), 'utf8'));
  const met: string[] = [];
  let agreed = 0;

  describe('HAR files of other people', () => {
    for (const row of rows) {
      const { path = '', entries = '' } = row;
      const name = path.split('/').at(-1) ?? '';
      test(`${path} holds what others say that it holds`, async () => {
        const found = await foundFacts(readFileSync(join(folder, path)), name);
        if (entries === '') {
          expect(found, 'has no entries').toBeUndefined();
          agreed++;
          return;
        }
        const expected = expectedFacts(row);
        const differing: [string, string | undefined][] = [];
        for (const [column, value] of Object.entries(expected)) {
          const other = Object.entries(found ?? {}).find(([known]) => known === column)?.[1];
          if (other === value) agreed++;
          else if (Object.hasOwn(DIFFERENCES, `${name} ${column}`)) met.push(`${name} ${column}`);
          else differing.push([`${column}: ${value} expected`, other]);
        }
        expect(differing).toEqual([]);
      });
    }

    test('differ from ours only where a reason is given', () => {
      console.log(
        `HAR corpus: ${rows.length} files, ${agreed} facts agree, ${met.length} differ for a known reason`,
      );
      expect(met).toEqual(Object.keys(DIFFERENCES));
    });
  });
}
