import { MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { Evidence, Prose, RuleId } from '../../src/model/finding.ts';
import { feltByCaller, findDownstream, statusText } from './correlate.ts';
import type { Ended } from './endings.ts';
import { evidenceOf, exampleLadder, scopeOf } from './example.ts';
import type { Close, ExchangeFacts, Facts } from './facts.ts';
import { type Group, Groups } from './group.ts';
import { separateHops } from './hops.ts';
import { judge } from './judge.ts';
import { other } from './ladder.ts';
import { quoteMessage } from './quote.ts';
import { nameParticipants, type Participants } from './roles.ts';
import { type Claims, Draft, Impact, type ImpactLevel, type Rule, type Statement } from './rule.ts';
import { formatCount } from '../../src/model/format.ts';
import { capitalize, prose } from './words.ts';

/** An exchange that its connection's end broke. */
export interface EndedInstance {
  readonly facts: Facts;
  readonly exchange: ExchangeFacts;
  readonly close: Close;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  /** What the proxy's caller felt, after "the proxy". */
  readonly felt: string | undefined;
}

/** The rule's own words on an instance. */
export interface EndedWords {
  readonly title: string;
  readonly lead: Prose;
  readonly whyItMatters: Prose;
  readonly whatToChange: readonly Prose[];
  readonly logWords: readonly string[];
  readonly sources: readonly string[];
  /** On the arrow of the close. */
  readonly closeLabel: string;
  /** A line of ours below the quoted message. */
  readonly tail: readonly string[];
  /** What is to be said of a quoted line, by its lower-case name. */
  readonly remark?: { readonly name: string; readonly text: string };
  /** The request is quoted, though there is an answer. */
  readonly quotesRequest?: boolean;
  readonly doubts?: readonly string[];
  /** What the certainty rests on, in a sentence. */
  readonly rests: string;
}

/** A rule on exchanges that ended with their connection. */
export interface EndedRule {
  readonly id: RuleId;
  readonly looksFor: string;
  readonly foldedTitle: string;
  /** Another name for a candidate that an earlier rule explains. */
  readonly foldedAs?: (
    facts: Facts,
    ended: Ended,
  ) => { readonly id: RuleId; readonly title: string } | undefined;
  readonly unseen: (facts: Facts) => string | undefined;
  readonly candidates: (facts: Facts) => readonly Ended[];
  /** Parts the candidates of one server into causes; without spaces. */
  readonly kind?: (facts: Facts, ended: Ended) => string;
  /** What ended the exchange, where it was not the connection's FIN or RST. */
  readonly endOf?: (facts: Facts, ended: Ended) => Close | undefined;
  /** The end is one of the exchange alone: what becomes of its connection is not explained. */
  readonly sparesFlow?: boolean;
  /** What is quoted, where it is not the header section. */
  readonly quotes?: 'trailers';
  /** The least it does; more where the caller felt it. */
  readonly least: (instance: EndedInstance) => ImpactLevel;
  readonly tell: (instance: EndedInstance) => EndedWords;
}

/** Makes a rule of it: one cause a server, what an earlier rule explains folded there. */
export function endedExchangeRule(rule: EndedRule): Rule {
  return {
    id: rule.id,
    looksFor: rule.looksFor,
    unseen: rule.unseen,
    find: (facts, claims) => find(rule, facts, claims),
  };
}

function find(rule: EndedRule, facts: Facts, claims: Claims): readonly Draft[] {
  const groups = new Groups<string>();
  const candidates = rule.candidates(facts);
  const keyOf = (ended: Ended): string => {
    const server = facts.endpointKey(ended.flow, other(facts.clientOf(ended.flow)));
    return `${server} ${rule.kind?.(facts, ended) ?? ''}`;
  };
  const meant: number[] = [];
  const explained = new Explained();
  candidates.forEach((ended, at) => {
    const cause = claims.causeOf(ended);
    if (cause !== undefined) {
      const folded = rule.foldedAs?.(facts, ended) ?? { id: rule.id, title: rule.foldedTitle };
      cause.fold(folded.id, folded.title);
      explained.add(cause, keyOf(ended));
      return;
    }
    meant.push(at);
    groups.add(keyOf(ended), at, ended.flow, true);
  });
  const authorityOf = (at: number): number => facts.tables.exchanges.authority(candidates[at]?.exchange ?? 0);
  groups.merge((group) => {
    const authority = authorityOf(group.broken[0] ?? 0);
    return authority === 0 ? undefined : `${authority} ${group.key.split(' ')[1] ?? ''}`;
  });
  groups.drop((group) => {
    const cause = explained.likely(group.key);
    cause?.fold(rule.id, rule.foldedTitle, group.count);
    return cause !== undefined;
  });
  const drafts = new Map<string, Draft>();
  const folds: { readonly into: Group<string>; readonly count: number }[] = [];
  const examined = groups.largest().map((group) => ({
    group,
    instances: group.broken.flatMap((at) => {
      const ended = candidates[at];
      return ended === undefined ? [] : (examine(rule, facts, ended) ?? []);
    }),
  }));
  for (const { group, own, passedOn, from } of separateHops(examined)) {
    if (from !== undefined) folds.push({ into: from, count: own.length === 0 ? group.count : passedOn });
    if (own.length === 0) continue;
    const best = own.reduce((a, b) => (score(b) > score(a) ? b : a));
    const statement = tell(rule, best, own, group.flows, group.count - passedOn);
    const examples = own.map(({ exchange }) => exchange.row);
    const draft = new Draft(rule.id, statement, { examples, title: rule.foldedTitle });
    drafts.set(group.key, draft);
    for (const { downstream, felt } of own) {
      if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
    }
  }
  for (const { into, count } of folds)
    drafts.get(into.key)?.fold(rule.id, 'The same, passed on to the caller', count);
  // A habit explains nothing, and may concern every connection of a capture.
  if ([...drafts.values()].every(({ statement }) => statement.impact === Impact.ODD))
    return [...drafts.values()];
  for (const at of meant) {
    const ended = candidates[at];
    const draft = ended === undefined ? undefined : drafts.get(groups.keyOf(keyOf(ended)));
    if (ended === undefined || draft === undefined) continue;
    claims.exchange(ended.exchange, draft);
    if (rule.sparesFlow !== true) claims.flow(ended.flow, draft);
  }
  return [...drafts.values()];
}

/**
 * Which causes explain how many candidates of a group. Only some dozens of each cause are joined with the caller's exchange: where
 * those were all explained by a cause that has more, the rest of the same server's are its symptoms, too.
 */
class Explained {
  readonly #counts = new Map<string, Map<Draft, number>>();

  add(cause: Draft, key: string): void {
    const counts = this.#counts.get(key) ?? new Map<Draft, number>();
    this.#counts.set(key, counts.set(cause, (counts.get(cause) ?? 0) + 1));
  }

  likely(key: string): Draft | undefined {
    for (const [cause, count] of this.#counts.get(key) ?? []) {
      if (count >= THRESHOLDS.EXAMINED / 2 && cause.statement.count > THRESHOLDS.EXAMINED) return cause;
    }
    return undefined;
  }
}

function examine(rule: EndedRule, facts: Facts, ended: Ended): EndedInstance | undefined {
  const exchange = facts.exchange(ended.exchange);
  const close = rule.endOf === undefined ? facts.closeOf(ended.packet) : rule.endOf(facts, ended);
  if (close === undefined) return undefined;
  const downstream = findDownstream(facts, exchange);
  return {
    facts,
    exchange,
    close,
    downstream,
    participants: nameParticipants(facts, exchange, downstream),
    felt: feltByCaller(downstream, exchange.status, exchange.stream?.grpcStatus),
  };
}

function score({ felt, downstream, facts, exchange }: EndedInstance): number {
  const isWhole = facts.isPartial(exchange.flow) ? 0 : 1;
  return (felt === undefined ? 0 : 4) + (downstream === undefined ? 0 : 2) + isWhole;
}

/** What the caller got although this exchange broke: the proxy asked once more. */
function savedBy({ downstream, exchange, felt }: EndedInstance): string | undefined {
  const answer = downstream?.response;
  if (downstream === undefined || felt !== undefined || answer?.state !== MessageState.COMPLETE)
    return undefined;
  // What came of this very exchange did not come from another try.
  const hasAnswer =
    exchange.response?.state === MessageState.COMPLETE || downstream.status === exchange.status;
  const isBad = downstream.status >= 500 || (downstream.stream?.grpcStatus ?? 0) !== 0;
  return hasAnswer || isBad ? undefined : statusText(downstream);
}

function lesser(a: ImpactLevel, b: ImpactLevel): ImpactLevel {
  return a < b ? a : b;
}

function tell(
  rule: EndedRule,
  best: EndedInstance,
  instances: readonly EndedInstance[],
  flows: ReadonlySet<number>,
  count: number,
): Statement {
  const { facts, exchange, close, downstream, participants, felt } = best;
  const words = rule.tell(best);
  const saved = savedBy(best);
  const least = saved === undefined ? rule.least(best) : lesser(rule.least(best), Impact.CAN_BREAK);
  const isConnection = close.how === 'FIN' || close.how === 'RST';
  const isSilence = close.how === 'request';
  const verdict = judge(
    facts,
    [exchange.flow],
    isConnection || isSilence ? 'absence' : 'octets',
    words.rests,
    words.doubts,
  );
  const key = {
    packet: close.packet,
    label: words.closeLabel,
    isHarmless: least === Impact.ODD && felt === undefined,
    ...(isConnection ? {} : { side: close.side }),
  };
  // A silence has no arrow of its own: it stands on the request's.
  const ladder = exampleLadder(facts, best, isSilence ? { requestRemark: words.closeLabel } : { key });
  const answer = words.quotesRequest === true ? undefined : exchange.response;
  const message = answer ?? exchange.request;
  const packets = instances.flatMap((one) => [
    one.exchange.request?.firstPacket ?? 0,
    one.close.packet,
    one.felt === undefined ? 0 : (one.downstream?.response?.firstPacket ?? 0),
  ]);
  const closer = close.side === exchange.client ? participants.client : participants.server;
  const first: Evidence = {
    kind: 'packet',
    packet: close.packet,
    label: `packet ${formatCount(close.packet)}, ${close.how} of ${closer.noun}`,
  };
  const caller =
    saved !== undefined
      ? [` ${capitalize(participants.client.noun)} tried again, and the caller got ${saved}.`]
      : felt === undefined
        ? []
        : [` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'];
  const repeats = count > 1 ? ` The same ${formatCount(count)} times; this is the clearest.` : undefined;
  return {
    impact: felt !== undefined ? Impact.FELT : least,
    title: words.title,
    scope: scopeOf(
      facts,
      instances.map((one) => one.exchange),
      flows,
      participants,
      count,
    ),
    lead: prose(words.lead, ...caller, repeats),
    count,
    flows: [...flows],
    packets: [...new Set(packets.filter((packet) => packet !== 0))].sort((a, b) => a - b),
    whyItMatters: words.whyItMatters,
    whatToChange: words.whatToChange,
    logWords: words.logWords,
    sources: words.sources,
    evidence: evidenceOf(facts, first, { exchange, downstream }),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    ...(message === undefined
      ? {}
      : {
          quote: quoteMessage(facts, exchange, message, {
            tail: words.tail,
            isTrailers: rule.quotes === 'trailers',
            ...(words.remark === undefined ? {} : { remark: words.remark }),
          }),
        }),
    time: downstream?.request?.start ?? exchange.request?.start ?? close.time,
  };
}
