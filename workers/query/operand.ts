import {
  ALERT_DESCRIPTIONS,
  ALERT_LEVELS,
  IP_PROTOCOLS,
  TLS_HANDSHAKE_TYPES,
  TLS_VERSIONS,
  type Registry,
} from '../../src/model/registries.ts';
import { WEBSOCKET_CLOSE_CODES } from '../../src/model/websocket-registry.ts';
import { GRPC_STATUSES, HTTP2_ERRORS, HTTP2_FRAME_TYPES } from '../../src/model/http2-registries.ts';
import { decodeText, type Core } from '../core.ts';
import type { Operand, Span, Word } from './ast.ts';
import { BlockColumn, mapped, type Fill } from './columns.ts';
import { FilterFailure } from './failure.ts';
import { knownField, unknownField, type KnownField } from './field-lookup.ts';
import type { FieldValues } from './field-values.ts';
import { numberOf } from './literals.ts';
import type { Source } from './source.ts';

/** A field of a filter, with the functions around it, ready to be tested. */
export interface BoundOperand extends Span {
  /** As messages call it. */
  readonly name: string;
  readonly values: FieldValues;
  /** What happens to a text before it is tested. */
  readonly convert: ((value: Uint8Array) => Uint8Array) | undefined;
  /** The number is the length of a text. */
  readonly isLength: boolean;
  /** Alone it asks for bits other than 0, not for being there. */
  readonly isBits: boolean;
  /** Names of numbers. */
  readonly names: Registry | undefined;
}

const NAMES: Readonly<Record<string, Registry>> = {
  'ip.proto': IP_PROTOCOLS,
  'ipv6.nxt': IP_PROTOCOLS,
  'tls.handshake.type': TLS_HANDSHAKE_TYPES,
  'tls.handshake.version': TLS_VERSIONS,
  'tls.handshake.extensions.supported_version': TLS_VERSIONS,
  'tls.alert_message.level': ALERT_LEVELS,
  'tls.alert_message.desc': ALERT_DESCRIPTIONS,
  'http2.type': HTTP2_FRAME_TYPES,
  'http2.rst_stream.error': HTTP2_ERRORS,
  'http2.goaway.error': HTTP2_ERRORS,
  'grpc.status_code': GRPC_STATUSES,
  'websocket.payload.close.status_code': WEBSOCKET_CLOSE_CODES,
};

/** Functions of a field; the registry of completion and of messages. */
export const FUNCTIONS = ['upper', 'lower', 'len', 'count'] as const;

/** Whether an operand has a field in it, and is no mere value. */
export function hasField(operand: Operand): boolean {
  switch (operand.kind) {
    case 'word':
      return knownField(operand.text) !== undefined;
    case 'quoted':
      return false;
    case 'call':
      return true;
    case 'bitand':
      return hasField(operand.left);
  }
}

/** Finds the values of an operand, or says why it is none. */
export function bindOperand(core: Core, operand: Operand): BoundOperand {
  switch (operand.kind) {
    case 'word':
      return bindField(core, operand);
    case 'quoted':
      throw new FilterFailure('A text alone is no test; compare a field with it', operand);
    case 'bitand':
      return bindBits(core, operand.left, operand.right, operand);
    case 'call':
      return bindCall(core, operand.name, operand.operand, operand);
  }
}

function bindField(core: Core, word: Word): BoundOperand {
  const known: KnownField | undefined = knownField(word.text);
  if (!known) throw unknownField(word);
  const { start, end, text } = word;
  return {
    name: text,
    values: known.bind(core),
    convert: undefined,
    isLength: false,
    isBits: false,
    names: NAMES[text],
    start,
    end,
  };
}

function bindBits(core: Core, left: Operand, right: Operand, span: Span): BoundOperand {
  const operand = bindOperand(core, left);
  if (operand.values.type !== 'number' || operand.isLength) {
    throw new FilterFailure(`& needs a number, and ${operand.name} is ${typeName(operand)}`, operand);
  }
  if (right.kind !== 'word') throw new FilterFailure('& needs a number after it: tcp.flags & 0x02', right);
  const mask = numberOf(right, 'What follows &');
  const { source } = operand.values;
  // Through BigInt where the mask needs more than 32 bits.
  const and =
    mask >= 0 && mask <= 0x7fffffff
      ? (value: number): number => value & mask
      : (value: number): number => Number(BigInt(value) & BigInt(mask));
  const columns = source.columns.map((fill) => mapped(fill, and));
  return {
    ...operand,
    values: { type: 'number', source: { ...source, columns } },
    isBits: true,
    names: undefined,
    start: span.start,
    end: span.end,
  };
}

const UTF8 = new TextEncoder();

function bindCall(core: Core, name: string, inner: Operand, { start, end }: Span): BoundOperand {
  if (!FUNCTIONS.some((known) => known === name)) {
    throw new FilterFailure(`There is no function ${name}(); there are ${FUNCTIONS.join(', ')}`, {
      start,
      end: start + name.length,
    });
  }
  const operand = bindOperand(core, inner);
  const spanned = { ...operand, name: `${name}(${operand.name})`, names: undefined, start, end };
  if (name === 'count') {
    const source = sourceOf(operand);
    return { ...spanned, values: { type: 'number', source: counted(operand, source) }, isLength: false };
  }
  const { values, convert, isLength } = operand;
  if (values.type !== 'text' || isLength) {
    throw new FilterFailure(`${name}() needs a text, and ${operand.name} is ${typeName(operand)}`, operand);
  }
  if (name === 'len') return { ...spanned, isLength: true };
  const cased = (value: Uint8Array): Uint8Array => {
    const text = decodeText(convert ? convert(value) : value);
    return UTF8.encode(name === 'upper' ? text.toUpperCase() : text.toLowerCase());
  };
  return { ...spanned, convert: cased };
}

/** The rows and columns of an operand; a protocol has none. */
export function sourceOf(operand: BoundOperand): Source {
  if (operand.values.type !== 'presence') return operand.values.source;
  throw new FilterFailure(`${operand.name} is there or not, it has no value: use it alone`, operand);
}

/** How many values a row has. */
function counted(operand: BoundOperand, source: Source): Source {
  const { values } = operand;
  const dictionary = values.type === 'text' ? values.dictionary : undefined;
  const blocks = source.columns.map((fill) => new BlockColumn(fill));
  const fill: Fill = (from, into) => {
    into.fill(0);
    for (const block of blocks) {
      const keys = block.read(from, into.length);
      for (let at = 0; at < into.length; at++) {
        const key = keys[at] ?? NaN;
        if (key !== key) continue;
        into[at] = (into[at] ?? 0) + (dictionary ? dictionary.values(key).length : 1);
      }
    }
    for (let at = 0; at < into.length; at++) if (into[at] === 0) into[at] = NaN;
  };
  return { domain: source.domain, columns: [fill] };
}

/** What an operand is, in words. */
export function typeName(operand: BoundOperand): string {
  if (operand.isLength) return 'a number';
  switch (operand.values.type) {
    case 'presence':
      return 'there or not';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'a text';
    case 'ipv4':
      return 'an IPv4 address';
    case 'ipv6':
      return 'an IPv6 address';
    case 'duration':
      return 'a time in seconds';
    case 'moment':
      return 'a moment';
  }
}
