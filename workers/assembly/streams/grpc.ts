// The messages of a gRPC call in the content of DATA frames: a flag and a length of four octets before each
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), wherever frames and segments cut them.

import { u8At } from '../bytes';
import { addU32, f64Of, orU8, setF64, setU32, setU8, u32Of, u8Of } from '../columns';
import * as schema from '../schema';

const PREFIX_OCTETS: u32 = 5;
const COMPRESSED: u32 = 1;

/** Content of the side of a call. `marks` are its message's: where it began out of sight the border is not known. */
export function receive(side: usize, at: usize, n: u32, marks: u32): void {
  if (u8Of(side, schema.STREAM_SIDES_MARKS) & schema.STREAM_SIDE_MARK_BORDER_LOST) return;
  const isFirst = f64Of(side, schema.STREAM_SIDES_DATA_OCTETS) == 0;
  if (isFirst ? marks & schema.MESSAGE_MARK_RESYNCHRONIZED : u32Of(side, schema.STREAM_SIDES_MESSAGES) == 0) {
    orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_BORDER_LOST);
    return;
  }
  const end = at + n;
  while (at < end) {
    const remaining = f64Of(side, schema.STREAM_SIDES_REMAINING);
    if (remaining > 0) {
      const more = min<f64>(remaining, <f64>(end - at));
      setF64(side, schema.STREAM_SIDES_REMAINING, remaining - more);
      at += <usize>more;
      continue;
    }
    const seen = u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS);
    const octet = u8At(at);
    at++;
    if (seen == 0) {
      addU32(side, schema.STREAM_SIDES_MESSAGES, 1);
      if (octet & COMPRESSED) orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_COMPRESSED);
      setU32(side, schema.STREAM_SIDES_PREFIX, 0);
      setU8(side, schema.STREAM_SIDES_PREFIX_OCTETS, 1);
    } else {
      const length = (u32Of(side, schema.STREAM_SIDES_PREFIX) << 8) | octet;
      setU32(side, schema.STREAM_SIDES_PREFIX, length);
      setU8(side, schema.STREAM_SIDES_PREFIX_OCTETS, seen + 1 == PREFIX_OCTETS ? 0 : seen + 1);
      if (seen + 1 == PREFIX_OCTETS) setF64(side, schema.STREAM_SIDES_REMAINING, length);
    }
  }
}

/** Octets of the content that the capture does not have; `missing` is 0xffffffff where their number is not known. */
export function skip(side: usize, missing: u32): void {
  const remaining = f64Of(side, schema.STREAM_SIDES_REMAINING);
  let marks: u32 = schema.STREAM_SIDE_MARK_GAP;
  if (remaining >= <f64>missing) setF64(side, schema.STREAM_SIDES_REMAINING, remaining - <f64>missing);
  else marks |= schema.STREAM_SIDE_MARK_BORDER_LOST;
  orU8(side, schema.STREAM_SIDES_MARKS, marks);
}

/** The side is over: whether its last message is whole. */
export function end(side: usize): void {
  if (f64Of(side, schema.STREAM_SIDES_REMAINING) > 0 || u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS)) {
    orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_MESSAGE_CUT);
  }
}
