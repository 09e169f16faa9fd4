// Frames of HTTP/2 about a connection, or that end a stream (RFC 9113 sections 6.4 to 6.8): a row each.

import { u16At, u32At } from '../bytes';
import { appendRow, setU32, setU8, u32Of } from '../columns';
import * as schema from '../schema';
import { intern } from '../strings';
import { ACK, DEFAULT_FRAME_OCTETS } from './http2-frame';
import * as state from './http2-state';
import * as connections from './http2-streams';
import * as windows from './http2-window';

/** Octets of GOAWAY's debug data, and of SETTINGS, that are kept: whole parameters. */
const MOST_TEXT: u32 = 1020;
/** Octets of an HPACK table where no other size was agreed on, and parameters (RFC 9113 section 6.5.2, RFC 8441 section 3). */
const DEFAULT_TABLE_OCTETS: u32 = 4096;
const HEADER_TABLE_SIZE: u32 = 1;
const INITIAL_WINDOW_SIZE: u32 = 4;
const MAX_FRAME_SIZE: u32 = 5;
const ENABLE_CONNECT_PROTOCOL: u32 = 8;

/** The frame of the state, whose payload is in [at, end): RST_STREAM, SETTINGS, PING or GOAWAY. */
export function receive(flow: u32, side: u32, self: usize, at: usize, end: usize): void {
  const type = u32Of(self, state.TYPE);
  const flags = u32Of(self, state.FLAGS);
  const stream = u32Of(self, state.STREAM);
  const row = controlRow(flow, side, self);
  const connection = u32Of(self, state.CONNECTION);
  if (type == schema.FRAME_TYPE_RST_STREAM) {
    setU32(row, schema.CONTROL_FRAMES_VALUE, u32At(at));
    const found = connections.find(connection, stream);
    if (found == 0) return;
    const sideRow = connections.sideAt(found - 1, side == connections.clientOf(connection) ? 0 : 1);
    if (u32Of(sideRow, schema.STREAM_SIDES_END_PACKET) == 0) {
      setU32(sideRow, schema.STREAM_SIDES_END_PACKET, u32Of(self, state.FRAME_PACKET));
      setU32(sideRow, schema.STREAM_SIDES_END_CODE, u32At(at));
    }
    connections.resetStream(connection, flow, found - 1);
  } else if (type == schema.FRAME_TYPE_GOAWAY) {
    setU32(row, schema.CONTROL_FRAMES_LAST_STREAM, u32At(at) & 0x7fffffff);
    setU32(row, schema.CONTROL_FRAMES_VALUE, u32At(at + 4));
    const text = min<usize>(end - at - 8, MOST_TEXT);
    if (text) setU32(row, schema.CONTROL_FRAMES_TEXT, intern(at + 8, text));
    connections.goAway(connection, side, u32At(at) & 0x7fffffff);
  } else if (type == schema.FRAME_TYPE_SETTINGS) {
    const length = <u32>(end - at);
    setU32(row, schema.CONTROL_FRAMES_VALUE, length / 6);
    if (length) setU32(row, schema.CONTROL_FRAMES_TEXT, intern(at, min<u32>(length, MOST_TEXT)));
    if (flags & ACK) return;
    parameters(side, self, at, end);
  }
}

/** What a side takes. Of several values the largest stands: the sender may not have seen the last one. */
function parameters(side: u32, self: usize, at: usize, end: usize): void {
  raise(self, state.MOST_FRAME, DEFAULT_FRAME_OCTETS);
  raise(self, state.MOST_TABLE, DEFAULT_TABLE_OCTETS);
  for (; at < end; at += 6) {
    const identifier = u16At(at);
    const value = u32At(at + 2);
    if (identifier == MAX_FRAME_SIZE) raise(self, state.MOST_FRAME, value);
    else if (identifier == HEADER_TABLE_SIZE) raise(self, state.MOST_TABLE, value);
    else if (identifier == INITIAL_WINDOW_SIZE) windows.setInitial(side, self, value);
    else if (identifier == ENABLE_CONNECT_PROTOCOL && value == 1) setU32(self, state.TAKES_PROTOCOL, 1);
  }
}

function raise(self: usize, field: usize, value: u32): void {
  if (value > u32Of(self, field)) setU32(self, field, value);
}

/** A row for the frame at hand. */
function controlRow(flow: u32, side: u32, self: usize): usize {
  const row = appendRow(schema.TABLE_CONTROL_FRAMES);
  setU32(row, schema.CONTROL_FRAMES_PACKET, u32Of(self, state.FRAME_PACKET));
  setU32(row, schema.CONTROL_FRAMES_FLOW, flow);
  setU32(row, schema.CONTROL_FRAMES_STREAM, u32Of(self, state.STREAM));
  setU8(row, schema.CONTROL_FRAMES_TYPE, u32Of(self, state.TYPE));
  setU8(row, schema.CONTROL_FRAMES_FLAGS, u32Of(self, state.FLAGS));
  setU8(row, schema.CONTROL_FRAMES_SIDE, side);
  return row;
}
