import { failed, ok, type Result } from '../../src/model/result.ts';
import type { FilterError } from '../api.ts';
import type { Span } from './ast.ts';

/** A token of a display filter. */
export type Token = Span &
  (
    | { readonly kind: 'word' | 'symbol' | 'end'; readonly text: string }
    | { readonly kind: 'quoted'; readonly text: string; readonly octets: Uint8Array }
  );

/** Longest first, so that `==` is not read as two `=`. */
const SYMBOLS = [
  ...['===', '!==', '==', '!=', '~=', '>=', '<=', '&&', '||', '^^', '..'],
  ...['>', '<', '~', '!', '&', '(', ')', '{', '}', '[', ']', ','],
];

const WORD_CHARACTER = /[A-Za-z0-9_.:-]/;
const ADDRESS = /^[0-9A-Fa-f:]*[.:][0-9A-Fa-f.:]*$/;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Splits a display filter into tokens; the last one is of kind `end`. */
export function tokenize(text: string): Result<readonly Token[], FilterError> {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    const character = text[at];
    if (character === undefined) break;
    const isRaw = /^r"/i.test(text.slice(at, at + 2));
    if (character === '"' || isRaw) {
      const quoted = readQuoted(text, at, isRaw);
      if (!quoted.ok) return quoted;
      tokens.push(quoted.value);
      at = quoted.value.end;
      continue;
    }
    if (character === "'") {
      const constant = readCharacter(text, at);
      if (!constant.ok) return constant;
      tokens.push(constant.value);
      at = constant.value.end;
      continue;
    }
    const end = wordEnd(text, at);
    if (end > at) {
      tokens.push({ kind: 'word', text: text.slice(at, end), start: at, end });
      at = end;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at)) ?? character;
    tokens.push({ kind: 'symbol', text: symbol, start: at, end: at + symbol.length });
    at += symbol.length;
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return ok(tokens);
}

/** Where the word that begins at `at` ends; `at` where none does. */
function wordEnd(text: string, at: number): number {
  let end = at;
  if (text[at] === '-') {
    if (!/[0-9.]/.test(text[at + 1] ?? '')) return at;
    end++;
  }
  for (;;) {
    const character = text[end];
    if (character === undefined) return end;
    if (character === '.' && text[end + 1] === '.') return end;
    // A prefix length belongs to its address: 10.0.0.0/8.
    const isPrefix =
      character === '/' && /[0-9]/.test(text[end + 1] ?? '') && ADDRESS.test(text.slice(at, end));
    if (!isPrefix && !WORD_CHARACTER.test(character)) return end;
    end++;
  }
}

/** A constant in single quotes is its character's number. */
function readCharacter(text: string, start: number): Result<Token, FilterError> {
  const match = /^'(?:\\x([0-9A-Fa-f]{2})|\\([nrtafv\\"'0])|([^'\\]))'/u.exec(text.slice(start, start + 12));
  if (!match) {
    return failed({
      message: "Single quotes hold one character ('A'); put texts in double quotes",
      start,
      end: Math.min(text.length, start + 2),
    });
  }
  const [all, hex, escape, plain] = match;
  let code = plain?.codePointAt(0) ?? 0;
  if (hex !== undefined) code = parseInt(hex, 16);
  else if (escape !== undefined) code = SIMPLE_ESCAPES[escape]?.charCodeAt(0) ?? 0;
  return ok({ kind: 'word', text: String(code), start, end: start + all.length });
}

const UTF8 = new TextEncoder();

/** Reads a quoted text from its (r and) opening quote. An escape that Wireshark does not know stays as written: "a\.b". */
function readQuoted(text: string, start: number, isRaw: boolean): Result<Token, FilterError> {
  const octets: number[] = [];
  let value = '';
  const add = (part: string): void => {
    value += part;
    octets.push(...UTF8.encode(part));
  };
  let at = start + (isRaw ? 2 : 1);
  for (;;) {
    const character = text[at];
    if (character === undefined) {
      return failed({
        message: 'This text has no closing quote (")',
        start,
        end: text.length,
      });
    }
    if (character === '"') break;
    if (character === '\\' && isRaw && text[at + 1] === '"') {
      add('\\"');
      at += 2;
      continue;
    }
    if (character !== '\\' || isRaw) {
      const point = text.codePointAt(at) ?? 0;
      const part = String.fromCodePoint(point);
      add(part);
      at += part.length;
      continue;
    }
    const rest = text.slice(at + 1, at + 10);
    const octet = /^(?:x([0-9A-Fa-f]{1,2})|([0-3]?[0-7]{1,2}))/.exec(rest);
    const unicode = /^(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/.exec(rest);
    if (octet) {
      const code = octet[1] === undefined ? parseInt(octet[2] ?? '0', 8) : parseInt(octet[1], 16);
      value += String.fromCharCode(code);
      octets.push(code);
      at += 1 + octet[0].length;
    } else if (unicode) {
      const point = parseInt(unicode[1] ?? unicode[2] ?? '0', 16);
      if (point > 0x10ffff) {
        return failed({
          message: 'There is no such Unicode character',
          start: at,
          end: at + 1 + unicode[0].length,
        });
      }
      add(String.fromCodePoint(point));
      at += 1 + unicode[0].length;
    } else {
      const known = SIMPLE_ESCAPES[rest[0] ?? ''];
      if (known === undefined) {
        add('\\');
        at++;
      } else {
        add(known);
        at += 2;
      }
    }
  }
  return ok({ kind: 'quoted', text: value, octets: Uint8Array.from(octets), start, end: at + 1 });
}
