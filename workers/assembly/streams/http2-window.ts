// Flow control of HTTP/2 (RFC 9113 sections 5.2 and 6.9): when DATA used up the window of its stream or of the connection. Told only where
// the connection was seen from its preface and no octets are missing. A sender that sends more than its window shows that something was
// not seen in its order: then nothing is claimed any more.

import { u32At } from '../bytes';
import { addF64, f64Of, orU8, rowAt, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as state from './http2-state';
import * as connections from './http2-streams';

// Fields of a connection, from connections.WINDOWS on; two are of what side 0 and side 1 of the flow send.
/** 1 where the preface was seen and all agrees. */
const IS_TOLD: usize = connections.WINDOWS;
/** Octets that the connection still has room for. */
const OF_CONNECTION: usize = connections.WINDOWS + 4; // two
/** What a stream begins with: the receiver's SETTINGS_INITIAL_WINDOW_SIZE, and the packet that said so. */
const INITIAL: usize = connections.WINDOWS + 12; // two
const INITIAL_PACKET: usize = connections.WINDOWS + 20; // two
/** Row plus one of the stream side that used up the connection's window. */
const WAITER: usize = connections.WINDOWS + 28; // two

const MOST: i64 = 0x7fffffff;
const USED_UP: u32 =
  schema.STREAM_SIDE_MARK_WINDOW_USED_UP | schema.STREAM_SIDE_MARK_CONNECTION_WINDOW_USED_UP;

function ofSide(side: u32): usize {
  return (<usize>side) << 2;
}

/** A number that may be below zero. */
function signed(row: usize, column: usize): i64 {
  return <i64>(<i32>u32Of(row, column));
}

function setSigned(row: usize, column: usize, value: i64): void {
  setU32(row, column, <u32>(<i32>max<i64>(-MOST, min<i64>(MOST, value))));
}

/** The client's preface was seen: from here on windows are known. */
export function begin(connection: usize): void {
  setU32(connection, IS_TOLD, 1);
}

/** What the connection allows is not known any more. */
export function forget(connection: usize): void {
  setU32(connection, IS_TOLD, 0);
}

function isTold(connection: usize): bool {
  return u32Of(connection, IS_TOLD) != 0 && u32Of(connection, connections.IS_PARTIAL) == 0;
}

/** Octets that a stream has room for from `side` of the flow. */
function windowOf(connection: usize, side: u32, row: usize): i64 {
  return signed(row, schema.STREAM_SIDES_WINDOW) + <i64>u32Of(connection, INITIAL + ofSide(side));
}

function isWaiting(row: usize): bool {
  return (
    u32Of(row, schema.STREAM_SIDES_WINDOW_PACKET) != 0 && u32Of(row, schema.STREAM_SIDES_WINDOW_UNTIL) == 0
  );
}

/** The side could send no more octet after the packet. */
function wait(row: usize, packet: u32, mark: u32): void {
  orU8(row, schema.STREAM_SIDES_MARKS, mark);
  if (isWaiting(row)) return;
  setU32(row, schema.STREAM_SIDES_WINDOW_PACKET, packet);
  setU32(row, schema.STREAM_SIDES_WINDOW_UNTIL, 0);
}

/** A window may have grown in the packet: a side that waits may go on where both have room. */
function goOn(connection: usize, side: u32, row: usize, packet: u32): void {
  if (!isWaiting(row) || windowOf(connection, side, row) <= 0) return;
  if (signed(connection, OF_CONNECTION + ofSide(side)) <= 0) return;
  const waited = timeOf(packet) - timeOf(u32Of(row, schema.STREAM_SIDES_WINDOW_PACKET));
  if (waited > 0) addF64(row, schema.STREAM_SIDES_WINDOW_WAITED, waited);
  setU32(row, schema.STREAM_SIDES_WINDOW_UNTIL, packet);
}

/** A side that seems to wait did not: it had nothing to send, or its window was another. */
export function takeBack(row: usize): void {
  if (!isWaiting(row)) return;
  setU32(row, schema.STREAM_SIDES_WINDOW_PACKET, 0);
  if (f64Of(row, schema.STREAM_SIDES_WINDOW_WAITED) > 0) return;
  setU8(row, schema.STREAM_SIDES_MARKS, u8Of(row, schema.STREAM_SIDES_MARKS) & ~USED_UP);
}

function takeAllBack(row: usize): void {
  setU32(row, schema.STREAM_SIDES_WINDOW_PACKET, 0);
  setU32(row, schema.STREAM_SIDES_WINDOW_UNTIL, 0);
  setF64(row, schema.STREAM_SIDES_WINDOW_WAITED, 0);
  setU8(row, schema.STREAM_SIDES_MARKS, u8Of(row, schema.STREAM_SIDES_MARKS) & ~USED_UP);
}

/** Row plus one of the side that sends from `side` of the flow on a stream; 0 where the stream is not known. */
function rowOf(connection: usize, side: u32, identifier: u32): u32 {
  const found = connections.find(connection, identifier);
  if (found == 0) return 0;
  return ((found - 1) << 1) + (side == connections.clientOf(connection) ? 0 : 1) + 1;
}

/** A DATA frame ended: its payload with its padding is taken off both windows. */
export function spend(side: u32, self: usize): void {
  const connection = u32Of(self, state.CONNECTION);
  if (!isTold(connection)) return;
  const length = <i64>u32Of(self, state.LENGTH);
  if (length == 0) return;
  const waiter = WAITER + ofSide(side);
  const all = signed(connection, OF_CONNECTION + ofSide(side));
  const found = rowOf(connection, side, u32Of(self, state.STREAM));
  const row = found ? rowAt(schema.TABLE_STREAM_SIDES, found - 1) : 0;
  const own = found ? windowOf(connection, side, row) : MOST;
  // SETTINGS may have made room.
  if (found) goOn(connection, side, row, u32Of(connection, INITIAL_PACKET + ofSide(side)));
  if (length > all || length > own) {
    forget(connection);
    if (found) takeAllBack(row);
    const held = u32Of(connection, waiter);
    if (held) takeAllBack(rowAt(schema.TABLE_STREAM_SIDES, held - 1));
    return;
  }
  setSigned(connection, OF_CONNECTION + ofSide(side), all - length);
  if (found == 0) return;
  setSigned(row, schema.STREAM_SIDES_WINDOW, signed(row, schema.STREAM_SIDES_WINDOW) - length);
  const packet = u32Of(self, state.LAST_PACKET);
  if (length == own) wait(row, packet, schema.STREAM_SIDE_MARK_WINDOW_USED_UP);
  if (length == all) {
    wait(row, packet, schema.STREAM_SIDE_MARK_CONNECTION_WINDOW_USED_UP);
    setU32(connection, waiter, found);
  }
}

/** WINDOW_UPDATE that `side` of the flow sent, whose payload is at `at`. */
export function update(side: u32, self: usize, at: usize): void {
  const increment = u32At(at) & 0x7fffffff;
  if (increment == 0) state.malformed(self);
  const connection = u32Of(self, state.CONNECTION);
  const sender = side ^ 1;
  const packet = u32Of(self, state.LAST_PACKET);
  const identifier = u32Of(self, state.STREAM);
  if (identifier == 0) {
    const wider = signed(connection, OF_CONNECTION + ofSide(sender)) + <i64>increment;
    if (wider > MOST && isTold(connection)) state.malformed(self);
    setSigned(connection, OF_CONNECTION + ofSide(sender), wider);
    const waiter = u32Of(connection, WAITER + ofSide(sender));
    if (waiter == 0 || wider <= 0) return;
    setU32(connection, WAITER + ofSide(sender), 0);
    if (isTold(connection)) goOn(connection, sender, rowAt(schema.TABLE_STREAM_SIDES, waiter - 1), packet);
    return;
  }
  const found = rowOf(connection, sender, identifier);
  if (found == 0) {
    // Of a stream that ended; else its beginning was not seen in its order.
    if (!connections.isOld(connection, identifier)) forget(connection);
    return;
  }
  const row = rowAt(schema.TABLE_STREAM_SIDES, found - 1);
  if (windowOf(connection, sender, row) + <i64>increment > MOST && isTold(connection)) state.malformed(self);
  setSigned(row, schema.STREAM_SIDES_WINDOW, signed(row, schema.STREAM_SIDES_WINDOW) + <i64>increment);
  if (isTold(connection)) goOn(connection, sender, row, packet);
}

/** SETTINGS_INITIAL_WINDOW_SIZE that `side` of the flow sent: also for the streams that are open. */
export function setInitial(side: u32, self: usize, size: u32): void {
  if (size > <u32>MOST) {
    state.malformed(self);
    return;
  }
  const connection = u32Of(self, state.CONNECTION);
  setU32(connection, INITIAL + ofSide(side ^ 1), size);
  setU32(connection, INITIAL_PACKET + ofSide(side ^ 1), u32Of(self, state.LAST_PACKET));
}
