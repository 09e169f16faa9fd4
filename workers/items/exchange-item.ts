import { MessageMark, MessageState } from '../../src/model/exchange.ts';
import type { ExchangeRow, Nanoseconds } from '../../src/model/units.ts';
import type { ExchangeItem } from '../api.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import { clientSide, endpointOf } from '../roles.ts';
import { violationTags } from '../violations.ts';

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
    ...phases(core, exchange),
    state: exchangeState(core, exchange),
    tags: exchangeTags(core, exchange),
  };
}

function wireOctets(core: Core, message: number): number {
  const { messages } = core.tables;
  return messages.state(message) === MessageState.ABSENT
    ? 0
    : messages.headOctets(message) + messages.bodyOctets(message);
}

type Phases = Pick<ExchangeItem, 'duration' | 'sending' | 'waiting' | 'receiving'>;

/** The parts of an exchange's time; undefined where an end of the part is not known. */
function phases(core: Core, exchange: ExchangeRow): Phases {
  const { messages } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const sent = isWhole(core, request);
  const received = isWhole(core, response);
  return {
    duration: received ? between(messages.start(request), messages.end(response)) : undefined,
    sending: sent ? between(messages.start(request), messages.end(request)) : undefined,
    waiting: sent ? between(messages.end(request), messages.start(response)) : undefined,
    receiving: received ? between(messages.start(response), messages.end(response)) : undefined,
  };
}

function isWhole(core: Core, message: number): boolean {
  return core.tables.messages.state(message) === MessageState.COMPLETE;
}

/** undefined where one of the times is not known, or where the response came before the request was over. */
function between(from: Nanoseconds, to: Nanoseconds): Nanoseconds | undefined {
  const duration = to - from;
  return duration >= 0 ? duration : undefined;
}

function earliest(a: Nanoseconds, b: Nanoseconds): Nanoseconds | undefined {
  if (Number.isNaN(a)) return Number.isNaN(b) ? undefined : b;
  return a;
}

/** How far a message came, in words after its name: "the response was cut by RST". */
export const STATE_WORDS: Readonly<Record<number, string>> = {
  [MessageState.ABSENT]: 'missing',
  [MessageState.IN_HEAD]: 'open in its header section',
  [MessageState.IN_BODY]: 'open in its content',
  [MessageState.COMPLETE]: 'complete',
  [MessageState.CUT_BY_FIN]: 'cut by FIN',
  [MessageState.CUT_BY_RST]: 'cut by RST',
  [MessageState.BROKEN]: 'framing broken',
};

/** The state of an exchange in a few words: what is unfinished, or "complete". */
function exchangeState(core: Core, exchange: ExchangeRow): string {
  const { messages } = core.tables;
  const request = messages.state(exchange * 2);
  const response = messages.state(exchange * 2 + 1);
  if (response === MessageState.COMPLETE) {
    if (request === MessageState.COMPLETE) return 'complete';
    return request === MessageState.ABSENT ? 'request not captured' : `request ${STATE_WORDS[request] ?? ''}`;
  }
  if (response !== MessageState.ABSENT) return `response ${STATE_WORDS[response] ?? ''}`;
  if (request !== MessageState.COMPLETE) return `request ${STATE_WORDS[request] ?? ''}`;
  return 'no response';
}

function exchangeTags(core: Core, exchange: ExchangeRow): readonly string[] {
  const { messages } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const tags = [...violationTags(messages.violations(request) | messages.violations(response))];
  const state = exchangeState(core, exchange);
  if (state !== 'complete') tags.push(state);
  const marks = messages.marks(request) | messages.marks(response);
  if (marks & MessageMark.GAP) tags.push('gap in the capture');
  if (marks & MessageMark.RESYNCHRONIZED) tags.push('picked up midstream');
  if (marks & MessageMark.TEXT_DROPPED) tags.push('text not kept');
  return tags;
}
