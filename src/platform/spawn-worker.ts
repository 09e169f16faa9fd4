import * as Comlink from 'comlink';
import { source } from 'virtual:analysis-worker';
import { gzipBase64 } from 'virtual:core-wasm';
import type { Analysis } from '../../workers/api.ts';
import { inflate } from './inflate.ts';
import { trustedScriptUrl } from './trusted-script-url.ts';

/** A running analysis worker. */
export interface AnalysisWorker {
  /** The worker's object; every call crosses to the worker. Pass listeners as `proxy(listener)`. */
  readonly analysis: Comlink.Remote<Analysis>;
  /** Ends the worker at once. Calls that are still waiting never settle. Spawn another to go on. */
  terminate(): void;
}

/** Marks an object whose functions the worker calls, such as a `Listener`; everything else is copied. */
export const proxy = Comlink.proxy;

let core: Promise<WebAssembly.Module> | undefined;

/** Compiled once, on a thread of the browser's; a replaced worker gets the same module. */
async function compileCore(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await inflate(gzipBase64));
}

/**
 * Starts the analysis in a worker of its own. `onFailure` is called with a message when the worker dies of an error that no
 * call answers for; it must be replaced then.
 *
 * The worker is a classic script in a Blob: Chromium runs no module worker from file://, and a Blob's worker inherits the page's
 * policy, while one that is loaded by URL does not.
 */
export async function spawnWorker(onFailure: (message: string) => void): Promise<AnalysisWorker> {
  core ??= compileCore();
  const module = await core;
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(trustedScriptUrl(address), { name: 'offwire analysis' });
  worker.addEventListener('error', (event) => onFailure(event.message));
  worker.addEventListener('messageerror', () => onFailure('A message of the worker could not be read.'));
  worker.postMessage(module);
  return {
    analysis: Comlink.wrap<Analysis>(worker),
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
