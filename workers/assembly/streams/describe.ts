// Fields of a segment's own payload, where it begins like a message or a record that is read.

import { findLineFeed, findOctet, has, isDigit, u16At, u24At, u8At } from '../bytes';
import { tell } from '../layers/describe';
import * as schema from '../schema';
import { describeHttp2 } from './describe-http2';
import { describeWebSocket } from './describe-websocket';
import { isStatusLine } from './http1-head';
import { looksLikeHttp } from './sniff';
import { RECORD_OCTETS } from './tls';

const CR: u32 = 13;
const SPACE: u32 = 32;

/** Describes the payload in [at, end). */
export function describePayload(at: usize, end: usize): void {
  if (at >= end || describeHttp2(at, end)) return;
  if (looksLikeHttp(at, <u32>(end - at)) == schema.PROTOCOL_HTTP1) http(at, end);
  else if (!describeWebSocket(at, end) && isRecord(at, end)) records(at, end);
}

function http(at: usize, end: usize): void {
  tell(schema.FIELD_HTTP, 0, at, end - at, NaN);
  const isStatus = isStatusLine(at, end);
  const fieldLine = isStatus ? schema.FIELD_HTTP_RESPONSE_FIELD_LINE : schema.FIELD_HTTP_REQUEST_FIELD_LINE;
  let isStartLine = true;
  while (at < end) {
    const lineFeed = findLineFeed(at, end);
    const hasCr = lineFeed < end && lineFeed > at && u8At(lineFeed - 1) == CR;
    const lineEnd = hasCr ? lineFeed - 1 : lineFeed;
    const next = min<usize>(lineFeed + 1, end);
    if (isStartLine && isStatus) statusLine(at, lineEnd);
    else if (isStartLine) requestLine(at, lineEnd);
    else if (lineEnd > at) tell(fieldLine, 1, at, lineEnd - at, NaN);
    const isEmpty = lineEnd == at;
    at = next;
    if (isEmpty) break;
    isStartLine = false;
  }
  if (at < end) tell(schema.FIELD_HTTP_DATA, 1, at, end - at, NaN);
}

function requestLine(at: usize, end: usize): void {
  tell(schema.FIELD_HTTP_REQUEST_LINE, 1, at, end - at, NaN);
  const method = findOctet(at, end, SPACE);
  tell(schema.FIELD_HTTP_METHOD, 2, at, method - at, NaN);
  if (method == end) return;
  const uri = findOctet(method + 1, end, SPACE);
  tell(schema.FIELD_HTTP_URI, 2, method + 1, uri - method - 1, NaN);
  if (uri < end) tell(schema.FIELD_HTTP_REQUEST_VERSION, 2, uri + 1, end - uri - 1, NaN);
}

function statusLine(at: usize, end: usize): void {
  tell(schema.FIELD_HTTP_STATUS_LINE, 1, at, end - at, NaN);
  const version = findOctet(at, end, SPACE);
  tell(schema.FIELD_HTTP_RESPONSE_VERSION, 2, at, version - at, NaN);
  if (!has(version, end, 4)) return;
  let code: u32 = 0;
  for (let digit: usize = 1; digit < 4; digit++) {
    if (!isDigit(u8At(version + digit))) return;
    code = code * 10 + u8At(version + digit) - 48;
  }
  tell(schema.FIELD_HTTP_STATUS, 2, version + 1, 3, code);
  if (has(version, end, 6)) tell(schema.FIELD_HTTP_REASON, 2, version + 5, end - version - 5, NaN);
}

function isRecord(at: usize, end: usize): bool {
  return (
    has(at, end, 5) && u8At(at) >= 20 && u8At(at) <= 23 && u8At(at + 1) == 3 && u16At(at + 3) <= RECORD_OCTETS
  );
}

function records(at: usize, end: usize): void {
  tell(schema.FIELD_TLS, 0, at, end - at, NaN);
  // After ChangeCipherSpec what looks like a handshake is encrypted.
  let isClear = true;
  while (isRecord(at, end)) {
    const type = u8At(at);
    const length = <usize>u16At(at + 3);
    const there = min<usize>(length, end - at - 5);
    tell(schema.FIELD_TLS_RECORD, 1, at, 5 + there, NaN);
    tell(schema.FIELD_TLS_CONTENT_TYPE, 2, at, 1, type);
    tell(schema.FIELD_TLS_RECORD_VERSION, 2, at + 1, 2, u16At(at + 1));
    tell(schema.FIELD_TLS_RECORD_LENGTH, 2, at + 3, 2, <f64>length);
    const content = at + 5;
    if (type == 20) isClear = false;
    if (type == 21 && there == 2 && length == 2) {
      tell(schema.FIELD_TLS_ALERT_LEVEL, 2, content, 1, u8At(content));
      tell(schema.FIELD_TLS_ALERT_DESCRIPTION, 2, content + 1, 1, u8At(content + 1));
    } else if (type == 22 && isClear) {
      handshake(content, content + there);
    } else if (type != 20 && there) {
      tell(schema.FIELD_TLS_DATA, 2, content, there, NaN);
    }
    at = content + there;
  }
  if (at < end) tell(schema.FIELD_TLS_DATA, 1, at, end - at, NaN);
}

function handshake(at: usize, end: usize): void {
  while (has(at, end, 4)) {
    const type = u8At(at);
    const length = <usize>u24At(at + 1);
    const there = min<usize>(length, end - at - 4);
    tell(schema.FIELD_TLS_HANDSHAKE_TYPE, 2, at, 1, type);
    tell(schema.FIELD_TLS_HANDSHAKE_LENGTH, 3, at + 1, 3, <f64>length);
    if (type == 1 || type == 2) hello(at + 4, at + 4 + there, type == 1);
    at += 4 + there;
  }
}

function hello(at: usize, end: usize, isClient: bool): void {
  if (!has(at, end, 35)) return;
  tell(schema.FIELD_TLS_HANDSHAKE_VERSION, 3, at, 2, u16At(at));
  tell(schema.FIELD_TLS_RANDOM, 3, at + 2, 32, NaN);
  const session = <usize>u8At(at + 34);
  if (!has(at + 35, end, session + 2)) return;
  if (session) tell(schema.FIELD_TLS_SESSION_ID, 3, at + 35, session, NaN);
  at += 35 + session;
  const suites = isClient ? <usize>u16At(at) : 2;
  if (isClient) at += 2;
  if (!has(at, end, suites)) return;
  for (let suite = at; suite + 1 < at + suites; suite += 2) {
    tell(schema.FIELD_TLS_CIPHER_SUITE, 3, suite, 2, u16At(suite));
  }
  at += suites;
  if (!has(at, end, 1)) return;
  const compressions = isClient ? <usize>u8At(at) + 1 : 1;
  if (!has(at, end, compressions + 2)) return;
  extensions(at + compressions + 2, end, isClient);
}

function extensions(at: usize, end: usize, isClient: bool): void {
  while (has(at, end, 4)) {
    const type = u16At(at);
    const length = <usize>u16At(at + 2);
    const there = min<usize>(length, end - at - 4);
    tell(schema.FIELD_TLS_EXTENSION, 3, at, 4 + there, type);
    const value = at + 4;
    if (there == length) {
      if (type == 0 && length > 5) tell(schema.FIELD_TLS_SERVER_NAME, 4, value + 5, length - 5, NaN);
      else if (type == 16) alpn(value + 2, value + length);
      else if (type == 43) supportedVersions(isClient ? value + 1 : value, value + length);
    }
    at = value + there;
  }
}

function alpn(at: usize, end: usize): void {
  while (at < end) {
    const length = <usize>u8At(at);
    if (!has(at + 1, end, length)) return;
    tell(schema.FIELD_TLS_ALPN, 4, at + 1, length, NaN);
    at += 1 + length;
  }
}

function supportedVersions(at: usize, end: usize): void {
  for (; has(at, end, 2); at += 2) tell(schema.FIELD_TLS_SUPPORTED_VERSION, 4, at, 2, u16At(at));
}
