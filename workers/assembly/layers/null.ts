// BSD loopback: https://www.tcpdump.org/linktypes.html, NULL and LOOP; and raw IP.

import { has, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import {
  FIELD_NULL,
  FIELD_NULL_FAMILY,
  ISSUE_CODE_LINK_MALFORMED,
  ISSUE_CODE_LINK_TRUNCATED,
} from '../schema';
import { describing, tell } from './describe';
import { LAYER_IPV4, LAYER_IPV6, LAYER_NONE } from './kinds';
import * as scratch from './scratch';

/** AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 by BSD, 10 on Linux. */
function layerOfFamily(family: u32): u32 {
  switch (family) {
    case 2:
      return LAYER_IPV4;
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return LAYER_IPV6;
    default:
      return LAYER_NONE;
  }
}

/** The family is in the byte order of the machine that captured, which the file does not tell: a family is a small number. */
export function loopback(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return LAYER_NONE;
  }
  const inNetworkOrder = u32At(at);
  const family = inNetworkOrder > 0xffff ? bswap<u32>(inNetworkOrder) : inNetworkOrder;
  scratch.next = at + 4;
  if (describing) {
    tell(FIELD_NULL, 0, at, 4, NaN);
    tell(FIELD_NULL_FAMILY, 1, at, 4, family);
  }
  return layerOfFamily(family);
}

/** Raw IP: the version tells which. */
export function raw(at: usize, end: usize): u32 {
  scratch.next = at;
  if (!has(at, end, 1)) {
    issue(ISSUE_CODE_LINK_TRUNCATED, 0, 1);
    return LAYER_NONE;
  }
  const version = u8At(at) >> 4;
  if (version == 4) return LAYER_IPV4;
  if (version == 6) return LAYER_IPV6;
  issue(ISSUE_CODE_LINK_MALFORMED, version, 4);
  return LAYER_NONE;
}
