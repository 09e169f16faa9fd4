import { Framing, MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { ExchangeRow, FlowRow, PacketNumber } from '../../src/model/units.ts';
import type { Facts, Side } from './facts.ts';

/** The first FIN or RST of a side; 0 for none. */
export function firstClose(facts: Facts, flow: FlowRow, side: Side): PacketNumber {
  const { directions } = facts.tables;
  const fin = directions.finPacket(flow * 2 + side);
  const rst = directions.rstPacket(flow * 2 + side);
  if (fin === 0 || rst === 0) return fin + rst;
  return Math.min(fin, rst);
}

/**
 * The FIN or RST with which the client ended its waiting for an answer to a whole request; 0 where it did not. A FIN with which it only
 * said that it has no more to ask is none: then it takes the answer, and does not refuse it with RST.
 */
export function gaveUp(facts: Facts, flow: FlowRow, exchange: ExchangeRow): PacketNumber {
  const { directions, messages } = facts.tables;
  if (messages.state(exchange * 2) !== MessageState.COMPLETE) return 0;
  const client = facts.clientOf(flow);
  const server: Side = client === 0 ? 1 : 0;
  const close = firstClose(facts, flow, client);
  if (close === 0 || close <= messages.lastPacket(exchange * 2)) return 0;
  const serverClose = firstClose(facts, flow, server);
  if (serverClose !== 0 && serverClose < close) return 0;
  if (facts.time(close) - messages.end(exchange * 2) < THRESHOLDS.GAVE_UP) return 0;
  const answer = messages.firstPacket(exchange * 2 + 1);
  if (answer === 0) return close;
  if (messages.framing(exchange * 2 + 1) === Framing.TUNNEL || answer < close) return 0;
  return directions.rstPacket(flow * 2 + client) !== 0 ? close : 0;
}

/**
 * Whether the server's side acknowledged nothing of a request, though it was sent again at least twice, and sent nothing else since it
 * came: the packets did not get there, or nobody was there any more.
 */
export function isUnheard(facts: Facts, flow: FlowRow, exchange: ExchangeRow): boolean {
  const { directions, messages } = facts.tables;
  const client = facts.clientOf(flow);
  const own = flow * 2 + client;
  const peer = flow * 2 + 1 - client;
  if (messages.state(exchange * 2 + 1) !== MessageState.ABSENT || directions.packets(peer) === 0)
    return false;
  if (directions.retransmissions(own) < 2) return false;
  const acknowledged = (directions.acknowledged(peer) - messages.sequence(exchange * 2)) | 0;
  return acknowledged <= 0 && directions.lastPacket(peer) < messages.firstPacket(exchange * 2);
}
