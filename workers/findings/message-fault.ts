import { MessageState } from '../../src/model/exchange.ts';
import { FlowMark } from '../../src/model/flow.ts';
import type { Prose, RuleId } from '../../src/model/finding.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import { findDownstream } from './correlate.ts';
import { Http2Error } from '../../src/model/http2-registries.ts';
import { streamFacts } from '../http2-words.ts';
import { type ExchangeFacts, type Facts, type MessageFacts, NO_FLOW } from './facts.ts';
import { tellMessageFault } from './fault-statement.ts';
import { type Group, Groups } from './group.ts';
import { type Reaction, reactionToRequest, reactionToResponse } from './reaction.ts';
import { separateHops } from './hops.ts';
import { other } from './ladder.ts';
import { nameParticipants, type Participants, type Role } from './roles.ts';
import { cutMessages, noMessages } from './unseen.ts';
import { type Claims, Draft, Impact, type ImpactLevel, type Rule } from './rule.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';

/** One message that does what a rule looks for, with all that the capture tells about it. */
export interface FaultInstance {
  readonly facts: Facts;
  readonly exchange: ExchangeFacts;
  readonly message: MessageFacts;
  readonly lines: readonly string[];
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  /** Who sent the message, and who got it. */
  readonly sender: Role;
  readonly receiver: Role;
  readonly reaction: Reaction | undefined;
  readonly impact: ImpactLevel;
}

/** The rule's own words on an instance; the frame adds what the receiver did. */
export interface FaultWords {
  /** What the sender did, after "The app": "sent Transfer-Encoding twice". */
  readonly deed: string;
  /** Sentences: what arrived, with its octets, and what that means. */
  readonly saw: Prose;
  readonly whyItMatters: Prose;
  readonly whatToChange: readonly Prose[];
  readonly logWords: readonly string[];
  readonly sources: readonly string[];
  /** Two or three words on the arrow of the message. */
  readonly remark: string;
  /** A line of ours below the quoted message. */
  readonly tail?: readonly string[];
  /** The exchange was answered all the same: false where the rule's own words tell how far the answer came. */
  readonly tellsAnswer?: boolean;
  /** What makes it uncertain, besides what the frame sees. */
  readonly doubts?: readonly string[];
}

/** A rule on messages that break a standard. */
export interface FaultRule {
  readonly id: RuleId;
  readonly looksFor: string;
  /** Violation bits of a message that make it a candidate. */
  readonly mask: number;
  /** Violation bits in the same message that explain it: counted there. */
  readonly yieldsTo?: number;
  /** Violation bits that nearly every reader takes: where a message has no others of the mask, a close after it is no answer to it. */
  readonly harmless?: number;
  /** Its name where it is folded under what explains it. */
  readonly foldedTitle?: string;
  /** The least it does: what breaks the framing has broken the exchange. */
  readonly least: (instance: Omit<FaultInstance, 'impact'>) => ImpactLevel;
  /** Why this capture cannot show it, where that is not the lack of messages. */
  readonly unseen?: (facts: Facts) => string | undefined;
  /** Leaves out candidates that are another rule's. Cheap: asked for each. */
  readonly isMeant?: (facts: Facts, messageRow: number) => boolean;
  /** Parts the messages of one server into causes: a number (a section, a bit); equal for the same cause. */
  readonly kind?: (facts: Facts, messageRow: number) => number;
  readonly tell: (instance: FaultInstance) => FaultWords;
}

/** Makes a rule of it: candidates by their bits, one cause a server and direction, the example that shows most. */
export function messageFaultRule(fault: FaultRule): Rule {
  return {
    id: fault.id,
    looksFor: fault.looksFor,
    unseen: fault.unseen ?? noMessages,
    blind: cutMessages,
    find: (facts, claims) => find(fault, facts, claims),
  };
}

function find(fault: FaultRule, facts: Facts, claims: Claims): readonly Draft[] {
  const { messages, exchanges } = facts.tables;
  const groups = new Groups<string>();
  const candidates = facts.violating(fault.mask);
  const keyOf = (messageRow: number): string => {
    const exchange = messageRow >>> 1;
    const flow = exchanges.flow(exchange);
    const server =
      flow === NO_FLOW
        ? `host${exchanges.authority(exchange)}`
        : facts.endpointKey(flow, other(facts.clientOf(flow)));
    return `${messageRow & 1} ${server} ${fault.kind?.(facts, messageRow) ?? 0}`;
  };
  const brokenRows: number[] = [];
  const brokenKeys: string[] = [];
  for (const row of candidates) {
    if (fault.isMeant !== undefined && !fault.isMeant(facts, row)) continue;
    if ((messages.violations(row) & (fault.yieldsTo ?? 0)) !== 0) {
      claims.causeOf({ exchange: row >>> 1 })?.fold(fault.id, fault.foldedTitle ?? fault.looksFor);
      continue;
    }
    const key = keyOf(row);
    const hasBroken = isBroken(facts, row);
    if (hasBroken) {
      brokenRows.push(row);
      brokenKeys.push(key);
    }
    groups.add(key, row, exchanges.flow(row >>> 1), hasBroken);
  }
  // The same application behind several addresses says the same under the same name.
  groups.merge((group) => {
    const first = group.broken[0] ?? group.others[0] ?? 0;
    const authority = exchanges.authority(first >>> 1);
    const kind = group.key.split(' ')[2] ?? '';
    return authority === 0 ? undefined : `${first & 1} ${authority} ${kind}`;
  });
  const drafts = new Map<string, Draft>();
  const folds: { readonly into: Group<string>; readonly count: number }[] = [];
  const examined = groups.largest().map((group) => ({ group, instances: examineGroup(fault, facts, group) }));
  for (const { group, own, passedOn, from } of separateHops(examined)) {
    if (from !== undefined) folds.push({ into: from, count: own.length === 0 ? group.count : passedOn });
    if (own.length === 0) continue;
    const best = own.reduce((a, b) => (score(b) > score(a) ? b : a));
    const count = group.count - passedOn;
    const statement = tellMessageFault(best, fault.tell(best), own, group.flows, count);
    const draft = new Draft(fault.id, statement, { examples: own.map(({ exchange }) => exchange.row) });
    drafts.set(group.key, draft);
    for (const { downstream, reaction } of own) {
      if (downstream !== undefined && reaction?.felt !== undefined) claims.downstream(downstream, draft);
    }
  }
  for (const { into, count } of folds)
    drafts.get(into.key)?.fold(fault.id, 'The same, passed on to the caller', count);
  brokenRows.forEach((row, at) => {
    const draft = drafts.get(groups.keyOf(brokenKeys[at] ?? ''));
    // What nobody minded explains nothing.
    if (draft !== undefined && draft.statement.impact >= Impact.BROKE) claim(facts, claims, row >>> 1, draft);
  });
  return [...drafts.values()];
}

/** Whether something happened to the exchange that its faults may explain. Asked for each candidate. */
function isBroken(facts: Facts, messageRow: number): boolean {
  const { messages, exchanges, flows } = facts.tables;
  const exchange = messageRow >>> 1;
  const state = messages.state(exchange * 2 + 1);
  if (state !== MessageState.COMPLETE && state !== MessageState.IN_BODY) return true;
  if (exchanges.stream(exchange) !== 0) {
    const resets = streamFacts(facts.core, exchange)?.resets ?? [];
    if (resets.some(({ code }) => code !== Http2Error.NO_ERROR && code !== Http2Error.CANCEL)) return true;
  }
  if ((messageRow & 1) === 0) return exchanges.status(exchange) >= 400;
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW) return false;
  return exchanges.nextInFlow(exchange) === 0 && (flows.marks(flow) & FlowMark.RESET) !== 0;
}

/** The cause explains what became of the exchange, and the end of its connection where that came at once. */
function claim(facts: Facts, claims: Claims, exchange: ExchangeRow, draft: Draft): void {
  const { exchanges, messages, directions } = facts.tables;
  claims.exchange(exchange, draft);
  const flow = exchanges.flow(exchange);
  if (flow === NO_FLOW || exchanges.nextInFlow(exchange) !== 0) return;
  const response = messages.end(exchange * 2 + 1);
  const end = Number.isNaN(response) ? messages.end(exchange * 2) : response;
  for (const direction of [flow * 2, flow * 2 + 1]) {
    const rst = directions.rstPacket(direction);
    if (rst !== 0 && facts.time(rst) - end <= THRESHOLDS.REACTION) claims.flow(flow, draft);
  }
}

function examineGroup(fault: FaultRule, facts: Facts, group: Group<string>): readonly FaultInstance[] {
  return [...group.broken, ...group.others]
    .slice(0, THRESHOLDS.EXAMINED)
    .map((row) => examine(fault, facts, row))
    .filter((instance) => instance !== undefined);
}

function score(instance: FaultInstance): number {
  const { impact, downstream, reaction, message, facts } = instance;
  const shown = (downstream === undefined ? 0 : 2) + (reaction?.close === undefined ? 0 : 1);
  const isWhole = facts.isPartial(instance.exchange.flow) || message.marks !== 0 ? 0 : 1;
  return impact * 100 + isWhole * 10 + shown;
}

function examine(fault: FaultRule, facts: Facts, messageRow: number): FaultInstance | undefined {
  const exchange = facts.exchange(messageRow >>> 1);
  const message = messageRow & 1 ? exchange.response : exchange.request;
  if (message === undefined) return undefined;
  const downstream = exchange.flow === NO_FLOW ? undefined : findDownstream(facts, exchange);
  const participants = nameParticipants(facts, exchange, downstream);
  const seen = message.isRequest
    ? reactionToRequest(facts, exchange, message)
    : reactionToResponse(facts, exchange, message, downstream);
  const isHarmless = (message.violations & fault.mask & ~(fault.harmless ?? 0)) === 0;
  const reaction = isHarmless && seen?.status === undefined && seen?.felt === undefined ? undefined : seen;
  const { client, server } = participants;
  const instance = {
    facts,
    exchange,
    message,
    lines: facts.lines(message.section),
    downstream,
    participants,
    sender: message.isRequest ? client : server,
    receiver: message.isRequest ? server : client,
    reaction,
  };
  const reacted =
    reaction === undefined ? Impact.ODD : reaction.felt !== undefined ? Impact.FELT : Impact.BROKE;
  const least = fault.least(instance);
  return { ...instance, impact: reacted > least ? reacted : least };
}
