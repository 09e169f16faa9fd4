import { FlowMark } from '../../src/model/flow.ts';
import { formatAmount, formatBytes, formatCount, formatDuration, formatHex } from '../../src/model/format.ts';
import { ALERT_DESCRIPTIONS, cipherSuiteName, WELL_KNOWN_PORTS } from '../../src/model/registries.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { flowEnding } from '../items/flow-item.ts';
import { helloItem } from '../items/hello-item.ts';
import { http2FlowFacts } from './http2-flow-facts.ts';
import { endpointOf, hasClient, portOf, sideName, type Side, Transport, transportName } from '../roles.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

const SIDES: readonly Side[] = [0, 1];

/** What is known of a flow, as names and values in the order to show. */
export function flowFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const isTcp = core.tables.flows.transport(flow) === Transport.TCP;
  return [
    ...SIDES.map((side) => endpointFact(core, flow, side)),
    ...SIDES.map((side) => trafficFact(core, flow, side)),
    ...(isTcp ? tcpFacts(core, flow) : []),
    ...tlsFacts(core, flow),
    ...http2FlowFacts(core, flow),
    ...captureFacts(core, flow),
  ];
}

const capital = (side: Side): string => (side === 0 ? 'Originator' : 'Responder');

function endpointFact(core: Core, flow: FlowRow, side: Side): Fact {
  const notes: string[] = [];
  if (hasClient(core, flow)) notes.push(sideName(core, flow, side));
  const service = WELL_KNOWN_PORTS[portOf(core, flow, side)];
  // The originator's port is an ephemeral one: its number says nothing.
  if (service !== undefined && side === 1) notes.push(`usual port of ${service}`);
  const endpoint = endpointOf(core, flow, side);
  return { label: capital(side), value: notes.length === 0 ? endpoint : `${endpoint} (${notes.join(', ')})` };
}

function trafficFact(core: Core, flow: FlowRow, side: Side): Fact {
  const { directions } = core.tables;
  const direction = flow * 2 + side;
  const packets = formatAmount(directions.packets(direction), 'packet');
  const payload = `${formatBytes(directions.octets(direction))} of payload`;
  return { label: `Sent by the ${sideName(core, flow, side)}`, value: `${packets}, ${payload}` };
}

function tcpFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const { directions } = core.tables;
  const facts: Fact[] = [{ label: 'Handshake', value: handshakeWords(core, flow) }];
  for (const side of SIDES) {
    const direction = flow * 2 + side;
    if (directions.packets(direction) === 0) continue;
    facts.push({ label: `${capital(side)}’s TCP`, value: tcpWords(core, direction) });
  }
  facts.push({ label: 'Ending', value: endingWords(core, flow) });
  return facts;
}

/** Round trip of the handshake, and which part of it this capture point measured. */
function handshakeWords(core: Core, flow: FlowRow): string {
  const { flows, packets } = core.tables;
  const syn = flows.synPacket(flow);
  const synAck = flows.synAckPacket(flow);
  const ack = flows.handshakePacket(flow);
  if (syn === 0) return synAck === 0 ? 'not captured: the capture began later' : 'SYN not captured';
  const repeated = flows.synCount(flow) > 1 ? `; SYN sent ${formatAmount(flows.synCount(flow), 'time')}` : '';
  if (synAck === 0) return `SYN in packet ${formatCount(syn)}, no SYN-ACK${repeated}`;
  const time = (packet: number): number => packets.time(packet - 1);
  const toResponder = formatDuration(time(synAck) - time(syn));
  if (ack === 0) return `SYN-ACK after ${toResponder}, no ACK captured${repeated}`;
  const toOriginator = formatDuration(time(ack) - time(synAck));
  const whole = formatDuration(time(ack) - time(syn));
  return `${whole}: ${toResponder} from the capture point to the responder and back, ${toOriginator} to the originator and back${repeated}`;
}

function tcpWords(core: Core, direction: number): string {
  const { directions } = core.tables;
  const parts = [`initial sequence number ${directions.initialSequence(direction)}`];
  const scale = directions.windowScale(direction);
  if (scale > 0) parts.push(`window scale ${2 ** Math.min(scale - 1, 14)}`);
  const counts: readonly (readonly [number, string, string?])[] = [
    [directions.retransmissions(direction), 'retransmission'],
    [directions.outOfOrder(direction), 'packet out of order', 'packets out of order'],
    [directions.duplicateAcks(direction), 'duplicate ACK'],
  ];
  for (const [count, noun, plural] of counts) if (count > 0) parts.push(formatAmount(count, noun, plural));
  if (directions.lostOctets(direction) > 0) {
    parts.push(`${formatBytes(directions.lostOctets(direction))} not in the capture`);
  }
  const zeroWindow = directions.zeroWindowPacket(direction);
  if (zeroWindow > 0) parts.push(`window 0 in packet ${formatCount(zeroWindow)}`);
  return parts.join(', ');
}

function endingWords(core: Core, flow: FlowRow): string {
  const { directions } = core.tables;
  const packets = SIDES.flatMap((side) => {
    const direction = flow * 2 + side;
    const found: string[] = [];
    const name = sideName(core, flow, side);
    const fin = directions.finPacket(direction);
    const rst = directions.rstPacket(direction);
    if (fin > 0) found.push(`FIN of the ${name} in packet ${formatCount(fin)}`);
    if (rst > 0) found.push(`RST of the ${name} in packet ${formatCount(rst)}`);
    return found;
  });
  const ending = flowEnding(core, flow);
  return packets.length === 0 ? ending : `${ending}: ${packets.join(', ')}`;
}

function tlsFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const { flows, hellos, directions } = core.tables;
  const facts: Fact[] = [];
  const row = flows.hello(flow) - 1;
  if (row >= 0) {
    const hello = helloItem(core, row);
    facts.push({ label: 'TLS', value: `${hello.version}, handshake ${hello.outcome}` });
    facts.push({ label: 'Server name (SNI)', value: hello.serverName ?? 'not sent' });
    if (hello.alpn !== undefined) {
      const selected = hello.selectedAlpn === undefined ? '' : `; the server chose ${hello.selectedAlpn}`;
      facts.push({ label: 'ALPN', value: `${hello.alpn}${selected}` });
    }
    const suite = hellos.cipherSuite(row);
    if (suite !== 0)
      facts.push({ label: 'Cipher suite', value: cipherSuiteName(suite) ?? formatHex(suite, 4) });
  }
  for (const side of SIDES) {
    const direction = flow * 2 + side;
    const packet = directions.alertPacket(direction);
    if (packet === 0) continue;
    const description = directions.alertDescription(direction);
    const level = directions.alertLevel(direction) === 2 ? 'fatal' : 'warning';
    facts.push({
      label: `TLS alert of the ${sideName(core, flow, side)}`,
      value: `${ALERT_DESCRIPTIONS[description] ?? description} (${level}) in packet ${formatCount(packet)}`,
    });
  }
  return facts;
}

/** What the capture of this flow lacks. */
const CAPTURE_WORDS: readonly (readonly [number, string])[] = [
  [FlowMark.MIDSTREAM, 'began before the capture'],
  [FlowMark.ONE_SIDED, 'one direction only'],
  [FlowMark.GAP, 'octets are missing'],
  [FlowMark.SNAPPED, 'packets cut by the snap length'],
  [FlowMark.CAPPED, 'a limit of the analysis was reached'],
];

function captureFacts(core: Core, flow: FlowRow): readonly Fact[] {
  const marks = core.tables.flows.marks(flow);
  const words = CAPTURE_WORDS.filter(([bit]) => marks & bit).map(([, word]) => word);
  const facts: Fact[] = [];
  if (marks & FlowMark.ICMP_ERROR) {
    facts.push({ label: 'ICMP', value: `an ICMP error quotes this ${transportName(core, flow)} flow` });
  }
  facts.push({
    label: 'Capture',
    value: words.length === 0 ? 'complete, as far as can be seen' : words.join(', '),
  });
  return facts;
}
