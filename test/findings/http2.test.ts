import { describe, expect, it } from 'vitest';
import type { Capture } from '../support/capture.ts';
import {
  call,
  data,
  goAway,
  headers,
  ping,
  PREFACE,
  request,
  response,
  rstStream,
  settings,
  windowUpdate,
} from '../support/http2-messages.ts';
import { concat, toHex } from '../support/octets.ts';
import { connection, drawn, script } from '../support/packet-script.ts';
import { answer, CALL, CLIENT, ok, SERVER } from './http2-scenes.ts';
import { findingsOf, outline, plain } from './scene.ts';

const hex = (octets: Uint8Array): string => `hex"${toHex(octets)}"`;

const LATE = concat(call(1, '/shop.v1.Orders/Slow', [['grpc-timeout', '200m']]), data(1, '', 'end'));

/** Captures, and all that is to be said of them: `severity rule + folded`. */
const STORIES: readonly (readonly [string, Capture, readonly string[]])[] = [
  [
    'a deadline that passes before anything comes back',
    connection`
      3ms client > server ${concat(CLIENT, LATE)}
      4ms server > client ${SERVER}
      204ms client > server ${rstStream(1, 8)}
    `,
    ['error h2-rst-stream'],
  ],
  [
    'a stream that is cancelled long before its deadline',
    connection`
      3ms client > server ${concat(CLIENT, LATE)}
      4ms server > client ${concat(SERVER, response(1, 200, [['content-type', 'application/grpc']]))}
      44ms client > server ${rstStream(1, 8)}
    `,
    ['note h2-rst-stream'],
  ],
  [
    'a refused stream that is sent again and answered',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'))}
      4ms server > client ${concat(SERVER, rstStream(1, 7))}
      5ms client > server ${request(3, '/orders')}
      6ms server > client ${ok(3)}
    `,
    ['warning h2-rst-stream'],
  ],
  [
    'a refused stream that nobody sends again',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'), request(3, '/others'))}
      4ms server > client ${concat(SERVER, rstStream(1, 7), ok(3))}
    `,
    ['error h2-rst-stream'],
  ],
  [
    'streams that a graceful end leaves out, sent again on another connection',
    script`
      client 10.0.0.1:35500
      second 10.0.0.1:35501
      server 10.0.0.2:8080
      0ms client > server SYN
      1ms server > client SYN ACK
      2ms client > server ACK
      3ms client > server ${concat(CLIENT, request(1, '/orders'))}
      4ms server > client ${concat(SERVER, ok(1), goAway(1, 0))}
      4.1ms client > server ${request(3, '/orders')}
      5ms server > client FIN
      6ms client > server FIN
      7ms second > server SYN
      8ms server > second SYN ACK
      9ms second > server ACK
      10ms second > server ${concat(CLIENT, request(1, '/orders'))}
      11ms server > second ${concat(SERVER, ok(1))}
    `,
    ['note h2-goaway'],
  ],
  [
    'a client that is closed by its program and says INTERNAL_ERROR, with nothing left to do',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'))}
      4ms server > client ${concat(SERVER, ok(1))}
      5ms client > server ${goAway(0, 2)}
      6ms client > server FIN
      7ms server > client FIN
    `,
    ['note h2-goaway'],
  ],
  [
    'a connection that is reset while streams are open, with no word of HTTP/2',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'), request(3, '/others'))}
      4ms server > client ${concat(SERVER, response(1, 200), data(1, 'half'))}
      5ms server > client RST
    `,
    ['error no-response-close'],
  ],
  [
    'a connection that is reset in the middle of its only answer',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'))}
      4ms server > client ${concat(SERVER, response(1, 200), data(1, 'half'))}
      5ms server > client RST
    `,
    ['error rst-mid-response'],
  ],
  [
    'a gRPC call that a proxy without its service answers in plain HTTP',
    connection`
      3ms client > server ${concat(CLIENT, CALL)}
      4ms server > client ${concat(SERVER, response(1, 503, [['content-type', 'text/html']]), data(1, 'no', 'end'))}
    `,
    ['error grpc-status'],
  ],
  [
    'what does not exist, in the only header section',
    connection`
      3ms client > server ${concat(CLIENT, CALL)}
      4ms server > client ${concat(
        SERVER,
        response(
          1,
          200,
          [
            ['content-type', 'application/grpc'],
            ['grpc-status', '5'],
          ],
          'end',
        ),
      )}
    `,
    ['note grpc-status'],
  ],
  [
    'a malformed request that the server answers with GOAWAY and a close: one cause',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders', [['Accept', '*/*']]))}
      4ms server > client ${concat(SERVER, goAway(1, 1))}
      5ms server > client FIN
      6ms client > server FIN
    `,
    ['error h2-malformed + h2-goaway + no-response-close'],
  ],
];

const ENVOY =
  'upstream%20connect%20error%20or%20disconnect%2Freset%20before%20headers.%20reset%20reason:%20connection%20termination';
const TRAILERS_ONLY = response(
  1,
  200,
  [
    ['content-type', 'application/grpc'],
    ['grpc-status', '14'],
    ['grpc-message', ENVOY],
    ['server', 'envoy'],
  ],
  'end',
);

/** A caller, Envoy at 10.0.0.2, and the service behind it; `upstream` is what becomes of Envoy's own call. */
function twoHops(upstream: string): Capture {
  return drawn(`
    client 10.0.0.1:35500
    front 10.0.0.2:8080
    envoy 10.0.0.2:40000
    app 10.0.0.3:9090
    0ms client > front SYN
    0.1ms front > client SYN ACK
    0.2ms client > front ACK
    1ms client > front ${hex(concat(CLIENT, CALL))}
    1.1ms front > client ${hex(SERVER)}
    2ms envoy > app SYN
    2.1ms app > envoy SYN ACK
    2.2ms envoy > app ACK
    3ms envoy > app ${hex(concat(CLIENT, CALL))}
    3.1ms app > envoy ${hex(SERVER)}
    ${upstream}
    9ms front > client ${hex(TRAILERS_ONLY)}
  `);
}

const WAITING = connection`
  3ms client > server ${concat(PREFACE, settings([[4, 100]]), request(1, '/big'))}
  4ms server > client ${concat(SERVER, response(1, 200), data(1, new Uint8Array(100)))}
  504ms client > server ${windowUpdate(1, 100)}
  505ms server > client ${data(1, new Uint8Array(100))}
  705ms client > server ${windowUpdate(1, 100)}
  706ms server > client ${data(1, 'end', 'end')}
`;

it('a wait for a window is told with both its ends, and explains no failure', async () => {
  const [finding] = (await findingsOf(WAITING)).findings;
  expect(finding?.title).toBe('The response waited 700 ms for WINDOW_UPDATE from the client');
  expect(plain(finding?.lead ?? [])).toBe(
    'While the server was sending the response of GET /big, its DATA used up the window for this stream: 700 ms of 703 ms (100 %) passed until the client opened it again with WINDOW_UPDATE or SETTINGS. A round trip took 2.00 ms.',
  );
  expect(finding?.packets).toEqual([7, 8]);
  expect(finding?.ladder?.steps.map(({ label }) => label)).toContain('window open again, 200 ms later');
  const failing = connection`
    3ms client > server ${concat(PREFACE, settings([[4, 100]]), request(1, '/big'))}
    4ms server > client ${concat(SERVER, response(1, 200), data(1, new Uint8Array(100)))}
    504ms client > server ${windowUpdate(1, 100)}
    505ms server > client ${rstStream(1, 2)}
  `;
  expect(outline(await findingsOf(failing))).toEqual(['error h2-rst-stream', 'note h2-window']);
});

describe('what a proxy tells its caller is folded under what happened behind it', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a connection that the service resets',
      '8ms app > envoy RST',
      ['error no-response-close + grpc-status'],
    ],
    [
      'a stream that the service resets',
      `8ms app > envoy ${hex(rstStream(1, 2))}`,
      ['error h2-rst-stream + grpc-status'],
    ],
    [
      'a GOAWAY of the service',
      `8ms app > envoy ${hex(goAway(0, 11, 'too_many_pings'))}\n8.1ms app > envoy FIN\n8.2ms envoy > app FIN`,
      ['error h2-goaway + grpc-status'],
    ],
    [
      'a status that is passed on as it was',
      `8ms app > envoy ${hex(TRAILERS_ONLY)}`,
      ['error grpc-status + grpc-status'],
    ],
  ])('%s', async (_, upstream, expected) => {
    const findings = await findingsOf(twoHops(upstream));
    expect(outline(findings).map((line) => line.split(' + ').sort().join(' + '))).toEqual(
      expected.map((line) => line.split(' + ').sort().join(' + ')),
    );
  });
});

it('a status that Envoy made up is not called the service’s', async () => {
  const { findings } = await findingsOf(connection`
    3ms client > server ${concat(CLIENT, CALL)}
    4ms server > client ${concat(SERVER, TRAILERS_ONLY)}
  `);
  expect(findings[0]?.title).toBe('A proxy answered shop.v1.Orders/Get with gRPC status 14 UNAVAILABLE');
  expect(plain(findings[0]?.lead ?? [])).toContain('the service itself did not answer');
});

describe('one cause is one finding', () => {
  it.each(STORIES)('%s', async (_, capture, expected) => {
    expect(outline(await findingsOf(capture))).toEqual(expected);
  });
});

/** Healthy HTTP/2: nothing at all is to be said. */
const INNOCENT: readonly (readonly [string, Capture])[] = [
  [
    'settings, pings, window updates and an interim response',
    connection`
      3ms client > server ${concat(CLIENT, settings('ack'), ping())}
      4ms server > client ${concat(SERVER, ping(true))}
      5ms client > server ${request(1, '/orders')}
      6ms server > client ${concat(response(1, 103), ok(1))}
      7ms client > server FIN
      8ms server > client FIN
    `,
  ],
  [
    'two goodbyes and a close',
    connection`
      3ms client > server ${concat(CLIENT, request(1, '/orders'))}
      4ms server > client ${concat(SERVER, ok(1))}
      5ms client > server ${goAway(0, 0)}
      6ms client > server FIN
      7ms server > client FIN
    `,
  ],
  [
    'a stream that is open when the capture ends',
    connection`
      3ms client > server ${concat(CLIENT, call(1, '/shop.v1.Orders/Watch'), data(1, '', 'end'))}
      4ms server > client ${concat(SERVER, response(1, 200, [['content-type', 'application/grpc']]))}
    `,
  ],
  [
    'a gRPC call in messages both ways',
    connection`
      3ms client > server ${concat(CLIENT, CALL)}
      4ms server > client ${concat(SERVER, answer(1, 0))}
      5ms client > server ${concat(call(3, '/shop.v1.Orders/Get'), data(3, '', 'end'))}
      6ms server > client ${concat(response(3, 200, [['content-type', 'application/grpc']]), headers(3, [['grpc-status', '0']], 'end'))}
    `,
  ],
];

describe('nothing is said', () => {
  it.each(INNOCENT)('of %s', async (_, capture) => {
    expect(outline(await findingsOf(capture))).toEqual([]);
  });
});

it('a deadline is told with its time, the time that was waited, and the line that says so', async () => {
  const [, capture] = STORIES[0] ?? [];
  const [finding] = capture ? (await findingsOf(capture)).findings : [];
  expect(finding?.title).toBe('The client gave up when its deadline of 200 ms was over: CANCEL');
  expect(plain(finding?.lead ?? [])).toContain('201 ms later it had no answer');
  expect(finding?.quote?.lines.find(({ remark }) => remark !== undefined)).toEqual({
    text: 'grpc-timeout: 200m',
    remark: '200 ms to live',
  });
});

it('too many pings are counted, with the time between them', async () => {
  const { findings } = await findingsOf(connection`
    3ms client > server ${concat(CLIENT, request(1, '/orders'))}
    4ms server > client ${concat(SERVER, ok(1))}
    1000ms client > server ${ping()}
    2000ms client > server ${ping()}
    3000ms client > server ${ping()}
    3001ms server > client ${goAway(1, 11, 'too_many_pings')}
    3002ms server > client FIN
    3003ms client > server FIN
  `);
  expect(findings[0]).toMatchObject({ rule: 'h2-goaway', severity: 'warning' });
  expect(plain(findings[0]?.lead ?? [])).toContain(
    'No request was open on it. Before it the client had sent 3 PINGs, one every 1.00 s.',
  );
});
