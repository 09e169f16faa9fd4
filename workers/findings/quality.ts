import { FlowMark } from '../../src/model/flow.ts';
import { IssueCode } from '../../src/model/issue.ts';
import type { Evidence } from '../../src/model/finding.ts';
import type { FlowRow, PacketNumber } from '../../src/model/units.ts';
import { reportedOf } from '../formats/reported.ts';
import { droppedOf } from '../notes/interfaces.ts';
import type { Facts } from './facts.ts';
import { formatAmount, formatCount } from '../../src/model/format.ts';

/** Something that the capture lacks. */
export interface Shortcoming {
  readonly kind:
    'gap' | 'one-sided' | 'snapped' | 'dropped' | 'duplicates' | 'clock' | 'midstream' | 'capped' | 'damaged';
  /** A few words for the one line of quality. */
  readonly words: string;
  /** A sentence with the numbers. */
  readonly sentence: string;
  /** What cannot be told because of it. */
  readonly consequence: string;
  readonly remedy: string;
  readonly count: number;
  /** Share of the flows (or packets) concerned, 0 to 1. */
  readonly share: number;
  readonly flows: readonly FlowRow[];
  readonly packet: PacketNumber;
}

const TCP = 6;
const KNOWN = new WeakMap<Facts, readonly Shortcoming[]>();

/** All that the capture lacks, the gravest first. What is normal (a cut last record, offloaded checksums) is not among it. */
export function shortcomings(facts: Facts): readonly Shortcoming[] {
  const known = KNOWN.get(facts);
  if (known !== undefined) return known;
  const found = [
    snapped(facts),
    oneSided(facts),
    gaps(facts),
    dropped(facts),
    damaged(facts),
    capped(facts),
    duplicates(facts),
    clock(facts),
    midstream(facts),
  ].filter((one) => one !== undefined);
  KNOWN.set(facts, found);
  return found;
}

/** One line of capture quality: `complete, both directions`. */
export function tellQuality(facts: Facts): string {
  const reported = reportedOf(facts.core);
  if (facts.tables.packets.rows === 0) {
    if (reported === undefined) return 'no packet yet';
    const { issues } = reported;
    const damage = issues.length === 0 ? '' : ', part of the file could not be read';
    return `HAR: times and sizes as reported${damage}${facts.isCut ? ', reading was stopped early' : ''}`;
  }
  const parts = shortcomings(facts).map(({ words }) => words);
  if (facts.isCut) parts.push('reading was stopped early');
  return parts.length === 0 ? 'complete, both directions' : parts.join(', ');
}

/** Evidence of a shortcoming: its first flow or packet. */
export function shortcomingEvidence(facts: Facts, one: Shortcoming): Evidence {
  const flow = one.flows[0];
  if (flow !== undefined)
    return { kind: 'flow', flow, label: `stream ${formatCount(facts.stream(flow))}, ${one.words}` };
  return { kind: 'packet', packet: one.packet, label: `packet ${formatCount(one.packet)}, ${one.words}` };
}

function issue(
  facts: Facts,
  code: number,
): { readonly count: number; readonly packet: PacketNumber } | undefined {
  const { issues } = facts.tables;
  for (let row = 0; row < issues.rows; row++) {
    if (issues.code(row) === code) return { count: issues.count(row), packet: issues.firstPacket(row) };
  }
  return undefined;
}

/** TCP flows among those with a mark. */
function tcpFlows(facts: Facts, mark: number): readonly FlowRow[] {
  const { flows } = facts.tables;
  return [...facts.select('flows', 'marks', mark)].filter((flow) => flows.transport(flow) === TCP);
}

function shareOfFlows(facts: Facts, count: number): number {
  return facts.tables.flows.rows === 0 ? 0 : count / facts.tables.flows.rows;
}

function gaps(facts: Facts): Shortcoming | undefined {
  const flows = tcpFlows(facts, FlowMark.GAP);
  if (flows.length === 0) return undefined;
  const { directions } = facts.tables;
  let octets = 0;
  for (const flow of flows) octets += directions.lostOctets(flow * 2) + directions.lostOctets(flow * 2 + 1);
  return {
    kind: 'gap',
    words: `${formatAmount(flows.length, 'stream')} with gaps`,
    sentence: `${formatCount(octets)} octets of ${formatAmount(flows.length, 'stream')} were acknowledged by their receivers, but are not in the capture.`,
    consequence: 'Messages with a gap in them are judged only by what is there.',
    remedy:
      'Capture with a larger buffer (tcpdump -B 16384), a smaller filter, or on the host instead of in the pod.',
    count: flows.length,
    share: shareOfFlows(facts, flows.length),
    flows,
    packet: facts.tables.flows.firstPacket(flows[0] ?? 0),
  };
}

/** Data of one side only. A SYN that nobody answers is one-sided in reality, and no fault of the capture. */
function oneSided(facts: Facts): Shortcoming | undefined {
  // While reading, a request whose answer is still to come looks the same.
  if (!facts.isFinal) return undefined;
  const { directions } = facts.tables;
  const flows = tcpFlows(facts, FlowMark.ONE_SIDED).filter(
    (flow) => directions.octets(flow * 2) + directions.octets(flow * 2 + 1) > 0,
  );
  if (flows.length === 0) return undefined;
  return {
    kind: 'one-sided',
    words: `${formatAmount(flows.length, 'stream')} in one direction only`,
    sentence: `Of ${formatAmount(flows.length, 'stream')} with content only one direction was captured.`,
    consequence: 'Who failed to answer cannot be told there: the other half may have been fine.',
    remedy:
      'Capture where both directions pass (asymmetric routing and half of a bonded link do not), without a filter on source or destination.',
    count: flows.length,
    share: shareOfFlows(facts, flows.length),
    flows,
    packet: facts.tables.flows.firstPacket(flows[0] ?? 0),
  };
}

function snapped(facts: Facts): Shortcoming | undefined {
  const found = issue(facts, IssueCode.PACKET_SNAPPED);
  if (found === undefined) return undefined;
  return {
    kind: 'snapped',
    words: `${formatAmount(found.count, 'packet')} cut by the snap length`,
    sentence: `${formatAmount(found.count, 'packet')} had more octets on the wire than the capture kept (snap length).`,
    consequence: 'Header sections and hellos that are cut cannot be read.',
    remedy: 'Capture whole packets: tcpdump -s 0, kubectl sniff without a snap length.',
    count: found.count,
    share: found.count / Math.max(1, facts.tables.packets.rows),
    flows:
      facts.select('flows', 'marks', FlowMark.SNAPPED).length > 0 ? tcpFlows(facts, FlowMark.SNAPPED) : [],
    packet: found.packet,
  };
}

function dropped(facts: Facts): Shortcoming | undefined {
  const { interfaces, packets } = facts.tables;
  let count = 0;
  for (let row = 0; row < interfaces.rows; row++) {
    count += droppedOf(facts.core, row) ?? 0;
  }
  if (count === 0) return undefined;
  return {
    kind: 'dropped',
    words: `${formatAmount(count, 'packet')} dropped while capturing`,
    sentence: `The capturing system reports ${formatAmount(count, 'packet')} that it dropped.`,
    consequence: 'What looks like a gap or a retransmission may only have been missed.',
    remedy: 'Capture with a larger buffer (tcpdump -B 16384) or a smaller filter.',
    count,
    share: count / Math.max(1, packets.rows + count),
    flows: [],
    packet: 1,
  };
}

function damaged(facts: Facts): Shortcoming | undefined {
  const found = issue(facts, IssueCode.RECORD_LENGTH) ?? issue(facts, IssueCode.BLOCK_LENGTH);
  if (found === undefined) return undefined;
  return {
    kind: 'damaged',
    words: 'a damaged record',
    sentence: 'The file is damaged: a record has an impossible length, and what follows could not be read.',
    consequence: 'The findings are about the part before the damage.',
    remedy: 'Copy the file again (in binary mode), or let editcap repair it.',
    count: found.count,
    share: 1,
    flows: [],
    packet: Math.max(1, Math.min(found.packet, facts.tables.packets.rows)),
  };
}

function capped(facts: Facts): Shortcoming | undefined {
  const flows = tcpFlows(facts, FlowMark.CAPPED);
  if (flows.length === 0) return undefined;
  return {
    kind: 'capped',
    words: `${formatAmount(flows.length, 'stream')} not wholly reassembled`,
    sentence: `Part of ${formatAmount(flows.length, 'stream')} was not reassembled, because a limit of the analysis was reached.`,
    consequence: 'Messages in that part are not judged.',
    remedy:
      'Cut the capture to the time or the hosts of interest (editcap -A … -B …, tcpdump -r … -w … host …).',
    count: flows.length,
    share: shareOfFlows(facts, flows.length),
    flows,
    packet: facts.tables.flows.firstPacket(flows[0] ?? 0),
  };
}

function duplicates(facts: Facts): Shortcoming | undefined {
  const found = issue(facts, IssueCode.DUPLICATE_PACKET);
  if (found === undefined) return undefined;
  return {
    kind: 'duplicates',
    words: `${formatAmount(found.count, 'packet')} captured twice`,
    sentence: `${formatAmount(found.count, 'packet')} were captured more than once, on another interface (-i any, a bridge, a mirror port). They are counted once here.`,
    consequence: 'Other tools may show them as retransmissions.',
    remedy: 'Nothing is wrong. To avoid it, capture on one interface.',
    count: found.count,
    share: 0,
    flows: [],
    packet: found.packet,
  };
}

function clock(facts: Facts): Shortcoming | undefined {
  const found = issue(facts, IssueCode.CLOCK_BACKWARDS);
  if (found === undefined) return undefined;
  return {
    kind: 'clock',
    words: 'a clock that went backwards',
    sentence: `The time of ${formatAmount(found.count, 'packet')} is earlier than that of the packet before.`,
    consequence: 'Durations and orders across those packets are uncertain.',
    remedy: 'If files were merged: reordercap. Otherwise the clock was set while capturing.',
    count: found.count,
    share: 0,
    flows: [],
    packet: found.packet,
  };
}

function midstream(facts: Facts): Shortcoming | undefined {
  const flows = tcpFlows(facts, FlowMark.MIDSTREAM);
  if (flows.length === 0) return undefined;
  return {
    kind: 'midstream',
    words: `${formatAmount(flows.length, 'stream')} begun before the capture`,
    sentence: `${formatAmount(flows.length, 'stream')} had begun before the capture did.`,
    consequence: 'Their first octets, handshakes and round trips are unknown.',
    remedy: 'Nothing is wrong: it is so wherever a capture starts in running traffic.',
    count: flows.length,
    share: 0,
    flows,
    packet: facts.tables.flows.firstPacket(flows[0] ?? 0),
  };
}
