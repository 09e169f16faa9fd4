type Json = Readonly<Record<string, unknown>>;

/** What differs from the usual entry; `undefined` takes a member out. */
export interface EntryChanges extends Json {
  readonly request?: Json;
  readonly response?: Json;
}

/** An entry of a HAR file: a page that was got, and what differs from that. */
export function entry(changes: EntryChanges): Json {
  return {
    startedDateTime: '2026-03-01T09:00:00.000Z',
    time: 30,
    cache: {},
    timings: { send: 1, wait: 20, receive: 9 },
    serverIPAddress: '192.0.2.7',
    ...changes,
    request: {
      method: 'GET',
      url: 'http://shop.example/cart?id=7',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [{ name: 'Host', value: 'shop.example' }],
      queryString: [{ name: 'id', value: '7' }],
      headersSize: 44,
      bodySize: 0,
      ...changes.request,
    },
    response: {
      status: 200,
      statusText: 'OK',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [{ name: 'Content-Type', value: 'text/html' }],
      content: { size: 5, mimeType: 'text/html', text: 'hello' },
      redirectURL: '',
      headersSize: 44,
      bodySize: 5,
      ...changes.response,
    },
  };
}

/** A HAR 1.2 file with these entries. */
export function har(entries: readonly unknown[], log: Json = {}): string {
  return JSON.stringify({
    log: { version: '1.2', creator: { name: 'test', version: '1' }, ...log, entries },
  });
}

/** How Chrome and Firefox write what came over HTTP/2. */
const H2_REQUEST = {
  url: 'https://shop.example/cart?id=7',
  headers: [
    { name: ':authority', value: 'shop.example' },
    { name: ':method', value: 'GET' },
    { name: ':path', value: '/cart?id=7' },
    { name: ':scheme', value: 'https' },
    { name: 'accept', value: '*/*' },
  ],
};

/** The same exchange as each producer writes it: the order of members, what is left out, and what is added, are theirs. */
export const PRODUCERS: Readonly<Record<string, string>> = {
  Chrome: JSON.stringify(
    {
      log: {
        version: '1.2',
        creator: { name: 'WebInspector', version: '537.36' },
        pages: [{ startedDateTime: '2026-03-01T09:00:00.000Z', id: 'page_1', title: 'x', pageTimings: {} }],
        entries: [
          {
            _initiator: { type: 'other' },
            _priority: 'VeryHigh',
            _resourceType: 'document',
            pageref: 'page_1',
            ...entry({
              connection: '443',
              request: { ...H2_REQUEST, httpVersion: 'http/2.0', headersSize: -1 },
              response: {
                httpVersion: 'http/2.0',
                headersSize: -1,
                bodySize: -1,
                _transferSize: 812,
                _error: null,
                headers: [
                  { name: 'content-type', value: 'text/html' },
                  { name: 'set-cookie', value: 'a=1\nb=2' },
                ],
              },
              timings: {
                blocked: 2.1,
                dns: -1,
                ssl: -1,
                connect: -1,
                send: 0.2,
                wait: 20,
                receive: 1,
                _blocked_queueing: 1,
              },
            }),
          },
        ],
      },
    },
    undefined,
    2,
  ),
  Firefox: JSON.stringify(
    {
      log: {
        version: '1.1',
        creator: { name: 'Firefox', version: '128.0' },
        browser: { name: 'Firefox', version: '128.0' },
        pages: [],
        entries: [
          {
            pageref: 'page_1',
            ...entry({
              startedDateTime: '2026-03-01T10:00:00.000+01:00',
              connection: '443',
              request: { bodySize: 0, ...H2_REQUEST, httpVersion: 'HTTP/2' },
              response: { httpVersion: 'HTTP/2' },
            }),
          },
        ],
      },
    },
    undefined,
    2,
  ),
  Safari: har([
    {
      pageref: 'page_0',
      ...entry({
        _fetchType: 'Network Load',
        _priority: 'high',
        time: 30.000000000000004,
        timings: {
          blocked: -1,
          dns: 0.1,
          connect: 5,
          ssl: 4,
          send: 0.09,
          wait: 20.000000000000004,
          receive: 0.1,
        },
        response: { _transferSize: 100 },
      }),
    },
  ]),
  Charles: har([
    entry({
      startedDateTime: '2026-03-01T10:00:00.000+0100',
      connection: '5',
      serverIPAddress: '192.0.2.7',
      timings: { dns: 1, connect: 2, ssl: 3, send: 1, wait: 20, receive: 2, blocked: 0 },
    }),
  ]),
  Fiddler: `\ufeff${har([
    entry({
      startedDateTime: '2026-03-01T10:00:00.1234567+01:00',
      connection: 'ClientPort:51612;EgressPort:51613',
      timings: { dns: -1, connect: 0, ssl: -1, blocked: -1, send: 0, wait: 20, receive: 1 },
      cache: null,
    }),
  ])}`,
  mitmproxy: har([
    entry({
      startedDateTime: '2026-03-01T09:00:00.123456+00:00',
      timings: { connect: -1.0, ssl: -1.0, send: 0.5, receive: 1.5, wait: 20.25 },
    }),
  ]),
  Playwright: har(
    [
      {
        _frameref: 'frame@1',
        _monotonicTime: 1.5,
        ...entry({
          _serverPort: 443,
          _securityDetails: { protocol: 'TLS 1.3' },
          timings: { dns: -1, connect: -1, ssl: -1, send: 0, wait: 20, receive: 1 },
          response: { headersSize: -1, bodySize: -1, _transferSize: -1 },
        }),
      },
    ],
    { browser: { name: 'chromium', version: '140' } },
  ),
  'sitespeed.io': har(
    [
      {
        cache: {},
        ...entry({
          _requestId: '1',
          request: { httpVersion: 'h2', ...H2_REQUEST, headersSize: -1 },
          response: {
            httpVersion: 'h2',
            headersSize: -1,
            headers: [{ name: 'content-type', value: 'text/html' }],
          },
          timings: { blocked: 1, dns: -1, connect: -1, send: 0.1, wait: 20, receive: 1, ssl: -1 },
        }),
      },
    ],
    { creator: { name: 'Browsertime', version: '20' }, browser: { name: 'Chrome', version: '140' } },
  ),
  'Chrome, over HTTP/3': har([
    {
      _connectionId: '512',
      _priority: 'High',
      ...entry({
        request: { ...H2_REQUEST, httpVersion: 'h3', headersSize: -1 },
        response: {
          httpVersion: 'h3',
          headersSize: -1,
          bodySize: -1,
          _transferSize: 91,
          _fetchedViaServiceWorker: false,
        },
      }),
    },
  ]),
  'Insomnia, without pages, timings of -1 and content in base64': har([
    entry({
      time: -1,
      timings: { blocked: -1, dns: -1, connect: -1, send: -1, wait: -1, receive: -1, ssl: -1 },
      response: {
        httpVersion: 'http/1.1',
        content: { size: 5, mimeType: 'text/html', encoding: 'base64', text: 'aGVsbG8=' },
      },
    }),
  ]),
  'a tracing proxy that calls back (JSONP)': `onInputData(${har([entry({})])});`,
};
