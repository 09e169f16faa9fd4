import { ipPacket, withChecksum } from './build-packet.ts';
import type { Capture } from './capture.ts';
import { concat, hexOctets, u16, u24, u32, u8 } from './octets.ts';

/** Puts what a capture of link type RAW holds into another encapsulation; its interface gets the link type. */
export interface Encapsulation {
  readonly linkType: number;
  /** Wraps an IP packet; `isBack` where it goes the other way than the capture's first. */
  readonly wrap: (packet: Uint8Array, isBack: boolean) => Uint8Array;
}

const HERE = Uint8Array.of(192, 0, 2, 1);
const THERE = Uint8Array.of(192, 0, 2, 2);
const ANYCAST = Uint8Array.of(192, 88, 99, 1);
const RELAY = Uint8Array.of(192, 0, 2, 3);
/** Addresses of a frame. */
export const ETHERNET = hexOctets('020000000002 020000000001');

/** Whether it is one of version 6. */
export function isV6(packet: Uint8Array): boolean {
  return (packet[0] ?? 0) >> 4 === 6;
}

/** The EtherType of an IP packet. */
export function etherType(packet: Uint8Array): number {
  return isV6(packet) ? 0x86dd : 0x0800;
}

/** An Ethernet frame around an IP packet. */
export function frame(packet: Uint8Array): Uint8Array {
  return concat(ETHERNET, u16(etherType(packet)), packet);
}

/** An IP packet between the tunnel's ends, in an Ethernet frame. */
export function outer(protocol: number, content: Uint8Array, isBack: boolean): Uint8Array {
  const [source, destination] = isBack ? [THERE, HERE] : [HERE, THERE];
  const header = { source, destination, protocol, ttl: 64, id: 1, options: new Uint8Array(), extensions: [] };
  return frame(ipPacket({ ...header, fragmentOffset: 0, hasMoreFragments: false }, content));
}

/** A datagram to a port of the tunnel's other end, in an Ethernet frame. */
export function udp(port: number, content: Uint8Array, isBack: boolean): Uint8Array {
  const [source, destination] = isBack ? [THERE, HERE] : [HERE, THERE];
  const datagram = concat(u16(49_152), u16(port), u16(8 + content.length), u16(0), content);
  return outer(17, withChecksum(datagram, 6, 17, source, destination), isBack);
}

/** An encapsulation that begins with Ethernet. */
export function over(wrap: Encapsulation['wrap']): Encapsulation {
  return { linkType: 1, wrap };
}

/** 6to4 whose two directions go through two relays (RFC 3068): away to the anycast address, back from a relay of its own. */
export const sixToFour: Encapsulation = over((packet, isBack) => {
  const [source, destination] = isBack ? [RELAY, HERE] : [HERE, ANYCAST];
  const header = {
    source,
    destination,
    protocol: 41,
    ttl: 64,
    id: 1,
    options: new Uint8Array(),
    extensions: [],
  };
  return frame(ipPacket({ ...header, fragmentOffset: 0, hasMoreFragments: false }, packet));
});

/** A link type with a header of its own. */
export function link(linkType: number, header: (packet: Uint8Array) => Uint8Array): Encapsulation {
  return { linkType, wrap: (packet) => concat(header(packet), packet) };
}

/** GRE with this much before the content (RFC 2784, RFC 2890). */
function gre(flags: number, type: number | undefined, rest: string, isFrame = false): Encapsulation {
  return over((packet, isBack) =>
    outer(
      47,
      concat(u16(flags), u16(type ?? etherType(packet)), hexOctets(rest), isFrame ? frame(packet) : packet),
      isBack,
    ),
  );
}

/** VXLAN of a network (RFC 7348). */
export function vxlan(network: number): Encapsulation {
  return over((packet, isBack) =>
    udp(4789, concat(u32(0x08000000), u24(network), u8(0), frame(packet)), isBack),
  );
}

/** PPP's number of an IP packet. */
export function pppProtocol(packet: Uint8Array): Uint8Array {
  return u16(isV6(packet) ? 0x0057 : 0x0021);
}

/** A LLC header with SNAP, as 802.11 frames have it. */
export function snap(packet: Uint8Array): Uint8Array {
  return concat(hexOctets('aaaa03000000'), u16(etherType(packet)));
}

/** Headers of 802.11 data frames. */
export const WLAN_DATA = hexOctets('0801 0000 020000000001 020000000002 020000000003 0000');
const WLAN_QOS_DATA = hexOctets('8801 0000 020000000001 020000000002 020000000003 0000 0000');

/** Every encapsulation that tests draw, by name. */
export const ENCAPSULATIONS: Readonly<Record<string, Encapsulation>> = {
  GRE: gre(0, undefined, ''),
  'GRE with checksum, key and sequence number': gre(0xb000, undefined, '00000000 00000007 00000001'),
  'Ethernet in GRE': gre(0, 0x6558, '', true),
  'ERSPAN type II': gre(0x1000, 0x88be, '00000001 1000000700000000', true),
  'ERSPAN type III': gre(0x1000, 0x22eb, '00000001 200000070000000000000000', true),
  'GRE in UDP': over((packet, isBack) => udp(4754, concat(u16(0), u16(etherType(packet)), packet), isBack)),
  '802.11 QoS data in GRE': over((packet, isBack) =>
    outer(47, concat(hexOctets('0000 8200'), WLAN_QOS_DATA, snap(packet), packet), isBack),
  ),
  'GRE of WCCP version 1': gre(0, 0x883e, ''),
  'GRE of WCCP version 2': gre(0, 0x883e, '05590048'),
  VXLAN: vxlan(42),
  Geneve: over((packet, isBack) =>
    udp(6081, concat(hexOctets('0200655800002a00 0102000100000000'), frame(packet)), isBack),
  ),
  'GTP-U': over((packet, isBack) =>
    udp(2152, concat(hexOctets('30ff'), u16(packet.length), u32(7), packet), isBack),
  ),
  'GTP-U with a sequence number': over((packet, isBack) =>
    udp(
      2152,
      concat(hexOctets('32ff'), u16(packet.length + 4), u32(7), hexOctets('00010000'), packet),
      isBack,
    ),
  ),
  'IP in IP': over((packet, isBack) => outer(isV6(packet) ? 41 : 4, packet, isBack)),
  EtherIP: over((packet, isBack) => outer(97, concat(u16(0x3000), frame(packet)), isBack)),
  MPLS: over((packet) => concat(ETHERNET, u16(0x8847), hexOctets('00064040 000c8140'), packet)),
  PPPoE: over((packet) =>
    concat(
      ETHERNET,
      u16(0x8864),
      hexOctets('1100 0007'),
      u16(packet.length + 2),
      pppProtocol(packet),
      packet,
    ),
  ),
  PPP: link(9, (packet) => concat(hexOctets('ff03'), pppProtocol(packet))),
  'PPP without address and control': link(9, pppProtocol),
  'Cisco HDLC on a line of PPP': link(9, (packet) => concat(hexOctets('8f00'), u16(etherType(packet)))),
  'Cisco HDLC': link(104, (packet) => concat(hexOctets('0f00'), u16(etherType(packet)))),
  '802.11 data': link(105, (packet) => concat(WLAN_DATA, snap(packet))),
  '802.11 QoS data behind radiotap': link(127, (packet) =>
    concat(hexOctets('0000 0800 00000000'), WLAN_QOS_DATA, snap(packet)),
  ),
  PPI: link(192, () => hexOctets('00 00 0800 65000000')),
  NFLOG: {
    linkType: 239,
    wrap: (packet) => {
      const length = 4 + packet.length;
      const attribute = concat(u16(length).reverse(), u16(9).reverse(), packet);
      return concat(u8(isV6(packet) ? 10 : 2), hexOctets('00 0000'), attribute);
    },
  },
};

/** The capture with every packet in the encapsulation. Draw it with `link raw`. */
export function wrapped(capture: Capture, { linkType, wrap }: Encapsulation): Capture {
  const [first] = capture.packets;
  const sender = (packet: Uint8Array): string =>
    (isV6(packet) ? packet.subarray(8, 24) : packet.subarray(12, 16)).join();
  return {
    interfaces: capture.interfaces.map((each) => ({ ...each, linkType })),
    packets: capture.packets.map((packet) => {
      const octets = wrap(
        packet.octets,
        first !== undefined && sender(packet.octets) !== sender(first.octets),
      );
      return { ...packet, octets, length: octets.length };
    }),
  };
}
