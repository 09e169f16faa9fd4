import type { HostMap, MapHost, MapLink } from '../../session/worker.ts';

/** Hosts and links that are drawn; the table has the others. */
export const DRAWN = { hosts: 24, links: 48, services: 8 } as const;

/** Sizes in px. */
export const SIZE = { head: 44, row: 24, foot: 8, gap: 20, tight: 10 } as const;

/** Widths in px that cards, and the room between their columns, can have. */
const CARD = { least: 184, most: 248 } as const;
const BETWEEN = { least: 64, most: 180 } as const;

/** A service of a host as a line of its card. */
export interface ServiceRow {
  readonly port: number;
  readonly protocol: string;
  readonly exchanges: number;
  readonly flows: number;
  readonly failed: number;
  /** Links to it, as places in the list of links. */
  readonly links: readonly number[];
  /** The filter that selects it. */
  readonly filter: string;
}

/** A host as it is drawn. */
export interface Card {
  /** Place in the list of hosts. */
  readonly place: number;
  readonly host: MapHost;
  readonly layer: number;
  readonly left: number;
  readonly top: number;
  readonly height: number;
  readonly services: readonly ServiceRow[];
  /** Services that the card has no line for. */
  readonly more: number;
}

/** A link as it is drawn: from the right edge of the client to the service's line. */
export interface Curve {
  /** Place in the list of links. */
  readonly place: number;
  readonly link: MapLink;
  readonly path: string;
  /** Stroke width, px. */
  readonly width: number;
  /** Where its label stands. */
  readonly x: number;
  readonly y: number;
}

/** The drawing. */
export interface Drawing {
  readonly cards: readonly Card[];
  readonly curves: readonly Curve[];
  readonly width: number;
  readonly height: number;
  /** Width of a card. */
  readonly card: number;
  readonly hiddenHosts: number;
  readonly hiddenLinks: number;
}

/**
 * Lays hosts out in layers, clients left of the servers that they call; crossings are made few, nothing moves by chance. `room` is how
 * wide the drawing may be, px, and `high` how high; it is larger where the least does not fit.
 */
export function layOut(map: HostMap, room: number, high: number): Drawing {
  const chosen = choose(map);
  const layers = layersOf(
    chosen.hosts,
    chosen.links.map((place) => at(map.links, place)),
  );
  const services = new Map(chosen.hosts.map((place) => [place, servicesOf(map, place, chosen.links)]));
  const order = orderOf(
    chosen.hosts,
    layers,
    chosen.links.map((place) => at(map.links, place)),
  );
  const columns = Array.from({ length: Math.max(0, ...layers.values()) + 1 }, (): number[] => []);
  for (const place of order) columns[layers.get(place) ?? 0]?.push(place);
  const { length } = columns;
  const card = clamp((room - (length - 1) * BETWEEN.least) / length, CARD);
  const between = clamp((room - length * card) / Math.max(length - 1, 1), BETWEEN);
  const heights = (place: number): number => {
    const { rows, more } = services.get(place) ?? { rows: [], more: 0 };
    return SIZE.head + rows.length * SIZE.row + (more > 0 ? SIZE.row : 0) + (rows.length > 0 ? SIZE.foot : 0);
  };
  const sumWith = (gap: number, places: readonly number[]): number =>
    places.reduce((total, place) => total + heights(place) + gap, -gap);
  const highest = (gap: number): number => Math.max(...columns.map((places) => sumWith(gap, places)), 0);
  // Where all is not in sight at once, everything begins at the top: what matters most stands there.
  const isTall = highest(SIZE.gap) > high;
  const gap = isTall ? SIZE.tight : SIZE.gap;
  const sum = (places: readonly number[]): number => sumWith(gap, places);
  const height = highest(gap);
  const cards: Card[] = [];
  columns.forEach((places, layer) => {
    let top = isTall ? 0 : (height - sum(places)) / 2;
    for (const place of places) {
      const { rows, more } = services.get(place) ?? { rows: [], more: 0 };
      const own = heights(place);
      cards.push({
        place,
        host: at(map.hosts, place),
        layer,
        left: layer * (card + between),
        top,
        height: own,
        services: rows,
        more,
      });
      top += own + gap;
    }
  });
  return {
    cards,
    curves: curvesOf(map, chosen.links, cards, card),
    width: length * (card + between) - between,
    height,
    card,
    hiddenHosts: map.total.hosts - chosen.hosts.length,
    hiddenLinks: map.total.links - chosen.links.length,
  };
}

function clamp(value: number, { least, most }: { readonly least: number; readonly most: number }): number {
  return Math.round(Math.min(Math.max(value, least), most));
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new Error('InvariantError: no such place');
  return item;
}

/** The links with most to tell: in the order of the list, those with failures not left out for busy ones. */
function choose(map: HostMap): { readonly hosts: readonly number[]; readonly links: readonly number[] } {
  const places = map.links.map((_, place) => place);
  const failing = places.filter((place) => at(map.links, place).failed > 0);
  failing.sort((a, b) => at(map.links, b).failed - at(map.links, a).failed);
  const wanted = [...new Set([...failing.slice(0, DRAWN.links / 4), ...places])];
  const hosts = new Set<number>();
  const links: number[] = [];
  for (const place of wanted) {
    const { client, server } = at(map.links, place);
    const added = new Set([client, server].filter((host) => !hosts.has(host)));
    if (links.length >= DRAWN.links || hosts.size + added.size > DRAWN.hosts) continue;
    for (const host of added) hosts.add(host);
    links.push(place);
  }
  return { hosts: [...hosts].sort((a, b) => a - b), links: links.sort((a, b) => a - b) };
}

/** How many hosts lie in front of each one: the longest way to it, circles cut where they close. */
function layersOf(hosts: readonly number[], links: readonly MapLink[]): ReadonlyMap<number, number> {
  const callers = new Map<number, Set<number>>();
  for (const { client, server } of links) {
    if (client === server) continue;
    const known = callers.get(server) ?? new Set();
    callers.set(server, known.add(client));
  }
  const layers = new Map<number, number>();
  const open = new Set<number>();
  const layer = (host: number): number => {
    const known = layers.get(host);
    if (known !== undefined) return known;
    if (open.has(host)) return -1;
    open.add(host);
    let deepest = 0;
    for (const caller of callers.get(host) ?? []) deepest = Math.max(deepest, layer(caller) + 1);
    open.delete(host);
    layers.set(host, deepest);
    return deepest;
  };
  for (const host of hosts) layer(host);
  return layers;
}

/** Hosts in the order of their layers, and in each layer by where their neighbours stand. */
function orderOf(
  hosts: readonly number[],
  layers: ReadonlyMap<number, number>,
  links: readonly MapLink[],
): readonly number[] {
  let order = [...hosts].sort((a, b) => (layers.get(a) ?? 0) - (layers.get(b) ?? 0) || a - b);
  for (let round = 0; round < 6; round++) {
    const rank = new Map<number, number>();
    const inLayer = new Map<number, number>();
    for (const host of order) {
      const layer = layers.get(host) ?? 0;
      rank.set(host, inLayer.get(layer) ?? 0);
      inLayer.set(layer, (inLayer.get(layer) ?? 0) + 1);
    }
    const middle = new Map<number, number>();
    for (const host of order) {
      const around = links.flatMap(({ client, server }) =>
        client === host && server !== host ? [server] : server === host && client !== host ? [client] : [],
      );
      const share = (other: number): number => {
        const size = inLayer.get(layers.get(other) ?? 0) ?? 1;
        return ((rank.get(other) ?? 0) + 0.5) / size;
      };
      middle.set(
        host,
        around.length === 0
          ? share(host)
          : around.reduce((sum, other) => sum + share(other), 0) / around.length,
      );
    }
    order = [...order].sort(
      (a, b) =>
        (layers.get(a) ?? 0) - (layers.get(b) ?? 0) ||
        (middle.get(a) ?? 0) - (middle.get(b) ?? 0) ||
        (rank.get(a) ?? 0) - (rank.get(b) ?? 0),
    );
  }
  return order;
}

function servicesOf(
  map: HostMap,
  host: number,
  drawn: readonly number[],
): { readonly rows: readonly ServiceRow[]; readonly more: number } {
  const found = new Map<string, { links: number[]; port: number; protocol: string }>();
  for (const place of drawn) {
    const { server, port, protocol } = at(map.links, place);
    if (server !== host) continue;
    const key = port === 0 ? protocol : String(port);
    const service = found.get(key) ?? { links: [], port, protocol };
    service.links.push(place);
    found.set(key, service);
  }
  const rows = [...found.values()].map(({ links, port, protocol }): ServiceRow => {
    const total = (of: (link: MapLink) => number): number =>
      links.reduce((sum, place) => sum + of(at(map.links, place)), 0);
    return {
      port,
      protocol,
      links,
      filter: serviceFilter(map, host, links),
      exchanges: total((link) => link.exchanges),
      flows: total((link) => link.flows),
      failed: total((link) => link.failed),
    };
  });
  return { rows: rows.slice(0, DRAWN.services), more: Math.max(0, rows.length - DRAWN.services) };
}

/** Of several links the host's filter, and the port of the transports that they say. */
function serviceFilter(map: HostMap, host: number, links: readonly number[]): string {
  const filters = links.map((place) => at(map.links, place).filter);
  const [only] = filters;
  if (only !== undefined && filters.length === 1) return only;
  const ports = new Set(
    filters.flatMap((filter) => / && ((?:tcp|udp)\.port == \d+)$/.exec(filter)?.[1] ?? []),
  );
  const { filter } = at(map.hosts, host);
  if (ports.size === 0) return filter;
  const either = [...ports].join(' || ');
  return `${filter} && ${ports.size === 1 ? either : `(${either})`}`;
}

function curvesOf(
  map: HostMap,
  links: readonly number[],
  cards: readonly Card[],
  width: number,
): readonly Curve[] {
  const byPlace = new Map(cards.map((card) => [card.place, card]));
  const most = Math.max(1, ...links.map((place) => weightOf(at(map.links, place))));
  const leaving = new Map<number, number>();
  return links.flatMap((place): readonly Curve[] => {
    const link = at(map.links, place);
    const [from, to] = [byPlace.get(link.client), byPlace.get(link.server)];
    if (!from || !to) return [];
    const nth = leaving.get(link.client) ?? 0;
    leaving.set(link.client, nth + 1);
    const y1 = from.top + Math.min(14 + nth * 5, Math.max(from.height - 10, 14));
    const row = to.services.findIndex((service) => service.links.includes(place));
    const y2 = to.top + SIZE.head + (row < 0 ? to.services.length : row) * SIZE.row + SIZE.row / 2;
    const x1 = from.left + width;
    const isForward = to.left > from.left;
    // Back to an earlier layer, or to itself: around the right side.
    const x2 = isForward ? to.left : to.left + width;
    const bend = isForward ? Math.max(32, (x2 - x1) / 2) : 64;
    const path = isForward
      ? `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
      : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 + bend} ${y2} ${x2} ${y2}`;
    const stroke = 1.25 + 4.75 * (Math.log1p(weightOf(link)) / Math.log1p(most));
    const x = isForward ? (x1 + x2) / 2 : Math.max(x1, x2) + 44;
    return [{ place, link, path, width: stroke, x, y: (y1 + y2) / 2 }];
  });
}

function weightOf(link: MapLink): number {
  return link.flows + link.exchanges;
}
