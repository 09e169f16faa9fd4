import { LIMITS } from '../../src/model/limits.ts';

/** A part of a multipart content before its content is looked at. */
export interface RawPart {
  readonly lines: readonly string[];
  readonly octets: Uint8Array;
  /** The delimiter behind it was seen. */
  readonly isComplete: boolean;
}

/** A multipart content taken apart. */
export interface Multipart {
  readonly parts: readonly RawPart[];
  /** The closing delimiter was seen. */
  readonly isComplete: boolean;
  /** There are more parts than are listed. */
  readonly isCapped: boolean;
}

const [LF, CR, DASH, SPACE, TAB] = [10, 13, 45, 32, 9];

/** Octets of a part's header section; longer ones are content. */
const HEAD_OCTETS = 16_384;

/** Takes a multipart content apart (RFC 2046 section 5.1.1); line ends of LF alone are read too. */
export function splitMultipart(octets: Uint8Array, boundary: string): Multipart {
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  const parts: RawPart[] = [];
  let start: number | undefined;
  for (let at = 0; ;) {
    const found = findDelimiter(octets, delimiter, at);
    if (found === undefined) break;
    if (start !== undefined) parts.push({ ...partIn(octets.subarray(start, found.start)), isComplete: true });
    if (found.isLast) return { parts, isComplete: true, isCapped: false };
    if (parts.length >= LIMITS.BODY_PARTS) return { parts, isComplete: false, isCapped: true };
    start = at = found.end;
  }
  if (start !== undefined) parts.push({ ...partIn(octets.subarray(start)), isComplete: false });
  return { parts, isComplete: false, isCapped: false };
}

/** The boundary of a multipart content whose type names none: that of its first line; undefined where that is none. */
export function guessBoundary(octets: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(octets.subarray(0, 80));
  return /^(?:\r?\n)?--([\w'()+,./:=?-]{1,70})\r?\n/.exec(start)?.[1];
}

interface Delimiter {
  /** Of the line end in front of it, which belongs to it. */
  readonly start: number;
  /** Behind its line. */
  readonly end: number;
  readonly isLast: boolean;
}

function findDelimiter(octets: Uint8Array, delimiter: Uint8Array, from: number): Delimiter | undefined {
  for (let at = octets.indexOf(DASH, from); at >= 0; at = octets.indexOf(DASH, at + 1)) {
    if (at > 0 && octets[at - 1] !== LF) {
      // The next line; dashes inside this one are none.
      const lineEnd = octets.indexOf(LF, at);
      if (lineEnd < 0) return undefined;
      at = lineEnd;
      continue;
    }
    const delimited = delimiterAt(octets, delimiter, at);
    if (delimited) return delimited;
  }
  return undefined;
}

function delimiterAt(octets: Uint8Array, delimiter: Uint8Array, at: number): Delimiter | undefined {
  if (octets.length - at < delimiter.length) return undefined;
  if (delimiter.some((octet, index) => octets[at + index] !== octet)) return undefined;
  let end = at + delimiter.length;
  const isLast = octets[end] === DASH && octets[end + 1] === DASH;
  if (isLast) end += 2;
  while (octets[end] === SPACE || octets[end] === TAB) end++;
  if (octets[end] === CR) end++;
  if (octets[end] === LF) end++;
  else if (end < octets.length && !isLast) return undefined;
  let start = at;
  if (start > 0 && octets[start - 1] === LF) start--;
  if (start > 0 && octets[start - 1] === CR) start--;
  return { start, end, isLast };
}

function partIn(octets: Uint8Array): { readonly lines: readonly string[]; readonly octets: Uint8Array } {
  const lines: string[] = [];
  for (let at = 0; at < octets.length;) {
    const lineFeed = octets.indexOf(LF, at);
    const lineEnd = lineFeed < 0 ? octets.length : lineFeed;
    const line = octets.subarray(at, octets[lineEnd - 1] === CR && lineEnd > at ? lineEnd - 1 : lineEnd);
    at = Math.min(octets.length, lineEnd + 1);
    if (line.length === 0) return { lines, octets: octets.subarray(at) };
    if (at > HEAD_OCTETS) break;
    lines.push(new TextDecoder().decode(line));
  }
  // A part without an empty line has no content, only lines.
  return lines.every((line) => line.includes(':')) && octets.length <= HEAD_OCTETS
    ? { lines, octets: new Uint8Array() }
    : { lines: [], octets };
}
