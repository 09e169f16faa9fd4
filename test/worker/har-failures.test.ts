import { describe, expect, test } from 'vitest';
import { entry, type EntryChanges, har } from '../support/write-har.ts';
import { openOctets } from './open-file.ts';

const UTF8 = new TextEncoder();

async function opened(...entries: readonly unknown[]) {
  const { analysis, result } = await openOctets(UTF8.encode(har(entries)), 'x.har');
  if (!result.ok) throw new Error(result.error.message);
  expect(result.value.issues).toEqual([]);
  return analysis;
}

const NOTHING = { headers: [], content: { size: -1, mimeType: 'x-unknown' }, headersSize: -1, bodySize: -1 };

describe('what a HAR file says went wrong', () => {
  const cases: readonly (readonly [string, NonNullable<EntryChanges['response']>])[] = [
    ['Chrome', { ...NOTHING, status: 0, statusText: '', _error: 'net::ERR_CONNECTION_RESET' }],
    ['Playwright', { ...NOTHING, status: -1, statusText: '', _failureText: 'net::ERR_CONNECTION_RESET' }],
    ['mitmproxy', { ...NOTHING, status: 0, statusText: '', _error: ' net::ERR_CONNECTION_RESET\n' }],
  ];
  test.each(cases)('is the state of an exchange without an answer (%s)', async (_, response) => {
    const analysis = await opened(entry({ response, time: -1 }));
    const item = (await analysis.exchange(0))?.item;
    expect(item?.state).toBe('no response: net::ERR_CONNECTION_RESET');
    expect(item?.tags).toContain('no response: net::ERR_CONNECTION_RESET');
    expect(item?.status).toBeUndefined();
  });

  test('is the state of an exchange whose answer broke off', async () => {
    const analysis = await opened(entry({ response: { _failureText: 'net::ERR_CONTENT_LENGTH_MISMATCH' } }));
    const detail = await analysis.exchange(0);
    expect(detail?.item.status).toBe(200);
    expect(detail?.item.state).toBe('failed: net::ERR_CONTENT_LENGTH_MISMATCH');
    expect(detail?.item.tags).toEqual(['failed: net::ERR_CONTENT_LENGTH_MISMATCH']);
  });

  test('is not there where it is null, empty or no text', async () => {
    const analysis = await opened(
      entry({ response: { _error: null } }),
      entry({ response: { _error: '' } }),
      entry({ response: { _error: {}, _failureText: null } }),
    );
    for (const exchange of [0, 1, 2])
      expect((await analysis.exchange(exchange))?.item.state).toBe('complete');
  });

  test('is cut where it is long', async () => {
    const analysis = await opened(entry({ response: { _error: 'x'.repeat(100_000) } }));
    expect((await analysis.exchange(0))?.item.state.length).toBeLessThan(300);
  });
});

test('a content that Playwright put in a file of its own is told with that file', async () => {
  const analysis = await opened(
    entry({ response: { content: { size: 7, mimeType: 'application/json', _file: '9f89c740.json' } } }),
  );
  const body = await analysis.body(0, 'response');
  expect(body?.caveat).toContain('9f89c740.json');
});
