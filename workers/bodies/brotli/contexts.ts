import type { BitReader } from './bits.ts';
import { Malformed, readPrefixCode } from './bits.ts';

/** Classes of the octet before, for contexts of UTF-8 text (RFC 7932 section 7.1, Lut0): those of ASCII, a letter each from "0" on. */
const ASCII_CLASSES =
  '000000000440040000000000000000008<@<<D<@HL<<P<T<\\\\\\\\\\\\\\\\\\\\PPHXL<<`ddd`ddd`ddddd`ddddd`dddddH<L<<<hlllhlllhlllllhlllllhlllllH<L<0';

function classOf(octet: number): number {
  if (octet < 128) return ASCII_CLASSES.charCodeAt(octet) - 48;
  return (octet & 1) + (octet < 192 ? 0 : 2);
}

/** Classes of the octet before that one (Lut1). */
function classBefore(octet: number): number {
  if (octet >= 128) return octet < 224 ? 0 : 2;
  if (octet <= 32 || octet === 127) return 0;
  if (octet >= 97 && octet <= 122) return 3;
  return (octet >= 48 && octet <= 57) || (octet >= 65 && octet <= 90) ? 2 : 1;
}

/** Size classes of octets as signed numbers (Lut2). */
function sizeClass(octet: number): number {
  const borders = [1, 16, 64, 128, 192, 240, 255];
  return borders.filter((border) => octet >= border).length;
}

const octets = Array.from({ length: 256 }, (_, octet) => octet);
const UTF8 = Uint8Array.from(octets, classOf);
const UTF8_BEFORE = Uint8Array.from(octets, classBefore);
const SIGNED = Uint8Array.from(octets, sizeClass);

/** The context of a literal by its mode and the two octets before it (RFC 7932 section 7.1). */
export function literalContext(mode: number, last: number, before: number): number {
  switch (mode) {
    case 0:
      return last & 63;
    case 1:
      return last >> 2;
    case 2:
      return (UTF8[last] ?? 0) | (UTF8_BEFORE[before] ?? 0);
    default:
      return ((SIGNED[last] ?? 0) << 3) | (SIGNED[before] ?? 0);
  }
}

/** A context map (RFC 7932 section 7.3): for each of `size` contexts the number of its code; and how many codes there are. */
export function readContextMap(reader: BitReader, size: number): { map: Uint8Array; codes: number } {
  const codes = readCount(reader);
  const map = new Uint8Array(size);
  if (codes < 2) return { map, codes };
  const longest = reader.read(1) === 0 ? 0 : reader.read(4) + 1;
  const code = readPrefixCode(reader, codes + longest);
  for (let at = 0; at < size;) {
    const symbol = code.read(reader);
    if (symbol === 0 || symbol > longest) {
      map[at++] = symbol === 0 ? 0 : symbol - longest;
      continue;
    }
    const zeros = (1 << symbol) + reader.read(symbol);
    if (zeros > size - at) throw new Malformed('a context map has too many entries');
    at += zeros;
  }
  if (reader.read(1) === 1) undoMoveToFront(map);
  return { map, codes };
}

/** A number from 1 to 256 (RFC 7932 section 9.2). */
export function readCount(reader: BitReader): number {
  if (reader.read(1) === 0) return 1;
  const bits = reader.read(3);
  return 1 + (1 << bits) + reader.read(bits);
}

function undoMoveToFront(map: Uint8Array): void {
  const order = Array.from(octets);
  map.forEach((index, at) => {
    const [value = 0] = order.splice(index, 1);
    order.unshift(value);
    map[at] = value;
  });
}
