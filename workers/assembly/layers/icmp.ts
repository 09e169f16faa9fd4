// Internet Control Message Protocol: RFC 792 and RFC 4443; Address Resolution Protocol: RFC 826.

import { has, u16At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import { LAYER_NONE } from './kinds';
import * as scratch from './scratch';

/** RFC 792: destination unreachable, source quench, time exceeded, parameter problem. */
function isErrorType(type: u32): bool {
  return type == 3 || type == 4 || type == 11 || type == 12;
}

/** ICMP of either version; `layer` and `protocol` say which. */
export function icmp(at: usize, end: usize, layer: u32, protocol: u32): u32 {
  if (!has(at, end, 4)) {
    issue(schema.ISSUE_CODE_ICMP_TRUNCATED, <f64>(end - at), 4);
    return LAYER_NONE;
  }
  scratch.protocol = protocol;
  const type = u8At(at);
  const isError = protocol == schema.PROTOCOL_ICMPV6 ? type >= 1 && type <= 4 : isErrorType(type);
  if (isError && has(at, end, 8)) scratch.quoted = at + 8;
  if (describing) {
    tell(layer, 0, at, end - at, NaN);
    const isV6 = protocol == schema.PROTOCOL_ICMPV6;
    tell(isV6 ? schema.FIELD_ICMPV6_TYPE : schema.FIELD_ICMP_TYPE, 1, at, 1, type);
    tell(isV6 ? schema.FIELD_ICMPV6_CODE : schema.FIELD_ICMP_CODE, 1, at + 1, 1, u8At(at + 1));
    tell(isV6 ? schema.FIELD_ICMPV6_CHECKSUM : schema.FIELD_ICMP_CHECKSUM, 1, at + 2, 2, u16At(at + 2));
    const data = isV6 ? schema.FIELD_ICMPV6_DATA : schema.FIELD_ICMP_DATA;
    if (end > at + 4) tell(data, 1, at + 4, end - at - 4, NaN);
  }
  return LAYER_NONE;
}

/** An ARP message; it ends the packet. */
export function arp(at: usize, end: usize): u32 {
  scratch.protocol = schema.PROTOCOL_ARP;
  if (!describing || !has(at, end, 8)) return LAYER_NONE;
  tell(schema.FIELD_ARP, 0, at, end - at, NaN);
  tell(schema.FIELD_ARP_OPCODE, 1, at + 6, 2, u16At(at + 6));
  // Addresses of Ethernet and IPv4 only; others keep their octets in the tree's first node.
  if (u16At(at + 4) != 0x0604 || !has(at, end, 28)) return LAYER_NONE;
  tell(schema.FIELD_ARP_SRC_HW, 1, at + 8, 6, NaN);
  tell(schema.FIELD_ARP_SRC_PROTO, 1, at + 14, 4, NaN);
  tell(schema.FIELD_ARP_DST_HW, 1, at + 18, 6, NaN);
  tell(schema.FIELD_ARP_DST_PROTO, 1, at + 24, 4, NaN);
  return LAYER_NONE;
}
