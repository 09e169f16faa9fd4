import { PROTOCOL_NAMES } from '../../src/model/packet.ts';
import { formatAddress } from '../addresses.ts';
import type { Core } from '../core.ts';
import { fieldLines, fieldName, fieldOf } from '../field-lines.ts';
import { Transport } from '../roles.ts';
import type { LinkCounts } from './links.ts';

/** Names of a link that are told. */
const TOLD = 3;
/** Characters of a name: those of DNS have 253 at most. */
const NAME_CHARACTERS = 260;
/** Characters of what a server says of itself. */
const SOFTWARE_CHARACTERS = 24;

/** The names used most, first. */
export function topNames(core: Core, names: ReadonlyMap<number, number>): readonly string[] {
  return [...names]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOLD)
    .map(([text]) => nameText(core, text));
}

/** A name, cut where it is too long to be one. */
export function nameText(core: Core, text: number): string {
  const name = core.text(text);
  return name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS)}…` : name;
}

const TRANSPORTS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  [Transport.TCP]: 'TCP',
  [Transport.UDP]: 'UDP',
  58: 'ICMPv6',
  [Transport.SCTP]: 'SCTP',
};

/** What is spoken on a link. */
export function linkProtocol({ protocol, transport, reported }: LinkCounts): string {
  if (reported !== 0) return 'HTTP';
  return PROTOCOL_NAMES[protocol || NaN] ?? TRANSPORTS[transport] ?? `IP ${transport}`;
}

/** The filter that selects what passed on a link. */
export function linkFilter(core: Core, link: LinkCounts): string {
  const name = link.version === 6 ? 'ipv6' : 'ip';
  const client = formatAddress(core, link.client ?? 0, link.version);
  const server = formatAddress(core, link.server ?? 0, link.version);
  const ends =
    client === server
      ? `${name}.src == ${client} && ${name}.dst == ${client}`
      : `${name}.addr == ${client} && ${name}.addr == ${server}`;
  if (link.transport === Transport.TCP) return `${ends} && tcp.port == ${link.port}`;
  if (link.transport === Transport.UDP) return `${ends} && udp.port == ${link.port}`;
  return `${ends} && ip.proto == ${link.transport}`;
}

/** The filter that selects the exchanges with a host of a HAR file. */
export function reportedFilter(authority: string): string {
  return `http.request.full_uri contains ${JSON.stringify(`//${authority}/`)}`;
}

/** What one end is, where an exchange of the link shows it; '' where it does not. */
export function roleOf(core: Core, link: LinkCounts, end: 'client' | 'server'): string {
  const row = end === 'client' ? link.client : link.server;
  // Istio's inbound passthrough comes from this address.
  if (row !== undefined && formatAddress(core, row, link.version) === '127.0.0.6') return 'istio-proxy';
  if (link.example === undefined) return '';
  const { messages } = core.tables;
  const lines = fieldLines(core, messages.section(link.example * 2 + (end === 'server' ? 1 : 0)));
  if (end === 'server') return softwareOf(fieldOf(lines, 'server'));
  const names = new Set(lines.map(fieldName));
  if (names.has('x-envoy-expected-rq-timeout-ms') || names.has('x-envoy-attempt-count')) return 'Envoy';
  return names.has('x-forwarded-for') || names.has('via') || names.has('forwarded') ? 'proxy' : '';
}

/** The first product of a Server field (RFC 9110 section 10.2.4), without its version. */
function softwareOf(server: string | undefined): string {
  const product = /^[^\s/(]+/.exec(server ?? '')?.[0] ?? '';
  if (product === 'istio-envoy') return 'istio-proxy';
  return product.slice(0, SOFTWARE_CHARACTERS);
}
