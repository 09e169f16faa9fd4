// MPLS label stack (RFC 3032), PPP (RFC 1661), PPPoE (RFC 2516), Cisco HDLC.

import { has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const PPP_IPV4: u32 = 0x21;
const PPP_IPV6: u32 = 0x57;
const PPP_MPLS: u32 = 0x281;

/** The label stack tells nothing of what it carries: the first nibble does, as routers guess too (RFC 4928). */
export function mpls(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return kinds.LAYER_NONE;
  }
  const entry = u32At(at);
  if (describing) {
    tell(schema.FIELD_MPLS, 0, at, 4, NaN);
    tell(schema.FIELD_MPLS_LABEL, 1, at, 3, entry >> 12);
  }
  scratch.next = at + 4;
  if ((entry & 0x100) == 0) return kinds.LAYER_MPLS;
  if (!has(at + 4, end, 1)) return kinds.LAYER_NONE;
  const version = u8At(at + 4) >> 4;
  if (version == 4) return kinds.LAYER_IPV4;
  if (version == 6) return kinds.LAYER_IPV6;
  // A pseudowire with its control word (RFC 4385), or without.
  if (version == 0 && has(at + 4, end, 18) && isLikelyEthernet(at + 8)) {
    scratch.next = at + 8;
    return kinds.LAYER_ETHERNET;
  }
  return has(at + 4, end, 14) && isLikelyEthernet(at + 4) ? kinds.LAYER_ETHERNET : kinds.LAYER_NONE;
}

function isLikelyEthernet(at: usize): bool {
  return kinds.layerOfEtherType(u16At(at + 12)) != kinds.LAYER_NONE;
}

/** PPP with or without its address and control octets; the protocol may be one octet long. */
export function ppp(at: usize, end: usize): u32 {
  // libpcap's link type is that of a serial line too: Cisco HDLC begins with unicast or broadcast, and 0.
  if (has(at, end, 4) && (u8At(at) | 0x80) == 0x8f && u8At(at + 1) == 0) return hdlc(at, end);
  let start = at;
  if (has(start, end, 2) && u8At(start) == 0xff && u8At(start + 1) == 3) start += 2;
  if (!has(start, end, 2)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return kinds.LAYER_NONE;
  }
  const isShort = (u8At(start) & 1) != 0;
  const protocol = isShort ? u8At(start) : u16At(start);
  scratch.next = start + (isShort ? 1 : 2);
  if (describing) {
    tell(schema.FIELD_PPP, 0, at, scratch.next - at, NaN);
    tell(schema.FIELD_PPP_PROTOCOL, 1, start, isShort ? 1 : 2, protocol);
  }
  if (protocol == PPP_IPV4) return kinds.LAYER_IPV4;
  if (protocol == PPP_IPV6) return kinds.LAYER_IPV6;
  return protocol == PPP_MPLS ? kinds.LAYER_MPLS : kinds.LAYER_NONE;
}

/** PPP of Linux' pppd: the first octet is the direction, where others have the address. */
export function pppInLinux(at: usize, end: usize): u32 {
  if (has(at, end, 2) && u8At(at) < 2 && u8At(at + 1) == 3) return ppp(at + 2, end);
  return ppp(at, end);
}

/** A PPPoE session: its number tells it from others on the same wire. */
export function pppoe(at: usize, end: usize): u32 {
  if (!has(at, end, 6)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 6);
    return kinds.LAYER_NONE;
  }
  const length = <usize>u16At(at + 4);
  scratch.enterTunnel(kinds.LAYER_PPPOE, u16At(at + 2));
  scratch.next = at + 6;
  if (has(at + 6, end, length)) scratch.end = at + 6 + length;
  if (describing) {
    tell(schema.FIELD_PPPOE, 0, at, 6, NaN);
    tell(schema.FIELD_PPPOE_SESSION, 1, at + 2, 2, u16At(at + 2));
  }
  return u8At(at + 1) == 0 ? kinds.LAYER_PPP : kinds.LAYER_NONE;
}

/** Cisco HDLC; PPP in HDLC framing begins with ff 03. */
export function hdlc(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return kinds.LAYER_NONE;
  }
  if (u8At(at) == 0xff && u8At(at + 1) == 3) return ppp(at, end);
  if (describing) tell(schema.FIELD_HDLC, 0, at, 4, u16At(at + 2));
  scratch.next = at + 4;
  return kinds.layerOfEtherType(u16At(at + 2));
}
