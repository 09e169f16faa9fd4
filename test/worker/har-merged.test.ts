import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { Analysis, ExchangeItem } from '../../workers/api.ts';
import { script } from '../support/packet-script.ts';
import { entry, har } from '../support/write-har.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openFiles, openOctets, type Opened } from './open-file.ts';

// 1 March 2026, 09:00 UTC, which is when the entries begin.
const talk = script`
  start 1772355600
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  500ms  client > server  SYN
  501ms  server > client  SYN ACK
  502ms  client > server  ACK
  1000ms client > server  "GET /packets HTTP/1.1\r\nHost: a\r\n\r\n"
  1100ms server > client  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
`;

const PCAP = new File([new Uint8Array(writePcap(talk).octets)], 'talk.pcap');

const at = (milliseconds: number): string => new Date(1772355600_000 + milliseconds).toISOString();

const page = (name: string, start: number, changes: object = {}): unknown =>
  entry({ startedDateTime: at(start), request: { url: `http://shop.example/${name}` }, ...changes });

const harFile = (name: string, ...entries: readonly unknown[]): File => new File([har(entries)], name);

function summaryOf({ result }: Opened) {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function exchanges(
  analysis: Analysis,
  filter = '',
  sort?: { readonly column: string; readonly isDescending: boolean },
): Promise<readonly ExchangeItem[]> {
  const query = await analysis.query('exchanges', { filter, sort });
  if (!query.ok) throw new Error(query.error.message);
  return analysis.window('exchanges', query.value.id, 0, query.value.rows);
}

const targets = (items: readonly ExchangeItem[]): readonly string[] => items.map(({ target }) => target);

describe('a HAR file and a capture', () => {
  test('are on one timeline, whatever order they were dropped in', async () => {
    const web = harFile('web.har', page('early', 100), page('late', 1050));
    for (const files of [
      [PCAP, web],
      [web, PCAP],
    ]) {
      const opened = await openFiles(files);
      const summary = summaryOf(opened);
      expect(summary.format).toBe('pcap, HAR');
      expect(summary.counts).toMatchObject({ packets: 5, exchanges: 3 });
      expect(summary.skipped).toEqual([]);
      expect(summary.files).toEqual([
        { name: 'talk.pcap', bytes: PCAP.size, packets: 5 },
        { name: 'web.har', bytes: web.size, packets: 0, exchanges: 2 },
      ]);
      const items = await exchanges(opened.analysis);
      expect(targets(items)).toEqual(['/early', '/packets', '/late']);
      // From the first packet, half a second after nine.
      expect(items.map(({ start }) => (start ?? NaN) / 1e6)).toEqual([-400, 500, 550]);
      expect(summary.startMilliseconds).toBe(1772355600_500);
      expect(summary.duration / 1e6).toBe(600 + 400);
    }
  });

  test('keep their own details: packets of the one, what the other reports', async () => {
    const { analysis } = await openFiles([PCAP, harFile('web.har', page('late', 1050))]);
    const [packets, late] = await exchanges(analysis);
    expect((await analysis.packet(4))?.item.info).toContain('/packets');
    const body = await analysis.body(late?.exchange ?? -1, 'response');
    expect(new TextDecoder().decode(body?.octets)).toBe('hello');
    const own = await analysis.body(packets?.exchange ?? -1, 'response');
    expect(new TextDecoder().decode(own?.octets)).toBe('ok');
    expect(late?.flow).toBeUndefined();
    expect(targets(await exchanges(analysis, 'tcp.port == 8080'))).toEqual(['/packets']);
    expect(targets(await exchanges(analysis, 'http.request.uri contains "late"'))).toEqual(['/late']);
    expect(targets(await exchanges(analysis, 'not tcp'))).toEqual(['/late']);
  });

  test('are sorted by server: addresses of packets first, then what is reported, by its text', async () => {
    const web = harFile(
      'web.har',
      page('b', 1, { serverIPAddress: '192.0.2.20' }),
      page('a', 2, { serverIPAddress: '192.0.2.3' }),
    );
    const { analysis } = await openFiles([PCAP, web]);
    const sorted = (isDescending: boolean) => exchanges(analysis, '', { column: 'server', isDescending });
    expect(targets(await sorted(false))).toEqual(['/packets', '/a', '/b']);
    expect(targets(await sorted(true))).toEqual(['/b', '/a', '/packets']);
  });

  test('in an archive are found together, and are listed in the report', async () => {
    const archive = zipSync({
      'talk.pcap': writePcap(talk).octets,
      'web.har': new TextEncoder().encode(har([page('late', 1050)])),
      'web2.har.gz': new Uint8Array(gzipSync(har([page('later', 1060)]))),
      'notes.txt': new TextEncoder().encode('notes\n'),
    });
    const opened = await openOctets(archive, 'bundle.zip');
    expect(targets(await exchanges(opened.analysis))).toEqual(['/packets', '/late', '/later']);
    const report = await opened.analysis.report();
    expect(report?.files.map(({ name, exchanges: count }) => [name, count])).toEqual([
      ['bundle.zip/talk.pcap', undefined],
      ['bundle.zip/web.har', 1],
      ['bundle.zip/web2.har', 1],
    ]);
    expect(report?.skipped).toEqual([{ name: 'bundle.zip/notes.txt', kind: 'text' }]);
    expect(report?.exchanges).toMatchObject({ total: 3, requests: 3, responses: 3 });
  });

  test('a HAR file that is cut does not take the packets with it', async () => {
    const text = har([page('whole', 1), page('cut', 2)]);
    const cut = new File([text.slice(0, text.length - 200)], 'cut.har');
    const opened = await openFiles([PCAP, cut]);
    const summary = summaryOf(opened);
    expect(summary.counts).toMatchObject({ packets: 5, exchanges: 2 });
    expect(summary.issues.map(({ code }) => code)).toContain('har-cut');
  });

  test('a damaged capture does not take the HAR file with it', async () => {
    const octets = new Uint8Array(writePcap(talk).octets);
    const view = new DataView(octets.buffer);
    const second = 24 + 16 + view.getUint32(24 + 8, true);
    view.setUint32(second + 8, 0x7fffffff, true);
    const opened = await openFiles([new File([octets], 'bad.pcap'), harFile('web.har', page('late', 1050))]);
    const summary = summaryOf(opened);
    expect(summary.counts).toMatchObject({ packets: 1, exchanges: 1 });
    expect(summary.issues.map(({ code }) => code)).toContain('record-length');
  });
});

describe('several HAR files', () => {
  test('are one list with one start', async () => {
    const opened = await openFiles([
      harFile('b.har', page('b1', 2000), page('b2', 2500)),
      harFile('a.har', page('a1', 0), page('a2', 1000)),
    ]);
    const summary = summaryOf(opened);
    expect(summary.format).toBe('HAR');
    expect(summary.counts).toMatchObject({ packets: 0, exchanges: 4 });
    expect(summary.duration / 1e6).toBe(2530);
    expect(targets(await exchanges(opened.analysis, '', { column: 'start', isDescending: false }))).toEqual([
      '/a1',
      '/a2',
      '/b1',
      '/b2',
    ]);
    const body = await opened.analysis.body(3, 'response');
    expect(new TextDecoder().decode(body?.octets)).toBe('hello');
  });

  test('of which one has no entries: the others are shown', async () => {
    const none = new File(['{"log":{"version":"1.2","pages":[]}}'], 'none.har');
    const opened = await openFiles([none, harFile('a.har', page('a1', 0))]);
    expect(targets(await exchanges(opened.analysis))).toEqual(['/a1']);
    expect(
      summaryOf(opened)
        .issues.map(({ sentence }) => sentence)
        .join(),
    ).toContain('none.har');
  });
});

test('the duration of a capture whose clock goes back is from its earliest packet to its latest', async () => {
  const back = script`
    a 10.0.0.1:1
    b 10.0.0.2:2
    1000ms a > b udp "x"
    5000ms a > b udp "x"
    400ms  a > b udp "x"
    2000ms a > b udp "x"
  `;
  const opened = await openOctets(writePcap(back).octets);
  expect(summaryOf(opened).duration / 1e6).toBe(4600);
});
