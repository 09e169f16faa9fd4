// IP fragments: RFC 791 section 3.2, RFC 8200 section 4.5. A datagram is whole when its octets from 0 to the last fragment's end
// are there; of overlapping octets the first ones stand, as the receiver of most systems has it.

import { copyOctets, hashWords } from '../bytes';
import { setF64, setU32, setU64, u32Of, u64Of, f64Of } from '../columns';
import { currentPacket, issueAt } from '../issues';
import * as scratch from '../layers/scratch';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import { now } from '../times';
import * as lone from './lone-fragments';

/** RFC 8200: a datagram that is not whole within a minute is given up. */
const PATIENCE_NANOSECONDS: f64 = 60_000_000_000;
const LARGEST: u32 = 65_536;
/** Octets that tell ports and flags of TCP. */
const LEAST_HEADER: u32 = 16;
/** Datagrams that wait at once: slots of a table by hash; a newer one takes an older one's place. */
const SLOTS: u32 = 256;
/** Octets 0 … 65535 in units of eight: one bit each. */
const UNITS: usize = 8192 >> 3;

// A slot: key u64, time f64, buffer u32, end u32 (0 while the last fragment is missing), octets u32, highest u32, first packet u32.
const KEY: usize = 0;
const TIME: usize = 8;
const BUFFER: usize = 16;
const END: usize = 20;
const OCTETS: usize = 24;
const HIGHEST: usize = 28;
const PACKET: usize = 32;
/** Packet of the first fragment, whose octets are in the buffer; IP protocol number of what it carries. */
const FIRST: usize = 36;
const TRANSPORT: usize = 40;
const SLOT: usize = 48;
const indexed: usize = memory.data(256 * 48, 8);
/** Following a flow puts its datagrams together again, perhaps while others are still indexed. */
const followed: usize = memory.data(256 * 48, 8);
let slots: usize = indexed;

/** Where the datagram is that take() completed, and its length. */
export let datagram: usize = 0;
export let length: u32 = 0;

function keyOfPacket(): u64 {
  const addresses = hashWords(
    hashWords(scratch.sourceHigh, scratch.sourceLow),
    hashWords(scratch.destinationHigh, scratch.destinationLow),
  );
  const rest =
    (<u64>scratch.identification) | ((<u64>scratch.transport) << 32) | ((<u64>scratch.context) << 40);
  return hashWords(addresses, rest) | 1;
}

function room(): usize {
  return LARGEST + UNITS;
}

/** Forgets what the slot holds. */
function clear(slot: usize): void {
  const buffer = <usize>u32Of(slot, BUFFER);
  if (buffer) release(buffer, room());
  memory.fill(slot, 0, SLOT);
}

/** Which datagrams are at hand: those of the followed flow, or those that are indexed. */
export function select(isFollowing: bool): void {
  slots = isFollowing ? followed : indexed;
}

/** Forgets all datagrams at hand that are not whole. */
export function forget(): void {
  for (let index: u32 = 0; index < SLOTS; index++) clear(slots + <usize>index * SLOT);
}

/** Takes in the fragment in scratch.ts, whose octets are [at, end); true where it makes its datagram whole. */
export function take(at: usize, end: usize): bool {
  const key = keyOfPacket();
  const slot = slots + <usize>((<u32>(key >> 8)) & (SLOTS - 1)) * SLOT;
  const isOld = now() - f64Of(slot, TIME) > PATIENCE_NANOSECONDS;
  if (u64Of(slot, KEY) != key || isOld) {
    if (u32Of(slot, BUFFER)) incomplete(slot);
    setU64(slot, KEY, key);
    setF64(slot, TIME, now());
    setU32(slot, BUFFER, <u32>allocate(room()));
    setU32(slot, PACKET, currentPacket);
  }
  const captured = <u32>(end - at);
  const from = scratch.fragmentOffset;
  // A fragment that was cut by the snap length leaves a hole that nothing fills.
  if (captured < scratch.wireLength || from + captured > LARGEST) return false;
  if (!scratch.hasMoreFragments) setU32(slot, END, from + captured);
  if (from == 0 && captured >= LEAST_HEADER) {
    setU32(slot, FIRST, currentPacket);
    setU32(slot, TRANSPORT, scratch.transport);
  }
  put(slot, at, from, captured);
  const total = u32Of(slot, END);
  if (total == 0 || u32Of(slot, OCTETS) < total || u32Of(slot, HIGHEST) > total) return false;
  datagram = u32Of(slot, BUFFER);
  length = total;
  return true;
}

/** Copies the units that are new, and counts their octets. */
function put(slot: usize, at: usize, from: u32, captured: u32): void {
  const buffer = <usize>u32Of(slot, BUFFER);
  const seen = buffer + LARGEST;
  for (let done: u32 = 0; done < captured; done += 8) {
    const unit = (from + done) >> 3;
    const word = seen + <usize>((unit >> 5) << 2);
    const bit: u32 = (<u32>1) << (unit & 31);
    if (u32Of(word, 0) & bit) continue;
    setU32(word, 0, u32Of(word, 0) | bit);
    const n = min<u32>(8, captured - done);
    copyOctets(buffer + from + done, at + done, n);
    setU32(slot, OCTETS, u32Of(slot, OCTETS) + n);
  }
  if (from + captured > u32Of(slot, HIGHEST)) setU32(slot, HIGHEST, from + captured);
}

/** How long the datagram was shows its last fragment alone. */
function incomplete(slot: usize): void {
  const end = u32Of(slot, END);
  issueAt(u32Of(slot, PACKET), schema.ISSUE_CODE_IP_FRAGMENT, u32Of(slot, OCTETS), end == 0 ? NaN : <f64>end);
  const first = u32Of(slot, FIRST);
  if (first && slots == indexed) lone.note(first, u32Of(slot, TRANSPORT), u32Of(slot, BUFFER));
  clear(slot);
}

/** The datagram that take() completed was read. */
export function drop(): void {
  for (let index: u32 = 0; index < SLOTS; index++) {
    const slot = slots + <usize>index * SLOT;
    if (u32Of(slot, BUFFER) == <u32>datagram) clear(slot);
  }
}

/** The capture is over: what is not whole is told. */
export function finish(): void {
  for (let index: u32 = 0; index < SLOTS; index++) {
    const slot = slots + <usize>index * SLOT;
    if (u32Of(slot, BUFFER)) incomplete(slot);
  }
  lone.settle();
}
