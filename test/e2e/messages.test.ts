import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { findFaintTexts } from './contrast.ts';
import {
  BROWSER_NAMES,
  byTestId,
  click,
  close,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  pickFile,
  press,
  SCHEMES,
  screenshot,
  waitForReading,
  waitForRows,
  waitForText,
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
  await waitForText(page, 'message', text);
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
        // The list of messages is made anew when the reading ends.
        await waitForReading(page, 'ws-deflate.pcap');
        await openView(page, 'exchanges');
        await waitForRows(page);
        await click(page, '[aria-label="Exchanges"] [data-testid="row"]');
        await press(page, 'button', 'Messages 9');
        const first = async (): Promise<readonly string[]> =>
          (await listed(page)).slice(0, 2).map((row) => row.replace(/[\d.]{8}/, 'TIME'));
        await expect
          .poll(first)
          .toEqual([
            '← server | TIME | text | 35 B | {"type":"welcome","path":"/live"}',
            '→ client | TIME | text | 31 B | {"order":4711,"state":"paid"}',
          ]);
        expect(await page.evaluate(() => location.hash)).toBe('#/exchanges/0/messages');
        // By keys alone: the second message, laid out.
        await page.focus(LIST);
        await page.keyboard.press('ArrowDown');
        const whole = await chosen(page, '4711');
        expect(whole).toContain('text · 31 B on the wire · permessage-deflate, 29 B decoded');
        expect(whole).toContain('"order": 4711');
        await screenshot(page, `messages-${scheme}-${name}`);
        expect(await page.evaluate(findFaintTexts), scheme).toEqual([]);
        await page.waitForSelector('input[aria-label="Find in the messages that are loaded"]');
        await page.type('input[aria-label="Find in the messages that are loaded"]', 'done');
        await page.waitForFunction(
          (list) => document.querySelectorAll(`${list} [data-testid="row"]`).length === 2,
          {},
          LIST,
        );
        expect(await chosen(page, '1000 normal closure')).toContain('Reason');
        expect(complaints).toEqual([]);
      } finally {
        await close(browser);
      }
    }
  },
);
