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
      return LAYER_VLAN;
    case 0x8847:
    case 0x8848:
      return LAYER_MPLS;
    case 0x8864:
      return LAYER_PPPOE;
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
    case 239:
      return LAYER_NFLOG;
    case 149: // as older systems of Apple number it
    case 258:
      return LAYER_PKTAP;
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
    default:
      return LAYER_NONE;
  }
}
