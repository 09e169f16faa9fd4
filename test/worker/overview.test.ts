import { beforeAll, describe, expect, test } from 'vitest';
import type { Timeline, TimelineQuery } from '../../src/model/timeline.ts';
import type { Analysis } from '../../workers/api.ts';
import { timeRangeOf, withTimeRange } from '../../workers/query/time-range.ts';
import type { Core } from '../../workers/core.ts';
import { sampleCore } from '../query/sample.ts';
import { loadCore } from '../support/core.ts';
import type { Capture } from '../support/capture.ts';
import { script } from '../support/packet-script.ts';
import { clientHello } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openFixture, openOctets } from './open-file.ts';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

async function timelineOf(analysis: Analysis, query: TimelineQuery): Promise<Timeline> {
  const answer = await analysis.timeline(query);
  if (!answer?.ok) throw new Error(answer?.error.message ?? 'superseded');
  return answer.value;
}

const CAPTURE = script`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  other 10.0.0.3:9090
  closed 10.0.0.4:81
  secure 10.0.0.5:443
  caller 10.0.0.9:40000
  0ms client > server SYN
  1ms server > client SYN ACK
  2ms client > server ACK
  3ms client > server "GET /a HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 10.0.0.9\r\n\r\n" #get
  103ms client > server again #get
  204ms server > client "HTTP/1.1 503 Service Unavailable\r\nServer: envoy\r\nContent-Length: 0\r\n\r\n"
  300ms client > server "GET /b HTTP/1.1\r\nHost: shop.example\r\n\r\n"
  301ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
  400ms caller > client SYN
  401ms client > closed SYN
  402ms closed > client RST ACK
  500ms client > secure SYN
  501ms secure > client SYN ACK
  502ms client > secure ACK
  503ms client > secure ${clientHello({ sni: 'secure.example' })}
  504ms secure > client RST
  1000ms client > server FIN
`;

describe('the timeline', () => {
  let analysis: Analysis;
  beforeAll(async () => {
    analysis = await openCapture(CAPTURE);
  });

  test('counts packets and exchanges into buckets, the last packet included', async () => {
    const { all, width, shown, selected } = await timelineOf(analysis, {
      filter: '',
      from: 0,
      to: 1e9,
      buckets: 10,
    });
    expect(width).toBe(1e8);
    expect([...all.packets]).toEqual([4, 1, 1, 2, 3, 5, 0, 0, 0, 1]);
    expect([...all.requests]).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect([...all.serverErrors]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect([...all.clientErrors]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect([...all.resets]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
    expect([...all.retransmissions]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(shown).toBe(all);
    expect(selected).toBeUndefined();
  });

  test('counts what the filter lets through beside all, and tells the range that it sets', async () => {
    const filter = 'frame.time_relative >= 0.2 && frame.time_relative <= 0.35';
    const { all, shown, selected } = await timelineOf(analysis, { filter, from: 0, to: 1e9, buckets: 10 });
    expect([...shown.packets]).toEqual([0, 0, 1, 2, 0, 0, 0, 0, 0, 0]);
    expect(all.packets[0]).toBe(4);
    expect(selected).toEqual([2e8, 3.5e8]);
  });

  test('a part of the capture has finer buckets; what is outside is not counted', async () => {
    const { all } = await timelineOf(analysis, { filter: '', from: 0, to: 4e6, buckets: 4 });
    expect([...all.packets]).toEqual([1, 1, 1, 1]);
  });

  test('a newer question ends an older one; a wrong filter is told', async () => {
    const query = { from: 0, to: 1e9, buckets: 10 };
    const [older, newer] = await Promise.all([
      analysis.timeline({ ...query, filter: '' }),
      analysis.timeline({ ...query, filter: 'tcp' }),
    ]);
    expect(older).toBeUndefined();
    expect(newer?.ok).toBe(true);
    expect(await analysis.timeline({ ...query, filter: 'http.hots == 1' })).toMatchObject({ ok: false });
  });
});

describe('the map', () => {
  test('counts links from clients to services with their failures and names', async () => {
    const answer = await (await openCapture(CAPTURE)).hostMap({ filter: '' });
    if (!answer?.ok) throw new Error('no map');
    const { hosts, links, total, leftOut } = answer.value;
    const none = { refused: 0, unanswered: 0, tls: 0, broken: 0, serverErrors: 0 };
    const named = links.map(({ client, server, port, protocol, failures, exchanges, flows, names }) => ({
      link: `${hosts[client]?.address} ${hosts[server]?.address}:${port} ${protocol}`,
      names,
      counts: [flows, exchanges],
      failures,
    }));
    expect(named).toEqual([
      {
        link: '10.0.0.1 10.0.0.2:8080 HTTP',
        names: ['shop.example'],
        counts: [1, 2],
        failures: { ...none, serverErrors: 1 },
      },
      {
        link: '10.0.0.9 10.0.0.1:35500 TCP',
        names: [],
        counts: [1, 0],
        failures: { ...none, unanswered: 1 },
      },
      { link: '10.0.0.1 10.0.0.4:81 TCP', names: [], counts: [1, 0], failures: { ...none, refused: 1 } },
      {
        link: '10.0.0.1 10.0.0.5:443 TLS',
        names: ['secure.example'],
        counts: [1, 0],
        failures: { ...none, tls: 1 },
      },
    ]);
    expect(hosts.find(({ address }) => address === '10.0.0.2')).toMatchObject({
      role: 'envoy',
      names: ['shop.example'],
    });
    expect(hosts.find(({ address }) => address === '10.0.0.1')).toMatchObject({ role: 'proxy' });
    expect(total).toEqual({ hosts: 5, links: 4, flows: 4 });
    expect(leftOut).toEqual({ links: 0, flows: 0, exchanges: 0 });
  });

  test('the filter of a link finds its flows', async () => {
    const { analysis } = await openFixture('story-1.pcap');
    const answer = await analysis.hostMap({ filter: '' });
    if (!answer?.ok) throw new Error('no map');
    for (const link of answer.value.links) {
      const found = await analysis.query('flows', { filter: link.filter, sort: undefined });
      expect(found).toMatchObject({ ok: true, value: { rows: link.flows } });
    }
    const filtered = await analysis.hostMap({ filter: 'http.response.code == 502' });
    expect(filtered).toMatchObject({ ok: true, value: { links: [{ flows: 2, exchanges: 2 }] } });
  });
});

describe('gRPC', () => {
  test('a call that the server failed is a failure, though its HTTP status is 200', async () => {
    const { analysis } = await openFixture('grpc-status.pcap');
    const answer = await analysis.hostMap({ filter: '' });
    if (!answer?.ok) throw new Error('no map');
    const found = await analysis.query('exchanges', {
      filter: 'grpc.status_code in {2, 4, 12, 13, 14, 15}',
      sort: undefined,
    });
    if (!found.ok) throw new Error(found.error.message);
    const counted = answer.value.links.reduce((sum, link) => sum + link.failures.serverErrors, 0);
    expect(found.value.rows).toBeGreaterThan(0);
    expect(counted).toBe(found.value.rows);
  });
});

describe('the time range of a filter', () => {
  let core: Core;
  beforeAll(async () => {
    core = await sampleCore();
  });
  const A = 'frame.time_relative >= 1.5 && frame.time_relative <= 2';

  test.each<[filter: string, after: string]>([
    ['', A],
    ['tcp.port == 80', `tcp.port == 80 && ${A}`],
    ['http or dns', `(http or dns) && ${A}`],
    ['(http or dns) and tcp', `(http or dns) && tcp && ${A}`],
    ['frame.time_relative >= 0 && tcp && frame.time_relative <= 9', `tcp && ${A}`],
    ['1 <= frame.time_relative <= 2', A],
    ['not frame.time_relative > 3', `not frame.time_relative > 3 && ${A}`],
  ])('%j gets a range', (filter, after) => {
    expect(withTimeRange(core, filter, [1.5e9, 2e9])).toEqual({ filter: after, leftOut: undefined });
    expect(timeRangeOf(after)).toEqual([1.5e9, 2e9]);
  });

  test('words cannot stand beside a range: they are left out, and told', () => {
    expect(withTimeRange(core, 'checkout 502', [1.5e9, 2e9])).toEqual({ filter: A, leftOut: 'checkout 502' });
    expect(withTimeRange(core, 'checkout 502', undefined)).toEqual({
      filter: 'checkout 502',
      leftOut: undefined,
    });
  });

  test('is one of exchanges where there are no packets', async () => {
    const har = await loadCore();
    const filter = 'offwire.exchange.start >= 1.5 && offwire.exchange.start <= 2';
    expect(withTimeRange(har, '', [1.5e9, 2e9]).filter).toBe(filter);
    expect(timeRangeOf(filter)).toEqual([1.5e9, 2e9]);
  });

  test('is taken out again', () => {
    expect(withTimeRange(core, `tcp && ${A}`, undefined).filter).toBe('tcp');
    expect(withTimeRange(core, A, undefined).filter).toBe('');
    expect(timeRangeOf('tcp or frame.time_relative > 1')).toBeUndefined();
  });
});
