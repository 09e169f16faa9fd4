import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/stale.ts';
import { BROWSER_NAMES, close, launch, openPage, openView, PAGE_ON_DISK, waitForFindings } from './driver.ts';

const captures = `${root}test/fixtures/captures/`;
const folder = mkdtempSync(join(tmpdir(), 'offwire-folder-'));
const node = join(folder, 'node');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  mkdirSync(join(node, 'pod'), { recursive: true });
  cpSync(`${captures}story-1.pcap`, join(node, 'a.pcap'));
  writeFileSync(join(node, 'pod/b.pcap.gz'), gzipSync(readFileSync(`${captures}story-2.pcap`)));
  writeFileSync(join(node, 'pod/notes.txt'), 'no capture\n');
});

/** Text of the view that tells of the files, once it is open. */
function health(page: Page): Promise<string> {
  return page.$$eval('.health', (views) => views.map((view) => view.textContent.replace(/\s+/g, ' ')).join());
}

test.each(BROWSER_NAMES)('%s: picked files open as one capture, compressed or not', async (name) => {
  const browser = await launch(name);
  try {
    const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
    const input = await page.waitForSelector('input[data-testid="drop-input"]');
    await input?.uploadFile(join(node, 'a.pcap'), join(node, 'pod/b.pcap.gz'));
    await waitForFindings(page, 'a.pcap and 1 more');
    await openView(page, 'health');
    await expect
      .poll(() => health(page))
      .toMatch(/a\.pcap ?35\.2 kB ?273 packets ?b\.pcap ?33\.8 kB ?146 packets/);
    expect(complaints).toEqual([]);
  } finally {
    await close(browser);
  }
});

// Only the protocol of Chromium can drop a folder.
test('chromium: a dropped folder opens with all captures in it', async () => {
  const browser = await launch('chromium');
  try {
    const { page, complaints } = await openPage(browser, PAGE_ON_DISK);
    const hand = await page.createCDPSession();
    const data = { items: [], files: [node], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await hand.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
    await waitForFindings(page, 'node');
    await openView(page, 'health');
    await expect
      .poll(() => health(page))
      .toMatch(/node\/a\.pcap ?35\.2 kB ?273 packets ?node\/pod\/b\.pcap ?33\.8 kB ?146/);
    expect(await health(page)).toMatch(/Left out ?node\/pod\/notes\.txt ?text/);
    expect(complaints).toEqual([]);
  } finally {
    await close(browser);
  }
});
