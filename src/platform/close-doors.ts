/**
 * Takes away what no policy covers: Chromium lets WebRTC send datagrams under `default-src 'none'` (version 156, tried by
 * test/e2e/no-egress.test.ts). Must run before anything else of the page.
 */
export function closeDoors(): void {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'mozRTCPeerConnection'])
    Reflect.deleteProperty(globalThis, name);
}
