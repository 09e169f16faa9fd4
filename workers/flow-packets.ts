import type { FlowRow } from '../src/model/units.ts';
import type { Core } from './core.ts';

/**
 * Rows of the packets of a flow, ascending, from `from` on. The packets table has no list a flow: the rows between the flow's
 * first and last packet are looked through, some 20 ns each.
 */
export function* flowPacketRows(core: Core, flow: FlowRow, from = 0): Generator<number, void, void> {
  const { flows, packets } = core.tables;
  const last = flows.lastPacket(flow) - 1;
  for (let row = Math.max(from, flows.firstPacket(flow) - 1); row <= last; row++) {
    if (packets.flow(row) === flow) yield row;
  }
}

/** Packets to look back for the fragments of a datagram that became whole at a row: they come close to each other. */
const FRAGMENTS_BEFORE = 4096;

/**
 * Rows of the packets that hold the octets of a flow, ascending, from `from` on: its own, and those of the fragments whose
 * datagrams became whole in one of its own.
 */
export function* octetPacketRows(core: Core, flow: FlowRow, from = 0): Generator<number, void, void> {
  const { flows, packets } = core.tables;
  const others = flows.fragments(flow) - 1;
  if (others < 0) {
    yield* flowPacketRows(core, flow, from);
    return;
  }
  const start = Math.max(from, flows.firstPacket(flow) - 1);
  const last = flows.lastPacket(flow) - 1;
  const firstOther = Math.max(start - FRAGMENTS_BEFORE, flows.firstPacket(others) - 1);
  for (let row = Math.min(start, firstOther); row <= last; row++) {
    const of = packets.flow(row);
    if (of === others || (of === flow && row >= start)) yield row;
  }
}

/** The row of the flow's packet that is `count` packets before `row`, or its first one. */
export function flowRowBefore(core: Core, flow: FlowRow, row: number, count: number): number {
  const { flows, packets } = core.tables;
  const first = flows.firstPacket(flow) - 1;
  let found = row;
  let left = count;
  // Packets of other flows in between are not many where packets of this one follow each other closely; give up far away.
  const limit = Math.max(first, row - 100_000);
  for (let at = row - 1; at >= limit && left > 0; at--) {
    if (packets.flow(at) !== flow) continue;
    found = at;
    left--;
  }
  return found;
}

/** Rows of the last `count` packets of a flow up to row `last`, ascending. */
export function lastFlowPacketRows(
  core: Core,
  flow: FlowRow,
  count: number,
  last = core.tables.flows.lastPacket(flow) - 1,
): readonly number[] {
  const { flows, packets } = core.tables;
  const rows: number[] = [];
  const first = flows.firstPacket(flow) - 1;
  for (let row = last; row >= first && rows.length < count; row--) {
    if (packets.flow(row) === flow) rows.push(row);
  }
  return rows.reverse();
}
