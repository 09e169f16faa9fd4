// What gRPC-Web has beyond gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md): trailers in the content, Base64.

import { copyOctets, findLineFeed, findOctet, foldedHash, has, u8At } from '../bytes';
import { setU32, setU8, u32Of } from '../columns';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import { intern } from '../strings';
import { receive } from './grpc';
import { numberIn } from './http1-section';

/** Octets of trailers that are kept where they come in pieces: a status, and a message of some lines. */
const MOST_TRAILERS: u32 = 4080;

// The state of a side. Letters of Base64 that make no whole group yet: how many, and their bits.
const LETTERS: usize = 0;
const BITS: usize = 4;
/** Octets of trailers that are there, and that are to come; 0 where none began. */
const HAVE: usize = 8;
const WANTED: usize = 12;
const OCTETS: usize = 16;
const SIZE: usize = OCTETS + 4080;

/** Octets that Base64 became, handed on a piece at a time. */
const PIECE: u32 = 768;
const decoded: usize = memory.data(768, 8);

function stateOf(side: usize): usize {
  const known = <usize>u32Of(side, schema.STREAM_SIDES_DISSECTOR);
  if (known) return known;
  const self = allocate(SIZE);
  setU32(side, schema.STREAM_SIDES_DISSECTOR, <u32>self);
  return self;
}

/** The side is over. */
export function end(side: usize): void {
  const self = <usize>u32Of(side, schema.STREAM_SIDES_DISSECTOR);
  setU32(side, schema.STREAM_SIDES_DISSECTOR, 0);
  release(self, SIZE);
}

/** A frame of trailers of this length begins at `at`. */
export function beginTrailers(stream: usize, side: usize, at: usize, end: usize, length: u32): void {
  if (has(at, end, length)) {
    trailers(stream, at, at + length);
    return;
  }
  const self = stateOf(side);
  setU32(self, HAVE, 0);
  setU32(self, WANTED, length);
}

/** Octets of a message: of trailers, where some are awaited. */
export function gather(stream: usize, side: usize, at: usize, n: u32): void {
  const self = <usize>u32Of(side, schema.STREAM_SIDES_DISSECTOR);
  const wanted = u32Of(self, WANTED);
  if (wanted == 0) return;
  const have = u32Of(self, HAVE);
  const kept = min<u32>(n, MOST_TRAILERS - have);
  copyOctets(self + OCTETS + have, at, kept);
  setU32(self, HAVE, have + kept);
  if (u32Of(side, schema.STREAM_SIDES_REMAINING)) return;
  setU32(self, WANTED, 0);
  if (wanted <= MOST_TRAILERS) trailers(stream, self + OCTETS, self + OCTETS + wanted);
}

/** The lines of a trailer section in the content. */
function trailers(stream: usize, at: usize, end: usize): void {
  while (at < end) {
    const lineFeed = findLineFeed(at, end);
    let lineEnd = lineFeed;
    if (lineEnd > at && u8At(lineEnd - 1) == 13) lineEnd--;
    const colon = findOctet(at, lineEnd, 58);
    let value = min<usize>(colon + 1, lineEnd);
    while (value < lineEnd && u8At(value) == 32) value++;
    const name = foldedHash(at, colon - at);
    if (name == schema.HEADER_GRPC_STATUS) {
      setU32(stream, schema.STREAMS_GRPC_STATUS, numberIn(value, lineEnd));
    } else if (name == schema.HEADER_GRPC_MESSAGE) {
      setU32(stream, schema.STREAMS_GRPC_MESSAGE, intern(value, lineEnd - value));
    }
    at = lineFeed + 1;
  }
}

/** The value of a letter (RFC 4648 section 4); 64 for padding, 255 for what is no letter. */
function sixtet(letter: u32): u32 {
  if (letter - 65 < 26) return letter - 65;
  if (letter - 97 < 26) return letter - 71;
  if (letter - 48 < 10) return letter + 4;
  if (letter == 43) return 62;
  if (letter == 47) return 63;
  return letter == 61 ? 64 : 255;
}

/** Content in Base64: several texts may follow each other, each with its padding. */
export function receiveText(stream: usize, side: usize, at: usize, n: u32, marks: u32): void {
  const self = stateOf(side);
  const end = at + n;
  let letters = u32Of(self, LETTERS);
  let bits = u32Of(self, BITS);
  let used: u32 = 0;
  for (; at < end; at++) {
    const value = sixtet(u8At(at));
    if (value > 64) continue; // line ends
    if (value == 64) {
      if (letters > 1) setU8(decoded, used++, letters == 2 ? bits >> 4 : bits >> 10);
      if (letters == 3) setU8(decoded, used++, bits >> 2);
      letters = 0;
      bits = 0;
    } else {
      bits = (bits << 6) | value;
      if (++letters == 4) {
        setU8(decoded, used, bits >> 16);
        setU8(decoded, used + 1, bits >> 8);
        setU8(decoded, used + 2, bits);
        used += 3;
        letters = 0;
        bits = 0;
      }
    }
    if (used > PIECE - 3) {
      receive(stream, side, decoded, used, marks);
      used = 0;
    }
  }
  setU32(self, LETTERS, letters);
  setU32(self, BITS, bits);
  if (used) receive(stream, side, decoded, used, marks);
}
