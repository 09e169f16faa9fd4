import type { FlowRow } from '../../src/model/units.ts';
import type { Facts } from './facts.ts';

/** What an ICMP error says of the packet that it quotes. */
export interface IcmpError {
  readonly packet: number;
  /** In words: `host unreachable`. */
  readonly words: string;
  /** It came from a filter, and not for want of a way. */
  readonly isFilter: boolean;
  /** It says that the packet was too big; with the MTU of the next hop, 0 where it does not tell. */
  readonly isTooBig: boolean;
  readonly mtu: number;
}

/** Codes of destination unreachable (RFC 792, RFC 1812 section 5.2.7.1). */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  5: 'source route failed',
  6: 'network unknown',
  7: 'host unknown',
  9: 'network administratively prohibited',
  10: 'host administratively prohibited',
  13: 'communication administratively prohibited',
};

/** The same of ICMPv6 (RFC 4443 section 3.1). */
const UNREACHABLE_V6: Readonly<Record<number, string>> = {
  0: 'no route to the destination',
  1: 'communication administratively prohibited',
  2: 'beyond the scope of the source address',
  3: 'address unreachable',
  4: 'port unreachable',
  5: 'source address failed policy',
  6: 'route rejected',
};

/** A filter says so; Linux's REJECT says "port unreachable" of its own (code 3 of 4), which TCP's own stacks do not send. */
const FILTERS: ReadonlySet<string> = new Set([
  'network administratively prohibited',
  'host administratively prohibited',
  'communication administratively prohibited',
  'port unreachable',
  'source address failed policy',
  'route rejected',
]);

/** The first ICMP error that quotes a flow; undefined where there is none. */
export function icmpErrorOf(facts: Facts, flow: FlowRow): IcmpError | undefined {
  const { flows } = facts.tables;
  const packet = flows.icmpPacket(flow);
  if (packet === 0) return undefined;
  const isV6 = flows.ipVersion(flow) === 6;
  const type = flows.icmpType(flow);
  const code = flows.icmpCode(flow);
  const unreachable = isV6 ? type === 1 : type === 3;
  const isTooBig = isV6 ? type === 2 : type === 3 && code === 4;
  const words = unreachable
    ? ((isV6 ? UNREACHABLE_V6 : UNREACHABLE)[code] ?? `unreachable (code ${code})`)
    : isTooBig
      ? 'packet too big'
      : type === (isV6 ? 3 : 11)
        ? 'time to live exceeded: the route leads in a circle'
        : `ICMP type ${type}, code ${code}`;
  return { packet, words, isFilter: FILTERS.has(words), isTooBig, mtu: flows.icmpMtu(flow) };
}
