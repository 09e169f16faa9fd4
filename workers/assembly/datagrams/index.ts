// What rides on datagrams of UDP: told by the first one that shows it, on any port, or by a port that stands for it. One more: its
// check here, its fields in describe.ts.

import { has, u16At, u32At, u8At } from '../bytes';
import { setU8, u8Of } from '../columns';
import { directionAt, FOLLOWED } from '../flows/table';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import * as quic from './quic';

const STUN_COOKIE: u32 = 0x2112a442;

/** A datagram with payload of the flow, in scratch.ts; answers the protocol to show for its packet. */
export function receive(flow: u32, side: u32, packet: u32, shown: u32): u32 {
  if (flow == FOLLOWED || scratch.protocol != schema.PROTOCOL_UDP) return shown;
  const at = scratch.payload;
  const end = scratch.end;
  const own = directionAt(flow, side);
  let protocol = u8Of(own, schema.DIRECTIONS_PROTOCOL);
  if (protocol == schema.PROTOCOL_UNKNOWN) {
    const other = directionAt(flow, side ^ 1);
    protocol = u8Of(other, schema.DIRECTIONS_PROTOCOL);
    if (protocol == schema.PROTOCOL_UNKNOWN) protocol = protocolOf(at, end);
    if (protocol == schema.PROTOCOL_UNKNOWN) return shown;
    setU8(own, schema.DIRECTIONS_PROTOCOL, protocol);
  }
  if (protocol == schema.PROTOCOL_STUN || protocol == schema.PROTOCOL_DTLS) {
    const found = besideStun(at, end, protocol == schema.PROTOCOL_DTLS);
    if (found == schema.PROTOCOL_QUIC || found == schema.PROTOCOL_DTLS) {
      setU8(own, schema.DIRECTIONS_PROTOCOL, found);
    }
    protocol = found;
  }
  if (protocol == schema.PROTOCOL_UNKNOWN) return shown;
  if (protocol == schema.PROTOCOL_QUIC) quic.receive(flow, side, at, end, packet);
  return protocol;
}

/**
 * Peers look for a way through with STUN, and speak DTLS, QUIC or RTP on it: the first octet tells which (RFC 7983, RFC 9443), and the
 * rest confirms it. UNKNOWN for what is none of them, as media are.
 */
function besideStun(at: usize, end: usize, isDtlsKnown: bool): u32 {
  if (isStun(at, end)) return schema.PROTOCOL_STUN;
  if (quic.isQuic(at, end)) return schema.PROTOCOL_QUIC;
  const first = u8At(at);
  if (isDtls(at, end) || (isDtlsKnown && first >= 20 && first < 64)) return schema.PROTOCOL_DTLS;
  return isChannelData(at, end) ? schema.PROTOCOL_STUN : schema.PROTOCOL_UNKNOWN;
}

/** What TURN relays, behind its channel and length (RFC 8656 section 12.4); over UDP it need not be padded. */
function isChannelData(at: usize, end: usize): bool {
  if (!has(at, end, 4) || u8At(at) >> 4 != 4) return false;
  const length = <usize>u16At(at + 2);
  return has(at + 4, end, length) && end - (at + 4) - length < 4;
}

/** The protocol of a datagram by its octets, else by its ports; UNKNOWN where nothing tells. */
export function protocolOf(at: usize, end: usize): u32 {
  if (quic.isQuic(at, end)) return schema.PROTOCOL_QUIC;
  if (quic.isGoogleQuic(at, end)) return schema.PROTOCOL_GQUIC;
  if (isWireGuard(at, end)) return schema.PROTOCOL_WIREGUARD;
  if (isDtls(at, end)) return schema.PROTOCOL_DTLS;
  if (isStun(at, end)) return schema.PROTOCOL_STUN;
  const byDestination = protocolOfPort(scratch.destinationPort);
  return byDestination == schema.PROTOCOL_UNKNOWN ? protocolOfPort(scratch.sourcePort) : byDestination;
}

/** Service names that IANA gave these ports; what speaks there begins with nothing that would tell. */
function protocolOfPort(port: u32): u32 {
  switch (port) {
    case 53:
      return schema.PROTOCOL_DNS;
    case 5353:
      return schema.PROTOCOL_MDNS;
    case 67:
    case 68:
    case 546:
    case 547:
      return schema.PROTOCOL_DHCP;
    case 123:
      return schema.PROTOCOL_NTP;
    case 1900:
      return schema.PROTOCOL_SSDP;
    case 4500: // in UDP: RFC 3948
      return schema.PROTOCOL_ESP;
    case 2123:
    case 2152:
      return schema.PROTOCOL_GTP;
    case 1701:
      return schema.PROTOCOL_L2TP;
    default:
      return schema.PROTOCOL_UNKNOWN;
  }
}

/** WireGuard: handshake initiation, response and cookie have lengths of their own (WireGuard, section 5.4). */
export function isWireGuard(at: usize, end: usize): bool {
  if (!has(at, end, 32)) return false;
  const length = end - at;
  switch (u32At(at)) {
    case 0x01000000:
      return length == 148;
    case 0x02000000:
      return length == 92;
    case 0x03000000:
      return length == 64;
    case 0x04000000:
      // Transport data has any multiple of 16: only where it is expected.
      return (
        (length & 15) == 0 &&
        (isWireGuardPort(scratch.destinationPort) || isWireGuardPort(scratch.sourcePort))
      );
    default:
      return false;
  }
}

/** Its own port, and those of Flannel (IPv6) and Cilium. */
function isWireGuardPort(port: u32): bool {
  return port == 51820 || port == 51821 || port == 51871;
}

/** DTLS: RFC 9147, RFC 6347 section 4.1: records whose lengths fill the datagram. */
export function isDtls(at: usize, end: usize): bool {
  if (!has(at, end, 13)) return false;
  while (at < end) {
    if (!has(at, end, 13)) return false;
    const type = u8At(at);
    const version = u16At(at + 1);
    if (type < 20 || type > 26 || (version != 0xfeff && version != 0xfefd && version != 0x0100)) return false;
    const length = <usize>u16At(at + 11);
    if (length == 0 || !has(at + 13, end, length)) return false;
    at += 13 + length;
  }
  return true;
}

/** STUN and TURN: RFC 8489 section 5. */
function isStun(at: usize, end: usize): bool {
  if (!has(at, end, 20) || u8At(at) & 0xc0 || u32At(at + 4) != STUN_COOKIE) return false;
  const length = <usize>u16At(at + 2);
  // Attributes are padded to four octets; WhatsApp and Teams do not always do so.
  return has(at + 20, end, length) && ((length & 3) == 0 || end - at - 20 == length);
}
