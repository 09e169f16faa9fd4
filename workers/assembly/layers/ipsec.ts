// IPsec: the Authentication Header (RFC 4302) is read through, the Encapsulating Security Payload (RFC 4303) is named.

import { has, u32At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

/** An Authentication Header behind IPv4; IPv6 has it among its extension headers. */
export function authentication(at: usize, end: usize): u32 {
  const size = has(at, end, 12) ? (<usize>u8At(at + 1) + 2) << 2 : 12;
  if (!has(at, end, size) || size < 12) {
    issue(schema.ISSUE_CODE_IP_TRUNCATED, <f64>(end - at), <f64>size);
    return kinds.LAYER_NONE;
  }
  const inner = u8At(at);
  if (describing) {
    tell(schema.FIELD_AH, 0, at, size, NaN);
    tell(schema.FIELD_AH_NEXT, 1, at, 1, inner);
    tell(schema.FIELD_AH_SPI, 1, at + 4, 4, u32At(at + 4));
    tell(schema.FIELD_AH_SEQUENCE, 1, at + 8, 4, u32At(at + 8));
  }
  scratch.transport = inner;
  scratch.wireLength = scratch.wireLength > <u32>size ? scratch.wireLength - <u32>size : 0;
  scratch.next = at + size;
  return kinds.layerOfIpProtocol(inner);
}

/** What follows is encrypted; with a NULL cipher it cannot be told from that. */
export function securityPayload(at: usize, end: usize): u32 {
  scratch.protocol = schema.PROTOCOL_ESP;
  if (describing && has(at, end, 8)) {
    tell(schema.FIELD_ESP, 0, at, end - at, NaN);
    tell(schema.FIELD_ESP_SPI, 1, at, 4, u32At(at));
    tell(schema.FIELD_ESP_SEQUENCE, 1, at + 4, 4, u32At(at + 4));
  }
  return kinds.LAYER_NONE;
}
