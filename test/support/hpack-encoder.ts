import type { Http2Fields } from './http2-messages.ts';
import { concat, textOctets } from './octets.ts';

/** Some entries of the static table (RFC 7541 appendix A), by their line, and names alone by their name. */
const STATIC: ReadonlyMap<string, number> = new Map([
  [':authority', 1],
  [':method', 2],
  [':method: GET', 2],
  [':method: POST', 3],
  [':path', 4],
  [':path: /', 4],
  [':scheme', 6],
  [':scheme: http', 6],
  [':status', 8],
  [':status: 200', 8],
  [':status: 404', 13],
  ['content-length', 28],
  ['content-type', 31],
  ['date', 33],
  ['user-agent', 58],
]);

const STATIC_ENTRIES = 61;
const OVERHEAD = 32;

/** An integer with a prefix of so many bits below the bits of `first` (RFC 7541 section 5.1). */
export function hpackInteger(value: number, bits: number, first = 0): Uint8Array {
  const most = 2 ** bits - 1;
  if (value < most) return Uint8Array.of(first | value);
  const octets = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 128);
  return Uint8Array.from([...octets, rest]);
}

/** A string as it is (RFC 7541 section 5.2). */
export function hpackText(text: string | Uint8Array): Uint8Array {
  const octets = typeof text === 'string' ? textOctets(text) : text;
  return concat(hpackInteger(octets.length, 7), octets);
}

/** A dynamic table size update (RFC 7541 section 6.3). */
export function tableSize(octets: number): Uint8Array {
  return hpackInteger(octets, 5, 0x20);
}

/** The line of an entry: 1 to 61 the static table, 62 the newest of the dynamic one. */
export function indexedLine(index: number): Uint8Array {
  return hpackInteger(index, 7, 0x80);
}

/** A literal that is put into the table; `name` may be the index of an entry. */
export function addedLine(name: string | number, value: string): Uint8Array {
  if (typeof name === 'number') return concat(hpackInteger(name, 6, 0x40), hpackText(value));
  return concat(hpackInteger(0, 6, 0x40), hpackText(name), hpackText(value));
}

/** A literal that is not put into the table, or never by anybody. */
export function plainLine(name: string | number, value: string, isNever = false): Uint8Array {
  const first = isNever ? 0x10 : 0;
  if (typeof name === 'number') return concat(hpackInteger(name, 4, first), hpackText(value));
  return concat(hpackInteger(0, 4, first), hpackText(name), hpackText(value));
}

/** The encoder of one direction: everything goes into the table and is referred to from there, as programs do. */
export class HpackEncoder {
  readonly #entries: (readonly [name: string, value: string])[] = [];
  #size = 0;
  #most = 4096;

  /** A header block. */
  encode(fields: Http2Fields): Uint8Array {
    return concat(...fields.map(([name, value]) => this.#line(name, value)));
  }

  /** Changes the size of the table: the update to put in front of the next block. */
  resize(octets: number): Uint8Array {
    this.#most = octets;
    this.#evict();
    return tableSize(octets);
  }

  #line(name: string, value: string): Uint8Array {
    const exact = this.#index((entry) => entry[0] === name && entry[1] === value, `${name}: ${value}`);
    if (exact !== undefined) return indexedLine(exact);
    const named = this.#index((entry) => entry[0] === name, name);
    this.#entries.unshift([name, value]);
    this.#size += textOctets(name).length + textOctets(value).length + OVERHEAD;
    this.#evict();
    return addedLine(named ?? name, value);
  }

  #index(
    matches: (entry: readonly [name: string, value: string]) => boolean,
    key: string,
  ): number | undefined {
    const known = STATIC.get(key);
    if (known !== undefined) return known;
    const place = this.#entries.findIndex(matches);
    return place < 0 ? undefined : STATIC_ENTRIES + 1 + place;
  }

  #evict(): void {
    while (this.#size > this.#most) {
      const oldest = this.#entries.pop();
      if (oldest === undefined) return;
      this.#size -= textOctets(oldest[0]).length + textOctets(oldest[1]).length + OVERHEAD;
    }
  }
}
