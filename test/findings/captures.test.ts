import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFindings } from '../../workers/findings/index.ts';
import { loadCore } from '../support/core.ts';
import { readOctets } from '../support/read-capture.ts';
import { outline } from './scene.ts';

/** What a real capture must say: test/fixtures/make/README.md tells the keys. */
interface Expectation {
  readonly tells: string;
  readonly first: readonly string[];
  readonly severity?: string | readonly string[];
  readonly titleHas: readonly string[];
  readonly also: readonly string[];
  readonly never: readonly string[];
}

const folder = new URL('../fixtures/captures/', import.meta.url);
const parsed: unknown = JSON.parse(readFileSync(new URL('EXPECT.json', folder), 'utf8'));

function isExpectations(value: unknown): value is Readonly<Record<string, Expectation>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => 'tells' in each);
}

if (!isExpectations(parsed)) throw new Error('EXPECT.json does not hold expectations');

describe.each(Object.entries(parsed))('%s', (file, expected) => {
  it(expected.tells, async () => {
    const { core } = await readOctets(readFileSync(new URL(file, folder)));
    const findings = findFindings(core, { isFinal: true });
    const told = findings.findings.flatMap(({ rule, folded }) => [rule, ...folded.map((one) => one.rule)]);
    const first = findings.findings[0];
    if (expected.first.includes('none') && first?.severity !== 'error' && first?.severity !== 'warning') {
      expect(outline(findings).filter((line) => !line.startsWith('note'))).toEqual([]);
    } else {
      expect(expected.first, outline(findings).join(', ')).toContain(first?.rule);
      const severities = [expected.severity ?? []].flat();
      if (severities.length > 0) expect(severities).toContain(first?.severity);
      for (const word of expected.titleHas) expect(first?.title.toLowerCase()).toContain(word.toLowerCase());
    }
    for (const rule of expected.also) expect(told).toContain(rule);
    for (const rule of expected.never) expect(told).not.toContain(rule);
  });

  it('says nothing while it is read that its end takes back', async () => {
    const octets = readFileSync(new URL(file, folder));
    const core = await loadCore();
    const early = new Set<string>();
    const piece = Math.ceil(octets.length / 7);
    for (let at = 0; at < octets.length; at += piece) {
      core.push(octets.subarray(at, at + piece));
      for (const { rule, severity } of findFindings(core, { isFinal: false }).findings) {
        if (severity === 'error') early.add(rule);
      }
    }
    core.finish();
    const { findings } = findFindings(core, { isFinal: true });
    const told = findings.flatMap(({ rule, folded }) => [rule, ...folded.map((one) => one.rule)]);
    expect(told).toEqual(expect.arrayContaining([...early]));
  });
});
