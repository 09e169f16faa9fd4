import { Framing, MessageState } from '../../src/model/exchange.ts';
import { Protocol } from '../../src/model/packet.ts';
import { FlowMark } from '../../src/model/flow.ts';
import { StreamKind } from '../../src/model/stream.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { ExchangeRow, FlowRow, PacketNumber } from '../../src/model/units.ts';
import { isInStream, streamFacts } from '../http2-words.ts';
import { flowProtocol } from '../roles.ts';
import { lastExchanges } from './flow-exchanges.ts';
import { firstClose, gaveUp, isUnheard } from './giving-up.ts';
import { type Facts, NO_FLOW, type Side } from './facts.ts';

/** How the last exchange of a flow ended, where it did not end well, and how its connection did. */
export type Ending =
  /** RST (or FIN inside the head) of the server before the answer was complete. */
  | 'cut-by-server'
  /** RST of the client before the answer was complete. */
  | 'cut-by-client'
  /** The server closed instead of answering. */
  | 'no-response'
  /** The server's idle close and the request crossed. */
  | 'race'
  /** The request was sent when the server had closed long before. */
  | 'stale'
  /** The client closed before an answer came. */
  | 'gave-up'
  /** No answer, and nobody closed before the capture ended. */
  | 'silent'
  /** Nothing of the request was acknowledged, though it was sent again. */
  | 'unheard'
  /** The server answered before the request was complete, and reset the connection. */
  | 'early'
  /** RST after a complete answer, with nothing outstanding. */
  | 'reset-after-response';

/** A flow with the exchange that its end concerns. */
export interface Ended {
  readonly flow: FlowRow;
  readonly exchange: ExchangeRow;
  /** The FIN or RST that ended it; the request's first packet where nothing did. */
  readonly packet: PacketNumber;
}

const KNOWN = new WeakMap<Facts, ReadonlyMap<Ending, readonly Ended[]>>();

/** Flows by how their last exchange ended: one pass over the flows that were reset or have something unanswered. */
export function endingsOf(facts: Facts, ending: Ending): readonly Ended[] {
  let known = KNOWN.get(facts);
  if (known === undefined) {
    const lists = new Map<Ending, Ended[]>();
    for (const flow of facts.select('flows', 'marks', FlowMark.RESET | FlowMark.UNANSWERED)) {
      const found = classify(facts, flow);
      if (found === undefined) continue;
      const list = lists.get(found.ending);
      if (list === undefined) lists.set(found.ending, [found.ended]);
      else list.push(found.ended);
    }
    known = lists;
    KNOWN.set(facts, known);
  }
  return known.get(ending) ?? [];
}

function classify(
  facts: Facts,
  flow: FlowRow,
): { readonly ending: Ending; readonly ended: Ended } | undefined {
  const { flows, messages } = facts.tables;
  const last = flows.lastExchange(flow);
  if (last === 0) return undefined;
  const isHttp2 = flowProtocol(facts.core, flow) === Protocol.HTTP2;
  const exchange = isHttp2 ? (lastCut(facts, flow) ?? last - 1) : last - 1;
  const client = facts.clientOf(flow);
  const server: Side = client === 0 ? 1 : 0;
  const state = messages.state(exchange * 2 + 1);
  if (state !== MessageState.ABSENT && !(isHttp2 && hasOwnEnd(facts, flow, exchange))) {
    const close = gaveUp(facts, flow, exchange);
    if (close !== 0) return { ending: 'gave-up', ended: { flow, exchange, packet: close } };
  }
  const early = answeredEarly(facts, flow, exchange);
  if (early !== 0) return { ending: 'early', ended: { flow, exchange, packet: early } };
  if (state === MessageState.COMPLETE) {
    // What ends a tunnel (CONNECT, 101) is none of HTTP's business.
    if (messages.framing(exchange * 2 + 1) === Framing.TUNNEL) return undefined;
    const packet = resetAfter(facts, flow, exchange);
    return packet === 0 ? undefined : { ending: 'reset-after-response', ended: { flow, exchange, packet } };
  }
  // What ended a stream before its connection did is told by the rules of HTTP/2; a WebSocket in a stream is a tunnel, too.
  if (isHttp2 && (hasOwnEnd(facts, flow, exchange) || isWebSocket(facts, exchange))) return undefined;
  const serverClose = firstClose(facts, flow, server);
  const clientClose = firstClose(facts, flow, client);
  const question = { flow, exchange, server, serverClose, clientClose, isHttp2 };
  if (state === MessageState.ABSENT) return noResponse(facts, question);
  return cutResponse(facts, { ...question, state });
}

/** The last exchange of an HTTP/2 connection whose answer the connection's end cut or prevented; several may be open at once. */
function lastCut(facts: Facts, flow: FlowRow): ExchangeRow | undefined {
  const { messages } = facts.tables;
  if ((facts.marks(flow) & FlowMark.UNANSWERED) === 0) return undefined;
  for (const row of lastExchanges(facts, flow)) {
    const state = messages.state(row * 2 + 1);
    if (state === MessageState.COMPLETE || state === MessageState.CUT_BY_RST_STREAM) continue;
    if (messages.state(row * 2) === MessageState.CUT_BY_RST_STREAM) continue;
    if (!hasOwnEnd(facts, flow, row) && !isWebSocket(facts, row)) return row;
  }
  return undefined;
}

function isWebSocket(facts: Facts, exchange: ExchangeRow): boolean {
  return streamFacts(facts.core, exchange)?.kind === StreamKind.WEBSOCKET;
}

/** Whether a RST_STREAM ended the stream, or a GOAWAY of the server left it out. */
function hasOwnEnd(facts: Facts, flow: FlowRow, exchange: ExchangeRow): boolean {
  const stream = streamFacts(facts.core, exchange);
  if (stream === undefined) return false;
  const client = facts.clientOf(flow);
  const isLeftOut = facts
    .goAways(flow)
    .some(({ side, lastStream }) => side !== client && stream.identifier > lastStream);
  return isLeftOut || stream.resets.length > 0;
}

interface Question {
  readonly flow: FlowRow;
  readonly exchange: ExchangeRow;
  readonly server: Side;
  /** The first FIN or RST of each; 0 for none. */
  readonly serverClose: PacketNumber;
  readonly clientClose: PacketNumber;
  readonly isHttp2: boolean;
}

function noResponse(
  facts: Facts,
  { flow, exchange, server, serverClose, clientClose, isHttp2 }: Question,
): { readonly ending: Ending; readonly ended: Ended } | undefined {
  const { flows, messages, directions } = facts.tables;
  if (messages.state(exchange * 2) === MessageState.ABSENT) return undefined;
  // What was not captured may have been the answer.
  const isBlind =
    (facts.marks(flow) & FlowMark.ONE_SIDED) !== 0 || directions.lostOctets(flow * 2 + server) > 0;
  if (isBlind) return undefined;
  const requestPacket = messages.firstPacket(exchange * 2);
  if (isUnheard(facts, flow, exchange) && (serverClose === 0 || serverClose > requestPacket)) {
    return { ending: 'unheard', ended: { flow, exchange, packet: requestPacket } };
  }
  // Octets that are no HTTP (HTTP/0.9, another protocol) are an answer all the same.
  const hasInterim = facts.tables.exchanges.interimStatus(exchange) !== 0;
  // In HTTP/2 the connection has frames of its own.
  if (!isHttp2 && !hasInterim && directions.lastDataPacket(flow * 2 + server) > requestPacket)
    return undefined;
  const close = gaveUp(facts, flow, exchange);
  if (close !== 0) return { ending: 'gave-up', ended: { flow, exchange, packet: close } };
  if (serverClose === 0) {
    const isWaiting = clientClose === 0 && messages.state(exchange * 2) === MessageState.COMPLETE;
    return isWaiting ? { ending: 'silent', ended: { flow, exchange, packet: requestPacket } } : undefined;
  }
  // A client that closes first wants no answer; what the server does then is polite.
  if (clientClose !== 0 && clientClose < serverClose && clientClose > requestPacket) return undefined;
  const ended: Ended = { flow, exchange, packet: serverClose };
  if (flows.exchanges(flow) > 1) {
    const apart = messages.start(exchange * 2) - facts.time(serverClose);
    const roundTrip = facts.roundTrip(flow);
    if (apart >= 0) {
      const window = Math.max(roundTrip ?? THRESHOLDS.ROUND_TRIP_UNKNOWN, THRESHOLDS.RACE_FLOOR);
      return { ending: apart <= window ? 'race' : 'stale', ended };
    }
    // Before the close, only a request that was on its way when the close was sent can have crossed it.
    const isFin = directions.finPacket(flow * 2 + server) === serverClose;
    if (isFin && roundTrip !== undefined && -apart <= roundTrip) return { ending: 'race', ended };
    // Without the round trip: a server that had read the request would not refuse it with RST after its FIN.
    const isRefused = directions.rstPacket(flow * 2 + server) > serverClose;
    if (isFin && isRefused && roundTrip === undefined && -apart <= THRESHOLDS.ROUND_TRIP_UNKNOWN) {
      return { ending: 'race', ended };
    }
  }
  return { ending: 'no-response', ended };
}

function cutResponse(
  facts: Facts,
  question: Question & { readonly state: number },
): { readonly ending: Ending; readonly ended: Ended } | undefined {
  const { flow, exchange, server, state, serverClose } = question;
  const { directions, messages } = facts.tables;
  if (state === MessageState.CUT_BY_FIN) {
    if (serverClose === 0) return undefined;
    if (closedFirst(facts, flow) !== server) {
      if (stalledBeforeItsEnd(facts, exchange * 2 + 1)) return undefined;
      return { ending: 'cut-by-client', ended: { flow, exchange, packet: question.clientClose } };
    }
    // Cut inside the content: what is missing there is told by chunk-error and cl-mismatch.
    if (!question.isHttp2 && messages.headPacket(exchange * 2 + 1) !== 0) return undefined;
    return { ending: 'cut-by-server', ended: { flow, exchange, packet: serverClose } };
  }
  if (state !== MessageState.CUT_BY_RST) return undefined;
  const client: Side = server === 0 ? 1 : 0;
  const serverReset = directions.rstPacket(flow * 2 + server);
  const clientReset = directions.rstPacket(flow * 2 + client);
  const clientFin = directions.finPacket(flow * 2 + client);
  const isServer = serverReset !== 0 && (clientReset === 0 || serverReset < clientReset);
  if (!isServer) {
    if (stalledBeforeItsEnd(facts, exchange * 2 + 1)) return undefined;
    return { ending: 'cut-by-client', ended: { flow, exchange, packet: clientReset } };
  }
  // A server that still writes when its client has closed gets, and answers with, RST.
  const gaveUp = clientFin !== 0 && clientFin < serverReset;
  return {
    ending: gaveUp ? 'cut-by-client' : 'cut-by-server',
    ended: { flow, exchange, packet: gaveUp ? clientFin : serverReset },
  };
}

/**
 * The RST of a server that answered while the request was still being sent, and did not read the rest; 0 for none. A client may well
 * have lost the answer: a RST takes away what it has not read yet.
 */
function answeredEarly(facts: Facts, flow: FlowRow, exchange: ExchangeRow): PacketNumber {
  const { directions, exchanges, messages } = facts.tables;
  const client = facts.clientOf(flow);
  const rst = directions.rstPacket(flow * 2 + 1 - client);
  const answer = messages.firstPacket(exchange * 2 + 1);
  if (rst === 0 || answer === 0 || rst < answer || isInStream(facts.core, exchange)) return 0;
  const isWhole = messages.state(exchange * 2) === MessageState.COMPLETE;
  if (messages.state(exchange * 2) === MessageState.ABSENT || exchanges.status(exchange) < 300) return 0;
  if (isWhole && messages.lastPacket(exchange * 2) < answer) return 0;
  // Content was on its way, or lay unread; a client that had asked first (100-continue) has sent none.
  const isSent =
    messages.bodyOctets(exchange * 2) > 0 &&
    (!isWhole || directions.lastDataPacket(flow * 2 + client) > answer);
  const close = firstClose(facts, flow, client);
  return isSent && (close === 0 || close > rst) ? rst : 0;
}

/** The RST after a complete answer; 0 where both sides had closed by FIN before. */
function resetAfter(facts: Facts, flow: FlowRow, exchange: ExchangeRow): PacketNumber {
  const { directions, messages } = facts.tables;
  const at = flow * 2;
  const resets = [directions.rstPacket(at), directions.rstPacket(at + 1)].filter((packet) => packet !== 0);
  if (resets.length === 0) return 0;
  const reset = Math.min(...resets);
  const fins = [directions.finPacket(at), directions.finPacket(at + 1)];
  if (fins.every((fin) => fin !== 0 && fin < reset)) return 0;
  return reset >= messages.lastPacket(exchange * 2 + 1) ? reset : 0;
}

/**
 * Whether a message (row of the messages table) ended with the FIN of the side that sent it, which closed before the other did. Of
 * requests only those that got no answer: after an early one the rest need not be sent.
 */
export function wasCutByItsSender(facts: Facts, messageRow: number): boolean {
  const { exchanges, messages } = facts.tables;
  if (messages.state(messageRow) !== MessageState.CUT_BY_FIN) return false;
  const isRequest = (messageRow & 1) === 0;
  if (isRequest && messages.state(messageRow + 1) !== MessageState.ABSENT) return false;
  const flow = exchanges.flow(messageRow >>> 1);
  if (flow === NO_FLOW) return true;
  return (closedFirst(facts, flow) === facts.clientOf(flow)) === isRequest;
}

/**
 * Whether the sender of a response with a length had fallen silent before its client gave up: slow, or the length is wrong. Chunks
 * may wait as long as they like (an event stream).
 */
export function stalledBeforeItsEnd(facts: Facts, messageRow: number): boolean {
  const { exchanges, messages } = facts.tables;
  const flow = exchanges.flow(messageRow >>> 1);
  const isResponse = (messageRow & 1) === 1;
  if (!isResponse || flow === NO_FLOW || messages.framing(messageRow) !== Framing.CONTENT_LENGTH)
    return false;
  const client = facts.clientOf(flow);
  if (closedFirst(facts, flow) !== client || facts.isPartial(flow)) return false;
  return facts.time(firstClose(facts, flow, client)) - messages.end(messageRow) >= THRESHOLDS.REACTION;
}

/** The side whose FIN or RST came first; undefined where neither closed. */
function closedFirst(facts: Facts, flow: FlowRow): Side | undefined {
  const originator = firstClose(facts, flow, 0);
  const responder = firstClose(facts, flow, 1);
  if (originator === 0 && responder === 0) return undefined;
  return responder === 0 || (originator !== 0 && originator < responder) ? 0 : 1;
}
