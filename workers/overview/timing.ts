import { MessageState } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import type { ExchangeTiming, Phase, PhaseName, TimingEnd } from '../../src/model/timing.ts';
import type { ExchangeRow, Nanoseconds } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import { isInStream } from '../http2-words.ts';
import { verdictOf } from './verdict.ts';
import { connectOf, isFirstOfFlow, isOver, NO_FLOW, roundTripOf, tlsOf } from './connection-times.ts';

/** Exchanges before one that are looked at for the response that it waited behind; pipelines are short. */
const PIPELINE_ROWS = 256;

/** The phases of an exchange: those of its messages, and before them those of its connection. */
export function exchangeTiming(core: Core, exchange: ExchangeRow): ExchangeTiming {
  const flow = core.tables.exchanges.flow(exchange);
  const inMessages = messagePhases(core, exchange);
  const before = flow === NO_FLOW ? reportedPhases(core, exchange) : connectionPhases(core, exchange);
  const phases = [...before, ...inMessages];
  const cut = cutPhase(core, exchange);
  const shown = cut ? [...phases, cut] : phases;
  const wait = inMessages.find(({ name }) => name === 'wait');
  return {
    basis: flow === NO_FLOW ? 'reported' : 'measured',
    phases,
    ...(cut ? { cut } : {}),
    from: bound(core, exchange, Math.min(...shown.map(({ start }) => start)), Math.min),
    to: bound(core, exchange, Math.max(...shown.map(({ start, duration }) => start + duration)), Math.max),
    end: timingEnd(core, exchange),
    server: wait && flow !== NO_FLOW ? serverTimeOf(core, exchange, wait) : undefined,
  };
}

/** The first or last moment of the phases and the messages; undefined where none is known. */
function bound(
  core: Core,
  exchange: ExchangeRow,
  phases: Nanoseconds,
  which: (...times: number[]) => number,
): Nanoseconds | undefined {
  const { start, end } = core.tables.messages;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const times = [phases, start(request), end(request), start(response), end(response)].filter(
    Number.isFinite,
  );
  return times.length === 0 ? undefined : which(...times);
}

function phase(name: PhaseName, start: Nanoseconds, end: Nanoseconds): readonly Phase[] {
  return end >= start ? [{ name, start, duration: end - start }] : [];
}

function messagePhases(core: Core, exchange: ExchangeRow): readonly Phase[] {
  const { messages } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const phases: Phase[] = [];
  if (messages.state(request) === MessageState.COMPLETE) {
    phases.push(...phase('send', messages.start(request), messages.end(request)));
    phases.push(...phase('wait', messages.end(request), messages.start(response)));
  }
  if (messages.state(response) === MessageState.COMPLETE) {
    phases.push(...phase('receive', messages.start(response), messages.end(response)));
  }
  return phases;
}

function connectionPhases(core: Core, exchange: ExchangeRow): readonly Phase[] {
  if (!isFirstOfFlow(core, exchange)) return [];
  const flow = core.tables.exchanges.flow(exchange);
  const phases: Phase[] = [];
  for (const [name, stretch] of [
    ['connect', connectOf(core, flow)],
    ['tls', tlsOf(core, flow)],
  ] as const) {
    if (stretch) phases.push({ name, start: stretch.start, duration: stretch.duration });
  }
  return phases;
}

/** What a HAR file tells ends where the request is sent. */
function reportedPhases(core: Core, exchange: ExchangeRow): readonly Phase[] {
  const told = reportedOf(core)?.exchange(exchange)?.phases ?? {};
  const sent = core.tables.messages.start(exchange * 2);
  if (Number.isNaN(sent)) return [];
  const names = ['blocked', 'dns', 'connect', 'tls'] as const;
  let at = sent - names.reduce((sum, name) => sum + (told[name] ?? 0), 0);
  const phases: Phase[] = [];
  for (const name of names) {
    const duration = told[name];
    if (duration === undefined) continue;
    phases.push({ name, start: at, duration });
    at += duration;
  }
  return phases;
}

/** What was seen of a message that did not come to its end. */
function cutPhase(core: Core, exchange: ExchangeRow): Phase | undefined {
  const { messages } = core.tables;
  for (const [name, message] of [
    ['receive', exchange * 2 + 1],
    ['send', exchange * 2],
  ] as const) {
    const state = messages.state(message);
    if (state === MessageState.ABSENT || state === MessageState.COMPLETE) continue;
    return phase(name, messages.start(message), messages.end(message))[0];
  }
  return undefined;
}

const ENDS: Readonly<Record<number, TimingEnd>> = {
  [MessageState.CUT_BY_RST]: 'reset',
  [MessageState.CUT_BY_RST_STREAM]: 'reset',
  [MessageState.CUT_BY_FIN]: 'closed',
  [MessageState.BROKEN]: 'closed',
  [MessageState.IN_HEAD]: 'open',
  [MessageState.IN_BODY]: 'open',
};

function timingEnd(core: Core, exchange: ExchangeRow): TimingEnd {
  const { messages, exchanges, flows } = core.tables;
  const response = messages.state(exchange * 2 + 1);
  if (response === MessageState.COMPLETE)
    return verdictOf(core, exchange) === 'server' ? 'failed' : 'complete';
  const end = ENDS[response] ?? ENDS[messages.state(exchange * 2)];
  if (end !== undefined) return end;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return 'unanswered';
  if (flows.marks(flow) & FlowMark.RESET) return 'reset';
  return isOver(core, flow) ? 'unanswered' : 'open';
}

/** The waiting without the round trip to the server, where both are known and do not overlap with another response. */
function serverTimeOf(core: Core, exchange: ExchangeRow, wait: Phase): Nanoseconds | undefined {
  const trip = roundTripOf(core, core.tables.exchanges.flow(exchange));
  if (!trip || trip.toServer >= wait.duration) return undefined;
  return heldUp(core, exchange) > 0 ? undefined : wait.duration - trip.toServer;
}

/**
 * How long a pipelined request waited, all of it sent, for the response before it on its connection to come to its end (RFC 9112
 * section 9.3.2); 0 where it did not. HTTP/2 and 3 answer in any order.
 */
export function heldUp(core: Core, exchange: ExchangeRow): Nanoseconds {
  const { exchanges, messages } = core.tables;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW || isInStream(core, exchange)) return 0;
  const sent = messages.end(exchange * 2);
  for (let row = exchange - 1; row >= Math.max(0, exchange - PIPELINE_ROWS); row--) {
    if (exchanges.flow(row) !== flow) continue;
    const behind = messages.end(row * 2 + 1) - sent;
    return behind > 0 ? behind : 0;
  }
  return 0;
}
