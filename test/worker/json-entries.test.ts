import { describe, expect, test } from 'vitest';
import { JsonEntries } from '../../workers/formats/json-entries.ts';
import { Random } from '../support/random.ts';
import { entry, har, PRODUCERS } from '../support/write-har.ts';

const UTF8 = new TextEncoder();

/** What the splitter tells of octets that come in pieces of a size. */
function entriesOf(octets: Uint8Array, size: number): readonly string[] {
  const told: string[] = [];
  const text = (part: Uint8Array): string => new TextDecoder().decode(part);
  const entries = new JsonEntries(
    {
      entry: (part, start, end) => told.push(`${start}-${end} ${text(part)}`),
      unreadable: (why, start) => told.push(`${start} ${why}`),
      property: (name, part) => told.push(`${name} ${text(part)}`),
    },
    5000,
  );
  for (let at = 0; at < octets.length; at += size) entries.push(octets.slice(at, at + size));
  told.push(JSON.stringify(entries.finish()));
  return told;
}

describe('the entries of a HAR file', () => {
  test('are the same in pieces of any size, however the file is damaged', () => {
    const random = new Random(7);
    const whole = UTF8.encode(Object.values(PRODUCERS).join('').slice(0, 9000));
    const starts = [whole, UTF8.encode(har([entry({}), entry({}), entry({})], { browser: { name: 'x' } }))];
    let told = 0;
    for (let round = 0; round < 300; round++) {
      const octets = random.pick(starts).slice();
      for (let change = random.below(6); change >= 0; change--) {
        octets[random.below(octets.length)] = random.pick([...UTF8.encode('{}[]",:\\\n a0')]);
      }
      const size = 1 + random.below(97);
      const events = [octets.length, size].map((pieceSize) => entriesOf(octets, pieceSize));
      expect(events[1], `round ${round}`).toEqual(events[0]);
      told += events[0]?.length ?? 0;
    }
    // Most entries survive a few damaged octets.
    expect(told).toBeGreaterThan(600);
  });

  test('that are longer than the cap are told and passed over', () => {
    const long = `{"log":{"entries":[{"a":"${'x'.repeat(6000)}"},{"b":1}]}}`;
    const second = long.indexOf('{"b"');
    for (const size of [long.length, 64]) {
      expect(entriesOf(UTF8.encode(long), size)).toEqual([
        '19 too-long',
        `${second}-${second + 7} {"b":1}`,
        '{"hasEntries":true,"isClosed":true}',
      ]);
    }
  });

  test('stand in log.entries, and nowhere else', () => {
    const text =
      '{"entries":[1],"log":{"pages":[{"entries":[2]}],"x":{"log":{"entries":[3]}},"entries":[4,"5"]},"log2":[6]}';
    expect(entriesOf(UTF8.encode(text), 7)).toEqual([
      expect.stringMatching(/ 4$/),
      expect.stringMatching(/ "5"$/),
      '{"hasEntries":true,"isClosed":true}',
    ]);
  });
});
