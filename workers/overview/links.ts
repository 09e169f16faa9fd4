import { MessageMark, MessageState } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import { HelloOutcome } from '../../src/model/hello.ts';
import type { MapFailures } from '../../src/model/host-map.ts';
import type { Core } from '../core.ts';
import type { Bitset } from '../query/bitset.ts';
import { BlockColumn, column, forBlocks, sideOf } from '../query/columns.ts';
import { flowProtocol, Transport } from '../roles.ts';
import { isOver, NO_FLOW } from './connection-times.ts';
import { ROWS_A_SLICE, type Slices } from './slices.ts';
import { verdictOf } from './verdict.ts';

/** Links that are counted each by itself; a port scan has more, which are summed up. */
const MOST_COUNTED = 50_000;
/** Names of a link that are counted; more are not told. */
const MOST_NAMES = 32;

/** What passed between a client and a service. */
export interface LinkCounts {
  /** Rows of the addresses table; undefined in a HAR file. */
  readonly client: number | undefined;
  readonly server: number | undefined;
  /** Text of the authority in a HAR file; else 0. */
  readonly reported: number;
  readonly port: number;
  readonly transport: number;
  /** 4 or 6. */
  readonly version: number;
  /** {@link Protocol} of its first flow that tells. */
  protocol: number;
  /** Texts and how often each was used: SNI, Host. */
  readonly names: Map<number, number>;
  /** Row of an exchange of it, to look at; undefined where there is none. */
  example: number | undefined;
  flows: number;
  exchanges: number;
  sentOctets: number;
  receivedOctets: number;
  readonly failures: { -readonly [kind in keyof MapFailures]: number };
  clientErrors: number;
  resets: number;
}

/** All links, and what was too much to be counted one by one. */
export interface CountedLinks {
  readonly links: readonly LinkCounts[];
  readonly hosts: number;
  readonly unlisted: { links: number; flows: number };
}

interface Shown {
  readonly flows: Bitset | undefined;
  readonly exchanges: Bitset | undefined;
}

/** Finds the link of two ends, or makes it. */
class Links {
  readonly all: LinkCounts[] = [];
  readonly unlisted = { links: 0, flows: 0 };
  readonly #addresses: number;
  readonly #pairs = new Map<number, Map<number, LinkCounts>>();
  readonly #reported = new Map<number, LinkCounts>();

  constructor(core: Core) {
    this.#addresses = core.tables.addresses.rows;
  }

  find(
    client: number,
    server: number,
    port: number,
    transport: number,
    version: number,
  ): LinkCounts | undefined {
    const pair = client * this.#addresses + server;
    let services = this.#pairs.get(pair);
    if (!services) this.#pairs.set(pair, (services = new Map<number, LinkCounts>()));
    const service = port * 256 + transport;
    const known = services.get(service);
    if (known) return known;
    if (this.all.length >= MOST_COUNTED) {
      // Counted as one each: their flows are not told apart.
      this.unlisted.links++;
      this.unlisted.flows++;
      return undefined;
    }
    const link = emptyLink({ client, server, reported: 0, port, transport, version });
    services.set(service, link);
    this.all.push(link);
    return link;
  }

  findReported(authority: number): LinkCounts | undefined {
    const known = this.#reported.get(authority);
    if (known) return known;
    if (this.all.length >= MOST_COUNTED) return undefined;
    const link = emptyLink({
      client: undefined,
      server: undefined,
      reported: authority,
      port: 0,
      transport: 0,
      version: 4,
    });
    this.#reported.set(authority, link);
    this.all.push(link);
    return link;
  }
}

function emptyLink(
  ends: Pick<LinkCounts, 'client' | 'server' | 'reported' | 'port' | 'transport' | 'version'>,
): LinkCounts {
  return {
    ...ends,
    protocol: 0,
    names: new Map(),
    example: undefined,
    flows: 0,
    exchanges: 0,
    sentOctets: 0,
    receivedOctets: 0,
    failures: { refused: 0, unanswered: 0, tls: 0, broken: 0, serverErrors: 0 },
    clientErrors: 0,
    resets: 0,
  };
}

function addName(link: LinkCounts, text: number): void {
  if (text === 0) return;
  const count = link.names.get(text);
  if (count !== undefined || link.names.size < MOST_NAMES) link.names.set(text, (count ?? 0) + 1);
}

/** Counts what passed between each client and service; undefined where a newer question came meanwhile. */
export async function countLinks(
  core: Core,
  shown: Shown,
  slices: Slices,
): Promise<CountedLinks | undefined> {
  const links = new Links(core);
  const ofFlow: (LinkCounts | undefined)[] = [];
  if (!(await countFlows(core, shown.flows, links, ofFlow, slices))) return undefined;
  if (!(await countExchanges(core, shown.exchanges, links, ofFlow, slices))) return undefined;
  const hosts = new Set(
    links.all.flatMap(({ client, server, reported }) => [client ?? -1, server ?? -2 - reported]),
  );
  return { links: links.all, hosts: hosts.size, unlisted: links.unlisted };
}

const FLOW_COLUMNS = [
  'originatorAddress',
  'responderAddress',
  'originatorPort',
  'responderPort',
  'transport',
  'ipVersion',
  'marks',
  'synPacket',
  'synAckPacket',
  'hello',
] as const;

async function countFlows(
  core: Core,
  shown: Bitset | undefined,
  links: Links,
  ofFlow: (LinkCounts | undefined)[],
  slices: Slices,
): Promise<boolean> {
  const blocks = FLOW_COLUMNS.map((name) => new BlockColumn(column(core, 'flows', name)));
  const octets = column(core, 'directions', 'octets');
  const sides = [new BlockColumn(sideOf(octets, 0)), new BlockColumn(sideOf(octets, 1))];
  const { rows } = core.tables.flows;
  for (let slice = 0; slice < rows; slice += ROWS_A_SLICE) {
    forBlocks(Math.min(ROWS_A_SLICE, rows - slice), (offset, count) => {
      const from = slice + offset;
      for (const block of [...blocks, ...sides]) block.read(from, count);
      for (let at = 0; at < count; at++) {
        const flow = from + at;
        if (shown && !shown.has(flow)) continue;
        const [oAddress = 0, rAddress = 0, oPort = 0, rPort = 0, transport = 0, version = 4, marks = 0] =
          blocks.map(({ values }) => values[at]);
        const isTurned = (marks & FlowMark.CLIENT_IS_RESPONDER) !== 0;
        const [client, server] = isTurned ? [rAddress, oAddress] : [oAddress, rAddress];
        const link = links.find(client, server, isTurned ? oPort : rPort, transport, version);
        ofFlow[flow] = link;
        if (!link) continue;
        const [sent, received] = isTurned ? [1, 0] : [0, 1];
        link.flows++;
        link.sentOctets += sides[sent]?.values[at] ?? 0;
        link.receivedOctets += sides[received]?.values[at] ?? 0;
        link.protocol ||= flowProtocol(core, flow);
        const hello = blocks[9]?.values[at] ?? 0;
        const isSynAlone = (blocks[7]?.values[at] ?? 0) > 0 && blocks[8]?.values[at] === 0;
        noteEnd(core, link, marks, isSynAlone && transport === Transport.TCP, hello);
      }
    });
    if (!(await slices.goOn())) return false;
  }
  return true;
}

function noteEnd(core: Core, link: LinkCounts, marks: number, isSynAlone: boolean, hello: number): void {
  const { failures } = link;
  if (marks & FlowMark.REFUSED) failures.refused++;
  else if (isSynAlone && !(marks & FlowMark.ONE_SIDED && link.receivedOctets > 0)) failures.unanswered++;
  if (marks & FlowMark.RESET) link.resets++;
  if (hello === 0) return;
  const { hellos } = core.tables;
  const outcome = hellos.outcome(hello - 1);
  if (outcome !== HelloOutcome.OPEN && outcome !== HelloOutcome.COMPLETE) failures.tls++;
  addName(link, hellos.serverName(hello - 1));
}

async function countExchanges(
  core: Core,
  shown: Bitset | undefined,
  links: Links,
  ofFlow: readonly (LinkCounts | undefined)[],
  slices: Slices,
): Promise<boolean> {
  const flows = new BlockColumn(column(core, 'exchanges', 'flow'));
  const status = new BlockColumn(column(core, 'exchanges', 'status'));
  const stream = new BlockColumn(column(core, 'exchanges', 'stream'));
  const authority = new BlockColumn(column(core, 'exchanges', 'authority'));
  const states = column(core, 'messages', 'state');
  const [requests, responses] = [new BlockColumn(sideOf(states, 0)), new BlockColumn(sideOf(states, 1))];
  const { rows } = core.tables.exchanges;
  for (let slice = 0; slice < rows; slice += ROWS_A_SLICE) {
    forBlocks(Math.min(ROWS_A_SLICE, rows - slice), (offset, count) => {
      const from = slice + offset;
      for (const block of [flows, status, stream, authority, requests, responses]) block.read(from, count);
      for (let at = 0; at < count; at++) {
        if (shown && !shown.has(from + at)) continue;
        const flow = flows.values[at] ?? NO_FLOW;
        const name = authority.values[at] ?? 0;
        const link = flow === NO_FLOW ? links.findReported(name) : ofFlow[flow];
        if (!link) continue;
        link.exchanges++;
        link.example ??= from + at;
        addName(link, name);
        // A success of plain HTTP needs no closer look.
        if ((status.values[at] ?? 0) >= 400 || stream.values[at] !== 0) {
          const verdict = verdictOf(core, from + at);
          if (verdict === 'server') link.failures.serverErrors++;
          else if (verdict === 'client') link.clientErrors++;
        }
        if (!isBroken(requests.values[at], responses.values[at])) continue;
        if (flow === NO_FLOW || isPlain(core, from + at, flow)) link.failures.broken++;
      }
    });
    if (!(await slices.goOn())) return false;
  }
  return true;
}

/** Whether what is missing of an exchange was missing on the wire too: not in the capture alone, and not still to come. */
function isPlain(core: Core, exchange: number, flow: number): boolean {
  const { flows, messages } = core.tables;
  if (flows.marks(flow) & FlowMark.ONE_SIDED) return false;
  if ((messages.marks(exchange * 2) | messages.marks(exchange * 2 + 1)) & MessageMark.GAP) return false;
  return messages.state(exchange * 2 + 1) !== MessageState.ABSENT || isOver(core, flow);
}

/** A request without a complete response; one that is still open when the capture ends is not counted. */
function isBroken(request: number | undefined, response: number | undefined): boolean {
  switch (response) {
    case MessageState.COMPLETE:
    case MessageState.IN_HEAD:
    case MessageState.IN_BODY:
      return false;
    case MessageState.ABSENT:
      return request === MessageState.COMPLETE || request === MessageState.CUT_BY_RST;
    default:
      return true;
  }
}
