import type { FlowRow } from '../../src/model/units.ts';
import { fieldName } from '../field-lines.ts';
import { type ExchangeFacts, type Facts, NO_FLOW, type Side } from './facts.ts';

/** What a participant is called: `label` over its lifeline, `noun` in sentences. */
export interface Role {
  readonly label: string;
  readonly noun: string;
}

/** Who takes part in an exchange, as far as the packets tell. */
export interface Participants {
  readonly client: Role;
  readonly server: Role;
  /** The client of the downstream exchange, where one was found. */
  readonly caller?: Role;
}

const CLIENT: Role = { label: 'client', noun: 'the client' };
const SERVER: Role = { label: 'server', noun: 'the server' };
const APP: Role = { label: 'app', noun: 'the app' };
const PROXY: Role = { label: 'proxy', noun: 'the proxy' };
const ISTIO: Role = { label: 'istio-proxy', noun: 'the proxy' };
const ENVOY: Role = { label: 'Envoy', noun: 'the proxy' };

/** Names the participants of an exchange from what they sent. */
export function nameParticipants(
  facts: Facts,
  exchange: ExchangeFacts,
  downstream: ExchangeFacts | undefined,
): Participants {
  if (exchange.flow === NO_FLOW) return { client: CLIENT, server: SERVER };
  if (downstream !== undefined) {
    const client = proxyByResponse(facts, downstream) ?? proxyByFlow(facts, exchange.flow, exchange.client);
    return { caller: CLIENT, client: client ?? PROXY, server: APP };
  }
  const proxy = proxyByFlow(facts, exchange.flow, exchange.client) ?? proxyByRequest(facts, exchange);
  if (proxy !== undefined) return { client: proxy, server: APP };
  const server = proxyByResponse(facts, exchange);
  // An Envoy in front of an application passes the application's answers on: it is the server of this connection.
  return { client: CLIENT, server: server ?? SERVER };
}

/** Names the two ends of a flow without an exchange. */
export function nameEnds(
  facts: Facts,
  flow: FlowRow,
  client: Side,
  downstream: ExchangeFacts | undefined,
): Participants {
  if (downstream !== undefined) {
    return { caller: CLIENT, client: proxyByResponse(facts, downstream) ?? PROXY, server: APP };
  }
  const proxy = proxyByFlow(facts, flow, client);
  return proxy === undefined ? { client: CLIENT, server: SERVER } : { client: proxy, server: APP };
}

/** A proxy that names itself in its answers. */
function proxyByResponse(facts: Facts, exchange: ExchangeFacts): Role | undefined {
  const section = exchange.response?.section ?? 0;
  const server = facts.field(section, 'server')?.toLowerCase();
  if (server === 'istio-envoy') return ISTIO;
  if (server === 'envoy') return ENVOY;
  if (server !== undefined && exchange.status >= 500 && /^(nginx|haproxy|traefik|caddy)\b/.test(server)) {
    const name = /^[a-z]+/.exec(server)?.[0] ?? '';
    return { label: name === 'haproxy' ? 'HAProxy' : name, noun: 'the proxy' };
  }
  return undefined;
}

/** Istio's inbound passthrough comes from 127.0.0.6. */
function proxyByFlow(facts: Facts, flow: FlowRow, side: Side): Role | undefined {
  return facts.address(flow, side) === '127.0.0.6' ? ISTIO : undefined;
}

/** A proxy that shows in what it adds to requests. */
function proxyByRequest(facts: Facts, exchange: ExchangeFacts): Role | undefined {
  const names = new Set(facts.lines(exchange.request?.section ?? 0).map(fieldName));
  if (names.has('x-envoy-expected-rq-timeout-ms') || names.has('x-envoy-attempt-count')) return ENVOY;
  if (names.has('x-forwarded-for') || names.has('via') || names.has('forwarded')) return PROXY;
  return undefined;
}
