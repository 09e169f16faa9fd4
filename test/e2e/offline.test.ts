import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_NAMES, byTestId, launch, openPage } from './driver.ts';
import { startHost } from './host.ts';

const OWN_FILES = ['/', '/index.html', '/manifest.webmanifest', '/service-worker.js'];

describe.each(BROWSER_NAMES)('the hosted copy, in %s', (name) => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch(name);
  });
  afterAll(() => browser.close());

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
});
