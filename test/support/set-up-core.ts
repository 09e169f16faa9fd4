import { spawnSync } from 'node:child_process';
import { hasCorpus, unpackCorpus } from '../conformance/corpus.ts';
import { isStale, root } from './stale.ts';

/**
 * Builds the core where it is missing or older than what it is made of. Where it does not build, tests that need none still run
 * (`npm test` has stopped before, at its first step). Unpacks the corpus, where there is one, before tests that run beside each
 * other all do it.
 */
export function setup(): void {
  if (hasCorpus) unpackCorpus();
  const sources = ['workers/assembly', 'workers/build-core.ts', 'src/model'];
  // Written by the build itself.
  const generated = 'workers/assembly/schema.ts';
  if (!isStale('build/core.wasm', sources, generated)) return;
  const { status } = spawnSync('npm', ['run', '-s', 'core'], { cwd: root, stdio: 'inherit' });
  if (status !== 0)
    console.error('The core does not build: tests that need it fail, or test the one built before.');
}
