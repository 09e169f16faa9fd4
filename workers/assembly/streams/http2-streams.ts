// What both directions of an HTTP/2 connection share: which side is the client, and the streams that are open, found by their
// identifier. Streams that ended are kept a little longer, so that a late frame finds them.

import { addU32, appendRow, orU32, rowAt, rowCount, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { flowAt } from '../flows/table';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as grpc from './grpc';
import { createExchange, messageAt, REQUEST, RESPONSE } from './http1-head';
import * as streams from './index';
import * as websocket from './websocket-stream';

// Fields of a connection. A slot is the stream's identifier (low half; 0 is free) and its row plus one (high half).
const SLOTS: usize = 0;
const SLOT_COUNT: usize = 4;
const USED: usize = 8;
/** Side of the client: 0, 1, or UNTOLD. */
export const CLIENT: usize = 12;
/** Last stream identifier of the GOAWAY that side 0 and side 1 sent; 0xffffffff where none came. */
const GOAWAY: usize = 16; // two
/** Highest stream that the client, and the server, began. */
const HIGHEST: usize = 24; // two
const ENDED_AT: usize = 32;
/** 1 where a direction was not seen whole: streams may have begun, or ended, out of sight. */
export const IS_PARTIAL: usize = 36;
/** Side of the client while it is UNTOLD. */
export const GUESSED_CLIENT: usize = 40;
/** Flow control: http2-window.ts. */
export const WINDOWS: usize = 44;
/** Streams that ended lately: identifiers. */
const ENDED: usize = WINDOWS + 36;
const KEPT: u32 = 32;
const SIZE: usize = ENDED + 32 * 4;

/** Octets of every window before anything else was said (RFC 9113 section 6.9.2). */
const FIRST_WINDOW: u32 = 65_535;

/** Value of CLIENT until something tells. */
export const UNTOLD: u32 = 2;

/** A connection without streams. */
export function create(client: u32): usize {
  const connection = allocate(SIZE);
  setU32(connection, CLIENT, client);
  setU32(connection, WINDOWS + 4, FIRST_WINDOW);
  setU32(connection, WINDOWS + 8, FIRST_WINDOW);
  setU32(connection, WINDOWS + 12, FIRST_WINDOW);
  setU32(connection, WINDOWS + 16, FIRST_WINDOW);
  setU32(connection, GOAWAY, 0xffffffff);
  setU32(connection, GOAWAY + 4, 0xffffffff);
  return connection;
}

/** Gives a connection back. */
export function destroy(connection: usize): void {
  const count = u32Of(connection, SLOT_COUNT);
  if (count) release(u32Of(connection, SLOTS), (<usize>count) << 3);
  release(connection, SIZE);
}

/** Side of the client; a guess where nothing has told. */
export function clientOf(connection: usize): u32 {
  const client = u32Of(connection, CLIENT);
  return client == UNTOLD ? u32Of(connection, GUESSED_CLIENT) : client;
}

function slotAt(connection: usize, slot: u32): usize {
  return <usize>u32Of(connection, SLOTS) + ((<usize>slot) << 3);
}

function homeOf(identifier: u32, count: u32): u32 {
  // Fibonacci hashing: identifiers that follow one another are spread.
  return ((identifier * 0x9e3779b1) >> 8) & (count - 1);
}

/** Row of the stream plus one; 0 where it is not known. */
export function find(connection: usize, identifier: u32): u32 {
  const count = u32Of(connection, SLOT_COUNT);
  if (count == 0) return 0;
  let slot = homeOf(identifier, count);
  while (true) {
    const at = slotAt(connection, slot);
    const found = u32Of(at, 0);
    if (found == identifier) return u32Of(at, 4);
    if (found == 0) return 0;
    slot = (slot + 1) & (count - 1);
  }
}

function place(connection: usize, identifier: u32, row: u32): void {
  const count = u32Of(connection, SLOT_COUNT);
  let slot = homeOf(identifier, count);
  while (u32Of(slotAt(connection, slot), 0)) slot = (slot + 1) & (count - 1);
  setU32(slotAt(connection, slot), 0, identifier);
  setU32(slotAt(connection, slot), 4, row);
}

function growSlots(connection: usize): void {
  const old = <usize>u32Of(connection, SLOTS);
  const oldCount = u32Of(connection, SLOT_COUNT);
  const count = max<u32>(oldCount << 1, 64);
  setU32(connection, SLOTS, <u32>allocate((<usize>count) << 3));
  setU32(connection, SLOT_COUNT, count);
  for (let slot: u32 = 0; slot < oldCount; slot++) {
    const at = old + ((<usize>slot) << 3);
    if (u32Of(at, 0)) place(connection, u32Of(at, 0), u32Of(at, 4));
  }
  if (oldCount) release(old, (<usize>oldCount) << 3);
}

/** Takes a stream out of the slots; what stood behind it moves up. */
function remove(connection: usize, identifier: u32): void {
  const count = u32Of(connection, SLOT_COUNT);
  let slot = homeOf(identifier, count);
  while (u32Of(slotAt(connection, slot), 0) != identifier) {
    if (u32Of(slotAt(connection, slot), 0) == 0) return;
    slot = (slot + 1) & (count - 1);
  }
  let next = slot;
  while (true) {
    next = (next + 1) & (count - 1);
    const at = slotAt(connection, next);
    const moved = u32Of(at, 0);
    if (moved == 0) break;
    // It may move to the free slot unless its home lies behind that.
    const home = homeOf(moved, count);
    if (((next - home) & (count - 1)) < ((next - slot) & (count - 1))) continue;
    setU32(slotAt(connection, slot), 0, moved);
    setU32(slotAt(connection, slot), 4, u32Of(at, 4));
    slot = next;
  }
  setU32(slotAt(connection, slot), 0, 0);
  setU32(slotAt(connection, slot), 4, 0);
  setU32(connection, USED, u32Of(connection, USED) - 1);
}

/** A new stream on an exchange; answers its row. */
export function attach(connection: usize, identifier: u32, exchange: u32): u32 {
  const row = rowCount(schema.TABLE_STREAMS);
  const at = appendRow(schema.TABLE_STREAMS);
  appendRow(schema.TABLE_STREAM_SIDES);
  appendRow(schema.TABLE_STREAM_SIDES);
  setU32(at, schema.STREAMS_EXCHANGE, exchange);
  setU32(at, schema.STREAMS_IDENTIFIER, identifier);
  setU32(at, schema.STREAMS_GRPC_STATUS, 0xffffffff);
  setU8(at, schema.STREAMS_KIND, schema.STREAM_KIND_HTTP2);
  setU32(rowAt(schema.TABLE_EXCHANGES, exchange), schema.EXCHANGES_STREAM, row + 1);
  if (u32Of(connection, USED) >= u32Of(connection, SLOT_COUNT) >> 1) growSlots(connection);
  place(connection, identifier, row + 1);
  addU32(connection, USED, 1);
  return row;
}

/** A new stream with an exchange of its own; answers its row. */
export function open(connection: usize, flow: u32, identifier: u32): u32 {
  return attach(connection, identifier, createExchange(flow));
}

/** Whether a stream with this identifier was begun, or passed over, before. */
export function isOld(connection: usize, identifier: u32): bool {
  return identifier <= u32Of(connection, HIGHEST + <usize>((identifier & 1) ^ 1) * 4);
}

/** Notes that a stream was begun: those below it can no longer be. */
export function noteBegun(connection: usize, identifier: u32): void {
  const at = HIGHEST + <usize>((identifier & 1) ^ 1) * 4;
  if (identifier > u32Of(connection, at)) setU32(connection, at, identifier);
}

/** Address of a stream's row. */
export function streamAt(stream: u32): usize {
  return rowAt(schema.TABLE_STREAMS, stream);
}

/** Address of the row of one side of a stream: REQUEST or RESPONSE. */
export function sideAt(stream: u32, side: u32): usize {
  return rowAt(schema.TABLE_STREAM_SIDES, (stream << 1) + side);
}

/** Row of a stream's exchange. */
export function exchangeOf(stream: u32): u32 {
  return u32Of(streamAt(stream), schema.STREAMS_EXCHANGE);
}

/** The exchange of a stream will not be complete. */
export function leaveUnanswered(flow: u32): void {
  orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
}

/** Writes how a message of a stream ended. */
export function finishMessage(message: usize, as: u32): void {
  setF64(message, schema.MESSAGES_END, timeOf(u32Of(message, schema.MESSAGES_LAST_PACKET)));
  setU8(message, schema.MESSAGES_STATE, as);
}

/** Whether octets of a message are still to come. */
export function isOpen(message: usize): bool {
  const state = u8Of(message, schema.MESSAGES_STATE);
  return state == schema.MESSAGE_STATE_IN_HEAD || state == schema.MESSAGE_STATE_IN_BODY;
}

/** Whether either side sent RST_STREAM. */
function isReset(stream: u32): bool {
  return (
    u32Of(sideAt(stream, REQUEST), schema.STREAM_SIDES_END_PACKET) != 0 ||
    u32Of(sideAt(stream, RESPONSE), schema.STREAM_SIDES_END_PACKET) != 0
  );
}

/** No frame is to come, but late ones; a response without its request counts as ended with itself. */
function hasEnded(stream: u32): bool {
  if (isReset(stream)) return true;
  const exchange = exchangeOf(stream);
  const response = messageAt(exchange, RESPONSE);
  const hasResponse = u8Of(response, schema.MESSAGES_STATE) != schema.MESSAGE_STATE_ABSENT;
  return hasResponse && !isOpen(response) && !isOpen(messageAt(exchange, REQUEST));
}

/** A stream may have ended: then it is kept among the last that did, and the one before those is let go of. */
export function settle(connection: usize, flow: u32, stream: u32): void {
  const at = streamAt(stream);
  if (u8Of(at, schema.STREAMS_SETTLED) || !hasEnded(stream)) return;
  const exchange = exchangeOf(stream);
  const request = u8Of(messageAt(exchange, REQUEST), schema.MESSAGES_STATE);
  const response = u8Of(messageAt(exchange, RESPONSE), schema.MESSAGES_STATE);
  if ((request & response) != schema.MESSAGE_STATE_COMPLETE || request != response) leaveUnanswered(flow);
  setU8(at, schema.STREAMS_SETTLED, 1);
  const place = ENDED + ((<usize>(u32Of(connection, ENDED_AT) & (KEPT - 1))) << 2);
  const oldest = u32Of(connection, place);
  if (oldest) letGo(connection, oldest);
  setU32(connection, place, u32Of(at, schema.STREAMS_IDENTIFIER));
  addU32(connection, ENDED_AT, 1);
}

function letGo(connection: usize, identifier: u32): void {
  const found = find(connection, identifier);
  if (found == 0) return;
  const at = streamAt(found - 1);
  setU8(at, schema.STREAMS_SETTLED, 0);
  // A response that came before its request, which is still being sent, stays.
  if (!hasEnded(found - 1)) return;
  cut(found - 1, schema.MESSAGE_STATE_CUT_BY_RST_STREAM);
  remove(connection, identifier);
}

/** The content of a side is over; `isCut` unless the capture ended. */
export function endContent(stream: u32, side: u32, isCut: bool): void {
  if (websocket.isWebSocket(stream)) websocket.end(stream, side, isCut);
  else grpc.end(sideAt(stream, side));
}

/** Writes how the unfinished messages of a stream ended. */
function cut(stream: u32, as: u32): void {
  for (let side: u32 = 0; side < 2; side++) {
    const message = messageAt(exchangeOf(stream), side);
    if (!isOpen(message)) continue;
    finishMessage(message, as);
    endContent(stream, side, true);
  }
}

/** RST_STREAM ended the stream: what is unfinished is cut; an answer under way may still come. */
export function resetStream(connection: usize, flow: u32, stream: u32): void {
  cut(stream, schema.MESSAGE_STATE_CUT_BY_RST_STREAM);
  settle(connection, flow, stream);
}

/** GOAWAY of a side: streams above the identifier that the other side began are not taken up. */
export function goAway(connection: usize, side: u32, last: u32): void {
  const at = GOAWAY + ((<usize>side) << 2);
  if (last < u32Of(connection, at)) setU32(connection, at, last);
}

/** Whether a GOAWAY left a stream out. */
function isLeftOut(connection: usize, identifier: u32): bool {
  const client = clientOf(connection);
  const refuser = identifier & 1 ? client ^ 1 : client;
  return identifier > u32Of(connection, GOAWAY + ((<usize>refuser) << 2));
}

/** The direction of `side` is over: its unfinished messages are cut. */
export function closeSide(connection: usize, flow: u32, side: u32, how: u32): void {
  const messageSide: u32 = side == clientOf(connection) ? REQUEST : RESPONSE;
  let as: u32 = schema.MESSAGE_STATE_IN_BODY;
  if (how == streams.BY_FIN) as = schema.MESSAGE_STATE_CUT_BY_FIN;
  else if (how == streams.BY_RST) as = schema.MESSAGE_STATE_CUT_BY_RST;
  for (let slot: u32 = 0; slot < u32Of(connection, SLOT_COUNT); slot++) {
    const at = slotAt(connection, slot);
    const identifier = u32Of(at, 0);
    if (identifier == 0) continue;
    const stream = u32Of(at, 4) - 1;
    const exchange = exchangeOf(stream);
    const message = messageAt(exchange, messageSide);
    const state = u8Of(message, schema.MESSAGES_STATE);
    if (isOpen(message)) {
      const isRefused = isReset(stream) || (how != streams.BY_END && isLeftOut(connection, identifier));
      const otherwise = how == streams.BY_END ? state : as;
      finishMessage(message, isRefused ? schema.MESSAGE_STATE_CUT_BY_RST_STREAM : otherwise);
      endContent(stream, messageSide, how != streams.BY_END);
    }
    if (messageSide == RESPONSE && state != schema.MESSAGE_STATE_COMPLETE) leaveUnanswered(flow);
  }
}
