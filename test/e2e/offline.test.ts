import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { BROWSER_NAMES, byTestId, close, launch, openPage } from './driver.ts';
import { startHost } from './host.ts';

const OWN_FILES = ['/', '/index.html', '/manifest.webmanifest', '/service-worker.js'];

describe.each(BROWSER_NAMES)('the hosted copy, in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch(name);
  });
  afterAll(() => close(browser));

  test('works without its host after the first visit, and has asked for nothing but its own files', async () => {
    const host = await startHost();
    const { page, complaints } = await openPage(browser, host.address);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const asked = host.requests.map((request) => request.replace(/^GET /, '').replace(/\?$/, ''));
    expect(asked.filter((path) => !OWN_FILES.includes(path))).toEqual([]);
    expect(complaints).toEqual([]);

    await host.stop();
    await page.reload({ waitUntil: 'load' });
    await page.waitForSelector(byTestId('trust-requests'));
    // The browser looks in vain for a newer service worker; nothing else may be wrong.
    expect(complaints.filter((complaint) => !complaint.includes('service-worker.js'))).toEqual([]);
    await page.close();
  });

  test('a newer build replaces the one that was kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'offwire-update-'));
    cpSync(`${root}dist`, folder, { recursive: true });
    const host = await startHost(folder);
    const { page } = await openPage(browser, host.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const first = await buildOf(page);
    expect(first).toMatch(/^[0-9a-f]{64}$/);

    const next = 'b'.repeat(64);
    replaceIn(join(folder, 'index.html'), first, next);
    replaceIn(join(folder, 'service-worker.js'), /[0-9a-f]{64}/, next);
    await page.reload({ waitUntil: 'load' });
    expect(await buildOf(page), 'the kept one is shown at once').toBe(first);
    await page.waitForFunction(
      async (build) => (await caches.keys()).join() === `offwire ${build}`,
      { polling: 100 },
      next,
    );
    await page.reload({ waitUntil: 'load' });
    expect(await buildOf(page)).toBe(next);
    await page.close();
    await host.stop();
    rmSync(folder, { recursive: true });
  });
});

async function buildOf(page: Page): Promise<string> {
  return page.evaluate(
    () => document.querySelector('meta[name="offwire-build"]')?.getAttribute('content') ?? '',
  );
}

function replaceIn(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const replaced = text.replace(from, to);
  expect(replaced, `${file} was changed`).not.toBe(text);
  writeFileSync(file, replaced);
}
