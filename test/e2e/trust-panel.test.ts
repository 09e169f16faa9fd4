import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { BROWSER_NAMES, byTestId, close, launch, openPage, PAGE_ON_DISK, press, textOf } from './driver.ts';
import { type Host, startHost } from './host.ts';

async function openPanel(page: Page): Promise<void> {
  await press(page, byTestId('trust-requests'));
  await page.waitForSelector('dialog[open]');
}

/** What the open panel says by now. */
function panelText(page: Page): Promise<string> {
  return page.$eval('dialog[open]', (dialog) => dialog.textContent);
}

describe.each(BROWSER_NAMES)('the trust panel, in %s', (name) => {
  let browser: Browser;
  let host: Host;

  beforeAll(async () => {
    [browser, host] = await Promise.all([launch(name), startHost()]);
  });
  afterAll(async () => {
    await close(browser);
    await host.stop();
  });

  test('shows the policy of the file, its hash and how to check it', async () => {
    const { page } = await openPage(browser, PAGE_ON_DISK);
    await page.waitForSelector(byTestId('trust-requests'));
    expect(await textOf(page, 'trust-requests')).toContain('0 requests');
    await openPanel(page);
    const said = await panelText(page);
    const file = readFileSync(`${root}dist/index.html`, 'utf8');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(file)?.[1] ?? '';
    const directives = policy.split('; ');
    expect(directives.length).toBeGreaterThan(8);
    for (const directive of directives) {
      for (const word of directive.split(' ')) expect(said).toContain(word);
    }
    expect(said, 'what the policy cannot do is said too').toContain('WebRTC');
    const hash = /name="offwire-build" content="([0-9a-f]{64})"/.exec(file)?.[1] ?? '';
    expect(said).toContain(`sed s/${hash}/$(printf %064d 0)/ index.html | sha256sum`);
    await page.close();
  });

  test('of the hosted copy names every request that reached the host', async () => {
    const { page } = await openPage(browser, host.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await openPanel(page);
    const listed = async (): Promise<readonly string[]> =>
      [...(await panelText(page)).matchAll(/http:\/\/[\w.]+:\d+(\/[\w.-]*)/g)].map(([, path]) => path ?? '');
    // The first is the page's own document.
    const reached = (): readonly string[] =>
      host.requests.slice(1).map((request) => request.replace(/^GET /, ''));
    expect(reached().length).toBeGreaterThan(0);
    // The browser and the service worker tell the page of a request after it was made, and the browser makes some when it likes.
    const differences = async (): Promise<readonly string[]> => {
      const said = new Set(await listed());
      const made = new Set(reached());
      return [...[...said].filter((path) => !made.has(path)), ...[...made].filter((path) => !said.has(path))];
    };
    await expect.poll(differences).toEqual([]);
    const figure = async (): Promise<boolean> =>
      (await textOf(page, 'trust-requests')).includes(`${(await listed()).length} requests`);
    await expect.poll(figure).toBe(true);
    await page.close();
  });

  test('says what the policy has stopped', async () => {
    const { page } = await openPage(browser, PAGE_ON_DISK);
    const address = 'http://127.0.0.1:9/leak';
    await page.evaluate((to) => fetch(to).catch(() => undefined), address);
    await openPanel(page);
    await expect.poll(() => panelText(page)).toContain(address);
    await page.close();
  });
});
