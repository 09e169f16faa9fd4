import { readFileSync } from 'node:fs';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import {
  BROWSER_NAMES,
  byTestId,
  close,
  dropFile,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  pickFile,
  PLACES,
  textOf,
  waitForFindings,
  waitForRows,
} from './driver.ts';
import { type Host, startHost } from './host.ts';

const folder = `${root}test/fixtures/captures/`;

/** What each capture of the fixtures must say first (test/fixtures/captures/EXPECT.json); parts of the title. */
const STORIES = {
  'story-1.pcap': ['Transfer-Encoding', 'twice'],
  'no-sni.pcap': ['SNI'],
} as const;

describe.each(BROWSER_NAMES)('a capture tells its cause, in %s', (name) => {
  let browser: Browser;
  let host: Host;

  beforeAll(async () => {
    [browser, host] = await Promise.all([launch(name), startHost()]);
  });
  afterAll(async () => {
    await close(browser);
    await host.stop();
  });

  describe.each(PLACES)('opened from the %s', (place) => {
    const address = (): string => (place === 'disk' ? PAGE_ON_DISK : host.address);

    test('the empty page says what it does and complains of nothing', async () => {
      const { page, complaints } = await openPage(browser, address());
      await page.waitForSelector(byTestId('trust-requests'));
      expect(await page.title()).toContain('Offwire');
      expect(complaints).toEqual([]);
      await page.close();
    });

    test.each(Object.entries(STORIES))('%s, picked, shows its cause first', async (file, words) => {
      const { page, complaints } = await openPage(browser, address());
      await pickFile(page, folder + file);
      await waitForFindings(page, file);
      const title = await textOf(page, 'finding-title');
      for (const word of words) expect(title).toContain(word);
      expect(await textOf(page, 'finding-item')).toContain(title);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test('a dropped capture is analysed, and nothing is asked of the network', async () => {
      const { page, complaints, requests } = await openPage(browser, address());
      await page.waitForSelector(byTestId('trust-requests'));
      // What the hosted copy asks for at its first visit is the business of offline.test.ts.
      if (place === 'host') await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      const before = { seen: requests.length, reached: host.requests.length };
      await dropFile(page, 'story-1.pcap', readFileSync(`${folder}story-1.pcap`));
      await waitForFindings(page, 'story-1.pcap');
      for (const view of ['exchanges', 'flows', 'packets']) {
        await openView(page, view);
        await waitForRows(page);
      }
      await openView(page, 'findings');
      await page.waitForSelector(byTestId('finding-title'));
      // The browser itself fetches the manifest, and looks for a newer service worker, when it likes.
      const isOfCapture = (line: string): boolean =>
        !/\/(manifest\.webmanifest|service-worker\.js)$/.test(line);
      expect(requests.slice(before.seen).filter(isOfCapture)).toEqual([]);
      expect(host.requests.slice(before.reached).filter(isOfCapture)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    });
  });
});
