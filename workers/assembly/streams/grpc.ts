// The messages of a gRPC call in the content of its sides: a flag and a length of four octets before each
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), wherever frames and segments cut them.

import { u8At } from '../bytes';
import { addU32, f64Of, orU8, setU32, setU8, u32Of, u8Of } from '../columns';
import * as schema from '../schema';
import * as web from './grpc-web';

const PREFIX_OCTETS: u32 = 5;
const COMPRESSED: u32 = 1;
/** gRPC-Web: what follows is the trailer section. */
const TRAILERS: u32 = 128;

/** Content of the side of a call. `marks` are its message's: where it began out of sight the border is not known. */
export function receive(stream: usize, side: usize, at: usize, n: u32, marks: u32): void {
  if (u8Of(side, schema.STREAM_SIDES_MARKS) & schema.STREAM_SIDE_MARK_BORDER_LOST) return;
  const isFirst = f64Of(side, schema.STREAM_SIDES_DATA_OCTETS) == 0;
  if (isFirst ? marks & schema.MESSAGE_MARK_RESYNCHRONIZED : !isBegun(side)) {
    orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_BORDER_LOST);
    return;
  }
  const end = at + n;
  while (at < end) {
    const remaining = u32Of(side, schema.STREAM_SIDES_REMAINING);
    if (remaining && u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS) == 0) {
      const more = min<u32>(remaining, <u32>(end - at));
      setU32(side, schema.STREAM_SIDES_REMAINING, remaining - more);
      if (u32Of(side, schema.STREAM_SIDES_DISSECTOR)) web.gather(stream, side, at, more);
      at += more;
    } else {
      prefix(stream, side, at, end);
      at++;
    }
  }
}

/** Whether any message was seen to begin. */
function isBegun(side: usize): bool {
  return (
    u32Of(side, schema.STREAM_SIDES_MESSAGES) != 0 ||
    u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS) != 0 ||
    u32Of(side, schema.STREAM_SIDES_REMAINING) != 0 ||
    u32Of(side, schema.STREAM_SIDES_DISSECTOR) != 0
  );
}

/** The octet at `at` is one of the five ahead of a message. */
function prefix(stream: usize, side: usize, at: usize, end: usize): void {
  const before = u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS);
  const octet = u8At(at);
  if (before == 0) {
    const isTrailers =
      (octet & TRAILERS) != 0 && u8Of(stream, schema.STREAMS_KIND) == schema.STREAM_KIND_GRPC_WEB;
    if (!isTrailers) addU32(side, schema.STREAM_SIDES_MESSAGES, 1);
    if (octet & COMPRESSED) orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_COMPRESSED);
    setU32(side, schema.STREAM_SIDES_REMAINING, 0);
    setU8(side, schema.STREAM_SIDES_PREFIX_OCTETS, isTrailers ? 1 | TRAILERS : 1);
    return;
  }
  const seen = (before & ~TRAILERS) + 1;
  const length = (u32Of(side, schema.STREAM_SIDES_REMAINING) << 8) | octet;
  setU32(side, schema.STREAM_SIDES_REMAINING, length);
  setU8(side, schema.STREAM_SIDES_PREFIX_OCTETS, seen == PREFIX_OCTETS ? 0 : before + 1);
  if (seen == PREFIX_OCTETS && before & TRAILERS) web.beginTrailers(stream, side, at + 1, end, length);
}

/** Octets of the content that the capture does not have; `missing` is 0xffffffff where their number is not known. */
export function skip(side: usize, missing: u32): void {
  const isInside = u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS) == 0;
  const remaining = isInside ? u32Of(side, schema.STREAM_SIDES_REMAINING) : 0;
  // What is missing of trailers, or of Base64, is not bridged.
  const isOpaque = u32Of(side, schema.STREAM_SIDES_DISSECTOR) != 0;
  let marks: u32 = schema.STREAM_SIDE_MARK_GAP;
  if (remaining >= missing && !isOpaque) setU32(side, schema.STREAM_SIDES_REMAINING, remaining - missing);
  else marks |= schema.STREAM_SIDE_MARK_BORDER_LOST;
  orU8(side, schema.STREAM_SIDES_MARKS, marks);
}

/** The side is over: whether its last message is whole. */
export function end(side: usize): void {
  const isLost = u8Of(side, schema.STREAM_SIDES_MARKS) & schema.STREAM_SIDE_MARK_BORDER_LOST;
  const isInside =
    u32Of(side, schema.STREAM_SIDES_REMAINING) != 0 || u8Of(side, schema.STREAM_SIDES_PREFIX_OCTETS) != 0;
  if (isInside && !isLost) {
    orU8(side, schema.STREAM_SIDES_MARKS, schema.STREAM_SIDE_MARK_MESSAGE_CUT);
  }
  if (u32Of(side, schema.STREAM_SIDES_DISSECTOR)) web.end(side);
}
