/** The service worker's address, beside index.html. */
export const SERVICE_WORKER = 'service-worker.js';

/** The web app manifest's address, beside index.html. */
export const MANIFEST = 'manifest.webmanifest';

/** Whether the page was opened from disk, where no service worker and no manifest exist. */
export function isOpenedFromDisk(): boolean {
  return location.protocol === 'file:';
}
