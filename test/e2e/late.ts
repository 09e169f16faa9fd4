import type { Page } from 'puppeteer-core';

/**
 * For evaluateOnNewDocument: every message of a Blob worker comes up to so many milliseconds late, in order on each channel. It
 * shows the tests that look before they wait, and the page where an answer that comes late overwrites what is newer.
 */
function delayWorkers(milliseconds: number): void {
  /** Runs in the worker, before its program; it is sent there as text. */
  const delay = (most: number): void => {
    const queues = new WeakMap<object, Promise<void>>();
    const delayMessages = (owner: object): void => {
      const send: unknown = Reflect.get(owner, 'postMessage');
      if (typeof send !== 'function') throw new Error('nothing to send messages with');
      const postMessage = function (this: unknown, message: unknown, transfer?: unknown[]): void {
        const target = typeof this === 'object' && this !== null ? this : globalThis;
        // What is sent is copied at once: the sender may change it meanwhile.
        const hasPort = transfer?.some((one) => one instanceof MessagePort) === true;
        const copy: unknown = hasPort ? message : structuredClone(message);
        const before = queues.get(target) ?? Promise.resolve();
        const pause = new Promise<void>((resolve) => setTimeout(resolve, Math.random() * most));
        const sent = Promise.all([before, pause]).then(() => {
          Reflect.apply(send, target, hasPort ? [message, transfer] : [copy]);
        });
        queues.set(target, sent);
      };
      Reflect.set(owner, 'postMessage', postMessage);
    };
    delayMessages(MessagePort.prototype);
    delayMessages(globalThis);
  };
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (content: Blob | MediaSource) =>
    content instanceof Blob && content.type === 'text/javascript'
      ? create(new Blob([`(${delay.toString()})(${milliseconds});\n`, content], { type: content.type }))
      : create(content);
}

/** What the variable OFFWIRE_LATE makes of every page. */
export const LATE = Number(process.env['OFFWIRE_LATE'] ?? 0);

/** Makes the answers of the page's worker late by so many milliseconds at most; to be called before the page is opened. */
export async function makeLate(page: Page, milliseconds: number): Promise<void> {
  if (milliseconds > 0) await page.evaluateOnNewDocument(delayWorkers, milliseconds);
}
