// Less common tunnels over UDP: CAPWAP (RFC 5415), TZSP, LISP (RFC 9300), GUE (draft-ietf-intarea-gue), AYIYA.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const TZSP_END: u32 = 1;
const TZSP_PADDING: u32 = 0;

/** CAPWAP's data channel: 802.11 or 802.3 in clear, in one piece. */
export function capwap(at: usize, end: usize): u32 {
  // A first octet of 1 is DTLS.
  if (!has(at, end, 8) || u8At(at) != 0) return kinds.LAYER_NONE;
  const flags = u24At(at + 1);
  const size = (<usize>(flags >> 19)) << 2;
  if (size < 8 || !has(at, end, size)) return kinds.LAYER_NONE;
  if (describing) tell(schema.FIELD_CAPWAP, 0, at, size, NaN);
  // A fragment, or a keep-alive.
  if (flags & 0x88) return kinds.LAYER_NONE;
  scratch.enterTunnel(kinds.LAYER_CAPWAP, scratch.outerPair());
  scratch.next = at + size;
  if ((flags & 0x100) == 0) return kinds.LAYER_ETHERNET;
  // Cisco's access points swap the two octets of the frame control.
  const isSwapped = has(at, end, size + 2) && (u8At(at + size) & 15) != 8 && (u8At(at + size + 1) & 15) == 8;
  return isSwapped ? kinds.LAYER_WLAN_SWAPPED : kinds.LAYER_WLAN;
}

/** TZSP, as MikroTik's and others' sniffers stream packets: version, type, what is carried, tags. */
export function tzsp(at: usize, end: usize): u32 {
  if (!has(at, end, 5) || u8At(at) != 1 || u8At(at + 1) > 1) return kinds.LAYER_NONE;
  const carried = u16At(at + 2);
  let tag = at + 4;
  while (true) {
    if (!has(tag, end, 1)) return kinds.LAYER_NONE;
    const type = u8At(tag);
    if (type == TZSP_END) break;
    if (type == TZSP_PADDING) {
      tag++;
      continue;
    }
    if (!has(tag, end, 2)) return kinds.LAYER_NONE;
    const size = 2 + <usize>u8At(tag + 1);
    if (!has(tag, end, size)) return kinds.LAYER_NONE;
    tag += size;
  }
  if (describing) tell(schema.FIELD_TZSP, 0, at, tag + 1 - at, carried);
  scratch.enterTunnel(kinds.LAYER_TZSP, scratch.outerPair());
  scratch.next = tag + 1;
  switch (carried) {
    case 1:
      return kinds.LAYER_ETHERNET;
    case 18:
      return kinds.LAYER_WLAN;
    case 119:
      return kinds.LAYER_PRISM;
    case 126:
      return kinds.LAYER_RADIOTAP;
    default:
      return kinds.LAYER_NONE;
  }
}

/** LISP's data packets: 8 octets, then IP. */
export function lisp(at: usize, end: usize): u32 {
  if (!has(at, end, 9)) return kinds.LAYER_NONE;
  const version = u8At(at + 8) >> 4;
  if (version != 4 && version != 6) return kinds.LAYER_NONE;
  if (describing) tell(schema.FIELD_LISP, 0, at, 8, NaN);
  // The instance where there is one (the I bit); addresses of sites differ by direction.
  const instance = u8At(at) & 0x08 ? u24At(at + 4) : 0;
  scratch.enterTunnel(kinds.LAYER_LISP, instance);
  scratch.next = at + 8;
  return kinds.LAYER_RAW;
}

/** GUE: version 0 has a header that names an IP protocol, version 1 is IP at once; Linux' FOU with IP looks like the latter. */
export function gue(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return kinds.LAYER_NONE;
  const first = u8At(at);
  if (first >> 6 == 1) {
    scratch.enterTunnel(kinds.LAYER_GUE, scratch.outerPair());
    scratch.next = at;
    return kinds.LAYER_RAW;
  }
  // Version 0, no control message.
  if (first >> 5 != 0) return kinds.LAYER_NONE;
  const size = 4 + ((<usize>(first & 31)) << 2);
  if (!has(at, end, size)) return kinds.LAYER_NONE;
  const inner = u8At(at + 1);
  if (describing) tell(schema.FIELD_GUE, 0, at, size, inner);
  scratch.transport = inner;
  scratch.wireLength = <u32>(end - at - size);
  scratch.next = at + size;
  return kinds.layerOfIpProtocol(inner);
}

/** AYIYA (draft-massar-v6ops-ayiya): lengths of identity and signature in powers of two and words. */
export function ayiya(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return kinds.LAYER_NONE;
  const lengths = u8At(at);
  const identity = (<usize>1) << (lengths >> 4);
  const signature = (<usize>(u8At(at + 1) >> 4)) << 2;
  const size = 8 + identity + signature;
  // An operation of 1 is "forward"; the epoch is one of this century.
  if ((u8At(at + 2) & 15) != 1 || u32At(at + 4) < 946_684_800 || !has(at, end, size)) return kinds.LAYER_NONE;
  const inner = u8At(at + 3);
  if (inner != 41 && inner != 4) return kinds.LAYER_NONE;
  if (describing) tell(schema.FIELD_AYIYA, 0, at, size, inner);
  scratch.next = at + size;
  return kinds.layerOfIpProtocol(inner);
}
