import { FILTER_FIELDS, HEADER_PREFIX, type FilterField } from '../../src/model/filter-fields.ts';
import type { Completion } from '../api.ts';
import { decodeText, type Core } from '../core.ts';
import { formatAddress } from '../addresses.ts';
import { knownField, type KnownField } from './field-lookup.ts';
import { tokenize, type Token } from './lexer.ts';
import { FUNCTIONS } from './operand.ts';
import { RELATIONS } from './parser.ts';
import { domainRows, type Source } from './source.ts';

/** Completions that are offered at once. */
const MOST = 40;

/** Rows that are looked at for values, and different values that are counted. */
const SAMPLED_ROWS = 65_536;
const SAMPLED_VALUES = 500;

/** What can stand where the caret is. */
interface Place {
  readonly expects: 'field' | 'operator' | 'value' | 'joint' | 'nothing';
  /** The field that the operator or value belongs to. */
  readonly field: KnownField | undefined;
}

/** Completions at a caret in a filter; with a core, the values that its capture has. */
export function complete(core: Core | undefined, text: string, caret: number): readonly Completion[] {
  const { start, end, typed, isQuoted } = wordAt(text, caret);
  const place = placeAfter(text.slice(0, start));
  const answer = (entries: readonly Entry[]): readonly Completion[] =>
    matching(entries, typed).map(({ insert, label }) => ({ text: insert, label, start, end }));
  if (isQuoted) {
    return place.expects === 'value' && place.field && core ? answer(valuesOf(core, place.field)) : [];
  }
  switch (place.expects) {
    case 'field':
      if (core && typed.startsWith(HEADER_PREFIX)) return answer([...FIELDS, ...headerNames(core)]);
      return typed === '' && text.trim() !== '' ? answer(FIELDS) : answer([...FIELDS, ...FUNCTION_ENTRIES]);
    case 'operator':
      return place.field ? answer([...operatorsOf(place.field.field), ...JOINTS]) : [];
    case 'value':
      return place.field && core ? answer(valuesOf(core, place.field)) : [];
    case 'joint':
      return answer(JOINTS);
    case 'nothing':
      return [];
  }
}

interface Entry {
  /** What is inserted. */
  readonly insert: string;
  readonly label: string;
  /** What typing is compared with. */
  readonly match: string;
}

const FIELDS: readonly Entry[] = FILTER_FIELDS.map(({ name, label }) => ({
  insert: name,
  label,
  match: name,
}));

const FUNCTION_ENTRIES: readonly Entry[] = FUNCTIONS.map((name) => ({
  insert: `${name}(`,
  label: 'Function of a field',
  match: name,
}));

const JOINTS: readonly Entry[] = [
  { insert: 'and ', label: 'Both hold', match: 'and' },
  { insert: 'or ', label: 'Either holds', match: 'or' },
];

const OPERATORS: readonly Entry[] = [
  { insert: '== ', label: 'Equal', match: '==' },
  { insert: '!= ', label: 'Different', match: '!=' },
  { insert: '> ', label: 'Greater', match: '>' },
  { insert: '>= ', label: 'Greater or equal', match: '>=' },
  { insert: '< ', label: 'Less', match: '<' },
  { insert: '<= ', label: 'Less or equal', match: '<=' },
  { insert: 'contains ', label: 'Has the text in it', match: 'contains' },
  { insert: 'matches ', label: 'Regular expression', match: 'matches' },
  { insert: 'in {', label: 'One of several', match: 'in' },
];

function operatorsOf(field: FilterField): readonly Entry[] {
  switch (field.type) {
    case 'presence':
      return [];
    case 'text':
      return OPERATORS.filter(({ match }) => !/[<>]/.test(match));
    case 'boolean':
      return OPERATORS.filter(({ match }) => match === '==' || match === '!=');
    case 'number':
    case 'duration':
    case 'moment':
    case 'ipv4':
    case 'ipv6':
      return OPERATORS.filter(({ match }) => match !== 'contains' && match !== 'matches');
  }
}

/** What begins with the typed text first, then what has it elsewhere. */
function matching(entries: readonly Entry[], typed: string): readonly Entry[] {
  const wanted = typed.toLowerCase();
  const begins: Entry[] = [];
  const has: Entry[] = [];
  for (const entry of entries) {
    const at = entry.match.toLowerCase().indexOf(wanted);
    if (entry.insert === typed) continue;
    if (at === 0) begins.push(entry);
    else if (at > 0) has.push(entry);
  }
  return [...begins, ...has].slice(0, MOST);
}

interface TypedWord {
  readonly start: number;
  readonly end: number;
  /** What stands between start and caret, without a quote. */
  readonly typed: string;
  readonly isQuoted: boolean;
}

/** The word, operator or quoted text that the caret is in or behind. */
function wordAt(text: string, caret: number): TypedWord {
  const before = text.slice(0, caret);
  const tokens = tokenize(before);
  if (!tokens.ok) {
    const { start } = tokens.error;
    const typed = before.slice(start).replace(/^r?"?/i, '');
    return { start, end: text[caret] === '"' ? caret + 1 : caret, typed, isQuoted: true };
  }
  const [typed = ''] = /(?:[A-Za-z0-9_.:-]+|[=!<>&|~]+)?$/.exec(before) ?? [];
  const [rest = ''] = /^[A-Za-z0-9_.:-]*/.exec(text.slice(caret)) ?? [];
  const isSymbol = /[^A-Za-z0-9_.:-]/.test(typed);
  return { start: caret - typed.length, end: caret + (isSymbol ? 0 : rest.length), typed, isQuoted: false };
}

/** What can follow the beginning of a filter. */
function placeAfter(before: string): Place {
  const tokens = tokenize(before);
  if (!tokens.ok) return { expects: 'nothing', field: undefined };
  let place: Place = { expects: 'field', field: undefined };
  let isInSet = false;
  for (const token of tokens.value) {
    if (token.kind === 'end') break;
    if (token.text === '{') isInSet = true;
    if (token.text === '}') isInSet = false;
    place = step(place, token, isInSet);
  }
  return place;
}

const LOGICAL = /^(?:and|or|xor|not|&&|\|\||\^\^|!|\(|any|all)$/i;

function step({ expects, field }: Place, token: Token, isInSet: boolean): Place {
  if (token.kind !== 'quoted') {
    if (expects === 'operator' && token.text === 'not') return { expects, field };
    if (LOGICAL.test(token.text)) return { expects: 'field', field: undefined };
    if (Object.hasOwn(RELATIONS, token.text) || /^(?:in|\{|,|\.\.|&)$/.test(token.text)) {
      return { expects: 'value', field };
    }
    if (token.text === ')' || token.text === '}') {
      return { expects: field && expects === 'operator' ? 'operator' : 'joint', field };
    }
  }
  if (expects === 'value') return { expects: isInSet ? 'value' : 'joint', field };
  if (expects !== 'field' || token.kind !== 'word') return { expects: 'nothing', field: undefined };
  const known = knownField(token.text);
  if (known) return { expects: 'operator', field: known };
  const isFunction = FUNCTIONS.some((name) => name === token.text);
  return { expects: isFunction ? 'field' : 'nothing', field: undefined };
}

/** Values that a field has in the capture, the most frequent first. */
function valuesOf(core: Core, { field, bind }: KnownField): readonly Entry[] {
  const values = bind(core);
  if (values.type === 'boolean') return [1, 0].map((value) => entry(String(value), value ? 'true' : 'false'));
  if (values.type === 'presence' || values.type === 'duration' || values.type === 'moment') return [];
  // Most packets have a number of their own here; that would be no help.
  if (values.source.domain === 'packets' && field.type === 'number') return [];
  const counts = sampleKeys(core, values.source);
  const texts = new Map<string, number>();
  for (const [key, count] of counts) {
    for (const text of tell(key)) texts.set(text, (texts.get(text) ?? 0) + count);
  }
  return [...texts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([text, count]) => {
      const insert = values.type === 'text' ? `"${text.replace(/[\\"]/g, '\\$&')}"` : text;
      return entry(insert, count === 1 ? 'once' : `${count} times`, text);
    });

  function tell(key: number): readonly string[] {
    switch (values.type) {
      case 'text':
        return values.dictionary.values(key).map((octets) => decodeText(octets).slice(0, 200));
      case 'ipv4':
        return [formatAddress(core, key, 4)];
      case 'ipv6':
        return [formatAddress(core, key, 6)];
      default:
        return [String(key)];
    }
  }
}

/** Header fields of the capture, for those that have no name of their own. */
function headerNames(core: Core): readonly Entry[] {
  const { lines } = core.tables;
  const names = new Set<string>();
  for (let row = 0; row < Math.min(lines.rows, SAMPLED_ROWS) && names.size < SAMPLED_VALUES; row++) {
    const [, name] = /^([A-Za-z0-9_.-]+)[ \t]*:/.exec(core.text(lines.text(row))) ?? [];
    if (name !== undefined) names.add(name.toLowerCase());
  }
  return [...names].sort().map((name) => entry(HEADER_PREFIX + name, 'Header field'));
}

function entry(insert: string, label: string, match = insert): Entry {
  return { insert, label, match };
}

function sampleKeys(core: Core, source: Source): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const rows = Math.min(SAMPLED_ROWS, domainRows(core, source.domain));
  for (const fill of source.columns) {
    const keys = new Float64Array(rows);
    fill(0, keys);
    for (const key of keys) {
      if (key !== key) continue;
      const count = counts.get(key);
      if (count === undefined && counts.size >= SAMPLED_VALUES) continue;
      counts.set(key, (count ?? 0) + 1);
    }
  }
  return counts;
}
