import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isHar } from '../../workers/formats/har-text.ts';
import { readHar } from '../../workers/formats/har.ts';
import { listOf, objectOf } from '../../workers/formats/json-values.ts';
import { reportedOf } from '../../workers/formats/reported.ts';
import { exchangeItem } from '../../workers/items/exchange-item.ts';
import { BlobReader } from '../../workers/source/blob-reader.ts';
import { loadCore } from '../support/core.ts';
import { entry, har, PRODUCERS } from '../support/write-har.ts';
import { type Opened, openOctets } from './open-file.ts';

const UTF8 = new TextEncoder();

async function open(text: string): Promise<Opened & { readonly items: Awaited<ReturnType<typeof itemsOf>> }> {
  const opened = await openOctets(UTF8.encode(text), 'test.har');
  if (!opened.result.ok) throw new Error(opened.result.error.message);
  return { ...opened, items: await itemsOf(opened) };
}

async function itemsOf({ analysis }: Opened) {
  const found = await analysis.query('exchanges', { filter: '', sort: undefined });
  if (!found.ok) throw new Error(found.error.message);
  return analysis.window('exchanges', found.value.id, 0, found.value.rows);
}

async function selected({ analysis }: Opened, filter: string): Promise<number> {
  const found = await analysis.query('exchanges', { filter, sort: undefined });
  if (!found.ok) throw new Error(found.error.message);
  return found.value.rows;
}

function issuesOf({ result }: Opened): readonly string[] {
  return result.ok ? result.value.issues.map(({ code, sentence }) => `${code}: ${sentence}`) : [];
}

describe('a HAR file', () => {
  for (const [producer, text] of Object.entries(PRODUCERS)) {
    test(`of ${producer} fills the exchanges table`, async () => {
      const opened = await open(text);
      expect(opened.items).toMatchObject([
        {
          flow: undefined,
          method: 'GET',
          authority: 'shop.example',
          target: '/cart?id=7',
          status: 200,
          contentType: 'text/html',
          state: 'complete',
          tags: [],
        },
      ]);
      expect(issuesOf(opened)).toEqual([]);
      expect(await opened.analysis.report()).toMatchObject({
        format: 'HAR',
        packets: 0,
        flows: { tcp: 0, udp: 0 },
        exchanges: { total: 1, requests: 1, responses: 1 },
        findings: [],
        issues: [],
      });
    });
  }

  test('gives the times that it reports, and none that it does not', async () => {
    const { items, result } = await open(
      har([
        entry({
          startedDateTime: '2026-03-01T10:00:00.250+01:00',
          timings: { blocked: 1, dns: -1, connect: 2, send: 0.5, wait: 20, receive: 3 },
        }),
        entry({
          startedDateTime: '2026-03-01T09:00:01.2500005Z',
          timings: { send: 1, wait: -1, receive: 2 },
        }),
        entry({ startedDateTime: '2026-03-01T09:00:02.25Z', timings: {}, time: 12 }),
        entry({ startedDateTime: 'yesterday' }),
      ]),
    );
    expect(result).toMatchObject({
      value: { startMilliseconds: Date.UTC(2026, 2, 1, 9, 0, 0, 250), startNanoseconds: 250e6 },
    });
    expect(items).toMatchObject([
      {
        start: 3e6,
        duration: 23.5e6,
        timing: {
          basis: 'reported',
          to: 26.5e6,
          phases: ['blocked', 'connect', 'send', 'wait', 'receive'].map((phase) => ({ name: phase })),
        },
      },
      {
        start: 1e9 + 500,
        duration: 30e6,
        timing: { phases: [{ name: 'send', start: 1e9 + 500, duration: 1e6 }] },
      },
      { start: 2e9, duration: 12e6, timing: { phases: [] } },
      { start: undefined, duration: undefined, timing: { phases: [], from: undefined, to: undefined } },
    ]);
  });

  test('has absent sizes where it reports -1', async () => {
    const { items } = await open(
      har([
        entry({ response: { headersSize: -1, bodySize: -1 } }),
        entry({ response: { headersSize: 100, bodySize: 20 } }),
      ]),
    );
    expect(items.map(({ responseOctets }) => responseOctets)).toEqual([NaN, 120]);
  });

  test('without an answer is an exchange with no response', async () => {
    for (const status of [0, -2, '', undefined]) {
      const opened = await open(har([entry({ response: { status } })]));
      expect(opened.items).toMatchObject([{ status: undefined, state: 'no response' }]);
      expect(await selected(opened, 'offwire.exchange.state == "no-response"')).toBe(1);
    }
  });

  test('names client and server by address, or else by host', async () => {
    const { items } = await open(
      har([entry({ serverIPAddress: '[2001:db8::7]' }), entry({ serverIPAddress: undefined })]),
    );
    expect(items.map(({ client, server }) => [client, server])).toEqual([
      ['', '2001:db8::7'],
      ['', 'shop.example'],
    ]);
  });

  test('shows its field lines and content', async () => {
    const { analysis } = await open(
      har([
        entry({
          request: {
            method: 'POST',
            postData: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a', value: '1' }] },
          },
          response: {
            httpVersion: 'h3',
            headers: [
              { name: ':status', value: '200' },
              { name: 'content-type', value: 'text/plain' },
              { name: 'set-cookie', value: 'a=1\nb=2' },
            ],
            content: { size: 5, mimeType: 'text/plain', text: 'aGVsbG8=', encoding: 'base64' },
          },
        }),
      ]),
    );
    expect((await analysis.exchange(0))?.response).toMatchObject({
      startLine: 'HTTP/3 200 OK',
      lines: [{ text: 'content-type: text/plain' }, { text: 'set-cookie: a=1' }, { text: 'set-cookie: b=2' }],
      framing: 'as reported by the HAR file',
      violations: [],
    });
    const response = await analysis.body(0, 'response');
    expect(new TextDecoder().decode(response?.octets)).toBe('hello');
    expect(response).toMatchObject({ contentType: 'text/plain', isComplete: true });
    const request = await analysis.body(0, 'request');
    expect(new TextDecoder().decode(request?.octets)).toBe('a=1');
  });

  test('takes method and host from pseudo-header fields where nothing else tells', async () => {
    const { items } = await open(
      har([
        entry({
          request: {
            url: '/only/a/path',
            method: undefined,
            headers: [
              { name: ':method', value: 'PUT' },
              { name: ':authority', value: 'h2.example' },
            ],
          },
        }),
      ]),
    );
    expect(items).toMatchObject([{ method: 'PUT', authority: 'h2.example', target: '/only/a/path' }]);
  });

  test('of WebPagetest has no request line among its fields', async () => {
    const headers = [
      { name: 'GET /go?to=http', value: '//other.example/ HTTP/1.1' },
      { name: 'Host', value: 'shop.example' },
    ];
    const { analysis, items } = await open(har([entry({ request: { headers } })]));
    expect((await analysis.exchange(0))?.request?.lines).toEqual([{ text: 'Host: shop.example' }]);
    expect(items).toMatchObject([{ tags: [] }]);
  });

  test('is filtered like packets are', async () => {
    const opened = await open(
      har([entry({}), entry({ request: { url: 'http://other.example/x' }, response: { status: 404 } })]),
    );
    expect(await selected(opened, 'http.response.code == 404')).toBe(1);
    expect(await selected(opened, 'http.request.uri.path == "/cart"')).toBe(1);
    expect(await selected(opened, 'http.content_type contains "html"')).toBe(2);
    expect(await selected(opened, 'tcp')).toBe(0);
    expect(await selected(opened, 'other.example')).toBe(1);
    const conversation = await opened.analysis.conversationFilter('exchanges', 1);
    expect(conversation).toBe('http.request.full_uri contains "//other.example/"');
    expect(await selected(opened, conversation)).toBe(1);
  });
});

describe('a damaged HAR file', () => {
  const three = [0, 1, 2].map((number) => entry({ request: { url: `http://h.example/${number}` } }));
  const targets = (opened: { readonly items: readonly { readonly target: string }[] }): readonly string[] =>
    opened.items.map(({ target }) => target);

  test('with a byte order mark, or as JSONP, is read', async () => {
    expect(targets(await open(`\ufeff${har(three)}`))).toEqual(['/0', '/1', '/2']);
    expect(targets(await open(`onInputData(${har(three)});`))).toEqual(['/0', '/1', '/2']);
  });

  test('that is compressed is read, its content too', async () => {
    const packed = gzipSync(har(three), { level: 9 });
    const opened = await openOctets(packed, 'test.har.gz');
    expect(targets({ items: await itemsOf(opened) })).toEqual(['/0', '/1', '/2']);
    expect(new TextDecoder().decode((await opened.analysis.body(2, 'response'))?.octets)).toBe('hello');
  });

  test('whose content is no base64, though it says so, shows it as it stands', async () => {
    const content = { size: 3, text: 'no!', encoding: 'base64' };
    const { analysis } = await open(har([entry({ response: { content } })]));
    const body = await analysis.body(0, 'response');
    expect(new TextDecoder().decode(body?.octets)).toBe('no!');
    expect(body).toMatchObject({ isComplete: false });
    expect(body?.caveat).toContain('base64');
  });

  test('that is cut anywhere keeps the entries that are whole, and says so', async () => {
    const text = har(three);
    const ends = three.map((one) => text.indexOf(JSON.stringify(one)) + JSON.stringify(one).length);
    for (let cut = text.indexOf('"entries":[') + 11; cut < text.length; cut += 97) {
      const opened = await open(text.slice(0, cut));
      expect(opened.items).toHaveLength(ends.filter((end) => end <= cut).length);
      expect(issuesOf(opened)).toEqual([expect.stringMatching(/^har-cut: Byte \d/)]);
    }
  });

  test('keeps the entries beside broken ones, and tells each of those', async () => {
    const [first = {}, second = {}, third = {}] = three;
    const texts = [first, second, third].map((one) => JSON.stringify(one));
    const broken = ['null', '7', '{"request":3}', '{"request":{"method":"GET"}}', '{"a":tru}', '{"a":1,}'];
    const text = har([]).replace('[]', `[${[texts[0], ...broken, texts[1], texts[2]].join(',')}]`);
    const opened = await open(text);
    expect(targets(opened)).toEqual(['/0', '/1', '/2']);
    const issues = issuesOf(opened);
    expect(issues).toHaveLength(broken.length);
    broken.forEach((_, index) => {
      expect(issues[index]).toMatch(
        new RegExp(`^har-entry-broken: Entry ${index + 2} at byte [\\d,]+ could not be read`),
      );
    });
  });

  test('goes on behind a bracket or a quote that does not match', async () => {
    const pretty = JSON.stringify(JSON.parse(har(three)), undefined, 2);
    const bracket = har(three).replace('"headers":[', '"headers":[}');
    const quote = pretty.replace('"method": "GET"', '"method": "GET');
    const brace = har(three).replace('}},{"startedDateTime"', '},{"startedDateTime"');
    expect(brace).not.toBe(har(three));
    for (const text of [bracket, quote, brace]) {
      const opened = await open(text);
      expect(targets(opened)).toEqual(['/1', '/2']);
      expect(issuesOf(opened)[0]).toContain('its brackets or quotes do not match');
    }
  });

  test('tells ten broken entries one by one, and counts the rest', async () => {
    const opened = await open(har(Array.from({ length: 25 }, () => 1)));
    const issues = opened.result.ok ? opened.result.value.issues : [];
    expect(issues.map(({ count }) => count)).toEqual([...Array.from({ length: 10 }, () => 1), 15]);
  });

  test('without a list of entries is refused with what is missing', async () => {
    const { result } = await openOctets(UTF8.encode('{"log":{"version":"1.2","pages":[]}}'), 'test.har');
    expect(result).toMatchObject({ ok: false, error: { code: 'not-a-capture' } });
    expect(result.ok || result.error.message).toContain('no list of entries (log.entries)');
  });

  test('with no entry in its list is opened', async () => {
    expect((await open(har([]))).items).toEqual([]);
  });
});

describe('reading a HAR file', () => {
  test('gives the same for pieces of any size', async () => {
    const entries = Object.values(PRODUCERS).flatMap((producer) => {
      const json: unknown = JSON.parse(producer.replace(/^[^{]*/, '').replace(/[^}]*$/, ''));
      return listOf(objectOf(objectOf(json)?.['log'])?.['entries']);
    });
    const text = JSON.stringify(
      { log: { pages: [{ id: 'x]}"\\' }], version: '1.2', entries } },
      undefined,
      1,
    );
    const blob = new Blob([`\ufeffcb(${text})`]);
    const seen: string[] = [];
    for (const sliceOctets of [1, 7, 65_536]) {
      const core = await loadCore();
      const hooks = { isCancelled: () => false, analysed: () => undefined };
      expect(await readHar(core, new BlobReader(blob), hooks, { sliceOctets })).toEqual({ kind: 'end' });
      const rows = Array.from({ length: core.tables.exchanges.rows }, (_, row) => [
        exchangeItem(core, row),
        reportedOf(core)?.exchange(row),
      ]);
      expect(rows).toHaveLength(entries.length);
      seen.push(JSON.stringify(rows));
    }
    expect(new Set(seen).size).toBe(1);
  });

  test('tells how far it came, and stops where it is asked to', async () => {
    const text = har(Array.from({ length: 50 }, () => entry({})));
    const core = await loadCore();
    const told: number[] = [];
    const hooks = {
      isCancelled: () => told.length === 3,
      analysed: (bytes: number) => void told.push(bytes),
    };
    const end = await readHar(core, new BlobReader(new Blob([text])), hooks, { sliceOctets: 4096 });
    expect(end).toEqual({ kind: 'cancelled' });
    expect(told).toEqual([4096, 8192, 12_288]);
    expect(core.tables.exchanges.rows).toBeGreaterThan(0);
    expect(core.tables.exchanges.rows).toBeLessThan(50);
  });

  test('takes only what begins like a HAR file', () => {
    const begins = (text: string): boolean => isHar(UTF8.encode(text));
    expect(begins('{ "log" : { "creator": {')).toBe(true);
    expect(begins('\ufeffcallback( {"log":{"entries":[')).toBe(true);
    expect(begins('{"log":[1]}')).toBe(false);
    expect(begins('{"packets":[]}')).toBe(false);
    expect(begins('plain text with "log":{"entries":[]}')).toBe(false);
  });
});
