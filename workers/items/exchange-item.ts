import { MessageMark, MessageState } from '../../src/model/exchange.ts';
import { Http2Error } from '../../src/model/http2-registries.ts';
import { StreamKind } from '../../src/model/stream.ts';
import type { ExchangeRow, Nanoseconds } from '../../src/model/units.ts';
import type { ExchangeItem } from '../api.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import {
  grpcStatusName,
  grpcStatusWords,
  http2ErrorName,
  type StreamFacts,
  streamFacts,
} from '../http2-words.ts';
import { exchangeTiming } from '../overview/timing.ts';
import { clientSide, endpointOf } from '../roles.ts';
import { violationTags } from '../violations.ts';
import { webSocketState, webSocketTags } from '../websocket-words.ts';

/** Flow of an exchange that has no packets. */
const NO_FLOW = 0xffffffff;

/** An exchange as it is listed. */
export function exchangeItem(core: Core, exchange: ExchangeRow): ExchangeItem {
  const { exchanges, messages, sections, flows } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const flow = exchanges.flow(exchange) === NO_FLOW ? undefined : exchanges.flow(exchange);
  const client = flow === undefined ? 0 : clientSide(core, flow);
  const status = exchanges.status(exchange);
  const section = messages.section(response);
  const inside = streamFacts(core, exchange);
  return {
    exchange,
    flow,
    stream: flow === undefined ? undefined : flows.number(flow),
    start: earliest(messages.start(request), messages.start(response)),
    method: core.text(exchanges.method(exchange)),
    authority: core.text(exchanges.authority(exchange)),
    target: core.text(exchanges.target(exchange)),
    status: status === 0 ? undefined : status,
    client: flow === undefined ? '' : endpointOf(core, flow, client),
    server:
      flow === undefined
        ? (reportedOf(core)?.exchange(exchange)?.server ?? '')
        : endpointOf(core, flow, client === 0 ? 1 : 0),
    requestOctets: wireOctets(core, request),
    responseOctets: wireOctets(core, response),
    contentType: section === 0 ? '' : core.text(sections.contentType(section - 1)),
    duration: durationOf(core, exchange),
    timing: exchangeTiming(core, exchange),
    ...protocolOf(core, exchange, inside),
    state: webSocketState(core, exchange) ?? exchangeState(core, exchange, inside),
    tags: exchangeTags(core, exchange, inside),
  };
}

type Spoken = Pick<ExchangeItem, 'protocol' | 'streamIdentifier' | 'grpcStatus' | 'windowWait'>;

const KIND_NAMES: Readonly<Record<number, string>> = {
  [StreamKind.GRPC]: 'gRPC',
  [StreamKind.GRPC_WEB]: 'gRPC-Web',
  [StreamKind.WEBSOCKET]: 'WebSocket',
};

function protocolOf(core: Core, exchange: ExchangeRow, inside: StreamFacts | undefined): Spoken {
  const { messages, streamSides } = core.tables;
  const row = inside === undefined ? 0 : inside.row * 2;
  const windowWait =
    inside === undefined ? 0 : streamSides.windowWaited(row) + streamSides.windowWaited(row + 1);
  // A request that asks for h2c is HTTP/1.1, its answer HTTP/2.
  const version = Math.max(messages.version(exchange * 2), messages.version(exchange * 2 + 1));
  return {
    protocol: (inside && KIND_NAMES[inside.kind]) ?? versionName(version),
    ...(inside === undefined || inside.identifier === 0 ? {} : { streamIdentifier: inside.identifier }),
    ...(windowWait > 0 ? { windowWait } : {}),
    ...(inside?.grpcStatus === undefined ? {} : { grpcStatus: grpcStatusWords(inside.grpcStatus) }),
  };
}

/** How a version of the messages table is called: `HTTP/1.1`, `HTTP/2`; '' where it is not known. */
export function versionName(version: number): string {
  if (version >= 20) return `HTTP/${version / 10}`;
  if (version === 0) return '';
  return `HTTP/${Math.floor(version / 10)}.${version % 10}`;
}

function wireOctets(core: Core, message: number): number {
  const { messages } = core.tables;
  return messages.state(message) === MessageState.ABSENT
    ? 0
    : messages.headOctets(message) + messages.bodyOctets(message);
}

/** From the first octet of the request to the last of the response; undefined where one of them is not known. */
function durationOf(core: Core, exchange: ExchangeRow): Nanoseconds | undefined {
  const { messages } = core.tables;
  const response = exchange * 2 + 1;
  if (messages.state(response) !== MessageState.COMPLETE) return undefined;
  const duration = messages.end(response) - messages.start(exchange * 2);
  return duration >= 0 ? duration : undefined;
}

function earliest(a: Nanoseconds, b: Nanoseconds): Nanoseconds | undefined {
  if (Number.isNaN(a)) return Number.isNaN(b) ? undefined : b;
  return a;
}

/** How far a message came, in words after its name: "the response was cut by RST". */
const STATE_WORDS: Readonly<Record<number, string>> = {
  [MessageState.ABSENT]: 'missing',
  [MessageState.IN_HEAD]: 'open in its header section',
  [MessageState.IN_BODY]: 'open in its content',
  [MessageState.COMPLETE]: 'complete',
  [MessageState.CUT_BY_FIN]: 'cut by FIN',
  [MessageState.CUT_BY_RST]: 'cut by RST',
  [MessageState.BROKEN]: 'framing broken',
  [MessageState.CUT_BY_RST_STREAM]: 'cut by RST_STREAM',
};

/** What ended a stream before its messages did: `RST_STREAM of the server (REFUSED_STREAM)`; undefined where nothing did. */
export function resetWords(inside: StreamFacts | undefined): string | undefined {
  const [first] = inside?.resets ?? [];
  if (first === undefined) return undefined;
  return `RST_STREAM of the ${first.side === 0 ? 'client' : 'server'} (${http2ErrorName(first.code)})`;
}

/** Whether the server ended the stream with NO_ERROR: its answer was whole, and it needs no more of the request. */
function isEarlyAnswer(inside: StreamFacts | undefined): boolean {
  const [first] = inside?.resets ?? [];
  return first?.side === 1 && first.code === Http2Error.NO_ERROR;
}

/** How far a message came, with who cut it short where its stream was reset. */
export function stateWords(state: number, inside: StreamFacts | undefined): string {
  if (state !== MessageState.CUT_BY_RST_STREAM) return STATE_WORDS[state] ?? '';
  const reset = resetWords(inside);
  return reset === undefined ? 'left out by GOAWAY' : `cut by ${reset}`;
}

/** The state of an exchange in a few words: what is unfinished, or "complete". */
function exchangeState(core: Core, exchange: ExchangeRow, inside: StreamFacts | undefined): string {
  const { messages } = core.tables;
  const request = messages.state(exchange * 2);
  const response = messages.state(exchange * 2 + 1);
  const told = (state: number): string => stateWords(state, inside);
  const failure = reportedOf(core)?.exchange(exchange)?.failure;
  if (failure !== undefined)
    return response === MessageState.ABSENT ? `no response: ${failure}` : `failed: ${failure}`;
  if (response === MessageState.COMPLETE) {
    if (request === MessageState.COMPLETE) return 'complete';
    // A server may answer in full and ask for no more of the request (RFC 9113 section 8.1).
    if (request === MessageState.CUT_BY_RST_STREAM && isEarlyAnswer(inside)) return 'complete';
    return request === MessageState.ABSENT ? 'request not captured' : `request ${told(request)}`;
  }
  if (response !== MessageState.ABSENT) return `response ${told(response)}`;
  if (request !== MessageState.COMPLETE) return `request ${told(request)}`;
  const reset = resetWords(inside);
  return reset === undefined ? 'no response' : `no response, ${reset}`;
}

function exchangeTags(core: Core, exchange: ExchangeRow, inside: StreamFacts | undefined): readonly string[] {
  const { messages } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const tags = [...violationTags(messages.violations(request) | messages.violations(response))];
  const status = inside?.grpcStatus ?? 0;
  if (status !== 0) tags.push(grpcStatusName(status));
  // A WebSocket in an HTTP/2 stream has words of its own for how it ended.
  const isWebSocket = inside?.kind === StreamKind.WEBSOCKET;
  const state = isWebSocket ? 'complete' : exchangeState(core, exchange, inside);
  const [reset] = inside?.resets ?? [];
  // The name of the error says most, and a column may be narrow.
  if (reset !== undefined && state.includes('RST_STREAM'))
    tags.push(`${http2ErrorName(reset.code)}, RST_STREAM of the ${reset.side === 0 ? 'client' : 'server'}`);
  else if (state !== 'complete') tags.push(state);
  tags.push(...webSocketTags(core, exchange));
  const marks = messages.marks(request) | messages.marks(response);
  if (marks & MessageMark.GAP) tags.push('gap in the capture');
  if (marks & MessageMark.RESYNCHRONIZED && !isWebSocket) tags.push('picked up midstream');
  if (marks & MessageMark.TEXT_DROPPED) tags.push('text not kept');
  return tags;
}
