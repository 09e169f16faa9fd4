// Header and trailer sections of HTTP/2 (RFC 9113 section 8): lists of interned lines, each distinct list parsed once and kept once.

import { foldedHash, hashOctets, isDigit, isTokenOctet, u8At } from '../bytes';
import { appendRow, orU16, rowAt, rowCount, setU16, setU32, u16Of, u32Of } from '../columns';
import * as slots from '../hash-slots';
import * as schema from '../schema';
import { intern, textAddress, textLength } from '../strings';
import * as hpack from './hpack';
import { UNKNOWN } from './hpack-table';
import { checkControls, closeSection, field, hasToken, openSection, says, violates } from './http1-section';

/** Bits of `sections.pseudo`: the pseudo-header fields that there are (RFC 9113 section 8.3, RFC 8441 section 4), */
export const METHOD: u32 = 1 << 0;
export const SCHEME: u32 = 1 << 1;
export const AUTHORITY: u32 = 1 << 2;
export const PATH: u32 = 1 << 3;
export const STATUS: u32 = 1 << 4;
export const PROTOCOL: u32 = 1 << 5;
/** some line that is a placeholder, */
export const UNKNOWN_LINE: u32 = 1 << 6;
/** and what they and the content type say. */
export const IS_CONNECT: u32 = 1 << 7;
export const IS_HEAD: u32 = 1 << 8;
export const IS_GRPC: u32 = 1 << 9;
export const IS_GRPC_WEB: u32 = 1 << 10;
/** The content is gRPC-Web in Base64. */
export const IS_GRPC_TEXT: u32 = 1 << 11;

/** Any pseudo-header field, and those of requests. */
export const ANY_PSEUDO: u32 = METHOD | SCHEME | AUTHORITY | PATH | STATUS | PROTOCOL;
export const ANY_REQUEST: u32 = METHOD | SCHEME | AUTHORITY | PATH | PROTOCOL;

const COLON: u32 = 58;
const SPACE: u32 = 32;
const TAB: u32 = 9;
const GRPC = 'application/grpc';

/** The rows plus one of the sections of HTTP/2 by the hash of their lines' texts. */
const known: usize = memory.data(slots.TABLE_OCTETS, 4);

/** Whether the lines of the section are those of the block decoded last. */
function isSection(other: usize): bool {
  if (u32Of(other, schema.SECTIONS_LINES) != hpack.count) return false;
  const first = u32Of(other, schema.SECTIONS_FIRST_LINE);
  for (let line: u32 = 0; line < hpack.count; line++) {
    if (u32Of(rowAt(schema.TABLE_LINES, first + line), schema.LINES_TEXT) != hpack.textAt(line)) return false;
  }
  return true;
}

/** The section of the block that hpack.ts decoded last: row of the sections table, plus one. */
export function sectionOfBlock(): u32 {
  const hash = hashOctets(hpack.lineTexts(), (<usize>hpack.count) << 2);
  let slot = slots.firstSlot(known, hash);
  for (; slots.entryAt(known, slot); slot = slots.nextSlot(known, slot)) {
    const entry = slots.entryAt(known, slot);
    const other = <u32>(entry >> 32);
    if (<u32>entry == hash && isSection(rowAt(schema.TABLE_SECTIONS, other - 1))) return other;
  }
  const section = rowCount(schema.TABLE_SECTIONS) + 1;
  slots.take(known, slot, hash, section);
  parse();
  return section;
}

/** `sections.pseudo` of a section (row plus one); 0 for none. */
export function pseudoOf(section: u32): u32 {
  return section ? u16Of(rowAt(schema.TABLE_SECTIONS, section - 1), schema.SECTIONS_PSEUDO) : 0;
}

function parse(): void {
  const row = openSection();
  let authority: u32 = 0;
  let isRegular = false;
  for (let line: u32 = 0; line < hpack.count; line++) {
    const text = hpack.textAt(line);
    setU32(appendRow(schema.TABLE_LINES), schema.LINES_TEXT, text);
    const name = hpack.nameAt(line);
    if (name & UNKNOWN) {
      orU16(row, schema.SECTIONS_PSEUDO, UNKNOWN_LINE);
      continue;
    }
    const at = textAddress(text);
    const length = textLength(text);
    if (length < name + 2) continue; // text is no longer kept
    const nameEnd = at + name;
    const value = nameEnd + 2;
    const end = at + length;
    checkControls(at, end);
    if (name > 0 && u8At(at) == COLON) {
      if (isRegular) violates(schema.VIOLATION_PSEUDO_FIELD_INVALID);
      if (foldedHash(at, name) == schema.HEADER_PSEUDO_AUTHORITY) authority = intern(value, end - value);
      pseudo(row, foldedHash(at, name), value, end);
    } else {
      isRegular = true;
      checkName(at, nameEnd);
      regular(foldedHash(at, name), value, end);
    }
  }
  if (authority) setU32(row, schema.SECTIONS_HOST, authority);
  noteGrpc(row);
  closeSection(hpack.count, hpack.octets);
}

function pseudo(row: usize, name: u32, value: usize, end: usize): void {
  let bit: u32 = 0;
  switch (name) {
    case schema.HEADER_PSEUDO_METHOD:
      bit = METHOD;
      setU32(row, schema.SECTIONS_METHOD, intern(value, end - value));
      if (isWord(value, end, 'CONNECT')) bit |= IS_CONNECT;
      if (isWord(value, end, 'HEAD')) bit |= IS_HEAD;
      break;
    case schema.HEADER_PSEUDO_SCHEME:
      bit = SCHEME;
      break;
    case schema.HEADER_PSEUDO_AUTHORITY:
      bit = AUTHORITY;
      break;
    case schema.HEADER_PSEUDO_PATH:
      bit = PATH;
      setU32(row, schema.SECTIONS_TARGET, intern(value, end - value));
      if (value == end) violates(schema.VIOLATION_PSEUDO_FIELD_INVALID);
      break;
    case schema.HEADER_PSEUDO_STATUS:
      bit = STATUS;
      setU16(row, schema.SECTIONS_STATUS, status(value, end));
      break;
    case schema.HEADER_PSEUDO_PROTOCOL:
      bit = PROTOCOL;
      if (hasToken(value, end, 'websocket')) says(schema.SECTION_MARK_WEBSOCKET);
      break;
    default:
      break;
  }
  if (bit == 0 || u16Of(row, schema.SECTIONS_PSEUDO) & bit) violates(schema.VIOLATION_PSEUDO_FIELD_INVALID);
  orU16(row, schema.SECTIONS_PSEUDO, bit);
}

function isWord(at: usize, end: usize, word: string): bool {
  if (end - at != <usize>word.length) return false;
  for (let index = 0; index < word.length; index++) {
    if (u8At(at + index) != <u32>word.charCodeAt(index)) return false;
  }
  return true;
}

function status(at: usize, end: usize): u32 {
  if (end - at == 3 && isDigit(u8At(at)) && isDigit(u8At(at + 1)) && isDigit(u8At(at + 2))) {
    const code = u8At(at) * 100 + u8At(at + 1) * 10 + u8At(at + 2) - 5328; // 111 times 48
    if (code >= 100) return code;
  }
  violates(schema.VIOLATION_PSEUDO_FIELD_INVALID);
  return 0;
}

/** RFC 9113 section 8.2.1. */
function checkName(at: usize, end: usize): void {
  if (at == end) violates(schema.VIOLATION_NAME_NOT_TOKEN);
  for (let octet = at; octet < end; octet++) {
    const value = u8At(octet);
    if (value - 65 < 26) violates(schema.VIOLATION_UPPER_CASE_NAME);
    else if (!isTokenOctet(value)) violates(schema.VIOLATION_NAME_NOT_TOKEN);
  }
}

function regular(name: u32, value: usize, end: usize): void {
  while (value < end && (u8At(value) == SPACE || u8At(value) == TAB)) value++;
  while (end > value && (u8At(end - 1) == SPACE || u8At(end - 1) == TAB)) end--;
  switch (name) {
    // RFC 9113 section 8.2.2
    case schema.HEADER_CONNECTION:
    case schema.HEADER_KEEP_ALIVE:
    case schema.HEADER_PROXY_CONNECTION:
    case schema.HEADER_TRANSFER_ENCODING:
    case schema.HEADER_UPGRADE:
      violates(schema.VIOLATION_CONNECTION_SPECIFIC_FIELD);
      break;
    case schema.HEADER_TE:
      if (end - value != 8 || !hasToken(value, end, 'trailers')) {
        violates(schema.VIOLATION_CONNECTION_SPECIFIC_FIELD);
      }
      break;
    default:
      field(name, value, end);
      break;
  }
}

/** application/grpc, application/grpc+proto, application/grpc-web and so on. */
function noteGrpc(row: usize): void {
  const text = u32Of(row, schema.SECTIONS_CONTENT_TYPE);
  const length = textLength(text);
  if (text == 0 || length < <usize>GRPC.length) return;
  const at = textAddress(text);
  if (!isWord(at, at + GRPC.length, GRPC)) return;
  const rest = at + GRPC.length;
  const end = at + length;
  const next = rest < end ? u8At(rest) : 59;
  if (next == 59 || next == 43 || next == SPACE) orU16(row, schema.SECTIONS_PSEUDO, IS_GRPC);
  else if (end - rest >= 4 && isWord(rest, rest + 4, '-web')) {
    orU16(row, schema.SECTIONS_PSEUDO, IS_GRPC_WEB);
    const isText = end - rest >= 9 && isWord(rest, rest + 9, '-web-text');
    if (isText) orU16(row, schema.SECTIONS_PSEUDO, IS_GRPC_TEXT);
  }
}
