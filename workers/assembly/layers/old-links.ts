// Link layers that few use today, and what operating systems put before packets: https://www.tcpdump.org/linktypes.html.

import { has, u16At, u24At, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

const SLIP_OCTETS: usize = 16;
const IPOIB_OCTETS: usize = 44;
const IPNET_OCTETS: usize = 24;
const ENC_OCTETS: usize = 12;
const LLC_SNAP: u32 = 0xaaaa03;

function truncated(at: usize, end: usize, expected: usize): u32 {
  issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>expected);
  return kinds.LAYER_NONE;
}

/** A header of fixed size that says nothing of what follows. */
function fixed(at: usize, end: usize, size: usize, field: u32, above: u32): u32 {
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) tell(field, 0, at, size, NaN);
  scratch.next = at + size;
  return above;
}

/** FDDI: frame control and two addresses, then LLC. */
export function fddi(at: usize, end: usize): u32 {
  return fixed(at, end, 13, schema.FIELD_FDDI, kinds.LAYER_LLC);
}

/** IP over Fibre Channel: two addresses of 8 octets (RFC 2625). */
export function fibreChannel(at: usize, end: usize): u32 {
  return fixed(at, end, 16, schema.FIELD_IPFC, kinds.LAYER_LLC);
}

/** Token Ring: access and frame control, two addresses, and the route where the source's first bit says so. */
export function tokenRing(at: usize, end: usize): u32 {
  if (!has(at, end, 16)) return truncated(at, end, 16);
  const route: usize = u8At(at + 8) & 0x80 ? u8At(at + 14) & 31 : 0;
  return fixed(at, end, 14 + route, schema.FIELD_TOKEN_RING, kinds.LAYER_LLC);
}

/** IP over IEEE 1394 as Apple has it: two addresses of 8 octets and an EtherType. */
export function fireWire(at: usize, end: usize): u32 {
  if (!has(at, end, 18)) return truncated(at, end, 18);
  const type = u16At(at + 16);
  if (describing) tell(schema.FIELD_FIREWIRE, 0, at, 18, type);
  scratch.next = at + 18;
  return kinds.layerOfEtherType(type);
}

/** SLIP: direction, then the octet that says whether the header is compressed (RFC 1144), which is not undone. */
export function slip(at: usize, end: usize): u32 {
  if (!has(at, end, SLIP_OCTETS)) return truncated(at, end, SLIP_OCTETS);
  const kind = u8At(at + 1);
  if (describing) tell(schema.FIELD_SLIP, 0, at, SLIP_OCTETS, u8At(at));
  scratch.next = at + SLIP_OCTETS;
  // TYPE_COMPRESSED_TCP, TYPE_UNCOMPRESSED_TCP (whose protocol field is a slot number).
  return kind & 0x80 || (kind & 0xf0) == 0x70 ? kinds.LAYER_NONE : kinds.LAYER_RAW;
}

/** ARCNET as BSD and as Linux write it: RFC 1051 puts the packet at once, RFC 1201 flags and a sequence number before it. */
export function arcnet(at: usize, end: usize, isLinux: bool): u32 {
  const typeAt: usize = isLinux ? 4 : 2;
  if (!has(at, end, typeAt + 1)) return truncated(at, end, typeAt + 1);
  const type = u8At(at + typeAt);
  const isOld = type == 240 || type == 241;
  let size = typeAt + 1;
  if (!isOld) {
    if (!has(at, end, size + 3)) return truncated(at, end, size + 3);
    const flag = u8At(at + size);
    // An exception frame pads by four octets; of a message in pieces only the first has the packet's header.
    if (flag == 0xff && !isLinux) size += 4;
    else if (flag != 0 && (flag & 1) == 0) return kinds.LAYER_NONE;
    size += 3;
  }
  if (!has(at, end, size)) return truncated(at, end, size);
  if (describing) {
    tell(schema.FIELD_ARCNET, 0, at, size, NaN);
    tell(schema.FIELD_ARCNET_PROTOCOL, 1, at + typeAt, 1, type);
  }
  scratch.next = at + size;
  switch (type) {
    case 212:
    case 240:
      return kinds.LAYER_IPV4;
    case 196:
      return kinds.LAYER_IPV6;
    case 213:
    case 241:
      return kinds.LAYER_ARP;
    default:
      return kinds.LAYER_NONE;
  }
}

/** ATM as RFC 2684 has it: LLC, or the packet at once (Classical IP, and permanent circuits of one protocol). */
export function atm(at: usize, end: usize): u32 {
  scratch.next = at;
  if (!has(at, end, 3)) return truncated(at, end, 3);
  return u24At(at) == LLC_SNAP ? kinds.LAYER_LLC : kinds.LAYER_RAW;
}

/** SunATM: flags and circuit, then as RFC 2684. */
export function sunAtm(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return truncated(at, end, 4);
  return atm(at + 4, end);
}

/** Solaris' IPNET: its address family is 2 or 26. */
export function ipnet(at: usize, end: usize): u32 {
  if (!has(at, end, IPNET_OCTETS)) return truncated(at, end, IPNET_OCTETS);
  if (describing) tell(schema.FIELD_IPNET, 0, at, IPNET_OCTETS, u8At(at + 1));
  scratch.next = at + IPNET_OCTETS;
  return u8At(at + 1) == 26 ? kinds.LAYER_IPV6 : kinds.LAYER_IPV4;
}

/** OpenBSD's enc: what IPsec took off or will put on, and the packet. */
export function enc(at: usize, end: usize): u32 {
  if (!has(at, end, ENC_OCTETS)) return truncated(at, end, ENC_OCTETS);
  if (describing) {
    tell(schema.FIELD_ENC, 0, at, ENC_OCTETS, NaN);
    tell(schema.FIELD_ENC_SPI, 1, at + 4, 4, u32At(at + 4));
  }
  scratch.next = at + ENC_OCTETS;
  return kinds.LAYER_RAW;
}

/** IP over InfiniBand: 40 octets of addresses, an EtherType and two octets that are kept free (RFC 4391). */
export function ipoib(at: usize, end: usize): u32 {
  if (!has(at, end, IPOIB_OCTETS)) return truncated(at, end, IPOIB_OCTETS);
  const type = u16At(at + 40);
  if (describing) tell(schema.FIELD_IPOIB, 0, at, IPOIB_OCTETS, type);
  scratch.next = at + IPOIB_OCTETS;
  return kinds.layerOfEtherType(type);
}

/** A frame whose first octets are told apart from Ethernet by their number alone. */
export function skipTo(at: usize, end: usize, size: usize, layer: u32): u32 {
  if (!has(at, end, size)) return truncated(at, end, size);
  scratch.next = at + size;
  return layer;
}

/** A switch's tag between the addresses and the EtherType: Broadcom's and Marvell's, of 4 or 8 octets. */
export function switchTag(at: usize, end: usize, size: usize): u32 {
  if (!has(at, end, 14 + size)) return truncated(at, end, 14 + size);
  if (describing) {
    tell(schema.FIELD_ETH, 0, at, 14 + size, NaN);
    tell(schema.FIELD_ETH_DST, 1, at, 6, NaN);
    tell(schema.FIELD_ETH_SRC, 1, at + 6, 6, NaN);
  }
  scratch.protocol = schema.PROTOCOL_ETHERNET;
  scratch.next = at + 14 + size;
  return kinds.layerOfLengthOrType(u16At(at + 12 + size));
}
