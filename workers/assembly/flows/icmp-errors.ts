// ICMP errors quote the packet they are about (RFC 792, RFC 4443 section 3): its flow is told.

import { has, u16At, u8At } from '../bytes';
import { orU32, setU16, setU32, setU8, u32Of } from '../columns';
import * as issues from '../issues';
import { ipv4 } from '../layers/ipv4';
import { ipv6 } from '../layers/ipv6';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import { FOLLOWED, flowAt, lookup } from './table';

const TCP: u32 = 6;
const UDP: u32 = 17;

/** Marks the flow of the packet that is quoted in [at, end). Overwrites scratch.ts. */
export function markQuoted(at: usize, end: usize, packet: u32): void {
  // What is odd about a quoted packet was odd about the packet itself; it is always cut short.
  issues.isCounting = false;
  const version = scratch.ipVersion;
  // The error comes through the tunnel that the packet took.
  const context = scratch.context;
  // The quoted packet stands behind 8 octets: type, code, checksum, and in the last two (or, of ICMPv6, four) the MTU.
  const type = u8At(at - 8);
  const code = u8At(at - 7);
  const isTooBig = version == 4 ? type == 3 && code == 4 : type == 2;
  const mtu: u32 = isTooBig ? u16At(at - 2) : 0;
  scratch.clear();
  scratch.context = context;
  scratch.end = end;
  if (version == 4) ipv4(at, end);
  else ipv6(at, end);
  issues.isCounting = true;
  if (scratch.transport != TCP && scratch.transport != UDP) return;
  if (!has(scratch.next, end, 4)) return;
  scratch.sourcePort = u16At(scratch.next);
  scratch.destinationPort = u16At(scratch.next + 2);
  scratch.hasTransport = true;
  const flow = lookup();
  if (flow == FOLLOWED) return;
  const row = flowAt(flow);
  orU32(row, schema.FLOWS_MARKS, schema.FLOW_MARK_ICMP_ERROR);
  if (u32Of(row, schema.FLOWS_ICMP_PACKET)) return;
  setU32(row, schema.FLOWS_ICMP_PACKET, packet);
  setU8(row, schema.FLOWS_ICMP_TYPE, type);
  setU8(row, schema.FLOWS_ICMP_CODE, code);
  setU16(row, schema.FLOWS_ICMP_MTU, mtu);
}
