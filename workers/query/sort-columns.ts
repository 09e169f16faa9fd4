import { MessageState } from '../../src/model/exchange.ts';
import { PacketMark, PROTOCOL_NAMES } from '../../src/model/packet.ts';
import { TIME_MEASURES } from '../../src/model/timing.ts';
import { GRPC_STATUS_ABSENT } from '../../src/model/stream.ts';
import type { View } from '../api.ts';
import type { ColumnReader, Core } from '../core.ts';
import { type Reported, reportedOf } from '../formats/reported.ts';
import { flowEnding } from '../items/flow-item.ts';
import { helloItem } from '../items/hello-item.ts';
import { clientSide, flowProtocol, transportName } from '../roles.ts';
import { column, combined, mapped, sideOf, wholeColumn, type Fill } from './columns.ts';
import { exchangeStateName } from './exchange-state.ts';
import { exchangeStart, exchangeTime } from './exchange-times.ts';
import { windowWait } from './http2-fields.ts';
import { domainRows } from './source.ts';

/** What rows are sorted by: a number, or the number of a text with a way to tell it. NaN goes last. */
interface SortKey {
  readonly keys: Fill;
  readonly text?: (key: number) => string;
}

type SortColumns = Readonly<Record<string, (core: Core) => SortKey>>;

const NO_FLOW = 0xffffffff;

function number(keys: (core: Core) => Fill): (core: Core) => SortKey {
  return (core) => ({ keys: keys(core) });
}

/** Keys that are made row by row. */
function byRow(key: ColumnReader): Fill {
  return (from, into) => {
    for (let at = 0; at < into.length; at++) into[at] = key(from + at);
  };
}

function unlessZero(keys: Fill): Fill {
  return mapped(keys, (key) => key || NaN);
}

/** An interned text; rows without it go last. */
function interned(ids: (core: Core) => Fill): (core: Core) => SortKey {
  return (core) => ({ keys: unlessZero(ids(core)), text: (key) => core.text(key) });
}

/** A small number with a name. */
function named(keys: (core: Core) => Fill, text: (key: number) => string): (core: Core) => SortKey {
  return (core) => ({ keys: keys(core), text });
}

/** A text that the item of the row tells: for views with few rows. */
function told(text: (core: Core, row: number) => string | undefined): (core: Core) => SortKey {
  return (core) => ({
    keys: byRow((row) => (text(core, row) ? row : NaN)),
    text: (row) => text(core, row) ?? '',
  });
}

const rowItself = number(() => byRow((row) => row));

/** Where an end of a flow stands: by address as a number, then by port. */
function endpoint(core: Core): (flow: number, side: number) => number {
  const { flows } = core.tables;
  const rank = addressRanks(core);
  return (flow, side) => {
    const address = side === 0 ? flows.originatorAddress(flow) : flows.responderAddress(flow);
    const port = side === 0 ? flows.originatorPort(flow) : flows.responderPort(flow);
    return (rank[address] ?? 0) * 65_536 + port;
  };
}

function addressRanks(core: Core): Float64Array {
  const { addresses } = core.tables;
  const words = [addresses.word0, addresses.word1, addresses.word2, addresses.word3];
  const values = Array.from({ length: addresses.rows }, (_, row) => words.map((word) => word(row)));
  const order = values.map((_, row) => row);
  order.sort((a, b) => {
    for (let word = 0; word < 4; word++) {
      const difference = (values[a]?.[word] ?? 0) - (values[b]?.[word] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  const ranks = new Float64Array(addresses.rows);
  order.forEach((row, rank) => (ranks[row] = rank));
  return ranks;
}

function packetEnd(isSource: boolean): (core: Core) => SortKey {
  return number((core) => {
    const end = endpoint(core);
    return combined(column(core, 'packets', 'flow'), column(core, 'packets', 'marks'), (flow, marks) => {
      if (flow < 0) return NaN;
      const sender = marks & PacketMark.FROM_RESPONDER ? 1 : 0;
      return end(flow, isSource ? sender : 1 - sender);
    });
  });
}

/** Flows of rows that may have none. */
function flowsOf(table: 'exchanges' | 'hellos'): (core: Core) => Fill {
  return (core) => mapped(column(core, table, 'flow'), (flow) => (flow === NO_FLOW ? NaN : flow));
}

/** The client's (server's) end of a row's flow. */
function roleEnd(flows: (core: Core) => Fill, isClient: boolean): (core: Core) => SortKey {
  return number((core) => {
    const end = endpoint(core);
    return mapped(flows(core), (flow) => {
      const client = clientSide(core, flow);
      return end(flow, isClient ? client : 1 - client);
    });
  });
}

/** Where names of servers stand that HAR files report: behind all addresses of packets. */
const BEHIND_ADDRESSES = 2 ** 50;

/** The server's end of an exchange; of one from a HAR file, the server that is reported, by its text. */
const exchangeServer: (core: Core) => SortKey = number((core) => {
  const reported = reportedOf(core);
  const flows = exchangeFlow(core);
  const end = endpoint(core);
  const ends = mapped(flows, (flow) => end(flow, 1 - clientSide(core, flow)));
  if (!reported) return ends;
  const ranks = serverRanks(reported, core.tables.exchanges.rows);
  return (from, into) => {
    ends(from, into);
    for (let at = 0; at < into.length; at++) {
      const server = reported.exchange(from + at)?.server;
      if (server !== undefined && server !== '') into[at] = BEHIND_ADDRESSES + (ranks.get(server) ?? 0);
    }
  };
});

function serverRanks(reported: Reported, rows: number): ReadonlyMap<string, number> {
  const names = new Set<string>();
  for (let row = 0; row < rows; row++) {
    const server = reported.exchange(row)?.server;
    if (server !== undefined) names.add(server);
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  return new Map([...names].sort(compare).map((name, rank) => [name, rank]));
}

function streamOf(flows: (core: Core) => Fill): (core: Core) => SortKey {
  return number((core) => mapped(flows(core), (flow) => core.tables.flows.number(flow)));
}

const PACKETS: SortColumns = {
  packet: rowItself,
  time: number((core) => column(core, 'packets', 'time')),
  length: number((core) => column(core, 'packets', 'length')),
  flow: number((core) => mapped(column(core, 'packets', 'flow'), (flow) => (flow < 0 ? NaN : flow))),
  protocol: named(
    (core) => column(core, 'packets', 'protocol'),
    (key) => PROTOCOL_NAMES[key] ?? '?',
  ),
  source: packetEnd(true),
  destination: packetEnd(false),
};

function flowEnd(side: 0 | 1): (core: Core) => SortKey {
  return number((core) => {
    const end = endpoint(core);
    return byRow((flow) => end(flow, side));
  });
}

type DirectionSum = 'octets' | 'packets' | 'retransmissions' | 'lostOctets';

function ofSide(name: DirectionSum, side: 0 | 1): (core: Core) => SortKey {
  return number((core) => sideOf(column(core, 'directions', name), side));
}

function bothSides(name: DirectionSum): (core: Core) => SortKey {
  return number((core) => {
    const values = column(core, 'directions', name);
    return combined(sideOf(values, 0), sideOf(values, 1), (a, b) => a + b);
  });
}

/** Time of a packet of flows. */
function packetTime(core: Core, name: 'firstPacket' | 'lastPacket'): Fill {
  const { time } = core.tables.packets;
  return mapped(column(core, 'flows', name), (packet) => (packet === 0 ? NaN : time(packet - 1)));
}

const FLOWS: SortColumns = {
  flow: rowItself,
  number: number((core) => column(core, 'flows', 'number')),
  start: number((core) => packetTime(core, 'firstPacket')),
  duration: number((core) =>
    combined(packetTime(core, 'lastPacket'), packetTime(core, 'firstPacket'), (a, b) => a - b),
  ),
  originator: flowEnd(0),
  responder: flowEnd(1),
  packets: bothSides('packets'),
  octets: bothSides('octets'),
  originatorOctets: ofSide('octets', 0),
  responderOctets: ofSide('octets', 1),
  retransmissions: bothSides('retransmissions'),
  lostOctets: bothSides('lostOctets'),
  exchanges: number((core) => column(core, 'flows', 'exchanges')),
  transport: told(transportName),
  protocol: told(
    (core, flow) => PROTOCOL_NAMES[flowProtocol(core, flow) || NaN] ?? transportName(core, flow),
  ),
  serverName: interned((core) => {
    const { flows, hellos } = core.tables;
    return byRow((flow) => (flows.hello(flow) === 0 ? 0 : hellos.serverName(flows.hello(flow) - 1)));
  }),
  ending: told(flowEnding),
};

/** Octets of a message, as its exchange's item counts them. */
function octetsOf(side: 0 | 1): (core: Core) => SortKey {
  return number((core) => {
    const head = sideOf(column(core, 'messages', 'headOctets'), side);
    const body = sideOf(column(core, 'messages', 'bodyOctets'), side);
    const state = sideOf(column(core, 'messages', 'state'), side);
    return combined(
      combined(head, body, (a, b) => a + b),
      state,
      (octets, is) => (is === MessageState.ABSENT ? 0 : octets),
    );
  });
}

const exchangeFlow = flowsOf('exchanges');

function exchangeText(name: 'method' | 'target' | 'authority'): (core: Core) => SortKey {
  return interned((core) => column(core, 'exchanges', name));
}

const EXCHANGES: SortColumns = {
  exchange: rowItself,
  flow: number(exchangeFlow),
  stream: streamOf(exchangeFlow),
  start: number(exchangeStart),
  ...Object.fromEntries(
    TIME_MEASURES.map((measure) => [measure, number((core) => exchangeTime(core, measure))]),
  ),
  status: number((core) => unlessZero(column(core, 'exchanges', 'status'))),
  // By version, what is spoken inside it, then by HTTP/2 stream.
  protocol: number((core) => {
    const { streams } = core.tables;
    const version = column(core, 'messages', 'version');
    const latest = combined(sideOf(version, 0), sideOf(version, 1), Math.max);
    return combined(latest, column(core, 'exchanges', 'stream'), (spoken, link) =>
      link === 0
        ? spoken * 2 ** 40
        : spoken * 2 ** 40 + streams.kind(link - 1) * 2 ** 36 + streams.identifier(link - 1),
    );
  }),
  windowWait: number(windowWait),
  grpcStatus: number((core) => {
    const { grpcStatus } = core.tables.streams;
    return mapped(column(core, 'exchanges', 'stream'), (link) => {
      const status = link === 0 ? GRPC_STATUS_ABSENT : grpcStatus(link - 1);
      return status === GRPC_STATUS_ABSENT ? NaN : status;
    });
  }),
  method: exchangeText('method'),
  target: exchangeText('target'),
  authority: exchangeText('authority'),
  client: roleEnd(exchangeFlow, true),
  server: exchangeServer,
  requestOctets: octetsOf(0),
  responseOctets: octetsOf(1),
  contentType: interned((core) => {
    const { contentType } = core.tables.sections;
    const section = sideOf(column(core, 'messages', 'section'), 1);
    return mapped(section, (link) => (link === 0 ? 0 : contentType(link - 1)));
  }),
  state: named(
    (core) => {
      const state = column(core, 'messages', 'state');
      return combined(sideOf(state, 0), sideOf(state, 1), (a, b) => a * 16 + b);
    },
    (key) => exchangeStateName(key >>> 4, key & 15),
  ),
};

const helloFlow = flowsOf('hellos');

function helloText(name: 'serverName' | 'alpn' | 'selectedAlpn'): (core: Core) => SortKey {
  return interned((core) => column(core, 'hellos', name));
}

const HELLOS: SortColumns = {
  hello: rowItself,
  flow: number(helloFlow),
  stream: streamOf(helloFlow),
  time: number((core) => column(core, 'hellos', 'time')),
  packet: number((core) => column(core, 'hellos', 'firstPacket')),
  client: roleEnd(helloFlow, true),
  server: roleEnd(helloFlow, false),
  serverName: helloText('serverName'),
  alpn: helloText('alpn'),
  selectedAlpn: helloText('selectedAlpn'),
  version: told((core, row) => helloItem(core, row).version),
  cipherSuite: told((core, row) => helloItem(core, row).cipherSuite),
  outcome: told((core, row) => helloItem(core, row).outcome),
};

const COLUMNS: Readonly<Record<View, SortColumns>> = {
  packets: PACKETS,
  flows: FLOWS,
  exchanges: EXCHANGES,
  hellos: HELLOS,
};

/** The columns that a view can be sorted by: properties of its items, but for lists and what needs the file. */
export function sortableColumns(view: View): readonly string[] {
  return Object.keys(COLUMNS[view]);
}

/** Keys of rows by a column, each at its row's place in `rows` (ascending); undefined for a column that cannot be sorted by. */
export function sortKeys(core: Core, view: View, name: string, rows: Uint32Array): Float64Array | undefined {
  const columns = COLUMNS[view];
  const make = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!make) return undefined;
  const sortKey = make(core);
  const total = domainRows(core, view);
  const values = wholeColumn(sortKey.keys, total);
  const keys = rows.length === total ? values : Float64Array.from(rows, (row) => values[row] ?? NaN);
  if (sortKey.text) rankTexts(keys, sortKey.text);
  return keys;
}

/** Replaces the numbers of texts by their place among the texts, upper and lower case alike. */
function rankTexts(keys: Float64Array, text: (key: number) => string): void {
  const known = new Map<number, number>();
  for (const key of keys) if (key === key) known.set(key, 0);
  const texts = [...known.keys()].map((key) => {
    const told = text(key);
    return { key, told, folded: told.toLowerCase() };
  });
  texts.sort((a, b) => compare(a.folded, b.folded) || compare(a.told, b.told));
  let rank = 0;
  texts.forEach(({ key, told }, at) => {
    if (told !== texts[at - 1]?.told) rank = at;
    known.set(key, rank);
  });
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? NaN;
    if (key === key) keys[at] = known.get(key) ?? 0;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
