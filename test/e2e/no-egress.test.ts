import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import {
  PAGE_ATTEMPTS,
  prepareWorkerAttempts,
  tryFromPage,
  WORKER_ATTEMPTS,
  workerAttempts,
} from './attempts.ts';
import { BROWSER_NAMES, close, launch, openPage, PAGE_ON_DISK, PLACES } from './driver.ts';
import { type Host, startHost } from './host.ts';
import { type Sink, startSink } from './sink.ts';

/**
 * Opens a page of the sink: when it is there, what was sent before it is there too. Answers all else that reached the sink.
 */
async function reachedBy(browser: Browser, sink: Sink): Promise<readonly string[]> {
  const page = await browser.newPage();
  await page.goto(`${sink.address}after`);
  await page.close();
  return sink.reached().filter((path) => path !== '/after');
}

/** The artifact without its policy: what the attempts must be able to do there. */
function writeControl(folder: string): string {
  const page = readFileSync(`${root}dist/index.html`, 'utf8');
  const control = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  expect(control.length, 'the policy was found').toBeLessThan(page.length);
  const file = join(folder, 'index.html');
  writeFileSync(file, control);
  return `file://${file}`;
}

describe.each(BROWSER_NAMES)('nothing leaves, in %s', (name) => {
  let browser: Browser;
  let host: Host;
  let sink: Sink;
  const folder = mkdtempSync(join(tmpdir(), 'offwire-control-'));

  beforeAll(async () => {
    [browser, host, sink] = await Promise.all([launch(name), startHost(), startSink()]);
  });
  beforeEach(() => sink.forget());
  afterAll(async () => {
    await close(browser);
    await Promise.all([host.stop(), sink.stop()]);
    rmSync(folder, { recursive: true });
  });

  describe.each(PLACES)('opened from the %s', (place) => {
    const address = (): string => (place === 'disk' ? PAGE_ON_DISK : host.address);

    test('the page reaches nobody, whatever it tries', async () => {
      const { page, complaints } = await openPage(browser, address());
      await page.evaluate(tryFromPage, sink.address);
      expect(await reachedBy(browser, sink)).toEqual([]);
      // The policy stopped them; it was not that nothing was tried.
      await expect.poll(() => complaints.join('\n')).toContain('connect-src');
      await page.close();
    });

    test('the worker reaches nobody, whatever it tries', async () => {
      const { page } = await openPage(browser, address(), (made) =>
        prepareWorkerAttempts(made, sink.address),
      );
      await workerAttempts(page);
      expect(await reachedBy(browser, sink)).toEqual([]);
      await page.close();
    });

    test('WebRTC, which no policy covers, is gone', async () => {
      const { page } = await openPage(browser, address());
      const hasIt = (): boolean => 'RTCPeerConnection' in globalThis;
      expect(await page.evaluate(hasIt)).toBe(false);
      await page.goto(sink.address);
      expect(await page.evaluate(hasIt), 'a page like any other').toBe(true);
      await page.close();
    });

    test('neither reaches the page’s own host', async () => {
      const own = `${host.address}secret-`;
      const { page } = await openPage(browser, address(), (made) => prepareWorkerAttempts(made, own));
      const before = host.requests.length;
      await page.evaluate(tryFromPage, own);
      await workerAttempts(page);
      await reachedBy(browser, sink);
      expect(host.requests.slice(before).filter((request) => request.includes('secret'))).toEqual([]);
      await page.close();
    });
  });

  test('the attempts succeed where the policy is taken out', async () => {
    const { page } = await openPage(browser, writeControl(folder), (made) =>
      prepareWorkerAttempts(made, `${sink.address}worker-`),
    );
    await page.evaluate(tryFromPage, sink.address);
    await workerAttempts(page);
    await sink.waitFor([...PAGE_ATTEMPTS, ...WORKER_ATTEMPTS.map((path) => path.replace('/', '/worker-'))]);
    await page.close();
  });
});
