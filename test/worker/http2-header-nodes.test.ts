import { describe, expect, test } from 'vitest';
import type { Capture } from '../support/capture.ts';
import { HpackEncoder } from '../support/hpack-encoder.ts';
import { data, frame, headers, PREFACE, request, response, settings } from '../support/http2-messages.ts';
import { concat, u32 } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

/** Frames and header lines of a packet's tree, in order. */
async function told(capture: Capture, packet: number): Promise<readonly string[]> {
  const { analysis } = await openOctets(writePcap(capture).octets);
  const nodes = (await analysis.packet(packet))?.nodes ?? [];
  return nodes
    .filter(
      ({ name }) => name === 'http2.stream' || name.startsWith('http2.header.') || name === 'http2.header',
    )
    .map(({ label, value }) => `${label}: ${value}`);
}

const STATE = 'by the connection’s HPACK state';

describe('the tree of a packet of HTTP/2', () => {
  const capture = connection`
    3ms client > server ${concat(PREFACE, settings())} ${request(1, '/a')} ${request(3, '/b', [['x', 'y']])}
    4ms server > client ${settings()} ${response(1, 103, [['link', '</s>']])} ${response(1, 200)} ${data(1, 'ok')}
    5ms server > client ${headers(1, [['x-sum', '1']], 'end')} ${response(3, 404, [], 'end')}
  `;

  test('has the header lines of the requests that begin in it', async () => {
    expect(await told(capture, 4)).toEqual([
      'Stream: SETTINGS, stream 0, 0 octets',
      'Stream: HEADERS, stream 1, 62 octets, GET /a',
      `Header lines: 4, ${STATE}`,
      'Header: :method: GET',
      'Header: :scheme: http',
      'Header: :authority: shop.example',
      'Header: :path: /a',
      'Stream: HEADERS, stream 3, 67 octets, GET /b',
      `Header lines: 5, ${STATE}`,
      'Header: :method: GET',
      'Header: :scheme: http',
      'Header: :authority: shop.example',
      'Header: :path: /b',
      'Header: x: y',
    ]);
  });

  test('tells interim responses, responses and trailers apart', async () => {
    expect(await told(capture, 5)).toEqual([
      'Stream: SETTINGS, stream 0, 0 octets',
      'Stream: HEADERS, stream 1, 24 octets, 103',
      `Lines of an interim response: 2, ${STATE}`,
      'Header: :status: 103',
      'Header: link: </s>',
      'Stream: HEADERS, stream 1, 13 octets, 200',
      `Header lines: 1, ${STATE}`,
      'Header: :status: 200',
      'Stream: DATA, stream 1, 2 octets',
    ]);
    expect(await told(capture, 6)).toEqual([
      'Stream: HEADERS, stream 1, 9 octets',
      `Trailer lines: 1, ${STATE}`,
      'Header: x-sum: 1',
      'Stream: HEADERS, stream 3, 13 octets, 404',
      `Header lines: 1, ${STATE}`,
      'Header: :status: 404',
    ]);
  });

  test('has the lines at the packet in which their frame begins, and no others', async () => {
    const whole = headers(1, [
      [':status', '200'],
      ['x-long', 'v'.repeat(60)],
    ]);
    const cut = connection`
      3ms client > server ${concat(PREFACE, settings())} ${request(1, '/a')}
      4ms server > client ${settings()} ${whole.subarray(0, 40)}
      5ms server > client ${whole.subarray(40)}
    `;
    expect((await told(cut, 5)).slice(1, 4)).toEqual([
      'Stream: HEADERS, stream 1, 82 octets, 200',
      `Header lines: 2, ${STATE}`,
      'Header: :status: 200',
    ]);
    expect(await told(cut, 6)).toEqual([]);
  });

  test('has the request of a promise, and placeholders for what is not known', async () => {
    const promise = new HpackEncoder();
    const block = promise.encode([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/style.css'],
    ]);
    const pushed = connection`
      3ms client > server ${concat(PREFACE, settings())} ${request(1, '/a')}
      4ms server > client ${settings()} ${frame(5, 4, 1, concat(u32(2), block))} ${response(1, 200)}
    `;
    expect((await told(pushed, 5)).slice(1, 5)).toEqual([
      `Stream: PUSH_PROMISE, stream 1, ${block.length + 4} octets, GET /style.css`,
      `Promised request: 3, ${STATE}`,
      'Header: :method: GET',
      'Header: :scheme: http',
    ]);
    const midstream = script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      1ms client > server ${frame(1, 5, 7, Uint8Array.of(0x82, 0x86, 0xbe, 0x84))}
      2ms server > client ${response(7, 200, [], 'end')}
    `;
    const lines = await told(midstream, 1);
    expect(lines[1]).toBe(`Header lines: 4, ${STATE}; entries from before the capture stand as placeholders`);
    expect(lines.slice(2, 4)).toEqual(['Header: :method: GET', 'Header: :scheme: http']);
    expect(lines[4]).toMatch(/^Header: .*62/);
  });
});
