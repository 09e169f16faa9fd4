// Layers that a decoder can name as the next one.

export const LAYER_NONE: u32 = 0;
export const LAYER_ETHERNET: u32 = 1;
export const LAYER_VLAN: u32 = 2;
export const LAYER_SLL: u32 = 3;
export const LAYER_SLL2: u32 = 4;
export const LAYER_NULL: u32 = 5;
export const LAYER_LOOP: u32 = 6;
export const LAYER_RAW: u32 = 7;
export const LAYER_LLC: u32 = 8;
export const LAYER_ARP: u32 = 9;
export const LAYER_IPV4: u32 = 10;
export const LAYER_IPV6: u32 = 11;
export const LAYER_TCP: u32 = 12;
export const LAYER_UDP: u32 = 13;
export const LAYER_ICMP: u32 = 14;
export const LAYER_ICMPV6: u32 = 15;
export const LAYER_GRE: u32 = 16;
export const LAYER_ERSPAN: u32 = 17;
export const LAYER_ERSPAN3: u32 = 18;
export const LAYER_VXLAN: u32 = 19;
export const LAYER_VXLAN_GPE: u32 = 20;
export const LAYER_GENEVE: u32 = 21;
export const LAYER_GTP: u32 = 22;
export const LAYER_TEREDO: u32 = 23;
export const LAYER_IPV4_IN_IP: u32 = 24;
export const LAYER_IPV6_IN_IP: u32 = 25;
export const LAYER_IP_IN_IP: u32 = 26;
export const LAYER_ETHERIP: u32 = 27;
export const LAYER_MPLS: u32 = 28;
export const LAYER_PPP: u32 = 29;
export const LAYER_PPPOE: u32 = 30;
export const LAYER_HDLC: u32 = 31;
export const LAYER_RADIOTAP: u32 = 32;
export const LAYER_PRISM: u32 = 33;
export const LAYER_WLAN: u32 = 34;
export const LAYER_PPI: u32 = 35;
export const LAYER_PKTAP: u32 = 36;
export const LAYER_NFLOG: u32 = 37;
export const LAYER_PFLOG: u32 = 38;
export const LAYER_PBB: u32 = 39;
export const LAYER_VNTAG: u32 = 40;
export const LAYER_FABRIC_PATH: u32 = 41;
export const LAYER_MACSEC: u32 = 42;
export const LAYER_CISCO_METADATA: u32 = 43;
export const LAYER_TRILL: u32 = 44;
export const LAYER_BATMAN: u32 = 45;
export const LAYER_NSH: u32 = 46;
export const LAYER_FDDI: u32 = 47;
export const LAYER_TOKEN_RING: u32 = 48;
export const LAYER_FIBRE_CHANNEL: u32 = 49;
export const LAYER_FIREWIRE: u32 = 50;
export const LAYER_SLIP: u32 = 51;
export const LAYER_ARCNET: u32 = 52;
export const LAYER_ARCNET_LINUX: u32 = 53;
export const LAYER_ATM: u32 = 54;
export const LAYER_SUN_ATM: u32 = 55;
export const LAYER_IPNET: u32 = 56;
export const LAYER_ENC: u32 = 57;
export const LAYER_IPOIB: u32 = 58;
export const LAYER_FRAME_RELAY: u32 = 59;
export const LAYER_FRAME_RELAY_DIRECTED: u32 = 60;
export const LAYER_PPP_DIRECTED: u32 = 61;
export const LAYER_HDLC_DIRECTED: u32 = 62;
export const LAYER_SNAP: u32 = 63;
export const LAYER_JUNIPER_ETHERNET: u32 = 64;
export const LAYER_JUNIPER_PPP: u32 = 65;
export const LAYER_JUNIPER_HDLC: u32 = 66;
export const LAYER_JUNIPER_FRAME_RELAY: u32 = 67;
export const LAYER_JUNIPER_ATM: u32 = 68;
export const LAYER_ETHERNET_BEHIND_4: u32 = 69;
export const LAYER_ETHERNET_BEHIND_8: u32 = 70;
export const LAYER_ETHERNET_BEHIND_12: u32 = 71;
export const LAYER_SWITCH_TAG: u32 = 72;
export const LAYER_SWITCH_TAG_LONG: u32 = 73;
export const LAYER_AUTHENTICATION: u32 = 74;
export const LAYER_ESP: u32 = 75;
export const LAYER_SCTP: u32 = 76;
export const LAYER_PORTS: u32 = 77;
export const LAYER_L2TP: u32 = 78;
export const LAYER_L2TP_SESSION: u32 = 79;
export const LAYER_CAPWAP: u32 = 80;
export const LAYER_WLAN_SWAPPED: u32 = 81;
export const LAYER_TZSP: u32 = 82;
export const LAYER_LISP: u32 = 83;
export const LAYER_GUE: u32 = 84;
export const LAYER_AYIYA: u32 = 85;
export const LAYER_PPP_LINUX: u32 = 86;
export const LAYER_ERF: u32 = 87;

/** The layer of an EtherType (IEEE 802 numbers). */
export function layerOfEtherType(type: u32): u32 {
  switch (type) {
    case 0x0800:
      return LAYER_IPV4;
    case 0x86dd:
      return LAYER_IPV6;
    case 0x0806:
      return LAYER_ARP;
    case 0x8100: // 802.1Q
    case 0x88a8: // 802.1ad
    case 0x9100: // QinQ before 802.1ad
    case 0x9200:
    case 0x9300:
      return LAYER_VLAN;
    case 0x8847:
    case 0x8848:
      return LAYER_MPLS;
    case 0x8864:
      return LAYER_PPPOE;
    case 0x6558: // transparent Ethernet bridging
      return LAYER_ETHERNET;
    case 0x880b:
      return LAYER_PPP;
    case 0x88e7:
      return LAYER_PBB;
    case 0x8926:
      return LAYER_VNTAG;
    case 0x8903:
      return LAYER_FABRIC_PATH;
    case 0x88e5:
      return LAYER_MACSEC;
    case 0x8909:
      return LAYER_CISCO_METADATA;
    case 0x22f3:
      return LAYER_TRILL;
    case 0x4305:
      return LAYER_BATMAN;
    case 0x894f:
      return LAYER_NSH;
    default:
      return LAYER_NONE;
  }
}

/** The layer behind a field that is an EtherType or, below 1536, 802.3's length of what LLC begins. */
export function layerOfLengthOrType(value: u32): u32 {
  return value < 0x600 ? LAYER_LLC : layerOfEtherType(value);
}

/** The layer of a next protocol of VXLAN-GPE and NSH (IANA "NSH Next Protocol"). */
export function layerOfOverlayProtocol(next: u32): u32 {
  switch (next) {
    case 1:
      return LAYER_IPV4;
    case 2:
      return LAYER_IPV6;
    case 3:
      return LAYER_ETHERNET;
    case 4:
      return LAYER_NSH;
    case 5:
      return LAYER_MPLS;
    default:
      return LAYER_NONE;
  }
}

/** The layer of an IP protocol number (IANA). */
export function layerOfIpProtocol(protocol: u32): u32 {
  switch (protocol) {
    case 6:
      return LAYER_TCP;
    case 17:
      return LAYER_UDP;
    case 1:
      return LAYER_ICMP;
    case 58:
      return LAYER_ICMPV6;
    case 4:
      return LAYER_IPV4_IN_IP;
    case 41:
      return LAYER_IPV6_IN_IP;
    case 47:
      return LAYER_GRE;
    case 97:
      return LAYER_ETHERIP;
    case 137:
      return LAYER_MPLS;
    case 50:
      return LAYER_ESP;
    case 51:
      return LAYER_AUTHENTICATION;
    case 115:
      return LAYER_L2TP_SESSION;
    case 132:
      return LAYER_SCTP;
    case 33: // DCCP
    case 136: // UDP-Lite
      return LAYER_PORTS;
    case 145:
      return LAYER_NSH;
    case 143:
      return LAYER_ETHERNET; // RFC 8986
    default:
      return LAYER_NONE;
  }
}

/** The first layer of a link type (tcpdump.org/linktypes.html); LAYER_NONE for one that is not read. */
export function layerOfLinkType(linkType: u32): u32 {
  switch (linkType) {
    case 1:
      return LAYER_ETHERNET;
    case 0: // NULL: address family in the byte order of the capturing machine
      return LAYER_NULL;
    case 108: // LOOP: the same in network order
      return LAYER_LOOP;
    case 12: // RAW as some systems number it
    case 14:
    case 101: // RAW
    case 228: // IPV4
    case 229: // IPV6
      return LAYER_RAW;
    case 113:
      return LAYER_SLL;
    case 276:
      return LAYER_SLL2;
    case 9:
    case 50: // in HDLC-like framing
      return LAYER_PPP;
    case 51: // PPPoE without its Ethernet header
      return LAYER_PPPOE;
    case 104:
      return LAYER_HDLC;
    case 105:
      return LAYER_WLAN;
    case 119:
    case 163:
      return LAYER_PRISM;
    case 127:
      return LAYER_RADIOTAP;
    case 117:
      return LAYER_PFLOG;
    case 192:
      return LAYER_PPI;
    case 197: // as editcap writes captures of Endace's cards
      return LAYER_ERF;
    case 239:
      return LAYER_NFLOG;
    case 149: // as older systems of Apple number it
    case 258:
      return LAYER_PKTAP;
    case 6:
      return LAYER_TOKEN_RING;
    case 7:
      return LAYER_ARCNET;
    case 129:
      return LAYER_ARCNET_LINUX;
    case 8:
      return LAYER_SLIP;
    case 10:
      return LAYER_FDDI;
    case 100:
    case 106:
      return LAYER_ATM;
    case 123:
      return LAYER_SUN_ATM;
    case 107:
      return LAYER_FRAME_RELAY;
    case 206: // with an octet of direction
      return LAYER_FRAME_RELAY_DIRECTED;
    case 204:
      return LAYER_PPP_DIRECTED;
    case 205:
      return LAYER_HDLC_DIRECTED;
    case 166:
      return LAYER_PPP_LINUX;
    case 109:
      return LAYER_ENC;
    case 122:
      return LAYER_FIBRE_CHANNEL;
    case 138:
      return LAYER_FIREWIRE;
    case 226:
      return LAYER_IPNET;
    case 242:
      return LAYER_IPOIB;
    case 219:
      return LAYER_MPLS;
    case 135:
    case 137:
      return LAYER_JUNIPER_ATM;
    case 178:
      return LAYER_JUNIPER_ETHERNET;
    case 179:
      return LAYER_JUNIPER_PPP;
    case 180:
      return LAYER_JUNIPER_FRAME_RELAY;
    case 181:
      return LAYER_JUNIPER_HDLC;
    case 240: // netANALYZER
    case 282: // Broadcom's tag in front
      return LAYER_ETHERNET_BEHIND_4;
    case 274: // preamble of mPackets
      return LAYER_ETHERNET_BEHIND_8;
    case 241: // netANALYZER and preamble
      return LAYER_ETHERNET_BEHIND_12;
    case 281:
    case 284:
      return LAYER_SWITCH_TAG;
    case 285:
      return LAYER_SWITCH_TAG_LONG;
    default:
      return LAYER_NONE;
  }
}

/** The tunnel that rides on UDP between these ports (IANA; 8472 is Linux' VXLAN); LAYER_NONE for none. */
export function layerOfUdpPort(port: u32): u32 {
  switch (port) {
    case 4789:
    case 8472:
      return LAYER_VXLAN;
    case 4790:
      return LAYER_VXLAN_GPE;
    case 6081:
      return LAYER_GENEVE;
    case 2152:
      return LAYER_GTP;
    case 3544:
      return LAYER_TEREDO;
    case 6635:
      return LAYER_MPLS;
    case 4754:
      return LAYER_GRE;
    case 1701:
      return LAYER_L2TP;
    case 4341:
      return LAYER_LISP;
    case 5072:
      return LAYER_AYIYA;
    case 5247:
      return LAYER_CAPWAP;
    case 6080:
      return LAYER_GUE;
    case 37008:
      return LAYER_TZSP;
    default:
      return LAYER_NONE;
  }
}
