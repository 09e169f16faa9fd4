// The PROXY protocol's header ahead of a byte stream: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt

import { findLineFeed, u16At, u8At } from '../bytes';
import { orU32, setU32, setU8 } from '../columns';
import { flowAt } from '../flows/table';
import * as schema from '../schema';
import { intern } from '../strings';

/** Version 1 is a line of at most this many octets. */
const LINE_OCTETS: u32 = 107;
const FIXED_OCTETS: u32 = 16;
/** Stands for "more octets than there are": the header is not whole. */
export const MORE: u32 = 0xffff;

const SIGNATURE: usize = memory.data<u8>([13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]);
const WORD: usize = memory.data<u8>([80, 82, 79, 88, 89, 32]); // "PROXY "
const TEXT_ROOM: usize = 128;
const text: usize = memory.data(128);
let used: usize = 0;

/** How many of the first octets are those of `wanted`; all that are there must be. 0 where one differs. */
function agrees(at: usize, length: u32, wanted: usize, size: u32): u32 {
  const seen = min<u32>(length, size);
  for (let index: u32 = 0; index < seen; index++) if (u8At(at + index) != u8At(wanted + index)) return 0;
  return seen;
}

/** Octets of the header that stands at `at`; more than there are where it is not whole; 0 where there is none. */
export function proxyHeader(at: usize, length: u32): u32 {
  const line = agrees(at, length, WORD, 6);
  if (line > 0) {
    if (line < 6) return MORE;
    const end = findLineFeed(at, at + min<u32>(length, LINE_OCTETS));
    if (end < at + min<u32>(length, LINE_OCTETS)) return <u32>(end - at) + 1;
    return length < LINE_OCTETS ? MORE : 0;
  }
  const signature = agrees(at, length, SIGNATURE, 12);
  if (signature == 0) return 0;
  if (length < FIXED_OCTETS) return MORE;
  return u8At(at + 12) >> 4 == 2 ? FIXED_OCTETS + u16At(at + 14) : 0;
}

/** Notes what the header of so many octets tells. */
export function noteProxied(flow: u32, at: usize, size: u32): void {
  const row = flowAt(flow);
  orU32(row, schema.FLOWS_MARKS, schema.FLOW_MARK_PROXY_PROTOCOL);
  used = 0;
  if (u8At(at) == 80) {
    let end = at + size;
    while (end > at && u8At(end - 1) < 32) end--;
    const from = at + 6;
    if (end > from) setU32(row, schema.FLOWS_PROXIED, intern(from, end - from));
    return;
  }
  // TCP over IPv4 with its addresses; other families keep only the mark.
  if (u8At(at + 13) != 0x11 || size < FIXED_OCTETS + 12) return;
  word('TCP4 ');
  address(at + 16);
  word(' ');
  address(at + 20);
  word(' ');
  number(u16At(at + 24));
  word(' ');
  number(u16At(at + 26));
  setU32(row, schema.FLOWS_PROXIED, intern(text, used));
}

function put(octet: u32): void {
  if (used < TEXT_ROOM) setU8(text, used++, octet);
}

function word(value: string): void {
  for (let index = 0; index < value.length; index++) put(<u32>value.charCodeAt(index));
}

function address(at: usize): void {
  for (let index: usize = 0; index < 4; index++) {
    if (index) put(46);
    number(u8At(at + index));
  }
}

function number(value: u32): void {
  if (value >= 10) number(value / 10);
  put(48 + (value % 10));
}
