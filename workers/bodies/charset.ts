import type { BodyCharset } from '../../src/model/body.ts';
import type { MediaType } from './media-type.ts';

/** Octets of a document in which its meta element or declaration is looked for, as browsers do. */
const PRESCAN = 1024;

/** Octets that are looked at to tell UTF-16 without a mark. */
const SAMPLE = 512;

/** How the octets of a text are read: by its mark, its type, the document itself, or what the octets look like. */
export function charsetOf(octets: Uint8Array, { name, parameters }: MediaType): BodyCharset {
  const marked = byMark(octets);
  if (marked !== undefined) return { name: marked, source: 'byte order mark' };
  const declared = parameters.get('charset');
  const known = declared === undefined ? undefined : knownCharset(declared);
  // The mark that UTF-16 should have is missing: the octets tell which order it is.
  if (known === 'utf-16le' && /^utf-?16$/i.test(declared ?? '')) {
    return { name: utf16Order(octets) ?? 'utf-16le', source: 'Content-Type' };
  }
  if (known !== undefined) return { name: known, source: 'Content-Type' };
  const unknown = declared === undefined || declared === '' ? {} : { unknown: declared };
  const inside = byDocument(octets, name);
  if (inside !== undefined) return { name: inside, source: 'document', ...unknown };
  const wide = utf16Order(octets);
  if (wide !== undefined) return { name: wide, source: 'octets', ...unknown };
  return isUtf8(octets)
    ? { name: 'utf-8', source: 'octets', ...unknown }
    : { name: 'windows-1252', source: 'fallback', ...unknown };
}

/** The encoding's name as browsers know it; undefined where they do not. */
function knownCharset(label: string): string | undefined {
  try {
    return new TextDecoder(label.trim().replace(/^'|'$/g, '')).encoding;
  } catch {
    return undefined;
  }
}

function byMark(octets: Uint8Array): string | undefined {
  const [first, second, third] = octets;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

function byDocument(octets: Uint8Array, mediaType: string): string | undefined {
  if (!/html|xml|^$/.test(mediaType)) return undefined;
  const start = new TextDecoder('latin1').decode(octets.subarray(0, PRESCAN));
  const label =
    /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']/.exec(start)?.[1] ??
    /<meta[^>]*?\scharset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(start)?.[1] ??
    /<meta[^>]*?\scontent\s*=\s*["'][^"'>]*charset\s*=\s*([^\s"'/>;]+)/i.exec(start)?.[1];
  const known = label === undefined ? undefined : knownCharset(label);
  // The label itself was read octet by octet, so the document cannot be in UTF-16 (HTML section 13.2.3.2).
  return known?.startsWith('utf-16') ? 'utf-8' : known;
}

/** UTF-16 without a mark: nearly every second octet of western text and of JSON is zero. */
function utf16Order(octets: Uint8Array): string | undefined {
  const seen = Math.min(octets.length, SAMPLE) & ~1;
  if (seen < 4) return undefined;
  let [even, odd] = [0, 0];
  for (let at = 0; at < seen; at += 2) {
    if (octets[at] === 0) even++;
    if (octets[at + 1] === 0) odd++;
  }
  const half = seen / 2;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  return even > half * 0.7 && odd < half * 0.1 ? 'utf-16be' : undefined;
}

/** Valid UTF-8, but for a last character that was cut. */
export function isUtf8(octets: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Octets as text. */
export function decodeText(octets: Uint8Array, charset: BodyCharset): string {
  return new TextDecoder(charset.name).decode(octets);
}

/** Whether a text has controls that texts do not have: it is something else that can be read as text. */
export function hasControls(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/.test(text);
}
