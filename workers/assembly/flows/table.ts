// The flows: both directions of a 5-tuple, found by a hash that does not depend on the direction.

import { findOctet, hashWords, isDigit, u32At, u8At } from '../bytes';
import {
  addU32,
  appendRow,
  rowAt,
  rowCount,
  setU16,
  setU32,
  setU64,
  setU8,
  u16Of,
  u32Of,
  u64Of,
  u8Of,
} from '../columns';
import { count } from '../counters';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import * as scratch from '../layers/scratch';
import { noteFlip } from './history';

const TCP: u32 = 6;
const UDP: u32 = 17;
const SYN: u32 = 2;
const ACK: u32 = 16;
/** A reserved protocol number (IANA). */
const HEADERLESS: u32 = 255;
const HTTP_SLASH: u32 = 0x48545450; // "HTTP"

/** Stands for the flow that is followed: its rows are not in the tables. */
export const FOLLOWED: u32 = 0xffffffff;

const followedFlow: usize = memory.data(256, 16);
const followedDirections: usize = memory.data(1024, 16);

/** The packet's flow, and 1 where the responder sent it: set by find(). */
export let side: u32 = 0;
export let isNew: bool = false;

let buckets: usize = 0;
let bucketCount: u32 = 0;
let addressSlots: usize = 0;
let addressSlotCount: u32 = 0;
let tcpFlows: u32 = 0;
let udpFlows: u32 = 0;
let otherFlows: u32 = 0;

/** Address of a flow's row; FOLLOWED has one of its own. */
export function flowAt(flow: u32): usize {
  return flow == FOLLOWED ? followedFlow : rowAt(schema.TABLE_FLOWS, flow);
}

/** Address of the row of one direction: 0 the originator's, 1 the responder's. */
export function directionAt(flow: u32, ofSide: u32): usize {
  if (flow == FOLLOWED) return followedDirections + <usize>ofSide * schema.DIRECTIONS_ROW_SIZE;
  return rowAt(schema.TABLE_DIRECTIONS, (flow << 1) + ofSide);
}

/** Empties the rows that stand for the followed flow. */
export function clearFollowed(): void {
  memory.fill(followedFlow, 0, 256);
  memory.fill(followedDirections, 0, 1024);
}

function endpoint(high: u64, low: u64, port: u32): u64 {
  return hashWords(high, low ^ ((<u64>port) << 1));
}

function tupleHash(
  aHigh: u64,
  aLow: u64,
  aPort: u32,
  bHigh: u64,
  bLow: u64,
  bPort: u32,
  transport: u32,
): u32 {
  const sum = endpoint(aHigh, aLow, aPort) + endpoint(bHigh, bLow, bPort) + transport;
  return <u32>hashWords(sum, sum);
}

/** Row of the addresses table; the halves are as they lie in memory. */
function internAddress(high: u64, low: u64): u32 {
  const rows = rowCount(schema.TABLE_ADDRESSES);
  if (rows >= addressSlotCount >> 1) growAddressSlots();
  let slot = (<u32>hashWords(high, low)) & (addressSlotCount - 1);
  while (true) {
    const entry = u32Of(addressSlots + ((<usize>slot) << 2), 0);
    if (entry == 0) break;
    const row = rowAt(schema.TABLE_ADDRESSES, entry - 1);
    if (u64Of(row, 0) == high && u64Of(row, 8) == low) return entry - 1;
    slot = (slot + 1) & (addressSlotCount - 1);
  }
  const row = appendRow(schema.TABLE_ADDRESSES);
  setU64(row, 0, high);
  setU64(row, 8, low);
  setU32(addressSlots + ((<usize>slot) << 2), 0, rows + 1);
  return rows;
}

function growAddressSlots(): void {
  if (addressSlotCount) release(addressSlots, (<usize>addressSlotCount) << 2);
  addressSlotCount = max<u32>(addressSlotCount << 1, 1024);
  addressSlots = allocate((<usize>addressSlotCount) << 2);
  for (let row: u32 = 0; row < rowCount(schema.TABLE_ADDRESSES); row++) {
    const at = rowAt(schema.TABLE_ADDRESSES, row);
    let slot = (<u32>hashWords(u64Of(at, 0), u64Of(at, 8))) & (addressSlotCount - 1);
    while (u32Of(addressSlots + ((<usize>slot) << 2), 0)) slot = (slot + 1) & (addressSlotCount - 1);
    setU32(addressSlots + ((<usize>slot) << 2), 0, row + 1);
  }
}

function addressIs(row: u32, high: u64, low: u64): bool {
  const at = rowAt(schema.TABLE_ADDRESSES, row);
  return u64Of(at, 8) == low && u64Of(at, 0) == high;
}

function hashOfFlow(at: usize): u32 {
  const a = rowAt(schema.TABLE_ADDRESSES, u32Of(at, schema.FLOWS_ORIGINATOR_ADDRESS));
  const b = rowAt(schema.TABLE_ADDRESSES, u32Of(at, schema.FLOWS_RESPONDER_ADDRESS));
  return tupleHash(
    u64Of(a, 0),
    u64Of(a, 8),
    u16Of(at, schema.FLOWS_ORIGINATOR_PORT),
    u64Of(b, 0),
    u64Of(b, 8),
    u16Of(at, schema.FLOWS_RESPONDER_PORT),
    u8Of(at, schema.FLOWS_TRANSPORT) ^ u32Of(at, schema.FLOWS_CONTEXT),
  );
}

function growBuckets(): void {
  if (bucketCount) release(buckets, (<usize>bucketCount) << 2);
  bucketCount = max<u32>(bucketCount << 1, 4096);
  buckets = allocate((<usize>bucketCount) << 2);
  // In the order of their rows, so that the newest of equal tuples stands first.
  for (let row: u32 = 0; row < rowCount(schema.TABLE_FLOWS); row++) {
    const at = rowAt(schema.TABLE_FLOWS, row);
    link(at, row, hashOfFlow(at));
  }
}

function link(at: usize, row: u32, hash: u32): void {
  const bucket = buckets + ((<usize>(hash & (bucketCount - 1))) << 2);
  setU32(at, schema.FLOWS_NEXT, u32Of(bucket, 0));
  setU32(bucket, 0, row + 1);
}

/** The packet's IP protocol number; that of no protocol for TCP or UDP whose header is not there: fragments, cut packets. */
function transport(): u32 {
  const isKnown = scratch.hasTransport || scratch.hasOnlyPorts;
  const isHeaderless = !isKnown && (scratch.transport == TCP || scratch.transport == UDP);
  return isHeaderless ? HEADERLESS : scratch.transport;
}

function hashOfPacket(): u32 {
  return tupleHash(
    scratch.sourceHigh,
    scratch.sourceLow,
    scratch.sourcePort,
    scratch.destinationHigh,
    scratch.destinationLow,
    scratch.destinationPort,
    transport() ^ scratch.context,
  );
}

/** 1 where the packet's source is the flow's originator, 2 where it is the responder, 0 where it is another flow. */
export function match(at: usize): u32 {
  if (u8Of(at, schema.FLOWS_TRANSPORT) != transport()) return 0;
  if (u8Of(at, schema.FLOWS_IP_VERSION) != scratch.ipVersion) return 0;
  if (u32Of(at, schema.FLOWS_CONTEXT) != scratch.context) return 0;
  const originatorPort = u16Of(at, schema.FLOWS_ORIGINATOR_PORT);
  const responderPort = u16Of(at, schema.FLOWS_RESPONDER_PORT);
  const originator = u32Of(at, schema.FLOWS_ORIGINATOR_ADDRESS);
  const responder = u32Of(at, schema.FLOWS_RESPONDER_ADDRESS);
  if (
    originatorPort == scratch.sourcePort &&
    responderPort == scratch.destinationPort &&
    addressIs(originator, scratch.sourceHigh, scratch.sourceLow) &&
    addressIs(responder, scratch.destinationHigh, scratch.destinationLow)
  ) {
    return 1;
  }
  if (
    originatorPort == scratch.destinationPort &&
    responderPort == scratch.sourcePort &&
    addressIs(originator, scratch.destinationHigh, scratch.destinationLow) &&
    addressIs(responder, scratch.sourceHigh, scratch.sourceLow)
  ) {
    return 2;
  }
  return 0;
}

/** Whether a SYN with this sequence number begins another connection on the ports of the flow. */
function isReuse(flow: u32, fromSide: u32): bool {
  if (scratch.transport != TCP || (scratch.tcpFlags & (SYN | ACK)) != SYN) return false;
  const direction = directionAt(flow, fromSide);
  return (
    (u8Of(direction, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_SYNCHRONIZED) != 0 &&
    u32Of(direction, schema.DIRECTIONS_INITIAL_SEQUENCE) != scratch.sequence
  );
}

/** The flow of the packet in scratch.ts; makes it where it is new. `packet` is the packet's number. */
export function find(packet: u32): u32 {
  if (rowCount(schema.TABLE_FLOWS) >= bucketCount) growBuckets();
  const hash = hashOfPacket();
  isNew = false;
  let marks: u32 = 0;
  let entry = u32Of(buckets + ((<usize>(hash & (bucketCount - 1))) << 2), 0);
  while (entry) {
    const at = rowAt(schema.TABLE_FLOWS, entry - 1);
    const found = match(at);
    if (found) {
      side = found - 1;
      if (!isReuse(entry - 1, side)) return entry - 1;
      marks = schema.FLOW_MARK_PORTS_REUSED;
      break;
    }
    entry = u32Of(at, schema.FLOWS_NEXT);
  }
  return create(hash, packet, marks);
}

/** For a flow without its SYN: whether the sender of this packet looks like the server. */
function looksLikeServer(): bool {
  const at = scratch.payload;
  const captured = scratch.end - at;
  if (scratch.hasTransport && captured >= 8) {
    if (u32At(at) == HTTP_SLASH && u8At(at + 4) == 47) return true;
    // A method, a space, a target: the client.
    const space = findOctet(at, at + 8, 32);
    if (space < at + 8 && space > at + 2 && u8At(at) - 65 < 26 && !isDigit(u8At(at + 1))) return false;
    // TLS handshake: ServerHello or ClientHello.
    if (u8At(at) == 22 && u8At(at + 1) == 3) return u8At(at + 5) == 2;
  }
  const own = scratch.sourcePort;
  const other = scratch.destinationPort;
  if (own < 1024 != other < 1024) return own < 1024;
  // Ephemeral ports begin at 32768 on Linux, at 49152 by IANA.
  return own < 32768 && other >= 32768;
}

function create(hash: u32, packet: u32, marks: u32): u32 {
  const row = rowCount(schema.TABLE_FLOWS);
  const at = appendRow(schema.TABLE_FLOWS);
  appendRow(schema.TABLE_DIRECTIONS);
  appendRow(schema.TABLE_DIRECTIONS);
  isNew = true;
  side = 0;
  if (transport() == TCP) {
    setU32(at, schema.FLOWS_NUMBER, tcpFlows++);
    count(schema.COUNTER_TCP_FLOWS, 1);
    if (scratch.tcpFlags & SYN) side = scratch.tcpFlags & ACK ? 1 : 0;
    else {
      marks |= schema.FLOW_MARK_MIDSTREAM;
      side = looksLikeServer() ? 1 : 0;
    }
  } else if (transport() == UDP) {
    setU32(at, schema.FLOWS_NUMBER, udpFlows++);
    count(schema.COUNTER_UDP_FLOWS, 1);
  } else {
    setU32(at, schema.FLOWS_NUMBER, otherFlows++);
  }
  const source = internAddress(scratch.sourceHigh, scratch.sourceLow);
  const destination = internAddress(scratch.destinationHigh, scratch.destinationLow);
  setU32(at, schema.FLOWS_ORIGINATOR_ADDRESS, side ? destination : source);
  setU32(at, schema.FLOWS_RESPONDER_ADDRESS, side ? source : destination);
  setU16(at, schema.FLOWS_ORIGINATOR_PORT, side ? scratch.destinationPort : scratch.sourcePort);
  setU16(at, schema.FLOWS_RESPONDER_PORT, side ? scratch.sourcePort : scratch.destinationPort);
  setU8(at, schema.FLOWS_TRANSPORT, transport());
  setU8(at, schema.FLOWS_IP_VERSION, scratch.ipVersion);
  setU32(at, schema.FLOWS_CONTEXT, scratch.context);
  setU32(at, schema.FLOWS_FIRST_PACKET, packet);
  setU32(at, schema.FLOWS_MARKS, marks | schema.FLOW_MARK_ONE_SIDED);
  if (side && scratch.transport == TCP) noteFlip(at);
  link(at, row, hash);
  return row;
}

/** Counts a packet of the flow in the direction of `side`. */
export function countPacket(flow: u32, packet: u32): void {
  const at = flowAt(flow);
  const own = directionAt(flow, side);
  setU32(at, schema.FLOWS_LAST_PACKET, packet);
  if (u32Of(own, schema.DIRECTIONS_PACKETS) == 0) {
    setU8(own, schema.DIRECTIONS_TTL, scratch.ttl);
    if (u32Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PACKETS)) {
      setU32(at, schema.FLOWS_MARKS, u32Of(at, schema.FLOWS_MARKS) & ~schema.FLOW_MARK_ONE_SIDED);
    }
  }
  addU32(own, schema.DIRECTIONS_PACKETS, 1);
}

/** The flow of the tuple in scratch.ts, in either direction; FOLLOWED where there is none. */
export function lookup(): u32 {
  if (bucketCount == 0) return FOLLOWED;
  const hash = hashOfPacket();
  let entry = u32Of(buckets + ((<usize>(hash & (bucketCount - 1))) << 2), 0);
  while (entry) {
    const at = rowAt(schema.TABLE_FLOWS, entry - 1);
    if (match(at)) return entry - 1;
    entry = u32Of(at, schema.FLOWS_NEXT);
  }
  return FOLLOWED;
}
