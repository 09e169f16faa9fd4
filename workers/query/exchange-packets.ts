import type { Core } from '../core.ts';
import { Bitset } from './bitset.ts';
import { BlockColumn, column, forBlocks, wholeColumn } from './columns.ts';

/**
 * Packets of an exchange: those of its flow from its own first packet to the first packet of the next exchange in the flow, and in
 * any case to its own last packet (pipelining, HTTP/2). Packets before the flow's first exchange (the handshake) count for that
 * one, packets after the last (FIN, RST) for the last: the reset that broke an exchange is so one of its packets.
 */
interface Spans {
  /** By exchange: first packet, 1 for the flow's first exchange; 0 where the exchange has no packets. */
  readonly first: Uint32Array;
  /** By exchange: its own last packet. */
  readonly last: Uint32Array;
  /** By exchange: first packet of the next exchange in the flow; 0 where there is none, and the span goes on to the flow's end. */
  readonly next: Uint32Array;
}

function spans(core: Core): Spans {
  const { exchanges, flows } = core.tables;
  const { rows } = exchanges;
  const first = new Uint32Array(rows);
  const last = new Uint32Array(rows);
  const next = new Uint32Array(rows);
  const starts = new BlockColumn(column(core, 'messages', 'firstPacket'));
  const ends = new BlockColumn(column(core, 'messages', 'lastPacket'));
  forBlocks(rows * 2, (from, count) => {
    const begun = starts.read(from, count);
    const ended = ends.read(from, count);
    for (let at = 0; at < count; at += 2) {
      const row = (from + at) >>> 1;
      const request = begun[at] ?? 0;
      const response = begun[at + 1] ?? 0;
      first[row] = request === 0 ? response : response === 0 ? request : Math.min(request, response);
      last[row] = Math.max(ended[at] ?? 0, ended[at + 1] ?? 0);
    }
  });
  const links = new BlockColumn(column(core, 'exchanges', 'nextInFlow'));
  forBlocks(rows, (from, count) => {
    const following = links.read(from, count);
    for (let at = 0; at < count; at++) next[from + at] = first[(following[at] ?? 0) - 1] ?? 0;
  });
  const firsts = wholeColumn(column(core, 'flows', 'firstExchange'), flows.rows);
  for (const exchange of firsts) if (exchange !== 0 && first[exchange - 1] !== 0) first[exchange - 1] = 1;
  return { first, last, next };
}

/** The packets of the exchanges in the set. */
export function packetsOfExchanges(core: Core, found: Bitset): Bitset {
  const { packets, flows, exchanges } = core.tables;
  const result = new Bitset(packets.rows);
  const { first, last, next } = spans(core);
  // By packet that begins a span: how far the span goes. By flow: how far the spans that have begun go.
  const reach = new Float64Array(packets.rows + 1);
  const covered = new Float64Array(flows.rows);
  for (const row of found.rows()) {
    const start = first[row] ?? 0;
    if (start === 0) continue;
    const following = next[row] ?? 0;
    const end = following === 0 ? Infinity : Math.max(following - 1, last[row] ?? 0);
    const flow = exchanges.flow(row);
    if (start === 1) covered[flow] = Math.max(covered[flow] ?? 0, end);
    else reach[start] = Math.max(reach[start] ?? 0, end);
  }
  const flowColumn = new BlockColumn(column(core, 'packets', 'flow'));
  forBlocks(packets.rows, (from, count) => {
    const values = flowColumn.read(from, count);
    for (let at = 0; at < count; at++) {
      const flow = values[at] ?? -1;
      if (flow < 0) continue;
      const number = from + at + 1;
      const begun = reach[number] ?? 0;
      if (begun > (covered[flow] ?? 0)) covered[flow] = begun;
      if ((covered[flow] ?? 0) >= number) result.add(from + at);
    }
  });
  return result;
}

/** The exchanges that have any packet of the set; a packet of a flow without exchanges has none. */
export function exchangesOfPackets(core: Core, found: Bitset): Bitset {
  const { packets, flows, exchanges } = core.tables;
  const result = new Bitset(exchanges.rows);
  if (exchanges.rows === 0) return result;
  // By packet: the found packet of its flow that came last before it. By flow: the last found packet.
  const before = new Uint32Array(packets.rows + 1);
  const latest = new Uint32Array(flows.rows);
  const flowColumn = new BlockColumn(column(core, 'packets', 'flow'));
  forBlocks(packets.rows, (from, count) => {
    const values = flowColumn.read(from, count);
    for (let at = 0; at < count; at++) {
      const flow = values[at] ?? -1;
      if (flow < 0) continue;
      before[from + at + 1] = latest[flow] ?? 0;
      if (found.has(from + at)) latest[flow] = from + at + 1;
    }
  });
  const { first, last, next } = spans(core);
  const flowOf = wholeColumn(column(core, 'exchanges', 'flow'), exchanges.rows);
  for (let row = 0; row < exchanges.rows; row++) {
    const start = first[row] ?? 0;
    if (start === 0) continue;
    const own = last[row] ?? 0;
    const following = next[row] ?? 0;
    const nearest = following === 0 ? (latest[flowOf[row] ?? 0] ?? 0) : (before[following] ?? 0);
    const isOwn = own > 0 && (found.has(own - 1) || (before[own] ?? 0) >= start);
    if (nearest >= start || isOwn) result.add(row);
  }
  return result;
}
