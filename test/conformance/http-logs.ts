import { join } from 'node:path';
import { fieldOf } from '../../workers/field-lines.ts';
import { objectOf } from '../../workers/formats/json-values.ts';
import { readTable } from './corpus.ts';
import type { LoggedExchange } from './http-exchanges.ts';

/** A value of another program's log that is not ours. */
export interface LogDifference {
  readonly capture: string;
  /** Which row or check of the log. */
  readonly entry: string;
  readonly field: string;
  readonly expected: string;
  readonly ours: string;
}

/** Rows or checks that were compared, and what differs. */
export interface Comparison {
  readonly entries: number;
  readonly differences: readonly LogDifference[];
}

/** Reads the exchanges of a capture of the corpus; undefined where it is refused. */
export type Exchanges = (capture: string) => Promise<readonly LoggedExchange[] | undefined>;

const absent = (text: string): string =>
  text === '-' || text === '<empty>' || text === '(empty)' ? '' : text;

/** What Zeek unescapes in its log, unescaped; octets that are no ASCII as it writes them. */
function plain(text: string): string {
  const octets = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return octets.replace(/[\u0080-\u00ff]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16)}`);
}

const ZEEK_FIELDS: readonly (readonly [column: string, ours: (exchange: LoggedExchange) => string])[] = [
  ['method', ({ method }) => method],
  ['host', ({ host }) => host],
  ['uri', ({ uri }) => plain(uri)],
  ['version', ({ version }) => version],
  ['status_code', ({ status }) => status],
  ['status_msg', ({ reason }) => reason],
  ['request_body_len', ({ requestLength }) => String(requestLength)],
  ['response_body_len', ({ responseLength }) => String(responseLength)],
];

/** The rows of Zeek's http.log, each beside the exchange of the same place in the same connection. */
export async function compareZeek(folder: string, exchanges: Exchanges): Promise<Comparison> {
  const differences: LogDifference[] = [];
  const seen = new Map<string, number>();
  const rows = readTable(join(folder, 'EXPECT/zeek_http.tsv'));
  for (const row of rows) {
    const cell = (column: string): string => absent(row.get(column) ?? '');
    const capture = cell('capture');
    // One baseline hides addresses; ports tell connections apart all the same.
    const ports = `:${cell('id.orig_p')} :${cell('id.resp_p')}`;
    const connection = `${cell('baseline_dir')} ${ports}`;
    const at = seen.get(connection) ?? 0;
    seen.set(connection, at + 1);
    const all = (await exchanges(capture)) ?? [];
    const ours = all.filter((one) => `${portOf(one.client)} ${portOf(one.server)}` === ports)[at];
    const entry = `${connection} ${at + 1}`;
    if (!ours) {
      const expected = `${cell('method')} ${cell('uri')}`;
      differences.push({ capture, entry, field: 'exchange', expected, ours: 'none' });
      continue;
    }
    for (const [column, of] of ZEEK_FIELDS) {
      const logged = column === 'uri' ? plain(cell(column)) : cell(column);
      // An answer to HTTP/0.9 has no status.
      const expected = column === 'status_code' && logged === '0' ? '' : logged;
      if (of(ours) !== expected)
        differences.push({ capture, entry, field: column, expected, ours: of(ours) });
    }
  }
  return { entries: rows.length, differences };
}

const portOf = (place: string): string => place.slice(place.lastIndexOf(':'));
const addressOf = (place: string): string => place.slice(0, place.lastIndexOf(':')).replace(/^\[|\]$/g, '');

/** IPv6 addresses as Suricata writes them, or shortened: all groups in full. */
function fullAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(left), groups(right ?? '')];
  const zeros = right === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(':');
}

/** What of an exchange Suricata's checks name. */
const SURICATA_FIELDS: Readonly<Record<string, ((exchange: LoggedExchange) => string) | undefined>> = {
  event_type: () => '',
  proto: () => 'TCP',
  src_ip: ({ client }) => fullAddress(addressOf(client)),
  dest_ip: ({ server }) => fullAddress(addressOf(server)),
  src_port: ({ client }) => portOf(client).slice(1),
  dest_port: ({ server }) => portOf(server).slice(1),
  'http.hostname': ({ host }) => host.replace(/:\d+$/, '').toLowerCase(),
  'http.url': ({ uri }) => uri,
  'http.http_method': ({ method }) => method,
  'http.protocol': ({ requestVersion }) => `HTTP/${requestVersion}`,
  'http.status': ({ status }) => status,
  'http.length': ({ responseLength }) => String(responseLength),
  'http.http_user_agent': ({ requestFields }) => fieldOf(requestFields, 'user-agent') ?? '',
  'http.http_refer': ({ requestFields }) => fieldOf(requestFields, 'referer') ?? '',
  'http.http_content_type': ({ responseFields }) =>
    (fieldOf(responseFields, 'content-type') ?? '').split(';')[0] ?? '',
};

/** Suricata's checks of its http events that are about what was on the wire, not about how it was told to behave. */
export async function compareSuricata(folder: string, exchanges: Exchanges): Promise<Comparison> {
  const differences: LogDifference[] = [];
  let entries = 0;
  for (const row of readTable(join(folder, 'EXPECT/suricata_checks.tsv'))) {
    const capture = row.get('capture') ?? '';
    const count = row.get('count') ?? '';
    const wanted = leaves(objectOf(JSON.parse(row.get('match') ?? '{}')) ?? {});
    // That an event is missing tells of Suricata's settings.
    const isJudged =
      row.get('event_type') === 'http' && count !== '0' && wanted.every(([name]) => SURICATA_FIELDS[name]);
    if (!isJudged) continue;
    entries++;
    const all = await exchanges(capture);
    const matching = all?.filter((one) =>
      wanted.every(([name, value]) => name === 'event_type' || matches(name, value, one)),
    );
    const ours = String(matching?.length ?? 'unopened');
    if (ours === count) continue;
    const entry = `${(row.get('test_dir') ?? '').replace('suricata-verify/tests/', '')}: ${wanted.map(([name, value]) => `${name}=${value}`).join(' ')}`;
    differences.push({ capture, entry: entry.slice(0, 160), field: 'count', expected: count, ours });
  }
  return { entries, differences };
}

function matches(name: string, value: string, one: LoggedExchange): boolean {
  const ours = SURICATA_FIELDS[name]?.(one);
  return ours === (name.endsWith('_ip') ? fullAddress(value) : value);
}

/** The values of an object inside others, by their whole names: "http.url". */
function leaves(
  value: Readonly<Record<string, unknown>>,
  prefix = '',
): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, one]) => {
    const inner = objectOf(one);
    return inner ? leaves(inner, `${prefix}${name}.`) : [[`${prefix}${name}`, String(one)] as const];
  });
}
