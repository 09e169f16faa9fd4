import type { Page } from 'puppeteer-core';
import { byTestId, launch, openPage, PAGE_ON_DISK } from '../e2e/driver.ts';
import { repeatable } from '../support/repeated-capture.ts';
import { setup } from '../support/set-up-browsers.ts';
import { analyseGiven } from './analysis.ts';
import { megabytes } from './targets.ts';

/** Milliseconds that one Blob may take. */
const PATIENCE = 600_000;

/** Gives the page a file that is a header and the same records again and again: made in the page, of one part in its memory. */
async function giveRepeated(page: Page, times: number): Promise<void> {
  const { header, records } = repeatable();
  await page.evaluate(
    (texts, count, input) => {
      const [head, body] = texts.map(
        (text) => new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))]),
      );
      if (!head || !body) throw new Error('a header and records are wanted');
      const file = new File([head, ...new Array<Blob>(count).fill(body)], 'repeated.pcap');
      const transfer = new DataTransfer();
      transfer.items.add(file);
      const element = document.querySelector(input);
      if (!(element instanceof HTMLInputElement)) throw new Error('no input for files');
      element.files = transfer.files;
      element.dispatchEvent(new Event('change', { bubbles: true }));
    },
    [header, records].map((octets) => Buffer.from(octets).toString('base64')),
    times,
    `input${byTestId('drop-input')}`,
  );
}

/** Measures time and memory of so many million packets each, and what a packet costs between the last two. */
export async function measureScale(millions: readonly number[]): Promise<void> {
  setup();
  const browser = await launch('chromium');
  const measured: { readonly packets: number; readonly memory: number }[] = [];
  try {
    for (const count of millions) {
      const { page } = await openPage(browser, PAGE_ON_DISK);
      page.setDefaultTimeout(PATIENCE);
      const times = Math.round((count * 1e6) / repeatable().packets);
      const { milliseconds, bytes, packets, coreMemory } = await analyseGiven(
        page,
        () => giveRepeated(page, times),
        PATIENCE,
      );
      await page.close();
      measured.push({ packets, memory: coreMemory });
      const rate = (packets / milliseconds / 1e3).toFixed(2);
      console.log(
        `${packets.toLocaleString('en')} packets, ${megabytes(bytes)}: ${(milliseconds / 1000).toFixed(2)} s (${rate} million packets a second), WASM memory ${megabytes(coreMemory)}`,
      );
    }
  } finally {
    await browser.close();
  }
  // Above 256 MB the core asks for 128 MB ahead, once: the last two stand on the same side of that.
  const [before, last] = measured.slice(-2);
  if (!before || !last) return;
  const each = (last.memory - before.memory) / (last.packets - before.packets);
  console.log(`between the last two a packet costs ${each.toFixed(1)} octets of memory`);
}
