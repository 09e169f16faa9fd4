import { FlowMark } from '../src/model/flow.ts';
import { Protocol } from '../src/model/packet.ts';
import type { FlowRow } from '../src/model/units.ts';
import { formatAddress, formatEndpoint } from './addresses.ts';
import type { Core } from './core.ts';
import { withName } from './names.ts';

/** A side of a flow: 0 the originator, 1 the responder. */
export type Side = 0 | 1;

/** IP protocol numbers of the transports that have ports. */
export const Transport = { TCP: 6, UDP: 17, SCTP: 132 } as const;

const TRANSPORT_NAMES: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  [Transport.TCP]: 'TCP',
  [Transport.UDP]: 'UDP',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  [Transport.SCTP]: 'SCTP',
};

/** How the transport of a flow is called. */
export function transportName(core: Core, flow: FlowRow): string {
  const transport = core.tables.flows.transport(flow);
  return TRANSPORT_NAMES[transport] ?? `IP protocol ${transport}`;
}

/** Address of a side, with its port where the transport has ports, and the name that the capture gives it. */
export function endpointOf(core: Core, flow: FlowRow, side: Side): string {
  const { flows } = core.tables;
  const address = addressOf(core, flow, side);
  const transport = flows.transport(flow);
  const hasPorts = transport === Transport.TCP || transport === Transport.UDP || transport === Transport.SCTP;
  return withName(core, address, hasPorts ? formatEndpoint(address, portOf(core, flow, side)) : address);
}

/** Address of a side, with the name that the capture gives it. */
export function namedAddressOf(core: Core, flow: FlowRow, side: Side): string {
  const address = addressOf(core, flow, side);
  return withName(core, address, address);
}

/** Address of a side. */
export function addressOf(core: Core, flow: FlowRow, side: Side): string {
  const { flows } = core.tables;
  const row = side === 0 ? flows.originatorAddress(flow) : flows.responderAddress(flow);
  return formatAddress(core, row, flows.ipVersion(flow));
}

/** Port of a side. */
export function portOf(core: Core, flow: FlowRow, side: Side): number {
  const { flows } = core.tables;
  return side === 0 ? flows.originatorPort(flow) : flows.responderPort(flow);
}

/** The side of the HTTP or TLS client: the originator, but in a flow whose first packet came from the server. */
export function clientSide(core: Core, flow: FlowRow): Side {
  return core.tables.flows.marks(flow) & FlowMark.CLIENT_IS_RESPONDER ? 1 : 0;
}

/** Whether HTTP or TLS was recognised in the flow, so that its sides are a client and a server. */
export function hasClient(core: Core, flow: FlowRow): boolean {
  const { flows } = core.tables;
  return flows.exchanges(flow) > 0 || flows.hello(flow) > 0 || flowProtocol(core, flow) !== Protocol.UNKNOWN;
}

/** What a side is called: client or server where the protocol has them (HTTP, TLS), else originator or responder. */
export function sideName(core: Core, flow: FlowRow, side: Side): string {
  if (!hasClient(core, flow)) return side === 0 ? 'originator' : 'responder';
  return side === clientSide(core, flow) ? 'client' : 'server';
}

/** The {@link Protocol} that rides on a flow: that of the direction that told; UNKNOWN where none did. */
export function flowProtocol(core: Core, flow: FlowRow): number {
  const { protocol } = core.tables.directions;
  return protocol(flow * 2) || protocol(flow * 2 + 1);
}
