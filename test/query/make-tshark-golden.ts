/**
 * Writes test/golden/query-tshark.json: what tshark selects, for tshark.test.ts to compare with. Run it with
 * `npx tsx test/query/make-tshark-golden.ts` when a capture or a filter was changed; tshark must be installed.
 * The commands are `tshark -r CAPTURE -Y FILTER -T fields -e frame.number` and the same with `-e tcp.stream`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rangesText } from './ranges-text.ts';
import { CAPTURES, PACKET_FILTERS, STREAM_FILTERS } from './tshark-filters.ts';

const folder = new URL('../fixtures/captures/', import.meta.url);

function ask(capture: string, filter: string, field: string): string {
  const path = new URL(capture, folder).pathname;
  const options = ['-r', path, '-Y', filter, '-T', 'fields', '-e', field];
  const lines = execFileSync('tshark', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const numbers = lines.split('\n').filter((line) => line !== '');
  return rangesText(numbers.map(Number));
}

const golden = CAPTURES.map((capture) => ({
  capture,
  sha256: createHash('sha256')
    .update(readFileSync(new URL(capture, folder)))
    .digest('hex'),
  packets: Object.fromEntries(PACKET_FILTERS.map((filter) => [filter, ask(capture, filter, 'frame.number')])),
  streams: Object.fromEntries(STREAM_FILTERS.map((filter) => [filter, ask(capture, filter, 'tcp.stream')])),
}));

const text = JSON.stringify(golden, null, 1);
writeFileSync(new URL('../golden/query-tshark.json', import.meta.url), `${text}\n`);
