import { readFile } from 'node:fs/promises';
import { Core } from '../../workers/core.ts';

const address = new URL('../../build/core.wasm', import.meta.url);
let module: Promise<WebAssembly.Module> | undefined;

/** A fresh core with empty tables. The module is compiled once; `npm run core` (or vitest's set-up) must have built it. */
export async function loadCore(): Promise<Core> {
  module ??= readFile(address).then((octets) => WebAssembly.compile(octets));
  return Core.create(await module);
}

/** The compiled module, for what makes cores itself (`createAnalysis`). */
export async function loadCoreModule(): Promise<WebAssembly.Module> {
  module ??= readFile(address).then((octets) => WebAssembly.compile(octets));
  return module;
}
