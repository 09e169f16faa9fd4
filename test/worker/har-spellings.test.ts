import { describe, expect, test } from 'vitest';
import { har, entry } from '../support/write-har.ts';
import { openOctets } from './open-file.ts';

const UTF8 = new TextEncoder();

async function startLine(httpVersion: unknown): Promise<string | undefined> {
  const text = har([entry({ response: { httpVersion } })]);
  const { analysis } = await openOctets(UTF8.encode(text), 'x.har');
  return (await analysis.exchange(0))?.response?.startLine;
}

describe('versions of HTTP, as producers spell them', () => {
  const spellings: readonly (readonly [string, string])[] = [
    ['HTTP/1.1', 'HTTP/1.1 200 OK'],
    ['http/1.1', 'HTTP/1.1 200 OK'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK'],
    ['1.1', 'HTTP/1.1 200 OK'],
    ['h2', 'HTTP/2 200 OK'],
    ['HTTP/2', 'HTTP/2 200 OK'],
    ['HTTP/2.0', 'HTTP/2 200 OK'],
    ['http/2.0', 'HTTP/2 200 OK'],
    ['h3', 'HTTP/3 200 OK'],
    ['h3-29', 'HTTP/3 200 OK'],
    ['HTTP/3', 'HTTP/3 200 OK'],
    ['http/3.0', 'HTTP/3 200 OK'],
    [' HTTP/2 ', 'HTTP/2 200 OK'],
  ];
  test.each(spellings)('%s', async (spelling, expected) => {
    expect(await startLine(spelling)).toBe(expected);
  });

  test.each(['unknown', '', 'blob', 'data', 'spdy/3.1', undefined, 7])('%s tells none', async (spelling) => {
    expect(await startLine(spelling)).toMatch(/^(HTTP(\/\?)? )?200 OK$/);
  });
});

describe('what producers leave out or add', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['no pages, no cache, no cookies', entry({ cache: undefined, request: { cookies: undefined } })],
    ['no time of its start', entry({ startedDateTime: undefined })],
    ['a time of its start that is a number', entry({ startedDateTime: 1_772_355_600 })],
    ['no timings', entry({ timings: undefined, time: undefined })],
    ['null in place of objects', entry({ cache: null, timings: null })],
    ['a status as text', entry({ response: { status: '200' } })],
    ['no header lists', entry({ request: { headers: undefined }, response: { headers: null } })],
    [
      'sizes of Chrome',
      entry({ response: { bodySize: -1, headersSize: -1, _transferSize: 812, _error: null } }),
    ],
    ['no content', entry({ response: { content: undefined } })],
  ];
  test.each(cases)('%s: the exchange is there, and no issue', async (_, one) => {
    const { analysis, result } = await openOctets(UTF8.encode(har([one])), 'x.har');
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.counts.exchanges).toBe(1);
    expect(result.value.issues).toEqual([]);
    const detail = await analysis.exchange(0);
    expect(detail?.item.status).toBe(200);
    expect(detail?.request?.startLine).toContain('GET /cart?id=7');
  });
});
