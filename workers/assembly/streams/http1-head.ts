// Start lines (RFC 9112 sections 3 and 4), and which exchange a message belongs to.

import {
  findLineFeed,
  findOctet,
  has,
  hasControl,
  isDigit,
  isTokenOctet,
  lowerCase,
  rawU64,
  u32At,
  u8At,
} from '../bytes';
import {
  addU32,
  appendRow,
  orU32,
  rowAt,
  rowCount,
  setF64,
  setU16,
  setU32,
  setU8,
  u32Of,
  u8Of,
} from '../columns';
import { count } from '../counters';
import { flowAt } from '../flows/table';
import * as schema from '../schema';
import { intern, internInto, internLike, textAddress, textLength } from '../strings';
import { sectionOf } from './http1-section';

const CR: u32 = 13;
const SPACE: u32 = 32;
const SLASH: u32 = 47;
const HTTP: u32 = 0x48545450; // "HTTP"
const GET: u32 = 0x47455420; // "GET "
/** "HTTP/1.1" as it lies in memory. */
const HTTP_1_1: u64 = 0x312e312f50545448;

/** Sides of an exchange. */
export const REQUEST: u32 = 0;
export const RESPONSE: u32 = 1;

/** What the start line said: set by parseRequestLine and parseStatusLine. */
export let method: u32 = 0;
/** Where the target is; 0 where there is none. */
let targetAt: usize = 0;
let targetEnd: usize = 0;
export let reason: u32 = 0;
let lastReason: u32 = 0;
export let status: u32 = 0;
export let version: u32 = 0;
export let violations: u32 = 0;

/** Address of the row of an exchange's request (0) or response (1). */
export function messageAt(exchange: u32, side: u32): usize {
  return rowAt(schema.TABLE_MESSAGES, (exchange << 1) + side);
}

/** Address of an exchange's row. */
export function exchangeAt(exchange: u32): usize {
  return rowAt(schema.TABLE_EXCHANGES, exchange);
}

/** End of a head: behind the first empty line at or after `from`, which is in [at, end); 0 where there is none. */
export function endOfHead(from: usize, end: usize): usize {
  while (true) {
    const lineFeed = findLineFeed(from, end);
    if (!has(lineFeed, end, 2)) return 0;
    const next = u8At(lineFeed + 1);
    if (next == 10) return lineFeed + 2;
    if (next == CR && has(lineFeed, end, 3) && u8At(lineFeed + 2) == 10) return lineFeed + 3;
    from = lineFeed + 1;
  }
}

/** Octets by which it is told whether a message can begin so. */
export const PLAUSIBLE: u32 = 40;

/**
 * Whether the octets can begin a message: "HTTP/" (or the start of it), or, unless only a response can follow, token octets up
 * to a space.
 */
export function isPlausibleStart(at: usize, end: usize, isResponse: bool): bool {
  if (isResponse) return beginsLikeResponse(at, end);
  if (has(at, end, 4) && u32At(at) == GET) return true;
  const seen = min<usize>(end - at, PLAUSIBLE);
  for (let index: usize = 0; index < seen; index++) {
    const octet = u8At(at + index);
    if (octet == SPACE) return index > 0;
    if (octet == 47 && index == 4) return true;
    if (!isTokenOctet(octet)) return false;
  }
  return seen < PLAUSIBLE;
}

/** Whether what is there of the first five octets is that of "HTTP/". */
export function beginsLikeResponse(at: usize, end: usize): bool {
  if (has(at, end, 5)) return isStatusLine(at, end);
  for (let index: usize = 0; at + index < end; index++) {
    if (u8At(at + index) != <u32>'HTTP/'.charCodeAt(<i32>index)) return false;
  }
  return true;
}

/** Whether a message that begins here is a response. */
export function isStatusLine(at: usize, end: usize): bool {
  return has(at, end, 5) && u32At(at) == HTTP && u8At(at + 4) == SLASH;
}

/** "HTTP/1.1" as 11; 0 where it is no version. */
function versionOf(at: usize, end: usize): u32 {
  if (end - at != 8) return 0;
  if (rawU64(at) == HTTP_1_1) return 11;
  if (!isStatusLine(at, end)) return 0;
  const major = u8At(at + 5) - 48;
  const minor = u8At(at + 7) - 48;
  if (major >= 10 || minor >= 10 || u8At(at + 6) != 46) return 0;
  // HTTP/2 is named in the start line of its upgrade; those above were never versions of this syntax.
  if (major > 2) violations |= schema.VIOLATION_START_LINE_MALFORMED;
  return major * 10 + minor;
}

/** RFC 9112 section 3: method SP request-target SP HTTP-version; without a version it is HTTP/0.9. */
export function parseRequestLine(at: usize, end: usize): void {
  // A CR without LF is one (RFC 9112 section 2.2).
  violations = hasControl(at, end) ? schema.VIOLATION_START_LINE_MALFORMED : 0;
  const first = findOctet(at, end, SPACE);
  method = internLike(method, at, first - at);
  targetAt = 0;
  version = 0;
  if (first == end) {
    violations |= schema.VIOLATION_START_LINE_MALFORMED;
    return;
  }
  const second = findOctet(first + 1, end, SPACE);
  if (second < end && findOctet(second + 1, end, SPACE) == end) version = versionOf(second + 1, end);
  if (version == 0) {
    oddRequestLine(first, end);
    return;
  }
  if (second == first + 1) violations |= schema.VIOLATION_START_LINE_MALFORMED;
  targetAt = first + 1;
  targetEnd = second;
}

/** A request line that has not just two spaces with a version behind them; `first` is its first space. */
function oddRequestLine(first: usize, end: usize): void {
  let last = end;
  while (last > first && u8At(last - 1) != SPACE) last--;
  version = versionOf(last, end);
  if (version == 0) {
    targetAt = first + 1;
    targetEnd = end;
    if (last != first + 1) violations |= schema.VIOLATION_START_LINE_MALFORMED;
    else version = 9;
    return;
  }
  violations |= schema.VIOLATION_START_LINE_MALFORMED;
  let from = first + 1;
  let to = max<usize>(last - 1, from);
  while (from < to && u8At(from) == SPACE) from++;
  while (to > from && u8At(to - 1) == SPACE) to--;
  targetAt = from;
  targetEnd = to;
}

/** RFC 9112 section 4: HTTP-version SP status-code SP [reason-phrase]. */
export function parseStatusLine(at: usize, end: usize): void {
  violations = hasControl(at, end) ? schema.VIOLATION_START_LINE_MALFORMED : 0;
  status = 0;
  reason = 0;
  const first = findOctet(at, end, SPACE);
  version = versionOf(at, first);
  let code = first;
  while (code < end && u8At(code) == SPACE) code++;
  let digits: u32 = 0;
  while (code < end && digits < 3 && isDigit(u8At(code))) {
    status = status * 10 + u8At(code) - 48;
    code++;
    digits++;
  }
  const isBare = code == end;
  if (digits && code - first != 4) violations |= schema.VIOLATION_START_LINE_MALFORMED;
  if (version == 0 || digits != 3 || (!isBare && u8At(code) != SPACE)) {
    violations |= schema.VIOLATION_START_LINE_MALFORMED;
  }
  if (!isBare) {
    const from = min<usize>(code + 1, end);
    reason = internLike(lastReason, from, end - from);
    lastReason = reason;
  }
}

/** The start line that was parsed last was cut: what is missing of it is not wrong, and its last word may go on. */
export function excuseCutLine(isResponse: bool): void {
  const isOpen = isResponse && status < 100;
  if (version == 0 || version == 9 || isOpen) violations = 0;
  if (isOpen) status = 0;
  if (version == 9) version = 0;
  if (isResponse || targetAt == 0) return;
  // What stands of the version is no part of the target.
  let last = targetEnd;
  while (last > targetAt && u8At(last - 1) != SPACE) last--;
  if (last > targetAt && beginsLikeResponse(last, targetEnd)) targetEnd = last - 1;
}

/** Whether the interned method is this one. */
export function isMethod(text: u32, name: string): bool {
  if (text == 0 || textLength(text) != <usize>name.length) return false;
  const at = textAddress(text);
  for (let index = 0; index < name.length; index++) {
    if (u8At(at + index) != <u32>name.charCodeAt(index)) return false;
  }
  return true;
}

/** Whom the request line names (RFC 9112 section 3.2), which goes before the Host line. */
export function authorityOf(host: u32): u32 {
  if (targetAt == 0) return host;
  const at = targetAt;
  const end = targetEnd;
  if (isMethod(method, 'CONNECT')) return intern(at, end - at);
  if (end - at < 8 || lowerCase(u8At(at)) != 104) return host;
  // http:// or https://
  const colon = findOctet(at, at + 6, 58);
  if (colon == at + 6 || !has(colon, end, 3) || u8At(colon + 1) != 47 || u8At(colon + 2) != 47) return host;
  let authorityEnd = colon + 3;
  while (authorityEnd < end) {
    const octet = u8At(authorityEnd);
    if (octet == 47 || octet == 63 || octet == 35) break;
    authorityEnd++;
  }
  return intern(colon + 3, authorityEnd - colon - 3);
}

/** A new exchange of the flow, with neither of its messages; answers its row. */
export function createExchange(flow: u32): u32 {
  const exchange = rowCount(schema.TABLE_EXCHANGES);
  const at = appendRow(schema.TABLE_EXCHANGES);
  for (let side = 0; side < 2; side++) {
    const message = appendRow(schema.TABLE_MESSAGES);
    setF64(message, schema.MESSAGES_START, NaN);
    setF64(message, schema.MESSAGES_END, NaN);
  }
  const flowRow = flowAt(flow);
  setU32(at, schema.EXCHANGES_FLOW, flow);
  const last = u32Of(flowRow, schema.FLOWS_LAST_EXCHANGE);
  if (last) setU32(exchangeAt(last - 1), schema.EXCHANGES_NEXT_IN_FLOW, exchange + 1);
  else setU32(flowRow, schema.FLOWS_FIRST_EXCHANGE, exchange + 1);
  setU32(flowRow, schema.FLOWS_LAST_EXCHANGE, exchange + 1);
  addU32(flowRow, schema.FLOWS_EXCHANGES, 1);
  return exchange;
}

/** Makes a message's row one that was not seen. */
export function clearMessage(message: usize): void {
  memory.fill(message, 0, schema.MESSAGES_ROW_SIZE);
  setF64(message, schema.MESSAGES_START, NaN);
  setF64(message, schema.MESSAGES_END, NaN);
}

/** The exchange of a request whose first octet came in `packet`: a new one, or a response's that came before its request. */
export function exchangeOfRequest(flow: u32, side: u32, packet: u32): u32 {
  count(schema.COUNTER_REQUESTS, 1);
  const flowRow = flowAt(flow);
  if (side) orU32(flowRow, schema.FLOWS_MARKS, schema.FLOW_MARK_CLIENT_IS_RESPONDER);
  // Responses that came before this request answer others, which the capture does not have.
  let lonely = u32Of(flowRow, schema.FLOWS_LONELY_RESPONSE);
  while (lonely && u32Of(messageAt(lonely - 1, RESPONSE), schema.MESSAGES_FIRST_PACKET) < packet) {
    lonely = nextWithout(lonely - 1, REQUEST);
  }
  setU32(flowRow, schema.FLOWS_LONELY_RESPONSE, lonely);
  let exchange: u32;
  if (lonely) {
    exchange = lonely - 1;
    setU32(flowRow, schema.FLOWS_LONELY_RESPONSE, nextWithout(exchange, REQUEST));
  } else {
    exchange = createExchange(flow);
    if (u32Of(flowRow, schema.FLOWS_OPEN_EXCHANGE) == 0) {
      setU32(flowRow, schema.FLOWS_OPEN_EXCHANGE, exchange + 1);
    }
  }
  const at = exchangeAt(exchange);
  setU32(at, schema.EXCHANGES_METHOD, method);
  if (targetAt) internInto(at, schema.EXCHANGES_TARGET, targetAt, targetEnd - targetAt);
  return exchange;
}

/** The next exchange of the flow that lacks the message of `side`; row plus one, 0 for none. */
function nextWithout(exchange: u32, side: u32): u32 {
  let next = u32Of(exchangeAt(exchange), schema.EXCHANGES_NEXT_IN_FLOW);
  while (next && u8Of(messageAt(next - 1, side), schema.MESSAGES_STATE) != schema.MESSAGE_STATE_ABSENT) {
    next = u32Of(exchangeAt(next - 1), schema.EXCHANGES_NEXT_IN_FLOW);
  }
  return next;
}

/** The oldest exchange of the flow that awaits its final response; row plus one, 0 for none. */
export function awaitedExchange(flow: u32): u32 {
  return u32Of(flowAt(flow), schema.FLOWS_OPEN_EXCHANGE);
}

/**
 * A gap may have swallowed responses: the message in `packet` answers the last request before it, as far as requests were not
 * pipelined. Passes over the exchanges in between.
 */
function passSwallowed(flowRow: usize, packet: u32): void {
  let open = u32Of(flowRow, schema.FLOWS_OPEN_EXCHANGE);
  while (open) {
    const next = nextWithout(open - 1, RESPONSE);
    if (next == 0 || u32Of(messageAt(next - 1, REQUEST), schema.MESSAGES_FIRST_PACKET) > packet) break;
    orU32(flowRow, schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
    open = next;
  }
  setU32(flowRow, schema.FLOWS_OPEN_EXCHANGE, open);
}

/**
 * The exchange of a final response: the oldest that awaits one, or a new one for a lonely response. `afterGap` is the packet of
 * the response where octets before it are missing, else 0.
 */
export function exchangeOfResponse(flow: u32, side: u32, afterGap: u32): u32 {
  const flowRow = flowAt(flow);
  if (side == 0) orU32(flowRow, schema.FLOWS_MARKS, schema.FLOW_MARK_CLIENT_IS_RESPONDER);
  if (afterGap) passSwallowed(flowRow, afterGap);
  const open = awaitedExchange(flow);
  let exchange: u32;
  if (open) {
    exchange = open - 1;
    // Its own state is not set yet, so the search begins behind it.
    setU32(flowRow, schema.FLOWS_OPEN_EXCHANGE, nextWithout(exchange, RESPONSE));
  } else {
    exchange = createExchange(flow);
    orU32(flowRow, schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
    if (u32Of(flowRow, schema.FLOWS_LONELY_RESPONSE) == 0) {
      setU32(flowRow, schema.FLOWS_LONELY_RESPONSE, exchange + 1);
    }
  }
  const at = exchangeAt(exchange);
  setU16(at, schema.EXCHANGES_STATUS, status);
  setU32(at, schema.EXCHANGES_REASON, reason);
  noteServerError(exchange, status);
  return exchange;
}

/** Keeps which exchange was answered with a server error (RFC 9110 section 15.6). */
export function noteServerError(exchange: u32, finalStatus: u32): void {
  if (finalStatus >= 500)
    setU32(appendRow(schema.TABLE_SERVER_ERRORS), schema.SERVER_ERRORS_EXCHANGE, exchange);
}

/** The exchange of an answer to HTTP/0.9, which has neither status line nor fields: it is content alone. */
export function exchangeOfBareAnswer(flow: u32, side: u32): u32 {
  status = 0;
  reason = 0;
  return exchangeOfResponse(flow, side, 0);
}
