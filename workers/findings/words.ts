import { formatCount } from '../../src/model/format.ts';
import type { Prose } from '../../src/model/finding.ts';

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(parts: readonly string[]): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1] ?? ''}`;
}

/** `a, b and 7 more`: the first `shown` of a longer list. */
export function enumerateSome(parts: readonly string[], shown: number): string {
  if (parts.length <= shown) return enumerate(parts);
  return `${parts.slice(0, shown).join(', ')} and ${formatCount(parts.length - shown)} more`;
}

/** The sentence with its first letter in upper case. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text of the capture, cut where it gets long. Octets that are no letters stay as they are: the page shows text nodes. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** The target without its query, short: what a route is called. */
export function routeOf(target: string): string {
  return shorten(target.replace(/[?#].*$/s, ''), 60);
}

/** Prose from parts, leaving out what is undefined. */
export function prose(...parts: readonly (Prose[number] | Prose | undefined)[]): Prose {
  const joined: Prose[number][] = [];
  for (const part of parts) {
    if (part === undefined) continue;
    if (typeof part === 'string' || 'code' in part || 'strong' in part) joined.push(part);
    else joined.push(...part);
  }
  return joined;
}

/** Octets of the capture in a sentence. */
export function code(text: string): { readonly code: string } {
  return { code: shorten(text, 160) };
}

/** `{ code }` parts as a list: a and b. */
export function codes(texts: readonly string[]): Prose {
  return texts.flatMap((text, at) =>
    at === 0 ? [code(text)] : [at === texts.length - 1 ? ' and ' : ', ', code(text)],
  );
}
