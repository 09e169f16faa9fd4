import { readFileSync } from 'node:fs';
import { type Browser } from 'puppeteer-core';
import { openPage, PAGE_ON_DISK } from '../e2e/driver.ts';
import { analyse, type AnalysisFigures } from './analysis.ts';
import { bareRead, prepareBareRead } from './bare-read.ts';
import { type PeakMemory, watchMemory } from './memory.ts';

/** All figures of one file. Times are milliseconds. */
export interface Figures {
  readonly file: string;
  readonly bytes: number;
  readonly packets: number;
  /** The bare read as the analysis reads (a byte stream), and in slices with one of read-ahead. */
  readonly bare: readonly number[];
  readonly bareSlices: readonly number[];
  readonly analysis: readonly number[];
  readonly medianBare: number;
  readonly medianBareSlices: number;
  readonly medianAnalysis: number;
  /** Median of the analyses over median of the bare reads by stream. */
  readonly ratio: number;
  /** The latest of all runs, and whether all were still reading then. */
  readonly firstFindings: number;
  readonly foundWhileReading: boolean;
  /** The most of all runs. */
  readonly memory: PeakMemory;
  readonly coreMemory: number;
}

/** Milliseconds that one reading of a file may take. */
const PATIENCE = 180_000;

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

async function onFreshPage<Answer>(
  browser: Browser,
  work: (page: Awaited<ReturnType<typeof openPage>>['page']) => Promise<Answer>,
): Promise<Answer> {
  const { page } = await openPage(browser, PAGE_ON_DISK, prepareBareRead);
  page.setDefaultTimeout(PATIENCE);
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}

/** Puts the file into the system's cache, so that every run finds it there. */
function warm(path: string): void {
  readFileSync(path);
}

/** Reads and analyses a file by turns, each time on a fresh page of one browser. */
export async function measure(browser: Browser, path: string, runs: number): Promise<Figures> {
  const id = browser.process()?.pid;
  if (id === undefined) throw new Error('InvariantError: a browser that was launched has a process');
  warm(path);
  const bare: number[] = [];
  const bareSlices: number[] = [];
  const analyses: (AnalysisFigures & { readonly memory: PeakMemory })[] = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await onFreshPage(browser, (page) => bareRead(page, path, 'stream')));
    bareSlices.push(await onFreshPage(browser, (page) => bareRead(page, path, 'slices')));
    analyses.push(
      await onFreshPage(browser, async (page) => {
        const memory = watchMemory(id);
        try {
          const figures = await analyse(page, path, PATIENCE);
          return { ...figures, memory: memory.stop() };
        } finally {
          memory.stop();
        }
      }),
    );
  }
  const [first] = analyses;
  const medianBare = median(bare);
  const medianAnalysis = median(analyses.map(({ milliseconds }) => milliseconds));
  return {
    file: path,
    bytes: first?.bytes ?? 0,
    packets: first?.packets ?? 0,
    bare,
    bareSlices,
    analysis: analyses.map(({ milliseconds }) => milliseconds),
    medianBare,
    medianBareSlices: median(bareSlices),
    medianAnalysis,
    ratio: medianAnalysis / medianBare,
    firstFindings: Math.max(...analyses.map(({ firstFindings }) => firstFindings)),
    foundWhileReading: analyses.every(({ foundWhileReading }) => foundWhileReading),
    memory: {
      own: Math.max(...analyses.map(({ memory }) => memory.own)),
      resident: Math.max(...analyses.map(({ memory }) => memory.resident)),
    },
    coreMemory: Math.max(...analyses.map(({ coreMemory }) => coreMemory)),
  };
}
