import { LIMITS } from '../../src/model/limits.ts';
import type { PacketNumber } from '../../src/model/units.ts';
import type { DetailNode, PacketDetail } from '../api.ts';
import type { Core, DescribedField } from '../core.ts';
import { packetItem, recordRange } from '../items/packet-items.ts';
import { packetComments } from '../notes/comments.ts';
import { commentTexts } from '../notes/file-notes.ts';
import { interfaceName } from '../notes/interfaces.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import type { SourceFiles } from '../source/source-files.ts';
import { DescribedPacket, fieldOfNumber } from './described-packet.ts';
import { formatValue } from './field-value.ts';
import { http2Nodes } from './http2-header-nodes.ts';

/** Where packets are read again. */
export interface CaptureSource {
  readonly reader: BlobReader;
  readonly sources: SourceFiles;
}

/** All of one packet, decoded again from the file; undefined where there is no such packet. */
export async function packetDetail(
  core: Core,
  { reader, sources }: CaptureSource,
  packet: PacketNumber,
): Promise<PacketDetail | undefined> {
  const { packets } = core.tables;
  const row = packet - 1;
  if (row < 0 || row >= packets.rows) return undefined;
  const described = await describe(core, reader, row);
  return {
    item: packetItem(core, row, described),
    // A copy: the worker hands it over, and a view would take the whole read with it.
    octets: described ? described.octets.slice(0, packets.capturedLength(row)) : new Uint8Array(),
    wireLength: packets.length(row),
    ...(sources.areSeveral ? { file: sources.place(packets.offset(row)).name } : {}),
    ...interfaceOf(core, described),
    comments: commentTexts(core, packetComments(core, packet)),
    nodes: described ? detailNodes(core, row, described) : [],
  };
}

/** The interface that captured the packet, where that tells anything. */
function interfaceOf(core: Core, described: DescribedPacket | undefined): { readonly interface?: string } {
  const { interfaces } = core.tables;
  if (!described || interfaces.rows === 0) return {};
  const isPlain = interfaces.rows === 1 && interfaces.name(0) === 0 && interfaces.description(0) === 0;
  return isPlain ? {} : { interface: interfaceName(core, described.interface) };
}

async function describe(core: Core, reader: BlobReader, row: number): Promise<DescribedPacket | undefined> {
  const { start, end } = recordRange(core, row, reader.size);
  try {
    const found = new DescribedPacket(core, await reader.read(start, end), start);
    const whole = Math.min(start + found.blockSize, reader.size);
    // The options of a pcapng packet stand behind it.
    if (whole <= end || found.blockSize > LIMITS.BLOCK_OCTETS) return found;
    return new DescribedPacket(core, await reader.read(start, whole), start);
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}

/** The fields of a packet as a tree in preorder. */
function detailNodes(core: Core, row: number, packet: DescribedPacket): readonly DetailNode[] {
  const isIcmpv6 = packet.has('icmpv6');
  const http2 = packet.has('http2') ? http2Nodes(core, row, packet) : undefined;
  return packet.fields.flatMap((described) => {
    const field = fieldOfNumber(described.field);
    if (!field) return [];
    const value = formatValue(field, described, packet.octetsOf(described), isIcmpv6);
    const { start, length, depth } = described;
    const summary =
      value === '' && depth === 0
        ? layerSummary(field.name, described, packet)
        : (http2?.summaries.get(described) ?? value);
    // What the file tells of the packet is not among its octets.
    const place = field.name.startsWith('frame') ? { start: 0, length: 0 } : { start, length };
    const node = {
      name: field.name,
      label: field.label,
      value: summary,
      ...place,
      depth,
      format: field.format,
    };
    return [node, ...(http2?.lines.get(described) ?? [])];
  });
}

/** What a layer's line says beside its name: from where to where. */
function layerSummary(name: string, layer: DescribedField, packet: DescribedPacket): string {
  const within = packet.fields.slice(packet.fields.indexOf(layer) + 1);
  const value = (field: string): string => {
    const found = within.find((described) => fieldOfNumber(described.field)?.name === field);
    const known = found && fieldOfNumber(found.field);
    return found && known ? formatValue(known, found, packet.octetsOf(found), false) : '?';
  };
  switch (name) {
    case 'eth':
      return `${value('eth.src')} → ${value('eth.dst')}`;
    case 'ip':
      return `${value('ip.src')} → ${value('ip.dst')}`;
    case 'ipv6':
      return `${value('ipv6.src')} → ${value('ipv6.dst')}`;
    case 'tcp':
      return `${value('tcp.srcport')} → ${value('tcp.dstport')}, ${value('tcp.len')} octets`;
    case 'udp':
      return `${value('udp.srcport')} → ${value('udp.dstport')}`;
    case 'vlan':
      return `ID ${value('vlan.id')}`;
    case 'sll':
      return value('sll.etype');
    default:
      return '';
  }
}
