import type { MessageField } from '../../src/model/conversation.ts';
import { formatAmount } from '../../src/model/format.ts';

/** Messages inside one another that are taken apart; a hostile one nests as deep as it is long. */
const DEPTH = 24;

/** Fields of a message that are told. */
const FIELDS = 2000;

/** Characters of a value that are told. */
const VALUE = 2000;

/** Numbers of a packed field that are told. */
const NUMBERS = 40;

const Wire = { VARINT: 0, FIXED64: 1, LENGTH: 2, GROUP: 3, GROUP_END: 4, FIXED32: 5 } as const;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A field as it is on the wire (Protocol Buffers "Encoding"). */
interface RawField {
  readonly number: number;
  readonly wire: number;
  /** Of a varint; its octets are read as 64 bits. */
  readonly varint: bigint;
  readonly octets: Uint8Array;
}

/**
 * Takes a protobuf message apart without its schema, as `protoc --decode_raw` does. Undefined where the octets are none: a field
 * is cut off, its number is 0, a group is not closed. What a length-delimited field holds is inferred from its octets alone.
 */
export function decodeProtobuf(octets: Uint8Array): readonly MessageField[] | undefined {
  const raw = rawFields(octets);
  if (raw === undefined) return undefined;
  const told: MessageField[] = [];
  tell(raw, 0, told);
  return told;
}

/** The fields of one level, in order; undefined where the octets are no message. */
function rawFields(octets: Uint8Array): readonly RawField[] | undefined {
  const fields: RawField[] = [];
  for (let at = 0; at < octets.length;) {
    const tag = varintAt(octets, at);
    if (tag === undefined || tag.value > 0xffffffffn) return undefined;
    at = tag.end;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (number === 0) return undefined;
    const found = fieldAt(octets, at, number, wire);
    if (found === undefined) return undefined;
    at = found.end;
    fields.push(found.field);
  }
  return fields;
}

const EMPTY = new Uint8Array();

function fieldAt(
  octets: Uint8Array,
  at: number,
  number: number,
  wire: number,
): { readonly field: RawField; readonly end: number } | undefined {
  const none = { number, wire, varint: 0n, octets: EMPTY };
  const span = (start: number, length: number): { field: RawField; end: number } | undefined =>
    octets.length - start < length
      ? undefined
      : { field: { ...none, octets: octets.subarray(start, start + length) }, end: start + length };
  switch (wire) {
    case Wire.VARINT: {
      const found = varintAt(octets, at);
      return found && { field: { ...none, varint: found.value }, end: found.end };
    }
    case Wire.FIXED64:
      return span(at, 8);
    case Wire.FIXED32:
      return span(at, 4);
    case Wire.LENGTH: {
      const length = varintAt(octets, at);
      return length && length.value <= 0x7fffffffn ? span(length.end, Number(length.value)) : undefined;
    }
    case Wire.GROUP: {
      const end = groupEnd(octets, at, number);
      return end && { field: { ...none, octets: octets.subarray(at, end.content) }, end: end.after };
    }
    default:
      return undefined;
  }
}

/** Where a group (deprecated, but still on the wire) ends: groups inside it are counted, not taken apart. */
function groupEnd(
  octets: Uint8Array,
  start: number,
  number: number,
): { readonly content: number; readonly after: number } | undefined {
  const open = [number];
  for (let at = start; at < octets.length;) {
    const tag = varintAt(octets, at);
    if (tag === undefined || tag.value > 0xffffffffn) return undefined;
    const inner = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (wire === Wire.GROUP) {
      if (open.push(inner) > DEPTH) return undefined;
      at = tag.end;
    } else if (wire === Wire.GROUP_END) {
      if (open.pop() !== inner) return undefined;
      if (open.length === 0) return { content: at, after: tag.end };
      at = tag.end;
    } else {
      const found = inner === 0 ? undefined : fieldAt(octets, tag.end, inner, wire);
      if (found === undefined) return undefined;
      at = found.end;
    }
  }
  return undefined;
}

/** A base-128 varint of at most ten octets; undefined where it is cut off or longer. */
function varintAt(
  octets: Uint8Array,
  at: number,
): { readonly value: bigint; readonly end: number } | undefined {
  let low = 0;
  let value = 0n;
  for (let count = 0; count < 10; count++) {
    const octet = octets[at + count];
    if (octet === undefined) return undefined;
    // Numbers below 2^28 need no BigInt on the way.
    if (count < 4) low |= (octet & 0x7f) << (7 * count);
    else value |= BigInt(octet & 0x7f) << BigInt(7 * count);
    if (octet < 0x80) return { value: BigInt.asUintN(64, value | BigInt(low)), end: at + count + 1 };
  }
  return undefined;
}

function tell(fields: readonly RawField[], depth: number, told: MessageField[]): void {
  for (const { number, wire, varint, octets } of fields) {
    if (told.length >= FIELDS) {
      if (told.length === FIELDS) told.push({ name: '…', type: 'more', value: 'not shown', depth: 0 });
      return;
    }
    const put = (type: string, value: string): void => {
      told.push({ name: String(number), type, value, depth });
    };
    switch (wire) {
      case Wire.VARINT:
        put('varint', varintWords(varint));
        break;
      case Wire.FIXED32:
        put('fixed32', fixedWords(octets));
        break;
      case Wire.FIXED64:
        put('fixed64', fixedWords(octets));
        break;
      case Wire.GROUP:
        put('group', formatAmount(octets.length, 'octet'));
        tell((depth < DEPTH ? rawFields(octets) : undefined) ?? [], depth + 1, told);
        break;
      default:
        tellLength(octets, depth, told, put);
        break;
    }
  }
}

/** What a length-delimited field holds: a message, a string, packed numbers or mere octets. */
function tellLength(
  octets: Uint8Array,
  depth: number,
  told: MessageField[],
  put: (type: string, value: string) => void,
): void {
  const text = textOf(octets);
  // Text seldom parses as a message, and where it does it has none of the small octets that tags and lengths are.
  const isPlain = text !== undefined && !/[\x00-\x1f]/.test(text);
  const nested = isPlain || octets.length === 0 || depth >= DEPTH ? undefined : rawFields(octets);
  if (nested !== undefined) {
    put('message', formatAmount(octets.length, 'octet'));
    tell(nested, depth + 1, told);
    return;
  }
  if (text !== undefined && !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) {
    put('string', cut(text));
    return;
  }
  const packed = packedNumbers(octets);
  const hex = hexOf(octets);
  put('bytes', packed === undefined ? hex : `${hex}; as packed varints: ${packed}`);
}

function textOf(octets: Uint8Array): string | undefined {
  try {
    return UTF8.decode(octets);
  } catch {
    return undefined;
  }
}

function packedNumbers(octets: Uint8Array): string | undefined {
  const numbers: string[] = [];
  for (let at = 0; at < octets.length;) {
    const found = varintAt(octets, at);
    if (found === undefined) return undefined;
    if (numbers.length < NUMBERS) numbers.push(String(found.value));
    else if (numbers.length === NUMBERS) numbers.push('…');
    at = found.end;
  }
  return numbers.join(', ');
}

/** A varint as unsigned; and as signed where that is the likelier meaning. */
function varintWords(value: bigint): string {
  const signed = BigInt.asIntN(64, value);
  return signed < 0n ? `${value} (${signed} as int64)` : String(value);
}

function fixedWords(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const is32 = octets.length === 4;
  const whole = is32 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  const real = is32 ? Math.fround(view.getFloat32(0, true)) : view.getFloat64(0, true);
  const name = is32 ? 'float' : 'double';
  return `0x${whole.toString(16).padStart(octets.length * 2, '0')} (${whole}, as ${name} ${Number(real.toPrecision(is32 ? 7 : 15))})`;
}

function hexOf(octets: Uint8Array): string {
  const shown = octets.subarray(0, 256);
  const digits = Array.from(shown, (octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return shown.length < octets.length ? `${digits} … ${formatAmount(octets.length, 'octet')}` : digits;
}

function cut(text: string): string {
  return text.length <= VALUE ? text : `${text.slice(0, VALUE)}…`;
}
