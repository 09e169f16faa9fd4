import { concat, hexOctets, textOctets } from './octets.ts';

/** A word, or octets written as "text", hex"…" or an interpolated value. */
export type Token =
  { readonly kind: 'word'; readonly text: string } | { readonly kind: 'octets'; readonly octets: Uint8Array };

/** A line of a script, with the lines that go on with its payload. */
export interface ScriptLine {
  readonly number: number;
  readonly tokens: readonly Token[];
}

/** What a script's template may hold: numbers become part of the text, the others octets. */
export type ScriptValue = number | bigint | string | Uint8Array;

// Marks the place of an interpolated value in the joined text: a character of the private use area, then its index.
const MARK = '\ue000';
const PATTERN = new RegExp(
  String.raw`\s*(?:(\/\/.*)|hex"([^"]*)"|"((?:[^"\\]|\\.)*)"|${MARK}(\d+)${MARK}|([^\s"${MARK}]+))(?:\*(\d+))?`,
  'y',
);
const ESCAPES: Readonly<Record<string, string>> = {
  r: '\r',
  n: '\n',
  t: '\t',
  0: '\0',
  '\\': '\\',
  '"': '"',
  '`': '`',
  $: '$',
};

function octetsOf(value: ScriptValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return textOctets(String(value ?? ''));
}

/** The octets of a quoted text: escapes as in JavaScript (\r \n \t \0 \xNN), other characters in UTF-8. */
function quotedOctets(text: string, values: readonly ScriptValue[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const match of text.matchAll(
    new RegExp(String.raw`\\x([0-9a-f]{2})|\\(.)|${MARK}(\d+)${MARK}|([^\\${MARK}]+)`, 'gi'),
  )) {
    const [, hex, escape, place, plain] = match;
    if (hex !== undefined) parts.push(hexOctets(hex));
    else if (place !== undefined) parts.push(octetsOf(values[Number(place)]));
    else if (plain !== undefined) parts.push(textOctets(plain));
    else {
      const character = ESCAPES[escape ?? ''];
      if (character === undefined) throw new Error(`unknown escape \\${escape ?? ''} in "${text}"`);
      parts.push(textOctets(character));
    }
  }
  return concat(...parts);
}

function tokenize(line: string, number: number, values: readonly ScriptValue[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (line.slice(at).trim() !== '') {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(line);
    if (match === null) throw new Error(`script line ${number}: cannot read "${line.slice(at).trim()}"`);
    at = PATTERN.lastIndex;
    const [, comment, hex, quoted, place, word, times] = match;
    if (comment !== undefined) break;
    if (word !== undefined)
      tokens.push({ kind: 'word', text: times === undefined ? word : `${word}*${times}` });
    else {
      let octets = quotedOctets(quoted ?? '', values);
      if (hex !== undefined) octets = hexOctets(hex);
      if (place !== undefined) octets = octetsOf(values[Number(place)]);
      tokens.push({
        kind: 'octets',
        octets: concat(...new Array<Uint8Array>(Number(times ?? 1)).fill(octets)),
      });
    }
  }
  return tokens;
}

/** Splits a script into lines of tokens. A line that begins with octets goes on with the line before. */
export function scriptLines(strings: readonly string[], values: readonly ScriptValue[]): ScriptLine[] {
  const text = strings.reduce((joined, part, index) => {
    const value = values[index - 1];
    const isText = typeof value === 'number' || typeof value === 'bigint';
    return joined + (isText ? String(value) : `${MARK}${index - 1}${MARK}`) + part;
  });
  const lines: { number: number; tokens: Token[] }[] = [];
  text.split('\n').forEach((line, index) => {
    const tokens = tokenize(line, index + 1, values);
    const last = lines[lines.length - 1];
    if (tokens.length === 0) return;
    if (tokens[0]?.kind === 'octets' && last !== undefined) last.tokens.push(...tokens);
    else lines.push({ number: index + 1, tokens });
  });
  return lines;
}
