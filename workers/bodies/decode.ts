import type { Bytes } from '../../src/model/units.ts';

/** A content after its content codings were undone. */
export interface Decoded {
  readonly octets: Uint8Array;
  /** The codings that were undone, or what kept one from being undone; undefined for identity. */
  readonly encoding?: string;
  readonly isComplete: boolean;
  readonly problem?: string;
}

type Coding = 'gzip' | 'deflate' | 'deflate-raw';

const CODINGS: Readonly<Record<string, Coding | undefined>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
};

/**
 * Undoes the content codings of a Content-Encoding value (RFC 9110 section 8.4), as far as the browser can, up to `limit` octets.
 * A content that is cut short gives what its octets hold.
 */
export async function decodeContent(
  octets: Uint8Array,
  contentEncoding: string,
  limit: Bytes,
): Promise<Decoded> {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return { octets, isComplete: true };
  let content = octets;
  let isComplete = true;
  let problem: string | undefined;
  // Codings are listed in the order they were applied, so the last is undone first.
  for (const coding of codings.toReversed()) {
    const known = CODINGS[coding];
    if (known === undefined) {
      return { octets: content, encoding: `${coding}, not decoded in this version`, isComplete };
    }
    const inflated = await inflate(content, known, limit);
    content = inflated.octets;
    isComplete &&= inflated.isComplete;
    problem ??= inflated.problem;
  }
  const decoded = { octets: content, encoding: codings.join(', '), isComplete };
  return problem === undefined ? decoded : { ...decoded, problem };
}

async function inflate(octets: Uint8Array, coding: Coding, limit: Bytes): Promise<Decoded> {
  const found = await run(octets, coding, limit);
  // Some senders of "deflate" leave out the zlib wrapper (RFC 9110 section 8.4.1.2).
  if (coding === 'deflate' && found.problem !== undefined && found.octets.length === 0) {
    const raw = await run(octets, 'deflate-raw', limit);
    if (raw.octets.length > 0) return raw;
  }
  return found;
}

async function run(octets: Uint8Array, coding: Coding, limit: Bytes): Promise<Decoded> {
  const parts: Uint8Array[] = [];
  let size = 0;
  let problem: string | undefined;
  const stream = new Blob([new Uint8Array(octets)]).stream().pipeThrough(new DecompressionStream(coding));
  const reader = stream.getReader();
  try {
    while (size <= limit) {
      const { value, done } = await reader.read();
      if (done) return { octets: join(parts, Math.min(size, limit)), isComplete: true };
      parts.push(value);
      size += value.length;
    }
    await reader.cancel();
  } catch (error) {
    // Octets that are cut short or no such coding at all: the stream fails (a TypeError in browsers) and what it gave stays.
    problem = error instanceof Error ? error.message : String(error);
  }
  const kept = { octets: join(parts, Math.min(size, limit)), isComplete: false };
  return problem === undefined ? kept : { ...kept, problem };
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    const kept = part.subarray(0, size - at);
    joined.set(kept, at);
    at += kept.length;
  }
  return joined;
}
