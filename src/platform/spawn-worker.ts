import * as Comlink from 'comlink';
import type { Analysis } from '../../workers/api.ts';
import { trustedScriptUrl } from './trusted-script-url.ts';
import { type UnpackedAnalysis, unpackAnalysis } from './unpack-analysis.ts';

/** A running analysis worker. */
export interface AnalysisWorker {
  /** The worker's object; every call crosses to the worker. Pass listeners as `proxy(listener)`. */
  readonly analysis: Comlink.Remote<Analysis>;
  /** Ends the worker at once. Calls that are still waiting never settle. Spawn another to go on. */
  terminate(): void;
}

/** Marks an object whose functions the worker calls, such as a `Listener`; everything else is copied. */
export const proxy = Comlink.proxy;

/** Unpacked once; a replaced worker gets the same. */
let unpacked: Promise<UnpackedAnalysis> | undefined;

/**
 * Starts the analysis in a worker of its own. `onFailure` is called with a message when the worker dies of an error that no
 * call answers for; it must be replaced then.
 *
 * The worker is a classic script in a Blob: Chromium runs no module worker from file://, and a Blob's worker inherits the page's
 * policy, while one that is loaded by URL does not.
 */
export async function spawnWorker(onFailure: (message: string) => void): Promise<AnalysisWorker> {
  unpacked ??= unpackAnalysis();
  const { script, core } = await unpacked;
  const address = URL.createObjectURL(script);
  const worker = new Worker(trustedScriptUrl(address), { name: 'offwire analysis' });
  worker.addEventListener('error', (event) => onFailure(event.message));
  worker.addEventListener('messageerror', () => onFailure('A message of the worker could not be read.'));
  worker.postMessage(core);
  return {
    analysis: Comlink.wrap<Analysis>(worker),
    terminate() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
