const MEANINGS: Readonly<Record<string, string>> = {
  'default-src': 'Nothing may be loaded but what the next lines allow.',
  'script-src':
    'Only the script in this file runs: its hash is named, every other script is refused. WebAssembly may run.',
  'style-src': 'Only the style in this file applies: its hash is named.',
  'img-src': 'Pictures come from the page itself, never from an address.',
  'worker-src':
    'Workers come from the page itself, and bring this policy with them. The hosted copy may also start its own offline helper.',
  'manifest-src': 'The hosted copy may read its own name and icon, to be installed as an app.',
  'connect-src': 'No fetch, no XMLHttpRequest, no WebSocket, no beacon, from the page or from its worker.',
  'base-uri': 'Nobody can turn the page’s relative addresses elsewhere.',
  'form-action': 'No form can be sent.',
  'require-trusted-types-for': 'Text never becomes markup or script by accident.',
  'trusted-types': 'The only two places that may make markup or start a worker.',
};

/** What no Content-Security-Policy can forbid today, and what stands in its place here. */
export const BEYOND_POLICY: readonly string[] = [
  'A policy cannot forbid a page to lead you to another address. This page has no link and no form that leaves it; a test of the source checks that.',
  'Chromium’s policy does not cover WebRTC. The page removes it from itself before anything else runs.',
  'Chromium’s policy does not cover opening a connection ahead of use (preconnect), which carries no data but a name. The page contains none; a test of the source checks that.',
  'A browser’s extensions may read and send what any page shows. For that, use a profile without extensions.',
];

/** What a directive of the page's policy does here, in a sentence. */
export function explainDirective(name: string): string {
  return MEANINGS[name] ?? '';
}

/** The line for a shell that checks a saved index.html against the hash that the page shows. */
export function checkCommand(hash: string): string {
  return `sed s/${hash}/$(printf %064d 0)/ index.html | sha256sum`;
}
