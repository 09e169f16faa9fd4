import { ADDRESS_KIND_NAMES, BLOCK_NAMES, SECRETS_NAMES } from '../../src/model/capture-names.ts';
import { BlockType, CommentOn, FORMAT_NAMES } from '../../src/model/capture.ts';
import { formatHex } from '../../src/model/format.ts';
import type { FileNotes, NoteComment } from '../../src/model/notes.ts';
import type { Core } from '../core.ts';
import { enterpriseName } from '../details/packet-options.ts';
import { resolvedAddress } from '../names.ts';
import type { SourceFiles } from '../source/source-files.ts';
import { interfaceName } from './interfaces.ts';

/** Entries of a list that are shown; the filter bar finds the others. */
const SHOWN = 100;

/** Characters of a comment that are listed. */
const SHOWN_TEXT = 2000;

/** What the files say beside their packets. Its cost is bounded. */
export function fileNotes(
  core: Core,
  state: { readonly sources: SourceFiles; readonly clientRandoms: number | undefined },
): FileNotes {
  const { comments, fileSections, resolvedNames } = core.tables;
  return {
    sections: first(fileSections.rows, (row) => sectionOf(core, state.sources, row)),
    sectionCount: fileSections.rows,
    comments: first(comments.rows, (row) => commentOf(core, row)),
    commentCount: comments.rows,
    names: first(resolvedNames.rows, (row) => ({
      address: resolvedAddress(core, row),
      kind: ADDRESS_KIND_NAMES[resolvedNames.kind(row)] ?? '?',
      name: shortened(core.text(resolvedNames.name(row))),
    })),
    nameCount: resolvedNames.rows,
    blocks: blocksOf(core),
    customOptions: customOptionsOf(core),
    secrets: secretsOf(core),
    clientRandoms: state.clientRandoms,
  };
}

function first<T>(rows: number, read: (row: number) => T): readonly T[] {
  return Array.from({ length: Math.min(rows, SHOWN) }, (_, row) => read(row));
}

/** The text of a comment as it is shown: control characters but line feeds are taken out. */
export function shortened(text: string): string {
  const clean = text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    '',
  );
  return clean.length > SHOWN_TEXT ? `${clean.slice(0, SHOWN_TEXT)}…` : clean;
}

function sectionOf(core: Core, sources: SourceFiles, row: number): FileNotes['sections'][number] {
  const { application, format, hardware, isBigEndian, offset, system } = core.tables.fileSections;
  const order = isBigEndian(row) ? 'big-endian' : 'little-endian';
  const facts = [
    ['Program', core.text(application(row))],
    ['Operating system', core.text(system(row))],
    ['Hardware', core.text(hardware(row))],
    ['Format', `${FORMAT_NAMES[format(row)] ?? 'unknown'}, ${order}`],
  ] as const;
  const where = sources.areSeveral ? `${sources.place(offset(row)).name}, ` : '';
  return {
    title: `${where}section ${row + 1}`,
    facts: facts.flatMap(([label, value]) => (value === '' ? [] : [{ label, value: shortened(value) }])),
  };
}

function commentOf(core: Core, row: number): NoteComment {
  const { comments } = core.tables;
  const subject = comments.subject(row);
  const text = shortened(core.text(comments.text(row)));
  switch (comments.on(row)) {
    case CommentOn.PACKET:
      return { on: `packet ${subject}`, packet: subject, text };
    case CommentOn.INTERFACE:
      return { on: interfaceName(core, subject), text };
    case CommentOn.STATISTICS:
      return { on: `statistics of ${interfaceName(core, subject)}`, text };
    case CommentOn.SECTION:
      return { on: `section ${subject + 1}`, text };
    default:
      return { on: `a block of section ${subject + 1}`, text };
  }
}

/** Comments on a packet as they are shown. */
export function commentTexts(core: Core, rows: readonly number[]): readonly string[] {
  return rows.slice(0, SHOWN).map((row) => shortened(core.text(core.tables.comments.text(row))));
}

function blocksOf(core: Core): FileNotes['blocks'] {
  const { count, enterprise, octets, rows, type } = core.tables.blocks;
  const found = Array.from({ length: rows }, (_, row) => {
    const kind = type(row);
    const isCustom = kind === BlockType.CUSTOM || kind === BlockType.CUSTOM_NOT_COPYABLE;
    const name = BLOCK_NAMES[kind] ?? `unknown, type ${formatHex(kind, 8)}`;
    return {
      name: isCustom ? `${name}, of ${enterpriseName(enterprise(row))}` : name,
      count: count(row),
      bytes: octets(row),
    };
  });
  return found.sort((a, b) => b.count - a.count);
}

function customOptionsOf(core: Core): FileNotes['customOptions'] {
  const { block, count, enterprise, rows } = core.tables.blockOptions;
  const found = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    if (enterprise(row) === 0) continue;
    const of = BLOCK_NAMES[block(row)] ?? formatHex(block(row), 8);
    const name = `${enterpriseName(enterprise(row))}, in ${of} blocks`;
    found.set(name, (found.get(name) ?? 0) + count(row));
  }
  return [...found].map(([name, total]) => ({ name, count: total }));
}

function secretsOf(core: Core): FileNotes['secrets'] {
  const { octets, rows, type } = core.tables.secrets;
  const found = new Map<string, { count: number; bytes: number }>();
  for (let row = 0; row < rows; row++) {
    const name = SECRETS_NAMES[type(row)] ?? `secrets of type ${formatHex(type(row), 8)}`;
    const known = found.get(name) ?? { count: 0, bytes: 0 };
    found.set(name, { count: known.count + 1, bytes: known.bytes + octets(row) });
  }
  return [...found].map(([name, { count, bytes }]) => ({ name, count, bytes }));
}
