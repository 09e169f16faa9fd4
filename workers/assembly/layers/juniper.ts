// What Juniper's routers put before packets of their captures: a magic number, flags, extensions.

import { has, u16At, u24At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const MAGIC: u32 = 0x4d4743;
const NO_LINK_LAYER: u32 = 0x02;
const HAS_EXTENSIONS: u32 = 0x80;

/** The header; `above` is the link layer of the interface, which is left out where a flag says so. */
export function juniper(at: usize, end: usize, above: u32): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  if (u24At(at) != MAGIC) {
    issue(schema.ISSUE_CODE_LINK_MALFORMED, u24At(at), MAGIC);
    return kinds.LAYER_NONE;
  }
  const flags = u8At(at + 3);
  let size: usize = 4;
  if (flags & HAS_EXTENSIONS) {
    if (!has(at, end, 6)) return truncated(at, end, 6);
    size = 6 + <usize>u16At(at + 4);
  }
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) tell(schema.FIELD_JUNIPER, 0, at, size, flags);
  scratch.next = at + size;
  if ((flags & NO_LINK_LAYER) == 0) return above;
  // An address family of four octets, then the packet.
  if (!has(at, end, size + 5)) return kinds.LAYER_NONE;
  scratch.next = at + size + 4;
  return looksLikeIp(scratch.next) ? kinds.LAYER_RAW : kinds.LAYER_NONE;
}

/** On ATM a cookie of 4 or 8 octets, then LLC or PPP or the packet: the octets tell. */
export function juniperAtm(at: usize, end: usize): u32 {
  const above = juniper(at, end, kinds.LAYER_LLC);
  if (above != kinds.LAYER_LLC) return above;
  const begin = scratch.next;
  for (let cookie: usize = 0; cookie <= 8; cookie += 4) {
    const from = begin + cookie;
    if (!has(from, end, 8)) break;
    scratch.next = from;
    if (u24At(from) == 0xaaaa03) return kinds.LAYER_LLC;
    if (u24At(from) == 0xfefe03 && u8At(from + 3) == 0xcf) {
      scratch.next = from + 4;
      return kinds.LAYER_PPP;
    }
    if (cookie != 0 && looksLikeIp(from)) return kinds.LAYER_RAW;
  }
  scratch.next = begin;
  return kinds.LAYER_NONE;
}

function looksLikeIp(at: usize): bool {
  return u8At(at) == 0x45 || u8At(at) >> 4 == 6;
}

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}
