import { beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../workers/core.ts';
import { compileFilter } from '../../workers/query/index.ts';
import { searchWords } from '../../workers/query/plain-words.ts';
import { packetNumbers, sampleCore, selected } from './sample.ts';

let core: Core;
beforeAll(async () => {
  core = await sampleCore();
});

describe('what is typed is taken', () => {
  it.each<[text: string, kind: 'all' | 'words' | 'filter' | 'error']>([
    ['', 'all'],
    ['   ', 'all'],
    ['wrong', 'words'],
    ['checkout 502', 'words'],
    ['/wrong', 'words'],
    ['/search?a=1&&b==2', 'words'],
    ['"/wrong page"', 'words'],
    ['"tcp.port == 80"', 'words'],
    ['"unfinished phrase', 'words'],
    ['www.example.com', 'words'],
    ['http://shop.example/a?b=1', 'words'],
    ['10.0.0.1', 'words'],
    ['2001:db8::1', 'words'],
    ['502', 'words'],
    ['error in checkout', 'words'],
    ['cats and dogs', 'words'],
    ['dns timeout', 'words'],
    ['text/html; charset=utf-8', 'words'],
    ['matches', 'words'],
    ['http', 'filter'],
    ['tcp.port', 'filter'],
    ['not http', 'filter'],
    ['count(http.host) > 1', 'filter'],
    ['http.host and', 'error'],
    ['http.hots', 'error'],
    ['checkout == 502', 'error'],
    ['checkout contains "5"', 'error'],
    ['a && b', 'error'],
    ['a < 5', 'error'],
    ['!checkout', 'error'],
    ['(checkout', 'error'],
    ['http and checkout', 'error'],
    ['checkout http.host', 'error'],
    ['tcp.port==', 'error'],
    ['len(checkout)', 'error'],
    ['port in {80}', 'error'],
    ['"a" == "b"', 'error'],
  ])('%s as %s', (text, kind) => {
    const filter = compileFilter(core, text);
    expect(filter.ok ? filter.value.kind : 'error').toBe(kind);
  });

  it('a filter without a correct field as words, quoted ones too', () => {
    expect(selected(core, 'exchanges', '"http"')).toEqual([2, 3]);
  });
});

describe('words', () => {
  it('are split at white space, but for quoted ones', () => {
    expect(searchWords(String.raw`a  "b c" d"e \"f" "" "g`)).toEqual(['a', 'b c', 'd', 'e "f', 'g']);
  });

  it.each<[words: string, exchanges: readonly number[]]>([
    ['wrong', [0]],
    ['WRONG', [0]],
    ['/checkout?id=7', [1]],
    ['shop.example', [0, 1]],
    ['502', [0]],
    ['bad gateway', [0]],
    ['post', [1]],
    ['curl', [0]],
    ['jetty', [2]],
    ['b=2', [0]],
    // Names of fields are not searched, their values are.
    ['user-agent', []],
    // Every word must be found, each anywhere in the exchange.
    ['shop nginx', [1]],
    ['shop nginx curl', []],
    ['"bad gateway" shop', [0]],
    // Hosts: the addresses of its flow.
    ['192.168.1', [2]],
    ['10.0.0.1 200', [1]],
    ['café', [3]],
    ['nowhere', []],
  ])('%s are searched in exchanges', (words, exchanges) => {
    expect(selected(core, 'exchanges', words)).toEqual(exchanges);
  });

  it('select flows by their exchanges, addresses and names', () => {
    expect(selected(core, 'flows', 'wrong')).toEqual([0]);
    expect(selected(core, 'flows', 'outbound_.443')).toEqual([1]);
    expect(selected(core, 'flows', '192.168.1.5')).toEqual([2, 3]);
    expect(selected(core, 'flows', '2001:db8')).toEqual([1]);
    expect(selected(core, 'flows', 'shop.example')).toEqual([0, 1]);
  });

  it('select hellos by their names and addresses', () => {
    expect(selected(core, 'hellos', 'SHOP.example db8::2')).toEqual([0]);
    expect(selected(core, 'hellos', 'other')).toEqual([]);
  });

  it('select the heads of exchanges and the packets of flows', () => {
    expect(packetNumbers(core, 'checkout 200')).toEqual([6, 8, 9]);
    expect(packetNumbers(core, 'outbound')).toEqual([7, 11, 12, 13]);
  });

  it('are at most 32', () => {
    const filter = compileFilter(core, Array.from({ length: 33 }, (_, index) => `w${index}`).join(' '));
    expect(filter).toMatchObject({
      ok: false,
      error: { message: 'A search has at most 32 words; this one has 33' },
    });
  });
});
