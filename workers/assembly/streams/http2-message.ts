// Header blocks and DATA of HTTP/2 as requests and responses: RFC 9113 section 8.

import { appendRow, orU32, orU8, rowAt, setF64, setU16, setU32, setU8, u16Of, u32Of, u8Of } from '../columns';
import { count } from '../counters';
import { flowAt } from '../flows/table';
import { issue } from '../issues';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as hpack from './hpack';
import { keepSection, knownSection } from './hpack-blocks';
import * as table from './hpack-table';
import { exchangeAt, messageAt, noteServerError, REQUEST, RESPONSE } from './http1-head';
import { endStream, isPartial, noteGaps, noteInvalid, pickUp } from './http2-data';
import * as says from './http2-section';
import * as state from './http2-state';
import * as connections from './http2-streams';
import { addInterim } from './interims';
import * as websocket from './websocket-stream';

const END_STREAM: u32 = 1;

/** The header block in [at, end) of the frames in the state; `as` is the MESSAGE_STATE_… of its message where it was cut off. */
export function block(flow: u32, side: u32, self: usize, at: usize, end: usize, as: u32): void {
  let section: u32 = 0;
  let marks = u32Of(self, state.BLOCK_MARKS);
  if (marks == 0) {
    section = knownSection(self + state.TABLE, at, end);
    if (section == 0) {
      const generation = table.generationOf(self + state.TABLE);
      const outcome = hpack.decode(self + state.TABLE, at, end);
      section = says.sectionOfBlock();
      if (hpack.tableSize) checkTableSize(flow, side);
      if (outcome & hpack.HAS_UNKNOWN) marks |= schema.MESSAGE_MARK_UNKNOWN_FIELDS;
      if (outcome & hpack.WAS_CAPPED) marks |= schema.MESSAGE_MARK_TEXT_DROPPED;
      if (!(outcome & hpack.WHOLE) && as == 0) {
        issue(schema.ISSUE_CODE_HPACK_MALFORMED, hpack.decoded, <f64>(end - at));
        table.forget(self + state.TABLE);
        marks |= schema.MESSAGE_MARK_UNKNOWN_FIELDS;
        as = schema.MESSAGE_STATE_BROKEN;
      }
      const isUnchanged = table.generationOf(self + state.TABLE) == generation;
      if (outcome == hpack.WHOLE && isUnchanged) keepSection(self + state.TABLE, at, end, section);
    }
  } else {
    // Octets of it are missing, or too many: so may be entries of the table.
    table.forget(self + state.TABLE);
  }
  if (u32Of(self, state.BLOCK_TYPE) == schema.FRAME_TYPE_PUSH_PROMISE) {
    promise(flow, side, self, section, marks, as);
    return;
  }
  const connection = u32Of(self, state.CONNECTION);
  const said = says.pseudoOf(section);
  tellClient(flow, connection, side, said);
  if (side == connections.clientOf(connection)) request(flow, self, section, said, marks, as);
  else response(flow, self, section, said, marks, as);
}

/** What the other side said that it takes; 0 where its SETTINGS were not seen. */
function receiverOf(flow: u32, side: u32): usize {
  const other = state.dissectorOf(flow, side ^ 1);
  return other != 0 && u32Of(other, state.MOST_TABLE) != 0 && !isPartial(other) ? other : 0;
}

/** RFC 7541 section 6.3: a table is no larger than the receiver allows. */
function checkTableSize(flow: u32, side: u32): void {
  const receiver = receiverOf(flow, side);
  if (receiver == 0 || hpack.tableSize <= u32Of(receiver, state.MOST_TABLE)) return;
  issue(schema.ISSUE_CODE_HPACK_TABLE_SIZE, hpack.tableSize, u32Of(receiver, state.MOST_TABLE));
}

/** The first pseudo-header fields tell which side is the client, where the preface was not seen. */
function tellClient(flow: u32, connection: usize, side: u32, said: u32): void {
  if (u32Of(connection, connections.CLIENT) != connections.UNTOLD) return;
  if (said & says.STATUS) setClient(flow, connection, side ^ 1);
  else if (said & says.ANY_REQUEST) setClient(flow, connection, side);
}

/** The client of a connection is this side of its flow. */
export function setClient(flow: u32, connection: usize, side: u32): void {
  setU32(connection, connections.CLIENT, side);
  if (side) orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_CLIENT_IS_RESPONDER);
}

/** Writes what the header section's frames and the section itself say of a message. */
function fill(self: usize, stream: u32, side: u32, section: u32, marks: u32): usize {
  const message = messageAt(connections.exchangeOf(stream), side);
  setU16(connections.sideAt(stream, side), schema.STREAM_SIDES_GAPS, u32Of(self, state.GAPS));
  const firstPacket = u32Of(self, state.BLOCK_PACKET);
  const last = u32Of(self, state.LAST_PACKET);
  setF64(message, schema.MESSAGES_START, timeOf(firstPacket));
  setU32(message, schema.MESSAGES_FIRST_PACKET, firstPacket);
  setU32(message, schema.MESSAGES_HEAD_PACKET, last);
  setU32(message, schema.MESSAGES_LAST_PACKET, last);
  setU32(message, schema.MESSAGES_SEQUENCE, u32Of(self, state.BLOCK_SEQUENCE));
  setU32(message, schema.MESSAGES_HEAD_OCTETS, u32Of(self, state.BLOCK_WIRE));
  setU32(message, schema.MESSAGES_SECTION, section);
  setU8(message, schema.MESSAGES_VERSION, 20);
  setU8(message, schema.MESSAGES_FRAMING, schema.FRAMING_HTTP2);
  setU8(message, schema.MESSAGES_MARKS, marks);
  setU8(message, schema.MESSAGES_STATE, schema.MESSAGE_STATE_IN_BODY);
  if (section) {
    orU32(
      message,
      schema.MESSAGES_VIOLATIONS,
      u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_VIOLATIONS),
    );
  }
  return message;
}

/** Whether the pseudo-header fields are not those of a request (RFC 9113 section 8.3.1, RFC 8441 section 4). */
function isBadRequest(said: u32): bool {
  if (said & says.STATUS) return true;
  const named = said & says.ANY_REQUEST;
  // What is missing may be among the placeholders.
  if (said & says.UNKNOWN_LINE) return false;
  if (said & says.IS_CONNECT && !(said & says.PROTOCOL)) return named != (says.METHOD | says.AUTHORITY);
  const needed = says.METHOD | says.SCHEME | says.PATH;
  if (said & says.PROTOCOL && !(said & says.IS_CONNECT)) return true;
  return (named & needed) != needed;
}

function fillRequest(self: usize, stream: u32, section: u32, said: u32, marks: u32): usize {
  count(schema.COUNTER_REQUESTS, 1);
  count(schema.COUNTER_HTTP2_REQUESTS, 1);
  const message = fill(self, stream, REQUEST, section, marks);
  if (section) {
    const row = rowAt(schema.TABLE_SECTIONS, section - 1);
    const at = exchangeAt(connections.exchangeOf(stream));
    setU32(at, schema.EXCHANGES_METHOD, u32Of(row, schema.SECTIONS_METHOD));
    setU32(at, schema.EXCHANGES_TARGET, u32Of(row, schema.SECTIONS_TARGET));
    setU32(at, schema.EXCHANGES_AUTHORITY, u32Of(row, schema.SECTIONS_HOST));
    if (isBadRequest(said)) orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_PSEUDO_FIELD_INVALID);
  }
  return message;
}

function request(flow: u32, self: usize, section: u32, said: u32, marks: u32, as: u32): void {
  const connection = u32Of(self, state.CONNECTION);
  const identifier = u32Of(self, state.BLOCK_STREAM);
  let found = connections.find(connection, identifier);
  const isBegun =
    found != 0 &&
    u8Of(messageAt(connections.exchangeOf(found - 1), REQUEST), schema.MESSAGES_STATE) !=
      schema.MESSAGE_STATE_ABSENT;
  if (isBegun) {
    trailers(flow, self, found - 1, REQUEST, section, said, marks, as);
    return;
  }
  const isEnd = (u32Of(self, state.BLOCK_FLAGS) & END_STREAM) != 0;
  if (found == 0) {
    const isOld = connections.isOld(connection, identifier);
    if (isOld && !(said & says.METHOD)) {
      // Of a stream that ended; or, where the beginning was not seen, the end of one from before.
      if (!isPartial(self) || !isEnd) {
        state.malformed(self);
        return;
      }
    }
    found = connections.open(connection, flow, identifier) + 1;
    if (isPartial(self) && isEnd && section && !(said & says.ANY_REQUEST)) {
      pickUp(self, found - 1, REQUEST);
      trailers(flow, self, found - 1, REQUEST, section, said, marks, as);
      return;
    }
  }
  const stream = found - 1;
  connections.noteBegun(connection, identifier);
  if ((identifier & 1) == 0) state.malformed(self);
  const message = fillRequest(self, stream, section, said, marks);
  noteKind(stream, said);
  if (said & says.PROTOCOL && said & says.IS_CONNECT) {
    orU8(connections.streamAt(stream), schema.STREAMS_MARKS, schema.STREAM_MARK_EXTENDED_CONNECT);
    const receiver = receiverOf(flow, connections.clientOf(connection));
    if (receiver != 0 && u32Of(receiver, state.TAKES_PROTOCOL) == 0) {
      orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_PSEUDO_FIELD_INVALID);
    }
  }
  endHead(flow, self, stream, REQUEST, message, as);
}

function noteKind(stream: u32, said: u32): void {
  const at = connections.streamAt(stream);
  if (said & says.IS_GRPC) setU8(at, schema.STREAMS_KIND, schema.STREAM_KIND_GRPC);
  else if (said & says.IS_GRPC_WEB) setU8(at, schema.STREAMS_KIND, schema.STREAM_KIND_GRPC_WEB);
}

function response(flow: u32, self: usize, section: u32, said: u32, marks: u32, as: u32): void {
  const connection = u32Of(self, state.CONNECTION);
  const identifier = u32Of(self, state.BLOCK_STREAM);
  const found = connections.find(connection, identifier);
  const isEnd = (u32Of(self, state.BLOCK_FLAGS) & END_STREAM) != 0;
  // Of a stream that ended some time ago: it may have been reset while this was under way.
  if (
    found == 0 &&
    connections.isOld(connection, identifier) &&
    u32Of(connection, connections.IS_PARTIAL) == 0
  ) {
    return;
  }
  const stream = found ? found - 1 : connections.open(connection, flow, identifier);
  const exchange = connections.exchangeOf(stream);
  const message = messageAt(exchange, RESPONSE);
  const isAbsent = u8Of(message, schema.MESSAGES_STATE) == schema.MESSAGE_STATE_ABSENT;
  if (!isAbsent) {
    trailers(flow, self, stream, RESPONSE, section, said, marks, as);
    return;
  }
  if (isPartial(self) && isEnd && section && !(said & says.STATUS)) {
    pickUp(self, stream, RESPONSE);
    trailers(flow, self, stream, RESPONSE, section, said, marks, as);
    return;
  }
  count(schema.COUNTER_RESPONSES, 1);
  count(schema.COUNTER_HTTP2_RESPONSES, 1);
  const row = section ? rowAt(schema.TABLE_SECTIONS, section - 1) : 0;
  const status = section ? u16Of(row, schema.SECTIONS_STATUS) : 0;
  if (status >= 100 && status < 200 && !isEnd && as == 0) {
    const at = addInterim(
      exchange,
      status,
      u32Of(self, state.BLOCK_PACKET),
      u32Of(self, state.BLOCK_SEQUENCE),
      section,
    );
    setU8(at, schema.INTERIMS_VERSION, 20);
    return;
  }
  fill(self, stream, RESPONSE, section, marks);
  setU16(exchangeAt(exchange), schema.EXCHANGES_STATUS, status);
  noteServerError(exchange, status);
  noteKind(stream, said);
  if (section) {
    const isBad = (said & says.ANY_REQUEST) != 0 || (said & (says.STATUS | says.UNKNOWN_LINE)) == 0;
    if (isBad) orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_PSEUDO_FIELD_INVALID);
    // gRPC-Web may have an empty frame of DATA behind its only header section.
    if (isEnd || said & says.IS_GRPC_WEB) {
      if (noteGrpcStatus(stream, row)) {
        orU8(connections.streamAt(stream), schema.STREAMS_MARKS, schema.STREAM_MARK_TRAILERS_ONLY);
      }
    }
  }
  if (status >= 200 && status < 300 && as == 0 && websocket.isAsked(stream)) websocket.begin(stream);
  endHead(flow, self, stream, RESPONSE, message, as);
}

/** The call's outcome; whether the section tells it. */
function noteGrpcStatus(stream: u32, section: usize): bool {
  const status = u32Of(section, schema.SECTIONS_GRPC_STATUS);
  const message = u32Of(section, schema.SECTIONS_GRPC_MESSAGE);
  const at = connections.streamAt(stream);
  if (message) setU32(at, schema.STREAMS_GRPC_MESSAGE, message);
  if (status == 0xffffffff) return false;
  setU32(at, schema.STREAMS_GRPC_STATUS, status);
  return true;
}

/** Behind the header section: the stream's end, or that it was cut off inside. */
function endHead(flow: u32, self: usize, stream: u32, side: u32, message: usize, as: u32): void {
  if (as) {
    connections.finishMessage(message, as);
    connections.leaveUnanswered(flow);
    if (as == schema.MESSAGE_STATE_BROKEN) connections.settle(u32Of(self, state.CONNECTION), flow, stream);
  } else if (u32Of(self, state.BLOCK_FLAGS) & END_STREAM) {
    endStream(flow, self, stream, side);
  }
}

/** A second header block (RFC 9113 section 8.1): the trailer section. */
function trailers(
  flow: u32,
  self: usize,
  stream: u32,
  side: u32,
  section: u32,
  said: u32,
  marks: u32,
  as: u32,
): void {
  const message = messageAt(connections.exchangeOf(stream), side);
  const isEnd = (u32Of(self, state.BLOCK_FLAGS) & END_STREAM) != 0;
  if (!connections.isOpen(message)) {
    // After the end; or the request that a PUSH_PROMISE already told.
    noteInvalid(stream, side);
    state.malformed(self);
    return;
  }
  if (!isEnd) state.malformed(self);
  let violations: u32 = said & says.ANY_PSEUDO ? schema.VIOLATION_PSEUDO_FIELD_INVALID : 0;
  if (section) {
    const row = rowAt(schema.TABLE_SECTIONS, section - 1);
    violations |= u32Of(row, schema.SECTIONS_VIOLATIONS);
    setU32(message, schema.MESSAGES_TRAILERS, section);
    if (side == RESPONSE) noteGrpcStatus(stream, row);
  }
  orU32(message, schema.MESSAGES_VIOLATIONS, violations);
  orU8(message, schema.MESSAGES_MARKS, marks);
  noteGaps(self, stream, side, message);
  setU32(message, schema.MESSAGES_LAST_PACKET, u32Of(self, state.LAST_PACKET));
  endHead(flow, self, stream, side, message, as);
}

/** RFC 9113 section 8.4: the server sends the request that it will answer. */
function promise(flow: u32, side: u32, self: usize, section: u32, marks: u32, as: u32): void {
  const connection = u32Of(self, state.CONNECTION);
  const promised = u32Of(self, state.BLOCK_PROMISED);
  if (u32Of(connection, connections.CLIENT) == connections.UNTOLD) setClient(flow, connection, side ^ 1);
  if (promised == 0 || connections.find(connection, promised)) {
    state.malformed(self);
    return;
  }
  const stream = connections.open(connection, flow, promised);
  connections.noteBegun(connection, promised);
  notePromise(flow, side, self, promised);
  const by = connections.find(connection, u32Of(self, state.BLOCK_STREAM));
  if (by) {
    setU32(connections.streamAt(stream), schema.STREAMS_PROMISED_BY, connections.exchangeOf(by - 1) + 1);
  }
  const message = fillRequest(self, stream, section, says.pseudoOf(section), marks);
  orU8(connections.sideAt(stream, REQUEST), schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_ENDED);
  connections.finishMessage(message, as ? as : schema.MESSAGE_STATE_COMPLETE);
}

/** A row of the control frames for the PUSH_PROMISE, which may have ended in a CONTINUATION. */
function notePromise(flow: u32, side: u32, self: usize, promised: u32): void {
  const row = appendRow(schema.TABLE_CONTROL_FRAMES);
  setU32(row, schema.CONTROL_FRAMES_PACKET, u32Of(self, state.BLOCK_PACKET));
  setU32(row, schema.CONTROL_FRAMES_FLOW, flow);
  setU32(row, schema.CONTROL_FRAMES_STREAM, u32Of(self, state.BLOCK_STREAM));
  setU32(row, schema.CONTROL_FRAMES_VALUE, promised);
  setU8(row, schema.CONTROL_FRAMES_TYPE, schema.FRAME_TYPE_PUSH_PROMISE);
  setU8(row, schema.CONTROL_FRAMES_FLAGS, u32Of(self, state.BLOCK_FLAGS));
  setU8(row, schema.CONTROL_FRAMES_SIDE, side);
}
