import { mkdirSync } from 'node:fs';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { findBrowser } from '../support/browsers.ts';
import { root } from '../support/stale.ts';
import { LATE, makeLate } from './late.ts';

/** The browsers that the page must work in, by the name of their Debian package. */
export const BROWSER_NAMES = ['chromium', 'firefox-esr'] as const;
export type BrowserName = (typeof BROWSER_NAMES)[number];

/** Where the page comes from. */
export const PLACES = ['disk', 'host'] as const;
export type Place = (typeof PLACES)[number];

/** The colour schemes a system can ask for. */
export const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

/**
 * Longest that a step may take, in milliseconds: a machine may be slow and busy. What is there sooner is not waited for.
 */
export const PATIENCE = 90_000;

/** The artifact, as it is opened from disk. */
export const PAGE_ON_DISK = `file://${root}dist/index.html`;

const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // The control without a policy must be able to reach this machine from file://, where Chromium would ask the user.
  '--disable-features=LocalNetworkAccessChecks',
];

/** Starts a browser with a fresh profile, on a system that asks for the scheme. */
export async function launch(name: BrowserName, scheme: Scheme = 'light'): Promise<Browser> {
  const executablePath = findBrowser(name);
  if (executablePath === undefined) throw new Error(`${name} is not installed`);
  try {
    return await start(name, executablePath, scheme);
  } catch (error) {
    // A machine that is out of breath for a moment must not fail all tests of a file; a browser that cannot start fails again.
    console.warn(`${executablePath} did not start, it is tried once more: ${String(error)}`);
  }
  try {
    return await start(name, executablePath, scheme);
  } catch (error) {
    throw new Error(`${executablePath} does not start. Try it by hand: ${executablePath} --headless`, {
      cause: error,
    });
  }
}

function start(name: BrowserName, executablePath: string, scheme: Scheme): Promise<Browser> {
  const patience = { executablePath, timeout: PATIENCE, protocolTimeout: 2 * PATIENCE };
  if (name === 'firefox-esr') {
    const preferences = { 'ui.systemUsesDarkTheme': scheme === 'dark' ? 1 : 0 };
    return puppeteer.launch({ ...patience, browser: 'firefox', extraPrefsFirefox: preferences });
  }
  const blink = `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`;
  return puppeteer.launch({ ...patience, args: [...CHROMIUM_FLAGS, blink] });
}

/** Ends a browser. */
export async function close(browser: Browser): Promise<void> {
  try {
    await browser.close();
  } catch (error) {
    const { exitCode, signalCode } = browser.process() ?? {};
    if (exitCode === null && signalCode === null) throw error;
    // It has ended; its profile cannot be removed while a process of it still writes there. That fails no test.
    console.warn(`A browser's profile was left behind: ${String(error)}`);
  }
}

/** A page that is being watched. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, and what the policy stopped. */
  readonly complaints: readonly string[];
  /** What the browser asked of the network; what comes from the disk or the page's own memory is left out. */
  readonly requests: readonly string[];
}

/** Opens an address in a new page of 1440 × 900; `prepare` gets the page before anything of it runs. */
export async function openPage(
  browser: Browser,
  address: string,
  prepare?: (page: Page) => Promise<void>,
): Promise<WatchedPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.setViewport({ width: 1440, height: 900 });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) =>
    complaints.push(`uncaught: ${error instanceof Error ? error.message : String(error)}`),
  );
  page.on('request', (request) => {
    if (!/^(file|blob|data):/.test(request.url())) requests.push(request.url());
  });
  await page.evaluateOnNewDocument(() => {
    // A violation is seen in the console too, but not in every browser and not in every wording.
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.effectiveDirective} stopped ${event.blockedURI}`),
    );
  });
  await makeLate(page, LATE);
  await prepare?.(page);
  await page.goto(address, { waitUntil: 'load' });
  return { page, complaints, requests };
}

/** What has a data-testid: the names that page and tests share. */
export function byTestId(name: string): string {
  return `[data-testid="${name}"]`;
}

/** Gives the page a file, as the drop zone's file picker does. */
export async function pickFile(page: Page, path: string): Promise<void> {
  const input = await page.waitForSelector('input[data-testid="drop-input"]');
  if (!input) throw new Error('InvariantError: waitForSelector answers an element or throws');
  await input.uploadFile(path);
}

/** Drops a file onto the window, as a hand does. */
export async function dropFile(page: Page, name: string, octets: Uint8Array): Promise<void> {
  await page.evaluate(
    (fileName, base64) => {
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      const target = document.body.firstElementChild ?? document.body;
      for (const type of ['dragenter', 'dragover', 'drop'])
        target.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
    },
    name,
    Buffer.from(octets).toString('base64'),
  );
}

/**
 * Clicks what may still move (tabs get counts, strips come and go): once it can be seen and nothing lies over it, and in the same
 * step, so that nothing moves between looking and clicking. Of several, the first that has just these words.
 */
export async function press(page: Page, selector: string, words?: string): Promise<void> {
  await page.waitForFunction(
    (wanted, text) => {
      const all = [...document.querySelectorAll<HTMLElement>(wanted)];
      const element = text === undefined ? all[0] : all.find((one) => one.textContent.trim() === text);
      if (element === undefined || element.matches(':disabled')) return false;
      element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, top, width, height } = element.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      if (hit === null || !element.contains(hit)) return false;
      element.click();
      return true;
    },
    {},
    selector,
    words,
  );
}

/** Clicks with the mouse, once the element can be seen and has stopped moving; what may move again is for {@link press}. */
export async function click(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setVisibility('visible').click();
}

/** Opens a view by its tab. */
export async function openView(page: Page, view: string): Promise<void> {
  const tab = byTestId(`view-tab-${view}`);
  await press(page, tab);
  await page.waitForSelector(`${tab}[aria-selected="true"]`);
}

/** Until the first element with the test id has the words, wherever they stand in it. */
export async function waitForText(page: Page, testId: string, words: string): Promise<void> {
  await page.waitForFunction(
    (selector, wanted) => document.querySelector(selector)?.textContent.includes(wanted),
    {},
    byTestId(testId),
    words,
  );
}

/** Until there are rows, and each in sight was read: the selection and the count are there before the rows are. */
export async function waitForRows(page: Page): Promise<void> {
  await page.waitForFunction(
    (selector) => {
      const rows = [...document.querySelectorAll(selector)];
      return rows.length > 0 && rows.every((row) => row.textContent.trim() !== '');
    },
    {},
    byTestId('row'),
  );
}

/** Text of the first element with the test id; '' where there is none. */
export async function textOf(page: Page, testId: string): Promise<string> {
  return page.evaluate(
    (selector) => document.querySelector(selector)?.textContent.trim() ?? '',
    byTestId(testId),
  );
}

/** Waits until a capture of this name was read to its end, and the page shows its findings. */
export async function waitForFindings(page: Page, fileName: string): Promise<void> {
  await waitForReading(page, fileName);
  await page.waitForSelector(byTestId('finding-title'));
}

/** Waits until a capture of this name was read to its end: while it is read, the page moves and tables grow. */
export async function waitForReading(page: Page, fileName: string): Promise<void> {
  await page.waitForFunction(
    (name, status) =>
      document.querySelector(status)?.textContent.includes('Read in') &&
      document.body.innerText.includes(name),
    {},
    fileName,
    byTestId('status-line'),
  );
}

/** Keeps a picture of the page for people to look at, in test/e2e/screenshots. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = `${root}test/e2e/screenshots`;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
