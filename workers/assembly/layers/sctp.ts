// Transports beside TCP and UDP that have ports: SCTP (RFC 9260), UDP-Lite (RFC 3828), DCCP (RFC 4340).

import { has, u16At, u32At, u8At } from '../bytes';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

/** Ports begin all three, so their flows are told apart by them. */
export function ports(at: usize, end: usize): u32 {
  if (!has(at, end, 4)) return kinds.LAYER_NONE;
  scratch.sourcePort = u16At(at);
  scratch.destinationPort = u16At(at + 2);
  return kinds.LAYER_NONE;
}

/** An SCTP packet: 12 octets, then chunks, of which the types are told. */
export function sctp(at: usize, end: usize): u32 {
  scratch.protocol = schema.PROTOCOL_SCTP;
  ports(at, end);
  if (!describing || !has(at, end, 12)) return kinds.LAYER_NONE;
  tell(schema.FIELD_SCTP, 0, at, 12, NaN);
  tell(schema.FIELD_SCTP_SRCPORT, 1, at, 2, scratch.sourcePort);
  tell(schema.FIELD_SCTP_DSTPORT, 1, at + 2, 2, scratch.destinationPort);
  tell(schema.FIELD_SCTP_TAG, 1, at + 4, 4, u32At(at + 4));
  for (let chunk = at + 12; has(chunk, end, 4);) {
    const length = <usize>u16At(chunk + 2);
    if (length < 4) break;
    tell(schema.FIELD_SCTP_CHUNK, 1, chunk, length, u8At(chunk));
    const padded = (length + 3) & ~3;
    if (!has(chunk, end, padded)) break;
    chunk += padded;
  }
  return kinds.LAYER_NONE;
}
