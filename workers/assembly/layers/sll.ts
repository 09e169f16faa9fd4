// Linux cooked captures, as `-i any` gives them: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …SLL2.html

import { has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import {
  FIELD_SLL,
  FIELD_SLL_ETYPE,
  FIELD_SLL_HALEN,
  FIELD_SLL_HATYPE,
  FIELD_SLL_IFINDEX,
  FIELD_SLL_PKTTYPE,
  FIELD_SLL_SRC,
  ISSUE_CODE_LINK_TRUNCATED,
  PROTOCOL_CAN,
  PROTOCOL_ETHERNET,
  PROTOCOL_NETLINK,
} from '../schema';
import { describing, tell } from './describe';
import {
  LAYER_LLC,
  LAYER_NONE,
  LAYER_PRISM,
  LAYER_RADIOTAP,
  LAYER_RAW,
  LAYER_WLAN,
  layerOfEtherType,
} from './kinds';
import * as scratch from './scratch';

/** Linux' numbers of hardware (ARPHRD_…, if_arp.h): what the protocol field means depends on it. */
const HATYPE_PPP: u32 = 512;
const HATYPE_WLAN: u32 = 801;
const HATYPE_PRISM: u32 = 802;
const HATYPE_RADIOTAP: u32 = 803;
const HATYPE_NETLINK: u32 = 824;
const HATYPE_CAN: u32 = 280;
/** Tunnels whose packets begin with IP and whose protocol field may be empty. */
const HATYPE_NONE: u32 = 0xfffe;
const HATYPE_RAWIP: u32 = 519;
const NOVELL: u32 = 1;
const LLC_FRAMES: u32 = 4;

function above(protocol: u32, hardware: u32): u32 {
  switch (hardware) {
    case HATYPE_WLAN:
      return LAYER_WLAN;
    case HATYPE_PRISM:
      return LAYER_PRISM;
    case HATYPE_RADIOTAP:
      return LAYER_RADIOTAP;
    case HATYPE_NETLINK:
      scratch.protocol = PROTOCOL_NETLINK;
      return LAYER_NONE;
    case HATYPE_CAN:
      scratch.protocol = PROTOCOL_CAN;
      return LAYER_NONE;
    case HATYPE_NONE:
    case HATYPE_RAWIP:
    case HATYPE_PPP:
      if (protocol == 0) return LAYER_RAW;
      break;
    default:
      break;
  }
  if (protocol == NOVELL) return LAYER_NONE;
  return protocol == LLC_FRAMES ? LAYER_LLC : layerOfEtherType(protocol);
}

/** The 16 octets of version 1. */
export function sll(at: usize, end: usize): u32 {
  if (!has(at, end, 16)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 16);
    return LAYER_NONE;
  }
  const hardware = u16At(at + 2);
  const protocol = u16At(at + 14);
  scratch.protocol = PROTOCOL_ETHERNET;
  scratch.next = at + 16;
  if (describing) {
    tell(FIELD_SLL, 0, at, 16, NaN);
    tell(FIELD_SLL_PKTTYPE, 1, at, 2, u16At(at));
    tell(FIELD_SLL_HATYPE, 1, at + 2, 2, hardware);
    tell(FIELD_SLL_HALEN, 1, at + 4, 2, u16At(at + 4));
    tell(FIELD_SLL_SRC, 1, at + 6, 6, NaN);
    tell(FIELD_SLL_ETYPE, 1, at + 14, 2, protocol);
  }
  return above(protocol, hardware);
}

/** The 20 octets of version 2, which names the interface. */
export function sll2(at: usize, end: usize): u32 {
  if (!has(at, end, 20)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 20);
    return LAYER_NONE;
  }
  const hardware = u16At(at + 8);
  const protocol = u16At(at);
  scratch.protocol = PROTOCOL_ETHERNET;
  scratch.next = at + 20;
  if (describing) {
    tell(FIELD_SLL, 0, at, 20, NaN);
    tell(FIELD_SLL_ETYPE, 1, at, 2, protocol);
    tell(FIELD_SLL_IFINDEX, 1, at + 4, 4, u32At(at + 4));
    tell(FIELD_SLL_HATYPE, 1, at + 8, 2, hardware);
    tell(FIELD_SLL_PKTTYPE, 1, at + 10, 1, u8At(at + 10));
    tell(FIELD_SLL_HALEN, 1, at + 11, 1, u8At(at + 11));
    tell(FIELD_SLL_SRC, 1, at + 12, 6, NaN);
  }
  return above(protocol, hardware);
}
