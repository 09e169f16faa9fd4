// Times of packets, in nanoseconds since the first one.

import { f64Of, rowAt } from './columns';
import { currentPacket } from './issues';
import { PACKETS_TIME, TABLE_PACKETS } from './schema';

/** The time of a packet; NaN for packet 0. */
export function timeOf(packet: u32): f64 {
  return packet ? f64Of(rowAt(TABLE_PACKETS, packet - 1), PACKETS_TIME) : NaN;
}

/** The time of the packet at hand. */
export function now(): f64 {
  return timeOf(currentPacket);
}
