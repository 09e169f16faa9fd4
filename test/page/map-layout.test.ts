import { describe, expect, test } from 'vitest';
import type { HostMap, MapLink } from '../../src/model/host-map.ts';
import { DRAWN, layOut } from '../../src/views/map/layout.ts';

/** A map of links written `client>server:port`, `!` for a failure, each with a flow. */
function mapOf(texts: readonly string[]): HostMap {
  const names: string[] = [];
  const place = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const links = texts.map((text): MapLink => {
    const [, client = '', server = '', port = '', failed = ''] = /^(\w+)>(\w+):(\d+)(!?)$/.exec(text) ?? [];
    const count = failed === '' ? 0 : 1;
    return {
      client: place(client),
      server: place(server),
      port: Number(port),
      protocol: 'TCP',
      names: [],
      filter: text,
      flows: 1,
      exchanges: 0,
      sentOctets: 0,
      receivedOctets: 0,
      failures: { refused: count, unanswered: 0, tls: 0, broken: 0, serverErrors: 0 },
      failed: count,
      clientErrors: 0,
      resets: 0,
    };
  });
  const hosts = names.map((address) => ({
    address,
    names: [],
    role: '',
    filter: '',
    flows: 1,
    exchanges: 0,
  }));
  return {
    hosts,
    links,
    total: { hosts: hosts.length, links: links.length, flows: links.length },
    leftOut: { links: 0, flows: 0, exchanges: 0 },
  };
}

const layersOf = (texts: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(layOut(mapOf(texts), 1200, 600).cards.map(({ host, layer }) => [host.address, layer]));

describe('the drawing of the map', () => {
  test('puts clients left of the servers that they call', () => {
    expect(layersOf(['a>p:80', 'b>p:80', 'p>s:8080', 'a>s:8080'])).toEqual({ a: 0, b: 0, p: 1, s: 2 });
  });

  test('cuts circles, and draws a host that calls itself', () => {
    expect(layersOf(['a>b:1', 'b>c:1', 'c>a:1'])).toEqual({ a: 2, b: 0, c: 1 });
    const { cards, curves } = layOut(mapOf(['a>a:80']), 1200, 600);
    expect([cards.length, curves.length]).toEqual([1, 1]);
  });

  test('cards of a layer do not overlap, and lines end at them', () => {
    const texts = Array.from({ length: 12 }, (_, index) => `c${index % 4}>s${index % 5}:${8000 + index}`);
    const { cards, width, height, card } = layOut(mapOf(texts), 700, 600);
    for (const one of cards) {
      expect(one.left + card).toBeLessThanOrEqual(width);
      expect(one.top).toBeGreaterThanOrEqual(0);
      expect(one.top + one.height).toBeLessThanOrEqual(height + 0.001);
      const below = cards.filter((other) => other.layer === one.layer && other.top > one.top);
      for (const other of below) expect(other.top).toBeGreaterThanOrEqual(one.top + one.height);
    }
  });

  test('is the same for the same map', () => {
    const map = mapOf(['a>p:80', 'b>p:81', 'p>s:8080', 'p>t:8080', 'b>t:9']);
    expect(layOut(map, 900, 600)).toEqual(layOut(map, 900, 600));
  });

  test('draws a number of hosts and links, failures among them, and says how many it leaves out', () => {
    const busy = Array.from({ length: 100 }, (_, index) => `c${index}>s${index}:80`);
    const { cards, curves, hiddenHosts, hiddenLinks } = layOut(mapOf([...busy, 'x>y:81!']), 1200, 600);
    expect(cards.length).toBeLessThanOrEqual(DRAWN.hosts);
    expect(curves.length).toBeLessThanOrEqual(DRAWN.links);
    expect(curves.some(({ link }) => link.failed > 0)).toBe(true);
    expect(hiddenHosts).toBe(202 - cards.length);
    expect(hiddenLinks).toBe(101 - curves.length);
  });

  test('a host with many services tells how many more there are', () => {
    const { cards } = layOut(
      mapOf(Array.from({ length: 20 }, (_, index) => `a>s:${1000 + index}`)),
      1200,
      600,
    );
    const server = cards.find(({ host }) => host.address === 's');
    expect([server?.services.length, server?.more]).toEqual([DRAWN.services, 20 - DRAWN.services]);
  });

  test('filters to a service by the transports that its links say', () => {
    const map = mapOf(['a>s:53', 'b>s:53', 'a>s:123', 'b>s:123', 'a>s:80', 'a>h:443', 'b>h:443']);
    const transports = ['udp', 'tcp', 'udp', 'udp', 'tcp'];
    const links = map.links.map((link, place) => {
      const transport = transports[place];
      return transport === undefined
        ? link
        : { ...link, filter: `a and s && ${transport}.port == ${link.port}` };
    });
    const hosts = map.hosts.map((host) => ({ ...host, filter: `addr == ${host.address}` }));
    const { cards } = layOut({ ...map, hosts, links }, 1200, 600);
    expect(cards.flatMap(({ services }) => services.map(({ filter }) => filter)).sort()).toEqual([
      'a and s && tcp.port == 80',
      'addr == h',
      'addr == s && (udp.port == 53 || tcp.port == 53)',
      'addr == s && udp.port == 123',
    ]);
  });
});
