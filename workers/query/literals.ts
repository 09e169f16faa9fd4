import type { Core } from '../core.ts';
import type { Quoted, Word } from './ast.ts';
import { FilterFailure } from './failure.ts';

/** A value as it is written in a filter. */
export type Literal = Word | Quoted;

const NANOSECONDS = 1_000_000_000;

/** A whole number: decimal, 0x, 0b, or octal with a leading 0 as in C. */
export function numberOf(literal: Literal, field: string, names?: Readonly<Record<number, string>>): number {
  if (literal.kind === 'quoted') {
    const named = names && Object.entries(names).find(([, name]) => equalsIgnoringCase(name, literal.text));
    if (named) return Number(named[0]);
    throw new FilterFailure(
      names
        ? `"${literal.text}" is no known name for ${field}; a number does as well`
        : `${field} is a number: leave out the quotes`,
      literal,
    );
  }
  const { text } = literal;
  const isNegative = text.startsWith('-');
  const digits = isNegative ? text.slice(1) : text;
  let value = NaN;
  if (/^0x[0-9a-f]+$/i.test(digits) || /^0b[01]+$/i.test(digits)) value = Number(digits);
  else if (/^0[0-7]+$/.test(digits)) value = parseInt(digits, 8);
  else if (/^(?:0|[1-9][0-9]*)$/.test(digits)) value = Number(digits);
  if (Number.isNaN(value)) throw new FilterFailure(`${field} is a number, and "${text}" is none`, literal);
  if (value > Number.MAX_SAFE_INTEGER)
    throw new FilterFailure(`${text} is too large for a number here`, literal);
  return isNegative ? -value : value;
}

/** 1 or 0: a number, true or false, or "Set" and "Not set" as Wireshark shows them. */
export function booleanOf(literal: Literal, field: string): number {
  if (/^(?:true|set)$/i.test(literal.text)) return 1;
  if (/^(?:false|not set)$/i.test(literal.text)) return 0;
  if (literal.kind === 'quoted' || !/^(?:0x)?[0-9a-f]+$/i.test(literal.text)) {
    throw new FilterFailure(`${field} is true or false (1 or 0), not "${literal.text}"`, literal);
  }
  return numberOf(literal, field) === 0 ? 0 : 1;
}

/** Seconds with up to nine decimals, in nanoseconds. */
export function durationOf(literal: Literal, field: string): number {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(literal.text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (!match || literal.kind === 'quoted' || whole + fraction === '') {
    throw new FilterFailure(`${field} is a time in seconds, like 0.25, not "${literal.text}"`, literal);
  }
  const nanoseconds = Number(whole) * NANOSECONDS + Number(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -nanoseconds : nanoseconds;
}

/** A moment as nanoseconds since the capture's first packet: seconds since 1970, or a quoted date. */
export function momentOf(literal: Literal, field: string, start: Core['start']): number {
  const first = BigInt(start.seconds) * BigInt(NANOSECONDS) + BigInt(start.nanoseconds);
  if (literal.kind === 'quoted') {
    const milliseconds = Date.parse(literal.text.replace(/(\.\d{3})\d+/, '$1'));
    if (Number.isNaN(milliseconds)) {
      throw new FilterFailure(
        `"${literal.text}" is no date; write "2026-01-31 13:45:00" or seconds since 1970`,
        literal,
      );
    }
    return Number(BigInt(milliseconds) * 1_000_000n - first);
  }
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(literal.text);
  if (!match) {
    throw new FilterFailure(
      `${field} is a moment: seconds since 1970 or a quoted date, not "${literal.text}"`,
      literal,
    );
  }
  const fraction = BigInt((match[2] ?? '').slice(0, 9).padEnd(9, '0'));
  return Number(BigInt(match[1] ?? '0') * BigInt(NANOSECONDS) + fraction - first);
}

/** The octets of a text; for `contains`, also octets written aa:bb. */
export function octetsOf(literal: Literal, allowsOctets: boolean): Uint8Array {
  if (literal.kind === 'quoted') return literal.octets;
  if (allowsOctets && /^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i.test(literal.text)) {
    return Uint8Array.from(literal.text.split(':'), (octet) => parseInt(octet, 16));
  }
  return new TextEncoder().encode(literal.text);
}

/** An address and how many of its leading bits count. Words are big-endian; IPv4 is the last word. */
export interface Network {
  readonly words: readonly [number, number, number, number];
  readonly masks: readonly [number, number, number, number];
}

/** An address with or without a prefix length. */
export function networkOf(literal: Literal, field: string, ipVersion: 4 | 6): Network {
  const [address = '', prefix] = literal.text.split('/', 2);
  const words = ipVersion === 4 ? ipv4Words(address) : ipv6Words(address);
  if (!words) {
    const other = ipVersion === 4 ? ipv6Words(address) : ipv4Words(address);
    const hint = other ? `; that is an IPv${10 - ipVersion} address, for ${otherField(field)}` : '';
    throw new FilterFailure(`"${address}" is no IPv${ipVersion} address${hint}`, literal);
  }
  const width = ipVersion === 4 ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || bits > width)) {
    const start = literal.kind === 'word' ? literal.start + address.length + 1 : literal.start;
    throw new FilterFailure(
      `An IPv${ipVersion} prefix length is 0 to ${width}, not ${prefix === '' ? 'empty' : prefix}`,
      { start, end: literal.end },
    );
  }
  const skipped = 128 - width;
  return {
    words,
    masks: [
      maskWord(0, bits, skipped),
      maskWord(1, bits, skipped),
      maskWord(2, bits, skipped),
      maskWord(3, bits, skipped),
    ],
  };
}

function otherField(field: string): string {
  return field.startsWith('ipv6.') ? field.replace('ipv6.', 'ip.') : field.replace('ip.', 'ipv6.');
}

/** Mask of a word of an address of which `bits` after the first `skipped` count. */
function maskWord(index: number, bits: number, skipped: number): number {
  const own = Math.min(32, Math.max(0, bits + skipped - index * 32));
  if (index * 32 < skipped || own === 0) return 0;
  return (0xffffffff << (32 - own)) >>> 0;
}

function ipv4Words(text: string): Network['words'] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return [0, 0, 0, octets.reduce((word, octet) => word * 256 + octet, 0)];
}

function ipv6Words(text: string): Network['words'] | undefined {
  let hex = text;
  const tail = /^(.*:)([^:]*\.[^:]*)$/.exec(text);
  if (tail) {
    const last = ipv4Words(tail[2] ?? '')?.[3];
    if (last === undefined) return undefined;
    hex = `${tail[1] ?? ''}${(last >>> 16).toString(16)}:${(last & 0xffff).toString(16)}`;
  }
  const halves = hex.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const word = (index: number): number =>
    parseInt(groups[index * 2] ?? '0', 16) * 0x10000 + parseInt(groups[index * 2 + 1] ?? '0', 16);
  return [word(0), word(1), word(2), word(3)];
}

function equalsIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
