// HTTP/1.0 and 1.1 on one direction of a flow: RFC 9112. A broken exchange is a row, always.

import { findLineFeed, u8At } from '../bytes';
import { f64Of, orU32, rowAt, setF64, setU32, setU8, u16Of, u32Of, u8Of } from '../columns';
import { count } from '../counters';
import { directionAt, flowAt } from '../flows/table';
import { issue } from '../issues';
import * as schema from '../schema';
import { timeOf } from '../times';
import * as http09 from './http09';
import * as body from './http1-body';
import * as call from './http1-grpc-web';
import * as head from './http1-head';
import * as lastSection from './http1-last-section';
import * as leave from './http1-leave';
import { cutViolations, sectionOfCut } from './http1-section';
import * as state from './http1-state';
import * as streams from './index';
import * as interims from './interims';
import { looksLikeHttp, NO } from './sniff';

const CR: u32 = 13;
const LF: u32 = 10;

/** Begins with a direction that speaks HTTP/1. */
export function start(flow: u32, side: u32, sequence: u32): void {
  const direction = directionAt(flow, side);
  const self = state.create();
  setU32(direction, schema.DIRECTIONS_DISSECTOR, <u32>self);
  // Octets before these were read as nothing: the capture began, or went on after a gap, inside a message.
  const isFirst = sequence == u32Of(direction, schema.DIRECTIONS_INITIAL_SEQUENCE) + 1;
  const isPartial =
    u32Of(flowAt(flow), schema.FLOWS_MARKS) & (schema.FLOW_MARK_MIDSTREAM | schema.FLOW_MARK_GAP);
  if (isFirst || isPartial == 0) return;
  issue(schema.ISSUE_CODE_HTTP_RESYNCHRONIZED, NaN, NaN);
  setU32(self, state.MARKS, schema.MESSAGE_MARK_RESYNCHRONIZED);
}

/** Octets in order, `sequence` and `packet` those of the first. */
export function receive(flow: u32, side: u32, from: usize, length: u32, sequence: u32, packet: u32): void {
  const self = state.dissectorOf(flow, side);
  let at = from;
  const end = from + length;
  if (self == 0) return;
  const isForeign = u32Of(self, state.STATE) == state.FOREIGN;
  if (isForeign && !resynchronize(self, at, end)) return;
  if (u32Of(self, state.STATE) == state.LOST && !resynchronize(self, at, end)) {
    if (leave.isWebSocket(flow, side, self, at, end))
      streams.dispatch(flow, side, at, length, sequence, packet);
    return;
  }
  while (at < end) {
    setU32(self, state.LAST_PACKET, packet);
    switch (u32Of(self, state.STATE)) {
      case state.START:
        at = begin(flow, side, self, at, end, sequence + <u32>(at - from), packet);
        break;
      case state.HEAD:
        at = goOn(flow, side, self, at, end);
        break;
      case state.CONTENT:
        at = body.content(flow, self, at, end);
        break;
      case state.CHUNK_SIZE:
        at = body.chunkSize(flow, self, at, end);
        break;
      case state.CHUNK_DATA:
        at = body.chunkData(self, at, end);
        break;
      case state.CHUNK_END:
        at = body.chunkEnd(flow, self, at, end);
        break;
      case state.TRAILERS:
        at = body.trailers(flow, self, at, end);
        break;
      case state.UNTIL_CLOSE:
        if (u32Of(self, state.CALL)) call.receive(self, at, <u32>(end - at));
        state.take(self, <f64>(end - at));
        at = end;
        break;
      default: // LOST: the rest of the segment has no border to go by
        return;
    }
    if (state.dissectorOf(flow, side) != self) {
      // A tunnel began: what follows is another protocol's.
      if (at < end) streams.receive(flow, side, at, <u32>(end - at), sequence + <u32>(at - from), packet);
      return;
    }
  }
}

/** After the border was lost: whether this segment begins a message. */
function resynchronize(self: usize, at: usize, end: usize): bool {
  if (looksLikeHttp(at, <u32>(end - at)) != schema.PROTOCOL_HTTP1) return false;
  issue(schema.ISSUE_CODE_HTTP_RESYNCHRONIZED, NaN, NaN);
  state.reset(self, state.START);
  setU32(self, state.MARKS, schema.MESSAGE_MARK_RESYNCHRONIZED);
  return true;
}

function begin(flow: u32, side: u32, self: usize, at: usize, end: usize, sequence: u32, packet: u32): usize {
  const isFirst = u32Of(self, state.PREVIOUS) == 0;
  if (isFirst && http09.isAwaited(flow, side) && !head.beginsLikeResponse(at, end)) {
    http09.beginAnswer(flow, side, self, sequence, packet);
    return at;
  }
  // RFC 9112 section 2.2: empty lines before a request are ignored.
  if (u8At(at) == CR || u8At(at) == LF) return at + 1;
  if (u8At(at) == 80 && leave.isHttp2(flow, side, self, at, end, 0)) return at;
  if (!canBegin(self, at, end)) {
    if (leave.isHttp2(flow, side, self, at, end, 0)) return at;
    if (leave.isWebSocket(flow, side, self, at, end)) return at;
    excess(flow, side, self);
    return end;
  }
  setU32(self, state.SEQUENCE, sequence);
  setU32(self, state.FIRST_PACKET, packet);
  const isResponse = head.isStatusLine(at, end);
  const messageSide = isResponse ? head.RESPONSE : head.REQUEST;
  const lineFeed = findLineFeed(at, end);
  if (lineFeed < end) {
    const same = lastSection.endOfSameSection(lineFeed + 1, end, messageSide);
    if (same) {
      parseHead(flow, side, self, at, lineFeed, same, true);
      return same;
    }
    const headEnd = http09.isRequest(at, lineFeed) ? lineFeed + 1 : head.endOfHead(lineFeed, end);
    if (headEnd) {
      parseHead(flow, side, self, at, lineFeed, headEnd, false);
      return headEnd;
    }
  }
  setU32(self, state.STATE, state.HEAD);
  return at;
}

/** Whether this direction had a response: only another one can follow. */
function followsResponse(self: usize): bool {
  return u32Of(self, state.PREVIOUS) != 0 && u32Of(self, state.SIDE) == head.RESPONSE;
}

/** Whether a message can begin so. Behind an offer of another protocol its line must be one of HTTP, as far as it is there. */
function canBegin(self: usize, at: usize, end: usize): bool {
  if (!head.isPlausibleStart(at, end, followsResponse(self))) return false;
  return !leave.isOffered(self) || looksLikeHttp(at, <u32>(end - at)) != NO;
}

/** Octets after a message that cannot begin another one. */
function excess(flow: u32, side: u32, self: usize): void {
  const isOffered = leave.isOffered(self);
  const previous = u32Of(self, state.PREVIOUS);
  if (previous && !isOffered) {
    const message = head.messageAt(previous - 1, u32Of(self, state.SIDE));
    orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_EXCESS_OCTETS);
  }
  state.reset(self, isOffered ? state.FOREIGN : state.LOST);
}

/** A head that did not come whole: it is gathered in the buffer. */
function goOn(flow: u32, side: u32, self: usize, at: usize, end: usize): usize {
  const had = u32Of(self, state.BUFFER_LENGTH);
  const more = min<u32>(<u32>(end - at), schema.LIMIT_HEAD_OCTETS - had);
  state.buffer(self, at, more);
  const from = <usize>u32Of(self, state.BUFFER);
  const to = from + had + more;
  if (had < 5 && u8At(from) == 80 && leave.isHttp2(flow, side, self, from, to, had)) return at;
  const isOpen =
    had < head.PLAUSIBLE || (leave.isOffered(self) && findLineFeed(from, from + had) == from + had);
  if (isOpen && !canBegin(self, from, to)) {
    excess(flow, side, self);
    return end;
  }
  const unseen = from + u32Of(self, state.SCANNED);
  let lineFeed = findLineFeed(unseen, to);
  let headEnd: usize = 0;
  if (lineFeed < to) {
    lineFeed = findLineFeed(from, to);
    if (http09.isRequest(from, lineFeed)) headEnd = lineFeed + 1;
    else headEnd = head.endOfHead(max<usize>(unseen, lineFeed), to);
  }
  if (headEnd) {
    parseHead(flow, side, self, from, lineFeed, headEnd, false);
    return at + (headEnd - from - had);
  }
  // The empty line may begin with the last two octets that are there.
  setU32(self, state.SCANNED, max<u32>(had + more, 3) - 3);
  if (had + more == schema.LIMIT_HEAD_OCTETS) {
    issue(schema.ISSUE_CODE_HEAD_LIMIT, had + more, schema.LIMIT_HEAD_OCTETS);
    setU32(self, state.MARKS, u32Of(self, state.MARKS) | schema.MESSAGE_MARK_TEXT_DROPPED);
    cutHead(flow, side, self, schema.MESSAGE_STATE_BROKEN);
    body.lose(self);
  }
  return end;
}

/** A head that ends before its empty line: what there is of it makes the row. */
function cutHead(flow: u32, side: u32, self: usize, as: u32): void {
  const length = u32Of(self, state.BUFFER_LENGTH);
  if (length == 0) return;
  const from = <usize>u32Of(self, state.BUFFER);
  const to = from + length;
  // Perhaps the first octets of the protocol that was offered.
  if (leave.isOffered(self) && looksLikeHttp(from, length) != schema.PROTOCOL_HTTP1) return;
  const message = writeHead(flow, side, self, from, findLineFeed(from, to), to, false, true);
  if (message == 0) return;
  setF64(message, schema.MESSAGES_END, timeOf(u32Of(self, state.LAST_PACKET)));
  setU32(message, schema.MESSAGES_LAST_PACKET, u32Of(self, state.LAST_PACKET));
  setU8(message, schema.MESSAGES_STATE, as);
  orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
}

/**
 * Writes the head in [at, end) into its exchange; answers the message's row, 0 for an interim response. One that is cut
 * is not judged by what may have followed.
 */
function writeHead(
  flow: u32,
  side: u32,
  self: usize,
  at: usize,
  lineFeed: usize,
  end: usize,
  isSame: bool,
  isCut: bool,
): usize {
  const isResponse = head.isStatusLine(at, end);
  const messageSide = isResponse ? head.RESPONSE : head.REQUEST;
  const hasCr = lineFeed > at && u8At(lineFeed - 1) == CR;
  const lineEnd = hasCr ? lineFeed - 1 : lineFeed;
  if (isResponse) head.parseStatusLine(at, lineEnd);
  else head.parseRequestLine(at, lineEnd);
  if (lineFeed == end) head.excuseCutLine(isResponse);
  if (isResponse) count(schema.COUNTER_RESPONSES, 1);
  const sectionStart = min<usize>(lineFeed + 1, end);
  if (isResponse && head.status >= 100 && head.status < 200 && head.status != 101) {
    const section = lastSection.interimSection(sectionStart, end, isSame);
    interims.noteInterim(flow, u32Of(self, state.FIRST_PACKET), u32Of(self, state.SEQUENCE), section);
    return 0;
  }
  const section = isCut
    ? sectionOfCut(sectionStart, end)
    : lastSection.sectionIn(sectionStart, end, messageSide, isSame);
  const firstPacket = u32Of(self, state.FIRST_PACKET);
  const exchange = isResponse
    ? head.exchangeOfResponse(flow, side, isAfterGap(self) ? firstPacket : 0)
    : head.exchangeOfRequest(flow, side, firstPacket);
  const message = head.messageAt(exchange, messageSide);
  setU32(self, state.EXCHANGE, exchange + 1);
  setU32(self, state.PREVIOUS, exchange + 1);
  setU32(self, state.SIDE, messageSide);
  setF64(message, schema.MESSAGES_START, timeOf(firstPacket));
  setU32(message, schema.MESSAGES_FIRST_PACKET, firstPacket);
  setU32(message, schema.MESSAGES_HEAD_PACKET, u32Of(self, state.LAST_PACKET));
  setU32(message, schema.MESSAGES_SEQUENCE, u32Of(self, state.SEQUENCE));
  setU32(message, schema.MESSAGES_HEAD_OCTETS, <u32>(end - at));
  setU32(message, schema.MESSAGES_SECTION, section);
  setU8(message, schema.MESSAGES_VERSION, head.version);
  setU8(message, schema.MESSAGES_MARKS, u32Of(self, state.MARKS));
  setU8(message, schema.MESSAGES_STATE, schema.MESSAGE_STATE_IN_BODY);
  const sectionRow = rowAt(schema.TABLE_SECTIONS, section - 1);
  let violations = head.violations;
  violations |= isCut ? cutViolations : u32Of(sectionRow, schema.SECTIONS_VIOLATIONS);
  if (!hasCr && lineFeed < end && head.version != 9) violations |= schema.VIOLATION_BARE_LF;
  const exchangeRow = head.exchangeAt(exchange);
  if (isResponse) {
    violations &= ~schema.VIOLATION_HOST_REPEATED;
  } else {
    setU32(
      exchangeRow,
      schema.EXCHANGES_AUTHORITY,
      head.authorityOf(u32Of(sectionRow, schema.SECTIONS_HOST)),
    );
    if (!isCut && head.version >= 11 && u32Of(sectionRow, schema.SECTIONS_HOST) == 0) {
      violations |= schema.VIOLATION_HOST_MISSING;
    }
  }
  if (
    head.version == 10 &&
    u32Of(sectionRow, schema.SECTIONS_MARKS) & schema.SECTION_MARK_TRANSFER_ENCODING
  ) {
    violations |= schema.VIOLATION_TRANSFER_ENCODING_IN_HTTP10;
  }
  setU32(message, schema.MESSAGES_VIOLATIONS, violations);
  return message;
}

/** Whether octets before this message are missing, perhaps whole messages. */
function isAfterGap(self: usize): bool {
  return (u32Of(self, state.MARKS) & schema.MESSAGE_MARK_RESYNCHRONIZED) != 0;
}

/** A whole head: writes it, and decides what follows it (RFC 9112 section 6.3). */
function parseHead(
  flow: u32,
  side: u32,
  self: usize,
  at: usize,
  lineFeed: usize,
  end: usize,
  isSame: bool,
): void {
  const message = writeHead(flow, side, self, at, lineFeed, end, isSame, false);
  if (message == 0) {
    state.reset(self, state.START);
    return;
  }
  state.clearBuffer(self);
  const section = rowAt(schema.TABLE_SECTIONS, u32Of(message, schema.MESSAGES_SECTION) - 1);
  const marks = u32Of(section, schema.SECTIONS_MARKS);
  const isResponse = u32Of(self, state.SIDE) == head.RESPONSE;
  if (marks & schema.SECTION_MARK_GRPC_WEB) call.begin(self, section, marks);
  if (isResponse && isWithoutContent(flow, side, self, message, marks)) return;
  const length = f64Of(section, schema.SECTIONS_CONTENT_LENGTH);
  if (marks & schema.SECTION_MARK_CHUNKED) {
    frame(message, self, schema.FRAMING_CHUNKED, state.CHUNK_SIZE);
  } else if (isResponse && (marks & schema.SECTION_MARK_TRANSFER_ENCODING) != 0) {
    frame(message, self, schema.FRAMING_UNTIL_CLOSE, state.UNTIL_CLOSE);
  } else if (length > 0) {
    setF64(self, state.REMAINING, length);
    frame(message, self, schema.FRAMING_CONTENT_LENGTH, state.CONTENT);
  } else if (length == 0) {
    frame(message, self, schema.FRAMING_CONTENT_LENGTH, state.CONTENT);
    body.complete(flow, self);
  } else if (isResponse) {
    frame(message, self, schema.FRAMING_UNTIL_CLOSE, state.UNTIL_CLOSE);
  } else {
    body.complete(flow, self);
    // Its content has no end that is known (RFC 9112 section 6.3): octets that follow are no request by chance.
    if (marks & schema.SECTION_MARK_TRANSFER_ENCODING) state.reset(self, state.FOREIGN);
  }
}

function frame(message: usize, self: usize, framing: u32, next: u32): void {
  setU8(message, schema.MESSAGES_FRAMING, framing);
  setU32(self, state.STATE, next);
}

/** Responses that never have content, and those after which the connection is another protocol's. */
function isWithoutContent(flow: u32, side: u32, self: usize, message: usize, marks: u32): bool {
  const exchange = u32Of(self, state.EXCHANGE) - 1;
  const method = u32Of(head.exchangeAt(exchange), schema.EXCHANGES_METHOD);
  const status = u16Of(head.exchangeAt(exchange), schema.EXCHANGES_STATUS);
  const framed = schema.SECTION_MARK_CONTENT_LENGTH | schema.SECTION_MARK_TRANSFER_ENCODING;
  if ((status == 204 || status == 101) && marks & framed) {
    orU32(message, schema.MESSAGES_VIOLATIONS, schema.VIOLATION_BODY_FORBIDDEN);
  }
  const isConnect = status >= 200 && status < 300 && head.isMethod(method, 'CONNECT');
  if (isConnect || status == 101) {
    setU8(message, schema.MESSAGES_FRAMING, schema.FRAMING_TUNNEL);
    body.complete(flow, self);
    leave.upgrade(flow, side, exchange, marks);
    return true;
  }
  if (status == 204 || status == 304 || head.isMethod(method, 'HEAD')) {
    body.complete(flow, self);
    return true;
  }
  return false;
}

/** Octets that the capture does not have. */
export function skip(flow: u32, side: u32, missing: u32): void {
  const self = state.dissectorOf(flow, side);
  if (self == 0) return;
  setU32(self, state.MARKS, u32Of(self, state.MARKS) | schema.MESSAGE_MARK_GAP);
  if (u32Of(self, state.STATE) == state.HEAD) {
    cutHead(flow, side, self, schema.MESSAGE_STATE_BROKEN);
    body.lose(self);
  } else {
    body.skip(flow, self, missing);
  }
}

/** The direction is over. */
export function close(flow: u32, side: u32, how: u32): void {
  const self = state.dissectorOf(flow, side);
  if (self == 0) return;
  if (u32Of(self, state.STATE) == state.HEAD) {
    cutHead(flow, side, self, how == streams.BY_END ? schema.MESSAGE_STATE_IN_HEAD : body.cutBy(how));
    state.reset(self, state.START);
  } else {
    body.close(flow, self, how);
  }
}

/** Both directions are over: gives their states back. */
export function end(flow: u32): void {
  const open = head.awaitedExchange(flow);
  // An exchange that was upgraded without a 101 in sight was answered in HTTP/2.
  const isAnswered =
    open == 0 ||
    u8Of(head.messageAt(open - 1, head.RESPONSE), schema.MESSAGES_STATE) != schema.MESSAGE_STATE_ABSENT;
  if (!isAnswered) orU32(flowAt(flow), schema.FLOWS_MARKS, schema.FLOW_MARK_UNANSWERED);
  for (let side: u32 = 0; side < 2; side++) {
    const self = state.dissectorOf(flow, side);
    if (self == 0) continue;
    state.destroy(self);
    setU32(directionAt(flow, side), schema.DIRECTIONS_DISSECTOR, 0);
  }
}
