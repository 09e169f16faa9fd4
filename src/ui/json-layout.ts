/** A text laid out over lines. */
export interface LaidOut {
  readonly text: string;
  /** There is more than was asked for. */
  readonly isCapped: boolean;
}

/** A token of JSON (RFC 8259): a text, a number, a name, a sign, or white space. */
const TOKEN =
  /\s+|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)|[[\]{},:]/y;

/** Beginning of a token that the end of a cut text may hold. */
const CUT_TOKEN =
  /^(?:"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\u0000-\u001f]*)*(?:\\(?:u[0-9A-Fa-f]{0,3})?)?|-|-?\d[\d.eE+-]*|[a-z]{1,4})$/;

/** Levels that are indented; deeper ones stand where the last one does, or the text would grow with the square of its depth. */
const DEEPEST = 40;

/** What may come next. */
type Place = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/**
 * JSON laid out over lines, every token as it was sent: large numbers keep their digits, names that come twice both stay. Undefined
 * where it is none; `isCut` takes the beginning of one. At most `limit` characters, about.
 */
export function layOutJson(text: string, isCut: boolean, limit: number): LaidOut | undefined {
  const open: string[] = [];
  let place: Place = 'value';
  let out = '';
  const indent = (): string => `\n${'  '.repeat(Math.min(open.length, DEEPEST))}`;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return isCut && CUT_TOKEN.test(text.slice(at)) ? capped(out, limit) : undefined;
    const first = token[0] ?? '';
    if (/\s/.test(first)) continue;
    const isFirst = place === 'value or end' || place === 'name or end';
    const isEnd: boolean = first === ']' || first === '}';
    const next: Place | undefined = isEnd ? afterEnd(open, place, first) : after(open, place, first);
    if (next === undefined) return undefined;
    if (isEnd) {
      open.pop();
      out += isFirst ? token : indent() + token;
    } else {
      out += (isFirst ? indent() : '') + token;
      if (first === ',') out += indent();
      else if (first === ':') out += ' ';
      else if (first === '[' || first === '{') open.push(first);
    }
    place = isEnd && open.length === 0 ? 'nothing' : next;
    if (out.length > limit) return { text: out.slice(0, limit), isCapped: true };
  }
  return place === 'nothing' || isCut ? { text: out, isCapped: false } : undefined;
}

function capped(text: string, limit: number): LaidOut {
  return { text: text.slice(0, limit), isCapped: text.length > limit };
}

function afterEnd(open: readonly string[], place: Place, end: string): Place | undefined {
  const opened = open.at(-1);
  if (opened !== (end === ']' ? '[' : '{')) return undefined;
  const mayEnd =
    place === 'comma or end' ||
    place === (end === ']' ? ('value or end' as const) : ('name or end' as const));
  return mayEnd ? 'comma or end' : undefined;
}

function after(open: readonly string[], place: Place, first: string): Place | undefined {
  if (first === ',') {
    if (place !== 'comma or end' || open.length === 0) return undefined;
    return open.at(-1) === '{' ? 'name' : 'value';
  }
  if (first === ':') return place === 'colon' ? 'value' : undefined;
  if (place === 'name' || place === 'name or end') return first === '"' ? 'colon' : undefined;
  if (place !== 'value' && place !== 'value or end') return undefined;
  if (first === '{') return 'name or end';
  if (first === '[') return 'value or end';
  return open.length === 0 ? 'nothing' : 'comma or end';
}
