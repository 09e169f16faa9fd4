// Fields of what rides on datagrams, for the details of a packet: the rules that tell one protocol from another are those of index.ts.

import { has, u16At, u32At, u8At } from '../bytes';
import { tell } from '../layers/describe';
import * as schema from '../schema';
import { protocolOf } from './index';
import * as quic from './quic';

const HANDSHAKE: u32 = 22;
/** Octets of a name (RFC 1035 section 2.3.4). */
const LONGEST_NAME: usize = 255;

/** Describes the datagram in [at, end), whose ports are in scratch.ts. */
export function describeDatagram(at: usize, end: usize): void {
  switch (protocolOf(at, end)) {
    case schema.PROTOCOL_QUIC:
      describeQuic(at, end);
      break;
    case schema.PROTOCOL_WIREGUARD:
      describeWireGuard(at, end);
      break;
    case schema.PROTOCOL_DTLS:
      describeDtls(at, end);
      break;
    case schema.PROTOCOL_DNS:
    case schema.PROTOCOL_MDNS:
      describeDns(at, end);
      break;
    default:
      break;
  }
}

/** Each packet of the datagram; what is behind the last long header is a packet with a short one, or padding. */
function describeQuic(at: usize, end: usize): void {
  while (quic.header(at, end)) {
    const size = quic.packetEnd - at;
    tell(schema.FIELD_QUIC, 0, at, size, NaN);
    tell(schema.FIELD_QUIC_LONG_TYPE, 1, at, 1, quic.packetType);
    tell(schema.FIELD_QUIC_VERSION, 1, at + 1, 4, quic.version);
    tell(schema.FIELD_QUIC_DCID, 1, quic.destinationId, quic.destinationIdLength, NaN);
    tell(schema.FIELD_QUIC_SCID, 1, quic.sourceId, quic.sourceIdLength, NaN);
    if (quic.tokenLength) tell(schema.FIELD_QUIC_TOKEN, 1, quic.token, quic.tokenLength, NaN);
    if (quic.packetType < quic.RETRY) {
      tell(
        schema.FIELD_QUIC_LENGTH,
        1,
        quic.lengthAt,
        quic.content - quic.lengthAt,
        <f64>(quic.packetEnd - quic.content),
      );
      tell(schema.FIELD_QUIC_PAYLOAD, 1, quic.content, quic.packetEnd - quic.content, NaN);
    }
    at = quic.packetEnd;
  }
  if (has(at, end, 1) && (u8At(at) & 0xc0) == 0x40) tell(schema.FIELD_QUIC_SHORT, 0, at, end - at, NaN);
}

function describeWireGuard(at: usize, end: usize): void {
  const type = u8At(at);
  tell(schema.FIELD_WIREGUARD, 0, at, end - at, NaN);
  tell(schema.FIELD_WIREGUARD_TYPE, 1, at, 1, type);
  // Cookie replies and transport data name the receiver alone; numbers are little-endian.
  if (type <= 2) tell(schema.FIELD_WIREGUARD_SENDER, 1, at + 4, 4, bswap<u32>(u32At(at + 4)));
  const receiverAt = type == 2 ? at + 8 : at + 4;
  if (type >= 2) tell(schema.FIELD_WIREGUARD_RECEIVER, 1, receiverAt, 4, bswap<u32>(u32At(receiverAt)));
}

function describeDtls(at: usize, end: usize): void {
  while (has(at, end, 13)) {
    const length = <usize>u16At(at + 11);
    const type = u8At(at);
    const epoch = u16At(at + 3);
    tell(schema.FIELD_DTLS, 0, at, 13 + length, NaN);
    tell(schema.FIELD_DTLS_CONTENT_TYPE, 1, at, 1, type);
    tell(schema.FIELD_DTLS_VERSION, 1, at + 1, 2, u16At(at + 1));
    tell(schema.FIELD_DTLS_EPOCH, 1, at + 3, 2, epoch);
    tell(schema.FIELD_DTLS_LENGTH, 1, at + 11, 2, <f64>length);
    if (type == HANDSHAKE && epoch == 0 && has(at + 13, end, 1)) {
      tell(schema.FIELD_DTLS_HANDSHAKE_TYPE, 1, at + 13, 1, u8At(at + 13));
    }
    if (!has(at + 13, end, length)) return;
    at += 13 + length;
  }
}

/** The header, and the first question (RFC 1035 section 4.1). */
function describeDns(at: usize, end: usize): void {
  if (!has(at, end, 12)) return;
  tell(schema.FIELD_DNS, 0, at, end - at, NaN);
  tell(schema.FIELD_DNS_ID, 1, at, 2, u16At(at));
  tell(schema.FIELD_DNS_FLAGS, 1, at + 2, 2, u16At(at + 2));
  tell(schema.FIELD_DNS_QUESTIONS, 1, at + 4, 2, u16At(at + 4));
  tell(schema.FIELD_DNS_ANSWERS, 1, at + 6, 2, u16At(at + 6));
  if (u16At(at + 4) == 0) return;
  let label = at + 12;
  while (has(label, end, 1) && u8At(label) != 0) {
    // The first name has nothing before it that it could point to.
    if (u8At(label) > 63 || label - at > LONGEST_NAME) return;
    label += 1 + u8At(label);
  }
  if (!has(label, end, 5)) return;
  tell(schema.FIELD_DNS_NAME, 1, at + 12, label + 1 - (at + 12), NaN);
  tell(schema.FIELD_DNS_TYPE, 1, label + 1, 2, u16At(label + 1));
}
