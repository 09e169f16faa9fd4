import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { endingsOf } from '../endings.ts';
import type { Facts } from '../facts.ts';
import { noEndings } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import { formatCount, formatDuration } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';

/** The server's idle close and the next request crossed on the wire. */
export const keepaliveRace = endedExchangeRule({
  id: 'keepalive-race',
  looksFor: "a request that crosses the server's idle close",
  foldedTitle: "Requests that crossed the server's idle close",
  unseen: noEndings,
  candidates: (facts) => endingsOf(facts, 'race'),
  least: () => Impact.BROKE,
  tell,
});

/** Nanoseconds from the end of the answer before this exchange to the server's close; undefined where it was not captured. */
function idleTime(facts: Facts, instance: EndedInstance): number | undefined {
  const { exchanges, flows, messages } = facts.tables;
  let row = flows.firstExchange(instance.exchange.flow) - 1;
  let end = NaN;
  while (row >= 0 && row !== instance.exchange.row) {
    end = messages.end(row * 2 + 1);
    row = exchanges.nextInFlow(row) - 1;
  }
  return Number.isNaN(end) ? undefined : instance.close.time - end;
}

function tell(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const idle = idleTime(facts, instance);
  const apart = (exchange.request?.start ?? close.time) - close.time;
  const roundTrip = facts.roundTrip(exchange.flow);
  const before = formatCount(facts.tables.flows.exchanges(exchange.flow) - 1);
  const measured = idle === undefined ? 'an unknown time' : formatDuration(idle);
  const trip = roundTrip === undefined ? '' : ` (a round trip takes ${formatDuration(roundTrip)})`;
  // So soon after an answer it is no idle timeout, but a limit of requests or of age.
  const isSoon = idle !== undefined && idle < THRESHOLDS.REACTION / 10;
  return {
    title:
      idle === undefined
        ? `${capitalize(server.noun)} closed the idle connection just as ${client.noun} sent a request`
        : isSoon
          ? `${capitalize(server.noun)} closed the connection after its answer, just as ${client.noun} sent the next request`
          : `${capitalize(server.noun)} closed the connection after ${measured} idle, just as ${client.noun} sent a request`,
    lead: prose(
      `After ${before} good exchange${before === '1' ? '' : 's'} and ${measured} without traffic ${server.noun} sent ${close.how}. `,
      `${capitalize(client.noun)} sent `,
      code(exchange.request?.startLine ?? ''),
      ` ${formatDuration(Math.abs(apart))} ${apart >= 0 ? 'after' : 'before'} that${trip}: the two crossed, and `,
      { strong: 'the request was never answered' },
      '.',
    ),
    whyItMatters: prose(
      `Neither side did wrong: a server may close an idle connection at any time, and a client may not have heard of it yet. It happens whenever ${server.noun} gives up a connection sooner than ${client.noun} does, and looks like a random 502 or 503.`,
    ),
    whatToChange: [
      ...(isSoon
        ? [
            prose(
              `In ${server.noun}: let the last answer on a connection say `,
              { code: 'Connection: close' },
              ' before it closes, and look for its limit of requests or of age (nginx ',
              { code: 'keepalive_requests' },
              ', ',
              { code: 'keepalive_time' },
              ').',
            ),
          ]
        : []),
      idle === undefined || isSoon
        ? prose(
            `In ${client.noun}: make the idle timeout of its connection pool shorter than that of ${server.noun}.`,
          )
        : prose(
            `In ${client.noun}: make the idle timeout of its connection pool shorter than the ${measured} measured here (Istio `,
            { code: 'DestinationRule' },
            ' ',
            { code: 'trafficPolicy.connectionPool.http.idleTimeout' },
            ', nginx ',
            { code: 'keepalive_timeout' },
            ' in ',
            { code: 'upstream' },
            ', HAProxy ',
            { code: 'pool-purge-delay' },
            ').',
          ),
      prose(
        `Or in ${server.noun}: make its keep-alive timeout longer than the client's (Node `,
        { code: 'server.keepAliveTimeout' },
        ', Tomcat ',
        { code: 'keepAliveTimeout' },
        ', gunicorn ',
        { code: '--keep-alive' },
        ', Go ',
        { code: 'Server.IdleTimeout' },
        ').',
      ),
      prose(
        'Let the proxy repeat requests that may be repeated: Istio ',
        { code: 'retryOn: reset-before-request,connect-failure' },
        '.',
      ),
    ],
    logWords: [
      'Envoy: 503 UC upstream_reset_before_response_started{connection_termination}',
      'nginx: upstream prematurely closed connection while reading response header from upstream',
      'HAProxy: 502, termination state SH--',
      'Java: NoHttpResponseException: … failed to respond',
      'Node: Error: socket hang up (ECONNRESET)',
      'Go: http: server closed idle connection; EOF',
    ],
    sources: ['RFC 9112 section 9.5', 'RFC 9112 section 9.3.1'],
    closeLabel: `${close.how} after ${measured} idle`,
    tail: [
      `… no answer; ${close.how} of ${server.noun} ${formatDuration(Math.abs(apart))} ${apart >= 0 ? 'before' : 'after'} it`,
    ],
    ...(roundTrip === undefined
      ? {
          doubts: [
            'The handshake was not captured, so the round trip is unknown: that the two crossed is inferred.',
          ],
        }
      : {}),
    rests: 'Both directions were captured, with the round trip and the idle time before the close.',
  };
}
