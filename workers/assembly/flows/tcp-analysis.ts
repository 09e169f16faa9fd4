// What Wireshark would call a segment: https://www.wireshark.org/docs/wsug_html_chunked/ChAdvTCPAnalysis.html, by its words.
// Reads the directions as the packets before left them; changes only the count of duplicate acknowledgements.

import { addU32, setU32, u16Of, u32Of, u8Of } from '../columns';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import { now, timeOf } from '../times';
import { distance, isAfter, isBefore } from './sequence';

const FIN: u32 = 1;
const SYN: u32 = 2;

/** Between a reordered segment and a retransmission, where no handshake told the round trip. */
const REORDER_NANOSECONDS: f64 = 3_000_000;
/** A fast retransmission follows the duplicate acknowledgements at once. */
const FAST_NANOSECONDS: f64 = 20_000_000;

function has(direction: usize, mark: u32): bool {
  return (u8Of(direction, schema.DIRECTIONS_MARKS) & mark) != 0;
}

/** Marks of the segment in scratch.ts, which is no RST. */
export function analyse(own: usize, peer: usize): u32 {
  const isBare = scratch.payloadLength == 0 && (scratch.tcpFlags & (SYN | FIN)) == 0;
  let marks: u32 = 0;
  if (scratch.window == 0 && (scratch.tcpFlags & (SYN | FIN)) == 0) marks = schema.PACKET_MARK_ZERO_WINDOW;
  if (isKeepAlive(own)) return marks | schema.PACKET_MARK_KEEP_ALIVE;
  if (isBare) return marks | acknowledgement(own, peer, marks);
  return marks | data(own, peer);
}

/** A keep-alive repeats the octet before the next one, or has none (RFC 9293 section 3.8.4). */
function isKeepAlive(own: usize): bool {
  return (
    scratch.payloadLength <= 1 &&
    (scratch.tcpFlags & (SYN | FIN)) == 0 &&
    u32Of(own, schema.DIRECTIONS_PACKETS) > 1 &&
    distance(scratch.sequence, u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE)) == -1
  );
}

/** An acknowledgement without payload that acknowledges nothing new. */
function acknowledgement(own: usize, peer: usize, marks: u32): u32 {
  if (!has(own, schema.DIRECTION_MARK_ACKNOWLEDGED)) return 0;
  if (scratch.acknowledgment != u32Of(own, schema.DIRECTIONS_ACKNOWLEDGED)) return 0;
  if (scratch.sequence != u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE)) return 0;
  if (has(peer, schema.DIRECTION_MARK_KEEP_ALIVE)) return schema.PACKET_MARK_KEEP_ALIVE_ACK;
  if (marks & schema.PACKET_MARK_ZERO_WINDOW) return 0;
  if (scratch.window != u16Of(own, schema.DIRECTIONS_WINDOW)) return schema.PACKET_MARK_WINDOW_UPDATE;
  if (!isAfter(u32Of(peer, schema.DIRECTIONS_HIGHEST_SEQUENCE), scratch.acknowledgment)) return 0;
  addU32(own, schema.DIRECTIONS_DUPLICATE_ACKS, 1);
  addU32(own, schema.DIRECTIONS_DUPLICATE_ACK_RUN, 1);
  return schema.PACKET_MARK_DUP_ACK;
}

/** A segment with payload, SYN or FIN. */
function data(own: usize, peer: usize): u32 {
  const highest = u32Of(own, schema.DIRECTIONS_HIGHEST_SEQUENCE);
  if (scratch.tcpFlags & SYN || u32Of(own, schema.DIRECTIONS_PACKETS) <= 1) return 0;
  let marks: u32 = 0;
  if (isBefore(scratch.sequence, highest)) marks = repeated(own, peer);
  else if (isAfter(scratch.sequence, highest)) marks = schema.PACKET_MARK_LOST_SEGMENT;
  else if (
    scratch.payloadLength == 1 &&
    u16Of(peer, schema.DIRECTIONS_WINDOW) == 0 &&
    has(peer, schema.DIRECTION_MARK_ACKNOWLEDGED)
  ) {
    marks = schema.PACKET_MARK_ZERO_WINDOW_PROBE;
  }
  return fillsWindow(own, peer) ? marks | schema.PACKET_MARK_WINDOW_FULL : marks;
}

/** The segment ends where the receiver's window ends. */
function fillsWindow(own: usize, peer: usize): bool {
  if (scratch.payloadLength == 0 || !has(peer, schema.DIRECTION_MARK_ACKNOWLEDGED)) return false;
  const isScaled =
    u8Of(own, schema.DIRECTIONS_WINDOW_SCALE) != 0 && u8Of(peer, schema.DIRECTIONS_WINDOW_SCALE) != 0;
  const shift = isScaled ? min<u32>(u8Of(peer, schema.DIRECTIONS_WINDOW_SCALE) - 1, 14) : 0;
  const window = u16Of(peer, schema.DIRECTIONS_WINDOW) << shift;
  if (window == 0) return false;
  return scratch.sequence + scratch.payloadLength == u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGED) + window;
}

/** A segment that begins before the highest sequence number: sent again, or late. */
function repeated(own: usize, peer: usize): u32 {
  const end = scratch.sequence + scratch.payloadLength + (scratch.tcpFlags & FIN ? 1 : 0);
  const acknowledged = u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGED);
  const isAcknowledged = has(peer, schema.DIRECTION_MARK_ACKNOWLEDGED);
  if (isAcknowledged && scratch.payloadLength != 0 && distance(acknowledged, end) >= 0) {
    return schema.PACKET_MARK_SPURIOUS_RETRANSMISSION;
  }
  if (
    isAcknowledged &&
    u32Of(peer, schema.DIRECTIONS_DUPLICATE_ACK_RUN) >= 2 &&
    scratch.sequence == acknowledged &&
    now() - timeOf(u32Of(peer, schema.DIRECTIONS_LAST_PACKET)) < FAST_NANOSECONDS
  ) {
    return schema.PACKET_MARK_FAST_RETRANSMISSION;
  }
  const isLate = now() - timeOf(u32Of(own, schema.DIRECTIONS_LAST_PACKET)) < REORDER_NANOSECONDS;
  const isMissing = !isBefore(scratch.sequence, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE));
  if (isLate && isMissing) return schema.PACKET_MARK_OUT_OF_ORDER;
  return schema.PACKET_MARK_RETRANSMISSION;
}
