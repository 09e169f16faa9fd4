// QUIC: RFC 9000, version 2 RFC 9369, drafts 22 to 34, and what others made of them. Its handshake is encrypted with keys that anybody can derive (RFC 9001
// section 5.2), which is not done here: the first Initial packets are kept, and workers/quic reads them when the capture is over.

import { copyOctets, has, u16At, u32At, u8At } from '../bytes';
import { appendRow, orU32, rowCount, setU32, setU8, u32Of, u8Of } from '../columns';
import { directionAt, flowAt, FOLLOWED } from '../flows/table';
import { issue } from '../issues';
import { allocateForGood } from '../memory';
import * as schema from '../schema';

export const VERSION_1: u32 = 0x00000001;
export const VERSION_2: u32 = 0x6b3343cf;
/** Drafts of version 2: draft-ietf-quic-v2-00, and 01 to 08. */
const VERSION_2_DRAFT_00: u32 = 0xff020000;
const VERSION_2_DRAFT: u32 = 0x709a50c4;
/** Google's QUIC with headers as in the drafts: with TLS (T050, T051), and with a handshake of its own (Q050). */
const T050: u32 = 0x54303530;
const T051: u32 = 0x54303531;
const Q050: u32 = 0x51303530;
/** Facebook's mvfst has 0xfaceb001, 0xfaceb002 and more. */
const MVFST: u32 = 0xfaceb000;
const LONGEST_ID: u32 = 20;

/** What a long header says its packet is, as version 1 numbers it. */
export const INITIAL: u32 = 0;
export const ZERO_RTT: u32 = 1;
export const HANDSHAKE: u32 = 2;
export const RETRY: u32 = 3;
/** A long header without a version (RFC 9000 section 17.2.1): the versions that the server speaks follow. */
export const NEGOTIATION: u32 = 4;

// Directions of UDP have no segments that wait. Their columns hold here, of each direction: the row of the last initial of the
// flow, plus one (of direction 0); how many initials were kept; the first packet with a short header, which is 1-RTT.
const LAST_INITIAL: usize = schema.DIRECTIONS_PENDING;
const INITIALS: usize = schema.DIRECTIONS_PENDING_SEGMENTS;
const ONE_RTT_PACKET: usize = schema.DIRECTIONS_PENDING_TAIL;

let keptOctets: u32 = 0;

/** The long header that header() read: its parts, where the packet's content begins and where the packet ends. */
export let version: u32 = 0;
export let packetType: u32 = 0;
export let destinationId: usize = 0;
export let destinationIdLength: u32 = 0;
export let sourceId: usize = 0;
export let sourceIdLength: u32 = 0;
export let token: usize = 0;
export let tokenLength: usize = 0;
export let lengthAt: usize = 0;
export let content: usize = 0;
export let packetEnd: usize = 0;

/** Where the number behind varint() ends; 0 where it does not. RFC 9000 section 16. */
let after: usize = 0;

function varint(at: usize, end: usize): u64 {
  after = 0;
  if (!has(at, end, 1)) return 0;
  const size = (<usize>1) << (u8At(at) >> 6);
  if (!has(at, end, size)) return 0;
  let value: u64 = u8At(at) & 0x3f;
  for (let index: usize = 1; index < size; index++) value = (value << 8) | u8At(at + index);
  after = at + size;
  return value;
}

function isKnown(number: u32): bool {
  if (number == VERSION_1 || number == VERSION_2 || (number >= 0xff000016 && number <= 0xff000022))
    return true;
  if (number == VERSION_2_DRAFT || number == VERSION_2_DRAFT_00) return true;
  return (number & 0xffffff00) == MVFST || number == T050 || number == T051 || number == Q050;
}

/** A version that no server speaks, which makes it tell those that it does (RFC 9000 section 15). */
function isReserved(number: u32): bool {
  return (number & 0x0f0f0f0f) == 0x0a0a0a0a;
}

/** The versions in a Version Negotiation packet: whole ones, one of which is known. */
function hasKnownVersion(at: usize, end: usize): bool {
  if ((end - at) & 3) return false;
  for (; has(at, end, 4); at += 4) {
    if (isKnown(u32At(at))) return true;
  }
  return false;
}

/**
 * Google's QUIC before the standard: a client's first octet has the flags of a version and of a connection ID of eight octets, then
 * come both, the version as "Q043"; from Q044 on it is where the standard has it.
 */
export function isGoogleQuic(at: usize, end: usize): bool {
  if (!has(at, end, 20)) return false;
  const first = u8At(at);
  if (first & 0x80) return isGoogleVersion(u32At(at + 1));
  return (first & 0x09) == 0x09 && isGoogleVersion(u32At(at + 9));
}

/** "Q0" and two digits. */
function isGoogleVersion(number: u32): bool {
  const tens = (number >> 8) & 0xff;
  const ones = number & 0xff;
  return number >> 16 == 0x5130 && tens >= 0x30 && tens <= 0x39 && ones >= 0x30 && ones <= 0x39;
}

/** Reads a long header of a version that is known (RFC 9000 section 17.2); false where there is none. */
export function header(at: usize, end: usize): bool {
  if (!has(at, end, 7) || (u8At(at) & 0x80) == 0) return false;
  version = u32At(at + 1);
  if (version != 0 && !isKnown(version) && !isReserved(version)) return false;
  const bits = (u8At(at) >> 4) & 3;
  // RFC 9369 section 3.2: version 2 counts on by one, as most of its drafts did.
  const isSecond = version == VERSION_2 || version == VERSION_2_DRAFT;
  packetType = isSecond ? (bits + 3) & 3 : bits;
  if (version == 0) packetType = NEGOTIATION;
  destinationIdLength = u8At(at + 5);
  destinationId = at + 6;
  if (destinationIdLength > LONGEST_ID || !has(destinationId, end, destinationIdLength + 1)) return false;
  sourceIdLength = u8At(destinationId + destinationIdLength);
  sourceId = destinationId + destinationIdLength + 1;
  if (sourceIdLength > LONGEST_ID || !has(sourceId, end, sourceIdLength)) return false;
  content = sourceId + sourceIdLength;
  token = content;
  tokenLength = 0;
  lengthAt = content;
  packetEnd = end;
  if (packetType == RETRY) return true;
  if (packetType == NEGOTIATION) return hasKnownVersion(content, end);
  if (packetType == INITIAL) {
    const size = varint(content, end);
    if (after == 0 || size > <u64>(end - after)) return false;
    token = after;
    tokenLength = <usize>size;
    lengthAt = token + tokenLength;
  }
  const length = varint(lengthAt, end);
  if (after == 0) return false;
  content = after;
  // Cut by the snap length: what was captured of it.
  if (length <= <u64>(end - content)) packetEnd = content + <usize>length;
  return true;
}

/** Whether a datagram begins with a long header of a known version. */
export function isQuic(at: usize, end: usize): bool {
  if (!header(at, end)) return false;
  // A client begins with a reserved version; nothing else of it is ever sent. Media have the second bit unset.
  if (isReserved(version) && (packetType != INITIAL || (u8At(at) & 0x40) == 0)) return false;
  return packetType != INITIAL || packetEnd - content >= 20;
}

/** A datagram of a flow of QUIC. */
export function receive(flow: u32, side: u32, at: usize, end: usize, packet: u32): void {
  const own = directionAt(flow, side);
  // The handshake is over, and with it all that can be read.
  if (u32Of(own, ONE_RTT_PACKET)) return;
  let isFirst = true;
  // One datagram may hold several packets (RFC 9000 section 12.2); a short header is the last one's.
  while (has(at, end, 1)) {
    const first = u8At(at);
    if ((first & 0xc0) == 0x40) {
      setU32(own, ONE_RTT_PACKET, packet);
      return;
    }
    if (!header(at, end)) return;
    if (packetType == INITIAL && isFirst && version != Q050) keep(flow, side, at, end, packet);
    if (packetType == INITIAL) isFirst = false;
    at = packetEnd;
  }
}

/** Keeps the datagram from an Initial packet on. */
function keep(flow: u32, side: u32, at: usize, end: usize, packet: u32): void {
  const own = directionAt(flow, side);
  const kept = u32Of(own, INITIALS);
  if (flow == FOLLOWED || kept >= schema.LIMIT_QUIC_INITIALS) return;
  const length = end - at;
  if (keptOctets + <u32>length > schema.LIMIT_QUIC_INITIAL_OCTETS) {
    issue(schema.ISSUE_CODE_QUIC_INITIAL_LIMIT, keptOctets, schema.LIMIT_QUIC_INITIAL_OCTETS);
    return;
  }
  keptOctets += <u32>length;
  setU32(own, INITIALS, kept + 1);
  const copy = allocateForGood(length);
  copyOctets(copy, at, length);
  const initial = rowCount(schema.TABLE_INITIALS);
  const row = appendRow(schema.TABLE_INITIALS);
  const chain = directionAt(flow, 0);
  setU32(row, schema.INITIALS_FLOW, flow);
  setU32(row, schema.INITIALS_PACKET, packet);
  setU32(row, schema.INITIALS_PREVIOUS, u32Of(chain, LAST_INITIAL));
  setU32(row, schema.INITIALS_ADDRESS, <u32>copy);
  setU32(row, schema.INITIALS_LENGTH, <u32>length);
  setU8(row, schema.INITIALS_SIDE, side);
  setU32(chain, LAST_INITIAL, initial + 1);
}

/** The first packet of a side that only a finished handshake lets it send; 0 where none was seen. */
export function oneRttPacket(flow: u32, side: u32): u32 {
  return u32Of(directionAt(flow, side), ONE_RTT_PACKET);
}
