// What stands between an Ethernet header and the packet beside VLAN tags: 802.1ah, VN-Tag, FabricPath, MACsec, Cisco MetaData, TRILL,
// B.A.T.M.A.N.; and Cisco's ISL, which stands before the whole frame.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const ISL_OCTETS: usize = 26;
const MACSEC_TAG: usize = 16;

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}

/** IEEE 802.1ah: priority and I-SID, then the customer's frame. */
export function pbb(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  const service = u24At(at + 1);
  scratch.enterTunnel(kinds.LAYER_PBB, service);
  scratch.next = at + 4;
  if (describing) {
    tell(schema.FIELD_PBB, 0, at, 4, NaN);
    tell(schema.FIELD_PBB_ISID, 1, at + 1, 3, service);
  }
  return kinds.LAYER_ETHERNET;
}

/** Cisco's VN-Tag (IEEE 802.1BR's forerunner): 4 octets and an EtherType. */
export function vnTag(at: usize, end: usize): u32 {
  if (!has(at, end, 6)) return truncated(at, end, 6);
  if (describing) tell(schema.FIELD_VNTAG, 0, at, 4, NaN);
  scratch.next = at + 6;
  return kinds.layerOfLengthOrType(u16At(at + 4));
}

/** Cisco FabricPath: a tree and a time to live, then the frame that was brought in. */
export function fabricPath(at: usize, end: usize): u32 {
  if (!has(at, end, 2)) return truncated(at, end, 2);
  if (describing) {
    tell(schema.FIELD_FABRIC_PATH, 0, at, 2, NaN);
    tell(schema.FIELD_FABRIC_PATH_FTAG, 1, at, 2, u16At(at) >> 6);
  }
  scratch.next = at + 2;
  return kinds.LAYER_ETHERNET;
}

/** IEEE 802.1AE: what is only authenticated can be read; the tag at the end goes. */
export function macsec(at: usize, end: usize): u32 {
  if (!has(at, end, 6)) return truncated(at, end, 6);
  const control = u8At(at);
  const size: usize = control & 0x20 ? 14 : 6;
  if (!has(at, end, size + 2)) return truncated(at, end, size + 2);
  if (describing) {
    tell(schema.FIELD_MACSEC, 0, at, size, NaN);
    tell(schema.FIELD_MACSEC_PN, 1, at + 2, 4, u32At(at + 2));
  }
  // The E and C bits: encrypted, or changed otherwise.
  if (control & 0x0c) return kinds.LAYER_NONE;
  scratch.next = at + size + 2;
  if (has(scratch.next, end, MACSEC_TAG)) scratch.end = end - MACSEC_TAG;
  return kinds.layerOfLengthOrType(u16At(at + size));
}

/** Cisco MetaData: version, length, options of 4 octets (the first holds the security group), an EtherType. */
export function ciscoMetaData(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const size = 2 + ((<usize>u8At(at + 1)) << 2);
  if (!has(at, end, size + 2)) return truncated(at, end, size + 2);
  if (describing) {
    tell(schema.FIELD_CMD, 0, at, size, NaN);
    tell(schema.FIELD_CMD_SGT, 1, at + 4, 2, u16At(at + 4));
  }
  scratch.next = at + size + 2;
  return kinds.layerOfLengthOrType(u16At(at + size));
}

/** TRILL: RFC 6325 section 3: six octets and options, then the frame. */
export function trill(at: usize, end: usize): u32 {
  if (!has(at, end, 6)) return truncated(at, end, 6);
  const size = 6 + (((u16At(at) >> 6) & 31) << 2);
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) {
    tell(schema.FIELD_TRILL, 0, at, size, NaN);
    tell(schema.FIELD_TRILL_EGRESS, 1, at + 2, 2, u16At(at + 2));
    tell(schema.FIELD_TRILL_INGRESS, 1, at + 4, 2, u16At(at + 4));
  }
  scratch.next = at + size;
  return kinds.LAYER_ETHERNET;
}

/** Whether Cisco's ISL begins here: its multicast addresses, as long as those of Ethernet, and SNAP behind them. */
export function isIsl(at: usize, end: usize): bool {
  if (!has(at, end, ISL_OCTETS + 14)) return false;
  const high = u32At(at);
  return (high == 0x01000c00 || high == 0x03000c00) && u8At(at + 4) == 0 && u24At(at + 14) == 0xaaaa03;
}

/** Cisco ISL: 26 octets, then the whole frame, its check sequence and another one. */
export function isl(at: usize): u32 {
  if (describing) {
    tell(schema.FIELD_ISL, 0, at, ISL_OCTETS, NaN);
    tell(schema.FIELD_ISL_VLAN, 1, at + 20, 2, u16At(at + 20) >> 1);
  }
  scratch.next = at + ISL_OCTETS;
  return kinds.LAYER_ETHERNET;
}

/** B.A.T.M.A.N. Advanced (version 15, Linux' batadv_packet.h): packets that carry a client's frame. */
export function batman(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  if (describing) tell(schema.FIELD_BATADV, 0, at, 4, u8At(at));
  let size: usize;
  switch (u8At(at)) {
    case 0x01: // broadcast
      size = 14;
      break;
    case 0x40: // unicast
      size = 10;
      break;
    case 0x42: // unicast with four addresses
      size = 18;
      break;
    default:
      return kinds.LAYER_NONE;
  }
  if (!has(at, end, size)) return truncated(at, end, size);
  scratch.next = at + size;
  return kinds.LAYER_ETHERNET;
}
