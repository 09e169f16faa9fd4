// gRPC-Web over HTTP/1: a call's messages are counted and its status is read while its content passes, as in HTTP/2.

import { addF64, orU8, rowAt, setU32, u32Of } from '../columns';
import * as schema from '../schema';
import * as grpc from './grpc';
import * as web from './grpc-web';
import { messageAt, RESPONSE } from './http1-head';
import * as state from './http1-state';
import { streamOf } from './http1-stream';

const ABSENT: u32 = 0xffffffff;

/** A message of gRPC-Web begins, whose header section has these marks: its content is looked into from here on. */
export function begin(self: usize, section: usize, marks: u32): void {
  const exchange = u32Of(self, state.EXCHANGE) - 1;
  const stream = streamOf(exchange, schema.STREAM_KIND_GRPC_WEB);
  if (u32Of(self, state.SIDE) == RESPONSE) noteStatus(stream - 1, section, true);
  // What is compressed as a whole would have to be inflated first.
  if ((marks & schema.SECTION_MARK_CONTENT_ENCODING) == 0) setU32(self, state.CALL, stream);
}

/** A section may tell how the call ended: the only header section (trailers-only), or trailers of chunks. */
export function noteStatus(stream: u32, section: usize, isHead: bool): void {
  const status = u32Of(section, schema.SECTIONS_GRPC_STATUS);
  if (status == ABSENT) return;
  const row = rowAt(schema.TABLE_STREAMS, stream);
  setU32(row, schema.STREAMS_GRPC_STATUS, status);
  setU32(row, schema.STREAMS_GRPC_MESSAGE, u32Of(section, schema.SECTIONS_GRPC_MESSAGE));
  if (isHead) orU8(row, schema.STREAMS_MARKS, schema.STREAM_MARK_TRAILERS_ONLY);
}

function sideOf(self: usize): usize {
  const stream = u32Of(self, state.CALL) - 1;
  return rowAt(schema.TABLE_STREAM_SIDES, (stream << 1) + u32Of(self, state.SIDE));
}

/** Content of the message at hand, chunks undone. */
export function receive(self: usize, at: usize, n: u32): void {
  const stream = rowAt(schema.TABLE_STREAMS, u32Of(self, state.CALL) - 1);
  const side = sideOf(self);
  const message = messageAt(u32Of(self, state.EXCHANGE) - 1, u32Of(self, state.SIDE));
  const section = rowAt(schema.TABLE_SECTIONS, u32Of(message, schema.MESSAGES_SECTION) - 1);
  const isText = u32Of(section, schema.SECTIONS_MARKS) & schema.SECTION_MARK_GRPC_WEB_TEXT;
  if (isText) web.receiveText(stream, side, at, n, 0);
  else grpc.receive(stream, side, at, n, 0);
  addF64(side, schema.STREAM_SIDES_DATA_OCTETS, n);
}

/** Content that the capture does not have. */
export function skip(self: usize, missing: u32): void {
  grpc.skip(sideOf(self), missing);
}

/** The message is over. */
export function end(self: usize): void {
  grpc.end(sideOf(self));
  setU32(self, state.CALL, 0);
}
