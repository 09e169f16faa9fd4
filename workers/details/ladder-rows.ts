import { MessageState } from '../../src/model/exchange.ts';
import type { ExchangeRow, FlowRow } from '../../src/model/units.ts';
import type { LadderOf } from '../../src/model/segment-ladder.ts';
import type { Core } from '../core.ts';
import { flowPacketRows, lastFlowPacketRows } from '../flow-packets.ts';

/** Packets behind an exchange's last octet that still belong to its picture: the last acknowledgement, a FIN, a RST. */
const AFTERMATH = 4;

/** Packets looked through for a ladder of an exchange: more are not drawn. */
const LONGEST = 1_000_000;

/** A stretch of a flow's packets: rows of the packets table, both ends included. */
export interface LadderRange {
  readonly flow: FlowRow;
  readonly first: number;
  readonly last: number;
}

/** The packets that a ladder draws; undefined where there are none. */
export function ladderRange(core: Core, of: LadderOf): LadderRange | undefined {
  const { flows, exchanges } = core.tables;
  if (of.kind === 'flow') {
    if (of.flow < 0 || of.flow >= flows.rows) return undefined;
    return { flow: of.flow, first: flows.firstPacket(of.flow) - 1, last: flows.lastPacket(of.flow) - 1 };
  }
  if (of.exchange < 0 || of.exchange >= exchanges.rows) return undefined;
  const flow = exchanges.flow(of.exchange);
  return flow >= flows.rows ? undefined : exchangeRange(core, of.exchange, flow);
}

/** From the first octet of the request, or the SYN before the first one, to what followed the last octet of the response. */
function exchangeRange(core: Core, exchange: ExchangeRow, flow: FlowRow): LadderRange | undefined {
  const { flows, messages, exchanges } = core.tables;
  const ends = [exchange * 2, exchange * 2 + 1].flatMap((message) => {
    const packets = [messages.firstPacket(message), messages.lastPacket(message)];
    return packets.filter((packet) => packet > 0);
  });
  if (ends.length === 0) return undefined;
  const begin = Math.min(...ends) - 1;
  const isFirst = flows.firstExchange(flow) === exchange + 1;
  const first = isFirst && flows.synPacket(flow) > 0 ? flows.firstPacket(flow) - 1 : begin;
  const next = exchanges.nextInFlow(exchange) - 1;
  const bound = next < 0 ? Infinity : messages.firstPacket(next * 2) - 1;
  const isWhole = messages.state(exchange * 2 + 1) === MessageState.COMPLETE;
  // What was never answered goes on to the end of its flow, or to the next request.
  let last =
    isWhole || next >= 0 ? Math.max(...ends) - 1 : Math.min(flows.lastPacket(flow) - 1, begin + LONGEST);
  let left = AFTERMATH;
  for (const row of flowPacketRows(core, flow, last + 1)) {
    if (left-- === 0 || row >= bound) break;
    last = row;
  }
  return { flow, first, last };
}

/** Packets in the range. */
export function countRows(core: Core, { flow, first, last }: LadderRange): number {
  const { flows, directions, packets } = core.tables;
  if (first === flows.firstPacket(flow) - 1 && last === flows.lastPacket(flow) - 1) {
    return directions.packets(flow * 2) + directions.packets(flow * 2 + 1);
  }
  let count = 0;
  for (let row = first; row <= last; row++) if (packets.flow(row) === flow) count++;
  return count;
}

/** Rows of the range from packet `from` on, `count` at most; with a negative `count` the last ones before packet `from`, or of all (0). */
export function windowRows(core: Core, range: LadderRange, from: number, count: number): readonly number[] {
  const { flow, first, last } = range;
  if (count < 0) {
    const before = from === 0 ? last : Math.min(last, from - 2);
    return lastFlowPacketRows(core, flow, -count, before).filter((row) => row >= first);
  }
  const rows: number[] = [];
  for (const row of flowPacketRows(core, flow, Math.max(first, from - 1))) {
    if (row > last || rows.length >= count) break;
    rows.push(row);
  }
  return rows;
}
