// Transmission Control Protocol: RFC 9293; options: RFC 7323, RFC 2018.

import { has, u16At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import { LAYER_NONE } from './kinds';
import * as scratch from './scratch';

const SYN: u32 = 2;
const NOP: u32 = 1;
const MAXIMUM_SEGMENT_SIZE: u32 = 2;
const WINDOW_SCALE: u32 = 3;
const SACK_PERMITTED: u32 = 4;
const SACK: u32 = 5;
const TIMESTAMPS: u32 = 8;

/** A TCP header with its options. */
export function tcp(at: usize, end: usize): u32 {
  if (!has(at, end, 20)) {
    issue(schema.ISSUE_CODE_TCP_TRUNCATED, <f64>(end - at), 20);
    return LAYER_NONE;
  }
  const header = (u8At(at + 12) >> 4) << 2;
  if (header < 20 || header > scratch.wireLength) {
    issue(schema.ISSUE_CODE_TCP_MALFORMED, header, 20);
    scratch.protocol = schema.PROTOCOL_TCP;
    scratch.hasOnlyPorts = true;
    scratch.sourcePort = u16At(at);
    scratch.destinationPort = u16At(at + 2);
    // A SYN begins another flow even so, as in Wireshark.
    scratch.sequence = u32At(at + 4);
    scratch.tcpFlags = u8At(at + 13);
    return LAYER_NONE;
  }
  scratch.protocol = schema.PROTOCOL_TCP;
  scratch.hasTransport = true;
  scratch.sourcePort = u16At(at);
  scratch.destinationPort = u16At(at + 2);
  scratch.sequence = u32At(at + 4);
  scratch.acknowledgment = u32At(at + 8);
  scratch.tcpFlags = u8At(at + 13);
  scratch.window = u16At(at + 14);
  scratch.checksum = u16At(at + 16);
  scratch.payloadLength = scratch.wireLength - header;
  scratch.windowScale = 255;
  scratch.maximumSegment = 0;
  scratch.synOptions = 0;
  const isWhole = has(at, end, header);
  scratch.payload = isWhole ? at + header : end;
  if (!isWhole) issue(schema.ISSUE_CODE_TCP_TRUNCATED, <f64>(end - at), header);
  if (describing) describe(at, header);
  if (header > 20 && (describing || scratch.tcpFlags & SYN)) options(at + 20, isWhole ? at + header : end);
  if (describing && end > scratch.payload) {
    tell(schema.FIELD_TCP_PAYLOAD, 1, scratch.payload, end - scratch.payload, NaN);
  }
  return LAYER_NONE;
}

function options(at: usize, end: usize): void {
  while (at < end) {
    const kind = u8At(at);
    if (kind == 0) return;
    if (kind == NOP) {
      if (describing) tell(schema.FIELD_TCP_OPTION_NOP, 1, at, 1, NaN);
      at++;
      continue;
    }
    if (!has(at, end, 2)) return;
    const length = u8At(at + 1);
    if (length < 2 || !has(at, end, length)) return;
    if (kind == WINDOW_SCALE && length == 3) scratch.windowScale = u8At(at + 2);
    else if (kind == MAXIMUM_SEGMENT_SIZE && length == 4) scratch.maximumSegment = u16At(at + 2);
    else if (kind == SACK_PERMITTED && length == 2) scratch.synOptions |= schema.SYN_OPTION_SACK_PERMITTED;
    else if (kind == TIMESTAMPS && length == 10) scratch.synOptions |= schema.SYN_OPTION_TIMESTAMPS;
    if (describing) describeOption(at, kind, length);
    at += length;
  }
}

function describeOption(at: usize, kind: u32, length: u32): void {
  if (kind == MAXIMUM_SEGMENT_SIZE && length == 4) tell(schema.FIELD_TCP_OPTION_MSS, 1, at, 4, u16At(at + 2));
  else if (kind == WINDOW_SCALE && length == 3) tell(schema.FIELD_TCP_OPTION_WSCALE, 1, at, 3, u8At(at + 2));
  else if (kind == SACK_PERMITTED) tell(schema.FIELD_TCP_OPTION_SACK_PERM, 1, at, length, NaN);
  else if (kind == SACK) tell(schema.FIELD_TCP_OPTION_SACK, 1, at, length, NaN);
  else if (kind == TIMESTAMPS && length == 10) {
    tell(schema.FIELD_TCP_OPTION_TIMESTAMP, 1, at, 10, NaN);
    tell(schema.FIELD_TCP_OPTION_TSVAL, 2, at + 2, 4, u32At(at + 2));
    tell(schema.FIELD_TCP_OPTION_TSECR, 2, at + 6, 4, u32At(at + 6));
  } else tell(schema.FIELD_TCP_OPTION, 1, at, length, kind);
}

function describe(at: usize, header: u32): void {
  const flags = scratch.tcpFlags;
  tell(schema.FIELD_TCP, 0, at, header, NaN);
  tell(schema.FIELD_TCP_SRCPORT, 1, at, 2, scratch.sourcePort);
  tell(schema.FIELD_TCP_DSTPORT, 1, at + 2, 2, scratch.destinationPort);
  tell(schema.FIELD_TCP_LEN, 1, at + 12, 1, scratch.payloadLength);
  tell(schema.FIELD_TCP_SEQ, 1, at + 4, 4, scratch.sequence);
  tell(schema.FIELD_TCP_ACK, 1, at + 8, 4, scratch.acknowledgment);
  tell(schema.FIELD_TCP_HDR_LEN, 1, at + 12, 1, header);
  tell(schema.FIELD_TCP_FLAGS, 1, at + 13, 1, flags);
  tell(schema.FIELD_TCP_FLAGS_CWR, 2, at + 13, 1, (flags >> 7) & 1);
  tell(schema.FIELD_TCP_FLAGS_ECE, 2, at + 13, 1, (flags >> 6) & 1);
  tell(schema.FIELD_TCP_FLAGS_URG, 2, at + 13, 1, (flags >> 5) & 1);
  tell(schema.FIELD_TCP_FLAGS_ACK, 2, at + 13, 1, (flags >> 4) & 1);
  tell(schema.FIELD_TCP_FLAGS_PUSH, 2, at + 13, 1, (flags >> 3) & 1);
  tell(schema.FIELD_TCP_FLAGS_RESET, 2, at + 13, 1, (flags >> 2) & 1);
  tell(schema.FIELD_TCP_FLAGS_SYN, 2, at + 13, 1, (flags >> 1) & 1);
  tell(schema.FIELD_TCP_FLAGS_FIN, 2, at + 13, 1, flags & 1);
  tell(schema.FIELD_TCP_WINDOW, 1, at + 14, 2, scratch.window);
  tell(schema.FIELD_TCP_CHECKSUM, 1, at + 16, 2, scratch.checksum);
  tell(schema.FIELD_TCP_URGENT, 1, at + 18, 2, u16At(at + 18));
}
