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
    default:
      return LAYER_NONE;
  }
}
