// Tunnels over IP and UDP: the packet inside goes on with its own layers. What tells one tunnel from another goes into the flow's
// context, so that equal addresses in two tunnels are two flows.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const ERSPAN_II: u32 = 0x88be;
const ERSPAN_III: u32 = 0x22eb;
const WCCP: u32 = 0x883e;
const ARUBA_WLAN: u32 = 0x8200;

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}

/** GRE: RFC 2784, RFC 2890; version 1 is PPTP's (RFC 2637). */
export function gre(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  const flags = u16At(at);
  const type = u16At(at + 2);
  const version = flags & 7;
  let size: usize = 4;
  if (flags & 0x8000 || flags & 0x4000) size += 4;
  const keyAt = at + size;
  if (flags & 0x2000) size += 4;
  const sequenceSize: usize = flags & 0x1000 ? 4 : 0;
  size += sequenceSize;
  if (version == 1 && flags & 0x0080) size += 4;
  if (!has(at, end, size)) return truncated(at, end, size);
  // PPTP's key holds a length and a call number that differs by direction: the outer addresses tell the tunnel.
  if (flags & 0x2000 && version == 0) scratch.enterTunnel(kinds.LAYER_GRE, u32At(keyAt));
  else scratch.enterTunnel(kinds.LAYER_GRE, scratch.outerPair());
  scratch.next = at + size;
  if (describing) {
    tell(schema.FIELD_GRE, 0, at, size, NaN);
    tell(schema.FIELD_GRE_PROTO, 1, at + 2, 2, type);
    if (flags & 0x2000) tell(schema.FIELD_GRE_KEY, 1, keyAt, 4, u32At(keyAt));
  }
  if (type == ERSPAN_II) {
    // Type I has no sequence number and no header of its own.
    if (sequenceSize == 0) return kinds.LAYER_ETHERNET;
    return kinds.LAYER_ERSPAN;
  }
  if (type == ERSPAN_III) return kinds.LAYER_ERSPAN3;
  if (type == ARUBA_WLAN) return kinds.LAYER_WLAN;
  if (type == WCCP) {
    // Version 2 puts a redirect header of 4 octets, whose first bits are 0, before the packet; version 1 puts none.
    if (!has(at, end, size + 5)) return truncated(at, end, size + 5);
    if (u8At(scratch.next) >> 4 == 0) scratch.next += 4;
    return u8At(scratch.next) >> 4 == 6 ? kinds.LAYER_IPV6 : kinds.LAYER_IPV4;
  }
  return kinds.layerOfEtherType(type);
}

/** ERSPAN type II: 8 octets, then the mirrored frame. */
export function erspan(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  if (describing) tell(schema.FIELD_ERSPAN, 0, at, 8, u16At(at + 2) & 0x3ff);
  scratch.next = at + 8;
  return kinds.LAYER_ETHERNET;
}

/** ERSPAN type III: 12 octets, 8 more where the O bit is set. */
export function erspan3(at: usize, end: usize): u32 {
  if (!has(at, end, 12)) return truncated(at, end, 12);
  const size: usize = u8At(at + 11) & 1 ? 20 : 12;
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) tell(schema.FIELD_ERSPAN, 0, at, size, u16At(at + 2) & 0x3ff);
  scratch.next = at + size;
  // The frame type: Ethernet or IP.
  return ((u16At(at + 10) >> 10) & 31) == 2 ? kinds.LAYER_RAW : kinds.LAYER_ETHERNET;
}

/** VXLAN: RFC 7348; generic protocol extension: draft-ietf-nvo3-vxlan-gpe. */
export function vxlan(at: usize, end: usize, isGeneric: bool): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const network = u24At(at + 4);
  scratch.enterTunnel(kinds.LAYER_VXLAN, network);
  scratch.next = at + 8;
  if (describing) {
    tell(schema.FIELD_VXLAN, 0, at, 8, NaN);
    tell(schema.FIELD_VXLAN_VNI, 1, at + 4, 3, network);
  }
  if (!isGeneric || (u8At(at) & 4) == 0) return kinds.LAYER_ETHERNET;
  return kinds.layerOfOverlayProtocol(u8At(at + 3));
}

/** Geneve: RFC 8926. */
export function geneve(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const size = 8 + ((u8At(at) & 0x3f) << 2);
  if (!has(at, end, size)) return truncated(at, end, size);
  const network = u24At(at + 4);
  const type = u16At(at + 2);
  scratch.enterTunnel(kinds.LAYER_GENEVE, network);
  scratch.next = at + size;
  if (describing) {
    tell(schema.FIELD_GENEVE, 0, at, size, NaN);
    tell(schema.FIELD_GENEVE_PROTO, 1, at + 2, 2, type);
    tell(schema.FIELD_GENEVE_VNI, 1, at + 4, 3, network);
  }
  return kinds.layerOfEtherType(type);
}

/** GTP-U: 3GPP TS 29.281. Tunnel endpoints differ by direction: the outer addresses tell the tunnel. */
export function gtp(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return kinds.LAYER_NONE;
  const flags = u8At(at);
  // Version 1, GTP (not GTP'), a T-PDU.
  if (flags >> 5 != 1 || (flags & 0x10) == 0 || u8At(at + 1) != 255) return kinds.LAYER_NONE;
  let size: usize = 8;
  if (flags & 7) {
    size = 12;
    if (!has(at, end, 12)) return truncated(at, end, 12);
    let extension = flags & 4 ? u8At(at + 11) : 0;
    while (extension != 0) {
      if (!has(at, end, size + 4)) return truncated(at, end, size + 4);
      const length = (<usize>u8At(at + size)) << 2;
      if (length == 0 || !has(at, end, size + length)) return truncated(at, end, size + 4);
      size += length;
      extension = u8At(at + size - 1);
    }
  }
  scratch.enterTunnel(kinds.LAYER_GTP, scratch.outerPair());
  scratch.next = at + size;
  if (describing) {
    tell(schema.FIELD_GTP, 0, at, size, NaN);
    tell(schema.FIELD_GTP_TEID, 1, at + 4, 4, u32At(at + 4));
  }
  return kinds.LAYER_RAW;
}

/** Teredo: RFC 4380 section 5.1.1: authentication and origin indications may stand before the IPv6 packet. */
export function teredo(at: usize, end: usize): u32 {
  if (has(at, end, 4) && u16At(at) == 1) {
    const size = <usize>(13 + u8At(at + 2) + u8At(at + 3));
    if (!has(at, end, size)) return kinds.LAYER_NONE;
    at += size;
  }
  if (has(at, end, 8) && u16At(at) == 0) at += 8;
  if (!has(at, end, 40) || u8At(at) >> 4 != 6) return kinds.LAYER_NONE;
  if (describing) tell(schema.FIELD_TEREDO, 0, at, 0, NaN);
  scratch.next = at;
  return kinds.LAYER_IPV6;
}

/** The first 16 bits of the addresses of 6to4 (RFC 3056 section 2). */
const SIX_TO_FOUR: u32 = 0x2002;

/** IP in IP (RFC 2003), 6in4 (RFC 4213), 4in6 (RFC 2473): no header between. */
export function ipInIp(layer: u32, at: usize, end: usize): u32 {
  // In 6to4 each direction may take a relay of its own (RFC 3068), and the inner addresses are unique: the outer ones tell nothing.
  const isRelayed =
    layer == kinds.LAYER_IPV6 &&
    has(at, end, 40) &&
    (u16At(at + 8) == SIX_TO_FOUR || u16At(at + 24) == SIX_TO_FOUR);
  scratch.enterTunnel(kinds.LAYER_IP_IN_IP, isRelayed ? SIX_TO_FOUR : scratch.outerPair());
  return layer;
}

/** EtherIP: RFC 3378. */
export function etherIp(at: usize, end: usize): u32 {
  if (!has(at, end, 2)) return truncated(at, end, 2);
  scratch.enterTunnel(kinds.LAYER_ETHERIP, scratch.outerPair());
  scratch.next = at + 2;
  return kinds.LAYER_ETHERNET;
}
