// Header blocks of HTTP/2 on their way to the decoder: what HEADERS, PUSH_PROMISE and CONTINUATION frames hold of them (RFC 9113 section
// 4.3).

import { copyOctets, u32At, u8At } from '../bytes';
import { setU32, u32Of } from '../columns';
import { issue } from '../issues';
import * as schema from '../schema';
import { END_HEADERS, HEADER_OCTETS, PADDED, PRIORITY } from './http2-frame';
import { block } from './http2-message';
import * as state from './http2-state';

/** A HEADERS or PUSH_PROMISE frame begins a header block. */
export function begin(self: usize): void {
  setU32(self, state.BLOCK_STREAM, u32Of(self, state.STREAM));
  setU32(self, state.BLOCK_TYPE, u32Of(self, state.TYPE));
  setU32(self, state.BLOCK_FLAGS, u32Of(self, state.FLAGS));
  setU32(self, state.BLOCK_SEQUENCE, u32Of(self, state.FRAME_SEQUENCE));
  setU32(self, state.BLOCK_PACKET, u32Of(self, state.FRAME_PACKET));
  setU32(self, state.BLOCK_WIRE, 0);
  setU32(self, state.BLOCK_MARKS, 0);
  setU32(self, state.BLOCK_PROMISED, 0);
}

/** A frame brings a part of the block: the mode for its payload. It is gathered while the whole stays below the cap. */
export function gather(self: usize, length: u32): u32 {
  setU32(self, state.BLOCK_WIRE, u32Of(self, state.BLOCK_WIRE) + HEADER_OCTETS + length);
  const all = u32Of(self, state.BLOCK_LENGTH) + length;
  if (all <= schema.LIMIT_HEAD_OCTETS && u32Of(self, state.BLOCK_MARKS) == 0) return state.GATHER;
  if (u32Of(self, state.BLOCK_MARKS) == 0) {
    issue(schema.ISSUE_CODE_HEAD_LIMIT, all, schema.LIMIT_HEAD_OCTETS);
    setU32(self, state.BLOCK_MARKS, schema.MESSAGE_MARK_TEXT_DROPPED);
    state.dropBuffer(self);
  }
  return state.SKIP;
}

/** What a HEADERS, PUSH_PROMISE or CONTINUATION frame holds of its header block. */
export function fragment(flow: u32, side: u32, self: usize, at: usize, end: usize): void {
  const type = u32Of(self, state.TYPE);
  const flags = u32Of(self, state.FLAGS);
  let padding: usize = 0;
  if (type != schema.FRAME_TYPE_CONTINUATION) {
    if (flags & PADDED) padding = u8At(at++);
    if (type == schema.FRAME_TYPE_PUSH_PROMISE) {
      setU32(self, state.BLOCK_PROMISED, u32At(at) & 0x7fffffff);
      at += 4;
    } else if (flags & PRIORITY) {
      at += 5;
    }
  }
  if (end - at < padding) {
    state.malformed(self);
    padding = end - at;
  }
  end -= padding;
  const had = u32Of(self, state.BLOCK_LENGTH);
  if (had == 0 && flags & END_HEADERS) {
    setU32(self, state.BLOCK_LENGTH, 0);
    decode(flow, side, self, at, end, 0);
    return;
  }
  // What was gathered of the frame is in the buffer itself; it moves up to the block.
  const length = <u32>(end - at);
  if (u32Of(self, state.BUFFER_LENGTH) > had) {
    copyOctets(<usize>u32Of(self, state.BUFFER) + had, at, length);
    setU32(self, state.BUFFER_LENGTH, had + length);
  } else {
    state.buffer(self, at, length);
  }
  setU32(self, state.BLOCK_LENGTH, had + length);
  if (flags & END_HEADERS) finish(flow, side, self, 0);
}

/** The header block in the buffer has ended, or is cut off and its message's MESSAGE_STATE_… is `as`. */
export function finish(flow: u32, side: u32, self: usize, as: u32): void {
  const from = <usize>u32Of(self, state.BUFFER);
  decode(flow, side, self, from, from + u32Of(self, state.BLOCK_LENGTH), as);
}

function decode(flow: u32, side: u32, self: usize, at: usize, end: usize, as: u32): void {
  block(flow, side, self, at, end, as);
  setU32(self, state.BLOCK_STREAM, 0);
  if (u32Of(self, state.BUFFER_ROOM)) state.dropBuffer(self);
}

/** A header block that cannot be read to its end: what there is of it makes the row. */
export function cut(flow: u32, side: u32, self: usize, as: u32): void {
  if (u32Of(self, state.BLOCK_STREAM) == 0) return;
  // Of a frame that was gathered in part, the header block's own octets.
  const isInside = u32Of(self, state.STATE) == state.PAYLOAD && u32Of(self, state.MODE) == state.GATHER;
  const type = u32Of(self, state.TYPE);
  const flags = u32Of(self, state.FLAGS);
  const at = <usize>u32Of(self, state.BUFFER) + u32Of(self, state.BLOCK_LENGTH);
  let length = u32Of(self, state.BUFFER_LENGTH) - u32Of(self, state.BLOCK_LENGTH);
  if (isInside && type != schema.FRAME_TYPE_CONTINUATION) {
    let before: u32 = flags & PADDED ? 1 : 0;
    if (type == schema.FRAME_TYPE_PUSH_PROMISE) before += 4;
    else if (flags & PRIORITY) before += 5;
    // Padding is not part of the block, nor is what would follow it.
    const padding: u32 = flags & PADDED && length ? u8At(at) : 0;
    const whole = u32Of(self, state.LENGTH) - before;
    length = length > before ? min<u32>(length - before, whole > padding ? whole - padding : 0) : 0;
    if (length) copyOctets(at, at + before, length);
    if (type == schema.FRAME_TYPE_PUSH_PROMISE) length = 0;
  }
  setU32(self, state.BLOCK_LENGTH, u32Of(self, state.BLOCK_LENGTH) + length);
  finish(flow, side, self, as);
}
