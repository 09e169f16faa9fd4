// Where the dissector of one direction of HTTP/2 stands between two pieces of its byte stream.

import { copyOctets } from '../bytes';
import { setU32, u32Of, u8Of } from '../columns';
import { directionAt } from '../flows/table';
import { issue } from '../issues';
import { allocate, reallocate, release } from '../memory';
import * as schema from '../schema';
import * as hpack from './hpack-table';

/** In the client's preface (RFC 9113 section 3.4). */
export const PREFACE: u32 = 0;
/** At the border of a frame or in its header. */
export const HEADER: u32 = 1;
export const PAYLOAD: u32 = 2;
/** The border of frames is lost: a segment that begins with frames is waited for. */
export const LOST: u32 = 3;

/** Fields of the state: one of the above. */
export const STATE: usize = 0;
/** What both directions share: http2-streams.ts. */
export const CONNECTION: usize = 4;
/** Octets of the preface or of the frame header that were seen. */
export const SEEN: usize = 8;
export const HEADER_OCTETS: usize = 12; // 12 octets
/** The frame at hand; octets of its payload still to come. */
export const LENGTH: usize = 24;
export const TYPE: usize = 28;
export const FLAGS: usize = 32;
export const STREAM: usize = 36;
export const REMAINING: usize = 40;
export const FRAME_SEQUENCE: usize = 44;
export const FRAME_PACKET: usize = 48;
/** What becomes of the payload: one of the below. */
export const MODE: usize = 52;
/** Row plus one of the stream of a DATA frame; octets of its content still to come. */
export const DATA_STREAM: usize = 56;
export const DATA_LEFT: usize = 60;
/** The header block at hand, then what there is of the frame's payload. */
export const BUFFER: usize = 64;
export const BUFFER_LENGTH: usize = 68;
export const BUFFER_ROOM: usize = 72;
/** The header block that awaits CONTINUATION: its stream (0: none), type and flags of its first frame, where that began. */
export const BLOCK_STREAM: usize = 76;
export const BLOCK_TYPE: usize = 80;
export const BLOCK_FLAGS: usize = 84;
export const BLOCK_SEQUENCE: usize = 88;
export const BLOCK_PACKET: usize = 92;
/** Octets of it in the buffer; octets of its frames on the wire; the stream that a PUSH_PROMISE promises. */
export const BLOCK_LENGTH: usize = 96;
export const BLOCK_WIRE: usize = 100;
export const BLOCK_PROMISED: usize = 104;
/** MESSAGE_MARK_… of the block: what keeps it from being decoded. */
export const BLOCK_MARKS: usize = 108;
export const LAST_PACKET: usize = 112;
/** How often the border of frames was lost. */
export const GAPS: usize = 116;
/** 1 where the direction was not seen from its first frame, or has gaps: streams may have begun out of sight. */
export const IS_PARTIAL: usize = 120;
/** Longest frame this side said that it takes; 0 where its SETTINGS were not seen. */
export const MOST_FRAME: usize = 124;
/** Largest HPACK table this side said that it takes, and 1 where it takes :protocol (RFC 8441 section 3). */
export const MOST_TABLE: usize = 128;
export const TAKES_PROTOCOL: usize = 132;
/** The HPACK table of what this side sends. */
export const TABLE: usize = 136;
const SIZE: usize = TABLE + hpack.TABLE_SIZE;

/** Values of MODE: passed over, content of DATA, the pad length before it, gathered until it is whole. */
export const SKIP: u32 = 0;
export const DATA: u32 = 1;
export const PAD_LENGTH: u32 = 2;
export const GATHER: u32 = 3;

/** The state of a direction; 0 where it does not speak HTTP/2, or is over. */
export function dissectorOf(flow: u32, side: u32): usize {
  const direction = directionAt(flow, side);
  if (u8Of(direction, schema.DIRECTIONS_PROTOCOL) != schema.PROTOCOL_HTTP2) return 0;
  return u32Of(direction, schema.DIRECTIONS_DISSECTOR);
}

/** A state at the given place. */
export function create(connection: usize, at: u32, isWhole: bool): usize {
  const state = allocate(SIZE);
  setU32(state, STATE, at);
  setU32(state, CONNECTION, <u32>connection);
  setU32(state, IS_PARTIAL, isWhole ? 0 : 1);
  hpack.begin(state + TABLE, isWhole);
  return state;
}

/** Gives a state and its buffers back. */
export function destroy(state: usize): void {
  dropBuffer(state);
  hpack.destroy(state + TABLE);
  release(state, SIZE);
}

/** Appends octets to the buffer. */
export function buffer(state: usize, at: usize, length: u32): void {
  const used = u32Of(state, BUFFER_LENGTH);
  const room = u32Of(state, BUFFER_ROOM);
  if (room < used + length) {
    const wider = max<u32>((used + length) << 1, 1024);
    setU32(state, BUFFER, <u32>reallocate(u32Of(state, BUFFER), used, room, wider));
    setU32(state, BUFFER_ROOM, wider);
  }
  copyOctets(<usize>u32Of(state, BUFFER) + used, at, length);
  setU32(state, BUFFER_LENGTH, used + length);
}

/** Lets go of the buffer. */
export function dropBuffer(state: usize): void {
  const room = u32Of(state, BUFFER_ROOM);
  if (room) release(u32Of(state, BUFFER), room);
  setU32(state, BUFFER_ROOM, 0);
  setU32(state, BUFFER_LENGTH, 0);
  setU32(state, BLOCK_LENGTH, 0);
}

/** The frame at hand is not what its type allows, or comes where it may not. */
export function malformed(self: usize): void {
  issue(schema.ISSUE_CODE_HTTP2_FRAME_MALFORMED, u32Of(self, TYPE), u32Of(self, LENGTH));
}
