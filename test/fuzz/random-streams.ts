import { concat, textOctets } from '../support/octets.ts';
import type { Random } from '../support/random.ts';
import {
  alert,
  applicationData,
  changeCipherSpec,
  clientHello,
  record,
  serverFlight12,
  serverHello,
  TLS,
} from '../support/tls-messages.ts';

/** What a client may say first on a request line, right and wrong. */
const REQUEST_LINES = [
  'GET / HTTP/1.1',
  'POST /form HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'GET http://a.example:81/x HTTP/1.1',
  'PROPFIND /dav HTTP/1.1',
  'HEAD /h HTTP/1.1',
  'GET /old HTTP/1.0',
  'GET  /two-spaces HTTP/1.1',
  'GET /nine',
  'nonsense',
  '',
];

const STATUS_LINES = [
  'HTTP/1.1 200 OK',
  'HTTP/1.1 404',
  'HTTP/1.1 502 Bad Gateway',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 500 Odd',
  'HTTP/1.1 204 No Content',
  'HTTP/1.1 304 Not Modified',
  'HTTP/1.1 100 Continue',
  'HTTP/1.1 103 Early Hints',
  'HTTP/1.1 99 Odd',
  'HTTP/2.0 200 Odd',
  'ICY 200 OK',
];

const LINES = [
  'Host: a.example',
  'Host: b.example',
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: 5, 5',
  'Content-Length: -1',
  'Content-Length : 7',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: identity',
  'Connection: close',
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'X-Long: ' + 'x'.repeat(300),
  ' folded',
  'no colon',
  'Bad Name: 1',
  'X-Control: \x01\x7f',
  ': empty',
  'Set-Cookie: a=1',
  'Content-Type: text/plain',
];

const BODIES = [
  '',
  'hello',
  'hello and more',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;x=y\r\nhello\r\n0\r\nDigest: 1\r\n\r\n',
  '5\r\nhello\r\n',
  'zz\r\nhello\r\n0\r\n\r\n',
  '5\r\nhelloX\r\n0\r\n\r\n',
  '00000000000005\r\nhello\r\n00\r\n\r\n',
  'fffffffffffffffff\r\n',
  'GET /inside HTTP/1.1\r\nHost: c\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  '\r\n\r\n',
  '\n',
];

const WELL_FORMED = [
  'Content-Length: 5\r\n\r\nhello',
  'Transfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: 1\r\n\r\n',
];

/** A message as it should be; or, as the last of a stream, with whatever lines and octets after them. */
function message(random: Random, startLines: readonly string[], isLast: boolean): string {
  if (!isLast || random.below(2) === 0) {
    return `${random.pick(startLines.slice(0, 5))}\r\nHost: a.example\r\n${random.pick(WELL_FORMED)}`;
  }
  const lineEnd = random.below(12) === 0 ? '\n' : '\r\n';
  const lines = Array.from({ length: random.below(6) }, () => random.pick(LINES));
  return [random.pick(startLines), ...lines, '', random.pick(BODIES)].join(lineEnd);
}

function records(random: Random, isClient: boolean): Uint8Array {
  const choices = [
    isClient
      ? clientHello({ sni: 'a.example', versions: [TLS.V13], recordSize: 1 + random.below(300) })
      : serverHello(),
    isClient ? clientHello({}) : serverHello({ version: TLS.V12, alpn: 'h2' }),
    serverFlight12({ size: random.below(3000) }),
    changeCipherSpec(),
    applicationData(1 + random.below(200)),
    alert(random.below(2) === 0 ? 1 : 2, random.below(120)),
    record(
      22,
      Uint8Array.from({ length: random.below(60) }, () => random.below(256)),
    ),
    Uint8Array.of(22, 3, 1, random.below(256), random.below(256), 1, 2, 3),
  ];
  return random.pick(choices);
}

function first(isClient: boolean): Uint8Array {
  return isClient ? clientHello({ sni: 'a.example' }) : serverHello();
}

/** Octets that one side of a connection might send: HTTP/1 or TLS, mostly right, sometimes neither. */
export function randomStream(random: Random, isClient: boolean, isTls: boolean): Uint8Array {
  const count = 1 + random.below(4);
  const parts = Array.from({ length: count }, (_, index) => {
    if (isTls) return index === 0 ? first(isClient) : records(random, isClient);
    return textOctets(message(random, isClient ? REQUEST_LINES : STATUS_LINES, index === count - 1));
  });
  const before =
    isClient && random.below(10) === 0 ? [textOctets('PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n')] : [];
  const whole = concat(...before, ...parts);
  return random.below(6) === 0 ? whole.subarray(0, random.below(whole.length + 1)) : whole;
}
