// What the host may call: workers/core.ts is the only caller.

import {
  appendRow as append,
  directoryOf,
  rowCount,
  select as selectRows,
  selection,
  tableOf,
  u8Of,
} from './columns';
import { counter } from './counters';
import { describeDatagram } from './datagrams/describe';
import { end, locate, run, stateOf } from './files/index';
import * as input from './files/input';
import { describePacketOptions } from './files/packet-options';
import * as record from './files/record';
import { setStart, startNanoseconds, startSeconds } from './files/time';
import * as fragments from './flows/fragments';
import { giveUpAll } from './flows/reassembly';
import { clearFollowed, FOLLOWED, flowAt, match } from './flows/table';
import * as tcp from './flows/tcp';
import * as issues from './issues';
import {
  beginDescription,
  described,
  describedCount,
  describedUpTo,
  endDescription,
} from './layers/describe';
import { decode, resume } from './layers/index';
import { layerOfIpProtocol } from './layers/kinds';
import * as scratch from './layers/scratch';
import { allocate, hasRoom, heldOctets, release } from './memory';
import * as schema from './schema';
import { describePayload } from './streams/describe';
import * as follow from './streams/follow';
import { sectionOf } from './streams/http1-section';
import { closeInQuic, endInQuic, messageInQuic } from './streams/tls';
import { intern } from './strings';

export { counter, described, directoryOf as tableDirectory, rowCount as tableRows, selection };
export { setStart, startNanoseconds, startSeconds };
export { earliestTime, latestTime } from './packet';
export { wants } from './files/index';
export { pieces as followPieces } from './streams/follow';

const TCP: u32 = 6;
const RST: u32 = 4;

/** Why reading stopped: the values of StopReason in workers/core.ts. */
const STOP_NONE: u32 = 0;
const STOP_NOT_A_CAPTURE: u32 = 1;
const STOP_DAMAGED: u32 = 2;
const STOP_MEMORY: u32 = 3;

let isFull: bool = false;
let recordAt: usize = 0;
let recordRoom: usize = 0;
let followedFlow: u32 = 0;

/** Adds a file whose first octet counts as `start` among the octets of all files; answers its number. */
export function addSource(start: f64): u32 {
  return input.add(start);
}

/** Room for `size` octets of a source's input: where to put them. */
export function reserveInput(source: u32, size: usize): usize {
  input.activate(source);
  return input.reserve(size);
}

/** Why reading of the source stopped; 0 where it can go on. */
export function push(source: u32, size: usize): u32 {
  if (isFull) return STOP_MEMORY;
  if (heldOctets > schema.LIMIT_MEMORY_OCTETS || !hasRoom()) {
    issues.issue(schema.ISSUE_CODE_MEMORY_LIMIT, <f64>heldOctets, schema.LIMIT_MEMORY_OCTETS);
    isFull = true;
    return STOP_MEMORY;
  }
  input.activate(source);
  input.extend(size);
  run();
  const state = stateOf(source);
  if (state == input.STATE_ALIEN) return STOP_NOT_A_CAPTURE;
  return state == input.STATE_DAMAGED ? STOP_DAMAGED : STOP_NONE;
}

/** No more octets of the source will come: tells what was cut. */
export function endSource(source: u32): void {
  if (isFull) return;
  end(source);
  run();
}

/** Closes what is open: the capture is over, or reading was given up. */
export function finish(): void {
  fragments.finish();
  for (let flow: u32 = 0; flow < rowCount(schema.TABLE_FLOWS); flow++) {
    if (u8Of(flowAt(flow), schema.FLOWS_TRANSPORT) == TCP) tcp.finish(flow);
  }
}

/** Room for a record (or a text) that the host puts in: where. */
export function reserveRecord(size: usize): usize {
  if (recordRoom < size) {
    if (recordRoom) release(recordAt, recordRoom);
    recordRoom = size << 1;
    recordAt = allocate(recordRoom + 16);
    recordRoom += 16;
  }
  return recordAt;
}

/** Octets before the packet in the record last located. */
export function recordHeader(): usize {
  return record.header;
}

/** Octets of the whole block of the record last located; 0 for pcap. */
export function recordSize(): usize {
  return record.blockSize;
}

/** Row of the interface of the record last located. */
export function recordInterface(): u32 {
  return record.interfaceNumber;
}

/** Decodes the record at reserveRecord() again; false where it is none. */
function decodeAgain(size: usize, offset: f64): bool {
  issues.isCounting = false;
  const isRecord = locate(recordAt, size, offset);
  if (isRecord) {
    const at = recordAt + record.header;
    decode(record.linkType(), at, at + record.capturedLength);
  }
  issues.isCounting = true;
  return isRecord;
}

/** Decodes the record of `size` octets, `offset` octets into the files, into fields; answers how many. */
export function describe(size: usize, offset: f64): u32 {
  issues.isCounting = false;
  beginDescription(recordAt, recordAt);
  const isRecord = locate(recordAt, size, offset);
  if (isRecord) {
    const at = recordAt + record.header;
    beginDescription(at, at + record.capturedLength);
    describePacketOptions(recordAt, size);
    describedUpTo(at + record.capturedLength);
    decode(record.linkType(), at, at + record.capturedLength);
    if (scratch.hasTransport && scratch.transport == TCP) describePayload(scratch.payload, scratch.end);
    else if (scratch.hasTransport && scratch.protocol == schema.PROTOCOL_UDP) {
      describeDatagram(scratch.payload, scratch.end);
    }
  }
  endDescription();
  issues.isCounting = true;
  return describedCount();
}

/** Begins to follow a flow. */
export function followStart(flow: u32): void {
  followedFlow = flow;
  clearFollowed();
  follow.clear();
  fragments.select(true);
  fragments.forget();
  fragments.select(false);
}

/** Feeds the next record of the followed flow; answers how many pieces it delivered. */
export function followRecord(size: usize, offset: f64, packet: u32): u32 {
  follow.clear();
  if (!decodeAgain(size, offset)) return 0;
  if (scratch.isFragment) return followFragment(packet);
  if (!scratch.hasTransport || scratch.transport != TCP || scratch.tcpFlags & RST) return 0;
  issues.isCounting = false;
  tcp.segment(FOLLOWED, sideInFollowed(), packet);
  issues.isCounting = true;
  return follow.pieceCount();
}

/** Feeds a fragment; where it makes its datagram whole and that is of the flow, the segment in it. */
function followFragment(packet: u32): u32 {
  issues.isCounting = false;
  // Fragments of equal number long after each other are of two datagrams.
  const current = issues.currentPacket;
  issues.currentPacket = packet;
  fragments.select(true);
  if (fragments.take(scratch.next, scratch.end)) {
    const end = fragments.datagram + fragments.length;
    resume(layerOfIpProtocol(scratch.transport), fragments.datagram, end);
    const isSegment = scratch.hasTransport && scratch.transport == TCP && (scratch.tcpFlags & RST) == 0;
    if (isSegment && match(flowAt(followedFlow))) tcp.segment(FOLLOWED, sideInFollowed(), packet);
    // The pieces lie behind the octets that giving the datagram back may change.
    fragments.drop();
  }
  fragments.select(false);
  issues.currentPacket = current;
  issues.isCounting = true;
  return follow.pieceCount();
}

/** Which side of the followed flow sent the packet in scratch.ts. */
function sideInFollowed(): u32 {
  return match(flowAt(followedFlow)) == 2 ? 1 : 0;
}

/** Delivers what still waits behind gaps; answers how many pieces. */
export function followFinish(): u32 {
  follow.clear();
  issues.isCounting = false;
  giveUpAll(FOLLOWED, 0);
  giveUpAll(FOLLOWED, 1);
  issues.isCounting = true;
  return follow.pieceCount();
}

/** Adds a zeroed row to a table and answers its address. */
export function appendRow(table: u32): usize {
  return append(tableOf(table));
}

/** Rows of a table whose u32 column has any bit of the mask, ascending, at selection(); answers how many. */
export function select(table: u32, column: usize, mask: u32): u32 {
  return selectRows(tableOf(table), column, mask);
}

/** The section whose field lines are at reserveRecord(), each ended by CR LF: row of the sections table, plus one. */
export function internSection(size: usize): u32 {
  return sectionOf(recordAt, recordAt + size);
}

/** The text of the `size` octets at reserveRecord(). */
export function internText(size: usize): u32 {
  return intern(recordAt, size);
}

/** The handshake message of `size` octets at reserveRecord(), which QUIC carried from packet `first` to `last`. */
export function quicMessage(flow: u32, side: u32, size: usize, first: u32, last: u32): void {
  issues.currentPacket = first;
  messageInQuic(flow, side, recordAt, <u32>size, first, last);
}

/** A side closed its connection of QUIC with this alert, or without one where it is 255. */
export function quicClose(flow: u32, side: u32, description: u32, packet: u32): void {
  closeInQuic(flow, side, description, packet);
}

/** All messages of the flow's handshake were told. */
export function quicEnd(flow: u32): void {
  endInQuic(flow);
}
