/**
 * Of the hosted copy only: keeps the page's own files, so that the next visit works without a network. It never asks for anything
 * else. The file is classic and loaded by URL, as browsers demand; its own policy comes with its response (public/_headers).
 */

/** Changes with every change of a kept file (vite.config.ts). */
declare const OFFWIRE_BUILD: string;
/** Names of the page's own files, beside this one. */
declare const OFFWIRE_FILES: readonly string[];

interface Lifetime extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchDemand extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** The parts of ServiceWorkerGlobalScope used here: TypeScript cannot load its webworker library beside the page's. */
interface ServiceWorkerScope {
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: {
      includeUncontrolled: boolean;
    }): Promise<readonly { postMessage(message: unknown): void }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Lifetime) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchDemand) => void): void;
}

declare const self: ServiceWorkerScope;

const PREFIX = 'offwire ';
const CACHE = PREFIX + OFFWIRE_BUILD;
const PAGE = new URL('index.html', location.href).href;
const addresses = OFFWIRE_FILES.map((name) => new URL(name, location.href).href);

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  // reload: not from the browser's own cache, which may still hold the files of the build before.
  await cache.addAll(addresses.map((address) => new Request(address, { cache: 'reload' })));
  for (const client of await self.clients.matchAll({ includeUncontrolled: true }))
    client.postMessage({ kept: addresses });
  await self.skipWaiting();
}

async function dropOlderBuilds(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

/** The kept file's address for a request; undefined for what is not ours. */
function ownAddress(request: Request): string | undefined {
  const url = new URL(request.url);
  url.hash = '';
  if (request.method !== 'GET') return undefined;
  if (url.href === new URL('./', location.href).href) return PAGE;
  return addresses.find((address) => address === url.href);
}

async function answerFromKept(request: Request, address: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  // The browser may have dropped the cache; the file itself is then the only other place.
  return (await cache.match(address)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(keepFiles()));
self.addEventListener('activate', (event) => event.waitUntil(dropOlderBuilds()));
self.addEventListener('fetch', (event) => {
  const address = ownAddress(event.request);
  if (address !== undefined) event.respondWith(answerFromKept(event.request, address));
});

export {};
