import { MessageState, Violation } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import { http2ErrorName } from '../http2-words.ts';
import { feltByCaller } from './correlate.ts';
import { Http2Error } from '../../src/model/http2-registries.ts';
import {
  type Close,
  type ExchangeFacts,
  type Facts,
  type MessageFacts,
  NO_FLOW,
  type Side,
} from './facts.ts';
import { other } from './ladder.ts';

/** What the receiver of a message did about it, as the packets show. */
export interface Reaction {
  /** Its RST or FIN, where it answered so; with the time since the message began to arrive. */
  readonly close?: Close;
  readonly after?: number;
  /** The status with which a server refused the request. */
  readonly status?: number;
  /** What the proxy's caller felt of it, after "the proxy": "told the caller 502 Bad Gateway". */
  readonly felt?: string;
}

/** Status codes that say "your message is wrong" (RFC 9110 section 15): not 404, which is about the resource. */
const REFUSALS: ReadonlySet<number> = new Set([400, 411, 426, 431, 505]);

/** 501 says it of a transfer coding only (RFC 9112 section 6.1); else it is about the method (RFC 9110 section 15.6.2). */
const ABOUT_CODING =
  Violation.DUPLICATE_TRANSFER_ENCODING |
  Violation.TRANSFER_ENCODING_NOT_CHUNKED |
  Violation.TRANSFER_ENCODING_AND_CONTENT_LENGTH |
  Violation.TRANSFER_ENCODING_IN_HTTP10;

/** What the client did after it got this response; undefined where it read on. */
export function reactionToResponse(
  facts: Facts,
  exchange: ExchangeFacts,
  response: MessageFacts,
  downstream: ExchangeFacts | undefined,
): Reaction | undefined {
  const felt = feltByCaller(downstream, exchange.status, exchange.stream?.grpcStatus);
  // A proxy that passed the answer on did not mind it, whatever it does with the connection later.
  const isWhole = response.state === MessageState.COMPLETE;
  if (downstream?.response !== undefined && felt === undefined && isWhole) return undefined;
  const close = closeAfter(facts, exchange, response);
  if (felt === undefined && close === undefined) return undefined;
  return {
    ...(felt === undefined ? {} : { felt }),
    ...(close === undefined ? {} : { close, after: close.time - response.start }),
  };
}

function closeAfter(facts: Facts, exchange: ExchangeFacts, response: MessageFacts): Close | undefined {
  const refusal = streamRefusal(facts, exchange, exchange.client, response);
  if (refusal !== undefined) return refusal;
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

/** The RST_STREAM or GOAWAY with an error with which the receiver of an HTTP/2 message answered it. */
function streamRefusal(
  facts: Facts,
  exchange: ExchangeFacts,
  receiver: Side,
  message: MessageFacts,
): Close | undefined {
  const { stream, client, flow } = exchange;
  if (stream === undefined || flow === NO_FLOW) return undefined;
  const isMeant = (code: number, packet: number): boolean =>
    code !== Http2Error.NO_ERROR && code !== Http2Error.CANCEL && packet >= message.firstPacket;
  const sender = receiver === client ? 0 : 1;
  const reset = stream.resets.find((one) => one.side === sender && isMeant(one.code, one.packet));
  if (reset !== undefined) {
    const error = http2ErrorName(reset.code);
    return { side: receiver, how: 'RST_STREAM', packet: reset.packet, time: facts.time(reset.packet), error };
  }
  const goAway = facts.goAways(flow).find((one) => one.side === receiver && isMeant(one.value, one.packet));
  if (goAway === undefined || facts.time(goAway.packet) - message.start > THRESHOLDS.REACTION)
    return undefined;
  const error = http2ErrorName(goAway.value);
  return { side: receiver, how: 'GOAWAY', packet: goAway.packet, time: facts.time(goAway.packet), error };
}

/** What the server did after it got this request: refused it with a status, or closed without an answer. */
export function reactionToRequest(
  facts: Facts,
  exchange: ExchangeFacts,
  request: MessageFacts,
): Reaction | undefined {
  const refusal = streamRefusal(facts, exchange, other(exchange.client), request);
  if (refusal !== undefined) return { close: refusal, after: refusal.time - request.start };
  if (exchange.response !== undefined) {
    const isAboutCoding = exchange.status === 501 && (request.violations & ABOUT_CODING) !== 0;
    return isAboutCoding || REFUSALS.has(exchange.status) ? { status: exchange.status } : undefined;
  }
  if (!exchange.isLast || facts.isPartial(exchange.flow)) return undefined;
  const close = facts.closes(exchange.flow).find(({ packet }) => packet > request.firstPacket);
  if (close === undefined || close.side === exchange.client) return undefined;
  return { close, after: close.time - request.start };
}
