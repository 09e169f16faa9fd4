// Frame Relay: ITU-T Q.922's address, then RFC 2427's protocol number or, as Cisco has it, an EtherType.

import { has, u16At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const UNNUMBERED: u32 = 3;
const NLPID_SNAP: u32 = 0x80;
const NLPID_IPV6: u32 = 0x8e;
const NLPID_IPV4: u32 = 0xcc;
const NLPID_PPP: u32 = 0xcf;
/** Organisation of 802.1: a whole frame follows (RFC 2427 section 4.2). */
const OUI_BRIDGED: u32 = 0x0080c2;

/** An address of two to four octets: the last has its lowest bit set. */
export function frameRelay(at: usize, end: usize): u32 {
  let size: usize = 0;
  let circuit: u32 = 0;
  while (true) {
    if (!has(at, end, size + 1)) return truncated(at, end, size + 1);
    const octet = u8At(at + size);
    if (size == 0) circuit = octet >> 2;
    else if (size == 1) circuit = (circuit << 4) | (octet >> 4);
    else circuit = (circuit << 7) | (octet >> 1);
    size++;
    if (octet & 1) break;
    if (size == 4) return kinds.LAYER_NONE;
  }
  if (!has(at, end, size + 2)) return truncated(at, end, size + 2);
  if (describing) {
    tell(schema.FIELD_FRAME_RELAY, 0, at, size, NaN);
    tell(schema.FIELD_FRAME_RELAY_DLCI, 1, at, size, circuit);
  }
  if (u8At(at + size) != UNNUMBERED) {
    scratch.next = at + size + 2;
    return kinds.layerOfEtherType(u16At(at + size));
  }
  let nlpidAt = at + size + 1;
  // A pad octet may come before it.
  if (u8At(nlpidAt) == 0) nlpidAt++;
  if (!has(nlpidAt, end, 1)) return truncated(at, end, nlpidAt - at + 1);
  const nlpid = u8At(nlpidAt);
  if (describing) tell(schema.FIELD_FRAME_RELAY_NLPID, 1, nlpidAt, 1, nlpid);
  scratch.next = nlpidAt + 1;
  if (nlpid == NLPID_IPV4) return kinds.LAYER_IPV4;
  if (nlpid == NLPID_IPV6) return kinds.LAYER_IPV6;
  if (nlpid == NLPID_PPP) return kinds.LAYER_PPP;
  return nlpid == NLPID_SNAP ? kinds.LAYER_SNAP : kinds.LAYER_NONE;
}

/** An organisation and its number of what follows: EtherTypes, or bridged frames with or without their check sequence. */
export function snap(at: usize, end: usize): u32 {
  if (!has(at, end, 5)) return kinds.LAYER_NONE;
  const organisation = (u16At(at) << 8) | u8At(at + 2);
  const type = u16At(at + 3);
  scratch.next = at + 5;
  if (organisation != OUI_BRIDGED) return organisation == 0 ? kinds.layerOfEtherType(type) : kinds.LAYER_NONE;
  // 1 and 7 are Ethernet; over ATM two octets of padding come before it (RFC 2684 section 5.2).
  if (type != 1 && type != 7) return kinds.LAYER_NONE;
  if (has(at, end, 21) && u16At(at + 5) == 0 && kinds.layerOfEtherType(u16At(at + 19)) != kinds.LAYER_NONE) {
    scratch.next = at + 7;
  }
  return kinds.LAYER_ETHERNET;
}

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}
