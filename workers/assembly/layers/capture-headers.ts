// What captures put before a packet: Apple's PKTAP, Linux' NFLOG, OpenBSD's PFLOG, Endace's ERF.
// https://www.tcpdump.org/linktypes.html

import { has, u16In, u32In, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const NFLOG_PAYLOAD: u32 = 9;
const AF_INET: u32 = 2;

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}

/** PKTAP: header length, kind and link type of the packet, all little-endian. */
export function pktap(at: usize, end: usize): u32 {
  if (!has(at, end, 12)) return truncated(at, end, 12);
  const size = <usize>u32In(at, false);
  if (size < 12 || !has(at, end, size)) return truncated(at, end, max<usize>(size, 12));
  if (describing) tell(schema.FIELD_PKTAP, 0, at, size, NaN);
  scratch.next = at + size;
  return kinds.layerOfLinkType(u32In(at + 8, false));
}

/** NFLOG: the address family, then attributes in the byte order of the capturing machine; one of them is the packet. */
export function nflog(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  const layer = u8At(at) == AF_INET ? kinds.LAYER_IPV4 : kinds.LAYER_IPV6;
  if (describing) tell(schema.FIELD_NFLOG, 0, at, 4, u8At(at));
  let attribute = at + 4;
  while (has(attribute, end, 4)) {
    // The types are small numbers, which tells the byte order.
    const isBigEndian = u16In(attribute + 2, false) > 255;
    const size = <usize>u16In(attribute, isBigEndian);
    const type = u16In(attribute + 2, isBigEndian) & 0x7fff;
    if (size < 4) return kinds.LAYER_NONE;
    if (type == NFLOG_PAYLOAD) {
      scratch.next = attribute + 4;
      if (has(attribute, end, size)) scratch.end = attribute + size;
      return layer;
    }
    const padded = (size + 3) & ~3;
    if (!has(attribute, end, padded)) return kinds.LAYER_NONE;
    attribute += padded;
  }
  return kinds.LAYER_NONE;
}

/** PFLOG: its first octet is the length of the header without padding, its second the address family. */
export function pflog(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  const size = (<usize>u8At(at) + 3) & ~3;
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) tell(schema.FIELD_PFLOG, 0, at, size, u8At(at + 1));
  scratch.next = at + size;
  return u8At(at + 1) == AF_INET ? kinds.LAYER_IPV4 : kinds.LAYER_IPV6;
}

const ERF_HEADER: usize = 16;
const ERF_EXTENSION: usize = 8;
/** An offset and an octet of padding, so that the addresses of Ethernet are aligned. */
const ERF_ETHERNET: usize = 2;

/**
 * ERF (Endace ERF types reference): the time, the type, flags and lengths; extension headers while the first bit of the type, or
 * of the last extension's type, says so.
 */
export function erf(at: usize, end: usize): u32 {
  if (!has(at, end, ERF_HEADER)) return truncated(at, end, ERF_HEADER);
  const type = u8At(at + 8);
  let next = at + ERF_HEADER;
  for (let hasMore = (type & 0x80) != 0; hasMore; next += ERF_EXTENSION) {
    if (!has(next, end, ERF_EXTENSION)) return truncated(at, end, next - at + ERF_EXTENSION);
    hasMore = (u8At(next) & 0x80) != 0;
  }
  const layer = layerOfErf(type & 0x7f);
  if (layer == kinds.LAYER_ETHERNET) {
    if (!has(next, end, ERF_ETHERNET)) return truncated(at, end, next - at + ERF_ETHERNET);
    next += ERF_ETHERNET;
  }
  if (describing) tell(schema.FIELD_ERF, 0, at, next - at, type & 0x7f);
  scratch.next = next;
  return layer;
}

/** What a record of a type has; LAYER_NONE for cells of ATM, channels of a line, counters and records about the capture. */
function layerOfErf(type: u32): u32 {
  switch (type) {
    case 2:
    case 11: // with a color in place of the count of losses
    case 16:
    case 20:
      return kinds.LAYER_ETHERNET;
    case 1:
    case 10:
    case 15:
    case 19:
      return kinds.LAYER_HDLC;
    case 22:
      return kinds.LAYER_IPV4;
    case 23:
      return kinds.LAYER_IPV6;
    default:
      return kinds.LAYER_NONE;
  }
}
