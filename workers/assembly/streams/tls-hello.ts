// ClientHello and ServerHello: RFC 8446 section 4.1, RFC 5246 section 7.4.1; extensions RFC 6066, RFC 7301.

import { copyOctets, has, rawU64, u16At, u8At } from '../bytes';
import { orU16, setU16, setU32, u16Of } from '../columns';
import { issue } from '../issues';
import * as schema from '../schema';
import { intern } from '../strings';

const SERVER_NAME: u32 = 0;
const ALPN: u32 = 16;
const SUPPORTED_VERSIONS: u32 = 43;
const ENCRYPTED_CLIENT_HELLO: u32 = 0xfe0d;
/** Its draft of 2018 to 2020, of the name alone: draft-ietf-tls-esni-06. */
const ENCRYPTED_SERVER_NAME: u32 = 0xffce;
/** Versions of drafts of TLS 1.3 are 0x7f00 and the draft's number. Before draft 22, a ServerHello had no session and no compression. */
const DRAFT: u32 = 0x7f00;
const DRAFT_22: u32 = 0x7f16;

/** Room for the ALPN list as text; a longer one is cut. */
const LIST_ROOM: usize = 1024;
const list: usize = memory.data(1024);

/** GREASE values (RFC 8701) stand for nothing: 0x0a0a, 0x1a1a … */
function isGrease(value: u32): bool {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 255);
}

function malformed(row: usize, found: usize, expected: usize): void {
  orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_MALFORMED);
  issue(schema.ISSUE_CODE_TLS_HANDSHAKE_MALFORMED, <f64>found, <f64>expected);
}

/** Version, random, and the lengths of session, suites and compressions (RFC 5246 section 7.4.1.2). */
export const SHORTEST_HELLO: u32 = 38;

/** Whether a handshake message of type 1 can be a ClientHello at all: a version that there is, and its fixed fields. */
export function isClientHello(at: usize, length: u32): bool {
  return length >= SHORTEST_HELLO && u8At(at) == 3 && u8At(at + 1) <= 4;
}

/** Reads the ClientHello body in [at, end) into its row. */
export function clientHello(row: usize, at: usize, end: usize): void {
  if (!has(at, end, 35)) return malformed(row, end - at, 35);
  const version = u16At(at);
  setU16(row, schema.HELLOS_LEGACY_VERSION, version);
  setU16(row, schema.HELLOS_VERSION, version);
  at += 34;
  const session = <usize>u8At(at) + 1;
  if (!has(at, end, session + 2)) return malformed(row, end - at, session + 2);
  at += session;
  const suites = u16At(at);
  if (!has(at, end, <usize>suites + 3)) return malformed(row, end - at, suites + 3);
  setU16(row, schema.HELLOS_CIPHER_SUITES, suites >> 1);
  at += <usize>suites + 2;
  const compressions = <usize>u8At(at) + 1;
  if (!has(at, end, compressions)) return malformed(row, end - at, compressions);
  at += compressions;
  extensions(row, at, end, true);
}

/** Reads the ServerHello body in [at, end) into the row of its ClientHello; true where it is a HelloRetryRequest. */
export function serverHello(row: usize, at: usize, end: usize): bool {
  if (!has(at, end, 38)) {
    malformed(row, end - at, 38);
    return false;
  }
  const version = u16At(at);
  setU16(row, schema.HELLOS_SELECTED_VERSION, version);
  if (version > DRAFT && version < DRAFT_22) {
    setU16(row, schema.HELLOS_CIPHER_SUITE, u16At(at + 34));
    extensions(row, at + 36, end, false);
    return false;
  }
  // RFC 8446 section 4.1.3: this random says HelloRetryRequest; its first eight octets tell it apart.
  const isRetry = rawU64(at + 2) == bswap<u64>(0xcf21ad74e59a6111);
  at += 34;
  const session = <usize>u8At(at) + 1;
  if (!has(at, end, session + 3)) {
    malformed(row, end - at, session + 3);
    return isRetry;
  }
  at += session;
  setU16(row, schema.HELLOS_CIPHER_SUITE, u16At(at));
  extensions(row, at + 3, end, false);
  return isRetry;
}

function extensions(row: usize, at: usize, end: usize, isClient: bool): void {
  if (at == end) return;
  if (!has(at, end, 2)) return malformed(row, end - at, 2);
  const total = <usize>u16At(at);
  at += 2;
  if (!has(at, end, total)) malformed(row, end - at, total);
  else end = at + total;
  while (has(at, end, 4)) {
    const type = u16At(at);
    const length = <usize>u16At(at + 2);
    at += 4;
    if (!has(at, end, length)) return malformed(row, end - at, length);
    if (type == SERVER_NAME && isClient) serverName(row, at, at + length);
    else if (type == ALPN) alpn(row, at, at + length, isClient);
    else if (type == SUPPORTED_VERSIONS) versions(row, at, at + length, isClient);
    else if (type == ENCRYPTED_CLIENT_HELLO || type == ENCRYPTED_SERVER_NAME) {
      orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_ENCRYPTED_CLIENT_HELLO);
    }
    at += length;
  }
}

function serverName(row: usize, at: usize, end: usize): void {
  orU16(row, schema.HELLOS_MARKS, schema.HELLO_MARK_SERVER_NAME);
  if (!has(at, end, 5)) return malformed(row, end - at, 5);
  const length = <usize>u16At(at + 3);
  if (!has(at + 5, end, length)) return malformed(row, end - at - 5, length);
  setU32(row, schema.HELLOS_SERVER_NAME, intern(at + 5, length));
}

function alpn(row: usize, at: usize, end: usize, isClient: bool): void {
  if (!has(at, end, 2)) return malformed(row, end - at, 2);
  at += 2;
  let used: usize = 0;
  while (at < end) {
    const length = <usize>u8At(at);
    if (!has(at + 1, end, length)) {
      malformed(row, end - at - 1, length);
      break;
    }
    if (used + length + 1 > LIST_ROOM) break;
    if (used) {
      copyOctets(list + used, COMMA, 1);
      used++;
    }
    copyOctets(list + used, at + 1, length);
    used += length;
    at += 1 + length;
  }
  setU32(row, isClient ? schema.HELLOS_ALPN : schema.HELLOS_SELECTED_ALPN, intern(list, used));
}

const COMMA: usize = memory.data<u8>([44]);

function versions(row: usize, at: usize, end: usize, isClient: bool): void {
  if (!isClient) {
    if (has(at, end, 2)) setU16(row, schema.HELLOS_SELECTED_VERSION, u16At(at));
    return;
  }
  at++;
  while (has(at, end, 2)) {
    const version = u16At(at);
    if (!isGrease(version) && version > u16Of(row, schema.HELLOS_VERSION)) {
      setU16(row, schema.HELLOS_VERSION, version);
    }
    at += 2;
  }
}
