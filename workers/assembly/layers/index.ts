// The decoders by the layer they read. One more layer: its file, its number in kinds.ts, and a line here.

import { issue } from '../issues';
import {
  FIELD_ICMP,
  FIELD_ICMPV6,
  ISSUE_CODE_LINK_TYPE_ALIEN,
  ISSUE_CODE_LINK_TYPE_UNKNOWN,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_UNKNOWN,
} from '../schema';
import { ethernet, llc, vlan } from './ethernet';
import { arp, icmp } from './icmp';
import { ipv4 } from './ipv4';
import { ipv6 } from './ipv6';
import { erf, nflog, pflog, pktap } from './capture-headers';
import * as tags from './ethernet-tags';
import { frameRelay, snap } from './frame-relay';
import { protocolOfAlienLink } from './ip-protocols';
import { authentication, securityPayload } from './ipsec';
import { juniper, juniperAtm } from './juniper';
import * as kinds from './kinds';
import { l2tp, l2tpSession } from './l2tp';
import { nsh } from './nsh';
import * as links from './old-links';
import { ports, sctp } from './sctp';
import * as overlays from './udp-tunnels';
import { hdlc, mpls, ppp, pppInLinux, pppoe } from './mpls';
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
  if (layer == kinds.LAYER_NONE) {
    scratch.protocol = protocolOfAlienLink(linkType);
    const isAlien = scratch.protocol != PROTOCOL_UNKNOWN;
    issue(isAlien ? ISSUE_CODE_LINK_TYPE_ALIEN : ISSUE_CODE_LINK_TYPE_UNKNOWN, linkType, NaN);
  }
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
    const at = scratch.next;
    const end = scratch.end;
    // Nearly all that there is.
    if (layer == kinds.LAYER_IPV4) layer = ipv4(at, end);
    else if (layer == kinds.LAYER_TCP) layer = tcp(at, end);
    else if (layer == kinds.LAYER_ETHERNET) layer = ethernet(at, end);
    else layer = step(layer, at, end);
  }
}

function step(layer: u32, at: usize, end: usize): u32 {
  switch (layer) {
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
    case kinds.LAYER_IPV6:
      return ipv6(at, end);
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
      return tunnels.ipInIp(kinds.LAYER_IPV4, at, end);
    case kinds.LAYER_IPV6_IN_IP:
      return tunnels.ipInIp(kinds.LAYER_IPV6, at, end);
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
      return wlan(at, end, false);
    case kinds.LAYER_WLAN_SWAPPED:
      return wlan(at, end, true);
    case kinds.LAYER_PPI:
      return ppi(at, end);
    case kinds.LAYER_PKTAP:
      return pktap(at, end);
    case kinds.LAYER_NFLOG:
      return nflog(at, end);
    case kinds.LAYER_PFLOG:
      return pflog(at, end);
    default:
      return rareStep(layer, at, end);
  }
}

function rareStep(layer: u32, at: usize, end: usize): u32 {
  switch (layer) {
    case kinds.LAYER_PBB:
      return tags.pbb(at, end);
    case kinds.LAYER_VNTAG:
      return tags.vnTag(at, end);
    case kinds.LAYER_FABRIC_PATH:
      return tags.fabricPath(at, end);
    case kinds.LAYER_MACSEC:
      return tags.macsec(at, end);
    case kinds.LAYER_CISCO_METADATA:
      return tags.ciscoMetaData(at, end);
    case kinds.LAYER_TRILL:
      return tags.trill(at, end);
    case kinds.LAYER_BATMAN:
      return tags.batman(at, end);
    case kinds.LAYER_NSH:
      return nsh(at, end);
    case kinds.LAYER_AUTHENTICATION:
      return authentication(at, end);
    case kinds.LAYER_ESP:
      return securityPayload(at, end);
    case kinds.LAYER_SCTP:
      return sctp(at, end);
    case kinds.LAYER_PORTS:
      return ports(at, end);
    case kinds.LAYER_L2TP:
      return l2tp(at, end);
    case kinds.LAYER_L2TP_SESSION:
      return l2tpSession(at, end);
    case kinds.LAYER_CAPWAP:
      return overlays.capwap(at, end);
    case kinds.LAYER_TZSP:
      return overlays.tzsp(at, end);
    case kinds.LAYER_LISP:
      return overlays.lisp(at, end);
    case kinds.LAYER_GUE:
      return overlays.gue(at, end);
    case kinds.LAYER_AYIYA:
      return overlays.ayiya(at, end);
    default:
      return linkStep(layer, at, end);
  }
}

function linkStep(layer: u32, at: usize, end: usize): u32 {
  switch (layer) {
    case kinds.LAYER_FDDI:
      return links.fddi(at, end);
    case kinds.LAYER_TOKEN_RING:
      return links.tokenRing(at, end);
    case kinds.LAYER_FIBRE_CHANNEL:
      return links.fibreChannel(at, end);
    case kinds.LAYER_FIREWIRE:
      return links.fireWire(at, end);
    case kinds.LAYER_SLIP:
      return links.slip(at, end);
    case kinds.LAYER_ARCNET:
      return links.arcnet(at, end, false);
    case kinds.LAYER_ARCNET_LINUX:
      return links.arcnet(at, end, true);
    case kinds.LAYER_ATM:
      return links.atm(at, end);
    case kinds.LAYER_SUN_ATM:
      return links.sunAtm(at, end);
    case kinds.LAYER_IPNET:
      return links.ipnet(at, end);
    case kinds.LAYER_ENC:
      return links.enc(at, end);
    case kinds.LAYER_IPOIB:
      return links.ipoib(at, end);
    case kinds.LAYER_FRAME_RELAY:
      return frameRelay(at, end);
    case kinds.LAYER_FRAME_RELAY_DIRECTED:
      return links.skipTo(at, end, 1, kinds.LAYER_FRAME_RELAY);
    case kinds.LAYER_PPP_DIRECTED:
      return links.skipTo(at, end, 1, kinds.LAYER_PPP);
    case kinds.LAYER_HDLC_DIRECTED:
      return links.skipTo(at, end, 1, kinds.LAYER_HDLC);
    case kinds.LAYER_ERF:
      return erf(at, end);
    case kinds.LAYER_PPP_LINUX:
      return pppInLinux(at, end);
    case kinds.LAYER_SNAP:
      return snap(at, end);
    case kinds.LAYER_JUNIPER_ETHERNET:
      return juniper(at, end, kinds.LAYER_ETHERNET);
    case kinds.LAYER_JUNIPER_PPP:
      return juniper(at, end, kinds.LAYER_PPP);
    case kinds.LAYER_JUNIPER_HDLC:
      return juniper(at, end, kinds.LAYER_HDLC);
    case kinds.LAYER_JUNIPER_FRAME_RELAY:
      return juniper(at, end, kinds.LAYER_FRAME_RELAY);
    case kinds.LAYER_JUNIPER_ATM:
      return juniperAtm(at, end);
    case kinds.LAYER_ETHERNET_BEHIND_4:
      return links.skipTo(at, end, 4, kinds.LAYER_ETHERNET);
    case kinds.LAYER_ETHERNET_BEHIND_8:
      return links.skipTo(at, end, 8, kinds.LAYER_ETHERNET);
    case kinds.LAYER_ETHERNET_BEHIND_12:
      return links.skipTo(at, end, 12, kinds.LAYER_ETHERNET);
    case kinds.LAYER_SWITCH_TAG:
      return links.switchTag(at, end, 4);
    case kinds.LAYER_SWITCH_TAG_LONG:
      return links.switchTag(at, end, 8);
    default:
      return kinds.LAYER_NONE;
  }
}
