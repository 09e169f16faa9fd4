import type { Field } from '../../src/model/field.ts';
import { formatHex } from '../../src/model/format.ts';
import { HTTP2_ERRORS, HTTP2_FRAME_TYPES, HTTP2_SETTINGS } from '../../src/model/http2-registries.ts';
import {
  ALERT_DESCRIPTIONS,
  ALERT_LEVELS,
  cipherSuiteName,
  DNS_TYPES,
  ETHER_TYPES,
  ICMP_TYPES,
  ICMPV6_TYPES,
  IP_PROTOCOLS,
  LINK_TYPES,
  QUIC_PACKET_TYPES,
  QUIC_VERSIONS,
  type Registry,
  SCTP_CHUNKS,
  TLS_CONTENT_TYPES,
  TLS_EXTENSIONS,
  TLS_HANDSHAKE_TYPES,
  TLS_VERSIONS,
  WIREGUARD_TYPES,
} from '../../src/model/registries.ts';
import { closeCodeWords, WEBSOCKET_OPCODES } from '../../src/model/websocket-registry.ts';
import { formatIpv4, formatIpv6 } from '../addresses.ts';
import { decodeText, type DescribedField } from '../core.ts';
import { hexOctet, hexOctets } from './octets.ts';
import { packetOptionValue } from './packet-options.ts';

/** Characters of a text value that are written out. */
const SHOWN_TEXT = 400;

/** The value of a described field, in the words and units of its format. `octets` are those of the field. */
export function formatValue(
  field: Field,
  described: DescribedField,
  octets: Uint8Array,
  isIcmpv6: boolean,
): string {
  const { value, length } = described;
  switch (field.format) {
    case 'none':
      return '';
    case 'decimal':
      return Number.isNaN(value) ? '' : String(value);
    case 'hex':
      return formatHex(value, length * 2);
    case 'flags':
      return `${formatHex(value, 3)} (${flagNames(value).join(', ') || 'none'})`;
    case 'ipv4':
      return ipv4Of(octets);
    case 'ipv6':
      return ipv6Of(octets);
    case 'ethernet':
      return ethernetOf(octets);
    case 'text':
      return cut(decodeText(octets).replace(/[\r\n]+$/, ''));
    case 'octets':
      return hexOctets(octets);
    case 'etherType':
      return named(ETHER_TYPES, value, 4);
    case 'ipProtocol':
      return named(IP_PROTOCOLS, value);
    case 'tlsVersion':
      return named(TLS_VERSIONS, value, 4);
    case 'tlsContentType':
      return named(TLS_CONTENT_TYPES, value);
    case 'tlsHandshakeType':
      return named(TLS_HANDSHAKE_TYPES, value);
    case 'tlsExtension':
      return named(TLS_EXTENSIONS, value);
    case 'cipherSuite':
      return withNumber(cipherSuiteName(value), value, 4);
    case 'alertLevel':
      return named(ALERT_LEVELS, value);
    case 'alertDescription':
      return named(ALERT_DESCRIPTIONS, value);
    case 'linkType':
      return named(LINK_TYPES, value);
    case 'webSocketOpcode':
      return named(WEBSOCKET_OPCODES, value);
    case 'webSocketClose':
      return closeCodeWords(value);
    case 'http2FrameType':
      return named(HTTP2_FRAME_TYPES, value);
    case 'http2Setting':
      return named(HTTP2_SETTINGS, value);
    case 'http2Error':
      return named(HTTP2_ERRORS, value);
    case 'sctpChunk':
      return named(SCTP_CHUNKS, value);
    case 'quicType':
      return named(QUIC_PACKET_TYPES, value);
    case 'quicVersion':
      return named(QUIC_VERSIONS, value, 8);
    case 'wireGuardType':
      return named(WIREGUARD_TYPES, value);
    case 'domainName':
      return domainName(octets);
    case 'dnsType':
      return named(DNS_TYPES, value);
    case 'icmpType':
      return named(isIcmpv6 ? ICMPV6_TYPES : ICMP_TYPES, value);
    case 'packetFlags':
    case 'packetHash':
    case 'verdict':
    case 'enterprise':
    case 'option':
      return packetOptionValue(field.format, value, octets);
    default:
      return field.format satisfies never;
  }
}

const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

/** Names of the TCP flags that are set, from the lowest bit up, as Wireshark lists them. */
export function flagNames(flags: number): readonly string[] {
  return FLAG_NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0);
}

/** Four octets as an IPv4 address. */
export function ipv4Of(octets: Uint8Array): string {
  return octets.length < 4 ? '' : formatIpv4(word(octets, 0));
}

/** Sixteen octets as an IPv6 address. */
export function ipv6Of(octets: Uint8Array): string {
  if (octets.length < 16) return '';
  return formatIpv6([word(octets, 0), word(octets, 4), word(octets, 8), word(octets, 12)]);
}

/** Octets as a hardware address: `02:42:ac:11:00:02`. */
export function ethernetOf(octets: Uint8Array): string {
  return Array.from(octets, hexOctet).join(':');
}

/** Labels behind their lengths as a name with dots (RFC 1035 section 3.1); the root is a dot. */
export function domainName(octets: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 0; at < octets.length;) {
    const length = octets[at] ?? 0;
    if (length === 0 || length > 63) break;
    labels.push(decodeText(octets.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return cut(labels.join('.')) || '.';
}

function word(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength).getUint32(at);
}

function cut(text: string): string {
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

function named(registry: Registry, value: number, hexDigits = 0): string {
  return withNumber(registry[value], value, hexDigits);
}

function withNumber(name: string | undefined, value: number, hexDigits = 0): string {
  const number = hexDigits > 0 ? formatHex(value, hexDigits) : String(value);
  return name === undefined ? number : `${name} (${number})`;
}
