/**
 * Measures the page in a headless Chromium against the bare read of the same file, and other programs beside it. README.md says
 * how to call it and what its figures mean.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { SIZE_LIMIT, sizeWithoutSamples } from '../../vite.config.ts';
import { launch } from '../e2e/driver.ts';
import { setup } from '../support/set-up-browsers.ts';
import { root } from '../support/stale.ts';
import { makeCaptures } from './make.ts';
import { measure, type Figures } from './measure.ts';
import { type Comparison, timePcapNgParser, timeTshark } from './other-tools.ts';
import { measureScale } from './scale.ts';
import { megabytes, misses, targetOf } from './targets.ts';

const USAGE = `npm run bench -- --make [--out DIR] [NAME…]   makes mixed, small, http2 and grpc.pcap, or some (root; nginx, wrk, nghttp2, tcpdump)
npm run bench -- --scale [MILLIONS…]          measures Blobs of so many million packets (5 10 20), made in the page
npm run bench -- [--runs N] [--only] FILE…    measures files; without any, those of .bench/
  --runs N   readings of each kind a file (3)
  --only     only the page, no other programs
  --check    fails where a target is not reached`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    make: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    out: { type: 'string', default: `${root}.bench` },
    runs: { type: 'string', default: '3' },
    only: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** What was measured of one file. */
interface Outcome extends Figures {
  readonly others: readonly Comparison[];
}

function filesToMeasure(): readonly string[] {
  if (positionals.length > 0 || !existsSync(values.out)) return positionals;
  const names = readdirSync(values.out).filter((name) => /\.pcap(ng)?$/.test(name));
  return names.sort().map((name) => `${values.out}/${name}`);
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'not done in time' : `${(milliseconds / 1000).toFixed(2)} s`;
}

function show(outcome: Outcome): void {
  const { bytes, packets, memory } = outcome;
  const target = targetOf(outcome);
  const runs = (values: readonly number[]): string =>
    values.map((value) => (value / 1000).toFixed(2)).join(' ');
  const rate = `${(bytes / 1e3 / outcome.medianAnalysis).toFixed(0)} MB/s`;
  const lines: (readonly [string, string])[] = [
    ['bare read in a worker', `${seconds(outcome.medianBare)}  (${runs(outcome.bare)})`],
    ['  in slices, one ahead', `${seconds(outcome.medianBareSlices)}  (${runs(outcome.bareSlices)})`],
    [
      'analysis, drop to findings',
      `${seconds(outcome.medianAnalysis)}  (${runs(outcome.analysis)})  ${rate}`,
    ],
    ['analysis / bare read', `${outcome.ratio.toFixed(2)}  (target ${target.ratio})`],
    ['  / read in slices', (outcome.medianAnalysis / outcome.medianBareSlices).toFixed(2)],
    [
      'first findings',
      `${seconds(outcome.firstFindings)}, ${outcome.foundWhileReading ? 'while reading' : 'not while reading'}`,
    ],
    ['page memory, peak', `${megabytes(memory.own)}  (target ${megabytes(target.memory)})`],
    ['  with Chromium’s program', `${megabytes(memory.resident)} resident`],
    ['  WASM, addressable', megabytes(outcome.coreMemory)],
    ...outcome.others.map(({ command, milliseconds }) => [command, seconds(milliseconds)] as const),
  ];
  console.log(
    `\n${outcome.file}: ${megabytes(bytes)}, ${packets.toLocaleString('en')} packets (${target.kind})`,
  );
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) console.log(`  ${name.padEnd(width)}  ${value}`);
}

async function measureAll(files: readonly string[]): Promise<void> {
  setup();
  const browser = await launch('chromium');
  const outcomes: Outcome[] = [];
  const version = await browser.version();
  const cores = cpus();
  const machine = `${cores.length} × ${cores[0]?.model ?? 'unknown'}, ${megabytes(totalmem())} RAM`;
  console.log(`${version} on ${machine}; load ${loadavg()[0]?.toFixed(1)}; files in the system's cache`);
  try {
    for (const file of files) {
      const figures = await measure(browser, file, Number(values.runs));
      const others = values.only ? [] : [await timeTshark(file), await timePcapNgParser(file, values.out)];
      const outcome = { ...figures, others: others.filter((other) => other !== undefined) };
      outcomes.push(outcome);
      show(outcome);
    }
  } finally {
    await browser.close();
  }
  const size = sizeWithoutSamples(readFileSync(`${root}dist/index.html`, 'utf8'));
  console.log(`\ndist/index.html: ${size} octets gzipped without samples (target ${SIZE_LIMIT})`);
  console.log(
    JSON.stringify({ machine, browser: version, load: loadavg(), pageOctets: size, files: outcomes }),
  );
  if (!values.check) return;
  const missed = outcomes.flatMap(misses);
  if (size > SIZE_LIMIT) missed.push(`dist/index.html: ${size} octets, the target is ${SIZE_LIMIT}`);
  for (const miss of missed) console.error(`missed: ${miss}`);
  if (missed.length > 0) process.exitCode = 1;
}

const made = values.make ? await makeCaptures(values.out, positionals) : [];
const files = values.make || values.scale ? [] : filesToMeasure();
if (values.scale) await measureScale(positionals.length > 0 ? positionals.map(Number) : [5, 10, 20]);
else if (values.help || (files.length === 0 && made.length === 0)) console.log(USAGE);
else if (files.length > 0) await measureAll(files);
