import type { Bytes } from '../../src/model/units.ts';
import { type UndoCoding, undoBrotli, undoDeflate, undoGzip, undoZstd } from './undo-coding.ts';

/** Why a coding was not undone, or not to its end. */
export interface CodingProblem {
  readonly coding: string;
  readonly words: string;
  readonly kind: 'damaged' | 'refused';
  /** Nothing came out: the octets stay as they are. */
  readonly isNothing: boolean;
}

/** A content after its codings were undone. */
export interface Decoded {
  readonly octets: Uint8Array;
  /** The codings that were met, in the order they were applied; undefined for identity. */
  readonly encoding?: string;
  readonly isComplete: boolean;
  /** There is more than was asked for. */
  readonly isCapped: boolean;
  readonly problem?: CodingProblem;
}

/** The codings that are undone, by the names of IANA's registry and their old ones (RFC 9110 section 8.4.1). */
const CODINGS: Readonly<Record<string, UndoCoding | undefined>> = {
  gzip: undoGzip,
  'x-gzip': undoGzip,
  deflate: undoDeflate,
  br: undoBrotli,
  zstd: undoZstd,
};

/** Why a coding is not undone. */
const REFUSED: Readonly<Record<string, string | undefined>> = {
  compress: 'the LZW of the Unix program compress; no browser accepts it any more',
  'x-compress': 'the LZW of the Unix program compress; no browser accepts it any more',
  exi: 'Efficient XML Interchange; it needs the schema',
  'pack200-gzip': 'a format for Java archives',
  aes128gcm: 'it is encrypted, and the key is not in the message (RFC 8188)',
  dcb: 'it needs the dictionary that the client kept (RFC 9842)',
  dcz: 'it needs the dictionary that the client kept (RFC 9842)',
};

/** The codings of a Content-Encoding or Transfer-Encoding value, in lower case and in the order they were applied. */
export function codingsOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((coding) => (coding.split(';')[0] ?? '').trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

/**
 * Undoes codings (RFC 9110 section 8.4), up to `limit` octets. A content that is cut short gives what its octets hold; one whose
 * coding is not undone stays as it is, and so does one that is not coded as it says.
 */
export function decodeContent(octets: Uint8Array, codings: readonly string[], limit: Bytes): Decoded {
  if (codings.length === 0) {
    const isCapped = octets.length > limit;
    return { octets: octets.subarray(0, limit), isComplete: !isCapped, isCapped };
  }
  const encoding = codings.join(', ');
  let content = octets;
  let isComplete = true;
  let isCapped = false;
  let problem: Decoded['problem'];
  // Codings are listed in the order they were applied, so the last is undone first.
  for (const coding of codings.toReversed()) {
    const undo = CODINGS[coding];
    if (undo === undefined) {
      const words = REFUSED[coding] ?? 'it is not in the registry of codings';
      problem ??= { coding, words, kind: 'refused', isNothing: true };
      break;
    }
    if (content.length === 0) break;
    const undone = undo(content, limit);
    const isNothing = undone.octets.length === 0;
    if (undone.problem !== undefined) {
      problem ??= { coding, words: undone.problem, kind: 'damaged', isNothing };
    }
    isComplete &&= undone.isComplete;
    isCapped ||= undone.isCapped;
    if (isNothing && undone.problem !== undefined) break;
    content = undone.octets;
  }
  const decoded = {
    octets: content.subarray(0, limit),
    encoding,
    isComplete: isComplete && problem === undefined && content.length <= limit,
    isCapped: isCapped || content.length > limit,
  };
  return problem === undefined ? decoded : { ...decoded, problem };
}
