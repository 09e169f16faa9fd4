// The decoders by the layer they read. One more layer: its file, its number in kinds.ts, and a line here.

import { issue } from '../issues';
import {
  FIELD_ICMP,
  FIELD_ICMPV6,
  ISSUE_CODE_LINK_TYPE_UNKNOWN,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
} from '../schema';
import { ethernet, llc, vlan } from './ethernet';
import { arp, icmp } from './icmp';
import { ipv4 } from './ipv4';
import { ipv6 } from './ipv6';
import { nflog, pflog, pktap } from './capture-headers';
import * as kinds from './kinds';
import { hdlc, mpls, ppp, pppoe } from './mpls';
import * as tunnels from './tunnels';
import { ppi, prism, radiotap, wlan } from './wireless';
import { loopback, raw } from './null';
import * as scratch from './scratch';
import { sll, sll2 } from './sll';
import { tcp } from './tcp';
import { udp } from './udp';

/** VLAN tags may repeat; a packet that goes on for longer than this is made to. */
const DEEPEST: u32 = 32;

/** Decodes the packet in [at, end) into scratch.ts, from its link type up to its transport. */
export function decode(linkType: u32, at: usize, end: usize): void {
  scratch.clear();
  scratch.next = at;
  scratch.end = end;
  let layer = kinds.layerOfLinkType(linkType);
  if (layer == kinds.LAYER_NONE) issue(ISSUE_CODE_LINK_TYPE_UNKNOWN, linkType, NaN);
  walk(layer);
}

/** Goes on with the layer above a datagram that was put together from fragments: its octets are [at, end). */
export function resume(layer: u32, at: usize, end: usize): void {
  scratch.isFragment = false;
  scratch.next = at;
  scratch.end = end;
  scratch.wireLength = <u32>(end - at);
  walk(layer);
}

function walk(layer: u32): void {
  for (let depth: u32 = 0; layer != kinds.LAYER_NONE && depth < DEEPEST; depth++) {
    layer = step(layer, scratch.next, scratch.end);
  }
}

function step(layer: u32, at: usize, end: usize): u32 {
  switch (layer) {
    case kinds.LAYER_ETHERNET:
      return ethernet(at, end);
    case kinds.LAYER_VLAN:
      return vlan(at, end);
    case kinds.LAYER_LLC:
      return llc(at, end);
    case kinds.LAYER_SLL:
      return sll(at, end);
    case kinds.LAYER_SLL2:
      return sll2(at, end);
    case kinds.LAYER_NULL:
    case kinds.LAYER_LOOP:
      return loopback(at, end);
    case kinds.LAYER_RAW:
      return raw(at, end);
    case kinds.LAYER_ARP:
      return arp(at, end);
    case kinds.LAYER_IPV4:
      return ipv4(at, end);
    case kinds.LAYER_IPV6:
      return ipv6(at, end);
    case kinds.LAYER_TCP:
      return tcp(at, end);
    case kinds.LAYER_UDP:
      return udp(at, end);
    case kinds.LAYER_ICMP:
      return icmp(at, end, FIELD_ICMP, PROTOCOL_ICMP);
    case kinds.LAYER_ICMPV6:
      return icmp(at, end, FIELD_ICMPV6, PROTOCOL_ICMPV6);
    case kinds.LAYER_GRE:
      return tunnels.gre(at, end);
    case kinds.LAYER_ERSPAN:
      return tunnels.erspan(at, end);
    case kinds.LAYER_ERSPAN3:
      return tunnels.erspan3(at, end);
    case kinds.LAYER_VXLAN:
      return tunnels.vxlan(at, end, false);
    case kinds.LAYER_VXLAN_GPE:
      return tunnels.vxlan(at, end, true);
    case kinds.LAYER_GENEVE:
      return tunnels.geneve(at, end);
    case kinds.LAYER_GTP:
      return tunnels.gtp(at, end);
    case kinds.LAYER_TEREDO:
      return tunnels.teredo(at, end);
    case kinds.LAYER_IPV4_IN_IP:
      return tunnels.ipInIp(kinds.LAYER_IPV4);
    case kinds.LAYER_IPV6_IN_IP:
      return tunnels.ipInIp(kinds.LAYER_IPV6);
    case kinds.LAYER_ETHERIP:
      return tunnels.etherIp(at, end);
    case kinds.LAYER_MPLS:
      return mpls(at, end);
    case kinds.LAYER_PPP:
      return ppp(at, end);
    case kinds.LAYER_PPPOE:
      return pppoe(at, end);
    case kinds.LAYER_HDLC:
      return hdlc(at, end);
    case kinds.LAYER_RADIOTAP:
      return radiotap(at, end);
    case kinds.LAYER_PRISM:
      return prism(at, end);
    case kinds.LAYER_WLAN:
      return wlan(at, end);
    case kinds.LAYER_PPI:
      return ppi(at, end);
    case kinds.LAYER_PKTAP:
      return pktap(at, end);
    case kinds.LAYER_NFLOG:
      return nflog(at, end);
    case kinds.LAYER_PFLOG:
      return pflog(at, end);
    default:
      return kinds.LAYER_NONE;
  }
}
