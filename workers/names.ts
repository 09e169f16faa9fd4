import { AddressKind } from '../src/model/capture.ts';
import { formatIpv4, formatIpv6 } from './addresses.ts';
import type { Core } from './core.ts';

/** Characters of a name that are shown; a label of DNS has 63, and nobody reads more. */
const SHOWN = 64;

/** Names of one address: whoever wrote the capture may have put thousands there. */
const MOST_OF_ONE = 8;

/** The names that a capture gives to addresses, read as far as its table goes. */
interface NameBook {
  rows: number;
  readonly names: Map<string, string[]>;
}

const BOOKS = new WeakMap<Core, NameBook>();

/** The names that the capture gives to an address as people write it, as they stand there, the first ones first. */
export function namesOf(core: Core, address: string): readonly string[] {
  return bookOf(core).names.get(address) ?? [];
}

/** `label` behind the name of the address; `label` alone where it has none. */
export function withName(core: Core, address: string, label: string): string {
  const [name] = namesOf(core, address);
  return name === undefined ? label : `${shownName(name)} (${label})`;
}

/**
 * A name as it is shown. It is text of a stranger: nothing but letters, digits, dots, dashes and underscores stays, so that it
 * cannot look like an address in brackets or turn the direction of the line.
 */
export function shownName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._-]/gu, '·');
  return safe.length > SHOWN ? `${safe.slice(0, SHOWN)}…` : safe;
}

function bookOf(core: Core): NameBook {
  const book = BOOKS.get(core) ?? { rows: 0, names: new Map<string, string[]>() };
  BOOKS.set(core, book);
  const table = core.tables.resolvedNames;
  for (const { rows } = table; book.rows < rows; book.rows++) {
    const address = resolvedAddress(core, book.rows);
    const name = core.text(table.name(book.rows));
    const known = book.names.get(address);
    if (known === undefined) book.names.set(address, [name]);
    else if (known.length < MOST_OF_ONE && !known.includes(name)) known.push(name);
  }
  return book;
}

/** The address of a row of the table of names, as people write it. */
export function resolvedAddress(core: Core, row: number): string {
  const { kind, word0, word1, word2, word3 } = core.tables.resolvedNames;
  switch (kind(row)) {
    case AddressKind.IPV4:
      return formatIpv4(word3(row));
    case AddressKind.IPV6:
      return formatIpv6([word0(row), word1(row), word2(row), word3(row)]);
    case AddressKind.EUI48:
      return hardware(word2(row), 2) + ':' + hardware(word3(row), 4);
    default:
      return hardware(word2(row), 4) + ':' + hardware(word3(row), 4);
  }
}

function hardware(word: number, octets: number): string {
  const digits = word.toString(16).padStart(octets * 2, '0');
  return digits.replace(/..(?=.)/g, '$&:');
}
