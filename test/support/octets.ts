/** Octets of a text, UTF-8. */
export function textOctets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Octets written as hexadecimal digits; spaces are ignored. */
export function hexOctets(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits))
    throw new Error(`not whole octets in hex: "${text}"`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Octets as hexadecimal digits without spaces. */
export function toHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** One after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One octet. */
export function u8(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff);
}

/** Two octets, network order. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of((value >>> 8) & 0xff, value & 0xff);
}

/** Three octets, network order. */
export function u24(value: number): Uint8Array {
  return Uint8Array.of((value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Four octets, network order. */
export function u32(value: number): Uint8Array {
  return concat(u16(value >>> 16), u16(value & 0xffff));
}

/** Zero octets up to a multiple of `unit`. */
export function padded(octets: Uint8Array, unit: number): Uint8Array {
  return concat(octets, new Uint8Array((unit - (octets.length % unit)) % unit));
}
