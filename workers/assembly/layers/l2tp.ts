// Layer 2 Tunneling Protocol: version 2 over UDP (RFC 2661), version 3 over IP (RFC 3931). Tunnel and session have other numbers in
// each direction: the outer addresses tell the tunnel.

import { has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

/** Version 2, its data messages: flags say which fields there are; then PPP. Version 3 over UDP has its session number first. */
export function l2tp(at: usize, end: usize): u32 {
  if (!has(at, end, 6)) return kinds.LAYER_NONE;
  scratch.protocol = schema.PROTOCOL_L2TP;
  const flags = u16At(at);
  const version = flags & 15;
  if (version == 3 && (flags & 0x8000) == 0) return l2tpSession(at + 4, end);
  if (version != 2) return kinds.LAYER_NONE;
  let size: usize = 2;
  if (flags & 0x4000) size += 2;
  const tunnelAt = at + size;
  size += 4;
  if (flags & 0x0800) size += 4;
  if (flags & 0x0200) {
    if (!has(at, end, size + 2)) return kinds.LAYER_NONE;
    size += 2 + <usize>u16At(at + size);
  }
  if (!has(at, end, size)) return kinds.LAYER_NONE;
  if (describing) {
    tell(schema.FIELD_L2TP, 0, at, size, NaN);
    tell(schema.FIELD_L2TP_TUNNEL, 1, tunnelAt, 2, u16At(tunnelAt));
    tell(schema.FIELD_L2TP_SESSION, 1, tunnelAt + 2, 2, u16At(tunnelAt + 2));
  }
  // A control message.
  if (flags & 0x8000) return kinds.LAYER_NONE;
  scratch.enterTunnel(kinds.LAYER_L2TP, scratch.outerPair());
  scratch.next = at + size;
  return kinds.LAYER_PPP;
}

/** Version 3: neither the length of the cookie nor what is carried is in the packet, both were agreed on before: the octets tell. */
export function l2tpSession(at: usize, end: usize): u32 {
  scratch.protocol = schema.PROTOCOL_L2TP;
  if (!has(at, end, 4)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), 4);
    return kinds.LAYER_NONE;
  }
  const session = u32At(at);
  if (describing) {
    tell(schema.FIELD_L2TP, 0, at, 4, NaN);
    tell(schema.FIELD_L2TP_SESSION, 1, at, 4, session);
  }
  // Session 0 is control.
  if (session == 0) return kinds.LAYER_NONE;
  // No cookie, one of 4 or of 8 octets, each perhaps with a sublayer of 4.
  for (let skipped: usize = 4; skipped <= 16; skipped += 4) {
    const from = at + skipped;
    if (!has(from, end, 20)) return kinds.LAYER_NONE;
    scratch.next = from;
    const above = likelyLayer(from);
    if (above == kinds.LAYER_NONE) continue;
    scratch.enterTunnel(kinds.LAYER_L2TP, scratch.outerPair());
    return above;
  }
  return kinds.LAYER_NONE;
}

/** Ethernet whose type and packet agree, PPP with address and control, or IP. */
function likelyLayer(at: usize): u32 {
  const type = u16At(at + 12);
  const first = u8At(at + 14);
  if ((type == 0x0800 && first >> 4 == 4) || (type == 0x86dd && first >> 4 == 6)) return kinds.LAYER_ETHERNET;
  if (type == 0x8100 || type == 0x88a8 || type == 0x0806) return kinds.LAYER_ETHERNET;
  if (u16At(at) == 0xff03) return kinds.LAYER_PPP;
  return u8At(at) == 0x45 ? kinds.LAYER_IPV4 : kinds.LAYER_NONE;
}
