import { FlowMark } from '../../src/model/flow.ts';
import type { Core } from '../core.ts';
import { column, combined, mapped, sideOf, type Fill } from './columns.ts';
import { addressTexts, bitNames } from './dictionaries.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';
import type { Domain, Source } from './source.ts';

const TCP = 6;
const UDP = 17;

function flowNumber(make: (core: Core) => Fill): FieldBinding {
  return (core) => ({ type: 'number', source: { domain: 'flows', columns: [make(core)] } });
}

/** A column of flows, where another column of theirs has this value. */
function where(core: Core, fill: Fill, name: 'transport' | 'ipVersion', wanted: number): Fill {
  return combined(fill, column(core, 'flows', name), (value, other) => (other === wanted ? value : NaN));
}

/** Which ends of a flow a field is about: both, or the one that sends (receives) in each direction. */
type Ends = 'both' | 'source' | 'destination';

/** Values of the originator and the responder, as a property of the flow or of each direction. */
function ends(which: Ends, originator: Fill, responder: Fill): Source {
  if (which === 'both') return { domain: 'flows', columns: [originator, responder] };
  const [even, odd] = which === 'source' ? [originator, responder] : [responder, originator];
  return { domain: 'directions', columns: [interleaved(even, odd)] };
}

/** A column with two rows a flow, the originator's direction first. */
function interleaved(even: Fill, odd: Fill): Fill {
  return (from, into) => {
    const first = from >>> 1;
    const flows = ((from + into.length + 1) >>> 1) - first;
    const evens = new Float64Array(flows);
    const odds = new Float64Array(flows);
    even(first, evens);
    odd(first, odds);
    for (let at = 0; at < into.length; at++) {
      const flow = ((from + at) >>> 1) - first;
      into[at] = ((from + at) & 1 ? odds[flow] : evens[flow]) ?? NaN;
    }
  };
}

function addresses(core: Core, which: Ends, ipVersion: 4 | 6): Source {
  const fill = (name: 'originatorAddress' | 'responderAddress'): Fill =>
    where(core, column(core, 'flows', name), 'ipVersion', ipVersion);
  return ends(which, fill('originatorAddress'), fill('responderAddress'));
}

function address(which: Ends, ipVersion: 4 | 6): FieldBinding {
  const type = ipVersion === 4 ? 'ipv4' : 'ipv6';
  return (core) => ({ type, source: addresses(core, which, ipVersion) });
}

function host(which: Ends, ipVersion: 4 | 6): FieldBinding {
  return (core) => ({
    type: 'text',
    source: addresses(core, which, ipVersion),
    dictionary: addressTexts(core, ipVersion),
  });
}

function port(which: Ends, transport: number): FieldBinding {
  return (core) => {
    const fill = (name: 'originatorPort' | 'responderPort'): Fill =>
      where(core, column(core, 'flows', name), 'transport', transport);
    return { type: 'number', source: ends(which, fill('originatorPort'), fill('responderPort')) };
  };
}

/** The sum of a column of both directions. */
function bothDirections(core: Core, name: 'octets' | 'lostOctets' | 'packets' | 'retransmissions'): Fill {
  const fill = column(core, 'directions', name);
  return combined(sideOf(fill, 0), sideOf(fill, 1), (a, b) => a + b);
}

/** Names of {@link FlowMark} bits. */
const FLOW_MARK_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [FlowMark.MIDSTREAM, 'midstream'],
  [FlowMark.ONE_SIDED, 'one-sided'],
  [FlowMark.GAP, 'gap'],
  [FlowMark.SNAPPED, 'snapped'],
  [FlowMark.PORTS_REUSED, 'ports-reused'],
  [FlowMark.CAPPED, 'capped'],
  [FlowMark.CLOSED, 'closed'],
  [FlowMark.RESET, 'reset'],
  [FlowMark.ICMP_ERROR, 'icmp-error'],
  [FlowMark.UNANSWERED, 'unanswered'],
  [FlowMark.REFUSED, 'refused'],
  [FlowMark.TLS_TROUBLE, 'tls-trouble'],
  [FlowMark.MIXED_TLS, 'mixed-tls'],
  [FlowMark.RESET_UNREAD, 'reset-unread'],
];

const duration: FieldBinding = (core) => {
  const { time } = core.tables.packets;
  const timeOf = (packet: number): number => (packet === 0 ? NaN : time(packet - 1));
  const start = mapped(column(core, 'flows', 'firstPacket'), timeOf);
  const end = mapped(column(core, 'flows', 'lastPacket'), timeOf);
  const domain: Domain = 'flows';
  return { type: 'duration', source: { domain, columns: [combined(end, start, (a, b) => a - b)] } };
};

/** Fields of flows. */
export const FLOW_BINDINGS: FieldBindings = {
  'ip.addr': address('both', 4),
  'ip.src': address('source', 4),
  'ip.dst': address('destination', 4),
  'ip.host': host('both', 4),
  'ip.src_host': host('source', 4),
  'ip.dst_host': host('destination', 4),
  'ip.proto': flowNumber((core) => where(core, column(core, 'flows', 'transport'), 'ipVersion', 4)),
  'ip.version': flowNumber((core) => column(core, 'flows', 'ipVersion')),
  'ipv6.addr': address('both', 6),
  'ipv6.src': address('source', 6),
  'ipv6.dst': address('destination', 6),
  'ipv6.host': host('both', 6),
  'ipv6.src_host': host('source', 6),
  'ipv6.dst_host': host('destination', 6),
  'ipv6.nxt': flowNumber((core) => where(core, column(core, 'flows', 'transport'), 'ipVersion', 6)),
  'tcp.port': port('both', TCP),
  'tcp.srcport': port('source', TCP),
  'tcp.dstport': port('destination', TCP),
  'tcp.stream': flowNumber((core) => where(core, column(core, 'flows', 'number'), 'transport', TCP)),
  'udp.port': port('both', UDP),
  'udp.srcport': port('source', UDP),
  'udp.dstport': port('destination', UDP),
  'udp.stream': flowNumber((core) => where(core, column(core, 'flows', 'number'), 'transport', UDP)),
  'offwire.flow': flowNumber(() => (from, into) => {
    for (let at = 0; at < into.length; at++) into[at] = from + at;
  }),
  'offwire.flow.mark': (core) => ({
    type: 'text',
    source: { domain: 'flows', columns: [column(core, 'flows', 'marks')] },
    dictionary: bitNames(FLOW_MARK_NAMES),
  }),
  'offwire.flow.packets': flowNumber((core) => bothDirections(core, 'packets')),
  'offwire.flow.octets': flowNumber((core) => bothDirections(core, 'octets')),
  'offwire.flow.lost': flowNumber((core) => bothDirections(core, 'lostOctets')),
  'offwire.flow.retransmissions': flowNumber((core) => bothDirections(core, 'retransmissions')),
  'offwire.flow.exchanges': flowNumber((core) => column(core, 'flows', 'exchanges')),
  'offwire.flow.duration': duration,
};
