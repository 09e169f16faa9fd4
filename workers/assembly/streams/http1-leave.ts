// Where HTTP/1 ends in a flow: CONNECT, and 101 with what was asked for (RFC 9110 section 7.8).

import { rowAt, setU32, setU8, u16Of, u32Of, u8Of } from '../columns';
import { directionAt } from '../flows/table';
import { currentPacket } from '../issues';
import * as schema from '../schema';
import * as head from './http1-head';
import * as state from './http1-state';
import { forget } from './sniff';
import * as websocket from './websocket';
import { looksLikeClient } from './websocket-frame';

/** The packet that ended HTTP/1 in a flow, the last one that did. */
export let leftIn: u32 = 0;

/** What follows the final response that came on `side`; `marks` are those of its header section. */
export function upgrade(flow: u32, side: u32, exchange: u32, marks: u32): void {
  leftIn = currentPacket;
  if (marks & schema.SECTION_MARK_WEBSOCKET) {
    becomeWebSocket(flow, side, exchange, marks);
    return;
  }
  let protocol: u32 = schema.PROTOCOL_UNKNOWN;
  if (marks & schema.SECTION_MARK_H2C) protocol = schema.PROTOCOL_HTTP2;
  leave(flow, side, protocol);
  leave(flow, side ^ 1, protocol);
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
