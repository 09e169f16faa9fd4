// What Wireshark would call a segment, by the words of its manual:
// https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html
// It has a memory of its own in the directions: reassembly waits for octets, this only looks at numbers.

import { addU32, setU16, setU32, setU8, u16Of, u32Of, u8Of } from '../columns';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import { now, timeOf } from '../times';
import { hasWaiting } from './reassembly';
import { distance, isAfter, isBefore } from './sequence';

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const ACK: u32 = 16;

/** Between a reordered segment and a retransmission, where no handshake told the round trip. */
const REORDER_NANOSECONDS: f64 = 3_000_000;
/** A fast retransmission follows the duplicate acknowledgements at once. */
const FAST_NANOSECONDS: f64 = 20_000_000;

/** No window is larger (RFC 7323 section 2.3): what is more is no flight. */
const LARGEST_WINDOW: u32 = 1 << 30;

/** Marks that the next segment of the other direction is compared with. */
const REMEMBERED: u32 = schema.DIRECTION_MARK_KEEP_ALIVE | schema.DIRECTION_MARK_PROBE;

function has(direction: usize, mark: u32): bool {
  return (u8Of(direction, schema.DIRECTIONS_MARKS) & mark) != 0;
}

/** Marks of the segment in scratch.ts. */
export function analyse(at: usize, own: usize, peer: usize): u32 {
  const forward = has(own, schema.DIRECTION_MARK_ANALYSED) ? asSent(own, peer) : zeroWindow();
  let marks = forward;
  if (forward & schema.PACKET_MARK_DUP_ACK) {
    addU32(own, schema.DIRECTIONS_DUPLICATE_ACKS, 1);
    addU32(own, schema.DIRECTIONS_DUPLICATE_ACK_RUN, 1);
  } else {
    setU32(own, schema.DIRECTIONS_DUPLICATE_ACK_RUN, 0);
  }
  if (isAheadOfSeen(peer)) marks |= schema.PACKET_MARK_ACKED_UNSEEN;
  const isNumbered = scratch.payloadLength != 0 || (scratch.tcpFlags & (SYN | FIN)) != 0;
  if (isNumbered && !(marks & schema.PACKET_MARK_KEEP_ALIVE)) marks |= sentAgain(at, own, peer);
  return marks;
}

function zeroWindow(): u32 {
  const isZero = scratch.window == 0 && (scratch.tcpFlags & (SYN | FIN | RST)) == 0;
  return isZero ? schema.PACKET_MARK_ZERO_WINDOW : 0;
}

/** A SYN-ACK with another initial sequence number: what went before belongs to a connection that failed. */
export function restart(own: usize, peer: usize): void {
  setU8(own, schema.DIRECTIONS_MARKS, u8Of(own, schema.DIRECTIONS_MARKS) & ~schema.DIRECTION_MARK_ANALYSED);
  const next = u32Of(peer, schema.DIRECTIONS_INITIAL_SEQUENCE) + 1;
  setU32(peer, schema.DIRECTIONS_HIGHEST_SEQUENCE, next);
  setU32(peer, schema.DIRECTIONS_ACKNOWLEDGEABLE, next);
}

/** What the segment is when compared with what its sender sent before. */
function asSent(own: usize, peer: usize): u32 {
  const next = u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE);
  const ahead = distance(scratch.sequence, next);
  const isPlain = (scratch.tcpFlags & (SYN | FIN | RST)) == 0;
  const length = scratch.payloadLength;
  if (length == 1 && ahead == 0 && has(peer, schema.DIRECTION_MARK_ANALYSED)) {
    if (u16Of(peer, schema.DIRECTIONS_WINDOW) == 0) return schema.PACKET_MARK_ZERO_WINDOW_PROBE;
  }
  const marks = zeroWindow();
  if (ahead > 0)
    return marks | (scratch.tcpFlags & RST ? 0 : schema.PACKET_MARK_LOST_SEGMENT | full(own, peer));
  if (!isPlain) return marks;
  // A keep-alive repeats the octet before the next one, or has none (RFC 9293 section 3.8.4).
  if (ahead == -1 && length <= 1) return marks | schema.PACKET_MARK_KEEP_ALIVE | full(own, peer);
  if (length != 0) return marks | full(own, peer);
  const acknowledged = u32Of(own, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT);
  // 0 is what a SYN acknowledges: nothing yet.
  if (ahead != 0 || acknowledged == 0 || scratch.acknowledgment != acknowledged) return marks;
  return marks | repeatedAcknowledgment(own, peer);
}

/** A bare acknowledgement with the numbers of the segment before. */
function repeatedAcknowledgment(own: usize, peer: usize): u32 {
  const isSameWindow = scratch.window == u16Of(own, schema.DIRECTIONS_WINDOW);
  if (scratch.window == 0) {
    // Wireshark's "zero window probe ack" is a zero window and a probe at once.
    const isAnswer = isSameWindow && has(peer, schema.DIRECTION_MARK_PROBE);
    return isAnswer ? schema.PACKET_MARK_ZERO_WINDOW_PROBE : 0;
  }
  if (isSameWindow && has(peer, schema.DIRECTION_MARK_KEEP_ALIVE)) return schema.PACKET_MARK_KEEP_ALIVE_ACK;
  return isSameWindow ? schema.PACKET_MARK_DUP_ACK : schema.PACKET_MARK_WINDOW_UPDATE;
}

/** Whether it acknowledges octets of the other direction that were not captured. */
function isAheadOfSeen(peer: usize): bool {
  if (!(scratch.tcpFlags & ACK) || !has(peer, schema.DIRECTION_MARK_ANALYSED)) return false;
  const acknowledgeable = u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGEABLE);
  if (!isAfter(scratch.acknowledgment, acknowledgeable)) return false;
  const highest = u32Of(peer, schema.DIRECTIONS_HIGHEST_SEQUENCE);
  setU32(peer, schema.DIRECTIONS_ACKNOWLEDGEABLE, highest);
  if (acknowledgeable != highest) return true;
  // What comes after all that was seen is told once, until a hole shows in what is seen.
  const options = u8Of(peer, schema.DIRECTIONS_SYN_OPTIONS);
  setU8(peer, schema.DIRECTIONS_SYN_OPTIONS, options | schema.SYN_OPTION_UNSEEN_TOLD);
  return (options & schema.SYN_OPTION_UNSEEN_TOLD) == 0;
}

/** PACKET_MARK_WINDOW_FULL where the payload ends where the receiver's window ends. */
function full(own: usize, peer: usize): u32 {
  // Without the receiver's SYN nobody knows the scale of its window.
  const isKnown = (u8Of(peer, schema.DIRECTIONS_SYN_OPTIONS) & schema.SYN_OPTION_SEEN) != 0;
  if (scratch.payloadLength == 0 || !isKnown || scratch.tcpFlags & (SYN | FIN | RST)) return 0;
  const end = u32Of(peer, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT) + receiverWindow(own, peer);
  return scratch.sequence + scratch.payloadLength == end ? schema.PACKET_MARK_WINDOW_FULL : 0;
}

/** The window that the receiver last told, in octets. */
function receiverWindow(own: usize, peer: usize): u32 {
  const isScaled =
    u8Of(own, schema.DIRECTIONS_WINDOW_SCALE) != 0 &&
    u8Of(peer, schema.DIRECTIONS_WINDOW_SCALE) != 0 &&
    (u8Of(peer, schema.DIRECTIONS_SYN_OPTIONS) & schema.SYN_OPTION_WINDOW_IN_SYN) == 0;
  const shift = isScaled ? min<u32>(u8Of(peer, schema.DIRECTIONS_WINDOW_SCALE) - 1, 14) : 0;
  return u16Of(peer, schema.DIRECTIONS_WINDOW) << shift;
}

/** A segment with octets or a flag that have a number: sent again, or late, or neither. */
function sentAgain(at: usize, own: usize, peer: usize): u32 {
  const acknowledged = u32Of(peer, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT);
  const length = scratch.payloadLength;
  if (length != 0 && acknowledged != 0 && !isAfter(scratch.sequence + length, acknowledged)) {
    return schema.PACKET_MARK_SPURIOUS_RETRANSMISSION;
  }
  if (!has(own, schema.DIRECTION_MARK_ANALYSED)) return 0;
  const behind = distance(u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE), scratch.sequence);
  // One octet of a probe sent again with all that waited behind it is new.
  if (behind <= 0 || (behind == 1 && length > 1)) return 0;
  if (
    u32Of(peer, schema.DIRECTIONS_DUPLICATE_ACK_RUN) >= 2 &&
    scratch.sequence == acknowledged &&
    now() - timeOf(u32Of(peer, schema.DIRECTIONS_LAST_PACKET)) < FAST_NANOSECONDS
  ) {
    return schema.PACKET_MARK_FAST_RETRANSMISSION;
  }
  const roundTrip =
    timeOf(u32Of(at, schema.FLOWS_ROUND_TRIP_TO)) - timeOf(u32Of(at, schema.FLOWS_ROUND_TRIP_FROM));
  const patience = roundTrip > 0 ? roundTrip : REORDER_NANOSECONDS;
  const isSoon = now() - timeOf(u32Of(own, schema.DIRECTIONS_ADVANCE_PACKET)) < patience;
  // What ends where all that was seen ends is the last segment again.
  const isLast = behind == <i32>(length + (scratch.tcpFlags & (SYN | FIN) ? 1 : 0));
  return isSoon && !isLast && !wasSeen(own)
    ? schema.PACKET_MARK_OUT_OF_ORDER
    : schema.PACKET_MARK_RETRANSMISSION;
}

/** Whether the octets of the segment came before: in order, or waiting behind a gap. */
function wasSeen(own: usize): bool {
  const end = scratch.sequence + scratch.payloadLength;
  if (!isBefore(u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE), end)) return true;
  return hasWaiting(own, scratch.sequence, end);
}

/** What the next segments are compared with. */
export function remember(own: usize, peer: usize, marks: u32, packet: u32): void {
  const length = scratch.payloadLength + (scratch.tcpFlags & (SYN | FIN) ? 1 : 0);
  const end = scratch.sequence + length;
  const isFirst = !has(own, schema.DIRECTION_MARK_ANALYSED);
  // A probe is not taken in: what it sends is sent again.
  const isProbe =
    (marks & (schema.PACKET_MARK_ZERO_WINDOW_PROBE | schema.PACKET_MARK_ZERO_WINDOW)) ==
    schema.PACKET_MARK_ZERO_WINDOW_PROBE;
  const highest = u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE);
  if (!isProbe && (isFirst || isAfter(end, highest))) {
    setU32(own, schema.DIRECTIONS_HIGHEST_SEQUENCE, end);
    setU32(own, schema.DIRECTIONS_ADVANCE_PACKET, packet);
    if (scratch.payloadLength && has(peer, schema.DIRECTION_MARK_ANALYSED)) measureFlight(own, peer, end);
  }
  if (!isProbe && (isFirst || scratch.sequence == u32Of(own, schema.DIRECTIONS_ACKNOWLEDGEABLE))) {
    setU32(own, schema.DIRECTIONS_ACKNOWLEDGEABLE, u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE));
  }
  setU16(own, schema.DIRECTIONS_WINDOW, scratch.window);
  setU32(own, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT, scratch.acknowledgment);
  const kept = u8Of(own, schema.DIRECTIONS_MARKS) & ~REMEMBERED;
  let remembered: u32 = schema.DIRECTION_MARK_ANALYSED;
  if (marks & schema.PACKET_MARK_KEEP_ALIVE) remembered |= schema.DIRECTION_MARK_KEEP_ALIVE;
  if (isProbe) remembered |= schema.DIRECTION_MARK_PROBE;
  setU8(own, schema.DIRECTIONS_MARKS, kept | remembered);
  rememberOptions(own, marks, packet);
  if (marks) countMarks(own, marks, packet);
}

/** The window of a SYN is not scaled; behind a hole, unseen octets are told again; a window of 0 is shut until it is more. */
function rememberOptions(own: usize, marks: u32, packet: u32): void {
  const before = u8Of(own, schema.DIRECTIONS_SYN_OPTIONS);
  let options = before & ~schema.SYN_OPTION_WINDOW_IN_SYN;
  if (scratch.tcpFlags & SYN) options |= schema.SYN_OPTION_WINDOW_IN_SYN;
  if (marks & schema.PACKET_MARK_LOST_SEGMENT) options &= ~schema.SYN_OPTION_UNSEEN_TOLD;
  if (marks & schema.PACKET_MARK_ZERO_WINDOW) {
    if (!(options & schema.SYN_OPTION_SHUT)) setU32(own, schema.DIRECTIONS_SHUT_PACKET, packet);
    options |= schema.SYN_OPTION_SHUT;
  } else if (options & schema.SYN_OPTION_SHUT && scratch.window != 0) {
    options &= ~schema.SYN_OPTION_SHUT;
    measureShut(own, packet);
  }
  if (options != before) setU8(own, schema.DIRECTIONS_SYN_OPTIONS, options);
}

/** The window was opened again: how long it was shut. */
function measureShut(own: usize, packet: u32): void {
  const from = u32Of(own, schema.DIRECTIONS_SHUT_PACKET);
  const longest =
    timeOf(u32Of(own, schema.DIRECTIONS_LONGEST_SHUT_UNTIL)) -
    timeOf(u32Of(own, schema.DIRECTIONS_LONGEST_SHUT_FROM));
  // Without one so far, both are packet 0 and the difference is no number.
  if (now() - timeOf(from) <= longest) return;
  setU32(own, schema.DIRECTIONS_LONGEST_SHUT_FROM, from);
  setU32(own, schema.DIRECTIONS_LONGEST_SHUT_UNTIL, packet);
}

function measureFlight(own: usize, peer: usize, end: u32): void {
  const flight = end - u32Of(peer, schema.DIRECTIONS_LAST_ACKNOWLEDGMENT);
  if (flight > LARGEST_WINDOW || flight <= u32Of(own, schema.DIRECTIONS_LARGEST_FLIGHT)) return;
  setU32(own, schema.DIRECTIONS_LARGEST_FLIGHT, flight);
}

function countMarks(own: usize, marks: u32, packet: u32): void {
  if (marks & schema.PACKET_MARK_KEEP_ALIVE) addU32(own, schema.DIRECTIONS_KEEP_ALIVES, 1);
  if (marks & schema.PACKET_MARK_WINDOW_FULL) addU32(own, schema.DIRECTIONS_WINDOW_FULLS, 1);
  if (marks & schema.PACKET_MARK_ZERO_WINDOW) {
    setU32(own, schema.DIRECTIONS_ZERO_WINDOW_PACKET, packet);
    addU32(own, schema.DIRECTIONS_ZERO_WINDOWS, 1);
  }
}
