// Which protocol a direction speaks, by its first octets, on any port. Octets that are too few to tell wait for the next.

import { copyOctets, findLineFeed, isDigit, isTokenOctet, u16At, u8At } from '../bytes';
import { orU32, setU32, setU8, u32Of, u8Of } from '../columns';
import { directionAt, flowAt } from '../flows/table';
import { allocate, release } from '../memory';
import * as schema from '../schema';
import * as http09 from './http09';
import * as http1 from './http1';
import * as http2 from './http2';
import {
  HEADER_OCTETS,
  isPlausibleHeader,
  looksLikeFrames,
  looksLikeSettings,
  mayBeSettings,
} from './http2-frame';
import { dispatch } from './index';
import { MORE, noteProxied, proxyHeader } from './proxy-protocol';
import * as tls from './tls';
import * as websocket from './websocket';
import * as chains from './websocket-chain';

/** These octets begin no message. */
export const NO: u32 = 0;
/** Not a protocol number: more octets are needed to tell. */
const MAYBE: u32 = 255;

const MIXED: u32 = schema.FLOW_MARK_MIXED_TLS | schema.FLOW_MARK_TLS_TROUBLE;

/** Octets of line ends that may come before a message. */
const EMPTY_LINES: u32 = 8;

/** As long as a PROXY protocol header is: 107 octets of version 1, 16 and 216 of version 2. */
const ROOM: u32 = 232;
// The waiting octets: length u32, packet u32, sequence u32, then the octets.
const OCTETS: usize = 12;

/** Methods known by name even where the end of the request line is not in sight (IANA's registry, the common ones). */
const methods: StaticArray<string> = [
  'GET ',
  'HEAD ',
  'POST ',
  'PUT ',
  'DELETE ',
  'CONNECT ',
  'OPTIONS ',
  'TRACE ',
  'PATCH ',
  'PROPFIND ',
  'PROPPATCH ',
  'MKCOL ',
  'COPY ',
  'MOVE ',
  'LOCK ',
  'UNLOCK ',
  'REPORT ',
  'SEARCH ',
  'NOTIFY ',
  'M-SEARCH ',
  'SUBSCRIBE ',
  'UNSUBSCRIBE ',
  'PURGE ',
];

/** RTSP (RFC 7826), SIP (RFC 3261) and ICAP (RFC 3507) have methods of HTTP: how their targets begin, and the rest of OPTIONS. */
const otherSchemes: StaticArray<string> = ['rtsp:', 'rtspu:', 'sip:', 'sips:', 'icap:'];
const otherNames: StaticArray<string> = ['* RTSP/', '* SIP/', '* ICAP/'];
const ASTERISK: u32 = 0x2a;
const LEFT_BRACE: u32 = 0x7b;

/** NO, MAYBE or HTTP1: whether [at, at + length) begins with `word`. */
function startsWith(at: usize, length: u32, word: string): u32 {
  const size = <u32>word.length;
  const seen = min<u32>(size, length);
  for (let index: u32 = 0; index < seen; index++) {
    if (u8At(at + index) != <u32>word.charCodeAt(index)) return NO;
  }
  return seen == size ? schema.PROTOCOL_HTTP1 : MAYBE;
}

/** NO, MAYBE or PROTOCOL_HTTP1: whether the octets begin a request or a response. */
export function looksLikeHttp(at: usize, length: u32): u32 {
  // Empty lines before a message are passed over (RFC 9112 section 2.2).
  let empty: u32 = 0;
  while (empty < length && empty < EMPTY_LINES && (u8At(at + empty) == 13 || u8At(at + empty) == 10)) empty++;
  if (empty == length) return length < EMPTY_LINES ? MAYBE : NO;
  at += empty;
  length -= empty;
  const response = startsWith(at, length, 'HTTP/');
  if (response == schema.PROTOCOL_HTTP1) {
    if (length < 6) return MAYBE;
    return isDigit(u8At(at + 5)) ? schema.PROTOCOL_HTTP1 : NO;
  }
  let answer = response;
  for (let index = 0; index < methods.length; index++) {
    const found = startsWith(at, length, unchecked(methods[index]));
    if (found == schema.PROTOCOL_HTTP1) {
      const isRequest = hasTarget(at, length, <u32>unchecked(methods[index]).length);
      return isRequest == NO ? looksLikeRequestLine(at, length) : isRequest;
    }
    if (found == MAYBE) answer = MAYBE;
  }
  return answer == NO ? looksLikeRequestLine(at, length) : answer;
}

/** After a known method: a target of visible characters, in a line that is no other protocol's. */
function hasTarget(at: usize, length: u32, from: u32): u32 {
  if (from >= length) return MAYBE;
  const target = at + from;
  const first = u8At(target);
  // NATS says CONNECT {…}.
  if (first < 33 || first > 126 || first == LEFT_BRACE) return NO;
  for (let index = 0; index < otherSchemes.length; index++) {
    const found = startsWith(target, length - from, unchecked(otherSchemes[index]));
    if (found != NO) return found == MAYBE ? MAYBE : NO;
  }
  return first == ASTERISK ? asksServer(target, at + length) : schema.PROTOCOL_HTTP1;
}

/** `OPTIONS *`: only the end of the line tells whose it is. */
function asksServer(at: usize, end: usize): u32 {
  const lineEnd = findLineFeed(at, end);
  if (lineEnd == end) return end - at < 16 ? MAYBE : schema.PROTOCOL_HTTP1;
  for (let index = 0; index < otherNames.length; index++) {
    if (startsWith(at, <u32>(lineEnd - at), unchecked(otherNames[index])) == schema.PROTOCOL_HTTP1) return NO;
  }
  return schema.PROTOCOL_HTTP1;
}

/** An unknown method is believed where the line ends in HTTP/ and a digit; a line that has not ended may still do so. */
function looksLikeRequestLine(at: usize, length: u32): u32 {
  const end = at + length;
  let token = at;
  while (token < end && token - at < 24 && isTokenOctet(u8At(token))) token++;
  if (token == at) return NO;
  if (token == end) return length < 24 ? MAYBE : NO;
  if (u8At(token) != 32) return NO;
  let lineEnd = findLineFeed(at, end);
  if (lineEnd == end) return isVisible(token, end) ? MAYBE : NO;
  if (u8At(lineEnd - 1) == 13) lineEnd--;
  if (lineEnd - at < 12) return NO;
  const version = lineEnd - 8;
  // "I * HTTP/2.0" is what is left of a preface whose beginning is missing.
  const isVersion = startsWith(version, 8, 'HTTP/') == schema.PROTOCOL_HTTP1 && u8At(version + 5) != 50;
  return u8At(version - 1) == 32 && isVersion ? schema.PROTOCOL_HTTP1 : NO;
}

/** Whether there are visible characters and spaces alone; a CR may be the last. */
function isVisible(at: usize, end: usize): bool {
  if (u8At(end - 1) == 13) end--;
  for (; at < end; at++) if (u8At(at) < 32 || u8At(at) > 126) return false;
  return true;
}

/** A TLS record: RFC 8446 section 5.1. */
function looksLikeTls(at: usize, length: u32, isMidstream: bool, isAnswer: bool): u32 {
  const type = u8At(at);
  if (type & 0x80) return length < 11 ? NO : looksLikeSslv2(at);
  if (type < 20 || type > 23) return NO;
  if (length > 1 && u8At(at + 1) != 3) return NO;
  if (length > 2 && u8At(at + 2) > 4) return NO;
  if (length < 6) return MAYBE;
  const size = (u8At(at + 3) << 8) | u8At(at + 4);
  // In answer to TLS a record of impossible length is TLS that is broken.
  if (size > tls.RECORD_OCTETS) return isAnswer ? schema.PROTOCOL_TLS : NO;
  if (size == 0) return NO;
  if (type == 22) return isMidstream || u8At(at + 5) <= 24 ? schema.PROTOCOL_TLS : NO;
  if (type == 21) return size == 2 || isMidstream ? schema.PROTOCOL_TLS : NO;
  return isMidstream ? schema.PROTOCOL_TLS : NO;
}

/** An SSL 2.0 ClientHello: lengths of cipher specs (three octets each), session and challenge that fit. */
function looksLikeSslv2(at: usize): u32 {
  if (!tls.isSslv2Hello(at)) return NO;
  const specs = u16At(at + 5);
  const challenge = u16At(at + 9);
  const total = 9 + specs + u16At(at + 7) + challenge;
  const fits =
    specs > 0 && specs % 3 == 0 && challenge >= 16 && challenge <= 32 && total == (u16At(at) & 0x7fff);
  return fits ? schema.PROTOCOL_TLS : NO;
}

/** The octets at `at`, the first of which has the sequence number. */
function protocolOf(flow: u32, side: u32, at: usize, length: u32, sequence: u32): u32 {
  const isMidstream = (u32Of(flowAt(flow), schema.FLOWS_MARKS) & schema.FLOW_MARK_MIDSTREAM) != 0;
  const isAnswer = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL) == schema.PROTOCOL_TLS;
  const isTls = looksLikeTls(at, length, isMidstream, isAnswer);
  if (isTls != NO) return isTls;
  const proxied = proxyHeader(at, length);
  if (proxied > length) return proxied == MORE || proxied <= ROOM ? MAYBE : NO;
  const preface = startsWith(at, length, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  if (preface == schema.PROTOCOL_HTTP1) return schema.PROTOCOL_HTTP2;
  if (preface == MAYBE) return MAYBE;
  const isHttp = looksLikeHttp(at, length);
  if (isHttp != schema.PROTOCOL_HTTP1 && http09.isAwaited(flow, side)) {
    return startsWith(at, length, 'HTTP/') == MAYBE ? MAYBE : schema.PROTOCOL_HTTP1;
  }
  const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
  if (isHttp == NO && other == schema.PROTOCOL_WEBSOCKET) return other;
  return isHttp == NO ? looksLikeHttp2(flow, side, at, length, sequence) : isHttp;
}

/** HTTP/2 without the client's preface: in answer to it, before it, or from the middle of a connection. */
function looksLikeHttp2(flow: u32, side: u32, at: usize, length: u32, sequence: u32): u32 {
  const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
  const cut = schema.FLOW_MARK_MIDSTREAM | schema.FLOW_MARK_GAP;
  const isCut = (u32Of(flowAt(flow), schema.FLOWS_MARKS) & cut) != 0;
  // With the first octet of the direction a frame begins.
  const initial = u32Of(directionAt(flow, side), schema.DIRECTIONS_INITIAL_SEQUENCE);
  const isFirst = !isCut && sequence == initial + 1;
  if (other == schema.PROTOCOL_HTTP2 && isFirst) {
    if (length < HEADER_OCTETS) return MAYBE;
    return isPlausibleHeader(at) ? other : NO;
  }
  const isInside = (isCut || other == schema.PROTOCOL_HTTP2) && looksLikeFrames(at, length);
  if (isInside || (side == 1 && looksLikeSettings(at, length))) return schema.PROTOCOL_HTTP2;
  // A server may speak before the client's preface is there.
  const isEarly = side == 1 && isFirst && other == schema.PROTOCOL_UNKNOWN && mayBeSettings(at, length);
  if (isEarly && looksLikeFrames(at, length)) return schema.PROTOCOL_HTTP2;
  return isEarly && length < ROOM ? MAYBE : NO;
}

/** Octets of a direction whose protocol is not known yet. */
export function sniff(flow: u32, side: u32, at: usize, length: u32, sequence: u32, packet: u32): void {
  const direction = directionAt(flow, side);
  let waiting = <usize>u32Of(direction, schema.DIRECTIONS_DISSECTOR);
  if (waiting != 0 && chains.isChain(waiting)) {
    const protocol = chains.isProven(waiting) ? NO : protocolOf(flow, side, at, length, sequence);
    const isOther = protocol != NO && protocol != MAYBE;
    if (!isOther && chains.take(flow, side, at, length, packet)) return;
    forget(direction);
    waiting = 0;
  }
  if (waiting == 0) {
    const header = proxyHeader(at, length);
    if (header > 0 && header <= length) {
      noteProxied(flow, at, header);
      if (header < length) sniff(flow, side, at + header, length - header, sequence + header, packet);
      return;
    }
    const protocol = protocolOf(flow, side, at, length, sequence);
    if (protocol == MAYBE) keep(direction, at, length, sequence, packet);
    else if (protocol != NO) start(flow, side, protocol, at, length, sequence, packet);
    else {
      noteMismatch(flow, side);
      chains.offer(flow, side, at, length, sequence, packet);
    }
    return;
  }
  const had = u32Of(waiting, 0);
  const more = min<u32>(length, ROOM - had);
  copyOctets(waiting + OCTETS + had, at, more);
  setU32(waiting, 0, had + more);
  const header = proxyHeader(waiting + OCTETS, had + more);
  if (header > had && header <= had + more) {
    noteProxied(flow, waiting + OCTETS, header);
    setU32(direction, schema.DIRECTIONS_DISSECTOR, 0);
    release(waiting, OCTETS + ROOM);
    const taken = header - had;
    if (taken < length) sniff(flow, side, at + taken, length - taken, sequence + taken, packet);
    return;
  }
  let protocol = protocolOf(flow, side, waiting + OCTETS, had + more, u32Of(waiting, 8));
  if (protocol == MAYBE && had + more < ROOM) return;
  if (protocol == MAYBE) protocol = NO;
  const firstPacket = u32Of(waiting, 4);
  const firstSequence = u32Of(waiting, 8);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, 0);
  if (protocol != NO) {
    start(flow, side, protocol, waiting + OCTETS, had, firstSequence, firstPacket);
    dispatch(flow, side, at, length, sequence, packet);
  } else {
    noteMismatch(flow, side);
  }
  release(waiting, OCTETS + ROOM);
}

function keep(direction: usize, at: usize, length: u32, sequence: u32, packet: u32): void {
  const waiting = allocate(OCTETS + ROOM);
  const kept = min<u32>(length, ROOM);
  setU32(waiting, 0, kept);
  setU32(waiting, 4, packet);
  setU32(waiting, 8, sequence);
  copyOctets(waiting + OCTETS, at, kept);
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>waiting);
}

/** Lets go of octets that waited to be told. */
export function forget(direction: usize): void {
  const waiting = <usize>u32Of(direction, schema.DIRECTIONS_DISSECTOR);
  if (waiting == 0) return;
  setU32(direction, schema.DIRECTIONS_DISSECTOR, 0);
  if (chains.isChain(waiting)) chains.drop(waiting);
  else release(waiting, OCTETS + ROOM);
}

function start(
  flow: u32,
  side: u32,
  protocol: u32,
  at: usize,
  length: u32,
  sequence: u32,
  packet: u32,
): void {
  setU8(directionAt(flow, side), schema.DIRECTIONS_PROTOCOL, protocol);
  const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
  if (
    other != schema.PROTOCOL_UNKNOWN &&
    (other == schema.PROTOCOL_TLS) != (protocol == schema.PROTOCOL_TLS)
  ) {
    orU32(flowAt(flow), schema.FLOWS_MARKS, MIXED);
  }
  if (protocol == schema.PROTOCOL_HTTP1) http1.start(flow, side, sequence);
  else if (protocol == schema.PROTOCOL_TLS) tls.start(flow, side);
  else if (protocol == schema.PROTOCOL_HTTP2) http2.start(flow, side, at, length);
  else if (protocol == schema.PROTOCOL_WEBSOCKET) websocket.startAfter(flow, side);
  dispatch(flow, side, at, length, sequence, packet);
}

/** Octets of no protocol that is read, in answer to TLS. */
function noteMismatch(flow: u32, side: u32): void {
  const other = u8Of(directionAt(flow, side ^ 1), schema.DIRECTIONS_PROTOCOL);
  if (other != schema.PROTOCOL_TLS) return;
  orU32(flowAt(flow), schema.FLOWS_MARKS, MIXED);
}
