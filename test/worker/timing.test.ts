import { describe, expect, test } from 'vitest';
import type { TimeMeasure, TimingDetail } from '../../src/model/timing.ts';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { textOctets } from '../support/octets.ts';
import { connection, drawn, script } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

const GET = 'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
const OK = 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

async function timingOf(capture: Capture, exchange = 0): Promise<TimingDetail> {
  const detail = await (await openCapture(capture)).exchange(exchange);
  if (!detail) throw new Error('no such exchange');
  return detail.timing;
}

async function found(analysis: Analysis, filter: string): Promise<readonly number[]> {
  const query = await analysis.query('exchanges', { filter, sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  const items = await analysis.window('exchanges', query.value.id, 0, 100);
  return items.map((item) => item.exchange);
}

const phases = (timing: TimingDetail): Readonly<Record<string, number | undefined>> =>
  Object.fromEntries(
    timing.rows.map(({ name, duration }) => [name, duration === undefined ? undefined : duration / 1e6]),
  );

// Near the client: 20 ms to the server and back, 0.05 ms to the client.
const NEAR_CLIENT = script`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms client > server SYN
  20ms server > client SYN ACK
  20050us client > server ACK
  21ms client > server "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
  23ms client > server "body"
  75ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
  80ms server > client "done"
  100ms client > server ${textOctets(GET.replaceAll('\\r\\n', '\r\n'))}
  110ms server > client ${textOctets(OK.replaceAll('\\r\\n', '\r\n'))}
`;

describe('the phases of an exchange', () => {
  test('are measured between packets; what packets do not show is absent', async () => {
    const timing = await timingOf(NEAR_CLIENT);
    expect(phases(timing)).toEqual({
      blocked: undefined,
      dns: undefined,
      connect: 20.05,
      tls: undefined,
      send: 2,
      wait: 52,
      receive: 5,
    });
    expect(timing.timing.basis).toBe('measured');
    expect(timing.rows.find(({ name }) => name === 'connect')).toMatchObject({ between: [1, 3] });
    expect(timing.rows.find(({ name }) => name === 'blocked')?.how).toContain('held the request back');
  });

  test('the waiting is split by the round trip of the handshake, with the side of the capture', async () => {
    const { split, timing } = await timingOf(NEAR_CLIENT);
    expect(timing.server).toBe(32e6);
    expect(split).toMatchObject({ network: 20e6, server: 32e6, capturedNear: 'client' });
    expect(split?.sentence).toContain('Of 52.0 ms waiting about 20.0 ms were the network');
    expect(split?.caveat).toContain('packets 1 and 2');
  });

  test('a later exchange of the connection has no connect, and a waiting below the round trip no server time', async () => {
    const timing = await timingOf(NEAR_CLIENT, 1);
    expect(phases(timing)).toMatchObject({ connect: undefined, wait: 10 });
    expect(timing.rows.find(({ name }) => name === 'connect')?.how).toContain('keep-alive');
    expect(timing.timing.server).toBeUndefined();
    expect(timing.split?.sentence).toContain('may be the network');
  });

  test('near the server, the waiting is the server’s', async () => {
    const { split } = await timingOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN
      100us server > client SYN ACK
      30ms client > server ACK
      31ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      41ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(split).toMatchObject({ network: 1e5, server: 9.9e6, capturedNear: 'server' });
    expect(split?.sentence).toContain('the client waited about 29.9 ms more');
  });

  test('a SYN that was repeated tells no round trip', async () => {
    const { split, notes } = await timingOf(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server SYN #syn
      1000ms client > server again #syn
      1010ms server > client SYN ACK
      1011ms client > server ACK
      1012ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      1040ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(split).toBeUndefined();
    expect(notes.join()).toContain('sent more than once');
  });

  test('a pipelined request says how long the response before it took, and no network share', async () => {
    const capture = connection`
      3ms client > server "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      13ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
      15ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `;
    const { split, notes, timing } = await timingOf(capture, 1);
    expect(split).toBeUndefined();
    expect(timing.server).toBeUndefined();
    expect(notes.join()).toContain('Pipelined');
    expect(notes.join()).toContain('10.0 ms of the waiting');
    expect(await found(await openCapture(capture), 'offwire.exchange.server_time')).toEqual([0]);
  });

  test('interim responses are told apart; the waiting counts to the final one', async () => {
    const timing = await timingOf(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      5ms server > client "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      9ms server > client "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(phases(timing)).toMatchObject({ wait: 6 });
    expect(timing.notes.join()).toContain('103 2.00 ms after the request began (packet 5)');
  });

  test('a response that was cut has no receive phase, but what was seen of it', async () => {
    const { timing } = await timingOf(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      5ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
      8ms server > client "some"
      9ms server > client RST
    `);
    expect(timing.end).toBe('reset');
    expect(timing.cut).toEqual({ name: 'receive', start: 5e6, duration: 3e6 });
  });
});

describe('times of many exchanges', () => {
  test('are filtered by their fields', async () => {
    const analysis = await openCapture(NEAR_CLIENT);
    expect(await found(analysis, 'offwire.exchange.wait > 0.05')).toEqual([0]);
    expect(await found(analysis, 'offwire.exchange.connect')).toEqual([0]);
    expect(await found(analysis, 'offwire.exchange.server_time >= 0.032')).toEqual([0]);
    expect(await found(analysis, 'offwire.exchange.blocked')).toEqual([]);
    expect(await found(analysis, 'offwire.exchange.send == 0')).toEqual([1]);
  });

  test('are summed up by nearest rank, over the filtered set', async () => {
    const requests = Array.from({ length: 20 }, (_, index) => index).map(
      (index) =>
        `${10 + index * 100}ms client > server "${GET}"\n${10 + index * 100 + index + 1}ms server > client "${OK}"`,
    );
    const analysis = await openCapture(
      drawn(
        `client 10.0.0.1:35500\nserver 10.0.0.2:8080\n0ms client > server SYN\n1ms server > client SYN ACK\n2ms client > server ACK\n${requests.join('\n')}`,
      ),
    );
    const times = async (filter: string, measure: TimeMeasure) => {
      const query = await analysis.query('exchanges', {
        filter,
        sort: { column: 'wait', isDescending: true },
      });
      if (!query.ok) throw new Error(query.error.message);
      return analysis.times(query.value.id, measure);
    };
    expect(await times('', 'wait')).toEqual({
      rows: 20,
      range: [10e6, 1930e6],
      summary: { measure: 'wait', known: 20, minimum: 1e6, median: 10e6, p95: 19e6, maximum: 20e6 },
    });
    expect(await times('offwire.exchange.wait > 0.018', 'wait')).toMatchObject({
      rows: 2,
      summary: { minimum: 19e6, maximum: 20e6 },
    });
    expect(await times('', 'dns')).toMatchObject({ rows: 20, summary: undefined });
  });
});
