// Ethernet II and 802.3 (IEEE 802.3), VLAN tags (802.1Q), LLC/SNAP (802.2).

import { has, u16At, u24At, u8At } from '../bytes';
import { issue } from '../issues';
import {
  FIELD_ETH,
  FIELD_ETH_DST,
  FIELD_ETH_LEN,
  FIELD_ETH_SRC,
  FIELD_ETH_TYPE,
  FIELD_LLC,
  FIELD_LLC_TYPE,
  FIELD_VLAN,
  FIELD_VLAN_ETYPE,
  FIELD_VLAN_ID,
  FIELD_VLAN_PRIORITY,
  ISSUE_CODE_LINK_TRUNCATED,
  PROTOCOL_ETHERNET,
  PROTOCOL_LLDP,
  PROTOCOL_STP,
} from '../schema';
import { describing, tell } from './describe';
import { isIsl, isl } from './ethernet-tags';
import { layerOfEtherType, layerOfLengthOrType, LAYER_IPV4, LAYER_NONE, LAYER_SNAP } from './kinds';
import * as scratch from './scratch';

const LLDP: u32 = 0x88cc;
/** Service access points of destination and source (IEEE 802.2). */
const SNAP: u32 = 0xaaaa;
const IP: u32 = 0x0606;
const SPANNING_TREE: u32 = 0x4242;
const BRIDGE_TUNNEL: u32 = 0x0000f8;

/** An Ethernet II or 802.3 header. */
export function ethernet(at: usize, end: usize): u32 {
  if (!has(at, end, 14)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 14);
    return LAYER_NONE;
  }
  if (u8At(at + 3) == 0 && isIsl(at, end)) return isl(at);
  const type = u16At(at + 12);
  scratch.protocol = type == LLDP ? PROTOCOL_LLDP : PROTOCOL_ETHERNET;
  scratch.next = at + 14;
  // Below 1536 it is 802.3's length, and LLC follows.
  const isLength = type < 0x600;
  if (describing) {
    tell(FIELD_ETH, 0, at, 14, NaN);
    tell(FIELD_ETH_DST, 1, at, 6, NaN);
    tell(FIELD_ETH_SRC, 1, at + 6, 6, NaN);
    tell(isLength ? FIELD_ETH_LEN : FIELD_ETH_TYPE, 1, at + 12, 2, type);
  }
  return layerOfLengthOrType(type);
}

/** An 802.1Q or 802.1ad tag, behind its EtherType. */
export function vlan(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return LAYER_NONE;
  }
  const tag = u16At(at);
  const type = u16At(at + 2);
  scratch.next = at + 4;
  if (describing) {
    tell(FIELD_VLAN, 0, at, 4, NaN);
    tell(FIELD_VLAN_PRIORITY, 1, at, 2, tag >> 13);
    tell(FIELD_VLAN_ID, 1, at, 2, tag & 0xfff);
    tell(FIELD_VLAN_ETYPE, 1, at + 2, 2, type);
  }
  return layerOfLengthOrType(type);
}

/** Only SNAP goes on: what else LLC carries (spanning tree and the like) has no IP in it; but for IP's own service access point. */
export function llc(at: usize, end: usize): u32 {
  if (!has(at, end, 3)) return LAYER_NONE;
  if (describing) tell(FIELD_LLC, 0, at, min<usize>(end - at, 8), NaN);
  const points = u16At(at);
  if (points == SPANNING_TREE) scratch.protocol = PROTOCOL_STP;
  scratch.next = at + 3;
  if (points == IP) return LAYER_IPV4;
  if (points != SNAP || !has(at, end, 8)) return LAYER_NONE;
  if (describing) tell(FIELD_LLC_TYPE, 1, at + 6, 2, u16At(at + 6));
  const organisation = u24At(at + 3);
  // Behind the organisation of bridged AppleTalk (RFC 1042's "bridge tunnel") are EtherTypes as well.
  if (organisation != 0 && organisation != BRIDGE_TUNNEL) return LAYER_SNAP;
  scratch.next = at + 8;
  return layerOfEtherType(u16At(at + 6));
}
