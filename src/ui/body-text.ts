import { layOutJson } from './json-layout.ts';

/** Characters of a body that are laid out at once; more makes a page slow and is read by nobody. */
export const SHOWN_CHARACTERS = 200_000;

/** Whether octets are text: valid UTF-8 (but for a last character that was cut) without controls other than tab, CR, LF, FF. */
export function isText(octets: Uint8Array): boolean {
  for (const octet of octets) {
    if (octet < 0x20 && octet !== 9 && octet !== 10 && octet !== 12 && octet !== 13) return false;
    if (octet === 0x7f) return false;
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Octets as text; what is none in their charset becomes a replacement character. */
export function decodeText(octets: Uint8Array, charset = 'utf-8'): string {
  return new TextDecoder(charset).decode(octets);
}

/** JSON laid out over lines, its numbers as they were sent; undefined where it is none, or a part of one. */
export function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  return layOutJson(text, false, Infinity)?.text;
}

/** A control character as its picture (U+2400), so that hostile octets cannot hide or move text; line ends stay. */
export function showControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}
