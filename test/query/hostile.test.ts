import { beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/model/limits.ts';
import { FILTER_FIELDS } from '../../src/model/filter-fields.ts';
import type { View } from '../../workers/api.ts';
import type { Core } from '../../workers/core.ts';
import { complete } from '../../workers/query/complete.ts';
import { compileFilter, runQuery } from '../../workers/query/index.ts';
import { worstDegree } from '../../workers/query/pattern-degree.ts';
import { patternTest } from '../../workers/query/patterns.ts';
import { Random } from '../support/random.ts';
import { rowsOf, sampleCore, selected } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

function errorOf(text: string): string {
  const filter = compileFilter(core, text);
  return filter.ok ? `no error, ${filter.value.kind}` : filter.error.message;
}

describe('long and deep filters', () => {
  it('of thousands of tests in a chain are evaluated', () => {
    const text = Array.from({ length: 600 }, (_, index) => `frame.number == ${index + 2}`).join(' or ');
    expect(selected(core, 'packets', text)).toHaveLength(18);
    expect(selected(core, 'packets', `${'not '.repeat(4001)}arp`)).toHaveLength(18);
    const set = Array.from({ length: 2000 }, (_, index) => String(index + 3)).join(',');
    expect(selected(core, 'packets', `frame.number in {${set}}`)).toHaveLength(17);
  });

  it('of more characters than the cap are refused', () => {
    const text = `arp or ${' '.repeat(LIMITS.FILTER_CHARACTERS)}udp`;
    expect(errorOf(text)).toContain(`the limit is ${LIMITS.FILTER_CHARACTERS}`);
    expect(errorOf('x'.repeat(LIMITS.FILTER_CHARACTERS + 1))).toContain('the limit is');
  });

  it('of more parentheses than the cap are refused', () => {
    const deep = (depth: number): string => `${'('.repeat(depth)}arp${')'.repeat(depth)}`;
    expect(selected(core, 'packets', deep(LIMITS.FILTER_DEPTH))).toEqual([15]);
    expect(errorOf(deep(LIMITS.FILTER_DEPTH + 1))).toContain(`more than ${LIMITS.FILTER_DEPTH} deep`);
    expect(errorOf('('.repeat(9000))).toContain(`more than ${LIMITS.FILTER_DEPTH} deep`);
    expect(errorOf('lower('.repeat(3000))).toContain(`more than ${LIMITS.FILTER_DEPTH} deep`);
  });

  it('are not confused by names of object properties', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(compileFilter(core, name)).toMatchObject({ ok: true, value: { kind: 'words' } });
      expect(errorOf(`${name} == 1`)).toBe(`There is no field "${name}"`);
      expect(errorOf(`${name}(http.host) == "1"`)).toContain('There is no');
    }
  });
});

describe('patterns', () => {
  it.each<[pattern: string, degree: number | undefined]>([
    ['abc', 0],
    ['a+b*', 2],
    ['a.*b.*c', 2],
    ['(?:ab)*', 1],
    ['(a|b)*c', 1],
    ['(\\d+\\.){3}', 3],
    ['[(+*]x{3}', 0],
    ['\\(a\\)\\+', 0],
    ['x(?=y*)', 1],
    ['a{1,500}', 1],
    ['(a+)+', undefined],
    ['(a*)*b', undefined],
    ['(a|a)*b', undefined],
    ['(a|ab)*c', undefined],
    ['(?:a?b?)+c', undefined],
    ['(.*a){20,}', undefined],
    ['((ab)*c)*', undefined],
    ['(a{1,9}){30}', undefined],
  ])('%s grow with the length to the power %s', (pattern, degree) => {
    expect(worstDegree(pattern)).toBe(degree);
  });

  it('take bounded time on texts made to be slow', () => {
    const text = new TextEncoder().encode('a'.repeat(60_000));
    const start = process.cpuUsage();
    const answer = (): boolean | string => {
      try {
        return patternTest('a*a*a*b', { start: 0, end: 1 })(text);
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    // A machine that is slow may come to the end of the time that a filter has.
    expect([false, 'Matching took more than 10 seconds; use a simpler pattern']).toContain(answer());
    // Some 10^8 steps; without the cap on the text there would be 10^17.
    expect(process.cpuUsage(start).user).toBeLessThan(30_000_000);
  });

  it('are written as for PCRE', () => {
    const span = { start: 0, end: 1 };
    const matches = (pattern: string, text: string): boolean =>
      patternTest(pattern, span)(new TextEncoder().encode(text));
    expect(matches('^GET', 'get /')).toBe(true);
    expect(matches('(?-i)^GET', 'get /')).toBe(false);
    expect(matches('(?i)^GET', 'get /')).toBe(true);
    expect(matches('\\Aget\\h/\\Z', 'GET /')).toBe(true);
    expect(matches('^[[:alpha:]]+[[:digit:]]$', 'abc1')).toBe(true);
    expect(matches('(?P<x>a)b', 'AB')).toBe(true);
    expect(matches('\u00e9', 'caf\u00c9')).toBe(true);
    for (const pattern of ['a\\Kb', '(?>a)', '(?i:a)', '\\Qa\\E', '[a', 'a**', '(*ACCEPT)']) {
      expect(() => matches(pattern, 'a'), pattern).toThrow();
    }
  });
});

const WORDS = [
  ...FILTER_FIELDS.map(({ name }) => name),
  ...['==', '!=', '===', '!==', '~=', '>', '<=', 'contains', 'matches', '~', 'in', 'not', 'and', 'or', 'xor'],
  ...[
    '&&',
    '||',
    '^^',
    '!',
    '&',
    '(',
    ')',
    '{',
    '}',
    ',',
    '..',
    '[',
    ']',
    '=',
    '|',
    '/',
    '@',
    '#',
    '$',
    '\\',
  ],
  ...['any', 'all', 'upper(', 'lower(', 'len(', 'count(', 'max(', '"', '"a"', 'r"\\d+"', '"(a"', "'x'", "'"],
  ...['0', '1', '-1', '1.5', '0x10', '99999999999999999999', 'true', '10.0.0.1', '10.0.0.0/8', '10.0.0.0/99'],
  ...['::1', '2001:db8::/32', 'aa:bb', 'GET', 'wrong', '\u00e9', '\ud800', '\0', '😀', '\n'],
] as const;

describe('random filters', () => {
  it('never throw, and mark a part of their text', () => {
    const random = new Random(20_260_101);
    const views: readonly View[] = ['packets', 'flows', 'exchanges', 'hellos'];
    let filters = 0;
    for (let round = 0; round < 3000; round++) {
      const words = Array.from({ length: 1 + random.below(9) }, () => random.pick(WORDS));
      const text = words.join(random.below(4) === 0 ? '' : ' ');
      const answer = runQuery(core, random.pick(views), { filter: text, sort: undefined });
      complete(core, text, random.below(text.length + 1));
      if (answer.ok) {
        filters++;
        continue;
      }
      const { start, end, message } = answer.error;
      expect(message).not.toBe('');
      expect(start, text).toBeGreaterThanOrEqual(0);
      expect(end, text).toBeGreaterThanOrEqual(start);
      expect(end, text).toBeLessThanOrEqual(text.length);
    }
    expect(filters).toBeGreaterThan(300);
  });

  it('of correct tests, their negation and both together make up the view', () => {
    const random = new Random(4);
    const tests = ['tcp', 'udp.port == 53', 'http.request', 'frame.number > 9', 'tls', 'ip.src == 10.0.0.1'];
    const every = Array.from({ length: 19 }, (_, row) => row);
    const make = (depth: number): string => {
      if (depth === 0) return random.pick(tests);
      const kind = random.below(4);
      if (kind === 0) return `not (${make(depth - 1)})`;
      return `(${make(depth - 1)} ${random.pick(['and', 'or', 'xor'])} ${make(depth - 1)})`;
    };
    for (let round = 0; round < 200; round++) {
      const filter = make(random.below(5));
      const found = rowsOf(core, 'packets', filter);
      const others = rowsOf(core, 'packets', `not ${filter}`);
      const both = [...found, ...others].sort((a, b) => a - b);
      expect(both, filter).toEqual(every);
    }
  });
});
