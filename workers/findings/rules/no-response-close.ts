import { MessageState } from '../../../src/model/exchange.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { type Ended, endingsOf } from '../endings.ts';
import { noEndings } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { formatDuration } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';

/** A request, no octet of an answer, and the server's FIN or RST. */
export const noResponseClose = endedExchangeRule({
  id: 'no-response-close',
  looksFor: 'a server that closes instead of answering',
  foldedTitle: 'Connections closed without an answer',
  unseen: noEndings,
  candidates: (facts): readonly Ended[] => [...endingsOf(facts, 'no-response'), ...endingsOf(facts, 'stale')],
  kind: (facts, ended) =>
    isStale(facts.time(ended.packet), facts.tables.messages.start(ended.exchange * 2)) ? 'stale' : '',
  least: () => Impact.BROKE,
  tell: (instance) =>
    isStale(instance.close.time, instance.exchange.request?.start ?? NaN)
      ? tellStale(instance)
      : tellClose(instance),
});

function isStale(close: number, request: number): boolean {
  return request > close;
}

const LOGS: readonly string[] = [
  'Envoy: 503 UC upstream_reset_before_response_started{connection_termination}',
  'Envoy to the caller: upstream connect error or disconnect/reset before headers. reset reason: connection termination',
  'nginx: upstream prematurely closed connection while reading response header from upstream',
  'HAProxy: 502, termination state SH--',
  'Java: NoHttpResponseException: … failed to respond; java.net.SocketException: Connection reset',
  'Node: Error: socket hang up (ECONNRESET)',
  'Go: EOF; read: connection reset by peer',
  'curl: (52) Empty reply from server',
];

function tellClose(instance: EndedInstance): EndedWords {
  const { exchange, close, participants } = instance;
  const { client, server } = participants;
  const request = exchange.request;
  const after = close.time - (request?.end ?? close.time);
  const isWhole = request?.state === MessageState.COMPLETE;
  const did = close.how === 'RST' ? 'reset the connection' : 'closed the connection';
  const isFast = after < THRESHOLDS.REACTION / 10;
  return {
    title: `${capitalize(server.noun)} ${did} without an answer`,
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(request?.startLine ?? ''),
      isWhole ? '; ' : ', not all of it; ',
      `${formatDuration(after)} later ${server.noun} `,
      { strong: `${did} without sending a single octet of an answer` },
      '.',
    ),
    whyItMatters: prose(
      `The request reached ${server.noun}, and whether it was carried out is unknown. That is why a proxy repeats only requests that may be repeated.`,
    ),
    whatToChange: [
      isFast
        ? prose(
            `It took only ${formatDuration(after)}: look in the log of ${server.noun} at that time for a crash, an exception before the answer was written, a worker that was killed, a limit that closes connections.`,
          )
        : prose(
            `It took ${formatDuration(after)}: look for a timeout of that length in ${server.noun} (request, idle or worker timeout), then for a crash or a kill at that time.`,
          ),
      prose(
        `Check that ${server.noun} speaks plain HTTP/1 on this port, and not TLS or another protocol (Service port name or `,
        { code: 'appProtocol' },
        ').',
      ),
      prose(
        'Let a proxy retry what may be repeated: Istio ',
        { code: 'VirtualService' },
        ' ',
        { code: 'retries.retryOn: reset-before-request,connect-failure' },
        '.',
      ),
    ],
    logWords: LOGS,
    sources: ['RFC 9112 section 9.5', 'RFC 9110 section 9.2.2'],
    closeLabel: `${close.how}, no answer`,
    tail: [`… no answer; ${close.how} ${formatDuration(after)} after the request`],
    rests: 'Both directions were captured, and no octet of the server is missing.',
  };
}

function tellStale(instance: EndedInstance): EndedWords {
  const { exchange, close, participants } = instance;
  const { client, server } = participants;
  const late = (exchange.request?.start ?? close.time) - close.time;
  return {
    title: `${capitalize(client.noun)} sent a request on a connection that ${server.noun} had closed`,
    lead: prose(
      `${capitalize(server.noun)} sent ${close.how} in the idle connection. ${formatDuration(late)} later ${client.noun} still sent `,
      code(exchange.request?.startLine ?? ''),
      ' on it, and ',
      { strong: 'got no answer' },
      '.',
    ),
    whyItMatters: prose(
      `The close had long arrived, so this is no race: the connection pool of ${client.noun} did not notice it.`,
    ),
    whatToChange: [
      prose(
        `In ${client.noun}: make the pool check a connection before it uses it (Apache HttpClient `,
        { code: 'setValidateAfterInactivity' },
        '), or upgrade a proxy that misses the FIN.',
      ),
      prose('Set the idle timeout of the pool below that of the server, and TCP keepalive on both sides.'),
    ],
    logWords: LOGS,
    sources: ['RFC 9112 section 9.5', 'RFC 9112 section 9.3.1'],
    closeLabel: `${close.how} of the idle connection`,
    tail: [`… sent ${formatDuration(late)} after the server's ${close.how}; no answer`],
    rests: 'Both directions were captured, and no octet of the server is missing.',
  };
}
