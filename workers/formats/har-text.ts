/** How a HAR file begins (HAR 1.2 section "log"), the function of JSONP in front of it or not. */
const HAR = /^\s*([\w$.]+\s*\(\s*)?\{[^]*?"log"\s*:\s*\{[^]*?"(version|creator|entries|pages|browser)"\s*:/;

/** Whether a file that begins with these octets is a HAR file. A byte order mark in front is passed over. */
export function isHar(octets: Uint8Array): boolean {
  return HAR.test(new TextDecoder().decode(octets));
}
