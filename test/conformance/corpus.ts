import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/stale.ts';

/** Captures that nobody here made; never part of the project. */
export const ARCHIVE = join(root, '../shared/corpus/corpus.tar.xz');

const FOLDER = join(root, '.corpus');
/** Written last, so that an unpacking that was broken off is begun anew. */
const STAMP = join(FOLDER, '.unpacked');

/** Whether the corpus is on this machine. */
export const hasCorpus = existsSync(ARCHIVE);

/** Unpacks the corpus, where that was not done or the archive changed since; answers its folder. */
export function unpackCorpus(): string {
  const { size, mtimeMs } = statSync(ARCHIVE);
  const stamp = `${size} ${mtimeMs}`;
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return FOLDER;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const { status, stderr, error } = spawnSync('tar', ['-xJf', ARCHIVE, '-C', FOLDER], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${ARCHIVE} cannot be unpacked: ${error?.message ?? stderr}`);
  writeFileSync(STAMP, stamp);
  return FOLDER;
}

/** The rows of a table of tab-separated values with a head, by the names in the head. */
export function readTable(path: string): readonly ReadonlyMap<string, string>[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const [head = [], ...rows] = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
  return rows.map((cells) => new Map(head.map((name, column) => [name, cells[column] ?? ''])));
}

/** A capture of EXPECT/INDEX.tsv that tshark opened. */
export interface Expected {
  readonly path: string;
  /** Where its octets are: equal files are kept once. */
  readonly stored: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** Every capture that tshark opened, those included that are copies of others. */
export function expectedCaptures(folder: string): readonly Expected[] {
  const captures: Expected[] = [];
  for (const columns of readTable(join(folder, 'EXPECT/INDEX.tsv'))) {
    const status = columns.get('status');
    if (status !== 'ok' && status !== 'ok+err') continue;
    const path = columns.get('path') ?? '';
    const original = columns.get('dup_of') ?? '';
    captures.push({ path, stored: original === '' ? path : original, columns });
  }
  return captures;
}

/** Where the octets of a capture are that another table names. */
export function storedAt(folder: string, path: string): string {
  const original = expectedCaptures(folder).find((capture) => capture.path === path)?.stored ?? path;
  return join(folder, original);
}
