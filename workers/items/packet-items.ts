import { PacketMark, PROTOCOL_NAMES, TcpFlag } from '../../src/model/packet.ts';
import type { PacketItem } from '../api.ts';
import type { Core } from '../core.ts';
import { DescribedPacket } from '../details/described-packet.ts';
import { ethernetOf, flagNames, ipv4Of, ipv6Of } from '../details/field-value.ts';
import { markWords, PROBE_ANSWER } from '../packet-marks.ts';
import { namedAddressOf } from '../roles.ts';
import { type BlobReader, type ByteRange, ReadError } from '../source/blob-reader.ts';
import { packetComments } from '../notes/comments.ts';
import { withName } from '../names.ts';
import { infoLine } from './info-line.ts';

/** Octets of a record in front of the packet's own, at most: those of a pcapng enhanced packet block, and padding. */
const RECORD_HEADER = 32;

/** Where in the file the record of a packet is (row of the packets table), with room for its header. */
export function recordRange(core: Core, row: number, fileSize: number): ByteRange {
  const { packets } = core.tables;
  const start = packets.offset(row);
  return { start, end: Math.min(start + RECORD_HEADER + packets.capturedLength(row), fileSize) };
}

/** Packets as they are listed (rows of the packets table). Their records are read again, in few reads. */
export async function packetItems(
  core: Core,
  reader: BlobReader,
  rows: readonly number[],
): Promise<readonly PacketItem[]> {
  const ranges = rows.map((row) => recordRange(core, row, reader.size));
  const records = await readRecords(reader, ranges);
  return rows.map((row, index) => {
    const record = records?.[index];
    const { offset, capturedLength } = core.tables.packets;
    const described = record && new DescribedPacket(core, record, offset(row), capturedLength(row));
    return packetItem(core, row, described);
  });
}

/** The records, or undefined where the file can no longer be read: items then have what the tables know. */
async function readRecords(
  reader: BlobReader,
  ranges: readonly ByteRange[],
): Promise<readonly Uint8Array[] | undefined> {
  try {
    return await reader.readRanges(ranges);
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}

/** A packet as it is listed; without its decoded octets where they cannot be read any more. */
export function packetItem(core: Core, row: number, described: DescribedPacket | undefined): PacketItem {
  const { packets } = core.tables;
  const flow = packets.flow(row);
  const { source, destination } = addresses(core, row, described);
  return {
    packet: row + 1,
    time: packets.time(row),
    source,
    destination,
    protocol: PROTOCOL_NAMES[packets.protocol(row)] ?? '?',
    length: packets.length(row),
    flow: flow < 0 ? undefined : flow,
    info: described ? infoLine(core, row, described) : unreadableInfo(packets.tcpFlags(row)),
    tags: packetTags(core, row),
  };
}

function unreadableInfo(tcpFlags: number): string {
  const flags = tcpFlags === 0 ? '' : `[${flagNames(tcpFlags).join(', ')}] `;
  return `${flags}(the file can no longer be read)`;
}

interface Addresses {
  readonly source: string;
  readonly destination: string;
}

function addresses(core: Core, row: number, described: DescribedPacket | undefined): Addresses {
  const { packets } = core.tables;
  const flow = packets.flow(row);
  if (flow >= 0) {
    const side = packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0;
    const other = side === 0 ? 1 : 0;
    return { source: namedAddressOf(core, flow, side), destination: namedAddressOf(core, flow, other) };
  }
  if (!described) return { source: '', destination: '' };
  const { source, destination } = linkAddresses(described);
  return { source: withName(core, source, source), destination: withName(core, destination, destination) };
}

/** Addresses of a packet outside any flow: of its network layer where it has one, else of its link. */
function linkAddresses(described: DescribedPacket): Addresses {
  const octets = (name: string): Uint8Array => described.octetsOf(described.find(name));
  if (described.has('ip.src'))
    return { source: ipv4Of(octets('ip.src')), destination: ipv4Of(octets('ip.dst')) };
  if (described.has('ipv6.src')) {
    return { source: ipv6Of(octets('ipv6.src')), destination: ipv6Of(octets('ipv6.dst')) };
  }
  if (described.has('eth.src')) {
    const destination = ethernetOf(octets('eth.dst'));
    return {
      source: ethernetOf(octets('eth.src')),
      destination: destination === 'ff:ff:ff:ff:ff:ff' ? 'Broadcast' : destination,
    };
  }
  return { source: ethernetOf(octets('sll.src.eth')), destination: '' };
}

/** Marks of a packet as words, the worst first. */
const MARK_TAGS: readonly (readonly [number, string])[] = [
  [PacketMark.LOST_SEGMENT, 'lost segment'],
  [PacketMark.ACKED_UNSEEN, 'acked unseen'],
  [PacketMark.RETRANSMISSION, 'retransmission'],
  [PacketMark.FAST_RETRANSMISSION, 'fast retransmission'],
  [PacketMark.SPURIOUS_RETRANSMISSION, 'spurious retransmission'],
  [PacketMark.OUT_OF_ORDER, 'out of order'],
  [PacketMark.ZERO_WINDOW, 'zero window'],
  [PacketMark.ZERO_WINDOW_PROBE, 'zero window probe'],
  [PROBE_ANSWER, 'zero window probe ack'],
  [PacketMark.WINDOW_FULL, 'window full'],
  [PacketMark.DUP_ACK, 'dup ack'],
  [PacketMark.KEEP_ALIVE, 'keep-alive'],
  [PacketMark.KEEP_ALIVE_ACK, 'keep-alive ack'],
  [PacketMark.WINDOW_UPDATE, 'window update'],
  [PacketMark.PORTS_REUSED, 'ports reused'],
  [PacketMark.DUPLICATE, 'captured twice'],
];

/** What is to be noticed of a packet, in a word or two each, the worst first. */
export function packetTags(core: Core, row: number): readonly string[] {
  const { packets } = core.tables;
  const marks = packets.marks(row);
  const tags = packets.tcpFlags(row) & TcpFlag.RST ? ['reset'] : [];
  tags.push(...markWords(marks, MARK_TAGS));
  if (packets.capturedLength(row) < packets.length(row)) tags.push('cut by snaplen');
  if (packetComments(core, row + 1).length > 0) tags.push('comment');
  return tags;
}
