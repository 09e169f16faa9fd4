// Internet Protocol version 4: RFC 791.

import { has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import {
  FIELD_IP,
  FIELD_IP_CHECKSUM,
  FIELD_IP_DSFIELD,
  FIELD_IP_DST,
  FIELD_IP_FLAGS,
  FIELD_IP_FRAG_OFFSET,
  FIELD_IP_HDR_LEN,
  FIELD_IP_ID,
  FIELD_IP_LEN,
  FIELD_IP_OPTIONS,
  FIELD_IP_PROTO,
  FIELD_IP_SRC,
  FIELD_IP_TTL,
  FIELD_IP_VERSION,
  ISSUE_CODE_IP_LENGTH,
  ISSUE_CODE_IP_MALFORMED,
  ISSUE_CODE_IP_TRUNCATED,
  PROTOCOL_IPV4,
} from '../schema';
import { describing, tell } from './describe';
import { aboveIp } from './ip-protocols';
import { LAYER_NONE } from './kinds';
import * as scratch from './scratch';

/** IPv4 inside an IPv6 address, ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
const MAPPED: u64 = 0x0000ffff;

/** An IPv4 header with its options. */
export function ipv4(at: usize, end: usize): u32 {
  if (!has(at, end, 20)) {
    issue(ISSUE_CODE_IP_TRUNCATED, <f64>(end - at), 20);
    return LAYER_NONE;
  }
  const first = u8At(at);
  const header = (first & 15) << 2;
  if (first >> 4 != 4 || header < 20) {
    issue(ISSUE_CODE_IP_MALFORMED, header, 20);
    return LAYER_NONE;
  }
  if (!has(at, end, header)) {
    issue(ISSUE_CODE_IP_TRUNCATED, <f64>(end - at), header);
    return LAYER_NONE;
  }
  let total = u16At(at + 2);
  // Segmentation offload leaves 0 in captures of the sender: what was captured is what was sent.
  if (total == 0) total = <u32>(end - at);
  if (total < header) {
    issue(ISSUE_CODE_IP_MALFORMED, total, header);
    return LAYER_NONE;
  }
  const fragment = u16At(at + 6);
  scratch.protocol = PROTOCOL_IPV4;
  scratch.enterIp(4);
  scratch.sourceHigh = 0;
  scratch.sourceLow = MAPPED | ((<u64>u32At(at + 12)) << 32);
  scratch.destinationHigh = 0;
  scratch.destinationLow = MAPPED | ((<u64>u32At(at + 16)) << 32);
  scratch.identification = u16At(at + 4);
  scratch.ttl = u8At(at + 8);
  scratch.transport = u8At(at + 9);
  scratch.wireLength = total - header;
  scratch.next = at + header;
  // Ethernet pads short packets: the IP length is what counts.
  if (has(at, end, total)) scratch.end = at + total;
  else if (!scratch.isSnapped) issue(ISSUE_CODE_IP_LENGTH, total, <f64>(end - at));
  if (describing) describe(at, header, fragment);
  if (fragment & 0x3fff) {
    scratch.isFragment = true;
    scratch.fragmentOffset = (fragment & 0x1fff) << 3;
    scratch.hasMoreFragments = (fragment & 0x2000) != 0;
    // The first one has the header of what it carries: to be looked at, not to be indexed.
    if (describing && scratch.fragmentOffset == 0) return aboveIp(scratch.transport);
    return LAYER_NONE;
  }
  return aboveIp(scratch.transport);
}

function describe(at: usize, header: u32, fragment: u32): void {
  tell(FIELD_IP, 0, at, header, NaN);
  tell(FIELD_IP_VERSION, 1, at, 1, 4);
  tell(FIELD_IP_HDR_LEN, 1, at, 1, header);
  tell(FIELD_IP_DSFIELD, 1, at + 1, 1, u8At(at + 1));
  tell(FIELD_IP_LEN, 1, at + 2, 2, u16At(at + 2));
  tell(FIELD_IP_ID, 1, at + 4, 2, u16At(at + 4));
  tell(FIELD_IP_FLAGS, 1, at + 6, 1, fragment >> 13);
  tell(FIELD_IP_FRAG_OFFSET, 1, at + 6, 2, (fragment & 0x1fff) << 3);
  tell(FIELD_IP_TTL, 1, at + 8, 1, u8At(at + 8));
  tell(FIELD_IP_PROTO, 1, at + 9, 1, u8At(at + 9));
  tell(FIELD_IP_CHECKSUM, 1, at + 10, 2, u16At(at + 10));
  tell(FIELD_IP_SRC, 1, at + 12, 4, NaN);
  tell(FIELD_IP_DST, 1, at + 16, 4, NaN);
  if (header > 20) tell(FIELD_IP_OPTIONS, 1, at + 20, header - 20, NaN);
}
