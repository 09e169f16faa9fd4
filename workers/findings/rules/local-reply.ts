import { MessageState } from '../../../src/model/exchange.ts';
import type { Evidence, Prose } from '../../../src/model/finding.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import { statusText } from '../correlate.ts';
import { evidenceOf, exampleLadder, scopeOf } from '../example.ts';
import { type ExchangeFacts, type Facts, NO_FLOW } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { other } from '../ladder.ts';
import { type LocalAnswer, localAnswerOf } from '../local-answers.ts';
import { quoteMessage } from '../quote.ts';
import { nameParticipants } from '../roles.ts';
import { type Claims, Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { code, prose } from '../words.ts';
import { noMessages } from '../unseen.ts';

/** A 5xx that a proxy wrote itself, and that nothing else in the capture explains. */
export const localReply: Rule = {
  id: 'local-reply',
  looksFor: 'an error that a proxy answered by itself, without an app',
  unseen: noMessages,
  find(facts, claims) {
    const groups = new Groups<string>();
    for (const row of candidates(facts)) {
      const { exchanges } = facts.tables;
      const flow = exchanges.flow(row);
      const server = facts.endpointKey(flow, other(facts.clientOf(flow)));
      groups.add(`${server} ${exchanges.status(row)}`, row, flow, true);
    }
    return groups.largest().flatMap((group) => tellGroup(facts, claims, group));
  },
};

/** Exchanges with a proxy's own error; of very many, the first ones are read. */
function candidates(facts: Facts): readonly number[] {
  const { exchanges, messages, serverErrors } = facts.tables;
  const known = new Map<number, boolean>();
  const found: number[] = [];
  const rows = Math.min(serverErrors.rows, THRESHOLDS.ERRORS_READ);
  for (let at = 0; at < rows; at++) {
    const row = serverErrors.exchange(at);
    const section = messages.section(row * 2 + 1);
    if (exchanges.status(row) < 500 || section === 0 || exchanges.flow(row) === NO_FLOW) continue;
    // The answer must be whole enough to be read.
    if (messages.state(row * 2 + 1) === MessageState.IN_HEAD) continue;
    const isLocal = known.get(section) ?? answerOf(facts, row) !== undefined;
    known.set(section, isLocal);
    if (isLocal) found.push(row);
  }
  return found;
}

function answerOf(facts: Facts, row: number): LocalAnswer | undefined {
  const { exchanges, messages } = facts.tables;
  const reason = facts.core.text(exchanges.reason(row));
  return localAnswerOf(exchanges.status(row), reason, facts.lines(messages.section(row * 2 + 1)));
}

function tellGroup(facts: Facts, claims: Claims, group: Group<string>): readonly Draft[] {
  const rows = group.broken;
  const causes = rows.map((exchange) => claims.causeOf({ exchange }));
  const own = rows.filter((_, at) => causes[at] === undefined);
  const cause = causes.find((one) => one !== undefined);
  // Only some of a cause's exchanges are joined with the caller's: what explains most of those that were looked at explains the rest.
  if (cause !== undefined && own.length * 2 <= rows.length) {
    cause.fold('local-reply', 'Errors that the proxy told its callers', group.count);
    return [];
  }
  const first = own[0];
  const answer = first === undefined ? undefined : answerOf(facts, first);
  if (first === undefined || answer === undefined) return [];
  const exchange = facts.exchange(first);
  return [
    new Draft('local-reply', tell(facts, exchange, answer, own, group), {
      title: 'Errors of the proxy itself',
    }),
  ];
}

/** What a status means when a gateway says it (RFC 9110 sections 15.6.3 to 15.6.5). */
function meaning(status: number): string {
  switch (status) {
    case 502:
      return 'it got no valid answer: the app closed or reset the connection, or its answer broke a rule';
    case 503:
      return 'it had nobody to ask: no endpoint is ready, the connection failed, or a limit was reached';
    case 504:
      return 'the app did not answer in the time that the proxy allows';
    default:
      return 'something went wrong in the proxy, or with what it asked';
  }
}

function tell(
  facts: Facts,
  exchange: ExchangeFacts,
  answer: LocalAnswer,
  rows: readonly number[],
  group: Group<string>,
): Statement {
  const { request, response, status } = exchange;
  const participants = nameParticipants(facts, exchange, undefined);
  const told = statusText(exchange);
  const packet = response?.firstPacket ?? 0;
  const took = response === undefined || request === undefined ? NaN : response.start - request.end;
  const first: Evidence = { kind: 'packet', packet, label: `packet ${formatCount(packet)}, ${status}` };
  const ladder = exampleLadder(
    facts,
    { exchange, downstream: undefined, participants },
    { remark: `of ${answer.writer} itself` },
  );
  const exchanges = rows.map((row) => facts.exchange(row));
  return {
    impact: Impact.BROKE,
    title: `${answer.writer} itself answered ${told}: it is no app’s answer`,
    scope: scopeOf(facts, exchanges, group.flows, participants, group.count),
    lead: prose(
      'The request ',
      code(request?.startLine ?? ''),
      ' was answered ',
      { strong: told },
      Number.isNaN(took) ? '' : ` after ${formatDuration(took)}`,
      `. ${answer.writer} ${answer.proof}. With ${status} a proxy says that ${meaning(status)}.`,
      answer.hint === undefined ? undefined : ` Here ${answer.hint}.`,
      ' Nothing in this capture shows what it had with the app.',
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'request')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: exchanges.flatMap((one) => one.response?.firstPacket ?? []).sort((a, b) => a - b),
    whyItMatters: prose(
      'The app may never have seen the request: its logs will not show it. The cause lies between the proxy and the app, on the other side of what was captured, or in the proxy’s configuration.',
    ),
    whatToChange: advice(answer, took),
    logWords: [
      'Envoy: 503 UH no_healthy_upstream; 503 UF …; 503 UO overflow; 504 UT response_timeout; 503 UC …; 500 DI',
      'nginx: no live upstreams while connecting to upstream; upstream timed out; upstream prematurely closed connection',
      'HAProxy: backend has no server available!; termination states SC, sC, SH, sH, PH',
    ],
    sources: ['RFC 9110 section 15.6'],
    evidence: evidenceOf(facts, first, { exchange }),
    ...judge(
      facts,
      [exchange.flow],
      'octets',
      'The header section of the answer was captured, and tells who wrote it.',
    ),
    ...(ladder === undefined ? {} : { ladder }),
    ...(response === undefined ? {} : { quote: quoteMessage(facts, exchange, response) }),
    time: request?.start ?? response?.start ?? 0,
  };
}

function advice({ writer, flags }: LocalAnswer, took: number): readonly Prose[] {
  const wait =
    Number.isNaN(took) || took < THRESHOLDS.REACTION
      ? 'It came at once: no time was spent waiting for an app.'
      : `It came after ${formatDuration(took)}: look for a timeout of that length in the proxy.`;
  return [
    prose(`Look at ${flags}. ${wait}`),
    prose(
      `Capture beside ${writer}, with both sides of it (`,
      { code: 'kubectl sniff POD -n NAMESPACE -i any' },
      '): then the connection to the app is in the capture, and Offwire can name what broke it.',
    ),
    prose(
      'Look whether endpoints are ready: ',
      { code: 'kubectl get endpointslices' },
      ', and ',
      { code: 'istioctl proxy-config endpoints POD' },
      ' in a mesh.',
    ),
  ];
}
