// First fragments whose rest never came. What they begin with is not reassembled, but its ports and flags are there: such a packet is
// told as one of the flow that they name, where the capture has it. No octets are counted: they never reached the receiver's program.

import { u32At, u8At } from '../bytes';
import { addU32, rowAt, setU16, setU32, setU8, u16Of, u32Of, u64Of, u8Of } from '../columns';
import * as scratch from '../layers/scratch';
import * as schema from '../schema';
import { directionAt, flowAt, FOLLOWED, lookup, match } from './table';

const TCP: u32 = 6;
const UDP: u32 = 17;
/** As many as are kept until the capture is over; more stay packets without ports. */
const MOST: u32 = 1024;

// An entry: packet, ports (the source's in the upper half), TCP flags and protocol.
const PACKET: usize = 0;
const PORTS: usize = 4;
const FLAGS: usize = 8;
const ENTRY: usize = 12;
const entries: usize = memory.data(1024 * 12, 4);
let count: u32 = 0;

/** The first fragment that came in `packet` stays alone; what it carries begins at `at`: at least 16 octets. */
export function note(packet: u32, transport: u32, at: usize): void {
  if (count == MOST || (transport != TCP && transport != UDP)) return;
  const entry = entries + <usize>count * ENTRY;
  setU32(entry, PACKET, packet);
  setU32(entry, PORTS, u32At(at));
  setU32(entry, FLAGS, (transport == TCP ? u8At(at + 13) : 0) | (transport << 8));
  count++;
}

/** The capture is over: each goes to its flow. */
export function settle(): void {
  for (let index: u32 = 0; index < count; index++) move(entries + <usize>index * ENTRY);
  count = 0;
}

/** The halves of an address (row of its table), as scratch.ts has them. */
function high(address: u32): u64 {
  return u64Of(rowAt(schema.TABLE_ADDRESSES, address), 0);
}

function low(address: u32): u64 {
  return u64Of(rowAt(schema.TABLE_ADDRESSES, address), 8);
}

function move(entry: usize): void {
  const packet = u32Of(entry, PACKET);
  const row = rowAt(schema.TABLE_PACKETS, packet - 1);
  const before = u32Of(row, schema.PACKETS_FLOW);
  if (before == 0xffffffff) return;
  const others = flowAt(before);
  const marks = u16Of(row, schema.PACKETS_MARKS);
  const wasResponder: u32 = marks & schema.PACKET_MARK_FROM_RESPONDER ? 1 : 0;
  const originator = u32Of(others, schema.FLOWS_ORIGINATOR_ADDRESS);
  const responder = u32Of(others, schema.FLOWS_RESPONDER_ADDRESS);
  const source = wasResponder ? responder : originator;
  const destination = wasResponder ? originator : responder;
  scratch.clear();
  scratch.enterIp(u8Of(others, schema.FLOWS_IP_VERSION));
  scratch.context = u32Of(others, schema.FLOWS_CONTEXT);
  scratch.sourceHigh = high(source);
  scratch.sourceLow = low(source);
  scratch.destinationHigh = high(destination);
  scratch.destinationLow = low(destination);
  scratch.transport = u32Of(entry, FLAGS) >> 8;
  scratch.hasTransport = true;
  scratch.sourcePort = u32Of(entry, PORTS) >> 16;
  scratch.destinationPort = u32Of(entry, PORTS) & 0xffff;
  const flow = lookup();
  if (flow == FOLLOWED || packet < u32Of(flowAt(flow), schema.FLOWS_FIRST_PACKET)) return;
  const side: u32 = match(flowAt(flow)) == 2 ? 1 : 0;
  const own = directionAt(flow, side);
  const former = directionAt(before, wasResponder);
  setU32(former, schema.DIRECTIONS_PACKETS, u32Of(former, schema.DIRECTIONS_PACKETS) - 1);
  addU32(own, schema.DIRECTIONS_PACKETS, 1);
  if (packet > u32Of(flowAt(flow), schema.FLOWS_LAST_PACKET)) {
    setU32(flowAt(flow), schema.FLOWS_LAST_PACKET, packet);
  }
  setU32(row, schema.PACKETS_FLOW, flow);
  setU16(row, schema.PACKETS_MARKS, (marks & ~schema.PACKET_MARK_FROM_RESPONDER) | side);
  setU8(row, schema.PACKETS_TCP_FLAGS, u32Of(entry, FLAGS) & 0xff);
  setU8(row, schema.PACKETS_PROTOCOL, scratch.transport == TCP ? schema.PROTOCOL_TCP : schema.PROTOCOL_UDP);
}
