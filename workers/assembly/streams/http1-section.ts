// Header and trailer sections: RFC 9112 section 5, RFC 9110 section 5. Each distinct section is parsed once and kept once.

import {
  findLineFeed,
  findOctet,
  foldedHash,
  hasControl,
  hashOctets,
  isDigit,
  isEqual,
  isTokenOctet,
  lowerCase,
  u8At,
} from '../bytes';
import { appendRow, rowAt, rowCount, setF64, setU32, u32Of } from '../columns';
import * as slots from '../hash-slots';
import * as schema from '../schema';
import { intern, textAddress, textLength } from '../strings';

const CR: u32 = 13;
const SPACE: u32 = 32;
const TAB: u32 = 9;
const LINE_FEED: u32 = 10;
const COMMA: u32 = 44;
const SEMICOLON: u32 = 59;
/** 2^53: beyond it a number of octets is not exact. */
const MOST_CONTENT: u64 = 9007199254740992;

/** The rows plus one of the sections of HTTP/1 by the hash of their octets. */
const known: usize = memory.data(slots.TABLE_OCTETS, 4);

// The section being parsed.
let row: usize = 0;
let violations: u32 = 0;
let marks: u32 = 0;
let singletons: u32 = 0;
let contentLength: f64 = NaN;
let transferEncodings: u32 = 0;
let finalIsChunked: bool = false;
/** Folded hash of the last field's name: a folded line goes on with it. */
let lastName: u32 = 0;

/** Whether the section of the row, each line ended by CRLF, is exactly [at, end). */
function isSection(other: usize, at: usize, end: usize): bool {
  if (u32Of(other, schema.SECTIONS_OCTETS) != end - at) return false;
  const first = u32Of(other, schema.SECTIONS_FIRST_LINE);
  const lines = u32Of(other, schema.SECTIONS_LINES);
  for (let line: u32 = 0; line < lines; line++) {
    const text = u32Of(rowAt(schema.TABLE_LINES, first + line), schema.LINES_TEXT);
    const length = textLength(text);
    if (end - at < length + 2 || !isEqual(textAddress(text), at, length)) return false;
    at += length;
    if (u8At(at) != CR || u8At(at + 1) != 10) return false;
    at += 2;
  }
  return end - at == 2 && u8At(at) == CR;
}

/** The section in [at, end), its empty line included where it has one: row of the sections table, plus one. */
export function sectionOf(at: usize, end: usize): u32 {
  const hash = hashOctets(at, end - at);
  let slot = slots.firstSlot(known, hash);
  for (; slots.entryAt(known, slot); slot = slots.nextSlot(known, slot)) {
    const entry = slots.entryAt(known, slot);
    const other = <u32>(entry >> 32);
    if (<u32>entry == hash && isSection(rowAt(schema.TABLE_SECTIONS, other - 1), at, end)) return other;
  }
  const section = rowCount(schema.TABLE_SECTIONS) + 1;
  slots.take(known, slot, hash, section);
  parse(at, end);
  return section;
}

/** Begins with the row of a new section, whose lines are the next rows of their table. */
export function openSection(): usize {
  row = appendRow(schema.TABLE_SECTIONS);
  violations = 0;
  marks = 0;
  singletons = 0;
  contentLength = NaN;
  transferEncodings = 0;
  finalIsChunked = false;
  lastName = 0;
  setU32(row, schema.SECTIONS_FIRST_LINE, rowCount(schema.TABLE_LINES));
  setU32(row, schema.SECTIONS_GRPC_STATUS, 0xffffffff);
  return row;
}

/** Writes what the lines of the new section said. */
export function closeSection(lines: u32, octets: u32): void {
  if (lines > schema.LIMIT_SECTION_LINES || octets > schema.LIMIT_SECTION_OCTETS) {
    violations |= schema.VIOLATION_SECTION_TOO_LARGE;
  }
  if (finalIsChunked) marks |= schema.SECTION_MARK_CHUNKED;
  if (transferEncodings > 1) violations |= schema.VIOLATION_DUPLICATE_TRANSFER_ENCODING;
  if (transferEncodings && marks & schema.SECTION_MARK_CONTENT_LENGTH) {
    violations |= schema.VIOLATION_TRANSFER_ENCODING_AND_CONTENT_LENGTH;
  }
  setU32(row, schema.SECTIONS_OCTETS, octets);
  setU32(row, schema.SECTIONS_LINES, lines);
  setU32(row, schema.SECTIONS_MARKS, marks);
  setU32(row, schema.SECTIONS_VIOLATIONS, violations);
  setF64(row, schema.SECTIONS_CONTENT_LENGTH, contentLength);
}

/** The new section does this against its standard. */
export function violates(bits: u32): void {
  violations |= bits;
}

/** The new section says this: SECTION_MARK_… bits. */
export function says(bits: u32): void {
  marks |= bits;
}

function parse(at: usize, end: usize): void {
  openSection();
  const octets = <u32>(end - at);
  let lines: u32 = 0;
  while (at < end && lines < schema.LIMIT_HEAD_LINES) {
    const lineFeed = findLineFeed(at, end);
    let lineEnd = lineFeed;
    if (lineFeed < end) {
      if (lineFeed > at && u8At(lineFeed - 1) == CR) lineEnd--;
      else violations |= schema.VIOLATION_BARE_LF;
    }
    if (lineEnd == at && lineFeed < end) break;
    line(at, lineEnd);
    lines++;
    at = lineFeed + 1;
  }
  closeSection(lines, octets);
}

function isSpace(octet: u32): bool {
  return octet == SPACE || octet == TAB;
}

function line(at: usize, end: usize): void {
  setU32(appendRow(schema.TABLE_LINES), schema.LINES_TEXT, intern(at, end - at));
  checkControls(at, end);
  if (isSpace(u8At(at))) {
    violations |= schema.VIOLATION_OBS_FOLD;
    fold(at, end);
    return;
  }
  const colon = findOctet(at, end, 58);
  if (colon == end) {
    violations |= schema.VIOLATION_COLON_MISSING;
    return;
  }
  let nameEnd = colon;
  while (nameEnd > at && isSpace(u8At(nameEnd - 1))) nameEnd--;
  if (nameEnd < colon) violations |= schema.VIOLATION_SPACE_BEFORE_COLON;
  if (nameEnd == at) violations |= schema.VIOLATION_NAME_NOT_TOKEN;
  for (let octet = at; octet < nameEnd; octet++) {
    if (!isTokenOctet(u8At(octet))) violations |= schema.VIOLATION_NAME_NOT_TOKEN;
  }
  let value = colon + 1;
  while (value < end && isSpace(u8At(value))) value++;
  while (end > value && isSpace(u8At(end - 1))) end--;
  field(foldedHash(at, nameEnd - at), value, end);
}

/** A folded line goes on with the value before it (RFC 9112 section 5.2): a length or coding with more to it is another one. */
function fold(at: usize, end: usize): void {
  while (at < end && isSpace(u8At(at))) at++;
  if (at == end) return;
  if (lastName == schema.HEADER_TRANSFER_ENCODING) {
    finalIsChunked = false;
    violations |= schema.VIOLATION_TRANSFER_ENCODING_NOT_CHUNKED;
  } else if (lastName == schema.HEADER_CONTENT_LENGTH) {
    contentLength = NaN;
    violations |= schema.VIOLATION_CONTENT_LENGTH_INVALID;
  }
}

/** Notes control characters in [at, end). */
export function checkControls(at: usize, end: usize): void {
  if (hasControl(at, end)) violations |= schema.VIOLATION_CONTROL_CHARACTER;
}

/** What a field of the new section says: the folded hash of its name, and its value. */
export function field(name: u32, value: usize, end: usize): void {
  lastName = name;
  switch (name) {
    case schema.HEADER_CONTENT_LENGTH:
      contentLengthField(value, end);
      break;
    case schema.HEADER_TRANSFER_ENCODING:
      transferEncoding(value, end);
      break;
    case schema.HEADER_HOST:
      if (u32Of(row, schema.SECTIONS_HOST)) violations |= schema.VIOLATION_HOST_REPEATED;
      else setU32(row, schema.SECTIONS_HOST, intern(value, end - value));
      break;
    case schema.HEADER_X_REQUEST_ID:
      if (u32Of(row, schema.SECTIONS_REQUEST_ID) == 0) {
        setU32(row, schema.SECTIONS_REQUEST_ID, intern(value, end - value));
      }
      break;
    case schema.HEADER_CONNECTION:
      if (hasToken(value, end, 'close')) marks |= schema.SECTION_MARK_CONNECTION_CLOSE;
      if (hasToken(value, end, 'keep-alive')) marks |= schema.SECTION_MARK_CONNECTION_KEEP_ALIVE;
      break;
    case schema.HEADER_UPGRADE:
      marks |= schema.SECTION_MARK_UPGRADE;
      if (hasToken(value, end, 'websocket')) marks |= schema.SECTION_MARK_WEBSOCKET;
      if (hasToken(value, end, 'h2c')) marks |= schema.SECTION_MARK_H2C;
      break;
    case schema.HEADER_EXPECT:
      if (hasToken(value, end, '100-continue')) marks |= schema.SECTION_MARK_EXPECT_CONTINUE;
      break;
    case schema.HEADER_SEC_WEBSOCKET_EXTENSIONS:
      webSocketExtensions(value, end);
      break;
    case schema.HEADER_CONTENT_ENCODING:
      marks |= schema.SECTION_MARK_CONTENT_ENCODING;
      break;
    case schema.HEADER_GRPC_STATUS:
      setU32(row, schema.SECTIONS_GRPC_STATUS, numberIn(value, end));
      break;
    case schema.HEADER_GRPC_MESSAGE:
      setU32(row, schema.SECTIONS_GRPC_MESSAGE, intern(value, end - value));
      break;
    default:
      break;
  }
  const bit = schema.singletonBit(name);
  if (singletons & bit) violations |= schema.VIOLATION_DUPLICATE_SINGLETON;
  singletons |= bit;
  if (name == schema.HEADER_CONTENT_TYPE && u32Of(row, schema.SECTIONS_CONTENT_TYPE) == 0) {
    setU32(row, schema.SECTIONS_CONTENT_TYPE, intern(value, end - value));
    marks |= grpcWebMarks(value, end);
  }
}

/** application/grpc-web, application/grpc-web-text, each perhaps with +proto and parameters. */
function grpcWebMarks(at: usize, end: usize): u32 {
  const suffix = min<usize>(findOctet(at, end, SEMICOLON), findOctet(at, end, 43));
  end = min<usize>(end, suffix);
  while (end > at && isSpace(u8At(end - 1))) end--;
  if (end - at == 20 && isToken(at, 'application/grpc-web')) return schema.SECTION_MARK_GRPC_WEB;
  if (end - at != 25 || !isToken(at, 'application/grpc-web-text')) return 0;
  return schema.SECTION_MARK_GRPC_WEB | schema.SECTION_MARK_GRPC_WEB_TEXT;
}

/** RFC 6455 section 9.1: names with parameters behind semicolons, in a list. */
function webSocketExtensions(at: usize, end: usize): void {
  while (at < end) {
    const comma = findOctet(at, end, COMMA);
    const nameEnd = findOctet(at, comma, SEMICOLON);
    if (hasToken(at, nameEnd, 'permessage-deflate')) marks |= schema.SECTION_MARK_WEBSOCKET_DEFLATE;
    else if (nameEnd > at) marks |= schema.SECTION_MARK_WEBSOCKET_EXTENSION;
    at = comma + 1;
  }
}

/** Whether a comma-separated list holds the token, in any letter case. */
export function hasToken(at: usize, end: usize, token: string): bool {
  while (at < end) {
    const comma = findOctet(at, end, COMMA);
    let from = at;
    let to = comma;
    while (from < to && isSpace(u8At(from))) from++;
    while (to > from && isSpace(u8At(to - 1))) to--;
    if (to - from == <usize>token.length && isToken(from, token)) return true;
    at = comma + 1;
  }
  return false;
}

function isToken(at: usize, token: string): bool {
  for (let index = 0; index < token.length; index++) {
    if (lowerCase(u8At(at + index)) != <u32>token.charCodeAt(index)) return false;
  }
  return true;
}

/** A decimal number of up to nine digits; 0xffffffff for anything else. */
export function numberIn(at: usize, end: usize): u32 {
  if (at == end || end - at > 9) return 0xffffffff;
  let value: u32 = 0;
  for (; at < end; at++) {
    if (!isDigit(u8At(at))) return 0xffffffff;
    value = value * 10 + u8At(at) - 48;
  }
  return value;
}

/** RFC 9110 section 8.6: a list of equal numbers may be merged; anything else is an error. */
function contentLengthField(at: usize, end: usize): void {
  if (at == end) violations |= schema.VIOLATION_CONTENT_LENGTH_INVALID;
  marks |= schema.SECTION_MARK_CONTENT_LENGTH;
  while (at < end) {
    const comma = findOctet(at, end, COMMA);
    let to = comma;
    while (at < to && isSpace(u8At(at))) at++;
    while (to > at && isSpace(u8At(to - 1))) to--;
    contentLengthValue(at, to);
    at = comma + 1;
  }
}

function contentLengthValue(at: usize, end: usize): void {
  let exact: u64 = 0;
  let isNumber = at < end;
  for (; at < end && isNumber; at++) {
    const octet = u8At(at);
    isNumber = isDigit(octet) && exact <= MOST_CONTENT;
    exact = exact * 10 + <u64>(octet - 48);
  }
  const value = <f64>exact;
  if (!isNumber || exact > MOST_CONTENT) violations |= schema.VIOLATION_CONTENT_LENGTH_INVALID;
  else if (contentLength != contentLength) contentLength = value;
  else if (contentLength == value) violations |= schema.VIOLATION_CONTENT_LENGTH_REPEATED;
  else violations |= schema.VIOLATION_CONTENT_LENGTH_CONFLICT;
}

function transferEncoding(at: usize, end: usize): void {
  transferEncodings++;
  marks |= schema.SECTION_MARK_TRANSFER_ENCODING;
  const isExactlyChunked = end - at == 7 && isToken(at, 'chunked');
  if (!isExactlyChunked) violations |= schema.VIOLATION_TRANSFER_ENCODING_NOT_CHUNKED;
  let last = at;
  for (let comma = findOctet(at, end, COMMA); comma < end; comma = findOctet(last, end, COMMA))
    last = comma + 1;
  finalIsChunked = hasToken(last, end, 'chunked');
}

/** Faults of a line that nothing behind its cut can mend. */
const EVIDENT: u32 =
  schema.VIOLATION_OBS_FOLD |
  schema.VIOLATION_CONTROL_CHARACTER |
  schema.VIOLATION_SPACE_BEFORE_COLON |
  schema.VIOLATION_NAME_NOT_TOKEN;

/** What is wrong in the section that {@link sectionOfCut} answered last. */
export let cutViolations: u32 = 0;

/**
 * The section of a head that is cut in [at, end). The line that it was cut in tells nothing, neither a value that may go on nor what
 * is missing: it is left out, but for what is wrong in it already.
 */
export function sectionOfCut(at: usize, end: usize): u32 {
  let whole = end;
  while (whole > at && u8At(whole - 1) != LINE_FEED) whole--;
  if (whole < end && u8At(end - 1) == CR) end--;
  const section = sectionOf(at, whole);
  cutViolations = u32Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_VIOLATIONS);
  if (whole == end) return section;
  const all = sectionOf(at, end);
  const evident =
    u32Of(rowAt(schema.TABLE_SECTIONS, all - 1), schema.SECTIONS_VIOLATIONS) & EVIDENT & ~cutViolations;
  cutViolations |= evident;
  return evident ? all : section;
}
