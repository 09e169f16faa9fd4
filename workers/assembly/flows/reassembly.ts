// The byte stream of one direction: octets in order, each once, gaps told. What comes early waits, within the caps.

import { copyOctets } from '../bytes';
import { addF64, addU32, orU32, orU8, setU32, u32Of, u8Of } from '../columns';
import { issue, issueAt } from '../issues';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import * as streams from '../streams/index';
import { noteGap } from './history';
import { distance, isAfter, isBefore } from './sequence';
import { directionAt, flowAt } from './table';

// A waiting segment: next u32, sequence u32, octets on the wire u32, octets captured u32, packet u32; the octets follow.
const NEXT: usize = 0;
const SEQUENCE: usize = 4;
const LENGTH: usize = 8;
const CAPTURED: usize = 12;
const PACKET: usize = 16;
const SEGMENT_HEADER: usize = 20;
/** Segments that may wait in one direction, so that finding a place in the list stays cheap. */
const SEGMENTS: u32 = 4096;

let waitingOctets: u32 = 0;

/** Delivers what is new of a segment in order; `sequence` must not be behind the next expected one. */
function deliver(
  flow: u32,
  side: u32,
  own: usize,
  sequence: u32,
  at: usize,
  captured: u32,
  length: u32,
  packet: u32,
): void {
  const expected = u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE);
  const old = expected - sequence;
  if (old >= length) return;
  const fresh = length - old;
  const freshCaptured = captured > old ? captured - old : 0;
  setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, sequence + length);
  addF64(own, schema.DIRECTIONS_OCTETS, <f64>fresh);
  if (u32Of(own, schema.DIRECTIONS_FIRST_DATA_PACKET) == 0) {
    setU32(own, schema.DIRECTIONS_FIRST_DATA_PACKET, packet);
  }
  setU32(own, schema.DIRECTIONS_LAST_DATA_PACKET, packet);
  if (freshCaptured) streams.receive(flow, side, at + old, freshCaptured, expected, packet);
  if (fresh > freshCaptured) {
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_SNAPPED);
    streams.skip(flow, side, fresh - freshCaptured, expected + freshCaptured, packet);
  }
}

/** A segment with payload came. */
export function accept(
  flow: u32,
  side: u32,
  sequence: u32,
  at: usize,
  captured: u32,
  length: u32,
  packet: u32,
): void {
  const own = directionAt(flow, side);
  if (isAfter(sequence, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE))) {
    wait(flow, side, own, sequence, at, captured, length, packet);
    return;
  }
  deliver(flow, side, own, sequence, at, captured, length, packet);
  if (u32Of(own, schema.DIRECTIONS_PENDING)) drain(flow, side, own);
  checkFin(flow, side, own);
}

function wait(
  flow: u32,
  side: u32,
  own: usize,
  sequence: u32,
  at: usize,
  captured: u32,
  length: u32,
  packet: u32,
): void {
  if (
    u32Of(own, schema.DIRECTIONS_PENDING_OCTETS) + captured > schema.LIMIT_PENDING_OCTETS_DIRECTION ||
    u32Of(own, schema.DIRECTIONS_PENDING_SEGMENTS) >= SEGMENTS ||
    waitingOctets + captured > schema.LIMIT_PENDING_OCTETS
  ) {
    issue(
      schema.ISSUE_CODE_PENDING_LIMIT,
      u32Of(own, schema.DIRECTIONS_PENDING_OCTETS) + captured,
      schema.LIMIT_PENDING_OCTETS_DIRECTION,
    );
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_CAPPED);
    giveUpAll(flow, side);
    if (isAfter(sequence, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE)))
      passGap(flow, side, own, sequence, packet);
    deliver(flow, side, own, sequence, at, captured, length, packet);
    checkFin(flow, side, own);
    return;
  }
  const segment = allocate(SEGMENT_HEADER + captured);
  setU32(segment, SEQUENCE, sequence);
  setU32(segment, LENGTH, length);
  setU32(segment, CAPTURED, captured);
  setU32(segment, PACKET, packet);
  copyOctets(segment + SEGMENT_HEADER, at, captured);
  waitingOctets += captured;
  addU32(own, schema.DIRECTIONS_PENDING_OCTETS, captured);
  addU32(own, schema.DIRECTIONS_PENDING_SEGMENTS, 1);
  insert(own, segment, sequence);
}

/** Whether one waiting segment has all octets from `sequence` to `end`. */
export function hasWaiting(own: usize, sequence: u32, end: u32): bool {
  let segment = <usize>u32Of(own, schema.DIRECTIONS_PENDING);
  while (segment) {
    const from = u32Of(segment, SEQUENCE);
    if (isAfter(from, sequence)) return false;
    if (!isBefore(from + u32Of(segment, LENGTH), end)) return true;
    segment = u32Of(segment, NEXT);
  }
  return false;
}

function insert(own: usize, segment: usize, sequence: u32): void {
  const tail = u32Of(own, schema.DIRECTIONS_PENDING_TAIL);
  if (tail && !isBefore(sequence, u32Of(tail, SEQUENCE))) {
    setU32(tail, NEXT, <u32>segment);
    setU32(own, schema.DIRECTIONS_PENDING_TAIL, <u32>segment);
    return;
  }
  let before: usize = 0;
  let after = u32Of(own, schema.DIRECTIONS_PENDING);
  while (after && !isBefore(sequence, u32Of(after, SEQUENCE))) {
    before = after;
    after = u32Of(after, NEXT);
  }
  setU32(segment, NEXT, after);
  if (before) setU32(before, NEXT, <u32>segment);
  else setU32(own, schema.DIRECTIONS_PENDING, <u32>segment);
  if (after == 0) setU32(own, schema.DIRECTIONS_PENDING_TAIL, <u32>segment);
}

/** Delivers the waiting segments that are in order now. */
function drain(flow: u32, side: u32, own: usize): void {
  while (true) {
    const segment = <usize>u32Of(own, schema.DIRECTIONS_PENDING);
    if (segment == 0) return;
    const sequence = u32Of(segment, SEQUENCE);
    if (isAfter(sequence, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE))) return;
    const captured = u32Of(segment, CAPTURED);
    // Off the list before it is delivered: a dissector never sees a list that it could change.
    setU32(own, schema.DIRECTIONS_PENDING, u32Of(segment, NEXT));
    if (u32Of(segment, NEXT) == 0) setU32(own, schema.DIRECTIONS_PENDING_TAIL, 0);
    addU32(own, schema.DIRECTIONS_PENDING_OCTETS, 0 - captured);
    addU32(own, schema.DIRECTIONS_PENDING_SEGMENTS, 0 - 1);
    waitingOctets -= captured;
    deliver(
      flow,
      side,
      own,
      sequence,
      segment + SEGMENT_HEADER,
      captured,
      u32Of(segment, LENGTH),
      u32Of(segment, PACKET),
    );
    release(segment, SEGMENT_HEADER + captured);
  }
}

/** The octets up to `sequence` are not in the capture. */
function passGap(flow: u32, side: u32, own: usize, sequence: u32, packet: u32): void {
  const expected = u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE);
  const missing = sequence - expected;
  setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, sequence);
  addF64(own, schema.DIRECTIONS_LOST_OCTETS, <f64>missing);
  orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_GAP);
  addU32(own, schema.DIRECTIONS_GAPS, 1);
  noteGap(flowAt(flow), side, u32Of(own, schema.DIRECTIONS_GAPS));
  issueAt(packet, schema.ISSUE_CODE_GAP, <f64>missing, 0);
  streams.skip(flow, side, missing, expected, packet);
}

/** Gives up the gap ahead: the receiver acknowledged up to `acknowledged`, so the octets were sent and are lost to the capture. */
export function giveUp(flow: u32, side: u32, acknowledged: u32, packet: u32): void {
  const own = directionAt(flow, side);
  let until = acknowledged;
  const waiting = <usize>u32Of(own, schema.DIRECTIONS_PENDING);
  if (waiting && isBefore(u32Of(waiting, SEQUENCE), until)) until = u32Of(waiting, SEQUENCE);
  const missing = distance(until, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE));
  if (missing <= 0) return;
  // One octet more than was seen may be a FIN that was not captured: it has no place in the byte stream.
  if (missing == 1 && !waiting) setU32(own, schema.DIRECTIONS_NEXT_SEQUENCE, until);
  else passGap(flow, side, own, until, packet);
  drain(flow, side, own);
  checkFin(flow, side, own);
}

/** Gives up every gap: the flow or the capture is over. */
export function giveUpAll(flow: u32, side: u32): void {
  const own = directionAt(flow, side);
  while (true) {
    const waiting = <usize>u32Of(own, schema.DIRECTIONS_PENDING);
    if (waiting == 0) break;
    passGap(flow, side, own, u32Of(waiting, SEQUENCE), u32Of(waiting, PACKET));
    drain(flow, side, own);
  }
  const marks = u8Of(own, schema.DIRECTIONS_MARKS);
  passAcknowledged(flow, side, own);
  if (marks & schema.DIRECTION_MARK_FIN_SEEN) {
    const fin = u32Of(own, schema.DIRECTIONS_FIN_SEQUENCE);
    if (isAfter(fin, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE))) {
      passGap(flow, side, own, fin, u32Of(own, schema.DIRECTIONS_FIN_PACKET));
    }
  }
  checkFin(flow, side, own);
}

/** Octets at the end that the other side acknowledged, and that were never captured. */
function passAcknowledged(flow: u32, side: u32, own: usize): void {
  const marks = u8Of(own, schema.DIRECTIONS_MARKS);
  const peer = directionAt(flow, side ^ 1);
  const isKnown =
    (marks & schema.DIRECTION_MARK_SYNCHRONIZED) != 0 &&
    (u8Of(peer, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_ACKNOWLEDGED) != 0;
  if (!isKnown || marks & schema.DIRECTION_MARK_FINISHED) return;
  // One octet more may be a FIN that was not captured.
  const until = u32Of(peer, schema.DIRECTIONS_ACKNOWLEDGED);
  if (distance(until, u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE)) <= 1) return;
  passGap(flow, side, own, until, u32Of(peer, schema.DIRECTIONS_LAST_PACKET));
}

/** The direction is over once all octets before its FIN were delivered. */
export function checkFin(flow: u32, side: u32, own: usize): void {
  const marks = u8Of(own, schema.DIRECTIONS_MARKS);
  if (
    (marks & (schema.DIRECTION_MARK_FIN_SEEN | schema.DIRECTION_MARK_FINISHED)) !=
    schema.DIRECTION_MARK_FIN_SEEN
  ) {
    return;
  }
  if (isBefore(u32Of(own, schema.DIRECTIONS_NEXT_SEQUENCE), u32Of(own, schema.DIRECTIONS_FIN_SEQUENCE)))
    return;
  orU8(own, schema.DIRECTIONS_MARKS, schema.DIRECTION_MARK_FINISHED);
  streams.close(flow, side, streams.BY_FIN);
  const other = directionAt(flow, side ^ 1);
  if (u8Of(other, schema.DIRECTIONS_MARKS) & schema.DIRECTION_MARK_FINISHED) {
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_CLOSED);
  }
}
