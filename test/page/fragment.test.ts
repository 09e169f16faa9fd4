import { describe, expect, test } from 'vitest';
import {
  formatFragment,
  parseFragment,
  type Place,
  selectedNumber,
  START,
} from '../../src/session/fragment.ts';

describe('the fragment of the address', () => {
  test.each<Place>([
    START,
    { view: 'packets', selection: '98', pane: '', filter: '' },
    { view: 'flows', selection: '5', pane: 'follow', filter: 'tcp.stream eq 5' },
    { view: 'findings', selection: 'dup-te.2', pane: '', filter: '' },
    { view: 'exchanges', selection: '', pane: '', filter: 'http.request.uri == "/a?b=c&d=%2F#e"' },
    { view: 'tls', selection: '0', pane: '', filter: 'é + ☃' },
  ])('says where one is, and is read back: %j', (place) => {
    expect(parseFragment(formatFragment(place))).toEqual(place);
  });

  test('of a person who types is understood', () => {
    expect(parseFragment('#packets/12')).toEqual({ ...START, view: 'packets', selection: '12' });
  });

  test('with a view that does not exist leads to the start, and keeps the filter', () => {
    expect(parseFragment('#/nowhere/4?filter=tcp')).toEqual({ ...START, filter: 'tcp' });
  });

  test('with a lone per cent sign is taken as it stands', () => {
    expect(parseFragment('#/packets/%')).toEqual({ ...START, view: 'packets', selection: '%' });
  });

  test('drops a pane without a selection', () => {
    expect(formatFragment({ ...START, view: 'flows', pane: 'follow' })).toBe('#/flows');
  });
});

test('a selection is a number only when it is nothing else', () => {
  expect(selectedNumber('0')).toBe(0);
  expect(selectedNumber('2500000')).toBe(2_500_000);
  for (const text of ['', '-1', '1.5', 'dup-te', '1e3', '99999999999'])
    expect(selectedNumber(text)).toBeUndefined();
});
