import type { Page } from 'puppeteer-core';

/**
 * Ways in which a page or a worker can reach the network. These functions are sent to the browser as text: they use nothing but
 * their parameter. Each answers when its attempts have come to an end, whichever.
 */

/** Tries everything a page can do; each attempt asks for a path of its own at the address. */
export async function tryFromPage(address: string): Promise<void> {
  const settled = (target: EventTarget, ...names: string[]): Promise<void> =>
    new Promise((resolve) => {
      for (const name of names) target.addEventListener(name, () => resolve());
      setTimeout(resolve, 1000);
    });
  const quietly = async (attempt: () => unknown): Promise<void> => {
    try {
      await attempt();
    } catch {
      // Being refused is what is hoped for; the sink knows what got through.
    }
  };
  const element = (name: string, attributes: Record<string, string>): Promise<void> => {
    const made = document.createElement(name);
    const done = settled(made, 'load', 'error', 'loadedmetadata');
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    document.body.append(made);
    return done;
  };
  await Promise.all([
    quietly(() => fetch(`${address}fetch`, { mode: 'no-cors', method: 'POST', body: 'secret' })),
    quietly(() => {
      const request = new XMLHttpRequest();
      const done = settled(request, 'loadend');
      request.open('GET', `${address}xhr`);
      request.send();
      return done;
    }),
    quietly(() =>
      settled(new WebSocket(`${address.replace('http', 'ws')}websocket`), 'open', 'error', 'close'),
    ),
    quietly(() => settled(new EventSource(`${address}event-source`), 'open', 'error')),
    quietly(() => navigator.sendBeacon(`${address}beacon`, 'secret')),
    quietly(() => {
      const image = new Image();
      const done = settled(image, 'load', 'error');
      image.src = `${address}image`;
      return done;
    }),
    quietly(() => element('link', { rel: 'stylesheet', href: `${address}stylesheet` })),
    quietly(() => element('iframe', { src: `${address}iframe` })),
    quietly(() => element('video', { src: `${address}video` })),
    quietly(() => element('object', { data: `${address}object` })),
    quietly(() => element('script', { src: `${address}script` })),
    quietly(() => element('script', { src: `${address}module`, type: 'module' })),
    quietly(() => {
      const frame = document.createElement('iframe');
      frame.name = 'sink';
      document.body.append(frame);
      const form = document.createElement('form');
      form.action = `${address}form`;
      form.method = 'post';
      form.target = 'sink';
      document.body.append(form);
      const done = settled(frame, 'load');
      form.submit();
      return done;
    }),
  ]);
}

/** The paths that {@link tryFromPage} asks for. */
export const PAGE_ATTEMPTS = [
  ...['/beacon', '/event-source', '/fetch', '/form', '/iframe', '/image', '/module'],
  ...['/object', '/script', '/stylesheet', '/video', '/websocket', '/xhr'],
] as const;

/** Tries everything a worker can do. */
export async function tryFromWorker(address: string): Promise<void> {
  const settled = (target: EventTarget, ...names: string[]): Promise<void> =>
    new Promise((resolve) => {
      for (const name of names) target.addEventListener(name, () => resolve());
      setTimeout(resolve, 1000);
    });
  const quietly = async (attempt: () => unknown): Promise<void> => {
    try {
      await attempt();
    } catch {
      // Being refused is what is hoped for; the sink knows what got through.
    }
  };
  await Promise.all([
    quietly(() => fetch(`${address}fetch`, { mode: 'no-cors', method: 'POST', body: 'secret' })),
    quietly(() => {
      const request = new XMLHttpRequest();
      const done = settled(request, 'loadend');
      request.open('GET', `${address}xhr`);
      request.send();
      return done;
    }),
    quietly(() =>
      settled(new WebSocket(`${address.replace('http', 'ws')}websocket`), 'open', 'error', 'close'),
    ),
    quietly(() => settled(new EventSource(`${address}event-source`), 'open', 'error')),
    quietly(() => {
      const load: unknown = Reflect.get(globalThis, 'importScripts');
      if (typeof load === 'function') Reflect.apply(load, globalThis, [`${address}import-scripts`]);
    }),
  ]);
}

/** Marks the message that a worker sends when its attempts have come to an end. */
const WORKER_IS_DONE = 'offwire test: the attempts are over';

/**
 * For evaluateOnNewDocument: puts an attempt in front of the program of every Blob worker that the page starts, so that it runs
 * where the analysis runs. `workerAttempts()` then answers when it is over.
 */
export function haveWorkersTry(attempt: string, address: string, isDone: string): void {
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (content: Blob | MediaSource) => {
    if (!(content instanceof Blob) || content.type !== 'text/javascript') return create(content);
    const call = `(${attempt})(${JSON.stringify(address)}).then(() => postMessage(${JSON.stringify(isDone)}));\n`;
    return create(new Blob([call, content], { type: content.type }));
  };
  const over = new Promise<void>((resolve) => {
    globalThis.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          if (data === isDone) resolve();
        });
      }
    };
  });
  Object.assign(globalThis, { workerAttempts: () => over });
}

/** Prepares a page so that its worker makes its attempts; to be called before the page is opened. */
export async function prepareWorkerAttempts(page: Page, address: string): Promise<void> {
  await page.evaluateOnNewDocument(haveWorkersTry, tryFromWorker.toString(), address, WORKER_IS_DONE);
}

/** Waits until the attempts of the page's worker have come to an end. */
export async function workerAttempts(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const over: unknown = Reflect.get(globalThis, 'workerAttempts');
    if (typeof over !== 'function') throw new Error('the page was opened without prepareWorkerAttempts');
    await Reflect.apply(over, globalThis, []);
  });
}

/** The paths that {@link tryFromWorker} asks for. */
export const WORKER_ATTEMPTS = ['/event-source', '/fetch', '/import-scripts', '/websocket', '/xhr'] as const;
