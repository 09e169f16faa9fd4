import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlockType, CommentOn, SecretsType } from '../../src/model/capture.ts';
import { type Core, decodeText } from '../../workers/core.ts';
import { findContents } from '../../workers/source/contents.ts';
import { readOctets } from '../support/read-capture.ts';
import { ARCHIVE, hasCorpus, readTable, unpackCorpus } from './corpus.ts';

/** How EXPECT/pcapng_blocks.tsv calls blocks; others are called by their number. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [BlockType.SECTION, 'SHB'],
  [BlockType.INTERFACE, 'IDB'],
  [BlockType.OBSOLETE_PACKET, 'PB'],
  [BlockType.SIMPLE_PACKET, 'SPB'],
  [BlockType.NAMES, 'NRB'],
  [BlockType.STATISTICS, 'ISB'],
  [BlockType.ENHANCED_PACKET, 'EPB'],
  [BlockType.SECRETS, 'DSB'],
  [BlockType.CUSTOM, 'CB'],
  [BlockType.CUSTOM_NOT_COPYABLE, 'CBnc'],
]);

const COLUMNS = ['sections', 'blocks', 'linktypes', 'interfaces', 'if_tsresol', 'options', 'keys'] as const;

type Census = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** Options that the census leaves out, by the block they are in, and why we stand by ours: nobody else counts them. */
const NOT_IN_CENSUS: Readonly<Record<string, string>> = {
  'NRB.':
    'the census looks at the options of sections, interfaces, statistics and packets; those of name blocks are there too',
  'DSB.': 'the same of blocks of secrets',
};

const rowsOf = <T>(rows: number, read: (row: number) => T): readonly T[] =>
  Array.from({ length: rows }, (_, row) => read(row));

const sorted = (parts: Iterable<string>): string => [...new Set(parts)].sort().join(',');

/** Resolutions other than microseconds, which stand for themselves or for an absent option. */
const told = (cell: string): string =>
  parts(cell)
    .split(',')
    .filter((resolution) => resolution !== '6')
    .join(',');

/** The parts of a cell, in any order. */
const parts = (cell: string): string => cell.split(',').sort().join(',');

const nameOf = (type: number): string => NAMES.get(type) ?? String(type);

/** The census of a capture that was read, in the words of the table. */
function census(core: Core): Census {
  const { blocks, blockOptions, comments, fileSections, interfaces, secrets } = core.tables;
  const counts = new Map<string, number>();
  for (let row = 0; row < blocks.rows; row++) {
    const name = nameOf(blocks.type(row));
    counts.set(name, (counts.get(name) ?? 0) + blocks.count(row));
  }
  const options = new Map<string, number>();
  for (let row = 0; row < blockOptions.rows; row++) {
    const name = `${nameOf(blockOptions.block(row))}.${blockOptions.code(row)}`;
    options.set(name, (options.get(name) ?? 0) + blockOptions.count(row));
  }
  const keys = new Set<string>();
  for (let row = 0; row < comments.rows; row++) {
    const text = decodeText(core.textOctets(comments.text(row)));
    if (text.includes('CLIENT_RANDOM') && comments.on(row) !== CommentOn.OTHER)
      keys.add('comment:CLIENT_RANDOM');
  }
  for (let row = 0; row < secrets.rows; row++) {
    if (secrets.type(row) === SecretsType.TLS_KEY_LOG) keys.add('DSB:TLSK');
  }
  return {
    sections: String(fileSections.rows),
    blocks: [...counts]
      .map(([name, count]) => `${name}=${count}`)
      .sort()
      .join(','),
    linktypes: sorted(rowsOf(interfaces.rows, (row) => String(interfaces.linkType(row)))),
    interfaces: String(interfaces.rows),
    if_tsresol: told(sorted(rowsOf(interfaces.rows, (row) => String(interfaces.timeResolution(row))))),
    options: [...options]
      .filter(([name]) => !Object.keys(NOT_IN_CENSUS).some((block) => name.startsWith(block)))
      .map(([name, count]) => `${name}x${count}`)
      .sort()
      .join(','),
    keys: sorted(keys),
  };
}

/** What the table says, in the order of ours. */
function expectedCensus(row: ReadonlyMap<string, string>): Census {
  const cell = (column: string): string => row.get(column) ?? '';
  return {
    sections: cell('sections'),
    blocks: parts(cell('blocks')),
    linktypes: parts(cell('linktypes')),
    interfaces: cell('interfaces'),
    if_tsresol: told(cell('if_tsresol')),
    options: parts(cell('options')),
    keys: parts(cell('keys')),
  };
}

/** The octets of a capture, unpacked where it is compressed. */
async function unpacked(path: string): Promise<Uint8Array> {
  const file = new File([readFileSync(path)], basename(path));
  const contents = await findContents([file], { isCancelled: () => false, passed: () => undefined });
  const [capture] = contents.ok ? contents.value.captures : [];
  return new Uint8Array(await (capture?.blob ?? file).arrayBuffer());
}

if (!hasCorpus)
  console.warn(`The captures of others are not here (${ARCHIVE}): blocks of pcapng are not compared.`);

describe.skipIf(!hasCorpus)('the blocks and options of pcapng files of others', () => {
  test('are counted as their census says', async () => {
    const folder = unpackCorpus();
    const stored = new Map(
      readTable(join(folder, 'EXPECT/INDEX.tsv')).map((row) => [
        row.get('path') ?? '',
        row.get('dup_of') ?? '',
      ]),
    );
    const equal = new Map<string, number>();
    const unknown: string[] = [];
    let captures = 0;
    for (const row of readTable(join(folder, 'EXPECT/pcapng_blocks.tsv'))) {
      const path = row.get('capture') ?? '';
      const original = stored.get(path) ?? '';
      const { core } = await readOctets(await unpacked(join(folder, original === '' ? path : original)));
      const [ours, theirs] = [census(core), expectedCensus(row)];
      captures++;
      for (const column of COLUMNS) {
        if (ours[column] === theirs[column]) equal.set(column, (equal.get(column) ?? 0) + 1);
        else unknown.push(`${path} ${column}: ${theirs[column]} expected, ${ours[column]} found`);
      }
    }
    const table = COLUMNS.map((column) => `${column.padEnd(12)}${equal.get(column) ?? 0} of ${captures}`);
    console.log(`pcapng census, ${captures} captures agree on\n${table.join('\n')}\n`);
    expect(captures).toBeGreaterThan(200);
    expect(unknown).toEqual([]);
  });
});
