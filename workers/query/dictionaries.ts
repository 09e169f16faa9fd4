import type { Core } from '../core.ts';
import { formatAddress } from '../addresses.ts';
import { namesOf } from '../names.ts';
import { remembering, verdictOn, Verdict, type TextDictionary } from './source.ts';

const UTF8 = new TextEncoder();

function dictionary(
  size: number | undefined,
  values: (key: number) => readonly Uint8Array[],
): TextDictionary {
  return {
    values,
    test: (passes) => remembering((key) => verdictOn(values(key), passes), size),
  };
}

/** Interned texts by their number; 0 has no value. */
export function interned(core: Core): TextDictionary {
  return dictionary(core.tables.texts.rows + 1, (key) => (key === 0 ? [] : [core.textOctets(key)]));
}

/** Interned texts, cut into values. */
export function internedParts(core: Core, cut: (text: string) => readonly string[]): TextDictionary {
  return dictionary(core.tables.texts.rows + 1, (key) =>
    key === 0 ? [] : cut(core.text(key)).map((part) => UTF8.encode(part)),
  );
}

/** Texts that are told from their key: addresses, names, pairs. Keys may be sparse. */
export function told(tell: (key: number) => readonly string[]): TextDictionary {
  return dictionary(undefined, (key) => tell(key).map((text) => UTF8.encode(text)));
}

/** Texts whose octets are found by their key. Keys may be sparse. */
export function octetsOf(values: (key: number) => readonly Uint8Array[]): TextDictionary {
  return dictionary(undefined, values);
}

/** Names of the bits of a mask; 0 has no value. */
export function bitNames(names: readonly (readonly [bit: number, name: string])[]): TextDictionary {
  return told((mask) => names.flatMap(([bit, name]) => ((mask & bit) === 0 ? [] : [name])));
}

/** Addresses as text, and the names that the capture gives them; keys are rows of the addresses table. */
export function addressTexts(core: Core, ipVersion: 4 | 6): TextDictionary {
  return told((row) => {
    const address = formatAddress(core, row, ipVersion);
    return [address, ...namesOf(core, address)];
  });
}

/** The values of one field of header sections (rows of the sections table), or with no name, whole field lines. */
export function sectionValues(core: Core, lowerCaseName: string | undefined): TextDictionary {
  const { sections, lines, texts } = core.tables;
  const name = lowerCaseName === undefined ? undefined : UTF8.encode(lowerCaseName);
  const valueOf = (text: number): Uint8Array | undefined => {
    const line = core.textOctets(text);
    return name === undefined ? line : fieldValueOctets(line, name);
  };
  return {
    values: (section) => {
      const first = lines.rows === 0 ? 0 : sections.firstLine(section);
      const values: Uint8Array[] = [];
      for (let at = 0; at < sections.lines(section); at++) {
        const value = valueOf(lines.text(first + at));
        if (value) values.push(value);
      }
      return values;
    },
    test: (passes) => {
      // Each distinct line is looked at once, then each distinct section.
      const testLine = remembering((text) => {
        const value = valueOf(text);
        return value === undefined ? 0 : verdictOn([value], passes);
      }, texts.rows + 1);
      return remembering((section) => {
        const first = sections.firstLine(section);
        const count = sections.lines(section);
        let verdict = 0;
        let isAll = true;
        for (let at = 0; at < count; at++) {
          const line = testLine(lines.text(first + at));
          verdict |= line;
          if (line !== 0 && (line & Verdict.ALL) === 0) isAll = false;
        }
        return isAll ? verdict : verdict & ~Verdict.ALL;
      }, sections.rows);
    },
  };
}

const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

/** The value of a field line if it has this lower-case name (RFC 9110 section 5.1), without white space around it. */
function fieldValueOctets(line: Uint8Array, name: Uint8Array): Uint8Array | undefined {
  if (line.length <= name.length) return undefined;
  for (let at = 0; at < name.length; at++) {
    const octet = line[at] ?? 0;
    const lower = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    if (lower !== name[at]) return undefined;
  }
  let colon = name.length;
  while (line[colon] === SPACE || line[colon] === TAB) colon++;
  return line[colon] === COLON ? valueAfter(line, colon) : undefined;
}

/** What follows the colon of a field line, without white space around it. */
function valueAfter(line: Uint8Array, colon: number): Uint8Array {
  let start = colon + 1;
  let end = line.length;
  while (start < end && (line[start] === SPACE || line[start] === TAB)) start++;
  while (end > start && (line[end - 1] === SPACE || line[end - 1] === TAB)) end--;
  return line.subarray(start, end);
}
