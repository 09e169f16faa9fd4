import { FlowMark } from '../../src/model/flow.ts';
import { PacketMark } from '../../src/model/packet.ts';
import type { View } from '../api.ts';
import type { Core } from '../core.ts';
import { Bitset } from './bitset.ts';
import { BlockColumn, column, forBlocks, wholeColumn, type ColumnName, type Fill } from './columns.ts';
import { exchangesOfPackets, packetsOfExchanges } from './exchange-packets.ts';
import type { Domain } from './source.ts';

/** Brings a set of rows of a domain to the rows of a view: see the README for who belongs to whom. */
export function project(core: Core, found: Bitset, domain: Domain, view: View): Bitset {
  if (domain === view) return found;
  switch (view) {
    case 'packets':
      return toPackets(core, found, domain);
    case 'flows':
      return toFlows(core, found, domain);
    case 'exchanges':
      return toExchanges(core, found, domain);
    case 'hellos':
      return toHellos(core, found, domain);
  }
}

function toPackets(core: Core, found: Bitset, domain: Domain): Bitset {
  const packets = new Bitset(core.tables.packets.rows);
  switch (domain) {
    case 'packets':
      return found;
    case 'flows':
      return packetsOfFlows(core, found);
    case 'directions':
      return packetsOfDirections(core, found);
    case 'exchanges':
      return packetsOfExchanges(core, found);
    case 'messages':
      for (const name of ['firstPacket', 'headPacket'] as const) {
        addPackets(packets, found, column(core, 'messages', name));
      }
      return packets;
    case 'alerts':
      addPackets(packets, found, column(core, 'directions', 'alertPacket'));
      return packets;
    case 'controlFrames':
      addPackets(packets, found, column(core, 'controlFrames', 'packet'));
      return packets;
    case 'hellos':
      for (const name of HELLO_PACKETS) addPackets(packets, found, column(core, 'hellos', name));
      return packets;
    case 'handshakes':
      addPackets(packets, found, handshakePackets(core, 'firstPacket'));
      addPackets(packets, found, handshakePackets(core, 'lastPacket'));
      return packets;
  }
}

const HELLO_PACKETS = [
  'firstPacket',
  'lastPacket',
  'serverHelloPacket',
  'outcomePacket',
] as const satisfies readonly ColumnName<'hellos'>[];

/** Packets of ClientHellos (even rows) and ServerHellos (odd rows). */
function handshakePackets(core: Core, client: 'firstPacket' | 'lastPacket'): Fill {
  const { hellos } = core.tables;
  return (from, into) => {
    for (let at = 0; at < into.length; at++) {
      const row = from + at;
      into[at] = row & 1 ? hellos.serverHelloPacket(row >>> 1) : hellos[client](row >>> 1);
    }
  };
}

/** Adds the packets whose numbers (0 for none) a column of the found rows has. */
function addPackets(packets: Bitset, found: Bitset, numbers: Fill): void {
  const block = new BlockColumn(numbers);
  forBlocks(found.size, (from, count) => {
    const values = block.read(from, count);
    for (let at = 0; at < count; at++) {
      const packet = values[at] ?? 0;
      if (packet > 0 && found.has(from + at)) packets.add(packet - 1);
    }
  });
}

function packetsOfFlows(core: Core, flows: Bitset): Bitset {
  const { rows } = core.tables.packets;
  const packets = new Bitset(rows);
  const { words } = packets;
  const flow = new BlockColumn(column(core, 'packets', 'flow'));
  const from32 = flows.words;
  forBlocks(rows, (from, count) => {
    const values = flow.read(from, count);
    for (let at = 0; at < count; at++) {
      const row = values[at] ?? -1;
      if (row < 0 || (((from32[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 0) continue;
      const packet = from + at;
      words[packet >>> 5] = (words[packet >>> 5] ?? 0) | (1 << (packet & 31));
    }
  });
  return packets;
}

function packetsOfDirections(core: Core, directions: Bitset): Bitset {
  const { rows } = core.tables.packets;
  const packets = new Bitset(rows);
  const flow = new BlockColumn(column(core, 'packets', 'flow'));
  const marks = new BlockColumn(column(core, 'packets', 'marks'));
  forBlocks(rows, (from, count) => {
    const flows = flow.read(from, count);
    const bits = marks.read(from, count);
    for (let at = 0; at < count; at++) {
      const row = flows[at] ?? -1;
      if (row < 0) continue;
      const side = (bits[at] ?? 0) & PacketMark.FROM_RESPONDER ? 1 : 0;
      if (directions.has(row * 2 + side)) packets.add(from + at);
    }
  });
  return packets;
}

/** The flows that have any of the rows; of directions, the flows whose originator's direction is found. */
function toFlows(core: Core, found: Bitset, domain: Domain): Bitset {
  if (domain === 'flows') return found;
  const flows = new Bitset(core.tables.flows.rows);
  if (domain === 'directions') {
    for (let flow = 0; flow < flows.size; flow++) if (found.has(flow * 2)) flows.add(flow);
    return flows;
  }
  const { rowsAnOwner, owner } = flowOf(core, domain);
  if (owner === undefined) {
    for (let row = 0; row < found.size; row++) if (found.has(row)) flows.add(row >>> 1);
    return flows;
  }
  const block = new BlockColumn(owner);
  forBlocks(found.size / rowsAnOwner, (from, count) => {
    const values = block.read(from, count);
    for (let at = 0; at < count; at++) {
      const row = (from + at) * rowsAnOwner;
      if (!found.has(row) && (rowsAnOwner === 1 || !found.has(row + 1))) continue;
      const flow = values[at] ?? -1;
      if (flow >= 0) flows.add(flow);
    }
  });
  return flows;
}

/** The column with the flow of a row (or of each two rows); none where the row itself tells. */
function flowOf(
  core: Core,
  domain: Exclude<Domain, 'flows' | 'directions'>,
): { readonly rowsAnOwner: 1 | 2; readonly owner: Fill | undefined } {
  switch (domain) {
    case 'packets':
      return { rowsAnOwner: 1, owner: column(core, 'packets', 'flow') };
    case 'exchanges':
      return { rowsAnOwner: 1, owner: column(core, 'exchanges', 'flow') };
    case 'messages':
      return { rowsAnOwner: 2, owner: column(core, 'exchanges', 'flow') };
    case 'hellos':
      return { rowsAnOwner: 1, owner: column(core, 'hellos', 'flow') };
    case 'handshakes':
      return { rowsAnOwner: 2, owner: column(core, 'hellos', 'flow') };
    case 'alerts':
      return { rowsAnOwner: 2, owner: undefined };
    case 'controlFrames':
      return { rowsAnOwner: 1, owner: column(core, 'controlFrames', 'flow') };
  }
}

function toExchanges(core: Core, found: Bitset, domain: Domain): Bitset {
  switch (domain) {
    case 'exchanges':
      return found;
    case 'messages':
      return owners(found);
    case 'packets':
      return exchangesOfPackets(core, found);
    case 'controlFrames':
      return exchangesOfFrames(core, found);
    case 'directions':
      return rowsOfFlows(
        clientFlows(core, found),
        column(core, 'exchanges', 'flow'),
        core.tables.exchanges.rows,
      );
    case 'flows':
    case 'handshakes':
    case 'hellos':
    case 'alerts':
      return rowsOfFlows(
        toFlows(core, found, domain),
        column(core, 'exchanges', 'flow'),
        core.tables.exchanges.rows,
      );
  }
}

/** The exchanges of the frames' streams; of frames about the connection (GOAWAY, PING), all of its flow. */
function exchangesOfFrames(core: Core, frames: Bitset): Bitset {
  const { controlFrames, exchanges, streams, flows } = core.tables;
  const ofFlows = new Bitset(flows.rows);
  const ofStreams = new Map<number, Set<number>>();
  for (const row of frames.rows()) {
    const flow = controlFrames.flow(row);
    const stream = controlFrames.stream(row);
    if (stream === 0) ofFlows.add(flow);
    else ofStreams.set(flow, (ofStreams.get(flow) ?? new Set()).add(stream));
  }
  const found = rowsOfFlows(ofFlows, column(core, 'exchanges', 'flow'), exchanges.rows);
  for (let stream = 0; ofStreams.size > 0 && stream < streams.rows; stream++) {
    const exchange = streams.exchange(stream);
    const wanted = ofStreams.get(exchanges.flow(exchange));
    if (wanted?.has(streams.identifier(stream))) found.add(exchange);
  }
  return found;
}

function toHellos(core: Core, found: Bitset, domain: Domain): Bitset {
  if (domain === 'hellos') return found;
  if (domain === 'handshakes') return owners(found);
  const flows = domain === 'directions' ? clientFlows(core, found) : toFlows(core, found, domain);
  return rowsOfFlows(flows, column(core, 'hellos', 'flow'), core.tables.hellos.rows);
}

/** Owners of two rows each, of which either is found. */
function owners(found: Bitset): Bitset {
  const rows = new Bitset(found.size >>> 1);
  for (let row = 0; row < rows.size; row++) {
    if (found.has(row * 2) || found.has(row * 2 + 1)) rows.add(row);
  }
  return rows;
}

/** The flows whose client's direction is found. */
function clientFlows(core: Core, directions: Bitset): Bitset {
  const flows = new Bitset(core.tables.flows.rows);
  const marks = wholeColumn(column(core, 'flows', 'marks'), flows.size);
  for (let flow = 0; flow < flows.size; flow++) {
    const client = (marks[flow] ?? 0) & FlowMark.CLIENT_IS_RESPONDER ? 1 : 0;
    if (directions.has(flow * 2 + client)) flows.add(flow);
  }
  return flows;
}

/** Rows of a table whose flow is in the set; an exchange without packets has no flow. */
function rowsOfFlows(flows: Bitset, flow: Fill, rows: number): Bitset {
  const found = new Bitset(rows);
  const block = new BlockColumn(flow);
  forBlocks(rows, (from, count) => {
    const values = block.read(from, count);
    for (let at = 0; at < count; at++) if (flows.has(values[at] ?? -1)) found.add(from + at);
  });
  return found;
}
