import type { Page, WebWorker } from 'puppeteer-core';
import { byTestId, pickFile } from '../e2e/driver.ts';

/** What the page told of one analysis. Times are milliseconds from the drop. */
export interface AnalysisFigures {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly packets: number;
  /** When the first findings were on the screen, and whether the page was still reading then. */
  readonly firstFindings: number;
  readonly foundWhileReading: boolean;
  /** Octets of the core's memory at the end: addressable, not all of it touched. */
  readonly coreMemory: number;
}

interface FirstFindings {
  readonly at: number;
  readonly isReading: boolean;
}

declare global {
  var offwireFirstFindings: Promise<FirstFindings> | undefined;
}

/** Notes when findings are first painted: called in the page, before the file is picked. */
function watchFindings(title: string, cancel: string): void {
  globalThis.offwireFirstFindings = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(title)) return;
      observer.disconnect();
      const isReading = document.querySelector(cancel) !== null;
      requestAnimationFrame((at) => resolve({ at: Math.max(at, performance.now()), isReading }));
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}

interface MeasuredAnalysis {
  readonly start: number;
  readonly milliseconds: number;
  readonly bytes: number;
  readonly packets: number;
}

/** What the page recorded, once it has, or what it says instead: called in the page. */
function measuredAnalysis(): MeasuredAnalysis | string | undefined {
  const alert = document.querySelector('[role="alert"]')?.textContent.trim();
  if (alert) return alert;
  const [entry] = performance.getEntriesByName('offwire:analysis', 'measure');
  if (!(entry instanceof PerformanceMeasure)) return undefined;
  const detail: unknown = entry.detail;
  if (typeof detail !== 'object' || detail === null || !('bytes' in detail) || !('packets' in detail))
    throw new Error('The measure offwire:analysis has no bytes and packets');
  const { startTime, duration } = entry;
  return {
    start: startTime,
    milliseconds: duration,
    bytes: Number(detail.bytes),
    packets: Number(detail.packets),
  };
}

/** Octets of all memories of WebAssembly in a worker. */
async function wasmMemory(worker: WebWorker): Promise<number> {
  const { result } = await worker.client.send('Runtime.evaluate', {
    expression: 'WebAssembly.Memory.prototype',
  });
  if (result.objectId === undefined) return 0;
  const { objects } = await worker.client.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId,
  });
  if (objects.objectId === undefined) return 0;
  const sum = await worker.client.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration:
      'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }',
    returnByValue: true,
  });
  return Number(sum.result.value);
}

/** Gives the page a file and waits for its findings, at most `patience` milliseconds. */
export function analyse(page: Page, path: string, patience: number): Promise<AnalysisFigures> {
  return analyseGiven(page, () => pickFile(page, path), patience);
}

/** The same of a file that `give` hands to the page. */
export async function analyseGiven(
  page: Page,
  give: () => Promise<void>,
  patience: number,
): Promise<AnalysisFigures> {
  await page.evaluate(watchFindings, byTestId('finding-title'), byTestId('cancel'));
  await give();
  const measured = await page.waitForFunction(measuredAnalysis, { timeout: patience, polling: 50 });
  const entry = await measured.jsonValue();
  if (typeof entry !== 'object')
    throw new Error(entry ?? 'InvariantError: waitForFunction answers what is true');
  const first = await page.evaluate(() => globalThis.offwireFirstFindings);
  const memories = await Promise.all(page.workers().map(wasmMemory));
  return {
    milliseconds: entry.milliseconds,
    bytes: entry.bytes,
    packets: entry.packets,
    firstFindings: (first?.at ?? NaN) - entry.start,
    foundWhileReading: first?.isReading ?? false,
    coreMemory: memories.reduce((sum, octets) => sum + octets, 0),
  };
}
