// HTTP/0.9: a request line of two words, answered by content alone.

import { u8At } from '../bytes';
import { setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as head from './http1-head';
import * as state from './http1-state';

/** Whether the direction must answer an HTTP/0.9 request: anything may come. */
export function isAwaited(flow: u32, side: u32): bool {
  if (state.dissectorOf(flow, side ^ 1) == 0) return false;
  const open = head.awaitedExchange(flow);
  return open != 0 && u8Of(head.messageAt(open - 1, head.REQUEST), schema.MESSAGES_VERSION) == 9;
}

/** "GET /": a request line of two words. */
export function isRequest(at: usize, lineFeed: usize): bool {
  if (lineFeed - at < 5 || u8At(at) != 71 || u8At(at + 1) != 69 || u8At(at + 2) != 84 || u8At(at + 3) != 32) {
    return false;
  }
  for (let octet = at + 4; octet < lineFeed; octet++) if (u8At(octet) == 32) return false;
  return true;
}

/** All that comes in answer to HTTP/0.9 is content, up to the end of the connection. */
export function beginAnswer(flow: u32, side: u32, self: usize, sequence: u32, packet: u32): void {
  const exchange = head.exchangeOfBareAnswer(flow, side);
  const message = head.messageAt(exchange, head.RESPONSE);
  setU32(self, state.EXCHANGE, exchange + 1);
  setU32(self, state.PREVIOUS, exchange + 1);
  setU32(self, state.SIDE, head.RESPONSE);
  setF64(message, schema.MESSAGES_START, timeOf(packet));
  setU32(message, schema.MESSAGES_FIRST_PACKET, packet);
  setU32(message, schema.MESSAGES_HEAD_PACKET, packet);
  setU32(message, schema.MESSAGES_SEQUENCE, sequence);
  setU8(message, schema.MESSAGES_VERSION, 9);
  setU8(message, schema.MESSAGES_MARKS, u32Of(self, state.MARKS));
  setU8(message, schema.MESSAGES_STATE, schema.MESSAGE_STATE_IN_BODY);
  setU8(message, schema.MESSAGES_FRAMING, schema.FRAMING_UNTIL_CLOSE);
  setU32(self, state.STATE, state.UNTIL_CLOSE);
}
