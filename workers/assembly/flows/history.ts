// What happened on a TCP connection, in the words of others: Zeek's history letters and endpoint states
// (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html), and Wireshark's completeness.

import { setU16, setU8, u16Of, u8Of } from '../columns';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';

const FIN: u32 = 1;
const SYN: u32 = 2;
const RST: u32 = 4;
const ACK: u32 = 16;

/** As in src/model/flow.ts: octets of history0 to history5. */
const LETTERS: u32 = 24;
/** A letter in lower case is the responder's. */
const LOWER: u32 = 32;

const LETTER_S: u32 = 83;
const LETTER_H: u32 = 72;
const LETTER_A: u32 = 65;
const LETTER_D: u32 = 68;
const LETTER_F: u32 = 70;
const LETTER_R: u32 = 82;
const LETTER_I: u32 = 73;
const LETTER_Q: u32 = 81;
const LETTER_T: u32 = 84;
const LETTER_W: u32 = 87;
const LETTER_G: u32 = 71;
const CARET: u32 = 94;

function append(at: usize, letter: u32): void {
  const length = u8Of(at, schema.FLOWS_HISTORY_LENGTH);
  if (length >= LETTERS) return;
  setU8(at, schema.FLOWS_HISTORY0 + length, letter);
  setU8(at, schema.FLOWS_HISTORY_LENGTH, length + 1);
}

/** The first packet came from the responder. */
export function noteFlip(at: usize): void {
  append(at, CARET);
}

/** An event that may come often is told the first, the tenth, the hundredth … time. */
function isDecimal(times: u32): bool {
  let step: u32 = 1;
  while (step < times && step < 1_000_000_000) step *= 10;
  return step == times;
}

/** Octets of `side` are missing, for the `times`-th time. */
export function noteGap(at: usize, side: u32, times: u32): void {
  if (isDecimal(times)) append(at, side ? LETTER_G | LOWER : LETTER_G);
}

/** Octets of `side` were sent again. */
export function noteRepeat(at: usize, side: u32, times: u32): void {
  if (isDecimal(times)) append(at, side ? LETTER_T | LOWER : LETTER_T);
}

/** A window of zero. */
export function noteZeroWindow(at: usize, side: u32, times: u32): void {
  if (isDecimal(times)) append(at, side ? LETTER_W | LOWER : LETTER_W);
}

/** Takes in the segment in scratch.ts. */
export function note(at: usize, own: usize, peer: usize, side: u32): void {
  const flags = scratch.tcpFlags;
  const event = eventOf(flags);
  const noted = u16Of(own, schema.DIRECTIONS_NOTED);
  // A segment with a flag and payload is both.
  const events = event | (scratch.payloadLength && !(flags & RST) ? schema.HISTORY_EVENT_DATA : 0);
  const fresh = events & ~noted;
  if (fresh) {
    setU16(own, schema.DIRECTIONS_NOTED, noted | fresh);
    if (fresh & event) append(at, letterOf(event) | (side ? LOWER : 0));
    if (fresh & ~event) append(at, side ? LETTER_D | LOWER : LETTER_D);
    complete(at, flags);
  }
  // Established, nothing to change: nearly all segments.
  if (flags & (SYN | FIN | RST) || u8Of(own, schema.DIRECTIONS_STATE) != schema.ENDPOINT_STATE_ESTABLISHED) {
    advance(own, peer, side, flags);
  }
}

function eventOf(flags: u32): u32 {
  const kind = flags & (SYN | FIN | RST);
  if (kind == 0) return scratch.payloadLength ? schema.HISTORY_EVENT_DATA : schema.HISTORY_EVENT_ACK;
  if (kind == SYN) return flags & ACK ? schema.HISTORY_EVENT_SYN_ACK : schema.HISTORY_EVENT_SYN;
  if (kind == FIN) return schema.HISTORY_EVENT_FIN;
  if (kind == RST) return schema.HISTORY_EVENT_RST;
  return kind == (FIN | RST) ? schema.HISTORY_EVENT_MIXED : schema.HISTORY_EVENT_ODD;
}

function letterOf(event: u32): u32 {
  switch (event) {
    case schema.HISTORY_EVENT_SYN:
      return LETTER_S;
    case schema.HISTORY_EVENT_SYN_ACK:
      return LETTER_H;
    case schema.HISTORY_EVENT_ACK:
      return LETTER_A;
    case schema.HISTORY_EVENT_DATA:
      return LETTER_D;
    case schema.HISTORY_EVENT_FIN:
      return LETTER_F;
    case schema.HISTORY_EVENT_RST:
      return LETTER_R;
    case schema.HISTORY_EVENT_MIXED:
      return LETTER_I;
    default:
      return LETTER_Q;
  }
}

function complete(at: usize, flags: u32): void {
  let bits: u32 = 0;
  if (flags & SYN) bits = flags & ACK ? schema.COMPLETENESS_SYN_ACK : schema.COMPLETENESS_SYN;
  else if (flags & FIN) bits = schema.COMPLETENESS_FIN;
  if (flags & RST) bits |= schema.COMPLETENESS_RST;
  if (scratch.payloadLength) bits |= schema.COMPLETENESS_DATA;
  else if ((flags & (SYN | ACK)) == ACK) bits |= schema.COMPLETENESS_ACK;
  setU8(at, schema.FLOWS_COMPLETENESS, u8Of(at, schema.FLOWS_COMPLETENESS) | bits);
}

function setState(direction: usize, state: u32): void {
  setU8(direction, schema.DIRECTIONS_STATE, state);
}

/** The endpoint's next state. */
function advance(own: usize, peer: usize, side: u32, flags: u32): void {
  const state = u8Of(own, schema.DIRECTIONS_STATE);
  if (flags & RST) {
    // After both FINs the connection was closed already.
    const isClosed =
      state == schema.ENDPOINT_STATE_CLOSED &&
      u8Of(peer, schema.DIRECTIONS_STATE) == schema.ENDPOINT_STATE_CLOSED;
    if (!isClosed) setState(own, schema.ENDPOINT_STATE_RESET);
  } else if (flags & FIN) {
    if (state != schema.ENDPOINT_STATE_RESET) setState(own, schema.ENDPOINT_STATE_CLOSED);
    // The peer's RST came after its FIN: now both are closed.
    const isPeerReset = u8Of(peer, schema.DIRECTIONS_STATE) == schema.ENDPOINT_STATE_RESET;
    if (isPeerReset && u16Of(peer, schema.DIRECTIONS_NOTED) & schema.HISTORY_EVENT_FIN) {
      setState(peer, schema.ENDPOINT_STATE_CLOSED);
    }
  } else if (state == schema.ENDPOINT_STATE_INACTIVE) {
    if (flags & SYN) open(own, peer, side, flags);
    else join(own, peer, flags);
  }
}

function open(own: usize, peer: usize, side: u32, flags: u32): void {
  if (!(flags & ACK)) {
    setState(own, schema.ENDPOINT_STATE_SYN_SENT);
  } else if (side && u8Of(peer, schema.DIRECTIONS_STATE) == schema.ENDPOINT_STATE_SYN_SENT) {
    setState(own, schema.ENDPOINT_STATE_ESTABLISHED);
    setState(peer, schema.ENDPOINT_STATE_ESTABLISHED);
  } else {
    setState(own, schema.ENDPOINT_STATE_SYN_ACK_SENT);
  }
}

/** A side whose SYN was not seen. */
function join(own: usize, peer: usize, flags: u32): void {
  if (u8Of(peer, schema.DIRECTIONS_STATE) == schema.ENDPOINT_STATE_SYN_ACK_SENT && flags & ACK) {
    setState(own, schema.ENDPOINT_STATE_ESTABLISHED);
    setState(peer, schema.ENDPOINT_STATE_ESTABLISHED);
  } else if (u16Of(peer, schema.DIRECTIONS_NOTED)) {
    setState(own, schema.ENDPOINT_STATE_PARTIAL);
  }
}
