// A WebSocket that was open before the capture began. Masked octets tell nothing by themselves; a chain of frames does: each begins
// where the one before ended, and some end where their segment ends. Believed where both sides of a flow show one, masked from one
// of them and unmasked from the other. Until then the frames are counted on the side, into a row of their own.

import { copyOctets, has, u8At } from '../bytes';
import { orU32, orU8, rowAt, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import { directionAt, flowAt } from '../flows/table';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import { timeOf } from '../times';
import { createExchange, messageAt, REQUEST, RESPONSE } from './http1-head';
import { streamOf } from './http1-stream';
import * as websocket from './websocket';
import * as frame from './websocket-frame';
import * as state from './websocket-state';

/** Frames that each side must have begun, each where the one before ended; segments that ended with a frame. */
const FRAMES: u32 = 3;
const ENDINGS: u32 = 2;
/** Octets of payload above which a frame is not believed before others follow it. */
const MOST: f64 = 16_777_216;

// The chain of a direction stands in place of octets that wait to be told (sniff.ts), which begin with their number.
const TAG: usize = 0;
const IS_CHAIN: u32 = 0xffffffff;
const DISSECTOR: usize = 4;
const ENDED: usize = 8;
const PACKET: usize = 12;
const SEQUENCE: usize = 16;
const ROW: usize = 24;
const SIZE: usize = ROW + schema.STREAM_SIDES_ROW_SIZE;

/** Whether what waits in a direction is a chain. */
export function isChain(waiting: usize): bool {
  return u32Of(waiting, TAG) == IS_CHAIN;
}

/** Whether frames followed frames: octets that look like another protocol are theirs. */
export function isProven(chain: usize): bool {
  return u32Of(chain + ROW, schema.STREAM_SIDES_FRAMES) >= FRAMES;
}

/** Gives a chain back. */
export function drop(chain: usize): void {
  state.destroy(u32Of(chain, DISSECTOR));
  release(chain, SIZE);
}

/** Whether the octets begin like the first frame of a chain: not in the middle of a message, and not of any length. */
function canBegin(at: usize, end: usize): bool {
  if (!has(at, end, 2) || (u8At(at) & 15) == 0) return false;
  const second = u8At(at + 1);
  if (!has(at, end, frame.headerOctets(second)) || frame.lengthOf(at) > MOST) return false;
  if ((u8At(at) & 0x80) == 0 && (second & 127) == 0) return false;
  return frame.isValid(at, frame.DEFLATE | (second & 0x80 ? frame.FROM_CLIENT : 0));
}

/** Octets that are of no protocol, in a flow that the capture has from its middle: perhaps a chain begins with them. */
export function offer(flow: u32, side: u32, at: usize, length: u32, sequence: u32, packet: u32): void {
  if ((u32Of(flowAt(flow), schema.FLOWS_MARKS) & schema.FLOW_MARK_MIDSTREAM) == 0) return;
  const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
  if (other != schema.PROTOCOL_UNKNOWN || !canBegin(at, at + length)) return;
  const chain = allocate(SIZE);
  const self = state.create(chain + ROW, 0);
  setU32(self, state.FLAGS, frame.DEFLATE | (u8At(at + 1) & 0x80 ? frame.FROM_CLIENT : 0));
  setU32(chain, TAG, IS_CHAIN);
  setU32(chain, DISSECTOR, <u32>self);
  setU32(chain, PACKET, packet);
  setU32(chain, SEQUENCE, sequence);
  setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, <u32>chain);
  take(flow, side, at, length, packet);
}

/** Octets that go on with the chain of a direction; false where they do not: the chain is no more. */
export function take(flow: u32, side: u32, at: usize, length: u32, packet: u32): bool {
  const direction = directionAt(flow, side);
  const chain = <usize>u32Of(direction, schema.DIRECTIONS_DISSECTOR);
  const self = <usize>u32Of(chain, DISSECTOR);
  const before = u32Of(chain + ROW, schema.STREAM_SIDES_FRAMES);
  websocket.take(self, at, length, packet);
  const wrong = schema.STREAM_SIDE_MARK_INVALID_FRAME | schema.STREAM_SIDE_MARK_BORDER_LOST;
  const isWrong = (u8Of(chain + ROW, schema.STREAM_SIDES_MARKS) & wrong) != 0;
  if (isWrong || websocket.isBeyond(self, MOST)) {
    setU32(direction, schema.DIRECTIONS_DISSECTOR, 0);
    drop(chain);
    return false;
  }
  const isNew = u32Of(chain + ROW, schema.STREAM_SIDES_FRAMES) > before;
  if (isNew && websocket.isAtBorder(self)) setU32(chain, ENDED, u32Of(chain, ENDED) + 1);
  if (isShown(chain)) believe(flow, side);
  return true;
}

function isShown(chain: usize): bool {
  return u32Of(chain + ROW, schema.STREAM_SIDES_FRAMES) >= FRAMES && u32Of(chain, ENDED) >= ENDINGS;
}

function isClient(chain: usize): bool {
  return (u32Of(u32Of(chain, DISSECTOR), state.FLAGS) & frame.FROM_CLIENT) != 0;
}

/** The chain of `side` is long enough: with one of the other side that is, too, and has the other role, they are a WebSocket. */
function believe(flow: u32, side: u32): void {
  const other = directionAt(flow, side ^ 1);
  if (u8Of(other, schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_UNKNOWN) return;
  const chain = <usize>u32Of(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR);
  const peer = <usize>u32Of(other, schema.DIRECTIONS_DISSECTOR);
  if (peer == 0 || !isChain(peer) || !isShown(peer) || isClient(peer) == isClient(chain)) return;
  const client = isClient(chain) ? side : side ^ 1;
  if (client) orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_CLIENT_IS_RESPONDER);
  const exchange = createExchange(flow);
  const stream = streamOf(exchange, schema.STREAM_KIND_WEBSOCKET) - 1;
  orU8(rowAt(schema.TABLE_STREAMS, stream), schema.STREAMS_MARKS, schema.STREAM_MARK_HANDSHAKE_MISSING);
  become(flow, client, exchange, REQUEST, (stream << 1) + REQUEST);
  become(flow, client ^ 1, exchange, RESPONSE, (stream << 1) + RESPONSE);
}

/** What a side sends is from its chain on a message of the exchange, without a head, and counted in its row. */
function become(flow: u32, side: u32, exchange: u32, messageSide: u32, sideRow: u32): void {
  const direction = directionAt(flow, side);
  const chain = <usize>u32Of(direction, schema.DIRECTIONS_DISSECTOR);
  const self = <usize>u32Of(chain, DISSECTOR);
  const packet = u32Of(chain, PACKET);
  const message = messageAt(exchange, messageSide);
  setF64(message, schema.MESSAGES_START, timeOf(packet));
  setU32(message, schema.MESSAGES_FIRST_PACKET, packet);
  setU32(message, schema.MESSAGES_HEAD_PACKET, packet);
  setU32(message, schema.MESSAGES_LAST_PACKET, packet);
  setU32(message, schema.MESSAGES_SEQUENCE, u32Of(chain, SEQUENCE));
  setU8(message, schema.MESSAGES_FRAMING, schema.FRAMING_TUNNEL);
  setU8(message, schema.MESSAGES_STATE, schema.MESSAGE_STATE_COMPLETE);
  setU8(message, schema.MESSAGES_MARKS, schema.MESSAGE_MARK_RESYNCHRONIZED);
  const row = rowAt(schema.TABLE_STREAM_SIDES, sideRow);
  copyOctets(row, chain + ROW, schema.STREAM_SIDES_ROW_SIZE);
  setU32(self, state.ROW, <u32>row);
  setU32(self, state.MESSAGE, <u32>message);
  setU8(direction, schema.DIRECTIONS_PROTOCOL, schema.PROTOCOL_WEBSOCKET);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>self);
  release(chain, SIZE);
}
