import { statSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { openFixture } from '../worker/open-file.ts';
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
  waitForFindings,
  waitForRows,
  waitForText,
} from './driver.ts';

const story = `${root}test/fixtures/captures/story-1.pcap`;

/** The page's address after the #, as a person would read it. */
function placeOf(page: Page): Promise<string> {
  return page.evaluate(() => decodeURIComponent(location.hash));
}

async function waitForPlace(page: Page, place: string): Promise<void> {
  await page.waitForFunction((wanted) => decodeURIComponent(location.hash) === wanted, {}, place);
}

/** The rows in sight: the text of their cells. */
function rowsOf(page: Page): Promise<string[][]> {
  return page.$$eval(byTestId('row'), (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
  );
}

async function typeFilter(page: Page, filter: string): Promise<void> {
  await page.focus(byTestId('filter-input'));
  await page.keyboard.type(filter);
  await page.keyboard.press('Enter');
}

describe.each(BROWSER_NAMES)('the page, in %s', (name) => {
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];
  /** What the report says of the capture. */
  let packets: number;
  let resets: number;

  beforeAll(async () => {
    const report = await (await openFixture('story-1.pcap')).analysis.report();
    ({ packets = NaN } = report ?? {});
    resets = report?.tcp.resets ?? NaN;
    browser = await launch(name);
    ({ page, complaints } = await openPage(browser, PAGE_ON_DISK));
    await pickFile(page, story);
    await waitForFindings(page, 'story-1.pcap');
  });
  afterAll(() => close(browser));

  async function goTo(view: string): Promise<void> {
    await openView(page, view);
    await waitForRows(page);
  }

  test('evidence leads to its packet, and Back to the finding', async () => {
    await page.$$eval('a', (links) =>
      links.find((link) => /^packet \d+/.test(link.textContent.trim()))?.click(),
    );
    await page.waitForSelector(byTestId('detail-node'));
    expect(await placeOf(page)).toMatch(/^#\/packets\/\d+$/);
    // The detail may be there before the list has read its rows.
    const selected = (): Promise<string> =>
      page.$$eval('[role="row"][aria-selected="true"]', (rows) =>
        rows.map((row) => row.firstElementChild?.textContent.trim()).join(),
      );
    await expect.poll(selected).toBe((await placeOf(page)).replace('#/packets/', ''));
    await page.evaluate(() => history.back());
    await page.waitForSelector(byTestId('finding-title'));
  });

  test('a field of a packet marks its octets', async () => {
    await goTo('packets');
    await click(page, byTestId('row'));
    await click(page, `${byTestId('detail-node')}[data-name="tcp.srcport"]`);
    const marked = (): Promise<number> =>
      page.$$eval(
        '[data-at].marked',
        (cells) => new Set(cells.map((cell) => cell.getAttribute('data-at'))).size,
      );
    await expect.poll(marked).toBe(2);
  });

  test('an octet that is clicked chooses its field', async () => {
    // Destination port: the two octets after the source port.
    const at = await page.$$eval('[data-at].marked', (cells) =>
      Math.max(...cells.map((cell) => Number(cell.getAttribute('data-at')))),
    );
    await click(page, `[data-at="${at + 1}"]`);
    await page.waitForSelector(`${byTestId('detail-node')}[data-name="tcp.dstport"][aria-selected="true"]`);
  });

  test('a table is walked through by keys', async () => {
    await goTo('packets');
    await page.focus('[role="grid"]');
    await page.keyboard.press('End');
    await waitForPlace(page, `#/packets/${packets}`);
    await page.keyboard.press('ArrowUp');
    await waitForPlace(page, `#/packets/${packets - 1}`);
    await page.keyboard.press('Home');
    await waitForPlace(page, '#/packets/1');
    await page.keyboard.press('Escape');
    await waitForPlace(page, '#/packets');
  });

  test('a filter leaves the rows that match, and says how many', async () => {
    await typeFilter(page, 'tcp.flags.reset == 1');
    await waitForText(page, 'status-line', `${resets} of ${packets} packets`);
    await waitForPlace(page, '#/packets?filter=tcp.flags.reset == 1');
    await page.waitForFunction(
      (row, wanted) => document.querySelectorAll(row).length === wanted,
      {},
      byTestId('row'),
      resets,
    );
    await waitForRows(page);
    for (const cells of await rowsOf(page)) expect(cells.join(' ')).toContain('RST');
  });

  test('Escape clears the filter, then leaves it', async () => {
    await page.focus(byTestId('filter-input'));
    await page.keyboard.press('Escape');
    await waitForPlace(page, '#/packets');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement === document.body);
  });

  test('a filter that is wrong is told so, under the place that is wrong', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('ip.addr == 10.0.0.0/8 and tcp.stream == "x"');
    await page.keyboard.press('Enter');
    await waitForText(page, 'filter-error', 'tcp.stream');
    const caret = await page.$eval('.caret i', (mark) => mark.getBoundingClientRect().left);
    const input = await page.$eval(byTestId('filter-input'), (field) => field.getBoundingClientRect().left);
    expect(caret - input).toBeGreaterThan(150);
    await page.keyboard.press('Escape');
    await page.waitForFunction((error) => !document.querySelector(error), {}, byTestId('filter-error'));
  });

  test('a stream is followed as text, one direction or both', async () => {
    await goTo('flows');
    await click(page, byTestId('row'));
    const choose = (group: string, nth: number) =>
      press(page, `[aria-label="${group}"] button:nth-child(${nth})`);
    await choose('What to show of the flow', 2);
    const follow = async (has: string, hasNot = '\0') => {
      await page.waitForFunction(
        (selector, wanted, unwanted) => {
          const text = document.querySelector(selector)?.textContent ?? '';
          return text.includes(wanted) && !text.includes(unwanted);
        },
        {},
        byTestId('follow-text'),
        has,
        hasNot,
      );
    };
    await follow('GET /');
    await follow('HTTP/1.1 200 OK');
    await choose('Direction', 3);
    await follow('HTTP/1.1 200 OK', 'GET /');
    await choose('Show as', 2);
    await follow('48 54 54 50 2f 31 2e 31');
    expect(await placeOf(page)).toMatch(/^#\/flows\/\d+\/follow$/);
  });

  test('views are chosen by number, and ? tells the keys', async () => {
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await page.keyboard.press('2');
    await page.waitForSelector(`${byTestId('view-tab-exchanges')}[aria-selected="true"]`);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog[open]'));
  });

  test('a file that is no capture takes nothing away', async () => {
    await pickFile(page, `${root}package.json`);
    await page.waitForFunction(() => document.body.innerText.includes('package.json could not be read'));
    await page.waitForFunction(() => document.body.innerText.includes('story-1.pcap stays open'));
    await page.waitForFunction((row) => document.querySelectorAll(row).length > 10, {}, byTestId('row'));
  });

  test('a sample is opened by its button, and its analysis is measured', async () => {
    const { page: fresh } = await openPage(browser, PAGE_ON_DISK);
    await click(fresh, byTestId('sample-story-2.pcap'));
    await waitForFindings(fresh, 'story-2.pcap');
    await fresh.waitForFunction(() => performance.getEntriesByName('offwire:analysis').length === 1);
    const detail = await fresh.evaluate(() =>
      JSON.stringify(
        performance.getEntriesByName('offwire:analysis').map((entry) => 'detail' in entry && entry.detail),
      ),
    );
    const bytes = statSync(`${root}public/samples/story-2.pcap`).size;
    expect(detail).toMatch(new RegExp(`^\\[\\{"bytes":${bytes},"packets":\\d+\\}\\]$`));
    await fresh.close();
  });

  test('nothing of this makes the browser complain', () => {
    expect(complaints).toEqual([]);
  });
});
