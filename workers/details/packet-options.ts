import { ENTERPRISES } from '../../src/model/capture-names.ts';
import { formatHex } from '../../src/model/format.ts';
import type { Registry } from '../../src/model/registries.ts';
import { decodeText } from '../core.ts';
import { hexOctets } from './octets.ts';

/** epb_flags: direction, how the packet was received, errors (pcapng draft section 4.3.1). */
const DIRECTIONS: Registry = { 1: 'inbound', 2: 'outbound' };
const RECEPTIONS: Registry = { 1: 'unicast', 2: 'multicast', 3: 'broadcast', 4: 'promiscuous' };
const FLAG_ERRORS: readonly (readonly [bit: number, words: string])[] = [
  [31, 'symbol error'],
  [30, 'preamble error'],
  [29, 'start frame delimiter error'],
  [28, 'unaligned frame'],
  [27, 'wrong gap between frames'],
  [26, 'frame too short'],
  [25, 'frame too long'],
  [24, 'wrong check sequence (CRC)'],
];

/** epb_hash: by what algorithm (pcapng draft section 4.3.2). */
const HASHES: Registry = { 0: "2's complement", 1: 'XOR', 2: 'CRC-32', 3: 'MD5', 4: 'SHA-1', 5: 'Toeplitz' };

/** epb_verdict: whose (pcapng draft section 4.3.3). */
const VERDICTS: Registry = { 0: 'hardware', 1: 'Linux eBPF TC', 2: 'Linux eBPF XDP' };

/** What the return values of eBPF programs mean (linux/bpf.h, linux/pkt_cls.h). */
const XDP_ACTIONS: Registry = { 0: 'aborted', 1: 'drop', 2: 'pass', 3: 'transmit', 4: 'redirect' };
const TC_ACTIONS: Registry = { 0: 'pass', 2: 'drop', 3: 'pass', 7: 'redirect' };

/** The errors that epb_flags tells of. */
function flagErrors(flags: number): readonly string[] {
  return FLAG_ERRORS.filter(([bit]) => (flags >>> bit) & 1).map(([, words]) => words);
}

/** The value of an option of a pcapng packet, in words. */
export function packetOptionValue(
  format: 'packetFlags' | 'packetHash' | 'verdict' | 'enterprise' | 'option',
  value: number,
  octets: Uint8Array,
): string {
  switch (format) {
    case 'packetFlags':
      return flagWords(value);
    case 'packetHash':
      return `${HASHES[octets[0] ?? -1] ?? `algorithm ${octets[0] ?? '?'}`}: ${hexOctets(octets.subarray(1))}`;
    case 'verdict':
      return verdictWords(octets);
    case 'enterprise':
      return `${enterpriseName(value)}: ${textOrHex(octets)}`;
    case 'option':
      return `code ${value}: ${textOrHex(octets)}`;
  }
}

/** A Private Enterprise Number with its name, where that is known. */
export function enterpriseName(number: number): string {
  const name = ENTERPRISES[number];
  return name === undefined ? `enterprise ${number}` : `${name} (enterprise ${number})`;
}

function flagWords(flags: number): string {
  const check = (flags >>> 5) & 15;
  const words = [
    DIRECTIONS[flags & 3],
    RECEPTIONS[(flags >>> 2) & 7],
    check === 0 ? undefined : `check sequence of ${check} octets`,
    ...flagErrors(flags),
  ].filter((word) => word !== undefined);
  return `${formatHex(flags, 8)}${words.length === 0 ? '' : ` (${words.join(', ')})`}`;
}

function verdictWords(octets: Uint8Array): string {
  const [type = -1] = octets;
  const whose = VERDICTS[type] ?? `type ${type}`;
  // The value is a number of 64 bits in the order of the file; actions are small, so that one end of it tells.
  const value = octets.subarray(1);
  const action =
    value.length === 8 && value.subarray(1, 7).every((octet) => octet === 0) ? smallOf(value) : NaN;
  const name = type === 2 ? XDP_ACTIONS[action] : type === 1 ? TC_ACTIONS[action] : undefined;
  return `${whose}: ${name === undefined ? hexOctets(value) : `${name} (${action})`}`;
}

function smallOf(octets: Uint8Array): number {
  return (octets[0] ?? 0) + (octets[7] ?? 0);
}

function textOrHex(octets: Uint8Array): string {
  const isText = octets.length > 0 && octets.every((octet) => octet >= 0x20 && octet < 0x7f);
  const text = decodeText(octets.subarray(0, 200));
  return isText ? `“${text}${octets.length > 200 ? '…' : ''}”` : hexOctets(octets);
}
