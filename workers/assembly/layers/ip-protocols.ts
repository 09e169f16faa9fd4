// What is above IP: the layer that reads it, and the name of what is only named.

import * as schema from '../schema';
import * as kinds from './kinds';
import * as scratch from './scratch';

/** The layer of the IP protocol at hand (IANA's number). */
export function aboveIp(protocol: u32): u32 {
  switch (protocol) {
    case 2:
      scratch.protocol = schema.PROTOCOL_IGMP;
      return kinds.LAYER_NONE;
    case 89:
      scratch.protocol = schema.PROTOCOL_OSPF;
      return kinds.LAYER_NONE;
    default:
      return kinds.layerOfIpProtocol(protocol);
  }
}

/** The protocol to name for a link type that carries no packets of a network; UNKNOWN for others. */
export function protocolOfAlienLink(linkType: u32): u32 {
  switch (linkType) {
    case 187:
    case 201:
    case 251:
    case 254:
    case 255:
    case 256:
    case 272:
      return schema.PROTOCOL_BLUETOOTH;
    case 186:
    case 189:
    case 220:
    case 249:
    case 266:
    case 293:
    case 294:
    case 295:
      return schema.PROTOCOL_USB;
    case 253:
      return schema.PROTOCOL_NETLINK;
    case 190:
    case 227:
      return schema.PROTOCOL_CAN;
    default:
      return schema.PROTOCOL_UNKNOWN;
  }
}
