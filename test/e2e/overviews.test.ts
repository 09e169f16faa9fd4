import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import {
  BROWSER_NAMES,
  byTestId,
  close,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  pickFile,
  waitForFindings,
  waitForRows,
  waitForText,
  type WatchedPage,
} from './driver.ts';

const story = `${root}test/fixtures/captures/story-1.pcap`;

async function filterText(page: Page): Promise<string> {
  return page.$eval(byTestId('filter-input'), (input) =>
    input instanceof HTMLInputElement ? input.value : input.textContent,
  );
}

/** Width of a column's head, px. */
async function widthOf(page: Page, column: string): Promise<number> {
  return page.$eval(byTestId(`grip-${column}`), (grip) => grip.parentElement?.clientWidth ?? 0);
}

/** Draws from one place of an element to another, px from its left edge; once it has stopped moving. */
async function drag(page: Page, selector: string, from: number, to: number): Promise<void> {
  await page.locator(selector).hover();
  const place = await page.$eval(selector, (element) => {
    const { left, top, height } = element.getBoundingClientRect();
    return { left, middle: top + height / 2 };
  });
  await page.mouse.move(place.left + from, place.middle);
  await page.mouse.down();
  await page.mouse.move(place.left + to, place.middle, { steps: 5 });
  await page.mouse.up();
}

/** The layout of a table that this browser keeps, as JSON; undefined where it keeps none. */
function keptLayout(page: Page, table: string): Promise<string | undefined> {
  return page.evaluate(
    (name) =>
      new Promise<string | undefined>((resolve, reject) => {
        const opening = indexedDB.open('offwire');
        opening.onerror = () => reject(new Error(String(opening.error)));
        opening.onsuccess = () => {
          const database = opening.result;
          const asked = database.transaction('columns').objectStore('columns').get(name);
          asked.onsuccess = () => {
            database.close();
            resolve(JSON.stringify(asked.result));
          };
        };
      }),
    table,
  );
}

describe.each(BROWSER_NAMES)('time and who talks to whom, in %s', (name) => {
  let browser: Browser;
  let opened: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launch(name);
  });
  afterAll(() => close(browser));
  beforeEach(async () => {
    opened = await openPage(browser, PAGE_ON_DISK);
    page = opened.page;
    await pickFile(page, story);
    await waitForFindings(page, 'story-1.pcap');
  });
  afterEach(async () => {
    await page.close();
    expect([...opened.complaints, ...opened.requests]).toEqual([]);
  });

  test('brushing the timeline filters all views, and Esc takes it back', async () => {
    await openView(page, 'timeline');
    await page.waitForSelector(`${byTestId('timeline')} .u-over`);
    await drag(page, `${byTestId('timeline')} .u-over`, 30, 100);
    await waitForText(page, 'view-tab-packets', 'of 273');
    expect(await filterText(page)).toMatch(
      /^frame\.time_relative >= [\d.]+ && frame\.time_relative <= [\d.]+$/,
    );
    await waitForText(page, 'time-range', 'Zoom in');
    await waitForText(page, 'view-tab-exchanges', 'of 44');
    await page.focus(byTestId('timeline'));
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !location.hash.includes('filter'));
    await expect.poll(() => filterText(page)).toBe('');
  });

  test('the timeline works from the keyboard, and is a table for those who want one', async () => {
    await openView(page, 'timeline');
    await page.waitForSelector(`${byTestId('timeline')} .u-over`);
    await page.focus(byTestId('timeline'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.down('Shift');
    for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Shift');
    await waitForText(page, 'time-range', 'Filter to it');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('frame.time_relative'));
    await expect
      .poll(() => filterText(page))
      .toMatch(/^frame\.time_relative >= 0 && frame\.time_relative <= 0\.025$/);
    await page.evaluate(() =>
      [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Table')?.click(),
    );
    await page.waitForSelector('table caption');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 10);
  });

  test('the map filters to a service, and its table tells the failures', async () => {
    await openView(page, 'map');
    await page.waitForSelector(byTestId('map-row'));
    const listed = (): Promise<readonly string[]> =>
      page.$$eval(byTestId('map-row'), (all) => all.map((row) => row.textContent.replace(/\s+/g, ' ')));
    await expect.poll(listed).toHaveLength(2);
    const rows = await listed();
    expect(rows.join()).toContain('10.244.0.20:8080');
    expect(rows.join()).toContain('2 responses of 5xx');
    await page.waitForSelector(`${byTestId('map')} .service`);
    await page.$eval(`${byTestId('map')} .service`, (service) => {
      if (service instanceof HTMLElement) service.click();
    });
    await waitForText(page, 'view-tab-flows', '14 of 28');
    expect(await filterText(page)).toContain('tcp.port == 8080');
  });

  test('the waterfall has a bar a row, sums the times up, and follows the filter', async () => {
    await openView(page, 'exchanges');
    await page.waitForSelector('[data-cell="waterfall"] [role="img"]');
    const bars = (): Promise<readonly string[]> =>
      page.$$eval('[data-cell="waterfall"] [role="img"]', (all) =>
        all.map((bar) => bar.getAttribute('aria-label') ?? ''),
      );
    // The table has few rows until it knows how high it is.
    await expect.poll(async () => (await bars()).length).toBeGreaterThan(20);
    expect((await bars())[0]).toMatch(/connect .*, send .*, wait .*, receive .*; complete/);
    await waitForText(page, 'times', 'median');
    await waitForText(page, 'times', 'of 42 in 44');
    await page.keyboard.press('/');
    await page.keyboard.type('offwire.exchange.wait > 0.002');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (selector) => !document.querySelector(selector)?.textContent.includes('of 42 in 44'),
      {},
      byTestId('times'),
    );
    await page.focus('[role="grid"]');
    await page.keyboard.press('w');
    await page.waitForFunction(
      () => document.querySelector('[aria-pressed="true"]')?.textContent.trim() === 'In sight',
    );
  });

  test('a column that was made wider stays so after a reload, and fits by a double click', async () => {
    await openView(page, 'exchanges');
    await waitForRows(page);
    // Columns come and go until the table knows how wide it is.
    await page.locator(byTestId('grip-method')).hover();
    const before = await widthOf(page, 'method');
    await drag(page, byTestId('grip-method'), 4, 64);
    await expect.poll(async () => Math.abs((await widthOf(page, 'method')) - before - 60)).toBeLessThan(3);
    const after = await widthOf(page, 'method');
    // It is kept after a pause; what a pause in drawing left is not yet it.
    await expect.poll(() => keptLayout(page, 'exchanges')).toContain(`"method":${after}`);
    await page.reload();
    // The address still says that it is the exchanges.
    await pickFile(page, story);
    await page.waitForSelector(byTestId('grip-method'));
    await expect.poll(() => widthOf(page, 'method')).toBe(after);
    await page.$eval(byTestId('grip-method'), (grip) =>
      grip.dispatchEvent(new MouseEvent('dblclick', { bubbles: true })),
    );
    await expect.poll(() => widthOf(page, 'method')).toBeLessThan(after - 40);
  });
});
