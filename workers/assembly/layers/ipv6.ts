// Internet Protocol version 6 and its extension headers: RFC 8200.

import { addressHalf, has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import {
  FIELD_IPV6,
  FIELD_IPV6_DST,
  FIELD_IPV6_EXTENSION,
  FIELD_IPV6_FLOW,
  FIELD_IPV6_HLIM,
  FIELD_IPV6_NXT,
  FIELD_IPV6_PLEN,
  FIELD_IPV6_SRC,
  FIELD_IPV6_TCLASS,
  ISSUE_CODE_IP_LENGTH,
  ISSUE_CODE_IP_MALFORMED,
  ISSUE_CODE_IP_TRUNCATED,
  PROTOCOL_IPV6,
} from '../schema';
import { describing, tell } from './describe';
import { aboveIp } from './ip-protocols';
import { LAYER_NONE } from './kinds';
import * as scratch from './scratch';

const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const AUTHENTICATION: u32 = 51;
const DESTINATION_OPTIONS: u32 = 60;
const MOBILITY: u32 = 135;
const HOST_IDENTITY: u32 = 139;
const SHIM6: u32 = 140;

/** An IPv6 header with its extension headers. */
export function ipv6(at: usize, end: usize): u32 {
  if (!has(at, end, 40)) {
    issue(ISSUE_CODE_IP_TRUNCATED, <f64>(end - at), 40);
    return LAYER_NONE;
  }
  const first = u32At(at);
  if (first >> 28 != 6) {
    issue(ISSUE_CODE_IP_MALFORMED, first >> 28, 6);
    return LAYER_NONE;
  }
  let length = u16At(at + 4);
  // 0 is a jumbogram, or a capture of the sender with segmentation offload.
  if (length == 0) length = <u32>(end - at - 40);
  scratch.protocol = PROTOCOL_IPV6;
  scratch.enterIp(6);
  scratch.sourceHigh = addressHalf(at + 8);
  scratch.sourceLow = addressHalf(at + 16);
  scratch.destinationHigh = addressHalf(at + 24);
  scratch.destinationLow = addressHalf(at + 32);
  scratch.ttl = u8At(at + 7);
  if (describing) {
    tell(FIELD_IPV6, 0, at, 40, NaN);
    tell(FIELD_IPV6_TCLASS, 1, at, 2, (first >> 20) & 255);
    tell(FIELD_IPV6_FLOW, 1, at + 1, 3, first & 0xfffff);
    tell(FIELD_IPV6_PLEN, 1, at + 4, 2, u16At(at + 4));
    tell(FIELD_IPV6_NXT, 1, at + 6, 1, u8At(at + 6));
    tell(FIELD_IPV6_HLIM, 1, at + 7, 1, u8At(at + 7));
    tell(FIELD_IPV6_SRC, 1, at + 8, 16, NaN);
    tell(FIELD_IPV6_DST, 1, at + 24, 16, NaN);
  }
  if (has(at, end, 40 + <usize>length)) scratch.end = at + 40 + length;
  else if (!scratch.isSnapped) issue(ISSUE_CODE_IP_LENGTH, length, <f64>(end - at - 40));
  return extensions(at + 40, scratch.end, u8At(at + 6), length);
}

/** Walks the extension headers; `left` is what the packet has behind the fixed header on the wire. */
function extensions(at: usize, end: usize, nextHeader: u32, left: u32): u32 {
  while (true) {
    let size: u32;
    switch (nextHeader) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (!has(at, end, 2)) return cut(at, end, nextHeader);
        size = (u8At(at + 1) + 1) << 3;
        break;
      case AUTHENTICATION:
        if (!has(at, end, 2)) return cut(at, end, nextHeader);
        size = (u8At(at + 1) + 2) << 2;
        break;
      case FRAGMENT:
        size = 8;
        break;
      default:
        scratch.transport = nextHeader;
        scratch.next = at;
        scratch.wireLength = left;
        return aboveIp(nextHeader);
    }
    if (!has(at, end, size) || size > left) return cut(at, end, nextHeader);
    if (describing) tell(FIELD_IPV6_EXTENSION, 1, at, size, nextHeader);
    const isFragment = nextHeader == FRAGMENT;
    nextHeader = u8At(at);
    left -= size;
    if (isFragment && u16At(at + 2) & 0xfff9) {
      scratch.transport = nextHeader;
      scratch.isFragment = true;
      scratch.fragmentOffset = u16At(at + 2) & 0xfff8;
      scratch.hasMoreFragments = (u16At(at + 2) & 1) != 0;
      scratch.identification = u32At(at + 4);
      scratch.next = at + 8;
      scratch.wireLength = left;
      if (describing && scratch.fragmentOffset == 0) {
        scratch.next = at + size;
        return aboveIp(nextHeader);
      }
      return LAYER_NONE;
    }
    at += size;
  }
}

function cut(at: usize, end: usize, nextHeader: u32): u32 {
  scratch.transport = nextHeader;
  issue(ISSUE_CODE_IP_TRUNCATED, <f64>(end - at), 8);
  return LAYER_NONE;
}
