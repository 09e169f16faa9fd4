// One TCP segment: what it does to its flow (RFC 9293), and what Wireshark would call it.

import { hashThree } from '../bytes';
import { addU32, orU32, orU8, setU16, setU32, setU64, setU8, u32Of, u64Of, u8Of } from '../columns';
import { count } from '../counters';
import { issue } from '../issues';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import * as streams from '../streams/index';
import { now, timeOf } from '../times';
import { note, noteRepeat, noteZeroWindow } from './history';
import { accept, checkFin, giveUp, giveUpAll } from './reassembly';
import { distance, isAfter } from './sequence';
import { directionAt, flowAt, FOLLOWED } from './table';
import { analyse, remember, restart } from './tcp-analysis';

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const ACK: u32 = 16;

/** A copy of a packet on another interface follows within this time; a retransmission does not (RTO is 200 ms and more). */
const DUPLICATE_NANOSECONDS: f64 = 10_000_000;

/** Packets that are kept to know their copies by; a slot is the hash u64 and the packet u32. */
const RECENT: u32 = 256;
const RECENT_SLOT: usize = 16;
const recent: usize = memory.data(256 * 16, 8);

const RETRANSMISSIONS: u32 =
  schema.PACKET_MARK_RETRANSMISSION |
  schema.PACKET_MARK_FAST_RETRANSMISSION |
  schema.PACKET_MARK_SPURIOUS_RETRANSMISSION;

/** Takes in the segment in scratch.ts; answers its PACKET_MARK_… bits. */
export function segment(flow: u32, side: u32, packet: u32): u32 {
  const at = flowAt(flow);
  const own = directionAt(flow, side);
  const peer = directionAt(flow, side ^ 1);
  if (isDuplicate(flow, side, own, peer, packet)) {
    orU8(own, schema.DIRECTIONS_SYN_OPTIONS, schema.SYN_OPTION_COPIED);
    issue(schema.ISSUE_CODE_DUPLICATE_PACKET, NaN, NaN);
    return schema.PACKET_MARK_DUPLICATE;
  }
  const flags = scratch.tcpFlags;
  const isReset = (flags & RST) != 0;
  let marks: u32 = 0;
  if (isAnotherAnswer(own)) {
    restart(own, peer);
    marks = schema.PACKET_MARK_PORTS_REUSED;
  }
  marks |= analyse(at, own, peer);
  if (flags & SYN) synchronize(at, own, peer, side, packet);
  else synchronizeMidstream(own, isReset);
  note(at, own, peer, side);
  if (flags & ACK) timeRoundTrip(at, packet);
  if (!isReset) {
    if (flags & ACK) acknowledge(flow, side, own, peer, packet, marks);
    if (scratch.payloadLength && !(marks & schema.PACKET_MARK_KEEP_ALIVE))
      payload(flow, side, own, packet, marks);
    if (flags & FIN) fin(flow, side, own, packet);
  } else {
    reset(flow, side, at, own, peer, packet);
  }
  remember(own, peer, marks, packet);
  if (!isReset) setU8(own, schema.DIRECTIONS_LAST_TTL, scratch.ttl);
  if (marks & schema.PACKET_MARK_ZERO_WINDOW) {
    orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_ZERO_WINDOW);
    noteZeroWindow(at, side, u32Of(own, schema.DIRECTIONS_ZERO_WINDOWS));
  }
  setU32(own, schema.DIRECTIONS_LAST_PACKET, packet);
  return marks;
}

/** Whether it is a SYN-ACK with another initial sequence number than the one before. */
function isAnotherAnswer(own: usize): bool {
  return (
    (scratch.tcpFlags & (SYN | ACK)) == (SYN | ACK) &&
    (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_ANALYSED) != 0 &&
    u32Of(own, schema.DIRECTIONS_INITIAL_SEQUENCE) != scratch.sequence
  );
}

/** Wireshark's iRTT: from the last SYN to the first ACK that is no SYN. */
function timeRoundTrip(at: usize, packet: u32): void {
  if (scratch.tcpFlags & SYN || u32Of(at, schema.FLOWS_ROUND_TRIP_TO)) return;
  if (u32Of(at, schema.FLOWS_ROUND_TRIP_FROM)) setU32(at, schema.FLOWS_ROUND_TRIP_TO, packet);
}

/**
 * Whether an equal packet shortly after would be a copy. Without an identification two bare acknowledgements may be equal and both
 * real, and so may RSTs, one for each segment that came too late: they are copies where others of the connection were.
 */
function isTellable(own: usize, peer: usize): bool {
  if (scratch.identification != 0 || scratch.payloadLength > 1 || scratch.tcpFlags & (SYN | FIN)) return true;
  if (!(scratch.tcpFlags & RST)) return false;
  const options = u8Of(own, schema.DIRECTIONS_SYN_OPTIONS) | u8Of(peer, schema.DIRECTIONS_SYN_OPTIONS);
  return (options & schema.SYN_OPTION_COPIED) != 0;
}

/**
 * The same packet as one shortly before, captured on another interface or by another mirror port. The last packets are kept in a
 * small table by their hash.
 */
function isDuplicate(flow: u32, side: u32, own: usize, peer: usize, packet: u32): bool {
  if (flow == FOLLOWED || !isTellable(own, peer)) return false;
  const numbers = (<u64>scratch.sequence) | ((<u64>scratch.acknowledgment) << 32);
  const fingerprint = hashThree(
    numbers,
    (<u64>scratch.checksum) | ((<u64>scratch.identification) << 16) | ((<u64>scratch.payloadLength) << 32),
    (<u64>scratch.tcpFlags) | ((<u64>scratch.window) << 8) | ((<u64>((flow << 1) + side)) << 24),
  );
  const slot = recent + <usize>((<u32>(fingerprint >> 20)) & (RECENT - 1)) * RECENT_SLOT;
  const isSame = u64Of(slot, 0) == fingerprint && now() - timeOf(u32Of(slot, 8)) < DUPLICATE_NANOSECONDS;
  setU64(slot, 0, fingerprint);
  setU32(slot, 8, packet);
  return isSame;
}

function synchronize(at: usize, own: usize, peer: usize, side: u32, packet: u32): void {
  const isAnswer = (scratch.tcpFlags & ACK) != 0;
  const isKnown = (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_SYNCHRONIZED) != 0;
  if (isKnown && u32Of(own, schema.DIRECTIONS_INITIAL_SEQUENCE) == scratch.sequence) {
    if (!isAnswer) openAgain(own, peer);
  } else if (
    !isKnown ||
    (u32Of(own, schema.DIRECTIONS_FIRST_DATA_PACKET) == 0 && !isSettled(at, own, peer))
  ) {
    setU32(own, schema.DIRECTIONS_INITIAL_SEQUENCE, scratch.sequence);
    setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, scratch.sequence + 1);
    orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_SYNCHRONIZED);
    takeOptions(own);
    if (isKnown && isAnswer) orU8(own, schema.DIRECTIONS_SYN_OPTIONS, schema.SYN_OPTION_ANSWERED_AGAIN);
  }
  if (isAnswer) {
    if (u32Of(at, schema.FLOWS_SYN_ACK_PACKET) == 0) setU32(at, schema.FLOWS_SYN_ACK_PACKET, packet);
    setU32(at, schema.FLOWS_MARKS, u32Of(at, schema.FLOWS_MARKS) & ~schema.FLOW_MARK_REFUSED);
    return;
  }
  if (u32Of(at, schema.FLOWS_ROUND_TRIP_TO) == 0) setU32(at, schema.FLOWS_ROUND_TRIP_FROM, packet);
  if (side == 0) {
    addU32(at, schema.FLOWS_SYN_COUNT, 1);
    if (u32Of(at, schema.FLOWS_SYN_PACKET) == 0) setU32(at, schema.FLOWS_SYN_PACKET, packet);
  }
}

/** Whether the originator has acknowledged the SYN-ACK before: one that comes late with another number was for an earlier SYN. */
function isSettled(at: usize, own: usize, peer: usize): bool {
  return (
    u32Of(at, schema.FLOWS_HANDSHAKE_PACKET) != 0 &&
    u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGED) == u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE)
  );
}

/** Of several SYN-ACKs with different numbers (a server without state answers each SYN anew) the first ACK tells which counts. */
function settle(peer: usize): void {
  const options = u8Of(peer, schema.DIRECTIONS_SYN_OPTIONS);
  if (!(options & schema.SYN_OPTION_ANSWERED_AGAIN)) return;
  setU8(peer, schema.DIRECTIONS_SYN_OPTIONS, options & ~schema.SYN_OPTION_ANSWERED_AGAIN);
  if (u32Of(peer, schema.DIRECTIONS_FIRST_DATA_PACKET)) return;
  setU32(peer, schema.DIRECTIONS_INITIAL_SEQUENCE, scratch.acknowledgment - 1);
  setU32(peer, schema.DIRECTIONS_NEXT_SEQUENCE, scratch.acknowledgment);
}

/** What the options of a SYN tell of its sender. */
function takeOptions(own: usize): void {
  if (scratch.windowScale != 255) setU8(own, schema.DIRECTIONS_WINDOW_SCALE, scratch.windowScale + 1);
  setU16(own, schema.DIRECTIONS_MAXIMUM_SEGMENT, scratch.maximumSegment);
  setU8(own, schema.DIRECTIONS_SYN_OPTIONS, scratch.synOptions | schema.SYN_OPTION_SEEN);
}

/** A SYN was repeated after a RST that ended another connection's remains (RFC 9293 section 3.5.1): nothing is over yet. */
function openAgain(own: usize, peer: usize): void {
  if (u32Of(own, schema.DIRECTIONS_FIRST_DATA_PACKET) || u32Of(peer, schema.DIRECTIONS_FIRST_DATA_PACKET))
    return;
  const kept = ~schema.DIRECTION_MARK_CLOSED;
  setU8(own, schema.DIRECTIONS_MARKS, u8Of(own, schema.DIRECTIONS_MARKS) & kept);
  setU8(peer, schema.DIRECTIONS_MARKS, u8Of(peer, schema.DIRECTIONS_MARKS) & kept);
}

function synchronizeMidstream(own: usize, isReset: bool): void {
  if (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_SYNCHRONIZED) return;
  setU32(own, schema.DIRECTIONS_INITIAL_SEQUENCE, scratch.sequence - 1);
  // A RST may carry any number: what follows it, if anything, counts from itself.
  if (isReset) return;
  setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, scratch.sequence);
  orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_SYNCHRONIZED);
}

function payload(flow: u32, side: u32, own: usize, packet: u32, marks: u32): void {
  const length = scratch.payloadLength;
  const captured = min<u32>(<u32>(scratch.end - scratch.payload), length);
  const sequence = scratch.tcpFlags & SYN ? scratch.sequence + 1 : scratch.sequence;
  count(schema.COUNTER_DATA_SEGMENTS, 1);
  count(schema.COUNTER_TCP_PAYLOAD, captured);
  if (marks & RETRANSMISSIONS) {
    count(schema.COUNTER_RETRANSMISSIONS, 1);
    addU32(own, schema.DIRECTIONS_RETRANSMISSIONS, 1);
    noteRepeat(flowAt(flow), side, u32Of(own, schema.DIRECTIONS_RETRANSMISSIONS));
  } else if (marks & schema.PACKET_MARK_OUT_OF_ORDER) {
    addU32(own, schema.DIRECTIONS_OUT_OF_ORDER, 1);
  }
  accept(flow, side, sequence, scratch.payload, captured, length, packet);
}

function fin(flow: u32, side: u32, own: usize, packet: u32): void {
  if (u32Of(own, schema.DIRECTIONS_FIN_PACKET) == 0) setU32(own, schema.DIRECTIONS_FIN_PACKET, packet);
  if (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_FIN_SEEN) return;
  setU32(own, schema.DIRECTIONS_FIN_SEQUENCE, scratch.sequence + scratch.payloadLength);
  orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_FIN_SEEN);
  checkFin(flow, side, own);
}

/** Whether the originator has sent SYNs and nothing else, and no SYN-ACK came. */
function isUnanswered(at: usize, side: u32, peer: usize): bool {
  return (
    side == 1 &&
    u32Of(at, schema.FLOWS_SYN_PACKET) != 0 &&
    u32Of(at, schema.FLOWS_SYN_ACK_PACKET) == 0 &&
    u32Of(peer, schema.DIRECTIONS_FIRST_DATA_PACKET) == 0
  );
}

function acknowledge(flow: u32, side: u32, own: usize, peer: usize, packet: u32, marks: u32): void {
  const at = flowAt(flow);
  const ack = scratch.acknowledgment;
  if (
    side == 0 &&
    u32Of(at, schema.FLOWS_HANDSHAKE_PACKET) == 0 &&
    u32Of(at, schema.FLOWS_SYN_ACK_PACKET) != 0
  ) {
    setU32(at, schema.FLOWS_HANDSHAKE_PACKET, packet);
    settle(peer);
  }
  const peerMarks = u8Of(peer, schema.DIRECTIONS_MARKS);
  if (peerMarks & schema.DIRECTION_MARK_SYNCHRONIZED) {
    // Before the SYN was answered it belongs to an older connection of these ports (a challenge ACK, RFC 5961 section 4).
    if (marks & schema.PACKET_MARK_ACKED_UNSEEN && isUnanswered(at, side, peer)) return;
    let unseen = distance(ack, u32Of(peer, schema.DIRECTIONS_NEXT_SEQUENCE));
    if (peerMarks & schema.DIRECTION_MARK_FINISHED) unseen--;
    if (unseen <= 0) {
      setU32(peer, schema.DIRECTIONS_UNSEEN, 0);
    } else {
      addU32(peer, schema.DIRECTIONS_UNSEEN, 1);
      if (u32Of(peer, schema.DIRECTIONS_UNSEEN) > schema.LIMIT_GAP_PATIENCE) {
        setU32(peer, schema.DIRECTIONS_UNSEEN, 0);
        giveUp(flow, side ^ 1, ack, packet);
      }
    }
  } else if (u32Of(peer, schema.DIRECTIONS_PACKETS) == 0) {
    setU32(peer, schema.DIRECTIONS_INITIAL_SEQUENCE, ack - 1);
  }
  const isKnown = (u8Of(own, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_ACKNOWLEDGED) != 0;
  if (!isKnown || isAfter(ack, u32Of(own, schema.DIRECTIONS_ACKNOWLEDGED))) {
    setU32(own, schema.DIRECTIONS_ACKNOWLEDGED, ack);
    orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_ACKNOWLEDGED);
  }
}

/** Whether the peer's data was on its way to the sender of a RST: not acknowledged before, or sent after the sender's FIN. */
function isUnread(own: usize, peer: usize): bool {
  if (
    !(
      u8Of(peer, schema.DIRECTIONS_MARKS) &
      u8Of(own, schema.DIRECTIONS_MARKS) &
      schema.DIRECTION_MARK_ANALYSED
    )
  ) {
    return false;
  }
  const lastData = u32Of(peer, schema.DIRECTIONS_LAST_DATA_PACKET);
  const fin = u32Of(own, schema.DIRECTIONS_FIN_PACKET);
  if (fin && lastData > fin) return true;
  const isFinSeen = (u8Of(peer, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_FIN_SEEN) != 0;
  const sent = u32Of(peer, schema.DIRECTIONS_HIGHEST_SEQUENCE) - (isFinSeen ? 1 : 0);
  return lastData != 0 && isAfter(sent, u32Of(own, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT));
}

/** Whether a RST has another time to live than its sender's first and last packet. */
function isForeign(own: usize): bool {
  const last = u8Of(own, schema.DIRECTIONS_LAST_TTL);
  return last != 0 && scratch.ttl != last && scratch.ttl != u8Of(own, schema.DIRECTIONS_TTL);
}

function reset(flow: u32, side: u32, at: usize, own: usize, peer: usize, packet: u32): void {
  addU32(own, schema.DIRECTIONS_RESETS, 1);
  if (u32Of(own, schema.DIRECTIONS_RST_PACKET) == 0) {
    setU32(own, schema.DIRECTIONS_RST_PACKET, packet);
    setU8(own, schema.DIRECTIONS_RST_TTL, scratch.ttl);
    if (isForeign(own)) orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_FOREIGN_RESET);
    const isFirst = !(u32Of(at, schema.FLOWS_MARKS) & schema.FLOW_MARK_RESET);
    if (isFirst && isUnread(own, peer)) orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_RESET_UNREAD);
  }
  if (side == 1 && u32Of(at, schema.FLOWS_SYN_PACKET) != 0 && u32Of(at, schema.FLOWS_SYN_ACK_PACKET) == 0) {
    orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_REFUSED);
  }
  orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_RESET);
  const marks = u8Of(own, schema.DIRECTIONS_MARKS) & u8Of(peer, schema.DIRECTIONS_MARKS);
  if (marks & schema.DIRECTION_MARK_CLOSED) return;
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
