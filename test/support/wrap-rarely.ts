import { concat, hexOctets, u16, u24, u32, u8 } from './octets.ts';
import {
  type Encapsulation,
  ETHERNET,
  etherType,
  frame,
  isV6,
  link,
  outer,
  over,
  pppProtocol,
  snap,
  udp,
  WLAN_DATA,
} from './wrap-packets.ts';

/** Ethernet with an EtherType, and what follows it. */
function tagged(type: number, content: (packet: Uint8Array) => Uint8Array): Encapsulation {
  return over((packet) => concat(ETHERNET, u16(type), content(packet)));
}

function nextProtocol(packet: Uint8Array): Uint8Array {
  return u8(isV6(packet) ? 2 : 1);
}

/** An NSH header of metadata type 2 without metadata (RFC 8300). */
function nsh(packet: Uint8Array): Uint8Array {
  return concat(hexOctets('0fc2 02'), nextProtocol(packet), hexOctets('00002a ff'), packet);
}

function juniper(content: (packet: Uint8Array) => Uint8Array): (packet: Uint8Array) => Uint8Array {
  return (packet) => concat(hexOctets('4d4743 80 0006 000000000000'), content(packet));
}

/** An ERF header; `more` octets stand between it and the packet. */
function erf(type: number, packet: Uint8Array, more: number): Uint8Array {
  const size = packet.length + more;
  return concat(hexOctets('0000000000000065'), u8(type), u8(4), u16(size + 16), u16(0), u16(size));
}

/** An IPv4 or IPv6 number of what follows. */
function ipNumber(packet: Uint8Array): number {
  return isV6(packet) ? 41 : 4;
}

const ADDRESSES_OF_8 = hexOctets('1000020000000001 1000020000000002');

/** Encapsulations of operators' networks, old links and sniffers, by name. */
export const RARE_ENCAPSULATIONS: Readonly<Record<string, Encapsulation>> = {
  '802.1ad and 802.1Q': tagged(0x88a8, (packet) =>
    concat(hexOctets('0014 8100 000a'), u16(etherType(packet)), packet),
  ),
  '802.1Q of 0x9100': tagged(0x9100, (packet) =>
    concat(hexOctets('0014 8100 000a'), u16(etherType(packet)), packet),
  ),
  '802.1ah': tagged(0x88e7, (packet) => concat(hexOctets('0000002a'), frame(packet))),
  'VN-Tag': tagged(0x8926, (packet) => concat(hexOctets('00050001'), u16(etherType(packet)), packet)),
  'Cisco FabricPath': tagged(0x8903, (packet) => concat(hexOctets('0460'), frame(packet))),
  'Cisco MetaData': tagged(0x8909, (packet) =>
    concat(hexOctets('01 01 0001 0007'), u16(etherType(packet)), packet),
  ),
  'MACsec without encryption': tagged(0x88e5, (packet) =>
    concat(
      hexOctets('20 00 00000001 0200000000010001'),
      u16(etherType(packet)),
      packet,
      new Uint8Array(16).fill(0xee),
    ),
  ),
  TRILL: tagged(0x22f3, (packet) => concat(hexOctets('0004 0001 0002'), frame(packet))),
  'Cisco ISL': over((packet) => {
    const inside = concat(frame(packet), new Uint8Array(4));
    return concat(
      hexOctets('01000c0000 00 020000000001'),
      u16(inside.length + 12),
      hexOctets('aaaa03 00000c 0014 0000 0000'),
      inside,
      new Uint8Array(4),
    );
  }),
  'B.A.T.M.A.N. unicast': tagged(0x4305, (packet) =>
    concat(hexOctets('40 0f 32 01 020000000009'), frame(packet)),
  ),
  'B.A.T.M.A.N. with four addresses': tagged(0x4305, (packet) =>
    concat(hexOctets('42 0f 32 01 020000000009 020000000008 40 00'), frame(packet)),
  ),
  'NSH in Ethernet': tagged(0x894f, nsh),
  'NSH in VXLAN-GPE': over((packet, isBack) =>
    udp(4790, concat(hexOctets('0c000004 00002a00'), nsh(packet)), isBack),
  ),
  'IP in VXLAN-GPE': over((packet, isBack) =>
    udp(4790, concat(hexOctets('0c0000'), nextProtocol(packet), hexOctets('00002a00'), packet), isBack),
  ),
  'ERSPAN type I': over((packet, isBack) => outer(47, concat(hexOctets('0000 88be'), frame(packet)), isBack)),
  'PPTP in GRE': over((packet, isBack) =>
    outer(
      47,
      concat(
        hexOctets('3081 880b'),
        u16(packet.length + 4),
        hexOctets('0007 00000001 00000002'),
        hexOctets('ff03'),
        pppProtocol(packet),
        packet,
      ),
      isBack,
    ),
  ),
  'L2TP version 2': over((packet, isBack) =>
    udp(1701, concat(hexOctets('0002 0007 0001 ff03'), pppProtocol(packet), packet), isBack),
  ),
  'L2TP version 2 with lengths and numbers': over((packet, isBack) =>
    udp(
      1701,
      concat(
        hexOctets('4a02'),
        u16(packet.length + 18),
        hexOctets('0007 0001 0001 0000 0002 0000 ff03'),
        pppProtocol(packet),
        packet,
      ),
      isBack,
    ),
  ),
  'L2TP version 3 over IP': over((packet, isBack) =>
    outer(115, concat(hexOctets('00000007 00000000'), frame(packet)), isBack),
  ),
  'AH in IPv4': over((packet, isBack) =>
    outer(
      51,
      concat(u8(ipNumber(packet)), hexOctets('04 0000 00000101 00000001'), new Uint8Array(12), packet),
      isBack,
    ),
  ),
  'CAPWAP with 802.11': over((packet, isBack) =>
    udp(5247, concat(hexOctets('00 100300 00000000'), WLAN_DATA, snap(packet), packet), isBack),
  ),
  'CAPWAP with 802.11, its control swapped': over((packet, isBack) =>
    udp(
      5247,
      concat(hexOctets('00 100300 00000000 0108'), WLAN_DATA.subarray(2), snap(packet), packet),
      isBack,
    ),
  ),
  'CAPWAP with 802.3': over((packet, isBack) =>
    udp(5247, concat(hexOctets('00 100200 00000000'), frame(packet)), isBack),
  ),
  TZSP: over((packet, isBack) =>
    udp(37_008, concat(hexOctets('01 00 0001 0a01c4 00 01'), frame(packet)), isBack),
  ),
  LISP: over((packet, isBack) => udp(4341, concat(hexOctets('80000000 00000001'), packet), isBack)),
  'GUE version 0': over((packet, isBack) =>
    udp(6080, concat(hexOctets('00'), u8(ipNumber(packet)), u16(0), packet), isBack),
  ),
  'GUE version 1': over((packet, isBack) => udp(6080, packet, isBack)),
  AYIYA: over((packet, isBack) =>
    udp(
      5072,
      concat(hexOctets('41 21 11'), u8(ipNumber(packet)), u32(1_600_000_000), new Uint8Array(16 + 8), packet),
      isBack,
    ),
  ),
  'LLC without SNAP': over((packet) =>
    isV6(packet) ? frame(packet) : concat(ETHERNET, u16(packet.length + 3), hexOctets('060603'), packet),
  ),
  'SNAP in 802.3': over((packet) => concat(ETHERNET, u16(packet.length + 8), snap(packet), packet)),
  FDDI: link(10, (packet) => concat(hexOctets('50'), ETHERNET, snap(packet))),
  'Token Ring': link(6, (packet) => concat(hexOctets('1040'), ETHERNET, snap(packet))),
  'Token Ring with a route': link(6, (packet) =>
    concat(hexOctets('1040 020000000002 820000000001 0420 0011'), snap(packet)),
  ),
  'IP over Fibre Channel': link(122, (packet) => concat(ADDRESSES_OF_8, snap(packet))),
  'IP over FireWire': link(138, (packet) => concat(ADDRESSES_OF_8, u16(etherType(packet)))),
  SLIP: link(8, (packet) => concat(u8(0), u8(packet[0] ?? 0), new Uint8Array(14))),
  'ARCNET of RFC 1201': link(7, (packet) =>
    concat(hexOctets('0102'), u8(isV6(packet) ? 196 : 212), hexOctets('00 0001')),
  ),
  'ARCNET of RFC 1201, exception frame': link(7, (packet) =>
    concat(hexOctets('0102'), u8(isV6(packet) ? 196 : 212), hexOctets('ff 000000 00 0001')),
  ),
  'ARCNET of Linux': link(129, (packet) =>
    concat(hexOctets('0102 0000'), u8(isV6(packet) ? 196 : 212), hexOctets('00 0001')),
  ),
  'ATM with LLC': link(100, snap),
  'ATM of one protocol': link(106, () => new Uint8Array()),
  SunATM: link(123, (packet) => concat(hexOctets('02 05 0064'), snap(packet))),
  'Bridged Ethernet in ATM': link(100, (packet) =>
    concat(hexOctets('aaaa03 0080c2 0007 0000'), ETHERNET, u16(etherType(packet))),
  ),
  'Solaris IPNET': link(226, (packet) =>
    concat(hexOctets('01'), u8(isV6(packet) ? 26 : 2), new Uint8Array(22)),
  ),
  'OpenBSD enc': link(109, (packet) => concat(u32(isV6(packet) ? 24 : 2), hexOctets('00000101 00000000'))),
  'IP over InfiniBand': link(242, (packet) => concat(new Uint8Array(40), u16(etherType(packet)), u16(0))),
  'Frame Relay': link(107, (packet) => concat(hexOctets('1841 03'), u8(isV6(packet) ? 0x8e : 0xcc))),
  'Frame Relay with SNAP': link(107, (packet) =>
    concat(hexOctets('1841 03 00 80 000000'), u16(etherType(packet))),
  ),
  'Frame Relay of four octets': link(107, (packet) =>
    concat(hexOctets('18400203 03'), u8(isV6(packet) ? 0x8e : 0xcc)),
  ),
  'Frame Relay of Cisco': link(107, (packet) => concat(hexOctets('1841'), u16(etherType(packet)))),
  'PPP with direction': link(204, (packet) => concat(hexOctets('01 ff03'), pppProtocol(packet))),
  'PPP of Linux': link(166, (packet) => concat(hexOctets('0103'), pppProtocol(packet))),
  'Cisco HDLC with direction': link(205, (packet) => concat(hexOctets('00 0f00'), u16(etherType(packet)))),
  'MPLS alone': link(219, () => hexOctets('00064140')),
  'Juniper Ethernet': { linkType: 178, wrap: juniper(frame) },
  'Juniper PPP': {
    linkType: 179,
    wrap: juniper((packet) => concat(hexOctets('ff03'), pppProtocol(packet), packet)),
  },
  'Juniper ATM': {
    linkType: 137,
    wrap: juniper((packet) => concat(hexOctets('00000064'), snap(packet), packet)),
  },
  'Juniper without link layer': {
    linkType: 178,
    wrap: (packet) => concat(hexOctets('4d4743 02 00000002'), packet),
  },
  'Ethernet with a Marvell tag': link(284, (packet) =>
    concat(ETHERNET, hexOctets('c0000001'), u16(etherType(packet))),
  ),
  'ERF with Ethernet': link(197, (packet) =>
    concat(erf(2, packet, 16), hexOctets('0000'), ETHERNET, u16(etherType(packet))),
  ),
  'ERF with a color, a hash and a flow': link(197, (packet) =>
    concat(
      erf(0x80 | 11, packet, 32),
      hexOctets('83 00000000000000 05 00000000000000 0000'),
      ETHERNET,
      u16(etherType(packet)),
    ),
  ),
  'ERF with IP': link(197, (packet) => erf(isV6(packet) ? 23 : 22, packet, 0)),
  'ERF with Cisco HDLC': link(197, (packet) =>
    concat(erf(1, packet, 4), hexOctets('0f00'), u16(etherType(packet))),
  ),
  'Ethernet behind four octets': link(240, (packet) =>
    concat(u24(0), u8(0), ETHERNET, u16(etherType(packet))),
  ),
  'radiotap in a cooked capture': link(113, (packet) =>
    concat(hexOctets('0000 0323 0006 020000000001 0000 0000 0000 0800 00000000'), WLAN_DATA, snap(packet)),
  ),
  'a tunnel in a cooked capture': link(113, () => hexOctets('0000 fffe 0000 0000000000000000 0000')),
};
