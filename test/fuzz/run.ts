/**
 * Damages captures until the time is over: `npm run fuzz -- --seconds 60 [--seed 7] [--report]`. Seeds are the drawn captures, those of
 * test/fixtures, and the small ones of the corpus where it is on the machine. An input that reaches a branch of the core that none
 * reached before becomes a seed. What the core does not survive is written to `.fuzz/` and ends the run with status 1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { expectedCaptures, hasCorpus, unpackCorpus } from '../conformance/corpus.ts';
import { Random } from '../support/random.ts';
import { feed } from '../support/read-capture.ts';
import { root } from '../support/stale.ts';
import { lookAtEverything } from './bounds.ts';
import { capturedSeeds, drawnSeeds, seedOf, type Seed } from './corpus.ts';
import { CoverageCore, type Share } from './coverage.ts';
import { mutate } from './mutate.ts';
import { NotSurvived, survive } from './survive.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    report: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const firstSeed = Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(firstSeed)) {
  console.error('usage: npm run fuzz -- [--seconds N] [--seed N] [--report]');
  process.exit(2);
}

/** Every how many inputs one is looked at closely, and one is read by the core that counts its branches. */
const CLOSE = 20;
const COUNTED = 8;
const LARGEST_SEED = 40_000;
/** pcapng, and pcap in both orders and resolutions; what is compressed is unpacked before the core. */
const MAGICS = [0x0a0d0d0a, 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1];
/** Packets up to which an input is also described and followed where branches are counted. */
const MOST_PACKETS = 100;

async function corpusSeeds(): Promise<readonly Seed[]> {
  if (!hasCorpus) return [];
  const folder = unpackCorpus();
  const found: Seed[] = [];
  for (const name of new Set(expectedCaptures(folder).map((capture) => capture.stored))) {
    const octets = new Uint8Array(readFileSync(join(folder, name)));
    if (octets.length > LARGEST_SEED || octets.length < 64) continue;
    const magic = new DataView(octets.buffer).getUint32(0);
    if (MAGICS.includes(magic)) found.push(await seedOf(name, octets));
  }
  return found;
}

const percent = ({ run, all }: Share): string => `${run} of ${all} (${((100 * run) / all).toFixed(1)} %)`;

const seeds = [...drawnSeeds(), ...(await capturedSeeds()), ...(await corpusSeeds())];
const coverage = new CoverageCore();

async function count(octets: Uint8Array): Promise<void> {
  const core = await coverage.create();
  feed(core, octets);
  if (core.tables.packets.rows <= MOST_PACKETS) lookAtEverything(core, octets);
}
for (const { octets } of seeds) await count(octets);
console.log(
  `${seeds.length} seeds; they run ${percent(coverage.share(true))} functions, ${percent(coverage.share(false))} branches`,
);

let executions = 0;
let learned = 0;
let failures = 0;
let busy = 0;
const random = new Random(firstSeed);
const end = performance.now() + seconds * 1000;
let told = performance.now();

while (performance.now() < end && failures < 10) {
  const seed = random.pick(seeds);
  const mutant = mutate(seed, random, seeds);
  const began = performance.now();
  try {
    await survive(seed, mutant, random, executions % CLOSE === 0);
  } catch (error) {
    if (!(error instanceof NotSurvived)) throw error;
    failures++;
    const file = join(root, '.fuzz', `seed-${firstSeed}-${executions}.pcap`);
    mkdirSync(join(root, '.fuzz'), { recursive: true });
    writeFileSync(file, error.octets);
    console.error(`${error.message}\n  written to ${file}`);
  }
  busy += performance.now() - began;
  executions++;
  if (executions % COUNTED === 0 && mutant.octets.length < 2 * LARGEST_SEED) {
    const before = coverage.reached;
    await count(mutant.octets);
    if (coverage.reached > before) {
      learned++;
      seeds.push({ name: `${seed.name} (${mutant.how})`, octets: mutant.octets, offsets: [] });
    }
  }
  if (performance.now() - told > 10_000) {
    told = performance.now();
    console.log(`${executions} executions, ${percent(coverage.share(false))} branches, ${failures} failures`);
  }
}

const rate = Math.round(executions / (busy / 1000));
console.log(
  `${executions} executions in ${seconds} s (${rate} a second in the core and its checks), ${learned} reached something new
functions ${percent(coverage.share(true))}
branches  ${percent(coverage.share(false))}
failures  ${failures}`,
);
if (values.report) console.log(`not reached:\n  ${coverage.unreached.join('\n  ')}`);
process.exitCode = failures > 0 ? 1 : 0;
