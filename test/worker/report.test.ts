import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openFixture } from './open-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const captures = `${root}test/fixtures/captures/`;
/** Not by npx, which adds words of its own to what it runs. */
const TSX = `${root}node_modules/.bin/tsx`;
const folder = mkdtempSync(join(tmpdir(), 'offwire-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly status: number | null;
  readonly lines: readonly unknown[];
}

/** Runs the program as `npm run -s report` does. */
function report(...paths: readonly string[]): Run {
  const { status, stdout } = spawnSync(TSX, ['workers/report.ts', ...paths], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, lines: lines.map((line): unknown => JSON.parse(line)) };
}

test('a capture is one line of JSON, with exit code 0', () => {
  const { status, lines } = report(`${captures}story-1.pcap`);
  expect(status).toBe(0);
  expect(lines).toHaveLength(1);
  for (const key of ['bytes', 'flows', 'exchanges', 'tls', 'tcp', 'findings', 'issues', 'ms']) {
    expect(lines[0]).toHaveProperty(key);
  }
  expect(lines[0]).toMatchObject({
    file: `${captures}story-1.pcap`,
    format: 'pcap',
    packets: 273,
    flows: { tcp: 28, udp: 0 },
  });
});

test('what is no capture has its own line, the others are read all the same, and the exit code is 1', () => {
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'no capture\n');
  const empty = join(folder, 'empty.pcap');
  writeFileSync(empty, '');
  const { status, lines } = report(
    text,
    `${captures}no-sni.pcap`,
    empty,
    join(folder, 'missing.pcap'),
    folder,
  );
  expect(status).toBe(1);
  expect(lines).toMatchObject([
    { file: text, error: { code: 'not-a-capture' } },
    { format: 'pcap', packets: 50, tls: { clientHellos: 4, withoutSni: 2 } },
    { file: empty, error: { code: 'empty' } },
    { error: { code: 'unreadable', message: 'There is no such file. Check the path.' } },
    { file: folder, error: { code: 'unreadable' } },
  ]);
});

test('without a file it says how it is used', () => {
  const { status, stdout, stderr } = spawnSync(TSX, ['workers/report.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/usage: npm run -s report -- FILE…\n$/);
});

/** What expect.mjs of the fixtures counts with tshark: packets, flows, and start lines in the octets of the segments. */
type Numbers = Readonly<Record<string, number>>;

function isExpectations(value: unknown): value is Readonly<Record<string, { readonly numbers: Numbers }>> {
  return typeof value === 'object' && value !== null;
}

describe('the numbers of every fixture are those that tshark counts', () => {
  const expectations: unknown = JSON.parse(readFileSync(`${captures}EXPECT.json`, 'utf8'));
  if (!isExpectations(expectations)) throw new Error('EXPECT.json is no object.');
  test.each(Object.entries(expectations))('%s', async (name, { numbers }) => {
    const { analysis } = await openFixture(name);
    const found = await analysis.report();
    const { packets, tcpFlows, udpFlows, hellos, hellosWithoutSni, resets } = numbers;
    const count = (name: string): number => numbers[name] ?? NaN;
    expect(found).toMatchObject({
      packets,
      flows: { tcp: tcpFlows, udp: udpFlows },
      exchanges: {
        requests: count('requestLines') + count('http2Requests'),
        responses: count('statusLines') + count('http2Responses'),
      },
      tls: { clientHellos: hellos, withoutSni: hellosWithoutSni },
      tcp: { resets },
    });
  });
});
