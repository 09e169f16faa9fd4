import { SERVICE_WORKER } from './own-files.ts';

function onlyOwn(address: string): string {
  if (address.startsWith('blob:') || address === SERVICE_WORKER) return address;
  throw new Error(
    `InvariantError: ${address} is neither a Blob nor ${SERVICE_WORKER}; no other script may be started`,
  );
}

// The policy's name is in the page's Content-Security-Policy (vite.config.ts), which lets nobody else make one.
const policy = globalThis.trustedTypes?.createPolicy('offwire-worker', { createScriptURL: onlyOwn });

/** A worker's address that `require-trusted-types-for 'script'` accepts: a Blob's, or our service worker's. */
export function trustedScriptUrl(address: string): string {
  return policy ? policy.createScriptURL(address) : onlyOwn(address);
}
