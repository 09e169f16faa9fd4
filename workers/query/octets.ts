/** Whether two texts are the same octets. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Order of two texts by their octets: negative, 0 or positive. */
export function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether a text has another in it. */
export function includesOctets(text: Uint8Array, part: Uint8Array): boolean {
  const first = part[0];
  if (first === undefined) return true;
  const last = text.length - part.length;
  for (let from = text.indexOf(first); from >= 0 && from <= last; from = text.indexOf(first, from + 1)) {
    let at = 1;
    while (at < part.length && text[from + at] === part[at]) at++;
    if (at === part.length) return true;
  }
  return false;
}

/** Whether a text has another in it, A to Z like a to z. `lower` is in lower case. */
export function includesIgnoringCase(text: Uint8Array, lower: Uint8Array): boolean {
  const first = lower[0];
  if (first === undefined) return true;
  const last = text.length - lower.length;
  for (let from = 0; from <= last; from++) {
    if (lowerOctet(text[from] ?? 0) !== first) continue;
    let at = 1;
    while (at < lower.length && lowerOctet(text[from + at] ?? 0) === lower[at]) at++;
    if (at === lower.length) return true;
  }
  return false;
}

function lowerOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}
