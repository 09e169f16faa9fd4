import {
  DNS_TYPES,
  QUIC_PACKET_TYPES,
  SCTP_CHUNKS,
  TLS_CONTENT_TYPES,
  TLS_HANDSHAKE_TYPES,
  WIREGUARD_TYPES,
} from '../../src/model/registries.ts';
import { HelloMark } from '../../src/model/hello.ts';
import { Protocol } from '../../src/model/packet.ts';
import { formatHex } from '../../src/model/format.ts';
import type { Core } from '../core.ts';
import { type DescribedPacket, fieldOfNumber } from '../details/described-packet.ts';
import { domainName } from '../details/field-value.ts';

/** Wireshark's info column of datagrams and of transports that are named; undefined for other packets. */
export function datagramInfo(core: Core, row: number, packet: DescribedPacket): string | undefined {
  if (packet.has('quic') || packet.has('quic.short')) return quicInfo(core, row, packet);
  if (packet.has('wg')) return wireGuardInfo(packet);
  if (packet.has('dtls')) return dtlsInfo(packet);
  if (packet.has('dns')) return dnsInfo(packet);
  // Short headers show only in their flow.
  const protocol = core.tables.packets.protocol(row);
  if (protocol === Protocol.QUIC) return 'Protected Payload';
  if (protocol === Protocol.WIREGUARD) return 'Transport Data';
  if (packet.has('sctp')) return sctpInfo(packet);
  if (packet.has('esp')) return `ESP (SPI=${formatHex(packet.value('esp.spi') ?? 0, 8)})`;
  return undefined;
}

/** Values of every field of a name. */
function valuesOf(packet: DescribedPacket, name: string): readonly number[] {
  return packet.fields.filter(({ field }) => fieldOfNumber(field)?.name === name).map(({ value }) => value);
}

/** `Initial, DCID=8394c8f03e515708, Client Hello (SNI=example.org)`; packets that share a datagram one after another. */
function quicInfo(core: Core, row: number, packet: DescribedPacket): string {
  const types = valuesOf(packet, 'quic.long.packet_type').map((type) => QUIC_PACKET_TYPES[type] ?? '?');
  const parts = [...types, ...(packet.has('quic.short') ? ['Protected Payload'] : [])];
  const id = (name: string, label: string): string[] => {
    const octets = packet.octetsOf(packet.find(name));
    const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
    return hex === '' ? [] : [`${label}=${hex}`];
  };
  parts.splice(1, 0, ...id('quic.dcid', 'DCID'), ...id('quic.scid', 'SCID'));
  return [...parts, ...hellosOf(core, row)].join(', ');
}

/** The hellos that begin or are answered in the packet. */
function hellosOf(core: Core, row: number): readonly string[] {
  const { packets, flows, hellos } = core.tables;
  const flow = packets.flow(row);
  const hello = flow < 0 ? -1 : flows.hello(flow) - 1;
  if (hello < 0 || (hellos.marks(hello) & HelloMark.QUIC) === 0) return [];
  const found: string[] = [];
  const name = hellos.serverName(hello);
  if (hellos.firstPacket(hello) === row + 1) {
    found.push(name === 0 ? 'Client Hello' : `Client Hello (SNI=${core.text(name)})`);
  }
  if (hellos.serverHelloPacket(hello) === row + 1) found.push('Server Hello');
  return found;
}

function wireGuardInfo(packet: DescribedPacket): string {
  const type = WIREGUARD_TYPES[packet.value('wg.type') ?? 0] ?? 'WireGuard';
  const end = (name: 'sender' | 'receiver'): string => {
    const value = packet.value(`wg.${name}`);
    return value === undefined ? '' : `, ${name}=${formatHex(value, 8)}`;
  };
  return type + end('sender') + end('receiver');
}

function dtlsInfo(packet: DescribedPacket): string {
  const handshakes = valuesOf(packet, 'dtls.handshake.type').map(
    (type) => TLS_HANDSHAKE_TYPES[type] ?? `Handshake type ${type}`,
  );
  if (handshakes.length > 0) return handshakes.join(', ');
  return valuesOf(packet, 'dtls.record.content_type')
    .map((type) => TLS_CONTENT_TYPES[type] ?? `Record type ${type}`)
    .join(', ');
}

/** `Standard query response 0x1a2b No such name AAAA example.org`. */
function dnsInfo(packet: DescribedPacket): string {
  const flags = packet.value('dns.flags') ?? 0;
  const isAnswer = (flags & 0x8000) !== 0;
  const operation = DNS_OPERATIONS[(flags >> 11) & 15] ?? `Operation ${(flags >> 11) & 15}`;
  const parts = [
    `${operation}${isAnswer ? ' response' : ''} ${formatHex(packet.value('dns.id') ?? 0, 4)}`,
    ...(isAnswer && (flags & 15) !== 0 ? [DNS_ERRORS[flags & 15] ?? `Error ${flags & 15}`] : []),
  ];
  const type = packet.value('dns.qry.type');
  if (type !== undefined) {
    parts.push(DNS_TYPES[type] ?? `Type ${type}`, domainName(packet.octetsOf(packet.find('dns.qry.name'))));
  }
  return parts.join(' ');
}

/** RFC 1035 section 4.1.1, RFC 1996, RFC 2136. */
const DNS_OPERATIONS: Readonly<Record<number, string>> = {
  0: 'Standard query',
  1: 'Inverse query',
  2: 'Server status request',
  4: 'Zone change notification',
  5: 'Dynamic update',
};

const DNS_ERRORS: Readonly<Record<number, string>> = {
  1: 'Format error',
  2: 'Server failure',
  3: 'No such name',
  4: 'Not implemented',
  5: 'Refused',
};

function sctpInfo(packet: DescribedPacket): string {
  const chunks = valuesOf(packet, 'sctp.chunk_type').map((type) => SCTP_CHUNKS[type] ?? `Chunk ${type}`);
  const ports = `${packet.value('sctp.srcport') ?? '?'} → ${packet.value('sctp.dstport') ?? '?'}`;
  return [ports, ...chunks].join(' ');
}
