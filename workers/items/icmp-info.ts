import {
  ICMP_EXCEEDED_CODES,
  ICMP_TYPES,
  ICMP_UNREACHABLE_CODES,
  ICMPV6_TYPES,
  ICMPV6_UNREACHABLE_CODES,
  type Registry,
} from '../../src/model/registries.ts';
import type { DescribedPacket } from '../details/described-packet.ts';

/** Wireshark's info column of an ICMP or ICMPv6 message; undefined for other packets. */
export function icmpInfo(packet: DescribedPacket): string | undefined {
  const isV6 = packet.has('icmpv6');
  const layer = packet.find(isV6 ? 'icmpv6' : 'icmp');
  if (!layer) return undefined;
  const type = packet.value('icmp.type') ?? packet.value('icmpv6.type');
  const code = packet.value('icmp.code') ?? packet.value('icmpv6.code');
  if (type === undefined || code === undefined) return 'ICMP, cut short';
  const name = (isV6 ? ICMPV6_TYPES : ICMP_TYPES)[type] ?? `Type ${type}`;
  const isEcho = isV6 ? type === 128 || type === 129 : type === 0 || type === 8;
  if (isEcho) return name + echo(packet, layer.start + 4);
  const codes = isV6 ? CODES_V6[type] : CODES_V4[type];
  return codes === undefined ? name : `${name} (${codes[code] ?? `code ${code}`})`;
}

/** Codes by type, of the types whose code says what happened. */
const CODES_V4: Readonly<Record<number, Registry>> = { 3: ICMP_UNREACHABLE_CODES, 11: ICMP_EXCEEDED_CODES };
const CODES_V6: Readonly<Record<number, Registry>> = { 1: ICMPV6_UNREACHABLE_CODES };

/** Identifier and sequence number of an echo message (RFC 792, RFC 4443 section 4.1), which follow the checksum. */
function echo(packet: DescribedPacket, at: number): string {
  const { octets } = packet;
  if (octets.length - at < 4) return '';
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const sequence = view.getUint16(at + 2);
  const swapped = view.getUint16(at + 2, true);
  const hops = packet.value('ip.ttl') ?? packet.value('ipv6.hlim');
  const id = view.getUint16(at).toString(16).padStart(4, '0');
  return ` id=0x${id}, seq=${sequence}/${swapped}${hops === undefined ? '' : `, ttl=${hops}`}`;
}
