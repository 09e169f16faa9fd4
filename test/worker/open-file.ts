import { readFile } from 'node:fs/promises';
import type { Findings } from '../../src/model/finding.ts';
import type { Result } from '../../src/model/result.ts';
import { createAnalysis } from '../../workers/analysis.ts';
import type { Analysis, Listener, OpenError, Progress, Summary } from '../../workers/api.ts';
import { loadCoreModule } from '../support/core.ts';

/** What the worker told while it read a file, in order. */
export class Told implements Listener {
  readonly progresses: Progress[] = [];
  readonly summaries: Summary[] = [];
  readonly allFindings: Findings[] = [];
  /** Called with every progress, before it is kept. */
  onProgress: (progress: Progress) => void = () => undefined;

  progress(progress: Progress): void {
    this.onProgress(progress);
    this.progresses.push(progress);
  }

  summary(summary: Summary): void {
    this.summaries.push(summary);
  }

  findings(findings: Findings): void {
    this.allFindings.push(findings);
  }
}

/** A file that was opened, and what came of it. */
export interface Opened {
  readonly analysis: Analysis;
  readonly result: Result<Summary, OpenError>;
  readonly told: Told;
}

/** Opens a file in a fresh analysis. */
export function openFile(file: File): Promise<Opened> {
  return openFiles([file]);
}

/** Opens files as one capture in a fresh analysis. */
export async function openFiles(files: readonly File[]): Promise<Opened> {
  const analysis = createAnalysis(await loadCoreModule());
  const told = new Told();
  return { analysis, told, result: await analysis.open(files, told) };
}

/** Opens octets as a file. */
export function openOctets(octets: Uint8Array, name = 'test.pcap'): Promise<Opened> {
  return openFile(new File([new Uint8Array(octets)], name));
}

/** The octets of a capture of test/fixtures/captures. */
export async function fixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(`../fixtures/captures/${name}`, import.meta.url)));
}

/** Opens a capture of test/fixtures/captures; it must open. */
export async function openFixture(
  name: string,
): Promise<{ readonly analysis: Analysis; readonly summary: Summary }> {
  const { analysis, result } = await openOctets(await fixture(name), name);
  if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
  return { analysis, summary: result.value };
}
