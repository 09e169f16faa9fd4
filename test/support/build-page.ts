import { execFileSync } from 'node:child_process';
import { root } from './stale.ts';

/** Builds the artifact into a folder, as `npm run build` does in a shell of its own. */
export function buildPage(folder: string): void {
  // vitest's settings would end up in the page: NODE_ENV=test is Svelte's development mode.
  const environment = { ...process.env };
  delete environment['NODE_ENV'];
  delete environment['VITEST'];
  execFileSync(
    `${root}node_modules/.bin/vite`,
    ['build', '--logLevel', 'error', '--outDir', folder, '--emptyOutDir'],
    {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}
