import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { root } from '../support/stale.ts';
import {
  BROWSER_NAMES,
  byTestId,
  click,
  close,
  dropFile,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  pickFile,
  press,
  textOf,
  waitForFindings,
  waitForRows,
  waitForText,
  type WatchedPage,
} from './driver.ts';
import { makeLate } from './late.ts';

const folder = `${root}test/fixtures/captures/`;
/** The buttons of the samples. */
const SAMPLE: string = '[data-testid^="sample-"]';
const story = readFileSync(`${folder}story-1.pcap`);

async function goTo(page: Page, view: string): Promise<void> {
  await openView(page, view);
  await waitForRows(page);
}

/** Until every row in sight has the words: the count is there before the rows are. */
async function waitForRowsWith(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (selector, wanted) => {
      const rows = [...document.querySelectorAll(selector)];
      return rows.length > 0 && rows.every((row) => row.textContent.includes(wanted));
    },
    {},
    byTestId('row'),
    words,
  );
}

async function filterBy(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const waitForStatus = (page: Page, words: string): Promise<void> => waitForText(page, 'status-line', words);

/** Waits for a message that names the file, and answers all of it. */
async function alertAbout(page: Page, file: string): Promise<string> {
  const alert = await page.waitForFunction(
    (name) =>
      [...document.querySelectorAll('[role="alert"]')]
        .map((one) => one.textContent)
        .find((text) => text.includes(name)),
    {},
    file,
  );
  return (await alert.jsonValue()) ?? '';
}

describe.each(BROWSER_NAMES)('working with a capture, in %s', (name) => {
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
  });
  afterEach(async () => {
    await page.close();
    expect(opened.complaints).toEqual([]);
  });

  test('every sample opens, and those that are not healthy name a cause', async () => {
    await page.waitForSelector(SAMPLE);
    const samples = await page.$$eval(SAMPLE, (all) =>
      all.map((one) => one.getAttribute('data-testid') ?? ''),
    );
    expect(samples).toHaveLength(3);
    for (const sample of samples) {
      await page.goto('about:blank');
      await page.goto(PAGE_ON_DISK);
      await click(page, byTestId(sample));
      await waitForFindings(page, sample.replace('sample-', ''));
      const title = await textOf(page, 'finding-title');
      expect(title.length).toBeGreaterThan(10);
      if (sample.includes('healthy')) expect(title).not.toMatch(/twice|SNI|TLS|reset/);
      else expect(await textOf(page, 'finding-item')).toContain(title);
    }
  });

  test('a display filter leaves the rows that fit, and clearing it brings back the rest', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'packets');
    await waitForStatus(page, '273 of 273 packets');
    await filterBy(page, 'tcp.flags.reset == 1');
    // tshark -Y 'tcp.flags.reset == 1' finds as many.
    await waitForStatus(page, '14 of 273 packets');
    await page.waitForFunction(
      (selector) => document.querySelectorAll(selector).length === 14,
      {},
      byTestId('row'),
    );
    await waitForRowsWith(page, 'RST');
    await page.keyboard.press('Escape');
    await waitForStatus(page, '273 of 273 packets');
  });

  test('plain words search targets, and a wrong filter says what is wrong under its caret', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'exchanges');
    await filterBy(page, 'export');
    await waitForStatus(page, '4 of 44 exchanges');
    await waitForRowsWith(page, '/api/order');
    await page.keyboard.press('Escape');
    await waitForStatus(page, '44 of 44 exchanges');
    await page.keyboard.type('http.request.uri == "/wrong" and tcp.nonsense == 1');
    await page.keyboard.press('Enter');
    await page.waitForSelector(byTestId('filter-error'), { visible: true });
    await waitForText(page, 'filter-error', 'tcp.nonsense');
    await page.waitForSelector(`${byTestId('filter-input')}[aria-invalid="true"]`);
  });

  test('what is wrong with a filter stays said when answers to the one before come late', async () => {
    const late = await openPage(browser, PAGE_ON_DISK, (made) => makeLate(made, 200));
    await dropFile(late.page, 'story-1.pcap', story);
    await waitForFindings(late.page, 'story-1.pcap');
    await goTo(late.page, 'exchanges');
    await filterBy(late.page, 'export');
    await waitForStatus(late.page, '4 of 44 exchanges');
    await late.page.keyboard.press('Escape');
    await waitForStatus(late.page, '44 of 44 exchanges');
    // The other tables are still asked for their counts.
    await late.page.keyboard.type('tcp.nonsense == 1');
    await late.page.keyboard.press('Enter');
    await waitForText(late.page, 'filter-error', 'tcp.nonsense');
    await late.page.focus('[role="grid"]');
    for (const row of [0, 1, 2, 3, 4, 5]) {
      await late.page.keyboard.press('ArrowDown');
      await late.page.waitForSelector(`[role="region"][aria-label="Exchange ${row}"]`);
    }
    expect(await textOf(late.page, 'filter-error')).toContain('tcp.nonsense');
    await late.page.close();
    expect(late.complaints).toEqual([]);
  });

  test('a field that is chosen in the layers marks its octets', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'packets');
    await click(page, byTestId('row'));
    await page.waitForSelector(byTestId('detail-node'));
    // The node that says so, not one by its place: while one looks, another may be there.
    await page.waitForFunction(
      (selector) => {
        const nodes = [...document.querySelectorAll<HTMLElement>(selector)];
        const port = nodes.find((node) => /Source Port/i.test(node.textContent));
        port?.click();
        return port !== undefined;
      },
      {},
      byTestId('detail-node'),
    );
    const marked = (): Promise<string> =>
      page.$$eval('.octets [data-at].marked', (octets) =>
        octets.map((one) => one.textContent.trim()).join(''),
      );
    // 58714, as tshark says of packet 1.
    await expect.poll(marked).toBe((58714).toString(16));
  });

  test('arrows walk the rows, the address keeps the place, and back goes back', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'flows');
    await click(page, byTestId('row'));
    await page.waitForSelector(`${byTestId('row')}[aria-selected="true"][aria-rowindex="2"]`);
    await page.focus('[role="grid"]');
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector(`${byTestId('row')}[aria-selected="true"][aria-rowindex="3"]`);
    expect(await page.evaluate(() => location.hash)).toContain('flows');
    await goTo(page, 'packets');
    await page.evaluate(() => history.back());
    await page.waitForSelector(`${byTestId('view-tab-flows')}[aria-selected="true"]`);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  });

  test('a link that was followed is not undone by the key behind it', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'packets');
    await click(page, byTestId('row'));
    await page.waitForFunction(() => location.hash === '#/packets/1');
    await page.evaluate((tab) => {
      document.querySelector<HTMLElement>(tab)?.click();
      // The browser tells the page of the link after this.
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    }, byTestId('view-tab-flows'));
    await page.waitForSelector(`${byTestId('view-tab-flows')}[aria-selected="true"]`);
    await waitForRows(page);
    expect(await page.evaluate(() => location.hash)).toBe('#/flows');
  });

  test('a flow can be followed, and everything filtered to it', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await goTo(page, 'flows');
    await click(page, byTestId('row'));
    await press(page, 'button', 'Filter to this conversation');
    await waitForStatus(page, '1 of 28 flows');
    await goTo(page, 'packets');
    // tshark -Y 'tcp.stream eq 0' finds as many.
    await waitForStatus(page, '11 of 273 packets');
    await click(page, byTestId('row'));
    await press(page, 'button', 'Follow stream');
    await waitForText(page, 'follow-text', 'HTTP/1.1 200');
    await waitForText(page, 'follow-text', 'GET /api/orders/3 HTTP/1.1');
  });

  test('evidence leads to its row', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    const number = await page.evaluate(() => {
      const links = [...document.querySelectorAll('a')];
      const packet = links.find(({ textContent }) => /^packet \d/.test(textContent.trim()));
      packet?.click();
      return /\d[\d,]*/.exec(packet?.textContent ?? '')?.[0];
    });
    expect(number).toBeDefined();
    // The row is marked before it was read.
    const selected = (): Promise<string> =>
      page.$$eval(`${byTestId('row')}[aria-selected="true"]`, (rows) =>
        rows.map((row) => row.firstElementChild?.textContent.trim()).join(),
      );
    await expect.poll(selected).toBe(number);
  });

  test('findings are there before the reading is over, and stay when it is cancelled', async () => {
    // Some 3.5 GB that nobody has to write: the records of the story, over and over. No machine has read them before the click.
    await page.evaluate((base64) => {
      const octets = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const once = new Blob([octets.subarray(24)]);
      const records = new Blob(Array.from({ length: 200 }, () => once));
      const parts = Array.from({ length: 500 }, () => records);
      const transfer = new DataTransfer();
      transfer.items.add(new File([octets.subarray(0, 24), ...parts], 'long.pcap'));
      document.body.firstElementChild?.dispatchEvent(
        new DragEvent('drop', { dataTransfer: transfer, bubbles: true }),
      );
    }, story.toString('base64'));
    await page.waitForSelector(byTestId('finding-item'));
    await waitForStatus(page, 'Reading');
    await press(page, byTestId('cancel'));
    await waitForStatus(page, 'Cancelled after');
    await waitForText(page, 'finding-title', 'Transfer-Encoding');
  });

  test('what is no capture is refused in words, and the page goes on', async () => {
    await dropFile(page, 'picture.png', readFileSync(`${root}public/icon-192.png`));
    expect(await alertAbout(page, 'picture.png')).toMatch(/PNG|capture/);
    await dropFile(page, 'empty.pcap', new Uint8Array());
    expect(await alertAbout(page, 'empty.pcap')).toMatch(/empty|0 bytes/);
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
  });

  test('the time from the drop to the findings is on record', async () => {
    await dropFile(page, 'story-1.pcap', story);
    await waitForFindings(page, 'story-1.pcap');
    await page.waitForFunction(() => performance.getEntriesByName('offwire:analysis').length === 1);
    const measure = await page.evaluate(() => {
      const [entry] = performance.getEntriesByName('offwire:analysis');
      const detail: unknown = entry instanceof PerformanceMeasure ? entry.detail : undefined;
      return { duration: entry?.duration, detail };
    });
    expect(measure.detail).toEqual({ bytes: story.length, packets: 273 });
    expect(measure.duration).toBeGreaterThan(0);
  });
});

describe('the report, in chromium', () => {
  test('is saved as the JSON that the command line prints', async () => {
    const downloads = mkdtempSync(join(tmpdir(), 'offwire-downloads-'));
    const browser = await launch('chromium');
    onTestFinished(() => close(browser));
    const session = await browser.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: downloads,
      eventsEnabled: true,
    });
    const finished = new Promise<void>((resolve) => {
      session.on('Browser.downloadProgress', ({ state }) => {
        if (state === 'completed') resolve();
      });
    });
    const { page, complaints, requests } = await openPage(browser, PAGE_ON_DISK);
    const file = join(downloads, 'story-1.pcap');
    writeFileSync(file, story);
    await pickFile(page, file);
    await waitForFindings(page, 'story-1.pcap');
    await page.waitForFunction(() => performance.getEntriesByName('offwire:analysis').length === 1);
    await press(page, 'button.report');
    await finished;
    const saved = readdirSync(downloads).find((entry) => entry.endsWith('.json')) ?? '';
    const report: unknown = JSON.parse(readFileSync(join(downloads, saved), 'utf8'));
    expect(report).toMatchObject({ file: 'story-1.pcap', packets: 273 });
    expect(report).toHaveProperty(['findings', 0, 'rule'], 'dup-te');
    expect([...complaints, ...requests]).toEqual([]);
    rmSync(downloads, { recursive: true });
  });
});
