import { FIELDS } from '../../src/model/fields.ts';
import { FILTER_FIELDS, HEADER_PREFIX, type FilterField } from '../../src/model/filter-fields.ts';
import type { Word } from './ast.ts';
import { FilterFailure } from './failure.ts';
import type { FieldBinding } from './field-values.ts';
import { FLOW_BINDINGS } from './flow-fields.ts';
import { HELLO_BINDINGS } from './hello-fields.ts';
import { headerBinding, HTTP_BINDINGS } from './http-fields.ts';
import { HTTP2_BINDINGS, onlyHttp1 } from './http2-fields.ts';
import { PACKET_BINDINGS } from './packet-fields.ts';
import { TCP_BINDINGS } from './tcp-fields.ts';
import { WEBSOCKET_BINDINGS } from './websocket-fields.ts';

/** A field of the registry with where its values are. */
export interface KnownField {
  readonly field: FilterField;
  readonly bind: FieldBinding;
}

/** Of any version of HTTP: Wireshark has no such field. */
const OF_ANY_VERSION = HEADER_PREFIX.slice(0, -1);

const BINDINGS = new Map<string, FieldBinding>(
  [
    PACKET_BINDINGS,
    TCP_BINDINGS,
    FLOW_BINDINGS,
    HTTP_BINDINGS,
    HTTP2_BINDINGS,
    WEBSOCKET_BINDINGS,
    HELLO_BINDINGS,
  ]
    .flatMap((group) => Object.entries(group))
    .map(([name, bind]) => [
      name,
      name.startsWith('http.') && name !== OF_ANY_VERSION ? onlyHttp1(bind) : bind,
    ]),
);

const KNOWN = new Map<string, KnownField>();
for (const field of FILTER_FIELDS) {
  const bind = BINDINGS.get(field.name);
  if (bind) KNOWN.set(field.name, { field, bind });
}

/** Names that are in only one of the registry and the bindings: none, says a test. */
export function unboundFields(): readonly string[] {
  const names = new Set(FILTER_FIELDS.map(({ name }) => name));
  return [
    ...[...names].filter((name) => !BINDINGS.has(name)),
    ...[...BINDINGS.keys()].filter((name) => !names.has(name)),
  ];
}

/** The field of this name; header fields that have no name of their own too. */
export function knownField(name: string): KnownField | undefined {
  const known = KNOWN.get(name);
  if (known) return known;
  if (!name.startsWith(HEADER_PREFIX) || name.length === HEADER_PREFIX.length) return undefined;
  const header = name.slice(HEADER_PREFIX.length);
  const field: FilterField = { name, label: header, type: 'text', of: 'message' };
  return { field, bind: headerBinding(header) };
}

const PREFIXES = new Set(
  [...FILTER_FIELDS, ...FIELDS].filter(({ name }) => name.includes('.')).map(({ name }) => firstLabel(name)),
);

function firstLabel(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('.')));
}

/** Whether a word can only be meant as a field: `http.` and something, but no `www.example.com`. */
export function isFieldLike(word: string): boolean {
  return /^[a-z][\w.-]*$/i.test(word) && PREFIXES.has(firstLabel(word));
}

/** Why a word is no field, with the nearest names. */
export function unknownField(word: Word): FilterFailure {
  const { text } = word;
  if (FIELDS.some(({ name }) => name === text)) {
    return new FilterFailure(`${text} is shown in a packet's layers, but it is not kept to filter by`, word);
  }
  const near = nearestFields(text);
  const hint = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return new FilterFailure(`There is no field "${text}"${hint}`, word);
}

/** The names that are most like this one, at most three. */
function nearestFields(text: string): readonly string[] {
  const wanted = text.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return FILTER_FIELDS.map(({ name }) => {
    const isPart = wanted.length >= 3 && (name.startsWith(wanted) || name.endsWith(`.${wanted}`));
    return { name, distance: isPart ? 0.5 : distance(name, wanted, limit) };
  })
    .filter(({ distance: far }) => far <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to change, add or leave out to make one text from another; more than the limit counts as too many. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let at = 1; at <= b.length; at++) {
      const replaced = (before[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      now.push(Math.min(replaced, (before[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before[b.length] ?? 0;
}
