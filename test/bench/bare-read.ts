import type { Page } from 'puppeteer-core';
import { SLICE_OCTETS } from '../../workers/pump.ts';

declare global {
  var offwireBench: { readonly worker: () => Worker } | undefined;
}

/** How a file is read: as the analysis does it in Chromium, or in slices with one of read-ahead. */
export type ReadMode = 'stream' | 'slices';

/** What the worker does: reads the file as workers/source/blob-reader.ts does, and lets the octets fall. */
const PROGRAM = `
const readers = {
  async stream(file, size) {
    let octets = 0;
    while (octets < file.size) {
      const stream = file.slice(octets).stream().getReader({ mode: 'byob' });
      for (let buffer = new ArrayBuffer(size); octets < file.size; ) {
        let timer;
        const stall = new Promise((resolve) => (timer = setTimeout(() => resolve({ done: true }), 250)));
        const { value, done } = await Promise.race([stream.read(new Uint8Array(buffer)), stall]);
        clearTimeout(timer);
        if (done) break;
        octets += value.length;
        buffer = value.buffer;
      }
      stream.cancel();
    }
    return octets;
  },
  async slices(file, size) {
    const read = (at) => file.slice(at, Math.min(at + size, file.size)).arrayBuffer();
    let octets = 0;
    let ahead = read(0);
    for (let at = 0; at < file.size; at += size) {
      const slice = await ahead;
      if (at + size < file.size) ahead = read(at + size);
      octets += slice.byteLength;
    }
    return octets;
  },
};
onmessage = async ({ data: { file, size, mode } }) => {
  const began = performance.now();
  const octets = await readers[mode](file, size);
  postMessage({ octets, milliseconds: performance.now() - began });
};`;

/** Makes a Blob worker possible in the page; called before the page's policy is in force, which then holds for the worker too. */
export async function prepareBareRead(page: Page): Promise<void> {
  // tsx marks the names of functions with this, also in those that run in the page.
  await page.evaluateOnNewDocument('globalThis.__name = (named) => named');
  await page.evaluateOnNewDocument((program) => {
    const address = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
    const policy = globalThis.trustedTypes?.createPolicy('offwire-bench', { createScriptURL: (url) => url });
    const trusted = policy ? policy.createScriptURL(address) : address;
    globalThis.offwireBench = { worker: () => new Worker(trusted) };
  }, PROGRAM);
}

/** Milliseconds that a worker of the page takes to read the file and do nothing with it. */
export async function bareRead(page: Page, path: string, mode: ReadMode): Promise<number> {
  const handle = await page.evaluateHandle(() => {
    const input = document.createElement('input');
    input.type = 'file';
    return input;
  });
  await handle.uploadFile(path);
  return handle.evaluate(
    (input, size, mode) =>
      new Promise<number>((resolve, reject) => {
        const file = input.files?.[0];
        const worker = globalThis.offwireBench?.worker();
        if (!file || !worker) throw new Error('InvariantError: prepareBareRead() was not called');
        worker.addEventListener(
          'message',
          ({ data }: MessageEvent<{ octets: number; milliseconds: number }>) => {
            worker.terminate();
            if (data.octets === file.size) resolve(data.milliseconds);
            else reject(new Error(`${data.octets} octets were read of ${file.size}`));
          },
        );
        worker.addEventListener('error', (event) => reject(new Error(event.message)));
        worker.postMessage({ file, size, mode });
      }),
    SLICE_OCTETS,
    mode,
  );
}
