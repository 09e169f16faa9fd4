import { FlowMark } from '../../src/model/flow.ts';
import { formatAmount, formatBytes, formatCount, formatHex } from '../../src/model/format.ts';
import { ALERT_DESCRIPTIONS, cipherSuiteName, WELL_KNOWN_PORTS } from '../../src/model/registries.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { helloItem } from '../items/hello-item.ts';
import { http2FlowFacts } from './http2-flow-facts.ts';
import { endpointOf, hasClient, portOf, sideName, type Side, Transport, transportName } from '../roles.ts';
import { capital, type Fact, tcpFacts } from './tcp-facts.ts';

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
