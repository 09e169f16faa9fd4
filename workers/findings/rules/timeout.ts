import { formatCount, formatDuration } from '../../../src/model/format.ts';
import type { Prose } from '../../../src/model/finding.ts';
import { deadlineOf } from '../deadline.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { Impact } from '../rule.ts';
import { noEndings } from '../unseen.ts';
import { endOfWait, equalWaits, waited, waitsOf, wasAcknowledged } from '../waiting.ts';
import { capitalize, code, prose } from '../words.ts';

/** A request that was not answered in the time that a proxy, or a deadline in the request, allowed for it. */
export const timeout = endedExchangeRule({
  id: 'timeout',
  looksFor: 'a request that is not answered in the time that is allowed for it',
  foldedTitle: 'Requests not answered in time',
  unseen: noEndings,
  candidates: (facts) => waitsOf(facts, 'timeout'),
  endOf: endOfWait,
  least: () => Impact.BROKE,
  tell,
});

/** What became of the answer that was waited for. */
export function lateAnswer({ exchange, close, participants }: EndedInstance): Prose | undefined {
  const { response } = exchange;
  if (response === undefined || response.start < close.time) return undefined;
  return [
    ` ${capitalize(participants.server.noun)} answered `,
    code(response.startLine),
    ` ${formatDuration(response.start - close.time)} later, to nobody.`,
  ];
}

/** Whether the request arrived, as the acknowledgements tell. */
export function arrival(instance: EndedInstance): string | undefined {
  const { server } = instance.participants;
  const isAcknowledged = wasAcknowledged(instance);
  if (isAcknowledged === undefined) return undefined;
  return isAcknowledged
    ? ` The machine of ${server.noun} acknowledged all of the request, so it arrived.`
    : ` Not all of the request was acknowledged by the machine of ${server.noun}.`;
}

function tell(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, downstream, participants } = instance;
  const { client, server } = participants;
  const time = formatDuration(waited(instance));
  const deadline = deadlineOf(facts.lines(exchange.request?.section ?? 0));
  const did = close.how === 'RST' ? 'reset the connection' : 'closed the connection';
  const same = equalWaits(facts, 'timeout', instance);
  return {
    title: `${capitalize(server.noun)} did not answer within ${time}, and ${client.noun} stopped waiting`,
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(exchange.request?.startLine ?? ''),
      ' and ',
      { strong: `got no octet of an answer for ${time}` },
      close.how === 'request' ? '.' : `; then ${client.noun} ${did}.`,
      deadline === undefined
        ? undefined
        : [' The request itself allows ', code(`${deadline.field}: ${deadline.value}`), '.'],
      arrival(instance),
      lateAnswer(instance),
      same >= 3
        ? ` ${formatCount(same)} waits ended after about the same time, as a timeout does.`
        : undefined,
    ),
    whyItMatters: prose(
      `The connection was well and the request was taken: ${server.noun} needed longer than ${client.noun} was told to wait. The work may have been done all the same.`,
    ),
    whatToChange: [
      prose(
        `Look in ${server.noun} for what this request waited for at that time (a database, a lock, a full pool of threads, a call of its own).`,
      ),
      prose(
        `If ${time} is too short for it: raise the timeout of ${client.noun} (Istio `,
        { code: 'VirtualService' },
        ' ',
        { code: 'timeout' },
        ', Envoy ',
        { code: 'route.timeout' },
        ', nginx ',
        { code: 'proxy_read_timeout' },
        ', HAProxy ',
        { code: 'timeout server' },
        '), and keep it below what the caller itself waits.',
      ),
      prose('Retries of slow requests multiply the load: allow them for what is quick and may be repeated.'),
    ],
    logWords: [
      'Envoy: 504 UT response_timeout (upstream request timeout)',
      'nginx: upstream timed out (110: Connection timed out) while reading response header from upstream',
      'HAProxy: 504, termination state sH--',
      'Java: java.net.SocketTimeoutException: Read timed out',
      'Node: ETIMEDOUT, ESOCKETTIMEDOUT, UND_ERR_HEADERS_TIMEOUT',
      'Go: context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'curl: (28) Operation timed out',
    ],
    sources: ['RFC 9110 section 15.6.5'],
    closeLabel: close.how === 'request' ? 'never answered' : `${close.how} after ${time} without an answer`,
    tail: [`… no answer for ${time}`],
    quotesRequest: true,
    rests: `Both directions were captured, and no octet of ${server.noun} is missing${downstream === undefined ? '; why it was silent is not in the packets' : ''}.`,
  };
}
