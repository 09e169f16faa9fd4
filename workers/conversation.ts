import type { View } from './api.ts';
import type { Core } from './core.ts';
import { addressOf, Transport } from './roles.ts';

/** The filter that selects the conversation of a row of a view: `tcp.stream eq 5`; of a packet outside any flow, itself. */
export function conversationFilter(core: Core, view: View, row: number): string {
  const flow = flowOf(core, view, row);
  if (flow === undefined && view === 'exchanges') return hostFilter(core, row);
  if (flow === undefined) return view === 'packets' ? `frame.number == ${row + 1}` : '';
  const { flows } = core.tables;
  const number = flows.number(flow);
  const transport = flows.transport(flow);
  if (transport === Transport.TCP) return `tcp.stream eq ${number}`;
  if (transport === Transport.UDP) return `udp.stream eq ${number}`;
  const field = flows.ipVersion(flow) === 6 ? 'ipv6.addr' : 'ip.addr';
  return `${field} == ${addressOf(core, flow, 0)} && ${field} == ${addressOf(core, flow, 1)}`;
}

/** The exchanges with the same server, for one without packets: its name is all that is known of the connection. */
function hostFilter(core: Core, exchange: number): string {
  const { exchanges } = core.tables;
  const authority = exchange < exchanges.rows ? core.text(exchanges.authority(exchange)) : '';
  const quoted = authority.replace(/["\\]/g, '\\$&');
  return authority === '' ? '' : `http.request.full_uri contains "//${quoted}/"`;
}

function flowOf(core: Core, view: View, row: number): number | undefined {
  const { packets, exchanges, hellos, flows } = core.tables;
  switch (view) {
    case 'packets':
      return row < packets.rows && packets.flow(row) >= 0 ? packets.flow(row) : undefined;
    case 'exchanges':
      return row < exchanges.rows && exchanges.flow(row) !== 0xffffffff ? exchanges.flow(row) : undefined;
    case 'hellos':
      return row < hellos.rows ? hellos.flow(row) : undefined;
    case 'flows':
      return row < flows.rows ? row : undefined;
    default:
      return view satisfies never;
  }
}
