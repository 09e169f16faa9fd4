import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { Nanoseconds } from '../../src/model/units.ts';
import { feltByCaller, findDownstream } from './correlate.ts';
import { deadlineOf } from './deadline.ts';
import type { EndedInstance } from './ended-exchange.ts';
import { type Ended, endingsOf } from './endings.ts';
import type { Close, ExchangeFacts, Facts } from './facts.ts';
import { other } from './ladder.ts';

/** Who ended the waiting for an answer, and what that means. */
type Wait =
  /** A deadline that the request names was over, or a proxy told its caller that there was no answer. */
  | 'timeout'
  /** The client closed, for a reason of its own. */
  | 'gave-up'
  /** The proxy closed because its caller had. */
  | 'passed-on'
  /** Nothing came of it yet. */
  | 'open';

const KNOWN = new WeakMap<Facts, ReadonlyMap<Wait, readonly Ended[]>>();

/** Exchanges whose answer was waited for in vain, by what came of it. Some of each server are looked at; the rest are like most of them. */
export function waitsOf(facts: Facts, wait: Wait): readonly Ended[] {
  let known = KNOWN.get(facts);
  if (known === undefined) {
    known = judgeAll(facts);
    KNOWN.set(facts, known);
  }
  return known.get(wait) ?? [];
}

function judgeAll(facts: Facts): ReadonlyMap<Wait, readonly Ended[]> {
  const found = new Map<Wait, Ended[]>();
  const judged = new Map<string, Wait[]>();
  // While the capture is read, an answer may still come; what was told of a silence is an error of the server's.
  const canBeTold = facts.isFinal && facts.tables.serverErrors.rows > 0;
  const lists = {
    'gave-up': endingsOf(facts, 'gave-up'),
    silent: canBeTold ? endingsOf(facts, 'silent') : [],
  };
  for (const [ending, list] of Object.entries(lists)) {
    for (const ended of list) {
      const key = `${ending} ${facts.endpointKey(ended.flow, other(facts.clientOf(ended.flow)))}`;
      const known = judged.get(key) ?? [];
      const wait =
        known.length < THRESHOLDS.EXAMINED ? judge(facts, ended, ending === 'silent') : mostOf(known);
      if (known.length < THRESHOLDS.EXAMINED) judged.set(key, [...known, wait]);
      const members = found.get(wait);
      if (members === undefined) found.set(wait, [ended]);
      else members.push(ended);
    }
  }
  return found;
}

function mostOf(waits: readonly Wait[]): Wait {
  const count = (wait: Wait): number => waits.filter((one) => one === wait).length;
  return waits.reduce((a, b) => (count(b) > count(a) ? b : a), 'open');
}

function judge(facts: Facts, ended: Ended, isSilent: boolean): Wait {
  const exchange = facts.exchange(ended.exchange);
  const downstream = findDownstream(facts, exchange);
  if (feltByCaller(downstream, exchange.status, exchange.stream?.grpcStatus) !== undefined) return 'timeout';
  if (isSilent) return 'open';
  if (hasRunOut(facts, exchange, facts.time(ended.packet))) return 'timeout';
  return downstream !== undefined && leftFirst(downstream, ended) ? 'passed-on' : 'gave-up';
}

/** Whether the proxy's caller closed its connection before the proxy did its own. */
function leftFirst({ client, firstClose, response }: ExchangeFacts, ended: Ended): boolean {
  const hasLeft = firstClose?.side === client && firstClose.packet < ended.packet;
  return hasLeft && (response === undefined || response.firstPacket > firstClose.packet);
}

/** Whether the time that the request names was over then. */
function hasRunOut(facts: Facts, { request }: ExchangeFacts, time: Nanoseconds): boolean {
  if (request === undefined) return false;
  const deadline = deadlineOf(facts.lines(request.section));
  return deadline !== undefined && time - request.start >= deadline.time * THRESHOLDS.DEADLINE_SHARE;
}

/** What ended the waiting: the client's FIN or RST; the request itself where nothing did. */
export function endOfWait(facts: Facts, ended: Ended): Close | undefined {
  const close = facts.closeOf(ended.packet);
  if (close !== undefined) return close;
  return {
    side: facts.clientOf(ended.flow),
    how: 'request',
    packet: ended.packet,
    time: facts.time(ended.packet),
  };
}

/** How long was waited for an answer to the whole request: until the client closed, or its caller was told. */
export function waited({ exchange, close, downstream }: EndedInstance): Nanoseconds {
  const from = exchange.request?.end ?? close.time;
  const until = close.how === 'request' ? (downstream?.response?.start ?? NaN) : close.time;
  return Math.max(0, until - from);
}

/** Whether the server's side acknowledged all of the request; undefined where the capture does not tell. */
export function wasAcknowledged({ facts, exchange }: EndedInstance): boolean | undefined {
  const { directions, messages } = facts.tables;
  const { flow, client, request } = exchange;
  if (request === undefined || request.marks !== 0) return undefined;
  const octets = request.headOctets + request.bodyOctets;
  const acknowledged =
    (directions.acknowledged(flow * 2 + other(client)) - messages.sequence(exchange.row * 2)) | 0;
  return acknowledged >= octets;
}

/** How many of the same server's waits ended after about the same time, this one counted. */
export function equalWaits(facts: Facts, wait: Wait, instance: EndedInstance): number {
  const { messages } = facts.tables;
  const server = facts.endpointKey(instance.exchange.flow, other(instance.exchange.client));
  const time = waited(instance);
  let count = 0;
  for (const { flow, exchange, packet } of waitsOf(facts, wait)) {
    if (facts.endpointKey(flow, other(facts.clientOf(flow))) !== server) continue;
    const one = facts.time(packet) - messages.end(exchange * 2);
    if (Math.abs(one - time) <= time * (1 - THRESHOLDS.DEADLINE_SHARE)) count++;
  }
  return count;
}
