import { expect, test } from 'vitest';
import { Violation } from '../../src/model/exchange.ts';
import { formatAmount, formatBytes, formatDuration, formatList } from '../../src/model/format.ts';
import { IssueCode } from '../../src/model/issue.ts';
import { ISSUE_TEXTS } from '../../src/model/issue-texts.ts';
import { cipherSuiteName } from '../../src/model/registries.ts';
import { Cadence } from '../../workers/cadence.ts';
import { tellIssue } from '../../workers/items/issue-items.ts';
import { remarks, violationSentences, violationTags } from '../../workers/violations.ts';

test('amounts, sizes and durations are written in the unit that fits', () => {
  expect([0, 1, 1204388].map((count) => formatAmount(count, 'packet'))).toEqual([
    '0 packets',
    '1 packet',
    '1,204,388 packets',
  ]);
  expect([1, 9999, 10_000, 999_499, 999_500, 1_073_741_824].map(formatBytes)).toEqual([
    '1 byte',
    '9,999 bytes',
    '10.0 kB',
    '999 kB',
    '1.00 MB',
    '1.07 GB',
  ]);
  const durations = [0, 850, 12_345, 999_600, 4.56e6, 1.234e9, 59.96e9, 125e9, 3780e9, 90_000e9, -5e6, NaN];
  expect(durations.map(formatDuration)).toEqual([
    '0 ns',
    '850 ns',
    '12.3 µs',
    '1.00 ms',
    '4.56 ms',
    '1.23 s',
    '1 min',
    '2 min 5 s',
    '1 h 3 min',
    '1 d 1 h',
    '-5.00 ms',
    '?',
  ]);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => formatList(words))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

test('every issue code has a text with its own id, and a remedy', () => {
  const codes = Object.values(IssueCode).filter((code) => code !== IssueCode.NONE);
  const ids = codes.map((code) => ISSUE_TEXTS[code].id);
  expect(new Set(ids).size).toBe(codes.length);
  for (const code of codes) {
    const { id, sentence, remedy } = ISSUE_TEXTS[code];
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(sentence).toMatch(/[.\]]$/);
    expect(remedy).toMatch(/\.$/);
    // No place is left that is filled with nothing known.
    const names = [...sentence.matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, name]) => name);
    expect(names.filter((name) => !['found', 'expected', 'packets'].includes(name ?? ''))).toEqual([]);
  }
});

test('an issue tells its numbers, and leaves out the part whose number is not known', () => {
  const sentence = 'cut[: {expected} bytes announced, {found} there]; {packets} packets are shown.';
  expect(tellIssue(sentence, { found: 4294901760, expected: 262144, packets: 811 })).toBe(
    'cut: 262,144 bytes announced, 4,294,901,760 there; 811 packets are shown.',
  );
  expect(tellIssue(sentence, { found: NaN, expected: 262144, packets: 811 })).toBe(
    'cut; 811 packets are shown.',
  );
  const amount = 'behind {packets:packet} a gap of {found:byte}.';
  expect(tellIssue(amount, { found: 2, expected: NaN, packets: 1 })).toBe(
    'behind 1 packet a gap of 2 bytes.',
  );
});

test('each offending line has its remark, the others none', () => {
  const lines = [
    'Content-Type: application/json',
    'Transfer-Encoding: Chunked',
    'transfer-encoding: chunked',
    'Set-Cookie: a=1',
    'Set-Cookie: b=2',
  ];
  const bits = Violation.DUPLICATE_TRANSFER_ENCODING | Violation.TRANSFER_ENCODING_NOT_CHUNKED;
  expect(remarks(lines, bits, 200).map(({ remark }) => remark)).toEqual([
    undefined,
    'first',
    'second, same name in other letters',
    undefined,
    undefined,
  ]);
  expect(violationTags(bits)).toEqual(['Transfer-Encoding twice']);
  expect(violationSentences(bits)[0]).toMatch(/RFC 9112 section 6\.1/);
});

test('lengths, hosts, singletons and bad syntax are remarked where they stand', () => {
  const lines = [
    'Host: a',
    'Host: b',
    'Content-Length: 5',
    'Content-Length: 7',
    'Transfer-Encoding: chunked',
  ];
  const bits =
    Violation.HOST_REPEATED |
    Violation.CONTENT_LENGTH_CONFLICT |
    Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH;
  expect(remarks(lines, bits, 0).map(({ remark }) => remark)).toEqual([
    'first',
    'second, same name, another value',
    'together with Transfer-Encoding; first',
    'together with Transfer-Encoding; second, same name, another value',
    'together with Content-Length',
  ]);
  const odd = ['Date: x', 'DATE: y', 'X y: 1', 'X-A : 1', 'nothing', ' folded', 'Content-Length: 1e3'];
  const oddBits =
    Violation.DUPLICATE_SINGLETON |
    Violation.NAME_NOT_TOKEN |
    Violation.SPACE_BEFORE_COLON |
    Violation.COLON_MISSING |
    Violation.OBS_FOLD |
    Violation.CONTENT_LENGTH_INVALID |
    Violation.BODY_FORBIDDEN;
  expect(remarks(odd, oddBits, 204).map(({ remark }) => remark)).toEqual([
    'first',
    'second, same name in other letters, another value',
    'characters that a name may not have',
    'white space before the colon',
    'no colon',
    'continues the line before it, obsolete',
    'no decimal number; not allowed in a 204 response',
  ]);
});

test('cipher suites have their names', () => {
  expect(cipherSuiteName(0x1301)).toBe('TLS_AES_128_GCM_SHA256');
  expect(cipherSuiteName(0xc02f)).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256');
  expect(cipherSuiteName(0x0005)).toBe('TLS_RSA_WITH_RC4_128_SHA');
  expect(cipherSuiteName(0x1a1a)).toBeUndefined();
});

test('progress is told ten times a second, findings ever more rarely and never more than 5 % of the time', () => {
  const cadence = new Cadence(0);
  let told = 0;
  let spent = 0;
  const runs: number[] = [];
  // A clock of milliseconds: a minute of reading in slices of 8 ms, findings that cost more the more was read.
  for (let now = 0; now < 60_000; now += 8) {
    if (cadence.isProgressDue(now)) told++;
    if (!cadence.areFindingsDue(now, now * 100)) continue;
    const cost = 1 + now / 200;
    runs.push(now);
    cadence.foundFindings(now, now + cost);
    spent += cost;
    now += cost;
  }
  expect(told).toBeGreaterThan(500);
  expect(told).toBeLessThanOrEqual(600);
  expect(runs[0]).toBeLessThan(400);
  expect(runs.length).toBeGreaterThan(6);
  expect(spent).toBeLessThan(3000);
});
