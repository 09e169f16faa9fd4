import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { findFaintTexts } from './contrast.ts';
import {
  BROWSER_NAMES,
  close,
  dropFile,
  launch,
  openPage,
  openView,
  PAGE_ON_DISK,
  waitForFindings,
  type WatchedPage,
} from './driver.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGElEQVR42mN49uEDQ0MDJsmAVRREDkodAB1JeMH7dbmaAAAAAElFTkSuQmCC',
  'base64',
);
// What a picture must not do: run, load, and lead away.
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><script>document.title="ran"</script>' +
  '<image href="http://127.0.0.1:9/x.png" width="9" height="9"/><rect width="40" height="30" onload="document.title=1"/></svg>';
const json = '{"id":12345678901234567890,"list":[1,2,{"a":null}]}';
const parts = Buffer.concat([
  Buffer.from('--X\r\nContent-Disposition: form-data; name="title"\r\n\r\nGrüße <b>\r\n--X\r\n'),
  Buffer.from(
    'Content-Disposition: form-data; name="file"; filename="dot.png"\r\nContent-Type: image/png\r\n\r\n',
  ),
  png,
  Buffer.from('\r\n--X--\r\n'),
]);

/** Content type with other lines, and the content, of each response. */
const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ['application/json\r\nContent-Encoding: br', brotliCompressSync(json)],
  ['application/x-www-form-urlencoded', Buffer.from('user=j%C3%B6rg&tags=one&tags=%3Cb%3E')],
  ['multipart/form-data; boundary=X', parts],
  ['image/svg+xml', Buffer.from(svg)],
  ['image/png\r\nContent-Encoding: gzip', gzipSync(png)],
  [
    'text/html; charset=iso-8859-1',
    Buffer.from('<p>Käse</p><script>document.title="ran"</script>', 'latin1'),
  ],
];

function capture(): Uint8Array {
  const lines = [
    'client 10.0.0.1:35500',
    'server 10.0.0.2:8080',
    '0ms client > server SYN',
    '1ms server > client SYN ACK',
  ];
  lines.push('2ms client > server ACK');
  CONTENTS.forEach(([type, content], at) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n`;
    const response = Buffer.concat([Buffer.from(head), content]).toString('hex');
    lines.push(`${10 * at + 3}ms client > server "GET /${at} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"`);
    lines.push(`${10 * at + 5}ms server > client hex"${response}" mss 1448`);
  });
  return writePcap(drawn(lines.join('\n')), { variant: 'nanoseconds' }).octets;
}

const RESPONSE = 'section[aria-label="Response"]';

/** Shows an exchange; answers when its response's body is there. */
async function show(page: Page, exchange: number): Promise<void> {
  await page.evaluate((row) => {
    location.hash = `#/exchanges/${row}`;
  }, exchange);
  await page.waitForFunction(
    (selector, target) => {
      const title = document.querySelector('.detail .name')?.textContent ?? '';
      return title.endsWith(target) && document.querySelector(`${selector} .segments`) !== null;
    },
    {},
    RESPONSE,
    `/${exchange}`,
  );
}

/** Text in the response by now; '' where there is nothing like it. */
const textIn = (page: Page, selector: string): Promise<string> =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', `${RESPONSE} ${selector}`);

async function choose(page: Page, form: string): Promise<void> {
  await page.waitForFunction(
    (selector, label) => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>(`${selector} .segments button`)];
      const found = buttons.find((button) => button.textContent === label);
      found?.click();
      return found !== undefined;
    },
    {},
    RESPONSE,
    form,
  );
}

describe.each(BROWSER_NAMES)('bodies, in %s', (name) => {
  let browser: Browser;
  let opened: WatchedPage;

  beforeAll(async () => {
    browser = await launch(name);
    opened = await openPage(browser, PAGE_ON_DISK);
    await dropFile(opened.page, 'kinds.pcap', capture());
    await waitForFindings(opened.page, 'kinds.pcap');
    await openView(opened.page, 'exchanges');
  });
  afterAll(() => close(browser));

  test('Brotli is decoded, and JSON laid out with its numbers as sent', async () => {
    const { page } = opened;
    await show(page, 0);
    await expect.poll(() => textIn(page, 'pre')).toContain('  "id": 12345678901234567890,\n');
    await expect.poll(() => textIn(page, '.body h2')).toContain('br · 51 B of content');
    await choose(page, 'Text');
    await page.waitForFunction(
      (selector, text) => document.querySelector(`${selector} pre`)?.textContent === text,
      {},
      RESPONSE,
      json,
    );
    await choose(page, 'On the wire');
    await page.waitForSelector(`${RESPONSE} [aria-label="Response body as it was on the wire"]`);
    expect(await page.evaluate(findFaintTexts)).toEqual([]);
  });

  test('a form is a table, a multipart form its parts', async () => {
    const { page } = opened;
    await show(page, 1);
    const cells = (): Promise<string[][]> =>
      page.$$eval(`${RESPONSE} tbody tr`, (rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
    await expect.poll(cells).toEqual([
      ['user', 'jörg'],
      ['tags', 'one'],
      ['tags', '<b>'],
    ]);
    await show(page, 2);
    await expect.poll(() => textIn(page, 'li:first-child pre')).toBe('Grüße <b>');
    await expect
      .poll(() => textIn(page, 'li:last-child h3'))
      .toContain('Part 2: file, dot.png · image/png · 81 B');
    expect(await page.evaluate(findFaintTexts)).toEqual([]);
  });

  test.each([
    ['in SVG, which runs and loads nothing', 3, '40 × 30'],
    ['that is compressed once more', 4, '8 × 8'],
  ])('a picture is drawn: %s', async (_, exchange, size) => {
    const { page } = opened;
    await show(page, exchange);
    await page.waitForFunction(
      (selector, pixels) => document.querySelector(`${selector} figcaption`)?.textContent.includes(pixels),
      {},
      RESPONSE,
      size,
    );
    expect(await page.title()).not.toBe('ran');
  });

  test('HTML is text in its charset, and nothing of the capture ran or was asked for', async () => {
    const { page, complaints, requests } = opened;
    await show(page, 5);
    await expect.poll(() => textIn(page, 'pre')).toContain('<p>Käse</p><script>');
    expect(await page.title()).not.toBe('ran');
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });
});
