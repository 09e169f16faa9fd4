// One TCP segment: what it does to its flow (RFC 9293), and what Wireshark would call it.

import { addU32, orU32, orU8, setU16, setU32, setU8, u32Of, u8Of } from '../columns';
import { count } from '../counters';
import { issue } from '../issues';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import * as streams from '../streams/index';
import { accept, checkFin, giveUp, giveUpAll } from './reassembly';
import { distance, isAfter } from './sequence';
import { directionAt, flowAt } from './table';

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const ACK: u32 = 16;

/** A copy of a packet on another interface follows within this time; a retransmission does not (RTO is 200 ms and more). */
const DUPLICATE_NANOSECONDS: f64 = 10_000_000;
/** Wireshark's limit between a reordered segment and a retransmission. */
const REORDER_NANOSECONDS: f64 = 3_000_000;

/** The time of the packet at hand, in nanoseconds since the first packet. */
export let now: f64 = 0;

/** Takes in the segment in scratch.ts; answers its PACKET_MARK_… bits. */
export function segment(flow: u32, side: u32, packet: u32): u32 {
  const at = flowAt(flow);
  const own = directionAt(flow, side);
  const peer = directionAt(flow, side ^ 1);
  if (isDuplicate(own, packet)) {
    issue(schema.ISSUE_CODE_DUPLICATE_PACKET, NaN, NaN);
    return schema.PACKET_MARK_DUPLICATE;
  }
  const flags = scratch.tcpFlags;
  let marks: u32 = 0;
  if (flags & SYN) marks |= synchronize(at, own, side, packet);
  else if (!(flags & RST)) synchronizeMidstream(own);
  if (!(flags & RST)) {
    if (scratch.payloadLength) marks |= payload(flow, side, own, peer, packet);
    else if (isKeepAlive(own)) marks |= schema.PACKET_MARK_KEEP_ALIVE;
    if (flags & FIN) fin(flow, side, own, packet);
    marks |= windowMarks(own, packet);
  }
  if (flags & ACK) marks |= acknowledge(flow, side, own, peer, packet, marks);
  if (flags & RST) reset(flow, side, at, own, packet);
  setU32(own, schema.DIRECTIONS_LAST_PACKET, packet);
  return marks;
}

/** The same packet as the last one of this direction, captured on another interface. */
function isDuplicate(own: usize, packet: u32): bool {
  const fingerprint = scratch.checksum | (scratch.identification << 16);
  const last = u32Of(own, schema.DIRECTIONS_LAST_PACKET);
  const isSame =
    last != 0 &&
    fingerprint == u32Of(own, schema.DIRECTIONS_LAST_FINGERPRINT) &&
    scratch.sequence == u32Of(own, schema.DIRECTIONS_LAST_SEQUENCE) &&
    // Without an identification two bare acknowledgements may be equal and both real.
    (scratch.identification != 0 ||
      scratch.payloadLength > 1 ||
      (scratch.tcpFlags & (SYN | FIN | RST)) != 0) &&
    now - streams.timeOf(last) < DUPLICATE_NANOSECONDS;
  setU32(own, schema.DIRECTIONS_LAST_FINGERPRINT, fingerprint);
  setU32(own, schema.DIRECTIONS_LAST_SEQUENCE, scratch.sequence);
  return isSame;
}

function synchronize(at: usize, own: usize, side: u32, packet: u32): u32 {
  let marks: u32 = 0;
  const isAnswer = (scratch.tcpFlags & ACK) != 0;
  const isKnown = (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_SYNCHRONIZED) != 0;
  if (isKnown && u32Of(own, schema.DIRECTIONS_INITIAL_SEQUENCE) == scratch.sequence) {
    marks = schema.PACKET_MARK_RETRANSMISSION;
  } else if (!isKnown || u32Of(own, schema.DIRECTIONS_FIRST_DATA_PACKET) == 0) {
    setU32(own, schema.DIRECTIONS_INITIAL_SEQUENCE, scratch.sequence);
    setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, scratch.sequence + 1);
    orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_SYNCHRONIZED);
    if (scratch.windowScale != 255) setU8(own, schema.DIRECTIONS_WINDOW_SCALE, scratch.windowScale);
  }
  if (isAnswer) {
    if (u32Of(at, schema.FLOWS_SYN_ACK_PACKET) == 0) setU32(at, schema.FLOWS_SYN_ACK_PACKET, packet);
  } else if (side == 0) {
    addU32(at, schema.FLOWS_SYN_COUNT, 1);
    if (u32Of(at, schema.FLOWS_SYN_PACKET) == 0) setU32(at, schema.FLOWS_SYN_PACKET, packet);
  }
  return marks;
}

function synchronizeMidstream(own: usize): void {
  if (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_SYNCHRONIZED) return;
  setU32(own, schema.DIRECTIONS_INITIAL_SEQUENCE, scratch.sequence - 1);
  setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, scratch.sequence);
  orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_SYNCHRONIZED);
}

/** A keep-alive repeats the sequence number before the next one, with one octet or none (RFC 9293 section 3.8.4). */
function isKeepAlive(own: usize): bool {
  return (
    scratch.payloadLength <= 1 &&
    (scratch.tcpFlags & (SYN | FIN | RST)) == 0 &&
    distance(scratch.sequence, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE)) == -1 &&
    u32Of(own, schema.DIRECTIONS_PACKETS) > 1
  );
}

function payload(flow: u32, side: u32, own: usize, peer: usize, packet: u32): u32 {
  const length = scratch.payloadLength;
  const captured = min<u32>(<u32>(scratch.end - scratch.payload), length);
  const sequence = scratch.tcpFlags & SYN ? scratch.sequence + 1 : scratch.sequence;
  const expected = u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE);
  const ahead = distance(sequence, expected);
  count(schema.COUNTER_DATA_SEGMENTS, 1);
  count(schema.COUNTER_TCP_PAYLOAD, captured);
  let marks: u32 = 0;
  if (ahead < 0) {
    if (isKeepAlive(own)) return schema.PACKET_MARK_KEEP_ALIVE;
    marks = repeated(own, peer, sequence + length);
    if (distance(sequence + length, expected) <= 0) return marks;
  } else if (ahead > 0) {
    // Ahead of a segment that waits already: this is not the first sign of the gap.
    marks = schema.PACKET_MARK_LOST_SEGMENT;
  } else if (u32Of(own, schema.DIRECTIONS_PENDING)) {
    marks = filled(own);
  }
  accept(flow, side, sequence, scratch.payload, captured, length, packet);
  return marks;
}

/** A segment that begins with octets that were there before. */
function repeated(own: usize, peer: usize, end: u32): u32 {
  count(schema.COUNTER_RETRANSMISSIONS, 1);
  addU32(own, schema.DIRECTIONS_RETRANSMISSIONS, 1);
  const isAcknowledged =
    (u8Of(peer, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_ACKNOWLEDGED) != 0 &&
    distance(u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGED), end) >= 0;
  return isAcknowledged ? schema.PACKET_MARK_SPURIOUS_RETRANSMISSION : schema.PACKET_MARK_RETRANSMISSION;
}

/** A segment that closes a gap: reordered on the way, or sent again. */
function filled(own: usize): u32 {
  if (now - streams.timeOf(u32Of(own, schema.DIRECTIONS_LAST_PACKET)) < REORDER_NANOSECONDS) {
    addU32(own, schema.DIRECTIONS_OUT_OF_ORDER, 1);
    return schema.PACKET_MARK_OUT_OF_ORDER;
  }
  count(schema.COUNTER_RETRANSMISSIONS, 1);
  addU32(own, schema.DIRECTIONS_RETRANSMISSIONS, 1);
  return schema.PACKET_MARK_RETRANSMISSION;
}

function fin(flow: u32, side: u32, own: usize, packet: u32): void {
  if (u32Of(own, schema.DIRECTIONS_FIN_PACKET) == 0) setU32(own, schema.DIRECTIONS_FIN_PACKET, packet);
  if (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_FIN_SEEN) return;
  setU32(own, schema.DIRECTIONS_FIN_SEQUENCE, scratch.sequence + scratch.payloadLength);
  orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_FIN_SEEN);
  checkFin(flow, side, own);
}

function windowMarks(own: usize, packet: u32): u32 {
  setU16(own, schema.DIRECTIONS_WINDOW, scratch.window);
  if (scratch.window != 0 || scratch.tcpFlags & (SYN | FIN)) return 0;
  setU32(own, schema.DIRECTIONS_ZERO_WINDOW_PACKET, packet);
  return schema.PACKET_MARK_ZERO_WINDOW;
}

function acknowledge(flow: u32, side: u32, own: usize, peer: usize, packet: u32, marks: u32): u32 {
  const at = flowAt(flow);
  const ack = scratch.acknowledgment;
  let found: u32 = 0;
  if (
    side == 0 &&
    u32Of(at, schema.FLOWS_HANDSHAKE_PACKET) == 0 &&
    u32Of(at, schema.FLOWS_SYN_ACK_PACKET) != 0
  ) {
    setU32(at, schema.FLOWS_HANDSHAKE_PACKET, packet);
  }
  const peerMarks = u8Of(peer, schema.DIRECTIONS_MARKS);
  const isReset = (scratch.tcpFlags & RST) != 0;
  if (peerMarks & schema.DIRECTION_MARK_SYNCHRONIZED && !isReset) {
    let unseen = distance(ack, u32Of(peer, schema.DIRECTIONS_NEXT_SEQUENCE));
    if (peerMarks & schema.DIRECTION_MARK_FINISHED) unseen--;
    if (unseen > 0) {
      found = schema.PACKET_MARK_ACKED_UNSEEN;
      addU32(peer, schema.DIRECTIONS_UNSEEN, 1);
      if (u32Of(peer, schema.DIRECTIONS_UNSEEN) > schema.LIMIT_GAP_PATIENCE) {
        setU32(peer, schema.DIRECTIONS_UNSEEN, 0);
        giveUp(flow, side ^ 1, ack, packet);
      }
    } else {
      setU32(peer, schema.DIRECTIONS_UNSEEN, 0);
    }
  }
  const isKnown = (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_ACKNOWLEDGED) != 0;
  const last = u32Of(own, schema.DIRECTIONS_ACKNOWLEDGED);
  if (!isKnown || isAfter(ack, last)) {
    setU32(own, schema.DIRECTIONS_ACKNOWLEDGED, ack);
    orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_ACKNOWLEDGED);
  } else if (
    ack == last &&
    scratch.payloadLength == 0 &&
    (scratch.tcpFlags & (SYN | FIN | RST)) == 0 &&
    (marks & (schema.PACKET_MARK_KEEP_ALIVE | schema.PACKET_MARK_ZERO_WINDOW)) == 0 &&
    isAfter(u32Of(peer, schema.DIRECTIONS_NEXT_SEQUENCE), ack)
  ) {
    found |= schema.PACKET_MARK_DUP_ACK;
    addU32(own, schema.DIRECTIONS_DUPLICATE_ACKS, 1);
  }
  return found;
}

function reset(flow: u32, side: u32, at: usize, own: usize, packet: u32): void {
  addU32(own, schema.DIRECTIONS_RESETS, 1);
  if (u32Of(own, schema.DIRECTIONS_RST_PACKET) == 0) {
    setU32(own, schema.DIRECTIONS_RST_PACKET, packet);
    setU8(own, schema.DIRECTIONS_RST_TTL, scratch.ttl);
  }
  if (side == 1 && u32Of(at, schema.FLOWS_SYN_PACKET) != 0 && u32Of(at, schema.FLOWS_SYN_ACK_PACKET) == 0) {
    orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_REFUSED);
  }
  if (u32Of(at, schema.FLOWS_MARKS) & schema.FLOW_MARK_RESET) return;
  orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_RESET);
  giveUpAll(flow, 0);
  giveUpAll(flow, 1);
  streams.close(flow, side, streams.BY_RST);
  streams.close(flow, side ^ 1, streams.BY_RST);
}

/** The capture is over: what waits is delivered, what is open is closed. */
export function finish(flow: u32): void {
  giveUpAll(flow, 0);
  giveUpAll(flow, 1);
  streams.close(flow, 0, streams.BY_END);
  streams.close(flow, 1, streams.BY_END);
}
