import { MessageState } from '../../src/model/exchange.ts';
import { PacketMark, PROTOCOL_NAMES } from '../../src/model/packet.ts';
import type { View } from '../api.ts';
import type { ColumnReader, Core } from '../core.ts';
import { flowItem } from '../items/flow-item.ts';
import { helloItem } from '../items/hello-item.ts';
import { clientSide, flowProtocol, transportName } from '../roles.ts';
import type { Fill } from './columns.ts';
import { exchangeStateName } from './exchange-state.ts';
import { exchangeTime } from './exchange-times.ts';

/** What rows are sorted by: a number, or the number of a text (0 for none) with a way to tell it. NaN goes last. */
export type SortKey =
  | { readonly kind: 'number'; readonly key: ColumnReader }
  | { readonly kind: 'text'; readonly key: ColumnReader; readonly text: (key: number) => string };

type SortColumns = Readonly<Record<string, (core: Core) => SortKey>>;

const NO_FLOW = 0xffffffff;

function number(key: (core: Core) => ColumnReader): (core: Core) => SortKey {
  return (core) => ({ kind: 'number', key: key(core) });
}

/** An interned text; rows without it go last. */
function interned(id: (core: Core) => ColumnReader): (core: Core) => SortKey {
  return (core) => ({ kind: 'text', key: orNaN(id(core)), text: (key) => core.text(key) });
}

function orNaN(reader: ColumnReader): ColumnReader {
  return (row) => reader(row) || NaN;
}

/** A small number with a name. */
function named(key: (core: Core) => ColumnReader, text: (key: number) => string): (core: Core) => SortKey {
  return (core) => ({ kind: 'text', key: key(core), text });
}

/** A text that the item of the row tells: for views with few rows. */
function told(text: (core: Core, row: number) => string | undefined): (core: Core) => SortKey {
  return (core) => ({
    kind: 'text',
    key: (row) => (text(core, row) ? row : NaN),
    text: (row) => text(core, row) ?? '',
  });
}

const rowItself = number(() => (row) => row);

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
    const { packets } = core.tables;
    const end = endpoint(core);
    return (row) => {
      const flow = packets.flow(row);
      if (flow < 0) return NaN;
      const sender = packets.marks(row) & PacketMark.FROM_RESPONDER ? 1 : 0;
      return end(flow, isSource ? sender : 1 - sender);
    };
  });
}

/** The client's (server's) end of a row's flow. */
function roleEnd(flowOf: (core: Core) => ColumnReader, isClient: boolean): (core: Core) => SortKey {
  return number((core) => {
    const flow = flowOf(core);
    const end = endpoint(core);
    return (row) => {
      const at = flow(row);
      if (at === NO_FLOW) return NaN;
      const client = clientSide(core, at);
      return end(at, isClient ? client : 1 - client);
    };
  });
}

function streamOf(flowOf: (core: Core) => ColumnReader): (core: Core) => SortKey {
  return number((core) => {
    const flow = flowOf(core);
    return (row) => (flow(row) === NO_FLOW ? NaN : core.tables.flows.number(flow(row)));
  });
}

const PACKETS: SortColumns = {
  packet: rowItself,
  time: number((core) => core.tables.packets.time),
  length: number((core) => core.tables.packets.length),
  flow: number((core) => (row) => (core.tables.packets.flow(row) < 0 ? NaN : core.tables.packets.flow(row))),
  protocol: named(
    (core) => core.tables.packets.protocol,
    (key) => PROTOCOL_NAMES[key] ?? '?',
  ),
  source: packetEnd(true),
  destination: packetEnd(false),
};

function flowEnd(side: 0 | 1): (core: Core) => SortKey {
  return number((core) => {
    const end = endpoint(core);
    return (flow) => end(flow, side);
  });
}

function bothSides(name: 'octets' | 'packets' | 'retransmissions' | 'lostOctets'): (core: Core) => SortKey {
  return number((core) => {
    const reader = core.tables.directions[name];
    return (flow) => reader(flow * 2) + reader(flow * 2 + 1);
  });
}

const FLOWS: SortColumns = {
  flow: rowItself,
  number: number((core) => core.tables.flows.number),
  start: number((core) => (flow) => core.tables.packets.time(core.tables.flows.firstPacket(flow) - 1)),
  duration: number((core) => {
    const { flows, packets } = core.tables;
    return (flow) => packets.time(flows.lastPacket(flow) - 1) - packets.time(flows.firstPacket(flow) - 1);
  }),
  originator: flowEnd(0),
  responder: flowEnd(1),
  packets: bothSides('packets'),
  octets: bothSides('octets'),
  originatorOctets: number((core) => (flow) => core.tables.directions.octets(flow * 2)),
  responderOctets: number((core) => (flow) => core.tables.directions.octets(flow * 2 + 1)),
  retransmissions: bothSides('retransmissions'),
  lostOctets: bothSides('lostOctets'),
  exchanges: number((core) => core.tables.flows.exchanges),
  transport: told(transportName),
  protocol: named(
    (core) => (flow) => flowProtocol(core, flow),
    (key) => PROTOCOL_NAMES[key] ?? '?',
  ),
  serverName: interned((core) => {
    const { flows, hellos } = core.tables;
    return (flow) => (flows.hello(flow) === 0 ? 0 : hellos.serverName(flows.hello(flow) - 1));
  }),
  ending: told((core, flow) => flowItem(core, flow).ending),
};

function octetsOf(side: 0 | 1): (core: Core) => SortKey {
  return number((core) => {
    const { messages } = core.tables;
    return (exchange) => {
      const row = exchange * 2 + side;
      return messages.state(row) === MessageState.ABSENT
        ? 0
        : messages.headOctets(row) + messages.bodyOctets(row);
    };
  });
}

/** A column that is made in blocks, read row by row. */
function filled(make: (core: Core) => Fill): (core: Core) => SortKey {
  return number((core) => {
    const fill = make(core);
    const values = new Float64Array(core.tables.exchanges.rows);
    fill(0, values);
    return (row) => values[row] ?? NaN;
  });
}

const exchangeFlow = (core: Core): ColumnReader => core.tables.exchanges.flow;

const EXCHANGES: SortColumns = {
  exchange: rowItself,
  flow: number((core) => (row) => (exchangeFlow(core)(row) === NO_FLOW ? NaN : exchangeFlow(core)(row))),
  stream: streamOf(exchangeFlow),
  start: number((core) => {
    const { start } = core.tables.messages;
    return (row) => (Number.isNaN(start(row * 2)) ? start(row * 2 + 1) : start(row * 2));
  }),
  duration: filled((core) => exchangeTime(core, 'duration')),
  sending: filled((core) => exchangeTime(core, 'sending')),
  waiting: filled((core) => exchangeTime(core, 'waiting')),
  receiving: filled((core) => exchangeTime(core, 'receiving')),
  status: number((core) => orNaN(core.tables.exchanges.status)),
  method: interned((core) => core.tables.exchanges.method),
  target: interned((core) => core.tables.exchanges.target),
  authority: interned((core) => core.tables.exchanges.authority),
  client: roleEnd(exchangeFlow, true),
  server: roleEnd(exchangeFlow, false),
  requestOctets: octetsOf(0),
  responseOctets: octetsOf(1),
  contentType: interned((core) => {
    const { messages, sections } = core.tables;
    return (row) => {
      const section = messages.section(row * 2 + 1);
      return section === 0 ? 0 : sections.contentType(section - 1);
    };
  }),
  state: named(
    (core) => {
      const { state } = core.tables.messages;
      return (row) => state(row * 2) * 16 + state(row * 2 + 1);
    },
    (key) => exchangeStateName(key >>> 4, key & 15),
  ),
};

const helloFlow = (core: Core): ColumnReader => core.tables.hellos.flow;

const HELLOS: SortColumns = {
  hello: rowItself,
  flow: number(helloFlow),
  stream: streamOf(helloFlow),
  time: number((core) => core.tables.hellos.time),
  packet: number((core) => core.tables.hellos.firstPacket),
  client: roleEnd(helloFlow, true),
  server: roleEnd(helloFlow, false),
  serverName: interned((core) => core.tables.hellos.serverName),
  alpn: interned((core) => core.tables.hellos.alpn),
  selectedAlpn: interned((core) => core.tables.hellos.selectedAlpn),
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

/** Keys of rows by a column, each at the row's place; undefined for a column that cannot be sorted by. */
export function sortKeys(core: Core, view: View, name: string, rows: Uint32Array): Float64Array | undefined {
  const columns = COLUMNS[view];
  const make = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!make) return undefined;
  const sortKey = make(core);
  const keys = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) keys[at] = sortKey.key(rows[at] ?? 0);
  if (sortKey.kind === 'text') rankTexts(keys, sortKey.text);
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
