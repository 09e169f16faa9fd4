import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { ExchangeItem, FlowDetail, FlowStep } from '../api.ts';
import type { Core } from '../core.ts';
import { flowPacketRows, lastFlowPacketRows } from '../flow-packets.ts';
import { exchangeItem } from '../items/exchange-item.ts';
import { flowItem } from '../items/flow-item.ts';
import { packetItem, recordRange } from '../items/packet-items.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import { DescribedPacket } from './described-packet.ts';
import { flowFacts } from './flow-facts.ts';

/** Steps of a flow that are drawn: the first ones, and the last ones where there are more. */
const FIRST_STEPS = 300;
const LAST_STEPS = 100;

/** Exchanges of a flow that are listed with it; the exchanges view has all. */
const LISTED_EXCHANGES = 200;

/** All of one flow; undefined where there is no such flow. */
export async function flowDetail(
  core: Core,
  reader: BlobReader,
  flow: FlowRow,
): Promise<FlowDetail | undefined> {
  const { flows } = core.tables;
  if (flow < 0 || flow >= flows.rows) return undefined;
  const rows = shownRows(core, flow);
  const steps = await flowSteps(core, reader, rows.shown);
  return {
    item: flowItem(core, flow),
    facts: flowFacts(core, flow),
    steps,
    omitted: rows.omitted,
    omittedBefore: FIRST_STEPS,
    exchanges: flowExchanges(core, flow),
  };
}

interface ShownRows {
  readonly shown: readonly number[];
  readonly omitted: number;
}

function shownRows(core: Core, flow: FlowRow): ShownRows {
  const first: number[] = [];
  for (const row of flowPacketRows(core, flow)) {
    first.push(row);
    // One more than is shown tells whether any are omitted.
    if (first.length > FIRST_STEPS + LAST_STEPS) break;
  }
  if (first.length <= FIRST_STEPS + LAST_STEPS) return { shown: first, omitted: 0 };
  const last = lastFlowPacketRows(core, flow, LAST_STEPS);
  const { packets } = core.tables.directions;
  const all = packets(flow * 2) + packets(flow * 2 + 1);
  return {
    shown: [...first.slice(0, FIRST_STEPS), ...last],
    omitted: Math.max(1, all - FIRST_STEPS - LAST_STEPS),
  };
}

async function flowSteps(
  core: Core,
  reader: BlobReader,
  rows: readonly number[],
): Promise<readonly FlowStep[]> {
  let records: readonly Uint8Array[] | undefined;
  try {
    records = await reader.readRanges(rows.map((row) => recordRange(core, row, reader.size)));
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
  }
  const { packets } = core.tables;
  return rows.map((row, index) => {
    const record = records?.[index];
    const described = record && new DescribedPacket(core, record, packets.offset(row));
    return {
      packet: row + 1,
      time: packets.time(row),
      direction: packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0,
      label: stepLabel(packetItem(core, row, described).info),
      tone: stepTone(core, row, described),
    };
  });
}

/** The info line without the ports, which the lifelines say, and without options. */
function stepLabel(info: string): string {
  return info
    .replace(/\d+ → \d+ /, '')
    .replace(/ (MSS|TSval|WS|SACK_PERM|SLE)\b.*$/, '')
    .replace(/ Win=\d+/, '');
}

const BAD_MARKS =
  PacketMark.LOST_SEGMENT |
  PacketMark.RETRANSMISSION |
  PacketMark.FAST_RETRANSMISSION |
  PacketMark.ZERO_WINDOW;

function stepTone(core: Core, row: number, described: DescribedPacket | undefined): FlowStep['tone'] {
  const { packets } = core.tables;
  const flags = packets.tcpFlags(row);
  if (flags & TcpFlag.RST || packets.marks(row) & BAD_MARKS) return 'bad';
  if (described?.has('icmp') || described?.has('icmpv6') || described?.has('tls.alert_message.level'))
    return 'bad';
  const hasPayload = described === undefined || (described.value('tcp.len') ?? 1) > 0;
  return hasPayload ? 'plain' : 'quiet';
}

/** The first exchanges of a flow, in its order. */
function flowExchanges(core: Core, flow: FlowRow): readonly ExchangeItem[] {
  const { flows, exchanges } = core.tables;
  const items: ExchangeItem[] = [];
  for (let next = flows.firstExchange(flow); next !== 0 && items.length < LISTED_EXCHANGES;) {
    items.push(exchangeItem(core, next - 1));
    next = exchanges.nextInFlow(next - 1);
  }
  return items;
}
