import {
  type HostMap,
  type MapHost,
  type MapLink,
  type MapQuery,
  MOST_LINKS,
} from '../../src/model/host-map.ts';
import type { Core } from '../core.ts';
import type { Bitset } from '../query/bitset.ts';
import { countLinks, type LinkCounts } from './links.ts';
import { linkFilter, linkProtocol, nameText, reportedFilter, roleOf, topNames } from './link-words.ts';
import { formatAddress } from '../addresses.ts';
import type { Slices } from './slices.ts';

/** Names of a host that are told. */
const HOST_NAMES = 3;

/** Who talks to whom; undefined where a newer question came meanwhile. */
export async function hostMap(
  core: Core,
  _query: MapQuery,
  shown: { readonly flows: Bitset | undefined; readonly exchanges: Bitset | undefined },
  slices: Slices,
): Promise<HostMap | undefined> {
  const counted = await countLinks(core, shown, slices);
  if (!counted) return undefined;
  const { links, unlisted } = counted;
  const ranked = [...links].sort((a, b) => weight(b) - weight(a));
  const listed = ranked.slice(0, MOST_LINKS);
  const rest = ranked.slice(MOST_LINKS);
  const hosts = new Hosts(core);
  const items = listed.map((link) => hosts.linkItem(link));
  const flows = links.reduce((sum, link) => sum + link.flows, unlisted.flows);
  return {
    hosts: hosts.items(),
    links: items,
    total: { hosts: counted.hosts, links: links.length + unlisted.links, flows },
    leftOut: {
      links: rest.length + unlisted.links,
      flows: rest.reduce((sum, link) => sum + link.flows, unlisted.flows),
      exchanges: rest.reduce((sum, link) => sum + link.exchanges, 0),
    },
  };
}

const weight = (link: LinkCounts): number => link.flows + link.exchanges;

interface Known {
  readonly address: string;
  readonly filter: string;
  readonly names: Map<string, number>;
  role: string;
  flows: number;
  exchanges: number;
}

/** The hosts of the listed links, as they come up. */
class Hosts {
  readonly #core: Core;
  readonly #places = new Map<string, number>();
  readonly #known: Known[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  linkItem(link: LinkCounts): MapLink {
    const core = this.#core;
    const names = topNames(core, link.names);
    const client = this.#place(
      link.client === undefined ? 'browser' : addressText(core, link.client, link.version),
    );
    const serverName = link.server === undefined ? core.text(link.reported) : undefined;
    const server = this.#place(serverName ?? addressText(core, link.server ?? 0, link.version), serverName);
    const hosts = [...new Set([client, server])].flatMap((place) => this.#known[place] ?? []);
    for (const host of hosts) {
      host.flows += link.flows;
      host.exchanges += link.exchanges;
    }
    const [clientHost, serverHost] = [this.#known[client], this.#known[server]];
    if (serverHost) {
      serverHost.role ||= roleOf(core, link, 'server');
      for (const [text, count] of link.names) {
        const name = nameText(core, text);
        // An address is no name, with its port or without.
        if (serverName === undefined && isAddress(name, serverHost.address)) continue;
        serverHost.names.set(name, (serverHost.names.get(name) ?? 0) + count);
      }
    }
    if (clientHost) clientHost.role ||= roleOf(core, link, 'client');
    const { failures } = link;
    return {
      client,
      server,
      port: link.port,
      protocol: linkProtocol(link),
      names,
      filter: serverName === undefined ? linkFilter(core, link) : reportedFilter(serverName),
      flows: link.flows,
      exchanges: link.exchanges,
      sentOctets: serverName === undefined ? link.sentOctets : NaN,
      receivedOctets: serverName === undefined ? link.receivedOctets : NaN,
      failures: { ...failures },
      failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
      clientErrors: link.clientErrors,
      resets: link.resets,
    };
  }

  items(): readonly MapHost[] {
    return this.#known.map(({ address, filter, names, role, flows, exchanges }) => ({
      address,
      filter,
      role,
      flows,
      exchanges,
      names: [...names]
        .sort(([, a], [, b]) => b - a)
        .slice(0, HOST_NAMES)
        .map(([name]) => name),
    }));
  }

  #place(address: string, reported?: string): number {
    const known = this.#places.get(address);
    if (known !== undefined) return known;
    const place = this.#known.length;
    this.#places.set(address, place);
    const filter =
      reported !== undefined
        ? reportedFilter(reported)
        : address === 'browser'
          ? ''
          : `${address.includes(':') ? 'ipv6' : 'ip'}.addr == ${address}`;
    this.#known.push({ address, filter, names: new Map(), role: '', flows: 0, exchanges: 0 });
    return place;
  }
}

function isAddress(name: string, address: string): boolean {
  return name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') === address || name === address;
}

function addressText(core: Core, row: number, version: number): string {
  return formatAddress(core, row, version);
}
