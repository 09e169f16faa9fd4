import { addRequests, setOffline } from './no-egress.ts';
import { isOpenedFromDisk, MANIFEST, SERVICE_WORKER } from './own-files.ts';
import { trustedScriptUrl } from './trusted-script-url.ts';

/** What the service worker tells its pages once it has fetched the page's own files. */
interface Kept {
  readonly kept: readonly string[];
}

function isKept(message: unknown): message is Kept {
  return typeof message === 'object' && message !== null && 'kept' in message && Array.isArray(message.kept);
}

/** In the hosted copy: keeps the page's own files for the next visit without a network. From disk there is nothing to do. */
export async function registerServiceWorker(): Promise<void> {
  if (isOpenedFromDisk() || import.meta.env.DEV) return;
  linkManifest();
  // Absent in private windows of some browsers, and on hosts without HTTPS.
  if (!('serviceWorker' in navigator)) return;
  setOffline('preparing');
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isKept(data)) return;
    const purpose = 'a file of this page, kept for the next visit without a network';
    addRequests(data.kept.map((address) => ({ address, initiator: 'service worker', purpose })));
  });
  try {
    await navigator.serviceWorker.register(trustedScriptUrl(SERVICE_WORKER));
    const address = new URL(SERVICE_WORKER, location.href).href;
    addRequests([{ address, initiator: 'service worker', purpose: 'the offline helper itself' }]);
    await navigator.serviceWorker.ready;
    setOffline('ready');
  } catch (error) {
    // A host without HTTPS, or a browser that keeps nothing: the page works all the same, with a network.
    setOffline('unavailable');
    console.info('Offline use is not available:', error);
  }
}

/** Not in the HTML: from disk Chromium refuses the file with an error. */
function linkManifest(): void {
  const link = document.createElement('link');
  link.rel = 'manifest';
  link.href = MANIFEST;
  document.head.append(link);
}
