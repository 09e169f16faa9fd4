import { MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { Close, ExchangeFacts, Facts, MessageFacts } from './facts.ts';
import { other } from './ladder.ts';

/** What the receiver of a message did about it, as the packets show. */
export interface Reaction {
  /** Its RST or FIN, where it answered so; with the time since the message began to arrive. */
  readonly close?: Close;
  readonly after?: number;
  /** The status it answered a request with: its own, for a request; what its caller was told, for a response. */
  readonly status?: number;
  /** The caller was told a 5xx although the answer said otherwise. */
  readonly isFelt: boolean;
}

/** Status codes that say "your message is wrong" (RFC 9110 section 15): not 404, which is about the resource. */
const REFUSALS: ReadonlySet<number> = new Set([400, 411, 426, 431, 501, 505]);

/** What the client did after it got this response; undefined where it read on. */
export function reactionToResponse(
  facts: Facts,
  exchange: ExchangeFacts,
  response: MessageFacts,
  downstream: ExchangeFacts | undefined,
): Reaction | undefined {
  const told = downstream?.status ?? 0;
  const isFelt = told >= 500 && exchange.status < 500;
  const close = closeAfter(facts, exchange, response);
  // A proxy that passed the answer on did not mind it, whatever it does with the connection later.
  if (downstream !== undefined && told === exchange.status && told !== 0) {
    if (response.state === MessageState.COMPLETE) return undefined;
  }
  if (!isFelt && close === undefined) return undefined;
  return {
    isFelt,
    ...(isFelt ? { status: told } : {}),
    ...(close === undefined ? {} : { close, after: close.time - response.start }),
  };
}

function closeAfter(facts: Facts, exchange: ExchangeFacts, response: MessageFacts): Close | undefined {
  if (!exchange.isLast) return undefined;
  const isUnfinished = response.state !== MessageState.COMPLETE;
  const closes = facts.closes(exchange.flow);
  const mine = closes.filter(
    ({ side, packet, time }) =>
      side === exchange.client && packet > response.firstPacket && time - response.end <= THRESHOLDS.REACTION,
  );
  const rst = mine.find(({ how }) => how === 'RST');
  if (rst !== undefined) return rst;
  // A FIN after a complete answer is how a client without a pool says goodbye.
  const serverFin = closes.find(({ side }) => side === other(exchange.client));
  const fin = mine.find(({ how }) => how === 'FIN');
  if (fin === undefined || !isUnfinished) return undefined;
  return serverFin !== undefined && serverFin.packet < fin.packet ? undefined : fin;
}

/** What the server did after it got this request: refused it with a status, or closed without an answer. */
export function reactionToRequest(
  facts: Facts,
  exchange: ExchangeFacts,
  request: MessageFacts,
): Reaction | undefined {
  if (exchange.response !== undefined) {
    return REFUSALS.has(exchange.status) ? { status: exchange.status, isFelt: false } : undefined;
  }
  if (!exchange.isLast || facts.isPartial(exchange.flow)) return undefined;
  const close = facts.closes(exchange.flow).find(({ packet }) => packet > request.firstPacket);
  if (close === undefined || close.side === exchange.client) return undefined;
  return { close, after: close.time - request.start, isFelt: false };
}
