/** The pictures that browsers draw, by their first octets ("." stands for any octet); as the WHATWG's MIME sniffing has them. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF....WEBPVP'],
  ['image/avif', '....ftypavif'],
  ['image/avif', '....ftypavis'],
  ['image/x-icon', '\x00\x00\x01\x00'],
  ['image/x-icon', '\x00\x00\x02\x00'],
];

/** The type of a picture that browsers draw, told by its octets; undefined for anything else. */
export function imageTypeOf(octets: Uint8Array, declared: string): string | undefined {
  const start = String.fromCharCode(...octets.subarray(0, 16));
  const isLike = (pattern: string): boolean =>
    start.length >= pattern.length &&
    Array.from(pattern).every((octet, at) => octet === '.' || start[at] === octet);
  const found = SIGNATURES.find(([, pattern]) => isLike(pattern))?.[0];
  // Two zero octets begin many things: an icon is believed where its type says so too, or where it has between 1 and 64 pictures.
  if (found === 'image/x-icon') {
    const pictures = (octets[4] ?? 0) | ((octets[5] ?? 0) << 8);
    return /icon|^image\//.test(declared) || (declared === '' && pictures > 0 && pictures <= 64)
      ? found
      : undefined;
  }
  if (found === undefined && start.startsWith('BM') && octets.length >= 18) {
    const header = octets[14] ?? 0;
    return [12, 40, 64, 108, 124].includes(header) && octets[15] === 0 ? 'image/bmp' : undefined;
  }
  return found;
}
