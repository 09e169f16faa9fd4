import { PacketMark, TcpFlag, Protocol } from '../../src/model/packet.ts';
import {
  ALERT_DESCRIPTIONS,
  ALERT_LEVELS,
  ETHER_TYPES,
  IP_PROTOCOLS,
  TLS_CONTENT_TYPES,
  TLS_HANDSHAKE_TYPES,
} from '../../src/model/registries.ts';
import { type Core, decodeText } from '../core.ts';
import { Transport } from '../roles.ts';
import { type DescribedPacket, fieldOfNumber } from '../details/described-packet.ts';
import { ethernetOf, flagNames, ipv4Of } from '../details/field-value.ts';
import { markWords, PROBE_ANSWER } from '../packet-marks.ts';
import { http2Info } from './http2-info.ts';
import { datagramInfo } from './datagram-info.ts';
import { icmpInfo } from './icmp-info.ts';
import { webSocketInfo } from './websocket-info.ts';

/** Wireshark's notes in front of the info column, by mark. */
const NOTES: readonly (readonly [number, string])[] = [
  [PacketMark.PORTS_REUSED, 'TCP Port numbers reused'],
  [PacketMark.RETRANSMISSION, 'TCP Retransmission'],
  [PacketMark.FAST_RETRANSMISSION, 'TCP Fast Retransmission'],
  [PacketMark.SPURIOUS_RETRANSMISSION, 'TCP Spurious Retransmission'],
  [PacketMark.OUT_OF_ORDER, 'TCP Out-Of-Order'],
  [PacketMark.LOST_SEGMENT, 'TCP Previous segment not captured'],
  [PacketMark.ACKED_UNSEEN, 'TCP ACKed unseen segment'],
  [PacketMark.KEEP_ALIVE, 'TCP Keep-Alive'],
  [PacketMark.KEEP_ALIVE_ACK, 'TCP Keep-Alive ACK'],
  [PacketMark.DUP_ACK, 'TCP Dup ACK'],
  [PacketMark.WINDOW_FULL, 'TCP Window Full'],
  [PacketMark.ZERO_WINDOW, 'TCP ZeroWindow'],
  [PROBE_ANSWER, 'TCP ZeroWindowProbeAck'],
  [PacketMark.ZERO_WINDOW_PROBE, 'TCP ZeroWindowProbe'],
  [PacketMark.WINDOW_UPDATE, 'TCP Window Update'],
  [PacketMark.DUPLICATE, 'captured twice'],
];

/** Wireshark's info column of a packet (row of the packets table). */
export function infoLine(core: Core, row: number, packet: DescribedPacket): string {
  const marks = core.tables.packets.marks(row);
  const notes = markWords(marks, NOTES).map((note) => `[${note}] `);
  return notes.join('') + content(core, row, packet);
}

/** The first fragment of a datagram: with its ports and flags where it became its flow's, because the rest never came. */
function fragmentInfo(core: Core, row: number, packet: DescribedPacket): string | undefined {
  const hasMore = ((packet.findLast('ip.flags')?.value ?? 0) & 1) !== 0;
  if (!hasMore || packet.findLast('ip.frag_offset')?.value !== 0) return undefined;
  const flow = core.tables.packets.flow(row);
  const transport = flow < 0 ? 0 : core.tables.flows.transport(flow);
  if (transport !== Transport.TCP && transport !== Transport.UDP) return otherInfo(packet);
  const says = packet.has('tcp') ? tcpInfo(core, row, packet) : udpInfo(packet);
  return `[IP fragment, the rest was not captured] ${says}`;
}

function content(core: Core, row: number, packet: DescribedPacket): string {
  if (packet.has('arp')) return arpInfo(packet);
  const icmp = icmpInfo(packet);
  if (icmp !== undefined) return icmp;
  const fragment = fragmentInfo(core, row, packet);
  if (fragment !== undefined) return fragment;
  if (core.tables.packets.protocol(row) === Protocol.HTTP2) {
    const http2 = http2Info(core, row, packet.octetsOf(packet.findLast('tcp.payload')));
    if (http2 !== undefined) return http2;
  }
  const http = httpInfo(packet);
  if (http !== undefined) return http;
  const webSocket = webSocketInfo(packet);
  if (webSocket !== '') return webSocket;
  const tls = tlsInfo(packet);
  if (tls !== '') return tls;
  if (packet.has('tcp')) return tcpInfo(core, row, packet);
  const datagram = datagramInfo(core, row, packet);
  if (datagram !== undefined) return datagram;
  if (packet.has('udp')) return udpInfo(packet);
  return otherInfo(packet);
}

/** `35500 → 8080 [SYN] Seq=0 Win=65535 Len=0 MSS=65495 …`; sequence numbers are relative to the initial ones. */
function tcpInfo(core: Core, row: number, packet: DescribedPacket): string {
  const { packets, directions } = core.tables;
  const flags = packets.tcpFlags(row);
  const flow = packets.flow(row);
  const side = packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0;
  const own = flow * 2 + side;
  const other = flow * 2 + (1 - side);
  const relative = (name: string, direction: number): number =>
    ((packet.value(name) ?? 0) - (flow < 0 ? 0 : directions.initialSequence(direction))) >>> 0;
  const parts = [
    `${packet.value('tcp.srcport') ?? '?'} → ${packet.value('tcp.dstport') ?? '?'}`,
    `[${flagNames(flags).join(', ') || '<None>'}]`,
    `Seq=${relative('tcp.seq_raw', own)}`,
  ];
  if (flags & TcpFlag.ACK) parts.push(`Ack=${relative('tcp.ack_raw', other)}`);
  parts.push(`Win=${scaledWindow(core, own, other, flags, packet)}`, `Len=${packet.value('tcp.len') ?? 0}`);
  return [...parts, ...tcpOptions(packet, flow < 0 ? 0 : directions.initialSequence(other))].join(' ');
}

/** The window of a segment in octets: with its scale, which counts only where both sides sent one, and not in a SYN (RFC 7323 section 2.2). */
export function scaledWindow(
  core: Core,
  own: number,
  other: number,
  flags: number,
  packet: DescribedPacket,
): number {
  const window = packet.value('tcp.window_size_value') ?? 0;
  if (flags & TcpFlag.SYN || own < 0) return window;
  const { windowScale } = core.tables.directions;
  // The column is the shift plus one; a shift above 14 counts as 14 (RFC 7323 section 2.3).
  const isScaled = windowScale(own) > 0 && windowScale(other) > 0;
  return isScaled ? window * 2 ** Math.min(windowScale(own) - 1, 14) : window;
}

function tcpOptions(packet: DescribedPacket, acknowledgedBase: number): readonly string[] {
  const options: string[] = [];
  for (const described of packet.fields) {
    const { value } = described;
    switch (fieldOfNumber(described.field)?.name ?? '') {
      case 'tcp.options.mss_val':
        options.push(`MSS=${value}`);
        break;
      case 'tcp.options.wscale.shift':
        options.push(`WS=${2 ** value}`);
        break;
      case 'tcp.options.sack_perm':
        options.push('SACK_PERM');
        break;
      case 'tcp.options.timestamp.tsval':
        options.push(`TSval=${value}`);
        break;
      case 'tcp.options.timestamp.tsecr':
        options.push(`TSecr=${value}`);
        break;
      case 'tcp.options.sack':
        for (const [left, right] of sackBlocks(packet.octetsOf(described), acknowledgedBase))
          options.push(`SLE=${left}`, `SRE=${right}`);
        break;
      default:
        break;
    }
  }
  return options;
}

/** Edges of SACK blocks (RFC 2018 section 3): after kind and length, pairs of sequence numbers, the right one behind the block; relative to `base`. */
export function sackBlocks(
  option: Uint8Array,
  base: number,
): readonly (readonly [left: number, right: number])[] {
  const view = new DataView(option.buffer, option.byteOffset, option.byteLength);
  const blocks: (readonly [number, number])[] = [];
  for (let at = 2; option.length - at >= 8; at += 8) {
    blocks.push([(view.getUint32(at) - base) >>> 0, (view.getUint32(at + 4) - base) >>> 0]);
  }
  return blocks;
}

/** The start lines in the segment; one of a response with the media type of the content where the same segment has it. */
function httpInfo(packet: DescribedPacket): string | undefined {
  const lines: string[] = [];
  for (const described of packet.fields) {
    const name = fieldOfNumber(described.field)?.name;
    if (name !== 'http.request' && name !== 'http.response') continue;
    lines.push(decodeText(packet.octetsOf(described)).trimEnd());
  }
  if (lines.length === 0) return undefined;
  const mediaType = packet.has('http.response') ? contentType(packet) : undefined;
  return mediaType === undefined ? lines.join(' ') : `${lines.join(' ')} (${mediaType})`;
}

function contentType(packet: DescribedPacket): string | undefined {
  for (const described of packet.fields) {
    if (fieldOfNumber(described.field)?.name !== 'http.response.line') continue;
    const line = new TextDecoder('latin1').decode(packet.octetsOf(described));
    const found = /^content-type:\s*([^;\s]+)/i.exec(line);
    if (found) return found[1];
  }
  return undefined;
}

/** `Client Hello (SNI=example.org)`, `Server Hello, Change Cipher Spec, Application Data`. */
function tlsInfo(packet: DescribedPacket): string {
  const parts: string[] = [];
  for (const { field, value } of packet.fields) {
    switch (fieldOfNumber(field)?.name ?? '') {
      case 'tls.record.content_type':
        parts.push(ENCRYPTED_NAMES[value] ?? TLS_CONTENT_TYPES[value] ?? `Record type ${value}`);
        break;
      case 'tls.handshake.type': {
        const name = TLS_HANDSHAKE_TYPES[value] ?? `Handshake type ${value}`;
        if (parts.at(-1) === ENCRYPTED_NAMES[22]) parts.pop();
        parts.push(value === 1 ? helloName(name, packet) : name);
        break;
      }
      case 'tls.alert_message.level':
        if (parts.at(-1) === ENCRYPTED_NAMES[21]) parts.pop();
        parts.push(alertName(value, packet.value('tls.alert_message.desc')));
        break;
      default:
        break;
    }
  }
  return parts.join(', ');
}

/** Records whose content could not be read are encrypted, unless a field that follows says more. */
const ENCRYPTED_NAMES: Readonly<Record<number, string>> = {
  21: 'Encrypted Alert',
  22: 'Encrypted Handshake Message',
};

function helloName(name: string, packet: DescribedPacket): string {
  const serverName = packet.text('tls.handshake.extensions_server_name');
  return serverName === undefined ? name : `${name} (SNI=${serverName})`;
}

function alertName(level: number, description: number | undefined): string {
  const known = description === undefined ? undefined : ALERT_DESCRIPTIONS[description];
  // handshake_failure is written Handshake Failure, unknown_ca Unknown CA, as Wireshark does.
  const what = known
    ?.split('_')
    .map((word) => (/^(ca|psk|ech)$/.test(word) ? word.toUpperCase() : capital(word)));
  return `Alert (Level: ${ALERT_LEVELS[level] ?? String(level)}, Description: ${what?.join(' ') ?? description ?? '?'})`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function udpInfo(packet: DescribedPacket): string {
  const length = packet.value('udp.length');
  const octets = length === undefined ? '' : ` Len=${Math.max(0, length - 8)}`;
  return `${packet.value('udp.srcport') ?? '?'} → ${packet.value('udp.dstport') ?? '?'}${octets}`;
}

/** ARP (RFC 826), gratuitous ones (RFC 5227) by their equal addresses. */
function arpInfo(packet: DescribedPacket): string {
  const sender = ipv4Of(packet.octetsOf(packet.find('arp.src.proto_ipv4')));
  const target = ipv4Of(packet.octetsOf(packet.find('arp.dst.proto_ipv4')));
  const opcode = packet.value('arp.opcode');
  if (sender !== '' && sender === target) {
    return `Gratuitous ARP for ${sender} (${opcode === 2 ? 'Reply' : 'Request'})`;
  }
  if (opcode === 1) return `Who has ${target}? Tell ${sender}`;
  if (opcode === 2) return `${sender} is at ${ethernetOf(packet.octetsOf(packet.find('arp.src.hw_mac')))}`;
  return opcode === undefined ? 'ARP, cut short' : `ARP opcode ${opcode}`;
}

function otherInfo(packet: DescribedPacket): string {
  const transport = packet.findLast('ip.proto') ?? packet.findLast('ipv6.nxt');
  if (transport) {
    const offset = packet.value('ip.frag_offset');
    const name = IP_PROTOCOLS[transport.value] ?? `IP protocol ${transport.value}`;
    return offset ? `Fragmented IP protocol (${name}, offset ${offset})` : name;
  }
  const etherType =
    packet.findLast('eth.type') ?? packet.findLast('sll.etype') ?? packet.findLast('vlan.etype');
  if (etherType)
    return ETHER_TYPES[etherType.value] ?? `EtherType 0x${etherType.value.toString(16).padStart(4, '0')}`;
  return packet.has('llc') ? 'Logical-Link Control' : `not decoded, ${packet.octets.length} octets`;
}
