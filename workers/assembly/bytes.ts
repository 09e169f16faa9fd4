// Reads of octets. Only this file and columns.ts use load and store.

/** Whether [at, end) holds at least n octets. */
export function has(at: usize, end: usize, n: usize): bool {
  return at <= end && end - at >= n;
}

/** One octet. */
export function u8At(at: usize): u32 {
  return load<u8>(at);
}

/** Network order (big-endian) numbers. */
export function u16At(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

/** Three octets in network order. */
export function u24At(at: usize): u32 {
  return ((<u32>load<u8>(at)) << 16) | bswap<u16>(load<u16>(at, 1));
}

/** Four octets in network order. */
export function u32At(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Numbers in the file's own order. */
export function u16In(at: usize, isBigEndian: bool): u32 {
  const value = load<u16>(at);
  return isBigEndian ? bswap<u16>(value) : value;
}

/** Four octets in the order of the file. */
export function u32In(at: usize, isBigEndian: bool): u32 {
  const value = load<u32>(at);
  return isBigEndian ? bswap<u32>(value) : value;
}

/** Eight octets in the order of the file. */
export function u64In(at: usize, isBigEndian: bool): u64 {
  const value = load<u64>(at);
  return isBigEndian ? bswap<u64>(value) : value;
}

/** Half an IPv6 address: its two words as numbers, the first in the low half. */
export function addressHalf(at: usize): u64 {
  return (<u64>u32At(at)) | ((<u64>u32At(at + 4)) << 32);
}

/** Eight octets as they lie in memory: to compare and to hash, never to compute with. */
export function rawU64(at: usize): u64 {
  return load<u64>(at);
}

/** Whether n octets at a and b are equal. */
export function isEqual(a: usize, b: usize, n: usize): bool {
  while (n >= 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
    n -= 16;
  }
  if (n >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    n -= 8;
  }
  while (n > 0) {
    if (load<u8>(a) != load<u8>(b)) return false;
    a++;
    b++;
    n--;
  }
  return true;
}

/** Address of the first LF in [at, end); end where there is none. */
export function findLineFeed(at: usize, end: usize): usize {
  const needle = i8x16.splat(10);
  while (has(at, end, 16)) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), needle));
    if (mask) return at + <usize>ctz(mask);
    at += 16;
  }
  while (at < end) {
    if (load<u8>(at) == 10) return at;
    at++;
  }
  return end;
}

/** Address of the first octet `value` in [at, end); end where there is none. */
export function findOctet(at: usize, end: usize, value: u32): usize {
  while (at < end) {
    if (<u32>load<u8>(at) == value) return at;
    at++;
  }
  return end;
}

const PRIME_A: u64 = 0x9e3779b97f4a7c15;
const PRIME_B: u64 = 0xd6e8feb86659fd93;

function mix(hash: u64, word: u64): u64 {
  const mixed = (hash ^ word) * PRIME_B;
  return mixed ^ (mixed >> 32);
}

/** A hash of n octets, for tables: not for anything that an adversary must not guess (tables compare the octets). */
export function hashOctets(at: usize, n: usize): u32 {
  let hash: u64 = PRIME_A ^ (<u64>n * PRIME_B);
  while (n >= 8) {
    hash = mix(hash, load<u64>(at));
    at += 8;
    n -= 8;
  }
  let word: u64 = 0;
  if (n >= 4) {
    word = load<u32>(at);
    at += 4;
    n -= 4;
  }
  while (n > 0) {
    word = (word << 8) | (<u64>load<u8>(at));
    at++;
    n--;
  }
  hash = mix(hash, word);
  return <u32>(hash ^ (hash >> 29));
}

/** A hash of two words that does not depend on the octets around them. */
export function hashWords(a: u64, b: u64): u64 {
  return mix(mix(PRIME_A, a), b);
}

/** ASCII letters to lower case. */
export function lowerCase(octet: u32): u32 {
  return octet - 65 < 26 ? octet | 32 : octet;
}

/** FNV-1a over the octets in lower case: how header names are told apart (constants HEADER_… in schema.ts). */
export function foldedHash(at: usize, n: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let index: usize = 0; index < n; index++) {
    hash = (hash ^ lowerCase(load<u8>(at + index))) * 0x01000193;
  }
  return hash;
}

/** RFC 9110 section 5.6.2: tchar. */
export function isTokenOctet(octet: u32): bool {
  if (octet - 97 < 26 || octet - 65 < 26 || octet - 48 < 10) return true;
  switch (octet) {
    case 33: // ! # $ % & ' * + - . ^ _ ` | ~
    case 35:
    case 36:
    case 37:
    case 38:
    case 39:
    case 42:
    case 43:
    case 45:
    case 46:
    case 94:
    case 95:
    case 96:
    case 124:
    case 126:
      return true;
    default:
      return false;
  }
}

/** ASCII 0 to 9. */
export function isDigit(octet: u32): bool {
  return octet - 48 < 10;
}

/** The value of a hexadecimal digit; 255 for any other octet. */
export function hexDigit(octet: u32): u32 {
  if (octet - 48 < 10) return octet - 48;
  const letter = octet | 32;
  return letter - 97 < 6 ? letter - 87 : 255;
}

/** Copies n octets; the ranges may overlap. */
export function copyOctets(to: usize, from: usize, n: usize): void {
  memory.copy(to, from, n);
}

/** One bit for each of 16 octets at `at` that is a control character other than HTAB, or DEL; for quick checks of a line. */
export function controlMask(at: usize): i32 {
  const octets = v128.load(at);
  const low = v128.and(i8x16.lt_u(octets, i8x16.splat(32)), i8x16.ne(octets, i8x16.splat(9)));
  return i8x16.bitmask(v128.or(low, i8x16.eq(octets, i8x16.splat(127))));
}
