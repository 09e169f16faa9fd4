// Where HTTP/1 ends in a flow: CONNECT, and 101 with what was asked for (RFC 9110 section 7.8).

import { u32At, u8At } from '../bytes';
import { rowAt, setU16, setU32, setU8, u16Of, u32Of, u8Of } from '../columns';
import { directionAt } from '../flows/table';
import { currentPacket } from '../issues';
import * as schema from '../schema';
import * as head from './http1-head';
import * as state from './http1-state';
import * as http2 from './http2';
import { HEADER_OCTETS, isPlausibleHeader } from './http2-frame';
import { addInterim } from './interims';
import { forget } from './sniff';
import * as websocket from './websocket';
import { looksLikeClient } from './websocket-frame';

const PRI: u32 = 0x50524920; // "PRI "
const ASTERISK: u32 = 42;

/** The packet that ended HTTP/1 in a flow, the last one that did. */
export let leftIn: u32 = 0;

/** Whether the request before this place offered another protocol (CONNECT, Upgrade), and has no answer yet. */
export function isOffered(self: usize): bool {
  const previous = u32Of(self, state.PREVIOUS);
  if (previous == 0 || u32Of(self, state.SIDE) != head.REQUEST) return false;
  const exchange = head.exchangeAt(previous - 1);
  if (u16Of(exchange, schema.EXCHANGES_STATUS) != 0) return false;
  if (head.isMethod(u32Of(exchange, schema.EXCHANGES_METHOD), 'CONNECT')) return true;
  const section = u32Of(head.messageAt(previous - 1, head.REQUEST), schema.MESSAGES_SECTION);
  if (section == 0) return false;
  const marks = u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_MARKS);
  return (marks & schema.SECTION_MARK_UPGRADE) != 0;
}

/** What follows the final response that came on `side`; `marks` are those of its header section. */
export function upgrade(flow: u32, side: u32, exchange: u32, marks: u32): void {
  leftIn = currentPacket;
  if (marks & schema.SECTION_MARK_WEBSOCKET) {
    becomeWebSocket(flow, side, exchange, marks);
    return;
  }
  if (marks & schema.SECTION_MARK_H2C) {
    becomeHttp2(flow, side, exchange);
    return;
  }
  leave(flow, side, schema.PROTOCOL_UNKNOWN);
  leave(flow, side ^ 1, schema.PROTOCOL_UNKNOWN);
}

/** RFC 7540 section 3.2: the 101 is an interim response, the final one comes in HTTP/2 on stream 1. */
function becomeHttp2(flow: u32, side: u32, exchange: u32): void {
  const peer = side ^ 1;
  const message = head.messageAt(exchange, head.RESPONSE);
  const row = addInterim(
    exchange,
    101,
    u32Of(message, schema.MESSAGES_FIRST_PACKET),
    u32Of(message, schema.MESSAGES_SEQUENCE),
    u32Of(message, schema.MESSAGES_SECTION),
  );
  setU32(row, schema.INTERIMS_REASON, u32Of(head.exchangeAt(exchange), schema.EXCHANGES_REASON));
  setU8(row, schema.INTERIMS_VERSION, u8Of(message, schema.MESSAGES_VERSION));
  head.clearMessage(message);
  setU16(head.exchangeAt(exchange), schema.EXCHANGES_STATUS, 0);
  setU32(head.exchangeAt(exchange), schema.EXCHANGES_REASON, 0);
  if (u8Of(directionAt(flow, peer), schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_HTTP2) {
    leave(flow, peer, schema.PROTOCOL_UNKNOWN);
    http2.upgrade(flow, peer, exchange + 1, 0);
  }
  leave(flow, side, schema.PROTOCOL_UNKNOWN);
  http2.answer(flow, side);
}

/**
 * The preface of HTTP/2 where a request could begin (its method is no other's), or frames in answer to it: the 101 comes late in the
 * capture, or is missing in it. `seen` octets ahead of `at` were the preface's. Answers whether the direction is HTTP/2 now.
 */
export function isHttp2(flow: u32, side: u32, self: usize, at: usize, end: usize, seen: u32): bool {
  if (end - at < 4) return false;
  if (u32At(at) != PRI) {
    const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
    if (other != schema.PROTOCOL_HTTP2 || end - at < HEADER_OCTETS || !isPlausibleHeader(at)) return false;
    leave(flow, side, schema.PROTOCOL_UNKNOWN);
    http2.answer(flow, side);
    return true;
  }
  // A request of that method for something else is one of HTTP/1: the preface goes on with an asterisk.
  if (end - at < 5 || u8At(at + 4) != ASTERISK) return false;
  const previous = u32Of(self, state.SIDE) == head.REQUEST ? u32Of(self, state.PREVIOUS) : 0;
  let exchange: u32 = 0;
  if (previous && u16Of(head.exchangeAt(previous - 1), schema.EXCHANGES_STATUS) == 0) {
    const section = u32Of(head.messageAt(previous - 1, head.REQUEST), schema.MESSAGES_SECTION);
    const marks = u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_MARKS);
    if (marks & schema.SECTION_MARK_H2C) exchange = previous;
  }
  leave(flow, side, schema.PROTOCOL_UNKNOWN);
  http2.upgrade(flow, side, exchange, seen);
  return true;
}

/** RFC 6455 section 4: what follows the 101 are frames, in both directions. */
function becomeWebSocket(flow: u32, side: u32, exchange: u32, marks: u32): void {
  const peer = side ^ 1;
  const asked = state.dissectorOf(flow, peer);
  // Without its request, or with octets after it that were given up, where the client's first frame begins is not known.
  const isAtBorder = asked != 0 && u32Of(asked, state.STATE) == state.START;
  if (u8Of(directionAt(flow, peer), schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_WEBSOCKET) {
    leave(flow, peer, schema.PROTOCOL_UNKNOWN);
  }
  leave(flow, side, schema.PROTOCOL_UNKNOWN);
  websocket.start(flow, side, exchange, head.RESPONSE, marks, true);
  websocket.start(flow, peer, exchange, head.REQUEST, marks, isAtBorder);
}

/**
 * Frames where a 101 was asked for or must have been: it comes late in the capture, or is missing in it. Answers whether the
 * direction is a WebSocket's now.
 */
export function isWebSocket(flow: u32, side: u32, self: usize, at: usize, end: usize): bool {
  if (u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_WEBSOCKET) {
    leave(flow, side, schema.PROTOCOL_UNKNOWN);
    websocket.startAfter(flow, side);
    return true;
  }
  const previous = u32Of(self, state.PREVIOUS);
  if (previous == 0 || u32Of(self, state.SIDE) != head.REQUEST) return false;
  const section = u32Of(head.messageAt(previous - 1, head.REQUEST), schema.MESSAGES_SECTION);
  const marks = u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_MARKS);
  const isOffered = (marks & schema.SECTION_MARK_WEBSOCKET) != 0;
  const isOpen = u16Of(head.exchangeAt(previous - 1), schema.EXCHANGES_STATUS) == 0;
  if (!isOffered || !isOpen || !looksLikeClient(at, end)) return false;
  const isAtBorder = u32Of(self, state.STATE) != state.LOST;
  leave(flow, side, schema.PROTOCOL_UNKNOWN);
  websocket.start(flow, side, previous - 1, head.REQUEST, marks, isAtBorder);
  return true;
}

/** The direction is no longer HTTP/1. */
function leave(flow: u32, side: u32, protocol: u32): void {
  const direction = directionAt(flow, side);
  const self = state.dissectorOf(flow, side);
  if (self) {
    state.destroy(self);
    setU32(direction, schema.DIRECTIONS_DISSECTOR, 0);
  } else {
    forget(direction);
  }
  setU8(direction, schema.DIRECTIONS_PROTOCOL, protocol);
}
