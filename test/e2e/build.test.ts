import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SIZE_LIMIT, sizeWithoutSamples } from '../../vite.config.ts';
import { buildPage } from '../support/build-page.ts';
import { root } from '../support/stale.ts';

const page = readFileSync(`${root}dist/index.html`, 'utf8');

function attribute(pattern: RegExp): string {
  return pattern.exec(page)?.[1] ?? '';
}

function sha256(text: string, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(text).digest(encoding);
}

function filesOf(folder: string): readonly (readonly [string, string])[] {
  const names = readdirSync(folder).sort();
  return names.map((name) => [name, sha256(readFileSync(join(folder, name), 'latin1'), 'hex')]);
}

describe('the artifact', () => {
  const folder = mkdtempSync(join(tmpdir(), 'offwire-build-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is one file, and beside it only what a hosted copy adds', () => {
    const files = ['SHA256SUMS', '_headers', 'index.html', 'manifest.webmanifest', 'service-worker.js'];
    expect(readdirSync(`${root}dist`).sort()).toEqual(files);
  });

  test('names nothing to load but data', () => {
    const addresses = [...page.matchAll(/<(?:link|script|img)[^>]*\s(?:src|href)="([^"]*)"/g)].map(
      ([, to]) => to ?? '',
    );
    expect(addresses.filter((to) => !to.startsWith('data:'))).toEqual([]);
  });

  test('is small enough to be sent quickly', () => {
    expect(sizeWithoutSamples(page)).toBeLessThan(SIZE_LIMIT);
  });

  test('has the hash of its script and of its style in its policy', () => {
    const policy = attribute(/http-equiv="Content-Security-Policy" content="([^"]+)"/);
    const script = attribute(/<script type="module">([\s\S]*)<\/script>\s*<\/body>/);
    const style = attribute(/<style>([\s\S]*?)<\/style>/);
    expect(script.length).toBeGreaterThan(1000);
    expect(policy).toContain(`script-src 'sha256-${sha256(script, 'base64')}' 'wasm-unsafe-eval';`);
    expect(policy).toContain(`style-src 'sha256-${sha256(style, 'base64')}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
  });

  test('gives the hash that its own check command prints', () => {
    const hash = attribute(/name="offwire-build" content="([0-9a-f]{64})"/);
    const command = `sed s/${hash}/$(printf %064d 0)/ index.html | sha256sum`;
    const printed = execFileSync('sh', ['-c', command], { cwd: `${root}dist`, encoding: 'utf8' });
    expect(printed.slice(0, 64)).toBe(hash);
  });

  test('fits the sums beside it', () => {
    const printed = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: `${root}dist`, encoding: 'utf8' });
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => line.replace(/^.*: /, '')),
    ).toEqual(['OK', 'OK', 'OK', 'OK']);
  });

  test('comes out the same when it is built again', () => {
    buildPage(folder);
    expect(filesOf(folder)).toEqual(filesOf(`${root}dist`));
  });
});
