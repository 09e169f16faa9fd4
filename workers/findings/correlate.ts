import { MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { ExchangeRow, FlowRow, Nanoseconds } from '../../src/model/units.ts';
import { grpcStatusWords } from '../http2-words.ts';
import { type ExchangeFacts, type Facts, NO_FLOW, type Side } from './facts.ts';

/** What a proxy did upstream, for which the exchange that its caller had with it is looked for. */
interface Upstream {
  readonly flow: FlowRow;
  /** The proxy's side of that flow. */
  readonly proxy: Side;
  readonly start: Nanoseconds;
  /** When it failed or was answered; NaN where unknown. */
  readonly end: Nanoseconds;
}

/**
 * With `-i any` at a proxy the capture shows the caller's exchange with the proxy and the proxy's with the application. Finds the
 * first for the second: same method and target (or the same x-request-id), begun before it, not answered before it began, and
 * its server at the address (or on the machine) that the upstream flow comes from. Undefined where there is none, or more than
 * one that fits equally.
 */
export function findDownstream(facts: Facts, upstream: ExchangeFacts): ExchangeFacts | undefined {
  const { exchanges, sections } = facts.tables;
  const request = upstream.request;
  if (request === undefined) return undefined;
  const method = exchanges.method(upstream.row);
  const target = exchanges.target(upstream.row);
  const requestId = request.section === 0 ? 0 : sections.requestId(request.section - 1);
  const side = upstream.client;
  const known: Upstream = {
    flow: upstream.flow,
    proxy: side,
    start: request.start,
    end: endOf(facts, upstream),
  };
  return search(facts, known, upstream.row, (row, section) => {
    if (exchanges.method(row) !== method) return 0;
    const sameId = requestId !== 0 && section !== 0 && sections.requestId(section - 1) === requestId;
    if (sameId) return 2;
    // Two different request ids are two different requests.
    if (requestId !== 0 && section !== 0 && sections.requestId(section - 1) !== 0) return 0;
    return exchanges.target(row) === target ? 1 : 0;
  });
}

/**
 * The exchange in which a proxy told its caller a 5xx because a connection of its own failed (refused, cut in the handshake):
 * open while the connection was tried, answered soon after it failed.
 */
export function findFailedDownstream(
  facts: Facts,
  upstream: {
    readonly flow: FlowRow;
    readonly proxy: Side;
    readonly start: Nanoseconds;
    readonly end: Nanoseconds;
    /** How long after it the proxy may have gone on waiting, in nanoseconds. */
    readonly patience?: Nanoseconds;
  },
): ExchangeFacts | undefined {
  const { exchanges, messages } = facts.tables;
  return search(facts, upstream, rowAfter(facts, upstream.start), (row) => {
    if (exchanges.status(row) < 500) return 0;
    const answered = messages.start(row * 2 + 1);
    const latest = upstream.end + (upstream.patience ?? 0) + THRESHOLDS.PROXY_ANSWER;
    return answered >= upstream.end && answered <= latest ? 1 : 0;
  });
}

/** When the proxy knew how its exchange went: the first octet of the answer, or the close in its place; NaN where neither came. */
function endOf(facts: Facts, upstream: ExchangeFacts): Nanoseconds {
  if (upstream.response !== undefined) return upstream.response.start;
  if (!upstream.isLast) return NaN;
  const closes = facts.closes(upstream.flow);
  return (closes.find(({ side }) => side !== upstream.client) ?? closes[0])?.time ?? NaN;
}

/** Looks at the exchanges around a row, those before it first; `fit` answers 0 for no, and more for better. */
function search(
  facts: Facts,
  upstream: Upstream,
  around: ExchangeRow,
  fit: (row: ExchangeRow, section: number) => number,
): ExchangeFacts | undefined {
  const { exchanges, flows, messages } = facts.tables;
  let best: ExchangeRow | undefined;
  let bestFit = 0;
  /** Nanoseconds that the proxy took for itself with the best candidate, and with the next best of equal fit. */
  let own = Infinity;
  let next = Infinity;
  const first = Math.max(0, around - THRESHOLDS.CORRELATION_ROWS);
  const last = Math.min(exchanges.rows - 1, around + THRESHOLDS.CORRELATION_ROWS / 16);
  for (let row = last; row >= first; row--) {
    // Requests begin before those they cause, and are answered after.
    const begun = messages.start(row * 2);
    if (!(begun <= upstream.start)) continue;
    const answered = messages.start(row * 2 + 1);
    if (answered < upstream.start) continue;
    const flow = exchanges.flow(row);
    if (flow === upstream.flow || flow === NO_FLOW) continue;
    // A caller that had no answer when its connection ended was not waiting any more.
    const left = answered >= upstream.start ? answered : facts.time(flows.lastPacket(flow));
    if (left < upstream.start) continue;
    const fitness = fit(row, messages.section(row * 2));
    if (fitness === 0 || fitness < bestFit) continue;
    if (!meets(facts, flow, facts.clientOf(flow), upstream)) continue;
    const waited = Number.isNaN(upstream.end) ? 0 : Math.max(0, left - upstream.end);
    const taken = upstream.start - begun + waited;
    if (fitness > bestFit) [best, bestFit, own, next] = [row, fitness, taken, Infinity];
    else if (taken < own) [best, own, next] = [row, taken, own];
    else next = Math.min(next, taken);
  }
  // Of several calls of the same route at once, the one that the proxy passed on fastest by far is meant; else none.
  return best === undefined || next < own * THRESHOLDS.CLEARLY ? undefined : facts.exchange(best);
}

/** Whether the downstream flow's server and the upstream flow's client can be the same machine. */
function meets(facts: Facts, downstream: FlowRow, client: Side, upstream: Upstream): boolean {
  const server: Side = client === 0 ? 1 : 0;
  const app: Side = upstream.proxy === 0 ? 1 : 0;
  const proxyAddress = facts.address(upstream.flow, upstream.proxy);
  if (facts.endpointKey(downstream, server) === facts.endpointKey(upstream.flow, app)) {
    // The same server twice is two callers, but for Istio's inbound passthrough, which keeps the destination.
    return proxyAddress === '127.0.0.6' && facts.address(downstream, client) !== '127.0.0.6';
  }
  if (facts.addressRow(downstream, server) === facts.addressRow(upstream.flow, upstream.proxy)) return true;
  // A loopback address is always on the machine that was captured, and so is its other end.
  return isLoopback(proxyAddress) || isLoopback(facts.address(downstream, server));
}

/** 127.0.0.0/8 and ::1. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** The first exchange whose request begins after a time; rows are in the order of beginning, but for a few. */
function rowAfter(facts: Facts, time: Nanoseconds): ExchangeRow {
  const { exchanges, messages } = facts.tables;
  let low = 0;
  let high = exchanges.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = messages.start(middle * 2);
    const begun = Number.isNaN(start) ? messages.start(middle * 2 + 1) : start;
    if (begun > time) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}

/**
 * What a failure upstream meant for the caller, as the proxy's answer to it shows: after "the proxy". Undefined where the caller
 * got a whole answer that is no 5xx, or the capture ends before.
 */
export function feltByCaller(
  downstream: ExchangeFacts | undefined,
  upstreamStatus: number,
  upstreamGrpcStatus?: number,
): string | undefined {
  if (downstream === undefined) return undefined;
  const { response, status } = downstream;
  if (response === undefined) {
    // A caller that closed first did not wait for what the proxy would say.
    const { firstClose, client } = downstream;
    const isProxys = firstClose !== undefined && firstClose.side !== client;
    return isProxys ? "closed the caller's connection without an answer" : undefined;
  }
  if (status >= 500 && status !== upstreamStatus) return `told the caller ${statusText(downstream)}`;
  const told = downstream.stream?.grpcStatus ?? 0;
  if (told !== 0 && told !== upstreamGrpcStatus) return `told the caller ${statusText(downstream)}`;
  const isCut = response.state !== MessageState.COMPLETE && response.state !== MessageState.IN_BODY;
  return isCut && response.state !== MessageState.IN_HEAD
    ? 'cut its own answer to the caller short'
    : undefined;
}

/** `502 Bad Gateway`; of a gRPC call that failed, what its caller looks at: `gRPC status 14 UNAVAILABLE`. */
export function statusText(exchange: ExchangeFacts): string {
  const status = exchange.stream?.grpcStatus ?? 0;
  if (status !== 0) return `gRPC status ${grpcStatusWords(status)}`;
  return `${exchange.status} ${exchange.reason}`.trim();
}
