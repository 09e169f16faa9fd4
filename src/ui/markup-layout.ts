import type { LaidOut } from './json-layout.ts';

/** A comment, a CDATA section, a declaration, a tag, or what is between them. */
const PIECE =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|<[!/]?[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*>|<|[^<]+/g;

/** Elements of HTML that have no end tag, and those whose text is not markup. */
const VOID = /^<(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)[\s/>]/i;
const RAW = /^<(script|style|pre|textarea)[\s>]/i;

/** Levels that are indented. */
const DEEPEST = 40;

/** A line of a markup that is laid out already is not longer than this, on average. */
const LINE = 160;

/**
 * Markup with its tags over lines. Only where tags follow each other without text between them is a line broken, so that no text
 * changes. Undefined where it has lines already.
 */
export function layOutMarkup(text: string, isHtml: boolean, limit: number): LaidOut | undefined {
  const lines = text.split('\n').length;
  if (text.length < LINE || text.length / lines < LINE) return undefined;
  /** Of each open element whether it has text of its own: its tags stay on their line. */
  const open: boolean[] = [];
  let out = '';
  let raw: string | undefined;
  let wasTag = false;
  for (const [piece] of text.matchAll(PIECE)) {
    const isTag = piece.startsWith('<') && piece.length > 1;
    const isEnd = piece.startsWith('</');
    if (raw !== undefined) {
      out += piece;
      if (isEnd && piece.slice(2, 2 + raw.length).toLowerCase() === raw) {
        raw = undefined;
        open.pop();
      }
      wasTag = true;
    } else if (!isTag && piece.trim() === '') {
      continue;
    } else {
      const isMixed = open.at(-1) ?? false;
      if (isEnd) open.pop();
      if (wasTag && isTag && !isMixed) out += `\n${'  '.repeat(Math.min(open.length, DEEPEST))}`;
      if (!isTag && open.length > 0) open[open.length - 1] = true;
      out += piece;
      wasTag = isTag;
      const opens = isTag && !isEnd && /^<[A-Za-z]/.test(piece) && !piece.endsWith('/>');
      if (opens && !(isHtml && VOID.test(piece))) {
        open.push(false);
        if (isHtml) raw = RAW.exec(piece)?.[1]?.toLowerCase();
      }
    }
    if (out.length > limit) return { text: out.slice(0, limit), isCapped: true };
  }
  return { text: out, isCapped: false };
}
