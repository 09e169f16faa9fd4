import { EXTENSIONS, type ExtensionName } from './build-packet.ts';
import type { ScriptLine, Token } from './script-tokens.ts';

/** A number told relative to the expected one, or absolutely, or as the start of a tagged line. */
export type Shift =
  | { readonly kind: 'by'; readonly value: number }
  | { readonly kind: 'at'; readonly value: number }
  | { readonly kind: 'before'; readonly tag: string };

/** What a packet line carries above IP. */
export type Carried =
  | { readonly kind: 'tcp' }
  | { readonly kind: 'udp' }
  | {
      readonly kind: 'icmp';
      readonly type: number;
      readonly code: number;
      readonly quoted: string | undefined;
    }
  | { readonly kind: 'protocol'; readonly number: number }
  | { readonly kind: 'ether'; readonly type: number };

/** A packet line, read. */
export interface PacketLine {
  readonly number: number;
  readonly time: { readonly nanoseconds: bigint; readonly isRelative: boolean };
  /** Absent: the payload is the whole packet. */
  readonly ends: { readonly from: string; readonly to: string } | undefined;
  readonly payload: readonly Uint8Array[];
  readonly carried: Carried;
  readonly flags: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
  readonly tag: string | undefined;
  readonly again: string | undefined;
  readonly sequence: Shift | undefined;
  readonly acknowledgement: Shift | undefined;
  readonly numbers: ReadonlyMap<string, number>;
  readonly octets: ReadonlyMap<string, Uint8Array>;
  readonly extensions: readonly ExtensionName[];
  readonly patches: readonly { readonly place: string; readonly octets: Uint8Array }[];
}

/** Bits of the TCP flags octet by name. */
export const FLAGS: Readonly<Record<string, number>> = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
};

const MARKS = new Set(['lost', 'twice', 'noack', 'incoming', 'outgoing', 'backwards']);
const NUMBERS = new Set([
  'isn',
  'win',
  'scale',
  'mss',
  'ttl',
  'id',
  'snap',
  'wire',
  'pad',
  'on',
  'fragments',
  'without',
  'vlan',
  'sport',
  'dport',
]);
const OCTETS = new Set(['tcpopt', 'ipopt', 'trailer']);
const UNITS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** Reads tokens one after another. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #line: number;
  #at = 0;

  constructor(line: ScriptLine) {
    this.#tokens = line.tokens;
    this.#line = line.number;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  fail(message: string): never {
    throw new Error(`script line ${this.#line}: ${message}`);
  }

  next(): Token {
    const token = this.#tokens[this.#at++];
    return token ?? this.fail('something is missing at the end');
  }

  peekWord(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' ? token.text : undefined;
  }

  word(): string {
    const token = this.next();
    return token.kind === 'word' ? token.text : this.fail('octets stand where a word belongs');
  }

  octets(): Uint8Array {
    const token = this.next();
    return token.kind === 'octets' ? token.octets : this.fail(`"${token.text}" stands where octets belong`);
  }

  number(): number {
    const text = this.word();
    const value = Number(text);
    return Number.isFinite(value) ? value : this.fail(`"${text}" is no number`);
  }
}

/** A time such as 5ms, 1.5s, 250us. */
export function parseTime(text: string): bigint | undefined {
  const match = /^(\d+(?:\.\d+)?)(s|ms|us|ns)$/.exec(text);
  const [, digits = '', unit = ''] = match ?? [];
  return match === null ? undefined : BigInt(Math.round(Number(digits) * (UNITS[unit] ?? 1)));
}

function shift(reader: TokenReader): Shift {
  const text = reader.word();
  if (text === 'before') return { kind: 'before', tag: reader.word() };
  if (/^[+-]\d+$/.test(text)) return { kind: 'by', value: Number(text) };
  if (/^=\d+$/.test(text)) return { kind: 'at', value: Number(text.slice(1)) };
  return reader.fail(`"${text}" is neither +N, -N, =N nor before #tag`);
}

function isExtension(name: string): name is ExtensionName {
  return name in EXTENSIONS;
}

function extensionNames(reader: TokenReader): ExtensionName[] {
  return reader
    .word()
    .split(',')
    .map((name) =>
      isExtension(name) ? name : reader.fail(`"${name}" is no extension header that scripts can draw`),
    );
}

const TCP: Carried = { kind: 'tcp' };

/** Reads a packet line: a time, two ends, then words and octets in any order. */
export function readPacketLine(line: ScriptLine): PacketLine {
  const reader: TokenReader = new TokenReader(line);
  const when = reader.word();
  const nanoseconds = parseTime(when.replace(/^\+/, ''));
  if (nanoseconds === undefined) reader.fail(`"${when}" is no time such as 5ms or +10us`);
  const payload: Uint8Array[] = [];
  const flags = new Set<string>();
  const marks = new Set<string>();
  const numbers = new Map<string, number>();
  const octets = new Map<string, Uint8Array>();
  const patches: { place: string; octets: Uint8Array }[] = [];
  let carried = TCP;
  let ends: PacketLine['ends'];
  let tag: string | undefined;
  let again: string | undefined;
  let sequence: Shift | undefined;
  let acknowledgement: Shift | undefined;
  let extensions: readonly ExtensionName[] = [];
  if (reader.peekWord() === 'frame') reader.word();
  else {
    const from = reader.word();
    if (reader.word() !== '>') reader.fail(`expected "${from} > someone"`);
    ends = { from, to: reader.word() };
  }
  while (!reader.isAtEnd) {
    const token = reader.next();
    if (token.kind === 'octets') {
      payload.push(token.octets);
      continue;
    }
    const word = token.text;
    if (word === 'ACK' && /^([+-]|=\d|before)/.test(reader.peekWord() ?? ''))
      reader.fail('write ack in small letters');
    if (word in FLAGS) flags.add(word);
    else if (MARKS.has(word)) marks.add(word);
    else if (NUMBERS.has(word)) numbers.set(word, reader.number());
    else if (OCTETS.has(word)) octets.set(word, reader.octets());
    else if (word.startsWith('#')) tag = word;
    else if (word === 'again') again = reader.peekWord()?.startsWith('#') ? reader.word() : 'last';
    else if (word === 'seq') sequence = shift(reader);
    else if (word === 'ack') acknowledgement = shift(reader);
    else if (word === 'ext') extensions = extensionNames(reader);
    else if (word === 'patch') patches.push({ place: reader.word(), octets: reader.octets() });
    else if (word === 'udp') carried = { kind: 'udp' };
    else if (word === 'proto') carried = { kind: 'protocol', number: reader.number() };
    else if (word === 'ether') carried = { kind: 'ether', type: reader.number() };
    else if (word === 'icmp')
      carried = { kind: 'icmp', type: reader.number(), code: reader.number(), quoted: undefined };
    else if (word === 'quoting' && carried.kind === 'icmp') carried = { ...carried, quoted: reader.word() };
    else reader.fail(`"${word}" is not known here`);
  }
  return {
    number: line.number,
    time: { nanoseconds, isRelative: when.startsWith('+') },
    ends,
    payload,
    carried,
    flags,
    marks,
    tag,
    again,
    sequence,
    acknowledgement,
    numbers,
    octets,
    extensions,
    patches,
  };
}
