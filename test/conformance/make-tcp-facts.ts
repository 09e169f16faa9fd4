/**
 * Writes tcp-analysis.tsv: what tshark says of every TCP packet and flow in this project's fixtures and in the corpus. Facts only: packet
 * numbers, names of marks, two numbers a flow. Run by hand where tshark 4.0 is: `npx tsx test/conformance/make-tcp-facts.ts`.
 */
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/stale.ts';
import { expectedCaptures, hasCorpus, unpackCorpus } from './corpus.ts';
import { type CaptureFacts, type FlowFacts, LETTERS, MARKS, writeFacts } from './tcp-facts.ts';

const FIELDS = [
  'frame.number',
  'tcp.stream',
  'tcp.completeness',
  'tcp.analysis.initial_rtt',
  ...LETTERS.map((letter) => `tcp.analysis.${MARKS[letter][0]}`),
];

const run = promisify(execFile);

/** What tshark printed before it failed. */
function output(error: unknown): { readonly stdout: string } {
  if (typeof error === 'object' && error !== null && 'stdout' in error)
    return { stdout: String(error.stdout) };
  throw error;
}

async function facts(path: string, file: string): Promise<CaptureFacts> {
  // Two passes, so that every packet of a flow tells the completeness of the whole flow.
  const options = [
    '-2',
    '-n',
    '-r',
    file,
    '-Y',
    'tcp',
    '-T',
    'fields',
    ...FIELDS.flatMap((field) => ['-e', field]),
  ];
  const limits = { maxBuffer: 1 << 30, timeout: 300_000 };
  // A capture that ends within a packet is an error to tshark; what it printed counts.
  const { stdout } = await run('tshark', options, limits).catch(output);
  const marks = new Map<number, string>();
  const flows = new Map<number, FlowFacts>();
  let packets = 0;
  for (const line of stdout.split('\n')) {
    const [number, stream, completeness, roundTrip, ...cells] = line.split('\t');
    // Two TCP headers in one packet: of a tunnel, or quoted.
    if (number === undefined || stream === undefined || !/^\d+$/.test(stream)) continue;
    packets++;
    const letters = LETTERS.filter((letter, index) => {
      if ((cells[index] ?? '') === '') return false;
      // A fast or spurious retransmission is a retransmission too; ours are one of the three.
      return letter !== 'r' || (cells[1] === '' && cells[2] === '');
    });
    if (letters.length > 0) marks.set(Number(number), letters.join(''));
    const known = flows.get(Number(stream))?.roundTrip;
    const time = roundTrip === undefined || roundTrip === '' ? known : Math.round(Number(roundTrip) * 1e9);
    flows.set(Number(stream), { completeness: Number(completeness), roundTrip: time });
  }
  return { path, packets, marks, flows };
}

const fixtures = join(root, 'test/fixtures/captures');
const files = readdirSync(fixtures)
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((name) => ({ path: `captures/${name}`, file: join(fixtures, name) }));
if (hasCorpus) {
  const folder = unpackCorpus();
  for (const { path, stored, columns } of expectedCaptures(folder)) {
    if (path !== stored || columns.get('tcp_streams') === '0') continue;
    files.push({ path: `corpus/${path}`, file: join(folder, path) });
  }
}

const lines = new Map<string, string>();
const queue = files[Symbol.iterator]();
async function work(): Promise<void> {
  for (const { path, file } of queue) {
    const found = await facts(path, file);
    if (found.packets > 0) lines.set(path, writeFacts(found));
  }
}
await Promise.all([work(), work()]);
const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
writeFileSync(join(root, 'test/conformance/tcp-analysis.tsv'), `${sorted.join('\n')}\n`);
console.log(`${sorted.length} captures`);
