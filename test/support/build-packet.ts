import { concat, padded, u16, u32, u8 } from './octets.ts';

/** Link types of capture files, as tcpdump.org numbers them. */
export const LINK_TYPES = {
  ethernet: 1,
  null: 0,
  raw: 101,
  loop: 108,
  sll: 113,
  ipv4: 228,
  ipv6: 229,
  sll2: 276,
} as const;

/** Name of a link layer that scripts can draw. */
export type LinkName = keyof typeof LINK_TYPES;

/** IPv6 extension headers that scripts can draw (RFC 8200 section 4, RFC 4302). */
export const EXTENSIONS = { hop: 0, route: 43, frag: 44, auth: 51, dest: 60 } as const;

/** Name of an IPv6 extension header. */
export type ExtensionName = keyof typeof EXTENSIONS;

/** The link layer around a packet. */
export interface Link {
  readonly name: LinkName;
  /** VLAN identifiers, outermost first: two make QinQ (802.1ad outside, 802.1Q inside). */
  readonly vlans: readonly number[];
  /** NULL only: the address family in the byte order of a big-endian machine. */
  readonly isBigEndian: boolean;
}

/** The ones' complement sum of Internet checksums (RFC 1071). */
export function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An address as octets: 4 for dotted decimal, 16 for IPv6 text. */
export function parseAddress(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [head = '', tail] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => parseInt(word, 16));
  const first = words(head);
  const last = words(tail ?? '');
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return concat(...[...first, ...zeros, ...last].map(u16));
}

function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  return source.length === 4
    ? concat(source, destination, u8(0), u8(protocol), u16(length))
    : concat(source, destination, u32(length), u32(protocol));
}

/** Writes the checksum of a transport header into its place. */
export function withChecksum(
  segment: Uint8Array,
  place: number,
  protocol: number,
  source: Uint8Array,
  destination: Uint8Array,
): Uint8Array {
  const pseudo =
    protocol === 1 ? new Uint8Array() : pseudoHeader(source, destination, protocol, segment.length);
  const summed = segment.slice();
  summed.set(u16(checksum(concat(pseudo, segment))), place);
  return summed;
}

/** What a TCP segment says (RFC 9293 section 3.1). */
export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** A TCP segment, its checksum still zero. */
export function tcpSegment(segment: TcpSegment): Uint8Array {
  const options = padded(segment.options, 4);
  return concat(
    u16(segment.sourcePort),
    u16(segment.destinationPort),
    u32(segment.sequence),
    u32(segment.acknowledgement),
    u8((5 + options.length / 4) << 4),
    u8(segment.flags),
    u16(segment.window),
    u16(0),
    u16(0),
    options,
    segment.payload,
  );
}

/** What the IP layer says around a transport. */
export interface IpHeader {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly ttl: number;
  readonly id: number;
  /** IPv4 options, padded here. */
  readonly options: Uint8Array;
  readonly extensions: readonly ExtensionName[];
  /** Octets of payload before this fragment, and whether more follow (RFC 791). */
  readonly fragmentOffset: number;
  readonly hasMoreFragments: boolean;
}

function ipv4Packet(header: IpHeader, payload: Uint8Array): Uint8Array {
  const options = padded(header.options, 4);
  const headerLength = 20 + options.length;
  const flags = (header.hasMoreFragments ? 0x2000 : 0) | (header.fragmentOffset >>> 3);
  const octets = concat(
    u8(0x40 | (headerLength / 4)),
    u8(0),
    u16(headerLength + payload.length),
    u16(header.id),
    u16(flags),
    u8(header.ttl),
    u8(header.protocol),
    u16(0),
    header.source,
    header.destination,
    options,
  );
  octets.set(u16(checksum(octets)), 10);
  return concat(octets, payload);
}

function extension(name: ExtensionName, next: number, header: IpHeader): Uint8Array {
  switch (name) {
    case 'hop':
    case 'dest':
      return concat(u8(next), u8(0), Uint8Array.of(1, 4, 0, 0, 0, 0)); // PadN over the rest
    case 'route':
      return concat(u8(next), u8(0), new Uint8Array(6)); // source route (type 0), no segments left
    case 'frag':
      return concat(
        u8(next),
        u8(0),
        u16(header.fragmentOffset | (header.hasMoreFragments ? 1 : 0)),
        u32(header.id),
      );
    case 'auth':
      return concat(u8(next), u8(4), new Uint8Array(22));
  }
}

function ipv6Packet(header: IpHeader, payload: Uint8Array): Uint8Array {
  const { extensions } = header;
  const parts = extensions.map((name, index) => {
    const following = extensions[index + 1];
    return extension(name, following === undefined ? header.protocol : EXTENSIONS[following], header);
  });
  const first = extensions[0];
  const content = concat(...parts, payload);
  return concat(
    u32(0x60000000),
    u16(content.length),
    u8(first === undefined ? header.protocol : EXTENSIONS[first]),
    u8(header.ttl),
    header.source,
    header.destination,
    content,
  );
}

/** An IP packet; the version is that of the addresses. */
export function ipPacket(header: IpHeader, payload: Uint8Array): Uint8Array {
  return header.source.length === 4 ? ipv4Packet(header, payload) : ipv6Packet(header, payload);
}

/** Octets before the transport header in an IP packet of this header. */
export function ipHeaderLength(header: IpHeader): number {
  if (header.source.length === 4) return 20 + padded(header.options, 4).length;
  return 40 + header.extensions.reduce((sum, name) => sum + (name === 'auth' ? 24 : 8), 0);
}

function hardwareAddress(number: number): Uint8Array {
  return concat(Uint8Array.of(2, 0, 0, 0), u16(number));
}

/** Who sends and who receives on the link: numbers that become hardware addresses. */
export interface LinkEnds {
  readonly from: number;
  readonly to: number;
  /** SLL and SLL2: the packet leaves this machine; else it comes to it. */
  readonly isOutgoing: boolean;
  /** SLL2: index of the interface. */
  readonly interfaceIndex: number;
}

/** VLAN tags and the EtherType behind them. */
function tagged(vlans: readonly number[], etherType: number): Uint8Array {
  const tags = vlans.map((vlan, index) => concat(u16(index < vlans.length - 1 ? 0x88a8 : 0x8100), u16(vlan)));
  return concat(...tags, u16(etherType));
}

/** Everything before the network layer. */
export function linkHeader(link: Link, etherType: number, ends: LinkEnds): Uint8Array {
  const isV6 = etherType === 0x86dd;
  const types = tagged(link.vlans, etherType);
  const packetType = ends.isOutgoing ? 4 : 0;
  const sender = concat(hardwareAddress(ends.from), u16(0));
  switch (link.name) {
    case 'ethernet':
      return concat(hardwareAddress(ends.to), hardwareAddress(ends.from), types);
    case 'sll':
      return concat(u16(packetType), u16(1), u16(6), sender, types);
    case 'sll2': {
      const rest = concat(u16(0), u32(ends.interfaceIndex), u16(1), u8(packetType), u8(6), sender);
      return concat(types.subarray(0, 2), rest, types.subarray(2));
    }
    case 'null': {
      const family = u32(isV6 ? 30 : 2); // AF_INET6 of Darwin, AF_INET of all
      return link.isBigEndian ? family : family.reverse();
    }
    case 'loop':
      return u32(isV6 ? 24 : 2); // AF_INET6 of OpenBSD
    case 'raw':
    case 'ipv4':
    case 'ipv6':
      return new Uint8Array();
  }
}
