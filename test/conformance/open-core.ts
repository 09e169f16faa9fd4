import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { Core } from '../../workers/core.ts';
import { OpenCapture } from '../../workers/open-capture.ts';
import { findContents } from '../../workers/source/contents.ts';

/** Reads a capture as the page does, compressed ones too, and answers its core; undefined where it is refused. */
export async function openCore(path: string, module: WebAssembly.Module): Promise<Core | undefined> {
  const file = new File([await openAsBlob(path)], basename(path));
  const contents = await findContents([file], { isCancelled: () => false, passed: () => undefined });
  if (!contents.ok) return undefined;
  const capture = new OpenCapture(await Core.create(module), contents.value, performance.now());
  const read = await capture.read({
    progress: () => undefined,
    summary: () => undefined,
    findings: () => undefined,
  });
  return read.ok ? capture.core : undefined;
}
