// User Datagram Protocol: RFC 768.

import { has, u16At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import {
  LAYER_AYIYA,
  LAYER_CAPWAP,
  LAYER_GRE,
  LAYER_GTP,
  LAYER_L2TP,
  LAYER_NONE,
  LAYER_TEREDO,
  layerOfUdpPort,
} from './kinds';
import * as scratch from './scratch';

/** A UDP header; known ports carry tunnels. */
export function udp(at: usize, end: usize): u32 {
  if (!has(at, end, 8)) {
    issue(schema.ISSUE_CODE_UDP_TRUNCATED, <f64>(end - at), 8);
    return LAYER_NONE;
  }
  const length = u16At(at + 4);
  // 0 is a jumbogram (RFC 2675) or segmentation offload.
  if (length != 0 && length < 8) {
    issue(schema.ISSUE_CODE_UDP_MALFORMED, length, 8);
    return LAYER_NONE;
  }
  if (length > scratch.wireLength) issue(schema.ISSUE_CODE_UDP_MALFORMED, length, scratch.wireLength);
  scratch.protocol = schema.PROTOCOL_UDP;
  scratch.hasTransport = true;
  scratch.sourcePort = u16At(at);
  scratch.destinationPort = u16At(at + 2);
  scratch.payload = at + 8;
  scratch.payloadLength = (length == 0 ? max<u32>(scratch.wireLength, 8) : length) - 8;
  if (describing) {
    tell(schema.FIELD_UDP, 0, at, 8, NaN);
    tell(schema.FIELD_UDP_SRCPORT, 1, at, 2, scratch.sourcePort);
    tell(schema.FIELD_UDP_DSTPORT, 1, at + 2, 2, scratch.destinationPort);
    tell(schema.FIELD_UDP_LENGTH, 1, at + 4, 2, length);
    tell(schema.FIELD_UDP_CHECKSUM, 1, at + 6, 2, u16At(at + 6));
    if (end > at + 8) tell(schema.FIELD_UDP_PAYLOAD, 1, at + 8, end - at - 8, NaN);
  }
  return tunnel(at + 8, end);
}

/** The tunnel in the payload, which goes on with its own layers; what is none stays a datagram. */
function tunnel(at: usize, end: usize): u32 {
  scratch.next = at;
  const layer = layerOfUdpPort(scratch.destinationPort);
  if (layer == LAYER_GRE && !isGre(at, end)) return LAYER_NONE;
  return layer == LAYER_NONE && scratch.sourcePort != 0 ? layerBySourcePort() : layer;
}

/** Whether GRE of RFC 8086 begins here, and no answer to a client on its port: version 0, an IP packet or a frame in it. */
function isGre(at: usize, end: usize): bool {
  if (!has(at, end, 4) || u16At(at) & 0x4fff) return false;
  const type = u16At(at + 2);
  return type == 0x0800 || type == 0x86dd || type == 0x6558;
}

/** Answers of tunnels that use one port on both sides, or answer from it. */
function layerBySourcePort(): u32 {
  const layer = layerOfUdpPort(scratch.sourcePort);
  switch (layer) {
    case LAYER_GTP:
    case LAYER_TEREDO:
    case LAYER_L2TP:
    case LAYER_AYIYA:
    case LAYER_CAPWAP:
      return layer;
    default:
      return LAYER_NONE;
  }
}
