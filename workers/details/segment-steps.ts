import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import type { LadderOf, LadderPart, SegmentShape, SegmentStep } from '../../src/model/segment-ladder.ts';
import type { ExchangeRow, FlowRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { sackBlocks, scaledWindow } from '../items/info-line.ts';
import { packetItem, packetTags, recordRange } from '../items/packet-items.ts';
import { endpointOf, sideName, Transport } from '../roles.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import { DescribedPacket } from './described-packet.ts';
import { flagNames } from './field-value.ts';
import { countRows, ladderRange, windowRows } from './ladder-rows.ts';
import { messageStarts } from './message-starts.ts';

/** Steps that are told at once, at most. */
const LARGEST_WINDOW = 1000;

/**
 * A window of a ladder: `count` steps from packet `from` on (0: from the first), or with a negative `count` the last ones before packet
 * `from` (0: of all). Undefined where there is nothing to draw.
 */
export async function ladderPart(
  core: Core,
  reader: BlobReader,
  of: LadderOf,
  from: number,
  count: number,
): Promise<LadderPart | undefined> {
  const range = ladderRange(core, of);
  if (range === undefined) return undefined;
  const capped = Math.max(-LARGEST_WINDOW, Math.min(count, LARGEST_WINDOW));
  const rows = windowRows(core, range, from, capped);
  const { flow } = range;
  const lifeline = (side: 0 | 1) => ({
    role: sideName(core, flow, side),
    address: endpointOf(core, flow, side),
  });
  return {
    lifelines: [lifeline(0), lifeline(1)],
    total: countRows(core, range),
    steps: await segmentSteps(core, reader, flow, rows, of.kind === 'exchange' ? of.exchange : undefined),
  };
}

/** What the shape, the flags, and the words about missing octets say already. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['reset', 'lost segment', 'cut by snaplen']);

async function segmentSteps(
  core: Core,
  reader: BlobReader,
  flow: FlowRow,
  rows: readonly number[],
  only: ExchangeRow | undefined,
): Promise<readonly SegmentStep[]> {
  let records: readonly Uint8Array[] | undefined;
  try {
    records = await reader.readRanges(rows.map((row) => recordRange(core, row, reader.size)));
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
  }
  const { packets } = core.tables;
  const starts = messageStarts(core, flow, (rows[0] ?? 0) + 1, (rows.at(-1) ?? -1) + 1, only);
  // Where each direction's next octet is expected, as far as this window tells.
  const expected: [number | undefined, number | undefined] = [undefined, undefined];
  return rows.map((row, index) => {
    const record = records?.[index];
    const described = record && new DescribedPacket(core, record, packets.offset(row));
    const start = starts.get(row + 1);
    const direction = packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0;
    const numbers = described && tcpNumbers(core, flow, row, direction, described);
    const payload = payloadOf(described);
    const missing = missingBefore(core, row, numbers?.sequence, expected[direction]);
    const other = direction === 0 ? 1 : 0;
    const unseen = unseenBy(core, row, numbers?.acknowledgment, expected[other]);
    if (unseen !== undefined) expected[other] = numbers?.acknowledgment;
    const end = numbers && endOf(core, row, numbers.sequence, payload);
    const before = expected[direction];
    if (end !== undefined && (before === undefined || ((end - before) | 0) > 0)) expected[direction] = end;
    const shape = shapeOf(core, row, payload, described === undefined);
    return {
      packet: row + 1,
      time: packets.time(row),
      direction,
      flags:
        core.tables.flows.transport(flow) === Transport.TCP
          ? flagNames(packets.tcpFlags(row)).join(', ')
          : '',
      content: start?.label ?? contentOf(core, row, described),
      ...(start === undefined ? {} : { exchange: start.exchange }),
      payload,
      ...numbers,
      marks: packetTags(core, row).filter((tag) => !TOLD_OTHERWISE.has(tag)),
      ...(missing === undefined ? {} : { missing }),
      ...(unseen === undefined ? {} : { unseen }),
      shape,
      tone: toneOf(core, row, shape, described),
    };
  });
}

function payloadOf(described: DescribedPacket | undefined): number {
  const segment = described?.findLast('tcp.len')?.value;
  if (segment !== undefined) return segment;
  // The length of a datagram counts its header of 8 octets (RFC 768).
  const datagram = described?.findLast('udp.length')?.value ?? 0;
  return Math.max(0, datagram - 8);
}

/** The numbers of a segment, relative to the initial ones. */
function tcpNumbers(
  core: Core,
  flow: FlowRow,
  row: number,
  direction: 0 | 1,
  described: DescribedPacket,
):
  | (Pick<SegmentStep, 'sack'> & Required<Pick<SegmentStep, 'sequence' | 'acknowledgment' | 'window'>>)
  | undefined {
  const { directions, packets } = core.tables;
  const sequence = described.findLast('tcp.seq_raw')?.value;
  const acknowledgment = described.findLast('tcp.ack_raw')?.value;
  if (sequence === undefined || acknowledgment === undefined || flow < 0) return undefined;
  const [own, other] = [flow * 2 + direction, flow * 2 + 1 - direction];
  const isAck = (packets.tcpFlags(row) & TcpFlag.ACK) !== 0;
  const option = described.octetsOf(described.findLast('tcp.options.sack'));
  const sack = sackBlocks(option, directions.initialSequence(other));
  return {
    sequence: (sequence - directions.initialSequence(own)) >>> 0,
    acknowledgment: isAck ? (acknowledgment - directions.initialSequence(other)) >>> 0 : 0,
    window: scaledWindow(core, own, other, packets.tcpFlags(row), described),
    ...(sack.length === 0 ? {} : { sack: sack.map(([left, right]) => [left, right - 1] as const) }),
  };
}

function endOf(core: Core, row: number, sequence: number, payload: number): number {
  const flags = core.tables.packets.tcpFlags(row);
  return (sequence + payload + (flags & (TcpFlag.SYN | TcpFlag.FIN) ? 1 : 0)) >>> 0;
}

function missingBefore(
  core: Core,
  row: number,
  sequence: number | undefined,
  expected: number | undefined,
): number | undefined {
  if ((core.tables.packets.marks(row) & PacketMark.LOST_SEGMENT) === 0) return undefined;
  if (sequence === undefined || expected === undefined) return NaN;
  const missing = (sequence - expected) | 0;
  return missing > 0 ? missing : NaN;
}

/** Octets that are acknowledged and were not captured, as far as the window tells; one more may be a FIN. */
function unseenBy(
  core: Core,
  row: number,
  acknowledgment: number | undefined,
  expected: number | undefined,
): number | undefined {
  if ((core.tables.packets.marks(row) & PacketMark.ACKED_UNSEEN) === 0) return undefined;
  if (acknowledgment === undefined || expected === undefined) return undefined;
  const unseen = (acknowledgment - expected) | 0;
  return unseen > 1 ? unseen : undefined;
}

/** What the info column says beyond ports, flags and numbers: of TLS, of datagrams, of ICMP. */
function contentOf(core: Core, row: number, described: DescribedPacket | undefined): string {
  if (described === undefined) return '';
  const { info } = packetItem(core, row, described);
  const words = info.replace(/^(\[[^\]]*\] )+/, '');
  return /^\S+ → \S+ \[/.test(words) ? '' : words.replace(/^\d+ → \d+ /, '');
}

const AGAIN = PacketMark.RETRANSMISSION | PacketMark.FAST_RETRANSMISSION | PacketMark.SPURIOUS_RETRANSMISSION;

function shapeOf(core: Core, row: number, payload: number, isUnread: boolean): SegmentShape {
  const { packets, flows } = core.tables;
  const flags = packets.tcpFlags(row);
  const marks = packets.marks(row);
  if (flags & TcpFlag.RST) return 'reset';
  if (flags & TcpFlag.FIN) return 'fin';
  if (marks & AGAIN) return 'again';
  if (marks & PacketMark.OUT_OF_ORDER) return 'late';
  if (marks & (PacketMark.ZERO_WINDOW | PacketMark.WINDOW_FULL)) return 'full';
  const isTcp = flows.transport(packets.flow(row)) === Transport.TCP;
  return isTcp && payload === 0 && !isUnread && !(flags & TcpFlag.SYN) ? 'bare' : 'plain';
}

const BAD_MARKS = PacketMark.RETRANSMISSION | PacketMark.FAST_RETRANSMISSION | PacketMark.ZERO_WINDOW;

function toneOf(
  core: Core,
  row: number,
  shape: SegmentShape,
  described: DescribedPacket | undefined,
): SegmentStep['tone'] {
  if (shape === 'reset' || core.tables.packets.marks(row) & BAD_MARKS) return 'bad';
  const isTrouble =
    described?.has('icmp') === true ||
    described?.has('icmpv6') === true ||
    described?.has('tls.alert_message.level') === true;
  if (isTrouble) return 'bad';
  return shape === 'bare' ? 'quiet' : 'plain';
}
