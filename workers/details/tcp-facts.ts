import { Completeness, FlowMark, SynOption } from '../../src/model/flow.ts';
import { formatAmount, formatBytes, formatCount, formatDuration } from '../../src/model/format.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { CONNECTION_STATES, connectionState, flowHistory } from '../flow-history.ts';
import { flowEnding } from '../items/flow-item.ts';
import { sideName, type Side } from '../roles.ts';

/** Something that is known of a flow. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

const SIDES: readonly Side[] = [0, 1];

/** A side at the beginning of a label. */
export const capital = (side: Side): string => (side === 0 ? 'Originator' : 'Responder');

/** What is known of a TCP connection. */
export function tcpFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const { directions } = core.tables;
  const facts: Fact[] = [{ label: 'Handshake', value: handshakeWords(core, flow) }];
  for (const side of SIDES) {
    const direction = flow * 2 + side;
    if (directions.packets(direction) === 0) continue;
    facts.push({ label: `${capital(side)}’s options`, value: optionWords(core, direction) });
    facts.push({ label: `${capital(side)}’s TCP`, value: tcpWords(core, direction) });
  }
  facts.push({ label: 'Ending', value: endingWords(core, flow) });
  const state = connectionState(core, flow);
  const history = flowHistory(core, flow);
  facts.push({
    label: 'Zeek’s state',
    value: `${state}: ${CONNECTION_STATES[state] ?? ''}; history ${history}`,
  });
  facts.push({ label: 'Completeness', value: completenessWords(core, flow) });
  return facts;
}

/** Round trip of the handshake, which part of it this capture point measured, and where that point is. */
function handshakeWords(core: Core, flow: FlowRow): string {
  const { flows, packets } = core.tables;
  const syn = flows.synPacket(flow);
  const synAck = flows.synAckPacket(flow);
  const ack = flows.handshakePacket(flow);
  if (syn === 0) return synAck === 0 ? 'not captured: the capture began later' : 'SYN not captured';
  const repeated = flows.synCount(flow) > 1 ? `; SYN sent ${formatAmount(flows.synCount(flow), 'time')}` : '';
  if (synAck === 0) return `SYN in packet ${formatCount(syn)}, no SYN-ACK${repeated}`;
  const time = (packet: number): number => packets.time(packet - 1);
  const toResponder = time(synAck) - time(syn);
  if (ack === 0) return `SYN-ACK after ${formatDuration(toResponder)}, no ACK captured${repeated}`;
  const toOriginator = time(ack) - time(synAck);
  const whole = formatDuration(time(ack) - time(syn));
  const parts = `${formatDuration(toResponder)} from the capture point to the responder and back, ${formatDuration(toOriginator)} to the originator and back`;
  return `${whole}: ${parts}${capturePoint(toResponder, toOriginator)}${repeated}`;
}

/** A round trip below this tells nothing of distance: both sides may be on one machine. */
const DISTANT = 1_000_000;
/** A side is near where its part of the round trip is no more than this share of it. */
const NEAR = 0.2;

function capturePoint(toResponder: number, toOriginator: number): string {
  const whole = toResponder + toOriginator;
  if (whole < DISTANT || toResponder < 0 || toOriginator < 0) return '';
  if (toResponder <= whole * NEAR) return '; captured near the responder';
  if (toOriginator <= whole * NEAR) return '; captured near the originator';
  return '';
}

/** What the SYN of a side offered (RFC 9293 section 3.1, RFC 7323, RFC 2018). */
function optionWords(core: Core, direction: number): string {
  const { directions } = core.tables;
  const options = directions.synOptions(direction);
  if ((options & SynOption.SEEN) === 0) return 'SYN not captured: window scale not known';
  const size = directions.maximumSegment(direction);
  const scale = directions.windowScale(direction);
  return [
    size === 0 ? 'no MSS' : `MSS ${formatCount(size)}`,
    scale === 0 ? 'no window scale' : `window scale ${formatCount(2 ** Math.min(scale - 1, 14))}`,
    options & SynOption.SACK_PERMITTED ? 'SACK permitted' : 'no SACK',
    options & SynOption.TIMESTAMPS ? 'timestamps' : 'no timestamps',
  ].join(', ');
}

function tcpWords(core: Core, direction: number): string {
  const { directions } = core.tables;
  const parts = [`initial sequence number ${directions.initialSequence(direction)}`];
  const flight = directions.largestFlight(direction);
  if (flight > 0) parts.push(`${formatBytes(flight)} in flight at most`);
  const counts: readonly (readonly [number, string, string?])[] = [
    [directions.retransmissions(direction), 'retransmission'],
    [directions.outOfOrder(direction), 'packet out of order', 'packets out of order'],
    [directions.duplicateAcks(direction), 'duplicate ACK'],
    [directions.keepAlives(direction), 'keep-alive'],
    [
      directions.windowFulls(direction),
      'time the receiver’s window was full',
      'times the receiver’s window was full',
    ],
  ];
  for (const [count, noun, plural] of counts) if (count > 0) parts.push(formatAmount(count, noun, plural));
  if (directions.lostOctets(direction) > 0) {
    const gaps = directions.gaps(direction);
    const where = gaps > 1 ? ` in ${formatCount(gaps)} places` : '';
    parts.push(`${formatBytes(directions.lostOctets(direction))} not in the capture${where}`);
  }
  const zeroWindow = directions.zeroWindowPacket(direction);
  const times = directions.zeroWindows(direction);
  if (times > 1)
    parts.push(`window 0 told ${formatAmount(times, 'time')}, last in packet ${formatCount(zeroWindow)}`);
  else if (zeroWindow > 0) parts.push(`window 0 in packet ${formatCount(zeroWindow)}`);
  return parts.join(', ');
}

/** A pause before the end that is worth telling. */
const PAUSE = 1_000_000_000;

function endingWords(core: Core, flow: FlowRow): string {
  const { flows, directions, packets } = core.tables;
  const ends: number[] = [];
  const found = SIDES.flatMap((side) => {
    const direction = flow * 2 + side;
    const name = sideName(core, flow, side);
    const fin = directions.finPacket(direction);
    const rst = directions.rstPacket(direction);
    ends.push(...[fin, rst].filter((packet) => packet > 0));
    return [
      ...(fin > 0 ? [`FIN of the ${name} in packet ${formatCount(fin)}`] : []),
      ...(rst > 0 ? [`RST of the ${name} in packet ${formatCount(rst)}`] : []),
    ];
  });
  const ending = flowEnding(core, flow);
  const words = [found.length === 0 ? ending : `${ending}: ${found.join(', ')}`];
  if (flows.marks(flow) & FlowMark.RESET_UNREAD) words.push(unreadWords(core, flow));
  const lastData = Math.max(directions.lastDataPacket(flow * 2), directions.lastDataPacket(flow * 2 + 1));
  const end = Math.min(...ends);
  if (lastData > 0 && end > lastData && Number.isFinite(end)) {
    const pause = packets.time(end - 1) - packets.time(lastData - 1);
    if (pause >= PAUSE) words.push(`no data for ${formatDuration(pause)} before`);
  }
  return words.join('; ');
}

/** Why a RST may have lost data of the other side. */
function unreadWords(core: Core, flow: FlowRow): string {
  const { directions } = core.tables;
  const [one, other] = [directions.rstPacket(flow * 2), directions.rstPacket(flow * 2 + 1)];
  const side: Side = other === 0 || (one !== 0 && one < other) ? 0 : 1;
  const peer: Side = side === 0 ? 1 : 0;
  const fin = directions.finPacket(flow * 2 + side);
  const peerName = sideName(core, flow, peer);
  return fin > 0 && directions.lastDataPacket(flow * 2 + peer) > fin
    ? `data of the ${peerName} came after that FIN`
    : `data of the ${peerName} was not yet acknowledged`;
}

const PARTS: readonly (readonly [bit: number, name: string])[] = [
  [Completeness.SYN, 'SYN'],
  [Completeness.SYN_ACK, 'SYN-ACK'],
  [Completeness.ACK, 'ACK'],
  [Completeness.DATA, 'data'],
  [Completeness.FIN, 'FIN'],
  [Completeness.RST, 'RST'],
];

/** Wireshark's tcp.completeness: "31 (SYN, SYN-ACK, ACK, data, FIN)". */
function completenessWords(core: Core, flow: FlowRow): string {
  const bits = core.tables.flows.completeness(flow);
  const seen = PARTS.filter(([bit]) => bits & bit).map(([, name]) => name);
  return `${bits} (${seen.length === 0 ? 'nothing of a connection' : seen.join(', ')})`;
}
