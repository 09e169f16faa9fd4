import { ensureBrowsers } from './browsers.ts';
import { buildPage } from './build-page.ts';
import { setup as setUpCore } from './set-up-core.ts';
import { isStale, root } from './stale.ts';

/** Builds dist/ where it is older than its sources, and sees that there are browsers. */
export function setup(): void {
  setUpCore();
  const sources = ['src', 'workers', 'public', 'vite.config.ts', 'package-lock.json', 'build/core.wasm'];
  if (isStale('dist/SHA256SUMS', sources)) buildPage(`${root}dist`);
  ensureBrowsers();
}
