/** `npm run -s report -- FILE…`: reads captures under Node and prints one JSON line a file. Exit 0 when every file was read. */
import { openAsBlob, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report, ReportFailure } from '../src/model/report.ts';
import { createAnalysis } from './analysis.ts';
import type { Listener } from './api.ts';

const CORE = fileURLToPath(new URL('../build/core.wasm', import.meta.url));

const SILENT: Listener = {
  progress: () => undefined,
  summary: () => undefined,
  findings: () => undefined,
};

async function report(path: string, core: WebAssembly.Module): Promise<Report | ReportFailure> {
  const fail = (code: string, message: string): ReportFailure => ({ file: path, error: { code, message } });
  let file: File;
  try {
    file = new File([await openAsBlob(path)], basename(path));
  } catch (error) {
    return fail(
      'unreadable',
      `The file cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const analysis = createAnalysis(core);
  const opened = await analysis.open(file, SILENT);
  if (!opened.ok) return fail(opened.error.code, opened.error.message);
  const found = await analysis.report();
  if (!found) throw new Error('InvariantError: a capture that was read has no report');
  return { ...found, file: path };
}

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    process.stderr.write('usage: npm run -s report -- FILE…\n');
    return 1;
  }
  const core = await WebAssembly.compile(readFileSync(CORE));
  let exitCode = 0;
  for (const path of paths) {
    const line = await report(path, core);
    if ('error' in line) exitCode = 1;
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
