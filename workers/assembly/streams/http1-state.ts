// Where the dissector of one direction of HTTP/1 stands between two pieces of its byte stream.

import { allocate, reallocate, release } from '../memory';
import { copyOctets } from '../bytes';
import { setF64, setU32, u32Of, u8Of, f64Of } from '../columns';
import { directionAt } from '../flows/table';
import * as schema from '../schema';

/** At the border of a message. */
export const START: u32 = 0;
/** In a start line or header section, kept in the buffer. */
export const HEAD: u32 = 1;
/** In the body, by its framing. */
export const CONTENT: u32 = 2;
export const CHUNK_SIZE: u32 = 3;
export const CHUNK_DATA: u32 = 4;
export const CHUNK_END: u32 = 5;
export const TRAILERS: u32 = 6;
export const UNTIL_CLOSE: u32 = 7;
/** The border of messages is lost: a segment that begins like a message is waited for. */
export const LOST: u32 = 8;
/** As LOST, and what came was seen to begin no message and no frame: only a message is waited for. */
export const FOREIGN: u32 = 9;

/** Fields of the state: one of the above. */
export const STATE: usize = 0;
/** Row of the exchange at hand, plus one. */
export const EXCHANGE: usize = 4;
/** 0 the message at hand is a request, 1 a response. */
export const SIDE: usize = 8;
export const BUFFER: usize = 12;
export const BUFFER_LENGTH: usize = 16;
export const BUFFER_ROOM: usize = 20;
/** Sequence number and packet of the message's first octet. */
export const SEQUENCE: usize = 24;
export const FIRST_PACKET: usize = 28;
/** Octets of content or of the chunk still to come; octets of the body so far. */
export const REMAINING: usize = 32;
export const BODY: usize = 40;
export const LAST_PACKET: usize = 48;
/** MESSAGE_MARK_… of the message at hand or the next one. */
export const MARKS: usize = 52;
/** In CHUNK_END: whether CR was seen. In the buffer: octets in which no end of the head was found. */
export const SCANNED: usize = 56;
/** Row plus one of the exchange of the last complete message of this direction. */
export const PREVIOUS: usize = 60;
/** Row plus one of the stream of a gRPC-Web call whose content is at hand; 0 for other content. */
export const CALL: usize = 64;
const SIZE: usize = 72;

/** The state of a direction; 0 where it does not speak HTTP/1. */
export function dissectorOf(flow: u32, side: u32): usize {
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_HTTP1) return 0;
  return u32Of(direction, schema.DIRECTIONS_DISSECTOR);
}

/** A state at the border of a message. */
export function create(): usize {
  return allocate(SIZE);
}

/** Gives a state and its buffer back. */
export function destroy(state: usize): void {
  dropBuffer(state);
  release(state, SIZE);
}

/** Room behind the buffered octets: a search for the end of a line loads words that reach beyond it. */
const AHEAD: u32 = 16;

/** Appends octets to the buffer. */
export function buffer(state: usize, at: usize, length: u32): void {
  const used = u32Of(state, BUFFER_LENGTH);
  const room = u32Of(state, BUFFER_ROOM);
  if (room < used + length + AHEAD) {
    const wider = max<u32>((used + length) << 1, 1024) + AHEAD;
    setU32(state, BUFFER, <u32>reallocate(u32Of(state, BUFFER), used, room, wider));
    setU32(state, BUFFER_ROOM, wider);
  }
  copyOctets(<usize>u32Of(state, BUFFER) + used, at, length);
  setU32(state, BUFFER_LENGTH, used + length);
}

/** Empties the buffer and keeps its room. */
export function clearBuffer(state: usize): void {
  setU32(state, BUFFER_LENGTH, 0);
  setU32(state, SCANNED, 0);
}

function dropBuffer(state: usize): void {
  const room = u32Of(state, BUFFER_ROOM);
  if (room) release(u32Of(state, BUFFER), room);
  setU32(state, BUFFER_ROOM, 0);
  setU32(state, BUFFER_LENGTH, 0);
}

/** Ready for the next message. */
export function reset(state: usize, next: u32): void {
  setU32(state, STATE, next);
  setU32(state, EXCHANGE, 0);
  setU32(state, CALL, 0);
  setU32(state, MARKS, 0);
  setF64(state, REMAINING, 0);
  setF64(state, BODY, 0);
  // Most heads come whole: the room of a split one is not kept for the life of the connection.
  dropBuffer(state);
  setU32(state, SCANNED, 0);
}

/** Takes n octets off what remains, and counts them as body. */
export function take(state: usize, n: f64): void {
  setF64(state, REMAINING, f64Of(state, REMAINING) - n);
  setF64(state, BODY, f64Of(state, BODY) + n);
}
