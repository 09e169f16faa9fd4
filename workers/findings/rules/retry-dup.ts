import type { Evidence, RuleId } from '../../../src/model/finding.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { ExchangeRow } from '../../../src/model/units.ts';
import { statusText } from '../correlate.ts';
import { type Ending, endingsOf } from '../endings.ts';
import { evidenceOf, scopeOf } from '../example.ts';
import { type ExchangeFacts, type Facts, NO_FLOW } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { quoteMessage } from '../quote.ts';
import { nameParticipants } from '../roles.ts';
import { Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { noMessages } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

/** Ends after which nobody knows whether the server had begun the work. */
const UNKNOWN_ENDS: readonly Ending[] = ['no-response', 'race', 'stale', 'cut-by-server', 'gave-up'];

/** Causes after which it is sure that no app saw the request: to repeat it harms nobody. */
const NEVER_SENT: ReadonlySet<RuleId> = new Set(['syn-refused', 'syn-timeout']);

/** Methods that may be repeated without harm (RFC 9110 section 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** A request that failed and was sent again with the same x-request-id: the work may be done twice. */
export const retryDup: Rule = {
  id: 'retry-dup',
  looksFor: 'a request that failed and was sent again',
  unseen: noMessages,
  find(facts, claims) {
    const groups = new Groups<string>();
    const again = new Map<ExchangeRow, ExchangeRow>();
    for (const row of failed(facts)) {
      const next = repeatOf(facts, row);
      if (next === undefined) continue;
      const cause = claims.causeOf({ exchange: row });
      if (cause !== undefined && NEVER_SENT.has(cause.rule)) {
        cause.fold('retry-dup', 'Failed requests that were sent again');
        continue;
      }
      again.set(row, next);
      const { exchanges } = facts.tables;
      const flow = exchanges.flow(row);
      const key = `${facts.port(flow, other(facts.clientOf(flow)))} ${exchanges.method(row)} ${exchanges.authority(row)}`;
      groups.add(key, row, flow, true);
    }
    return groups.largest().flatMap((group) => {
      const first = group.broken[0];
      const next = first === undefined ? undefined : again.get(first);
      if (first === undefined || next === undefined) return [];
      return [new Draft('retry-dup', tell(facts, facts.exchange(first), facts.exchange(next), group))];
    });
  },
};

/** Exchanges that failed after their request was sent; of very many, the first ones. */
function failed(facts: Facts): readonly ExchangeRow[] {
  const { serverErrors } = facts.tables;
  const rows = new Set<ExchangeRow>();
  for (const ending of UNKNOWN_ENDS) for (const { exchange } of endingsOf(facts, ending)) rows.add(exchange);
  const errors = Math.min(serverErrors.rows, THRESHOLDS.ERRORS_READ);
  for (let at = 0; at < errors; at++) rows.add(serverErrors.exchange(at));
  return [...rows].slice(0, THRESHOLDS.ERRORS_READ).sort((a, b) => a - b);
}

function requestIdOf(facts: Facts, row: ExchangeRow): number {
  const section = facts.tables.messages.section(row * 2);
  return section === 0 ? 0 : facts.tables.sections.requestId(section - 1);
}

/** The same request of the same client to the same port, on another connection or stream, begun after it. */
function repeatOf(facts: Facts, row: ExchangeRow): ExchangeRow | undefined {
  const { exchanges, messages } = facts.tables;
  const flow = exchanges.flow(row);
  const id = requestIdOf(facts, row);
  if (id === 0 || flow === NO_FLOW) return undefined;
  const client = facts.clientOf(flow);
  const last = Math.min(exchanges.rows, row + THRESHOLDS.CORRELATION_ROWS / 16);
  for (let next = row + 1; next < last; next++) {
    if (requestIdOf(facts, next) !== id || exchanges.method(next) !== exchanges.method(row)) continue;
    const otherFlow = exchanges.flow(next);
    if (exchanges.target(next) !== exchanges.target(row) || otherFlow === NO_FLOW) continue;
    const otherClient = facts.clientOf(otherFlow);
    const isSameClient = facts.addressRow(otherFlow, otherClient) === facts.addressRow(flow, client);
    const isSamePort = facts.port(otherFlow, other(otherClient)) === facts.port(flow, other(client));
    // The same connection seen before and after an address translation keeps the client's port.
    const isAnother =
      otherFlow === flow
        ? exchanges.stream(row) !== 0
        : facts.port(otherFlow, otherClient) !== facts.port(flow, client);
    const isLater = messages.start(next * 2) > messages.end(row * 2);
    if (isSameClient && isSamePort && isAnother && isLater) return next;
  }
  return undefined;
}

function tell(facts: Facts, first: ExchangeFacts, again: ExchangeFacts, group: Group<string>): Statement {
  const participants = nameParticipants(facts, first, undefined);
  const { client, server } = participants;
  const isHarmless = REPEATABLE.has(first.method);
  const packet = again.request?.firstPacket ?? 0;
  const later = (again.request?.start ?? NaN) - (first.request?.start ?? NaN);
  const id = facts.field(first.request?.section ?? 0, 'x-request-id') ?? '';
  const evidence: Evidence = {
    kind: 'packet',
    packet,
    label: `packet ${formatCount(packet)}, the same request again`,
  };
  const outcome = (exchange: ExchangeFacts): string =>
    exchange.response === undefined ? 'no answer' : statusText(exchange);
  const ladder = draw(facts, first, again);
  return {
    impact: isHarmless ? Impact.ODD : Impact.CAN_BREAK,
    title: `${capitalize(client.noun)} sent ${first.method} again after it failed${isHarmless ? '' : ': the work may be done twice'}`,
    scope: scopeOf(facts, [first, again], group.flows, participants, group.count),
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(`${first.method} ${first.target}`),
      ' with ',
      code(`x-request-id: ${id}`),
      `, which ended with ${outcome(first)}; ${formatDuration(later)} after the first it sent the same again`,
      again.flow === first.flow ? '' : ' on another connection',
      `, which ended with ${outcome(again)}. Whether ${server.noun} had carried out the first is not in the packets.`,
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'request')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: [first.request?.firstPacket ?? 0, packet].filter((one) => one !== 0).sort((a, b) => a - b),
    whyItMatters: prose(
      isHarmless
        ? `${first.method} may be repeated (RFC 9110): this saved the caller an error. Many retries at once multiply the load on an app that is failing already.`
        : `${first.method} is not idempotent: an order may be placed twice, a payment made twice. A retry is safe only where the server knows that it is one.`,
    ),
    whatToChange: [
      ...(isHarmless
        ? []
        : [
            prose(
              'Retry only what surely was not carried out: Istio ',
              { code: 'retryOn: connect-failure,refused-stream,reset-before-request' },
              ', nginx ',
              { code: 'proxy_next_upstream' },
              ' without ',
              { code: 'non_idempotent' },
              ', HAProxy ',
              { code: 'retry-on conn-failure' },
              '.',
            ),
            prose(
              'Or let the caller send an idempotency key, and the server answer the second from the first.',
            ),
          ]),
      prose('Find what made the first fail; the findings before this one may name it.'),
    ],
    logWords: [
      'Envoy: URX upstream_retry_limit_exceeded; x-envoy-attempt-count in the request',
      'nginx: several addresses in $upstream_addr',
      'HAProxy: retries in the log, with + for a redispatch',
    ],
    sources: ['RFC 9110 section 9.2.2'],
    evidence: evidenceOf(facts, evidence, { exchange: first }),
    ...judge(facts, [first.flow], 'octets', 'Both requests were captured, with the same x-request-id.'),
    ...(ladder === undefined ? {} : { ladder }),
    ...(again.request === undefined
      ? {}
      : {
          quote: quoteMessage(facts, again, again.request, {
            remark: { name: 'x-request-id', text: 'the same as before' },
          }),
        }),
    time: first.request?.start ?? 0,
  };
}

function draw(facts: Facts, first: ExchangeFacts, again: ExchangeFacts): Statement['ladder'] {
  const { client, server } = nameParticipants(facts, first, undefined);
  const builder = new LadderBuilder(facts);
  const from = builder.lifeline(client, facts.address(first.flow, first.client));
  const to = builder.lifeline(server, facts.endpoint(first.flow, other(first.client)));
  builder.exchange(first, from, to);
  builder.exchange(again, from, to, { requestRemark: 'again' });
  const names = [first, again].map(({ flow }) => formatCount(facts.stream(flow)));
  return builder.build(`Stream ${[...new Set(names)].join(' and ')}`);
}
