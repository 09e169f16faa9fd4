import type { Browser, Page, SerializedAXNode } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VIEW_IDS } from '../../src/session/fragment.ts';
import { root } from '../support/stale.ts';
import { findFaintTexts } from './contrast.ts';
import {
  BROWSER_NAMES,
  byTestId,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  pickFile,
  SCHEMES,
  screenshot,
  waitForFindings,
} from './driver.ts';

const story = `${root}test/fixtures/captures/story-1.pcap`;
const meshStory = `${root}test/fixtures/captures/story-2.pcap`;

/** The bar above a row's detail. */
const DETAIL = 'button[aria-label="Close the detail"]';

/** What a screen reader would call by its role alone: "button", "link". Only Chromium tells. */
async function nameless(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = (node: SerializedAXNode | null): void => {
    if (!node) return;
    const isControl = /^(button|link|tab|textbox|combobox|checkbox|radio|grid|dialog|row|progressbar)$/.test(
      node.role,
    );
    if (isControl && (node.name ?? '').trim() === '') found.push(node.role);
    node.children?.forEach(visit);
  };
  visit(await page.accessibility.snapshot());
  return found;
}

async function backgroundOf(page: Page): Promise<number> {
  const color = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  return Math.max(...[...color.matchAll(/[\d.]+/g)].slice(0, 3).map(Number));
}

describe.each(BROWSER_NAMES)('the looks, in %s', (name) => {
  describe.each(SCHEMES)('%s', (scheme) => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launch(name, scheme);
    });
    afterAll(() => browser.close());

    test('every view can be read: a picture of each, names for its controls, contrasts of at least 4.5:1', async () => {
      const { page } = await openPage(browser, PAGE_ON_DISK);
      await page.waitForSelector(byTestId('trust-requests'));
      const look = async (what: string): Promise<void> => {
        await screenshot(page, `${what}-${scheme}-${name}`);
        expect(await page.evaluate(findFaintTexts), `${what}, ${scheme}`).toEqual([]);
        if (name === 'chromium') expect(await nameless(page), `${what}: controls without a name`).toEqual([]);
      };
      const background = await backgroundOf(page);
      if (scheme === 'dark') expect(background).toBeLessThan(80);
      else expect(background).toBeGreaterThan(200);
      await look('empty');
      await pickFile(page, story);
      await waitForFindings(page, 'story-1.pcap');
      for (const view of VIEW_IDS) {
        await openView(page, view);
        await look(view);
        const row = await page.$(byTestId('row'));
        if (!row) continue;
        await row.click();
        await page.waitForSelector(`${byTestId('row')}[aria-selected="true"]`);
        await page.waitForSelector(DETAIL);
        await look(`${view}-detail`);
      }
      await page.click(byTestId('trust-requests'));
      await page.waitForSelector('dialog[open]');
      await look('trust');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
      await pickFile(page, meshStory);
      await waitForFindings(page, 'story-2.pcap');
      await openView(page, 'tls');
      const hello = await page.waitForSelector(byTestId('row'));
      await hello?.click();
      await page.waitForSelector(DETAIL);
      await look('tls-story');
      // The measure can fail: a title in a grey between ink and paper is found.
      await openView(page, 'findings');
      const title = await page.waitForSelector(byTestId('finding-title'));
      await look('findings-story');
      await title?.evaluate((element) => {
        if (element instanceof HTMLElement) element.style.color = '#8888';
      });
      expect(await page.evaluate(findFaintTexts)).toHaveLength(1);
      // So can the other.
      await page.evaluate(() => document.body.append(document.createElement('button')));
      if (name === 'chromium') expect(await nameless(page)).toEqual(['button']);
      await page.close();
    });
  });
});
