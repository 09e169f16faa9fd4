import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { ARCHIVE, hasCorpus, readTable, unpackCorpus } from './corpus.ts';
import { type LlhttpCase, llhttpCases } from './llhttp-cases.ts';
import { type OurAnswer, readCase } from './llhttp-ours.ts';

/** Agreement that was measured, in cases. It may rise; a number that falls is a fault. */
const MEASURED = { messages: 144, verdicts: 229 };

/** Where we differ from llhttp: in what the messages are, or in whether something is wrong with them. */
interface Difference {
  readonly name: string;
  readonly about: 'messages' | 'verdict';
  readonly expected: string;
  readonly ours: string;
}

/** llhttp's tolerant modes tell how to read what its strict one refuses: what is wrong stays wrong. */
const isTolerant = ({ type }: LlhttpCase): boolean => type.includes('lenient');

function differences(one: LlhttpCase, ours: OurAnswer): readonly Difference[] {
  const { name, refusal } = one;
  const found: Difference[] = [];
  const flags = ours.flags.join(', ') || 'nothing wrong';
  if (refusal !== undefined && ours.flags.length === 0) {
    found.push({ name, about: 'verdict', expected: refusal, ours: flags });
  }
  if (refusal === undefined && !isTolerant(one) && ours.flags.length > 0) {
    found.push({ name, about: 'verdict', expected: 'accepted', ours: flags });
  }
  // What stands before a refusal is no message yet.
  const told = (messages: LlhttpCase['messages']): string => JSON.stringify(messages);
  if (refusal === undefined && told(one.messages) !== told(ours.messages)) {
    found.push({ name, about: 'messages', expected: summary(one.messages), ours: summary(ours.messages) });
  }
  return found;
}

/** Messages in a few words, for the allowlist. */
function summary(messages: LlhttpCase['messages']): string {
  const words = messages.map(
    ({ start, lines, trailers, body, isComplete }) =>
      `${start}, ${lines.length} lines, ${trailers.length} trailers, ${body.length} octets${isComplete ? '' : ', unfinished'}`,
  );
  return words.length === 0 ? 'none' : words.join(' | ').replace(/[\t\r\n]/g, '·');
}

const shown = ({ name, about, expected, ours }: Difference): string =>
  [name, about, expected, ours].join('\t');

if (!hasCorpus) console.warn(`llhttp's cases are not here (${ARCHIVE}): HTTP/1 is not compared with them.`);

describe.skipIf(!hasCorpus)('Offwire and llhttp say the same of llhttp’s own cases', () => {
  const rows = readTable(join(root, 'test/conformance/llhttp-allowlist.tsv'));
  const allowed = rows.map((row) => ({
    name: row.get('name') ?? '',
    about: row.get('about') === 'verdict' ? ('verdict' as const) : ('messages' as const),
    expected: row.get('expected') ?? '',
    ours: row.get('ours') ?? '',
  }));
  const found: Difference[] = [];
  const splits: string[] = [];
  const counts = { cases: 0, refused: 0, messages: 0, compared: 0, verdicts: 0 };

  beforeAll(async () => {
    for (const one of llhttpCases(join(unpackCorpus(), 'llhttp/test'))) {
      const ours = await readCase(one, 1448);
      const split = await readCase(one, 1);
      if (JSON.stringify(ours) !== JSON.stringify(split)) splits.push(one.name);
      const differ = differences(one, ours);
      found.push(...differ);
      counts.cases++;
      if (one.refusal !== undefined) counts.refused++;
      else counts.compared++;
      if (one.refusal === undefined && !differ.some(({ about }) => about === 'messages')) counts.messages++;
      if (!differ.some(({ about }) => about === 'verdict')) counts.verdicts++;
    }
  });

  test('every case is read alike in one segment and octet by octet', () => {
    expect(counts.cases).toBeGreaterThan(240);
    expect(splits).toEqual([]);
  });

  test('every difference is a row of the allowlist', () => {
    const known = new Set(allowed.map(shown));
    expect(found.map(shown).filter((difference) => !known.has(difference))).toEqual([]);
  });

  test('every row of the allowlist is a difference, and has a reason', () => {
    const real = new Set(found.map(shown));
    expect(allowed.map(shown).filter((difference) => !real.has(difference))).toEqual([]);
    expect(rows.filter((row) => (row.get('reason') ?? '').length < 20).map((row) => row.get('name'))).toEqual(
      [],
    );
  });

  test('they agree on as many cases as before', () => {
    const { cases, refused, messages, compared, verdicts } = counts;
    console.log(
      `llhttp: ${cases} cases, ${refused} of them refused by it\n` +
        `  messages equal in ${messages} of ${compared} that it accepts (${((messages / compared) * 100).toFixed(1)} %)\n` +
        `  accepted or flagged alike in ${verdicts} of ${cases} (${((verdicts / cases) * 100).toFixed(1)} %)\n`,
    );
    expect(messages).toBeGreaterThanOrEqual(MEASURED.messages);
    expect(verdicts).toBeGreaterThanOrEqual(MEASURED.verdicts);
  });
});
