// The driver: one captured packet from its record to its row. Only here are packet rows committed.

import { addF64, addU32, appendRow, orU32, rowCount, setF64, setU16, setU32, setU8, u32Of } from './columns';
import { count } from './counters';
import * as datagrams from './datagrams/index';
import * as record from './files/record';
import { sinceStart } from './files/time';
import * as fragments from './flows/fragments';
import { markQuoted } from './flows/icmp-errors';
import { countPacket, directionAt, find, flowAt, FOLLOWED, lookup, side } from './flows/table';
import * as tcp from './flows/tcp';
import * as issues from './issues';
import { decode, resume } from './layers/index';
import { layerOfIpProtocol } from './layers/kinds';
import * as scratch from './layers/scratch';
import * as schema from './schema';
import * as streams from './streams/index';

const TCP: u32 = 6;
const RST: u32 = 4;

let lastTime: f64 = 0;
// The earliest and the latest time: the clock may go back, and then the last packet is not the latest.
let earliest: f64 = Infinity;
let latest: f64 = -Infinity;

/** The earliest time of a packet; infinite where there is none. */
export function earliestTime(): f64 {
  return earliest;
}

/** The latest time of a packet; minus infinity where there is none. */
export function latestTime(): f64 {
  return latest;
}

/** Indexes the packet at `at`, whose record is in record.ts and begins at `offset` in the file. */
export function indexPacket(at: usize, offset: f64): void {
  const packet = rowCount(schema.TABLE_PACKETS) + 1;
  issues.currentPacket = packet;
  issues.currentOffset = offset;
  const row = appendRow(schema.TABLE_PACKETS);
  const time = record.hasTime ? sinceStart(record.time) : lastTime;
  if (time < lastTime) issues.issue(schema.ISSUE_CODE_CLOCK_BACKWARDS, lastTime - time, 0);
  lastTime = time;
  earliest = min(earliest, time);
  latest = max(latest, time);
  setF64(row, schema.PACKETS_TIME, time);
  setF64(row, schema.PACKETS_OFFSET, offset);
  setU32(row, schema.PACKETS_CAPTURED_LENGTH, record.capturedLength);
  setU32(row, schema.PACKETS_LENGTH, record.length);
  addU32(record.interfaceRow, schema.INTERFACES_PACKETS, 1);
  if (record.capturedLength < record.length) {
    issues.issue(schema.ISSUE_CODE_PACKET_SNAPPED, record.capturedLength, record.length);
    count(schema.COUNTER_SNAPPED, 1);
  } else if (record.capturedLength > record.length) {
    issues.issue(schema.ISSUE_CODE_CAPLEN_ABOVE_LENGTH, record.capturedLength, record.length);
  }
  scratch.isSnapped = record.capturedLength < record.length;
  decode(record.linkType(), at, at + record.capturedLength);
  const isWhole = scratch.isFragment && fragments.take(scratch.next, scratch.end);
  let others: u32 = FOLLOWED;
  if (isWhole) {
    others = lookup();
    resume(layerOfIpProtocol(scratch.transport), fragments.datagram, fragments.datagram + fragments.length);
  }
  if (scratch.ipVersion == 0) {
    setU32(row, schema.PACKETS_FLOW, 0xffffffff);
    setU8(row, schema.PACKETS_PROTOCOL, scratch.protocol);
    return;
  }
  const flow = find(packet);
  countPacket(flow, packet);
  if (others != FOLLOWED && u32Of(flowAt(flow), schema.FLOWS_FRAGMENTS) == 0) {
    setU32(flowAt(flow), schema.FLOWS_FRAGMENTS, others + 1);
  }
  let marks: u32 = side ? schema.PACKET_MARK_FROM_RESPONDER : 0;
  setU32(row, schema.PACKETS_FLOW, flow);
  if (record.capturedLength < record.length)
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_SNAPPED);
  let protocol = scratch.protocol;
  if (scratch.hasTransport && scratch.transport == TCP) {
    setU8(row, schema.PACKETS_TCP_FLAGS, scratch.tcpFlags);
    if (scratch.tcpFlags & RST) count(schema.COUNTER_RESETS, 1);
    const isReuse = marks == 0 && isReusedPorts(flow, packet);
    marks |= tcp.segment(flow, side, packet);
    if (isReuse) marks |= schema.PACKET_MARK_PORTS_REUSED;
    if (scratch.payloadLength) protocol = streams.protocolOf(flow, side, protocol);
  } else if (scratch.hasTransport && scratch.payloadLength) {
    countDatagram(flow, packet);
    protocol = datagrams.receive(flow, side, packet, protocol);
  }
  if (scratch.quoted) markQuoted(scratch.quoted, scratch.end, packet);
  setU16(row, schema.PACKETS_MARKS, marks);
  setU8(row, schema.PACKETS_PROTOCOL, protocol);
  if (isWhole) fragments.drop();
}

/** A UDP datagram with payload. */
function countDatagram(flow: u32, packet: u32): void {
  const own = directionAt(flow, side);
  addF64(own, schema.DIRECTIONS_OCTETS, <f64>scratch.payloadLength);
  setU32(own, schema.DIRECTIONS_LAST_DATA_PACKET, packet);
  if (u32Of(own, schema.DIRECTIONS_FIRST_DATA_PACKET) == 0) {
    setU32(own, schema.DIRECTIONS_FIRST_DATA_PACKET, packet);
  }
}

function isReusedPorts(flow: u32, packet: u32): bool {
  const at = flowAt(flow);
  return (
    (u32Of(at, schema.FLOWS_MARKS) & schema.FLOW_MARK_PORTS_REUSED) != 0 &&
    u32Of(at, schema.FLOWS_FIRST_PACKET) == packet
  );
}
