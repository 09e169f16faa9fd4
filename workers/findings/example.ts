import type { Evidence, Ladder } from '../../src/model/finding.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { FlowRow, PacketNumber } from '../../src/model/units.ts';
import { formatAddress } from '../addresses.ts';
import { withName } from '../names.ts';
import { type ExchangeFacts, type Facts, NO_FLOW, type Side } from './facts.ts';
import { LadderBuilder, other } from './ladder.ts';
import type { Participants } from './roles.ts';
import { formatCount } from '../../src/model/format.ts';
import { enumerateSome, routeOf } from './words.ts';

/** The exchange that stands for all of a finding, with the one that the proxy's caller had, where it was found. */
export interface ExampleExchange {
  readonly exchange: ExchangeFacts;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
}

/** The packet that a ladder points out. */
interface KeyStep {
  readonly packet: PacketNumber;
  readonly label: string;
  /** A habit, and no failure. */
  readonly isHarmless?: boolean;
  /** The side that sent it, where it is no FIN or RST and needs an arrow of its own. */
  readonly side?: Side;
}

/** What is pointed out in an example's ladder. */
export interface LadderWords {
  /** The FIN or RST that is the failure. */
  readonly key?: KeyStep;
  readonly remark?: string;
  readonly requestRemark?: string;
  readonly body?: string;
}

/** Draws an exchange, and the one downstream of it, with the ends of their connections. */
export function exampleLadder(
  facts: Facts,
  example: ExampleExchange,
  words: LadderWords,
): Ladder | undefined {
  const { exchange, downstream, participants } = example;
  if (exchange.flow === NO_FLOW) return undefined;
  const builder = new LadderBuilder(facts);
  const server = other(exchange.client);
  let proxyAddress = facts.endpoint(exchange.flow, exchange.client);
  if (downstream !== undefined) {
    const caller = builder.lifeline(
      participants.caller ?? { label: 'client', noun: 'the client' },
      facts.endpoint(downstream.flow, downstream.client),
    );
    proxyAddress = facts.endpoint(downstream.flow, other(downstream.client));
    const proxy = builder.lifeline(participants.client, proxyAddress);
    builder.exchange(downstream, caller, proxy, {
      tone: downstream.status >= 500 && downstream.status !== exchange.status ? 'bad' : 'plain',
    });
    if (downstream.isLast) {
      const lines: [number, number] = downstream.client === 0 ? [caller, proxy] : [proxy, caller];
      builder.closes(closesNear(facts, downstream), lines, undefined);
    }
  } else {
    builder.lifeline(participants.client, proxyAddress);
  }
  const from = downstream === undefined ? 0 : 1;
  const to = builder.lifeline(participants.server, facts.endpoint(exchange.flow, server));
  builder.exchange(exchange, from, to, words);
  const lifelines: [number, number] = exchange.client === 0 ? [from, to] : [to, from];
  const closes = exchange.isLast ? closesNear(facts, exchange) : [];
  builder.closes(closes, lifelines, words.key);
  const { key } = words;
  if (key?.side !== undefined) {
    const [at, there] = [lifelines[key.side], lifelines[other(key.side)]];
    builder.step(at, there, key.packet, key.label, {
      tone: key.isHarmless ? 'plain' : 'bad',
      exchange: exchange.row,
      isKey: true,
    });
  }
  const streams = [downstream, exchange].filter((one) => one !== undefined);
  const names = streams.map(({ flow }) => formatCount(facts.stream(flow)));
  return builder.build(`Stream ${names.join(' and ')}`);
}

/** Closes that belong to the story: from the exchange's start on. */
function closesNear(facts: Facts, exchange: ExchangeFacts): ReturnType<Facts['closes']> {
  const start = exchange.request?.firstPacket ?? exchange.response?.firstPacket ?? 0;
  const { RACE_FLOOR, REACTION } = THRESHOLDS;
  const end = exchange.response?.end ?? exchange.request?.end ?? 0;
  return facts
    .closes(exchange.flow)
    .filter(({ packet, time }) => packet + 64 > start && time - end < 60 * REACTION + RACE_FLOOR);
}

/** Routes and servers in a short line: `POST /wrong · app 10.244.0.17:8080`. */
export function scopeOf(
  facts: Facts,
  exchanges: readonly ExchangeFacts[],
  flows: Iterable<FlowRow>,
  participants: Participants,
  count: number,
): string {
  const routes = new Set<string>();
  const servers = new Set<string>();
  for (const { method, target, flow, authority } of exchanges) {
    if (method !== '') routes.add(`${method} ${routeOf(target)}`);
    if (flow === NO_FLOW && authority !== '') servers.add(authority);
  }
  for (const flow of flows) {
    if (flow !== NO_FLOW) servers.add(facts.endpoint(flow, other(facts.clientOf(flow))));
  }
  const named =
    routes.size > THRESHOLDS.ROUTES_NAMED && count > exchanges.length
      ? // Not all were looked at: how many routes there are is unknown.
        `${[...routes].slice(0, THRESHOLDS.ROUTES_NAMED).join(', ')} and others`
      : enumerateSome([...routes], THRESHOLDS.ROUTES_NAMED);
  const at = `${participants.server.label} ${enumerateSome([...servers], THRESHOLDS.ROUTES_NAMED)}`;
  return named === '' ? at : `${named} · ${at}`;
}

/** Servers (or clients) of flows in a short line. */
export function endpointsOf(facts: Facts, flows: Iterable<FlowRow>, side: (flow: FlowRow) => Side): string {
  const endpoints = new Set<string>();
  for (const flow of flows) endpoints.add(facts.endpoint(flow, side(flow)));
  return enumerateSome([...endpoints], THRESHOLDS.ROUTES_NAMED);
}

/** Addresses without ports of one side of flows. */
export function addressesOf(facts: Facts, flows: Iterable<FlowRow>, side: (flow: FlowRow) => Side): string {
  const rows = new Map<number, number>();
  for (const flow of flows) rows.set(facts.addressRow(flow, side(flow)), facts.tables.flows.ipVersion(flow));
  const names = [...rows].map(([row, version]) => {
    const address = formatAddress(facts.core, row, version);
    return withName(facts.core, address, address);
  });
  return enumerateSome(names, THRESHOLDS.ROUTES_NAMED);
}

/** The clients of flows by their addresses, or their servers with ports. */
export function sidesOf(facts: Facts, flows: Iterable<FlowRow>, areClients: boolean): string {
  if (areClients) return addressesOf(facts, flows, (flow) => facts.clientOf(flow));
  return endpointsOf(facts, flows, (flow) => other(facts.clientOf(flow)));
}

/** The evidence of an example: its packets in order, then exchange and flow rows. */
export function evidenceOf(
  facts: Facts,
  first: Evidence,
  example: {
    readonly exchange?: ExchangeFacts;
    readonly downstream?: ExchangeFacts | undefined;
    readonly close?: { readonly packet: PacketNumber; readonly label: string };
    readonly flow?: FlowRow;
  },
): readonly [Evidence, ...Evidence[]] {
  const rest: Evidence[] = [];
  const { exchange, downstream, close } = example;
  if (close !== undefined) {
    rest.push({
      kind: 'packet',
      packet: close.packet,
      label: `packet ${formatCount(close.packet)}, ${close.label}`,
    });
  }
  const told = downstream?.response;
  if (downstream !== undefined && told !== undefined && downstream.status >= 400) {
    const label = `packet ${formatCount(told.firstPacket)}, ${downstream.status} to the caller`;
    rest.push({ kind: 'packet', packet: told.firstPacket, label });
  }
  for (const one of [exchange, downstream]) {
    if (one === undefined) continue;
    const name =
      one.method === '' ? `exchange, ${one.status}` : `exchange ${one.method} ${routeOf(one.target)}`;
    const label = one === downstream && exchange !== undefined ? `${name}, as the caller had it` : name;
    rest.push({ kind: 'exchange', exchange: one.row, label });
  }
  const flow = example.flow ?? exchange?.flow;
  if (flow !== undefined && flow !== NO_FLOW) {
    // HTTP/2 has streams of its own.
    const name = exchange?.stream === undefined ? 'stream' : 'tcp.stream';
    rest.push({ kind: 'flow', flow, label: `${name} ${formatCount(facts.stream(flow))}` });
  }
  return [first, ...rest.slice(0, THRESHOLDS.EVIDENCE - 1)];
}
