import { describe, expect, test } from 'vitest';
import { prettyJson } from '../../src/ui/body-text.ts';
import { layOutJson } from '../../src/ui/json-layout.ts';
import { layOutMarkup } from '../../src/ui/markup-layout.ts';
import { Random } from '../support/random.ts';

const json = (text: string, isCut = false) => layOutJson(text, isCut, 10_000)?.text;

describe('JSON is laid out', () => {
  test('as JSON.stringify does it', () => {
    const value = {
      a: [1, -2.5e3, [], {}],
      b: { c: null, d: true, e: 'x"\\\u2028' },
      f: [[[]], [{ g: false }]],
    };
    expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, undefined, 2));
    expect(prettyJson(JSON.stringify(value, undefined, '\t'))).toBe(JSON.stringify(value, undefined, 2));
  });

  test('with numbers and names as they were sent', () => {
    expect(json('{"id":12345678901234567890,"id":1.0,"e":1E400}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "id": 1.0,\n  "e": 1E400\n}',
    );
  });

  test('only where it is JSON', () => {
    const broken = [
      '{',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      "['a']",
      '[01]',
      '[1 2]',
      '{"a" 1}',
      '[1]]',
      '[}',
      '[1.]',
      '[tru]',
      '["\n"]',
      '["\\x"]',
      '{"a":1}x',
      '[,]',
      '{"a"}',
    ];
    for (const text of broken) {
      expect(() => {
        JSON.parse(text);
      }).toThrow();
      expect(json(text), text).toBeUndefined();
    }
  });

  test('as far as it is there, where it is cut', () => {
    const whole = '{"a":[1,"two",{"b":nu';
    for (let end = 1; end <= whole.length; end++) expect(json(whole.slice(0, end), true)).toBeDefined();
    expect(json('{"a":[1,"tw', true)).toBe('{\n  "a": [\n    1,\n    ');
    expect(json('{"a":<html>', true)).toBeUndefined();
  });

  test('whatever its depth, in bounds', () => {
    const found = layOutJson('['.repeat(100_000), true, 50_000);
    expect(found?.isCapped).toBe(true);
    expect(found?.text.length).toBe(50_000);
  });

  test('with a text of a megabyte in it', () => {
    const value = ['x'.repeat(1 << 20), '\\'.repeat(1 << 19)];
    expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, undefined, 2));
    expect(layOutJson(JSON.stringify(value).slice(0, -2), true, 1 << 22)).toBeDefined();
  });

  test('and judged as JSON.parse judges, for random damage', () => {
    const random = new Random(7);
    const text = JSON.stringify({ a: [1, 'x', true, null, { b: [] }], c: -1.5 });
    for (let round = 0; round < 3000; round++) {
      const at = random.below(text.length);
      const damaged =
        text.slice(0, at) + random.pick(Array.from('{}[],:"1.e-tx ')) + text.slice(at + random.below(2));
      let isJson = true;
      try {
        JSON.parse(damaged);
      } catch {
        isJson = false;
      }
      expect(json(damaged) !== undefined, damaged).toBe(isJson);
    }
  });
});

describe('markup is laid out', () => {
  const filler = `<!--${'x'.repeat(200)}-->`;
  const laidOut = (text: string, isHtml = false) =>
    layOutMarkup(filler + text, isHtml, 10_000)?.text.slice(filler.length);

  test('where tags follow each other', () => {
    expect(laidOut('<a><b c="1>2"/><d>text</d></a>')).toBe('\n<a>\n  <b c="1>2"/>\n  <d>text</d>\n</a>');
  });

  test('and text stays as it is', () => {
    expect(laidOut('<p>one <b>two</b> three</p>', true)).toBe('\n<p>one <b>two</b> three</p>');
    expect(laidOut('<ul><li>one <b>two</b></li><li>3</li></ul>', true)).toBe(
      '\n<ul>\n  <li>one <b>two</b></li>\n  <li>3</li>\n</ul>',
    );
    expect(laidOut('<p><![CDATA[<a><b>]]></p>')).toBe('\n<p>\n  <![CDATA[<a><b>]]>\n</p>');
    expect(laidOut('<script>if (a<b) c("<p></p>")</script><br><hr>', true)).toBe(
      '\n<script>if (a<b) c("<p></p>")</script>\n<br>\n<hr>',
    );
  });

  test('only where it has no lines', () => {
    expect(layOutMarkup('<a/>\n'.repeat(100), false, 1000)).toBeUndefined();
    expect(layOutMarkup('<a/>', false, 1000)).toBeUndefined();
  });

  test('in bounds and in time', () => {
    expect(layOutMarkup('<a>'.repeat(100_000), false, 50_000)?.text.length).toBe(50_000);
    expect(layOutMarkup('<a "'.repeat(50_000), true, 50_000)).toBeDefined();
    expect(layOutMarkup(`<!--${'-'.repeat(100_000)}`, true, 50_000)).toBeDefined();
  });
});
