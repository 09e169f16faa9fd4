import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { FlowRow, PacketNumber } from '../../src/model/units.ts';
import type { Facts, Side } from './facts.ts';

/** Octets that a side sent again and again, and that were never acknowledged. */
export interface Stuck {
  readonly side: Side;
  /** The packet that sent them first, and those that repeated them. */
  readonly first: PacketNumber;
  readonly repeats: readonly PacketNumber[];
  /** Octets of payload of the largest repeated segment, and of the largest that was acknowledged; by the lengths of packets. */
  readonly octets: number;
  readonly largestHeard: number;
  /** Octets on the wire of the largest repeated packet. */
  readonly length: number;
  /** The other side sent something after them: it was there. */
  readonly isPeerAlive: boolean;
}

const REPEATED =
  PacketMark.RETRANSMISSION | PacketMark.FAST_RETRANSMISSION | PacketMark.SPURIOUS_RETRANSMISSION;

/** Octets of the headers before payload, where no bare acknowledgement of the side tells: Ethernet, IPv4 and TCP with timestamps. */
const USUAL_OVERHEAD = 66;

/** Octets by which the payload of a packet is taken for too small at most: options of TCP, padding of short packets. */
const SLACK = 16;

/** What of a side was never acknowledged at the end of its flow, though it was sent again at least twice; undefined where nothing was. */
export function stuckOf(facts: Facts, flow: FlowRow, side: Side): Stuck | undefined {
  const { directions, packets } = facts.tables;
  const own = flow * 2 + side;
  if (directions.retransmissions(own) < 2) return undefined;
  const missing = (directions.highestSequence(own) - directions.acknowledged(flow * 2 + 1 - side)) | 0;
  if (missing <= 0) return undefined;
  const rows = lastRows(facts, flow);
  const sent = rows.filter((row) => facts.sender(row + 1) === side && isWhole(facts, row));
  const bare = Math.min(...sent.map((row) => packets.length(row)));
  const overhead = sent.some((row) => packets.length(row) < USUAL_OVERHEAD + 64) ? bare : USUAL_OVERHEAD;
  const payload = (row: number): number => Math.max(0, packets.length(row) - overhead);
  const fresh = sent.filter((row) => (packets.marks(row) & REPEATED) === 0 && payload(row) > 1);
  let at = fresh.length;
  let octets = 0;
  while (at > 0 && octets < missing) {
    at--;
    octets += payload(fresh[at] ?? 0);
  }
  const first = fresh[at];
  // Numbers that the packets do not account for are those of a connection before this one.
  if (first === undefined || octets + SLACK * (fresh.length - at) < missing) return undefined;
  const repeats = sent.filter(
    (row) => row > first && (packets.marks(row) & REPEATED) !== 0 && payload(row) > 1,
  );
  if (repeats.length < 2) return undefined;
  const largest = (list: readonly number[], of: (row: number) => number): number =>
    list.reduce((most, row) => Math.max(most, of(row)), 0);
  return {
    side,
    first: first + 1,
    repeats: repeats.map((row) => row + 1),
    octets: largest(repeats, payload),
    largestHeard: largest(fresh.slice(0, at), payload),
    length: largest(repeats, (row) => packets.length(row)),
    isPeerAlive: rows.some((row) => row > first && facts.sender(row + 1) !== side && isWhole(facts, row)),
  };
}

/** Whether a packet is neither a copy nor a SYN or RST. */
function isWhole(facts: Facts, row: number): boolean {
  const { packets } = facts.tables;
  if ((packets.marks(row) & PacketMark.DUPLICATE) !== 0) return false;
  return (packets.tcpFlags(row) & (TcpFlag.SYN | TcpFlag.RST)) === 0;
}

/** The last packets of a flow, ascending; of one that is spread over very many packets, those near its end. */
function lastRows(facts: Facts, flow: FlowRow): readonly number[] {
  const { flows, packets } = facts.tables;
  const last = flows.lastPacket(flow) - 1;
  const first = Math.max(flows.firstPacket(flow) - 1, last - THRESHOLDS.LOOKED_BACK_ROWS);
  const rows: number[] = [];
  for (let row = last; row >= first && rows.length < THRESHOLDS.LOOKED_BACK; row--) {
    if (packets.flow(row) === flow) rows.push(row);
  }
  return rows.reverse();
}
