import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { FollowPart } from '../../src/model/follow.ts';
import type { Analysis } from '../../workers/api.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function open(octets: Uint8Array): Promise<Analysis> {
  const { analysis, result } = await openOctets(octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

const fixture = (name: string): Promise<Analysis> =>
  open(new Uint8Array(readFileSync(new URL(`../fixtures/captures/${name}`, import.meta.url))));

/** `> label (packet): first characters`. */
function told({ pieces }: FollowPart): readonly string[] {
  return pieces.map(({ direction, label, packet, octets, missing }) => {
    const text = new TextDecoder('latin1').decode(octets).split('\r\n').slice(0, 2).join(' | ').slice(0, 50);
    return `${direction === 0 ? '>' : '<'} ${label ?? ''} (${packet}): ${missing === undefined ? text : `${missing} missing`}`;
  });
}

test('an HTTP/2 stream: fields before HPACK, DATA as it came, trailers', async () => {
  const analysis = await fixture('h2-healthy.pcap');
  const result = await analysis.query('exchanges', {
    filter: 'http2.headers.path == "/trailers"',
    sort: undefined,
  });
  const [item] = result.ok ? await analysis.window('exchanges', result.value.id, 0, 1) : [];
  const part = await analysis.followHttp({ exchange: item?.exchange ?? -1 }, 'both', 0);
  expect(told(part).map((line) => line.replace(/ \(\d+\)/, ''))).toEqual([
    '> request: :method: GET | :path: /trailers',
    '< response: :status: 200 | content-type: application/json',
    '< DATA: {"rows":3}',
    '< trailers: x-rows: 3 | server-timing: db;dur=12',
  ]);
  expect(part.next).toBeUndefined();
});

test('a pushed stream: the request as it was promised', async () => {
  const analysis = await fixture('h2-push.pcap');
  expect(told(await analysis.followHttp({ exchange: 1 }, 'both', 0))).toEqual([
    '> request, as the server promised it (8): :method: GET | :path: /style.css',
    '< response (8): :status: 200 | server: nghttpd nghttp2/1.52.0',
    '< DATA (8): h1 { color: teal }\n',
  ]);
});

test('HTTP/1 of a whole connection, one direction or both, without chunks', async () => {
  const analysis = await open(
    writePcap(connection`
      3ms client > server "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
      4ms server > client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\n!!!\r\n0\r\nX-End: 1\r\n\r\n"
      5ms client > server "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
      6ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `).octets,
  );
  expect(told(await analysis.followHttp({ flow: 0 }, 'both', 0))).toEqual([
    '> request (4): POST /a HTTP/1.1 | Host: a',
    '> content (4): hello',
    '< response (5): HTTP/1.1 200 OK | Transfer-Encoding: chunked',
    '< content (5): ok!!!',
    '< trailers (5): X-End: 1 | ',
    '> request (6): GET /b HTTP/1.1 | Host: a',
    '< response (7): HTTP/1.1 204 No Content | ',
  ]);
  expect(told(await analysis.followHttp({ flow: 0 }, 0, 0))).toHaveLength(3);
});
