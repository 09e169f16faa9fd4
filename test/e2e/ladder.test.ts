import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { drawn } from '../support/packet-script.ts';
import { root } from '../support/stale.ts';
import { writePcap } from '../support/write-pcap.ts';
import { findFaintTexts } from './contrast.ts';
import {
  BROWSER_NAMES,
  byTestId,
  dropFile,
  launch,
  openPage,
  PAGE_ON_DISK,
  pickFile,
  press,
  SCHEMES,
  screenshot,
  waitForReading,
  waitForRows,
  waitForText,
} from './driver.ts';

const LADDER = byTestId('ladder');
const CUT = `${root}test/fixtures/captures/rst-mid-response.pcap`;
const LOSSY = `${root}test/fixtures/captures/healthy-lossy.pcap`;

/** Follows a link within the page. */
async function goTo(page: Page, fragment: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), fragment);
}

/** Opens a flow or an exchange, and answers the rows of its ladder, as a screen reader has them. */
async function rowsOf(page: Page, fragment: string, address: string): Promise<readonly string[]> {
  await goTo(page, fragment);
  await waitForText(page, 'ladder', address);
  await page.waitForSelector(`${LADDER} li a`);
  return page.$$eval(`${LADDER} li`, (rows) =>
    rows.map((row) => row.textContent.replace(/\s+/g, ' ').trim()),
  );
}

/** Packet of the row that has the focus; 0 where no row has it. */
function focused(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement ? Number(activeElement.dataset['packet'] ?? 0) : 0;
  });
}

const withoutTimes = (rows: readonly string[]): readonly string[] =>
  rows.map((row) => row.replace(/^[\d.]+ \S+ /, ''));

test.each(BROWSER_NAMES)(
  '%s: a ladder tells a flow and an exchange in words, and follows the keys',
  async (name) => {
    const browser = await launch(name);
    try {
      const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
      await pickFile(page, CUT);
      await waitForReading(page, 'rst-mid-response.pcap');
      const rows = withoutTimes(await rowsOf(page, '#/flows/5', '10.244.0.20:54242'));
      expect(rows).toEqual([
        'client to server: SYN',
        'server to client: SYN, ACK',
        'client to server: ACK',
        'client to server: GET /api/orders/export 115 bytes',
        'server to client: ACK',
        'server to client: 200 OK 1,448 bytes',
        'client to server: ACK',
        'server to client: PSH, ACK 625 bytes',
        'client to server: ACK',
        'server to client: RST, ACK',
      ]);
      // One stop for Tab; arrows lead from packet to packet, Enter to the packet itself.
      expect(await page.$$eval(`${LADDER} li a[tabindex="0"]`, (all) => all.length)).toBe(1);
      await page.focus(`${LADDER} li a`);
      for (let times = 0; times < 3; times++) await page.keyboard.press('ArrowDown');
      const request = await focused(page);
      await waitForText(page, 'ladder-chosen', `Packet ${request}`);
      await waitForText(page, 'ladder-chosen', 'Seq 1–115');
      await page.keyboard.press('End');
      await waitForText(page, 'ladder-chosen', 'RST, ACK');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowUp');
      await waitForText(page, 'ladder-chosen', 'Seq 0');
      await page.hover(`${LADDER} a[data-packet="${request}"]`);
      await waitForText(page, 'ladder-chosen', `Packet ${request}`);
      await page.focus(`${LADDER} a[data-packet="${request}"]`);
      await page.keyboard.press('Enter');
      await page.waitForFunction((packet) => location.hash === `#/packets/${packet}`, {}, request);

      await goTo(page, '#/exchanges/7');
      await waitForRows(page);
      await press(page, '[data-detail] button', 'Packets');
      expect(withoutTimes(await rowsOf(page, '#/exchanges/7/packets', '10.244.0.20:54242'))).toEqual(rows);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

test.each(BROWSER_NAMES)(
  '%s: what is chosen in a long ladder stays so when more of it is loaded',
  async (name) => {
    const browser = await launch(name);
    try {
      const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
      const capture = drawn(
        'client 10.0.0.1:1\nserver 10.0.0.2:2\n0ms client > server SYN\n1ms client > server "x"*700 mss 1',
      );
      await dropFile(page, 'long.pcap', writePcap(capture).octets);
      await waitForReading(page, 'long.pcap');
      const shown = (): Promise<number> => page.$$eval(`${LADDER} li a`, (all) => all.length);
      await rowsOf(page, '#/flows/0', '10.0.0.1:1');
      expect(await shown()).toBe(200);
      await waitForText(page, 'ladder', '501 packets between');
      // The last but one, behind what is left out.
      await page.focus(`${LADDER} li a`);
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowUp');
      await waitForText(page, 'ladder-chosen', 'Packet 700');
      await press(page, `${LADDER} button`, 'Next 200');
      await waitForText(page, 'ladder', '301 packets between');
      expect([await shown(), await focused(page)]).toEqual([400, 700]);
      await press(page, `${LADDER} button`, '200 before the end');
      await waitForText(page, 'ladder', '101 packets between');
      await waitForText(page, 'ladder-chosen', 'Packet 700');
      await press(page, `${LADDER} button`, 'Next 200');
      await page.waitForFunction((ladder) => !document.querySelector(`${ladder} button`), {}, LADDER);
      expect([await shown(), await focused(page)]).toEqual([701, 700]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

test.each(BROWSER_NAMES)(
  '%s: loss is told in the ladder, and nothing is cut off where the page is narrow',
  async (name) => {
    for (const scheme of name === 'chromium' ? SCHEMES : (['light'] as const)) {
      const browser = await launch(name, scheme);
      try {
        const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
        await pickFile(page, LOSSY);
        await waitForReading(page, 'healthy-lossy.pcap');
        const rows = (await rowsOf(page, '#/flows/0', '10.244.0.10:44402')).join('\n');
        expect(rows).toContain('From the server: ← 1,448 bytes missing here');
        expect(rows).toMatch(/client to server: ACK dup ack/);
        expect(rows).toMatch(/server to client: .*1,448 bytes .*retransmission/);
        expect(rows).toMatch(/client to server: FIN, ACK/);
        await press(page, `${LADDER} input[type="checkbox"]`);
        await waitForText(page, 'ladder', 'SACK 13,033–14,480');
        for (const width of [800, 1000, 1320, 1440]) {
          await page.setViewport({ width, height: 900 });
          for (const view of ['exchanges', 'flows']) {
            await goTo(page, `#/${view}/0${view === 'exchanges' ? '/packets' : ''}`);
            await waitForRows(page);
            await page.waitForSelector(LADDER);
            // Until everything is laid out for this width.
            await page.waitForFunction(() =>
              [
                ...document.querySelectorAll(
                  '[role="grid"], [data-detail] [role="region"], [data-testid="ladder"]',
                ),
              ].every((element) => element.clientWidth > 0 && element.scrollWidth <= element.clientWidth),
            );
          }
          const [facts, ladder] = await page.$$eval('[data-detail] [role="region"]', (all) =>
            all.map(
              (element) =>
                [element.getBoundingClientRect().top, element.getBoundingClientRect().bottom] as const,
            ),
          );
          const isStacked = (facts?.[1] ?? NaN) <= (ladder?.[0] ?? NaN);
          expect([width, isStacked]).toEqual([width, width < 1040]);
          await screenshot(page, `ladder-${width}-${scheme}-${name}`);
        }
        expect(await page.evaluate(findFaintTexts), scheme).toEqual([]);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    }
  },
);
