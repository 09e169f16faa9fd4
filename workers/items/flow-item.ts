import { Completeness, FlowMark } from '../../src/model/flow.ts';
import { PROTOCOL_NAMES, Protocol } from '../../src/model/packet.ts';
import type { FlowRow } from '../../src/model/units.ts';
import type { FlowItem } from '../api.ts';
import type { Core } from '../core.ts';
import { endpointOf, flowProtocol, sideName, transportName, Transport } from '../roles.ts';

/** A flow as it is listed. */
export function flowItem(core: Core, flow: FlowRow): FlowItem {
  const { flows, directions, packets, hellos } = core.tables;
  const [originator, responder] = [flow * 2, flow * 2 + 1];
  const start = packets.time(flows.firstPacket(flow) - 1);
  const hello = flows.hello(flow);
  const serverName = hello === 0 ? 0 : hellos.serverName(hello - 1);
  const protocol = flowProtocol(core, flow);
  return {
    flow,
    number: flows.number(flow),
    transport: transportName(core, flow),
    protocol: protocol === Protocol.UNKNOWN ? transportName(core, flow) : (PROTOCOL_NAMES[protocol] ?? '?'),
    originator: endpointOf(core, flow, 0),
    responder: endpointOf(core, flow, 1),
    start,
    duration: packets.time(flows.lastPacket(flow) - 1) - start,
    packets: directions.packets(originator) + directions.packets(responder),
    originatorOctets: directions.octets(originator),
    responderOctets: directions.octets(responder),
    exchanges: flows.exchanges(flow),
    serverName: serverName === 0 ? undefined : core.text(serverName),
    ending: flowEnding(core, flow),
    retransmissions: directions.retransmissions(originator) + directions.retransmissions(responder),
    lostOctets: directions.lostOctets(originator) + directions.lostOctets(responder),
    tags: flowTags(core, flow),
  };
}

/** How a TCP connection ended: who closed it and with what; '' for other transports. */
export function flowEnding(core: Core, flow: FlowRow): string {
  const { flows, directions } = core.tables;
  if (flows.transport(flow) !== Transport.TCP) return '';
  const marks = flows.marks(flow);
  if (marks & FlowMark.REFUSED) return `refused by the ${sideName(core, flow, 1)}`;
  const side = (at: 0 | 1): string => sideName(core, flow, at);
  const fin = firstSide(directions.finPacket(flow * 2), directions.finPacket(flow * 2 + 1));
  const rst = firstSide(directions.rstPacket(flow * 2), directions.rstPacket(flow * 2 + 1));
  if (rst !== undefined && fin !== undefined)
    return `closed by the ${side(fin)} (FIN), then RST by the ${side(rst)}`;
  if (rst !== undefined) return `reset by the ${side(rst)}`;
  if (fin !== undefined) {
    return marks & FlowMark.CLOSED
      ? `closed by the ${side(fin)} (FIN)`
      : `half-closed by the ${side(fin)} (FIN)`;
  }
  // Whoever sends more than SYNs has got an answer: it was not captured.
  const hasMore = (flows.completeness(flow) & (Completeness.ACK | Completeness.DATA)) !== 0;
  const isUnseen = flows.synAckPacket(flow) === 0 && directions.packets(flow * 2 + 1) === 0;
  if (flows.synPacket(flow) > 0 && isUnseen && !hasMore) return 'no answer to SYN';
  return 'open';
}

/** The side whose packet came first; 0 is no packet. */
function firstSide(originator: number, responder: number): 0 | 1 | undefined {
  if (originator === 0) return responder === 0 ? undefined : 1;
  return responder === 0 || originator < responder ? 0 : 1;
}

/** Marks of a flow as words, the worst first. */
const MARK_TAGS: readonly (readonly [number, string])[] = [
  [FlowMark.REFUSED, 'refused'],
  [FlowMark.RESET, 'reset'],
  [FlowMark.ICMP_ERROR, 'ICMP error'],
  [FlowMark.TLS_TROUBLE, 'TLS trouble'],
  [FlowMark.MIXED_TLS, 'TLS on one side'],
  [FlowMark.UNANSWERED, 'unanswered'],
  [FlowMark.GAP, 'gap in the capture'],
  [FlowMark.CAPPED, 'limit reached'],
  [FlowMark.SNAPPED, 'cut by snaplen'],
  [FlowMark.ONE_SIDED, 'one direction only'],
  [FlowMark.MIDSTREAM, 'midstream'],
  [FlowMark.PORTS_REUSED, 'ports reused'],
];

function flowTags(core: Core, flow: FlowRow): readonly string[] {
  const marks = core.tables.flows.marks(flow);
  return MARK_TAGS.filter(([bit]) => marks & bit).map(([, tag]) => tag);
}
