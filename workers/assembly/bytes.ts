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

// Octets are looked at 16 or 8 at a time; what is left at the end is looked at with some that were looked at before.

function differs(a: usize, b: usize): bool {
  return v128.any_true(v128.xor(v128.load(a), v128.load(b)));
}

/** Whether n octets at a and b are equal. */
export function isEqual(a: usize, b: usize, n: usize): bool {
  if (n >= 16) {
    const last = n - 16;
    let at: usize = 0;
    for (; at + 16 < last; at += 32) {
      if (differs(a + at, b + at) || differs(a + at + 16, b + at + 16)) return false;
    }
    if (at < last && differs(a + at, b + at)) return false;
    return !differs(a + last, b + last);
  }
  if (n >= 8) {
    const last = n - 8;
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + last) ^ load<u64>(b + last))) == 0;
  }
  while (n > 0) {
    n--;
    if (load<u8>(a + n) != load<u8>(b + n)) return false;
  }
  return true;
}

/** Address of the first LF in [at, end); end where there is none. */
export function findLineFeed(at: usize, end: usize): usize {
  return findOctet(at, end, 10);
}

/** Address of the first octet `value` in [at, end); end where there is none. */
export function findOctet(at: usize, end: usize, value: u32): usize {
  const needle = i8x16.splat(<i8>value);
  if (has(at, end, 16)) {
    const last = end - 16;
    for (; at < last; at += 16) {
      const mask = i8x16.bitmask(i8x16.eq(v128.load(at), needle));
      if (mask) return at + <usize>ctz(mask);
    }
    const mask = i8x16.bitmask(i8x16.eq(v128.load(last), needle));
    return mask ? last + <usize>ctz(mask) : end;
  }
  if (has(at, end, 8)) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load64_zero(at), needle)) & 0xff;
    if (mask) return at + <usize>ctz(mask);
    const last = end - 8;
    const lastMask = i8x16.bitmask(i8x16.eq(v128.load64_zero(last), needle)) & 0xff;
    return lastMask ? last + <usize>ctz(lastMask) : end;
  }
  for (; at < end; at++) if (<u32>load<u8>(at) == value) return at;
  return end;
}

/** One bit for each octet that is a control character other than HTAB, or DEL. */
function controls(octets: v128): i32 {
  const low = v128.and(i8x16.lt_u(octets, i8x16.splat(32)), i8x16.ne(octets, i8x16.splat(9)));
  return i8x16.bitmask(v128.or(low, i8x16.eq(octets, i8x16.splat(127))));
}

/** Whether a control character other than HTAB, or DEL, is in [at, end). */
export function hasControl(at: usize, end: usize): bool {
  if (has(at, end, 16)) {
    const last = end - 16;
    for (; at < last; at += 16) if (controls(v128.load(at))) return true;
    return controls(v128.load(last)) != 0;
  }
  if (has(at, end, 8)) {
    return ((controls(v128.load64_zero(at)) | controls(v128.load64_zero(end - 8))) & 0xff) != 0;
  }
  for (; at < end; at++) {
    const octet = u8At(at);
    if ((octet < 32 && octet != 9) || octet == 127) return true;
  }
  return false;
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
  let word: u64 = 0;
  if (n >= 8) {
    const last = at + n - 8;
    for (; at < last; at += 8) hash = mix(hash, load<u64>(at));
    word = load<u64>(last);
  } else if (n >= 4) {
    word = (<u64>load<u32>(at)) | ((<u64>load<u32>(at + n - 4)) << 32);
  } else if (n > 0) {
    word = (<u64>load<u8>(at)) | ((<u64>load<u8>(at + (n >> 1))) << 8) | ((<u64>load<u8>(at + n - 1)) << 16);
  }
  // The last octets are the high bits of the word, which a product does not carry downwards: the low bits come from a second one.
  return <u32>((mix(hash, word) * PRIME_A) >> 32);
}

/** A hash of two words that does not depend on the octets around them. */
export function hashWords(a: u64, b: u64): u64 {
  return mix(mix(PRIME_A, a), b);
}

/** The same of three words. */
export function hashThree(a: u64, b: u64, c: u64): u64 {
  return mix(mix(mix(PRIME_A, a), b), c);
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
