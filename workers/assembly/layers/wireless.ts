// 802.11 data frames (IEEE 802.11 section 9), and what captures put before them: radiotap (radiotap.org), Prism, AVS.

import { has, u16At, u16In, u32At, u32In, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const DATA: u32 = 2;
const PRISM_OCTETS: u32 = 144;

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}

/** Fields are of no interest but whether the frame check sequence is at the end, which the IP length trims anyway. */
export function radiotap(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const size = <usize>u16In(at + 2, false);
  if (size < 8 || !has(at, end, size)) return truncated(at, end, max<usize>(size, 8));
  if (describing) tell(schema.FIELD_RADIOTAP, 0, at, size, NaN);
  scratch.next = at + size;
  return kinds.LAYER_WLAN;
}

/** Prism (144 octets), or AVS, whose magic number and length stand first. */
export function prism(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const isAvs = u32At(at) >> 8 == 0x802110;
  const size = <usize>(isAvs ? u32At(at + 4) : PRISM_OCTETS);
  if (!has(at, end, size)) return truncated(at, end, size);
  scratch.next = at + size;
  return kinds.LAYER_WLAN;
}

/** A data frame: its addresses, then LLC, unless it is encrypted or empty. */
export function wlan(at: usize, end: usize, isSwapped: bool): u32 {
  scratch.protocol = schema.PROTOCOL_WLAN;
  if (!has(at, end, 24)) return kinds.LAYER_NONE;
  const control = u8At(isSwapped ? at + 1 : at);
  const flags = u8At(isSwapped ? at : at + 1);
  const subtype = control >> 4;
  if (((control >> 2) & 3) != DATA) return kinds.LAYER_NONE;
  let size: usize = 24;
  if ((flags & 3) == 3) size += 6; // four addresses
  const hasQuality = (subtype & 8) != 0;
  const qualityAt = at + size;
  if (hasQuality) size += 2;
  if (hasQuality && flags & 0x80) size += 4; // HT control
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) tell(schema.FIELD_WLAN, 0, at, size, NaN);
  scratch.next = at + size;
  // No content (null functions), or encrypted.
  if (subtype & 4 || flags & 0x40) return kinds.LAYER_NONE;
  if (hasQuality && u8At(qualityAt) & 0x80) return aggregate(at + size, end);
  return kinds.LAYER_LLC;
}

/** An A-MSDU: the first subframe has addresses and a length before its LLC header. */
function aggregate(at: usize, end: usize): u32 {
  if (!has(at, end, 14)) return truncated(at, end, 14);
  const length = <usize>u16At(at + 12);
  scratch.next = at + 14;
  if (has(at + 14, end, length)) scratch.end = at + 14 + length;
  return kinds.LAYER_LLC;
}

/** PPI: https://www.tcpdump.org/linktypes: a header that names the link type of what follows. */
export function ppi(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) return truncated(at, end, 8);
  const size = <usize>u16In(at + 2, false);
  if (size < 8 || !has(at, end, size)) return truncated(at, end, max<usize>(size, 8));
  if (describing) tell(schema.FIELD_PPI, 0, at, size, NaN);
  scratch.next = at + size;
  return kinds.layerOfLinkType(u32In(at + 4, false));
}
