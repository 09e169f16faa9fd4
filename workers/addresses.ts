import type { Core } from './core.ts';

/**
 * The address in a row of the addresses table, as people write it: IPv4 dotted; IPv6 as RFC 5952 section 4 asks (lower case, no
 * leading zeros, `::` for the longest run of at least two zero groups, the first of equal runs).
 */
export function formatAddress(core: Core, row: number, ipVersion: number): string {
  const { word0, word1, word2, word3 } = core.tables.addresses;
  if (ipVersion === 4) return formatIpv4(word3(row));
  return formatIpv6([word0(row), word1(row), word2(row), word3(row)]);
}

/** An address and a port: `10.0.0.1:80`, `[::1]:80` (RFC 5952 section 6). */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An IPv4 address, given as its big-endian word. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** An IPv6 address, given as its four big-endian words. */
export function formatIpv6(words: readonly [number, number, number, number]): string {
  const [word0, word1, word2, word3] = words;
  // IPv4-mapped addresses are written mixed (RFC 5952 section 5).
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${formatIpv4(word3)}`;
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let runStart = 0;
  let runLength = 1;
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > runLength) [runStart, runLength] = [at, length];
    at += length;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (runLength < 2) return hex(groups);
  return `${hex(groups.slice(0, runStart))}::${hex(groups.slice(runStart + runLength))}`;
}
