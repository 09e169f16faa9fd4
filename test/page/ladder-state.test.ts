import { describe, expect, test } from 'vitest';
import { LadderState } from '../../src/session/ladder.svelte.ts';
import type { LadderOf, LadderPart } from '../../src/model/segment-ladder.ts';
import type { Analysis } from '../../workers/api.ts';
import { drawn } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from '../worker/open-file.ts';

const FLOW: LadderOf = { kind: 'flow', flow: 0 };
const OTHER: LadderOf = { kind: 'flow', flow: 1 };

/** An analysis of a capture with so many packets of flow 0, then so many of flow 1. */
async function opened([first, second]: readonly [number, number]): Promise<Analysis> {
  const ends = 'client 10.0.0.1:1\nother 10.0.0.3:3\nserver 10.0.0.2:2';
  const lines = [
    `0ms client > server "x"*${first} mss 1`,
    ...(second > 0 ? [`1s other > server "x"*${second} mss 1`] : []),
  ];
  const { analysis, result } = await openOctets(writePcap(drawn([ends, ...lines].join('\n'))).octets);
  expect(result.ok).toBe(true);
  return analysis;
}

/** The ladders of a capture that can grow, and what is done before each of the next answers. */
class Ladders {
  before: (() => Promise<void> | void)[] = [];
  #analysis: Analysis | undefined;

  async read(...packets: readonly [number, number]): Promise<void> {
    this.#analysis = await opened(packets);
  }

  async ladder(of: LadderOf, from: number, count: number): Promise<LadderPart | undefined> {
    await this.before.shift()?.();
    return this.#analysis?.ladder(of, from, count);
  }
}

/** The stretches of packets that a ladder has, and how many are left out. */
function told(ladder: LadderState): string {
  const packets = ladder.steps.map(({ packet }) => packet);
  const stretch = (some: readonly number[]): string => `${some[0]}–${some.at(-1)}`;
  if (ladder.omitted === 0) return stretch(packets);
  const [head, tail] = [packets.slice(0, ladder.breakAt), packets.slice(ladder.breakAt)];
  return `${stretch(head)} … ${ladder.omitted} … ${stretch(tail)}`;
}

async function ladderOf(
  ...packets: readonly [number, number]
): Promise<{ worker: Ladders; ladder: LadderState }> {
  const worker = new Ladders();
  await worker.read(...packets);
  return { worker, ladder: new LadderState(worker) };
}

describe('a long ladder', () => {
  test('has its beginning and its end, and more on demand', async () => {
    const { ladder } = await ladderOf(1000, 0);
    await ladder.show(FLOW);
    expect(told(ladder)).toBe('1–150 … 800 … 951–1000');
    await ladder.more('beginning');
    expect(told(ladder)).toBe('1–350 … 600 … 951–1000');
    await ladder.more('end');
    expect(told(ladder)).toBe('1–350 … 400 … 751–1000');
    await ladder.more('end');
    await ladder.more('beginning');
    expect(told(ladder)).toBe('1–1000');
  });

  test('keeps what was loaded of it while its capture is still read', async () => {
    const { worker, ladder } = await ladderOf(1000, 0);
    await ladder.show(FLOW);
    await ladder.more('beginning');
    await ladder.more('end');
    await worker.read(1100, 0);
    await ladder.show({ ...FLOW });
    expect(told(ladder)).toBe('1–350 … 400 … 751–1100');
    await ladder.show({ ...FLOW });
    expect(told(ladder)).toBe('1–350 … 400 … 751–1100');
  });

  test('that nobody asked more of shows the end as it is now', async () => {
    const { worker, ladder } = await ladderOf(120, 0);
    await ladder.show(FLOW);
    expect(told(ladder)).toBe('1–120');
    await worker.read(170, 0);
    await ladder.show({ ...FLOW });
    expect(told(ladder)).toBe('1–170');
    await worker.read(1000, 0);
    await ladder.show({ ...FLOW });
    expect(told(ladder)).toBe('1–150 … 800 … 951–1000');
  });

  test.each(['beginning', 'end'] as const)(
    'gets more at the %s though it is read anew meanwhile',
    async (side) => {
      const { worker, ladder } = await ladderOf(1000, 0);
      await ladder.show(FLOW);
      await worker.read(1010, 0);
      // The answer for more comes between the two answers of the reading.
      worker.before = [() => undefined, () => ladder.more(side)];
      await ladder.show({ ...FLOW });
      expect(told(ladder)).toBe(side === 'beginning' ? '1–350 … 610 … 961–1010' : '1–150 … 600 … 751–1010');
    },
  );
});

describe('another ladder', () => {
  test('gets no steps of the one before, however late they come', async () => {
    const { worker, ladder } = await ladderOf(1000, 600);
    await ladder.show(FLOW);
    let answer: () => void = () => undefined;
    worker.before = [() => new Promise<void>((resolve) => (answer = resolve))];
    const late = ladder.more('beginning');
    expect(ladder.isReading).toBe(true);
    await ladder.show(OTHER);
    expect(ladder.isReading).toBe(false);
    expect(told(ladder)).toBe('1001–1150 … 400 … 1551–1600');
    answer();
    await late;
    expect(told(ladder)).toBe('1001–1150 … 400 … 1551–1600');
    await ladder.more('beginning');
    expect(told(ladder)).toBe('1001–1350 … 200 … 1551–1600');
  });

  test('stands where its answer comes before that of the one asked for first', async () => {
    const { worker, ladder } = await ladderOf(100, 20);
    let answer: () => void = () => undefined;
    worker.before = [() => new Promise<void>((resolve) => (answer = resolve))];
    const first = ladder.show(FLOW);
    await ladder.show(OTHER);
    answer();
    await first;
    expect(told(ladder)).toBe('101–120');
  });

  test('that cannot be read leaves nothing of the one before', async () => {
    const { worker, ladder } = await ladderOf(100, 20);
    await ladder.show(FLOW);
    worker.before = [() => Promise.reject(new Error('the file is gone'))];
    await expect(ladder.show(OTHER)).rejects.toThrow('the file is gone');
    expect([ladder.steps, ladder.lifelines]).toEqual([[], undefined]);
  });
});

test('a call for more that fails can be made again', async () => {
  const { worker, ladder } = await ladderOf(1000, 0);
  await ladder.show(FLOW);
  worker.before = [() => Promise.reject(new Error('the file is gone'))];
  await expect(ladder.more('beginning')).rejects.toThrow('the file is gone');
  expect([ladder.isReading, told(ladder)]).toEqual([false, '1–150 … 800 … 951–1000']);
  await ladder.more('beginning');
  expect(told(ladder)).toBe('1–350 … 600 … 951–1000');
});
