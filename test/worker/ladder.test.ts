import { expect, test } from 'vitest';
import type { LadderOf } from '../../src/model/segment-ladder.ts';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { drawn } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

const FLOW: LadderOf = { kind: 'flow', flow: 0 };

const LOSSY = drawn(String.raw`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms   client > server SYN
  1ms   server > client SYN ACK
  2ms   client > server ACK
  3ms   client > server "GET /one HTTP/1.1\r\nHost: a\r\n\r\n"
  4ms   server > client "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
  5ms   server > client "abc" lost #abc
  6ms   server > client "def"
  300ms server > client again #abc
  301ms client > server ACK
  302ms client > server "GET /two HTTP/1.1\r\nHost: a\r\n\r\n"
  303ms server > client FIN
  304ms client > server RST
`);

test('a ladder names the messages, marks what was sent again and says how much is missing', async () => {
  const part = await (await openCapture(LOSSY)).ladder(FLOW, 0, 100);
  expect(part?.lifelines.map(({ role, address }) => `${role} ${address}`)).toEqual([
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
  ]);
  expect(part?.total).toBe(11);
  const shown = part?.steps.map(
    ({ packet, direction, flags, content, payload, marks, missing, shape, tone }) =>
      [
        ...[packet, direction === 0 ? '>' : '<', content || flags, payload, shape, tone, ...marks],
        ...(missing === undefined ? [] : [`${missing} missing`]),
      ].join(' '),
  );
  expect(shown).toEqual([
    '1 > SYN 0 plain plain',
    '2 < SYN, ACK 0 plain plain',
    '3 > ACK 0 bare quiet',
    '4 > GET /one 30 plain plain',
    '5 < 200 OK 38 plain plain',
    '6 < PSH, ACK 3 plain plain 3 missing',
    '7 < PSH, ACK 3 again bad retransmission',
    '8 > ACK 0 bare quiet',
    '9 > GET /two 30 plain plain',
    '10 < FIN, ACK 0 fin plain',
    '11 > RST 0 reset bad',
  ]);
  expect(part?.steps[4]).toMatchObject({ sequence: 1, acknowledgment: 31, window: 64240, exchange: 0 });
});

test('a ladder of an exchange has its segments and what followed, and the handshake before the first', async () => {
  const analysis = await openCapture(LOSSY);
  const packets = async (exchange: number): Promise<readonly number[] | undefined> => {
    const part = await analysis.ladder({ kind: 'exchange', exchange }, 0, 100);
    expect(part?.total).toBe(part?.steps.length);
    return part?.steps.map(({ packet }) => packet);
  };
  expect(await packets(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await packets(1)).toEqual([9, 10, 11]);
  expect(await packets(2)).toBeUndefined();
});

test('a long ladder is told in windows, from the front and from the back', async () => {
  const lines = Array.from({ length: 500 }, (_, at) => `${10 + at}ms client > server "x"`).join('\n');
  const analysis = await openCapture(
    drawn(`client 10.0.0.1:1\nserver 10.0.0.2:2\n0ms client > server SYN\n${lines}`),
  );
  const window = async (from: number, count: number): Promise<readonly (number | undefined)[]> => {
    const part = await analysis.ladder(FLOW, from, count);
    expect(part?.total).toBe(501);
    return [part?.steps.length, part?.steps[0]?.packet, part?.steps.at(-1)?.packet];
  };
  expect(await window(0, 150)).toEqual([150, 1, 150]);
  expect(await window(151, 200)).toEqual([200, 151, 350]);
  expect(await window(0, -50)).toEqual([50, 452, 501]);
  expect(await window(452, -200)).toEqual([200, 252, 451]);
  expect(await window(500, 200)).toEqual([2, 500, 501]);
  expect(await window(0, 5000)).toEqual([501, 1, 501]);
});

test('a ladder of datagrams tells what is in them', async () => {
  const analysis = await openCapture(
    drawn(
      'client 10.0.0.1:40000\nserver 10.0.0.2:9\n0ms client > server udp "hello"\n1ms server > client udp "hi"',
    ),
  );
  const part = await analysis.ladder(FLOW, 0, 10);
  expect(part?.steps.map(({ flags, payload, direction }) => [flags, payload, direction])).toEqual([
    ['', 5, 0],
    ['', 2, 1],
  ]);
});
