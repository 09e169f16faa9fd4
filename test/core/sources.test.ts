import { describe, expect, it } from 'vitest';
import { StopReason, type Core } from '../../workers/core.ts';
import type { Capture } from '../support/capture.ts';
import { loadCore } from '../support/core.ts';
import { describeCapture } from '../support/describe-capture.ts';
import { issues } from '../support/facts.ts';
import { Random } from '../support/random.ts';
import { randomChunks, readCapture, whole, type Chunking } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { GOLDEN } from './golden-captures.ts';

/** Feeds several files as the core asks for them; answers where each file begins among the octets of all. */
async function readTogether(files: readonly Uint8Array[], chunking: Chunking): Promise<Core> {
  const core = await loadCore();
  let start = 0;
  const sources = files.map((octets) => {
    const number = core.addSource(start);
    start += octets.length;
    return { number, octets, at: 0 };
  });
  for (let wanted = core.wants(); wanted !== undefined; wanted = core.wants()) {
    const source = sources.find(({ number }) => number === wanted);
    if (source === undefined) throw new Error(`the core wants a source ${wanted} that it was not given`);
    const left = source.octets.length - source.at;
    if (left === 0) core.endSource(wanted);
    else {
      const size = Math.min(left, chunking(left));
      const reason = core.push(source.octets.subarray(source.at, source.at + size), wanted);
      if (reason !== StopReason.NONE) core.endSource(wanted);
      source.at += size;
    }
  }
  core.finish();
  return core;
}

/** The packets for which it is so, in a capture of their own. */
function part({ interfaces, packets }: Capture, isIn: (index: number) => boolean): Capture {
  return { interfaces, packets: packets.filter((_, index) => isIn(index)) };
}

/** Captures in which no two packets have the same time: of equal times the order of the files decides. */
const ordered = Object.entries(GOLDEN).filter(
  ([, { packets }]) => new Set(packets.map(({ time }) => time)).size === packets.length,
);

describe('several files read together', () => {
  it('are tried with captures that have an order', () => {
    expect(ordered.length).toBeGreaterThan(5);
  });

  for (const [name, capture] of ordered) {
    it(`tell what one file of all packets tells: ${name}`, async () => {
      const expected = describeCapture(await readCapture(capture));
      const random = new Random(name.length);
      for (let round = 0; round < 4; round++) {
        const place = capture.packets.map(() => random.below(3));
        const files = [0, 1, 2].map((file) => {
          const own = part(capture, (index) => place[index] === file);
          return file === 1
            ? writePcapng(own, { isBigEndian: true, timeResolution: 9, hasExtras: true }).octets
            : writePcap(own, { variant: 'nanoseconds' }).octets;
        });
        const chunking = round === 0 ? whole : randomChunks(random);
        expect(describeCapture(await readTogether(files, chunking)), `round ${round}`).toBe(expected);
      }
    });
  }

  it('give packets places among the octets of all files', async () => {
    const capture = GOLDEN['ports-reused'] ?? { interfaces: [], packets: [] };
    const [even, odd] = [
      part(capture, (index) => index % 2 === 0),
      part(capture, (index) => index % 2 === 1),
    ];
    const files = [writePcap(even), writePcap(odd)] as const;
    const core = await readTogether([files[0].octets, files[1].octets], whole);
    capture.packets.forEach((_, row) => {
      const [first, second] = files;
      const expected =
        row % 2 === 0 ? first.offsets[row / 2] : first.octets.length + (second.offsets[(row - 1) / 2] ?? 0);
      expect(core.tables.packets.offset(row)).toBe(expected);
    });
  });

  it('of which one is cut keep the packets of the others', async () => {
    const capture = GOLDEN['keep-alive-race'] ?? { interfaces: [], packets: [] };
    const [even, odd] = [
      part(capture, (index) => index % 2 === 0),
      part(capture, (index) => index % 2 === 1),
    ];
    const cut = writePcap(even).octets.slice(0, -3);
    const core = await readTogether([cut, writePcap(odd).octets], whole);
    expect(core.tables.packets.rows).toBe(capture.packets.length - 1);
    expect(issues(core)).toMatchObject({ RECORD_TRUNCATED: 1 });
  });

  it('of which one is no capture keep the packets of the others', async () => {
    const capture = GOLDEN['keep-alive-race'] ?? { interfaces: [], packets: [] };
    const core = await readTogether(
      [new Uint8Array(500), writePcap(capture).octets],
      randomChunks(new Random(5)),
    );
    expect(core.tables.packets.rows).toBe(capture.packets.length);
  });
});
