/** What came of removing the chunk framing of a content (RFC 9112 section 7.1). */
export interface Dechunked {
  readonly octets: Uint8Array;
  /** The last chunk was seen. */
  readonly isComplete: boolean;
  /** Why it ended early, where the framing is wrong. */
  readonly problem?: string;
}

/** Octets of a chunk-size line with its extensions, at most; the core has the same limit. */
const SIZE_LINE_OCTETS = 4096;

const LF = 0x0a;
const CR = 0x0d;

/** Removes chunk framing. What came before an error or the end of the octets is kept. */
export function dechunk(octets: Uint8Array): Dechunked {
  const content = new Uint8Array(octets.length);
  let used = 0;
  let at = 0;
  const done = (isComplete: boolean, problem?: string): Dechunked => {
    const kept = content.subarray(0, used);
    return problem === undefined ? { octets: kept, isComplete } : { octets: kept, isComplete, problem };
  };
  for (;;) {
    const lineEnd = octets.indexOf(LF, at);
    if (lineEnd < 0 || lineEnd - at > SIZE_LINE_OCTETS) {
      const isTooLong = octets.length - at > SIZE_LINE_OCTETS;
      return isTooLong ? done(false, 'a chunk-size line does not end') : done(false);
    }
    const line = new TextDecoder('latin1').decode(octets.subarray(at, lineEnd));
    // White space before an extension or the line's end is tolerated (RFC 9112 section 7.1.1, "bad" white space).
    const size = /^([0-9a-fA-F]{1,15})[ \t]*(;.*)?\r?$/s.exec(line)?.[1];
    if (size === undefined)
      return done(false, `a chunk size is no hexadecimal number: “${line.trim().slice(0, 20)}”`);
    at = lineEnd + 1;
    const length = parseInt(size, 16);
    if (length === 0) return done(true);
    const data = octets.subarray(at, at + length);
    content.set(data, used);
    used += data.length;
    if (data.length < length) return done(false);
    at += length;
    if (octets[at] === CR) at++;
    if (at >= octets.length) return done(false);
    if (octets[at] !== LF) return done(false, 'the CR LF after a chunk is missing');
    at++;
  }
}
