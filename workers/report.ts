/** `npm run -s report -- FILE…`: reads captures under Node and prints one JSON line a file. Exit 0 when every file was read. */
import { existsSync, openAsBlob, readFileSync, statSync } from 'node:fs';
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
  const problem = pathProblem(path);
  if (problem !== undefined) return fail('unreadable', problem);
  let blob: Blob;
  try {
    blob = await openAsBlob(path);
  } catch (error) {
    return fail(
      'unreadable',
      `The file cannot be opened (${error instanceof Error ? error.message : String(error)}). Check that it may be read.`,
    );
  }
  const analysis = createAnalysis(core);
  const opened = await analysis.open([new File([blob], basename(path))], SILENT);
  if (!opened.ok) return fail(opened.error.code, opened.error.message);
  const found = await analysis.report();
  if (!found) throw new Error('InvariantError: a capture that was read has no report');
  return { ...found, file: path };
}

/** What keeps a path from being a file; undefined where nothing does. */
function pathProblem(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'There is no such file. Check the path.';
  return found.isFile() ? undefined : 'This is no file but a folder or a device. Name the captures in it.';
}

async function main(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) {
    process.stderr.write('usage: npm run -s report -- FILE…\n');
    return 1;
  }
  if (!existsSync(CORE)) {
    process.stderr.write('build/core.wasm is missing: npm run -s core builds it.\n');
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
