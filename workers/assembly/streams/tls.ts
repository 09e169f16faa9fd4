// TLS records and handshakes, as far as they are in clear: RFC 8446 section 5, RFC 5246 section 6.

import { copyOctets, u16At, u24At, u8At } from '../bytes';
import {
  appendRow,
  orU32,
  orU16,
  rowAt,
  rowCount,
  setF64,
  setU16,
  setU32,
  setU8,
  u16Of,
  u32Of,
  u8Of,
} from '../columns';
import { count } from '../counters';
import * as quic from '../datagrams/quic';
import { directionAt, flowAt } from '../flows/table';
import { issue } from '../issues';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as streams from './index';
import { clientHello, isClientHello, serverHello, SHORTEST_HELLO } from './tls-hello';
import * as state from './tls-state';

/** Octets a record may have: 2^14 and room for padding and tags of older versions (RFC 5246 section 6.2.3). */
export const RECORD_OCTETS: u32 = 18432;

const CHANGE_CIPHER_SPEC: u32 = 20;
const ALERT: u32 = 21;
const HANDSHAKE: u32 = 22;
const APPLICATION_DATA: u32 = 23;
/** Not a content type: an SSL 2.0 ClientHello. */
const SSLV2: u32 = 128;

const CLIENT_HELLO: u32 = 1;
const SERVER_HELLO: u32 = 2;
const CERTIFICATE_REQUEST: u32 = 13;

const FATAL: u32 = 2;
const RECORD_HEADER: u32 = 5;
/** RFC 8446 section 5.2: an alert (2), its type (1) and the tag (16). */
const ENCRYPTED_ALERT_OCTETS: u32 = 19;

function dissectorOf(flow: u32, side: u32): usize {
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_TLS) return 0;
  return u32Of(direction, schema.DIRECTIONS_DISSECTOR);
}

/** Begins with a direction that speaks TLS. */
export function start(flow: u32, side: u32): void {
  setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, <u32>state.create());
}

/** The row of the flow's ClientHello; 0 where none was seen. */
function helloOf(flow: u32): usize {
  const hello = u32Of(flowAt(flow), schema.FLOWS_HELLO);
  return hello ? rowAt(schema.TABLE_HELLOS, hello - 1) : 0;
}

/** Octets in order; `packet` is that of the first. */
export function receive(flow: u32, side: u32, at: usize, length: u32, packet: u32): void {
  const self = dissectorOf(flow, side);
  const end = at + length;
  while (self != 0 && at < end) {
    if (u32Of(self, state.MARKS) & state.LOST) return;
    const had = u32Of(self, state.HEADER_LENGTH);
    if (had < RECORD_HEADER) {
      const more = min<u32>(RECORD_HEADER - had, <u32>(end - at));
      if (had == 0) setU32(self, state.RECORD_PACKET, packet);
      copyOctets(self + state.HEADER + had, at, more);
      setU32(self, state.HEADER_LENGTH, had + more);
      at += more;
      if (had + more == RECORD_HEADER) beginRecord(flow, side, self, packet);
    } else {
      const n = min<u32>(u32Of(self, state.REMAINING), <u32>(end - at));
      octets(flow, side, self, at, n, packet);
      setU32(self, state.REMAINING, u32Of(self, state.REMAINING) - n);
      at += n;
    }
    if (u32Of(self, state.HEADER_LENGTH) == RECORD_HEADER && u32Of(self, state.REMAINING) == 0) {
      setU32(self, state.HEADER_LENGTH, 0);
    }
  }
}

function beginRecord(flow: u32, side: u32, self: usize, packet: u32): void {
  const header = self + state.HEADER;
  const type = u8At(header);
  const length = u16At(header + 3);
  setU32(self, state.TYPE, type);
  setU32(self, state.REMAINING, length);
  setU32(self, state.RECORD_LENGTH, length);
  if (isSslv2Hello(header)) {
    // The header has two octets: three of the message are read already.
    setU32(self, state.TYPE, SSLV2);
    setU32(self, state.REMAINING, max<u32>(u16At(header) & 0x7fff, 3) - 3);
    setU32(self, state.FIRST_PACKET, u32Of(self, state.RECORD_PACKET));
    setU32(self, state.RECORDS, 1);
    return;
  }
  if (type < CHANGE_CIPHER_SPEC || type > 24 || u8At(header + 1) != 3 || length > RECORD_OCTETS) {
    issue(schema.ISSUE_CODE_TLS_RECORD_MALFORMED, length, RECORD_OCTETS);
    setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.LOST);
    return;
  }
  setU32(self, state.RECORDS, u32Of(self, state.RECORDS) + 1);
  if (type == CHANGE_CIPHER_SPEC) {
    if (isForMiddleboxes(flow)) return;
    setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.CIPHER_CHANGED);
  } else if (type == APPLICATION_DATA) {
    protectedRecord(flow, side, self, length, packet);
  } else if (type == HANDSHAKE && u32Of(self, state.MARKS) & state.CIPHER_CHANGED) {
    // The first handshake record after ChangeCipherSpec is Finished.
    setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.FINISHED_SEEN);
    const other = dissectorOf(flow, side ^ 1);
    if (other && u32Of(other, state.MARKS) & state.FINISHED_SEEN)
      settle(flow, schema.HELLO_OUTCOME_COMPLETE, packet);
  }
}

/** Whether a record header is the start of an SSL 2.0 ClientHello that offers SSL 3.0 or TLS (RFC 5246 appendix E.2). */
export function isSslv2Hello(header: usize): bool {
  if ((u8At(header) & 0x80) == 0 || u8At(header + 2) != CLIENT_HELLO) return false;
  return u8At(header + 3) == 3 || (u8At(header + 3) == 0 && u8At(header + 4) == 2);
}

/** A ChangeCipherSpec of TLS 1.3 changes nothing: handshake messages in clear may follow (RFC 8446 appendix D.4). */
function isForMiddleboxes(flow: u32): bool {
  const hello = helloOf(flow);
  if (hello == 0) return false;
  return (
    (u16Of(hello, schema.HELLOS_MARKS) & schema.HELLO_MARK_RETRY) != 0 ||
    u16Of(hello, schema.HELLOS_SELECTED_VERSION) == 0x0304
  );
}

/** A record of application data: in TLS 1.3 it also hides the rest of the handshake. */
function protectedRecord(flow: u32, side: u32, self: usize, length: u32, packet: u32): void {
  const isFirst = (u32Of(self, state.MARKS) & state.DATA_SEEN) == 0;
  setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.DATA_SEEN);
  const hello = helloOf(flow);
  if (hello == 0 || !isFirst) return;
  const isClient = side == clientSide(flow);
  if (isClient && length == ENCRYPTED_ALERT_OCTETS) {
    orU16(hello, schema.HELLOS_MARKS, schema.HELLO_MARK_ENCRYPTED_ALERT);
    return;
  }
  const other = dissectorOf(flow, side ^ 1);
  if (other && u32Of(other, state.MARKS) & state.DATA_SEEN)
    settle(flow, schema.HELLO_OUTCOME_COMPLETE, packet);
}

function clientSide(flow: u32): u32 {
  return u32Of(flowAt(flow), schema.FLOWS_MARKS) & schema.FLOW_MARK_CLIENT_IS_RESPONDER ? 1 : 0;
}

/** How the handshake came out: the first outcome stands. */
function settle(flow: u32, outcome: u32, packet: u32): void {
  const hello = helloOf(flow);
  if (hello == 0 || u8Of(hello, schema.HELLOS_OUTCOME) != schema.HELLO_OUTCOME_OPEN) return;
  setU8(hello, schema.HELLOS_OUTCOME, outcome);
  setU32(hello, schema.HELLOS_OUTCOME_PACKET, packet);
}

/** Octets of a record's content. */
function octets(flow: u32, side: u32, self: usize, at: usize, length: u32, packet: u32): void {
  const type = u32Of(self, state.TYPE);
  const isClear = (u32Of(self, state.MARKS) & (state.CIPHER_CHANGED | state.DATA_SEEN)) == 0;
  if (type == SSLV2) {
    state.gather(self, at, length);
    if (u32Of(self, state.REMAINING) == length) sslv2Hello(flow, side, self, packet);
    return;
  }
  if (!isClear || (type != HANDSHAKE && type != ALERT)) return;
  if (u32Of(self, state.LENGTH) == 0) {
    // The first message of a record begins with the record's header, which may have come earlier.
    const isAtStart = u32Of(self, state.REMAINING) == u32Of(self, state.RECORD_LENGTH);
    setU32(self, state.FIRST_PACKET, isAtStart ? u32Of(self, state.RECORD_PACKET) : packet);
    setU32(self, state.RECORDS, 1);
  }
  state.gather(self, at, length);
  if (type == ALERT) alert(flow, side, self, packet);
  else handshake(flow, side, self, packet);
}

function alert(flow: u32, side: u32, self: usize, packet: u32): void {
  if (u32Of(self, state.LENGTH) < 2) return;
  const at = <usize>u32Of(self, state.BUFFER);
  const direction = directionAt(flow, side);
  const level = u8At(at);
  if (u32Of(direction, schema.DIRECTIONS_ALERT_PACKET) == 0 || level == FATAL) {
    setU32(direction, schema.DIRECTIONS_ALERT_PACKET, packet);
    setU8(direction, schema.DIRECTIONS_ALERT_LEVEL, level);
    setU8(direction, schema.DIRECTIONS_ALERT_DESCRIPTION, u8At(at + 1));
  }
  if (level == FATAL) {
    orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_TLS_TROUBLE);
    settle(flow, schema.HELLO_OUTCOME_ALERT, packet);
  }
  state.drop(self);
}

function handshake(flow: u32, side: u32, self: usize, packet: u32): void {
  // Messages are read where they are; what is left moves to the front once, however many there are.
  let read: u32 = 0;
  while (u32Of(self, state.LENGTH) - read >= 4) {
    const at = <usize>u32Of(self, state.BUFFER) + read;
    const length = u24At(at + 1);
    if (length > schema.LIMIT_HANDSHAKE_OCTETS) {
      issue(schema.ISSUE_CODE_TLS_HANDSHAKE_LIMIT, length, schema.LIMIT_HANDSHAKE_OCTETS);
      setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.LOST);
      state.drop(self);
      return;
    }
    if (u32Of(self, state.LENGTH) - read < length + 4) break;
    message(flow, side, self, u8At(at), at + 4, length, packet);
    read += length + 4;
    setU32(self, state.FIRST_PACKET, packet);
    setU32(self, state.RECORDS, 1);
  }
  if (read == u32Of(self, state.LENGTH)) state.drop(self);
  else if (read) state.consume(self, read);
}

function message(flow: u32, side: u32, self: usize, type: u32, at: usize, length: u32, packet: u32): void {
  if (type == CLIENT_HELLO) {
    helloFromClient(flow, side, self, at, length, packet);
    return;
  }
  const hello = helloOf(flow);
  if (hello == 0) return;
  if (type == SERVER_HELLO) {
    setU32(hello, schema.HELLOS_SERVER_HELLO_PACKET, packet);
    if (serverHello(hello, at, at + length)) orU16(hello, schema.HELLOS_MARKS, schema.HELLO_MARK_RETRY);
  } else if (type == CERTIFICATE_REQUEST) {
    orU16(hello, schema.HELLOS_MARKS, schema.HELLO_MARK_CERTIFICATE_REQUESTED);
  }
}

/** RFC 5246 appendix E.2; its version is in the octets that were read as the record's header. */
function sslv2Hello(flow: u32, side: u32, self: usize, packet: u32): void {
  const row = helloInRecords(flow, side, self, u32Of(self, state.LENGTH) + 3, packet);
  const version = u16At(self + state.HEADER + 3);
  setU16(row, schema.HELLOS_LEGACY_VERSION, version);
  setU16(row, schema.HELLOS_VERSION, version);
  if (u32Of(self, state.LENGTH) >= 2)
    setU16(row, schema.HELLOS_CIPHER_SUITES, u16At(u32Of(self, state.BUFFER)) / 3);
  count(schema.COUNTER_CLIENT_HELLOS_WITHOUT_SNI, 1);
  state.drop(self);
}

function helloFromClient(flow: u32, side: u32, self: usize, at: usize, length: u32, packet: u32): void {
  if (!isClientHello(at, length)) {
    issue(schema.ISSUE_CODE_TLS_HANDSHAKE_MALFORMED, length, SHORTEST_HELLO);
    return;
  }
  const row = helloInRecords(flow, side, self, length + 4, packet);
  clientHello(row, at, at + length);
  if (u32Of(row, schema.HELLOS_SERVER_NAME) == 0) count(schema.COUNTER_CLIENT_HELLOS_WITHOUT_SNI, 1);
}

function helloInRecords(flow: u32, side: u32, self: usize, octets: u32, packet: u32): usize {
  const isNew = helloOf(flow) == 0;
  const row = newHello(flow, side, octets, u32Of(self, state.FIRST_PACKET), packet);
  if (isNew && u32Of(self, state.RECORDS) > 1)
    orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_SPLIT_RECORDS);
  return row;
}

/** The row of a ClientHello message of so many octets: a new one, or the flow's first. */
function newHello(flow: u32, side: u32, octets: u32, firstPacket: u32, packet: u32): usize {
  const flowRow = flowAt(flow);
  if (side) orU32(flowRow, schema.FLOWS_MARKS, schema.FLOW_MARK_CLIENT_IS_RESPONDER);
  count(schema.COUNTER_CLIENT_HELLOS, 1);
  let row = helloOf(flow);
  if (row == 0) {
    setU32(flowRow, schema.FLOWS_HELLO, rowCount(schema.TABLE_HELLOS) + 1);
    row = appendRow(schema.TABLE_HELLOS);
    setU32(row, schema.HELLOS_FLOW, flow);
    setU32(row, schema.HELLOS_FIRST_PACKET, firstPacket);
    setU32(row, schema.HELLOS_LAST_PACKET, packet);
    setF64(row, schema.HELLOS_TIME, timeOf(firstPacket));
    setU32(row, schema.HELLOS_OCTETS, octets);
    if (firstPacket != packet) orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_SPLIT_SEGMENTS);
  }
  return row;
}

/**
 * A handshake message of [at, at + length), its header included, that QUIC carried in clear to who knows the keys of Initial
 * packets; `packet` is where it ended.
 */
export function messageInQuic(
  flow: u32,
  side: u32,
  at: usize,
  length: u32,
  firstPacket: u32,
  packet: u32,
): void {
  if (length < 4) return;
  const end = at + length;
  if (u8At(at) == CLIENT_HELLO) {
    if (!isClientHello(at + 4, length - 4)) return;
    const row = newHello(flow, side, length, firstPacket, packet);
    orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_QUIC);
    clientHello(row, at + 4, end);
    if (u32Of(row, schema.HELLOS_SERVER_NAME) == 0) count(schema.COUNTER_CLIENT_HELLOS_WITHOUT_SNI, 1);
    return;
  }
  const hello = helloOf(flow);
  if (hello == 0 || u8At(at) != SERVER_HELLO) return;
  setU32(hello, schema.HELLOS_SERVER_HELLO_PACKET, packet);
  if (serverHello(hello, at + 4, end)) orU16(hello, schema.HELLOS_MARKS, schema.HELLO_MARK_RETRY);
}

/** QUIC closed the connection with an alert (RFC 9001 section 4.8), or with another error where `description` is 255. */
export function closeInQuic(flow: u32, side: u32, description: u32, packet: u32): void {
  if (helloOf(flow) == 0) return;
  if (description == 255) {
    settle(flow, schema.HELLO_OUTCOME_CUT, packet);
    return;
  }
  const direction = directionAt(flow, side);
  setU32(direction, schema.DIRECTIONS_ALERT_PACKET, packet);
  setU8(direction, schema.DIRECTIONS_ALERT_LEVEL, FATAL);
  setU8(direction, schema.DIRECTIONS_ALERT_DESCRIPTION, description);
  orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_TLS_TROUBLE);
  settle(flow, schema.HELLO_OUTCOME_ALERT, packet);
}

/** All that QUIC said in clear was told: a client that sends 1-RTT packets has finished its handshake. */
export function endInQuic(flow: u32): void {
  const sent = quic.oneRttPacket(flow, clientSide(flow));
  if (sent) settle(flow, schema.HELLO_OUTCOME_COMPLETE, sent);
}

/** Octets that the capture does not have: inside one record's protected content they do no harm. */
export function skip(flow: u32, side: u32, missing: u32): void {
  const self = dissectorOf(flow, side);
  if (self == 0) return;
  const isInContent =
    u32Of(self, state.HEADER_LENGTH) == RECORD_HEADER && u32Of(self, state.REMAINING) >= missing;
  if (isInContent && u32Of(self, state.TYPE) == APPLICATION_DATA) {
    setU32(self, state.REMAINING, u32Of(self, state.REMAINING) - missing);
    if (u32Of(self, state.REMAINING) == 0) setU32(self, state.HEADER_LENGTH, 0);
    return;
  }
  setU32(self, state.MARKS, u32Of(self, state.MARKS) | state.LOST);
  state.drop(self);
}

/** The direction is over. */
export function close(flow: u32, side: u32, how: u32): void {
  const self = dissectorOf(flow, side);
  if (self) state.drop(self);
  if (helloOf(flow)) settleByClose(flow, how);
}

/** A handshake that is open when a side closes was answered with something else, or cut. */
function settleByClose(flow: u32, how: u32): void {
  const server = directionAt(flow, clientSide(flow) ^ 1);
  // A server that spoke before the hello speaks another protocol first, and TLS when asked to (STARTTLS and the like).
  const spoke =
    u32Of(server, schema.DIRECTIONS_FIRST_DATA_PACKET) > u32Of(helloOf(flow), schema.HELLOS_FIRST_PACKET);
  const isTls = u8Of(server, schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_TLS;
  if (spoke && !isTls && u32Of(flowAt(flow), schema.FLOWS_MARKS) & schema.FLOW_MARK_MIXED_TLS) {
    settle(flow, schema.HELLO_OUTCOME_NOT_TLS, u32Of(server, schema.DIRECTIONS_FIRST_DATA_PACKET));
  } else if (how != streams.BY_END) {
    settle(flow, schema.HELLO_OUTCOME_CUT, u32Of(flowAt(flow), schema.FLOWS_LAST_PACKET));
  }
}

/** Both directions are over: tells whether the handshake failed, gives the states back. */
export function end(flow: u32): void {
  const at = flowAt(flow);
  const hello = helloOf(flow);
  if (hello) {
    if (u8Of(hello, schema.HELLOS_OUTCOME) != schema.HELLO_OUTCOME_COMPLETE) {
      orU32(at, schema.FLOWS_MARKS, schema.FLOW_MARK_TLS_TROUBLE);
    }
  }
  for (let side: u32 = 0; side < 2; side++) {
    const self = dissectorOf(flow, side);
    if (self == 0) continue;
    state.destroy(self);
    setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, 0);
  }
}
