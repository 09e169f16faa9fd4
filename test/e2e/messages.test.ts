import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
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
} from './driver.ts';

const capture = `${root}test/fixtures/captures/ws-deflate.pcap`;
const LIST = '[role="grid"][aria-label="Messages"]';

/** Rows of the list of messages, their cells apart. */
function listed(page: Page): Promise<readonly string[]> {
  return page.$$eval(`${LIST} [data-testid="row"]`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent.trim()).join(' | ')),
  );
}

/** The chosen message, once it says so. */
async function chosen(page: Page, text: string): Promise<string> {
  const selector = byTestId('message');
  await page.waitForFunction(
    (place, wanted) => document.querySelector(place)?.textContent.includes(wanted),
    {},
    selector,
    text,
  );
  return page.$eval(selector, (element) => element.textContent.replace(/\s+/g, ' '));
}

test.each(BROWSER_NAMES)(
  '%s: the messages of a WebSocket are listed, found and shown whole',
  async (name) => {
    for (const scheme of name === 'chromium' ? SCHEMES : (['light'] as const)) {
      const browser = await launch(name, scheme);
      try {
        const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
        await pickFile(page, capture);
        await openView(page, 'exchanges');
        await page.waitForSelector('[aria-label="Exchanges"] [data-testid="row"]');
        await page.click('[aria-label="Exchanges"] [data-testid="row"]');
        const tab = await page.waitForSelector('::-p-text(Messages 9)');
        await tab?.click();
        await page.waitForSelector(`${LIST} [data-testid="row"]`);
        expect((await listed(page)).slice(0, 2).map((row) => row.replace(/[\d.]{8}/, 'TIME'))).toEqual([
          '← server | TIME | text | 35 B | {"type":"welcome","path":"/live"}',
          '→ client | TIME | text | 31 B | {"order":4711,"state":"paid"}',
        ]);
        expect(page.url()).toMatch(/#\/exchanges\/0\/messages$/);
        // By keys alone: the second message, laid out.
        await page.focus(LIST);
        await page.keyboard.press('ArrowDown');
        const whole = await chosen(page, '4711');
        expect(whole).toContain('text · 31 B on the wire · permessage-deflate, 29 B decoded');
        expect(whole).toContain('"order": 4711');
        await screenshot(page, `messages-${scheme}-${name}`);
        expect(await page.evaluate(findFaintTexts), scheme).toEqual([]);
        await page.type('input[aria-label="Find in the messages that are loaded"]', 'done');
        await page.waitForFunction(
          (list) => document.querySelectorAll(`${list} [data-testid="row"]`).length === 2,
          {},
          LIST,
        );
        expect(await chosen(page, '1000 normal closure')).toContain('Reason');
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    }
  },
);
