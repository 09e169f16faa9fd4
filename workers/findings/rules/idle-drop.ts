import { formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { Nanoseconds } from '../../../src/model/units.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { type Ended, endingsOf } from '../endings.ts';
import type { Facts } from '../facts.ts';
import { other } from '../ladder.ts';
import { Impact } from '../rule.ts';
import { noEndings } from '../unseen.ts';
import { endOfWait } from '../waiting.ts';
import { capitalize, code, prose } from '../words.ts';

/**
 * A request of which nothing was acknowledged, though it was sent again and again. After a long silence somebody between has forgotten the
 * connection; else nobody is there any more, or the way is cut.
 */
export const idleDrop = endedExchangeRule({
  id: 'idle-drop',
  looksFor: 'a request on a connection that leads nowhere any more',
  foldedTitle: 'Requests of which nothing was acknowledged',
  unseen: noEndings,
  // While the capture is read, the acknowledgement may still come.
  candidates: (facts) =>
    facts.isFinal ? endingsOf(facts, 'unheard').filter((ended) => isLong(facts, ended)) : [],
  kind: (facts, ended) => (idle(facts, ended) >= THRESHOLDS.IDLE ? 'idle' : ''),
  endOf: endOfWait,
  least: () => Impact.BROKE,
  tell,
});

/** Repetitions within a moment may only be a hiccup at the end of the capture. */
function isLong(facts: Facts, { flow, exchange }: Ended): boolean {
  const { flows, messages } = facts.tables;
  return facts.time(flows.lastPacket(flow)) - messages.start(exchange * 2) >= THRESHOLDS.REACTION;
}

/** How long the server's side had sent nothing when the request came. */
function idle(facts: Facts, { flow, exchange }: Ended): Nanoseconds {
  const { directions, messages } = facts.tables;
  const last = directions.lastPacket(flow * 2 + other(facts.clientOf(flow)));
  return messages.start(exchange * 2) - facts.time(last);
}

function tell(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const { flow } = exchange;
  const ended = { flow, exchange: exchange.row, packet: close.packet };
  const silence = idle(facts, ended);
  const isIdle = silence >= THRESHOLDS.IDLE;
  const times = formatCount(facts.tables.directions.retransmissions(flow * 2 + exchange.client));
  const until = facts.time(facts.tables.flows.lastPacket(flow)) - (exchange.request?.start ?? NaN);
  return {
    title: isIdle
      ? `After ${formatDuration(silence)} of silence the connection led nowhere: the request was never acknowledged`
      : `Nothing of the request was acknowledged: ${server.noun} could not be reached any more`,
    lead: prose(
      `${formatDuration(silence)} after the last packet of ${server.noun}, ${client.noun} sent `,
      code(exchange.request?.startLine ?? ''),
      `; its side repeated octets ${times} times in ${formatDuration(until)}, and `,
      { strong: 'no acknowledgement came' },
      '. A process that hangs would not do that: the machine acknowledges for it.',
    ),
    whyItMatters: prose(
      isIdle
        ? `A load balancer, a firewall or a table of connections (conntrack, NAT) forgets connections that are idle for long, often without telling either side. ${capitalize(client.noun)} notices only when it sends the next request.`
        : `The way to ${server.noun} or back was cut in the middle of the connection: a pod or a node that is gone, a route or a policy that changed.`,
    ),
    whatToChange: isIdle
      ? [
          prose(
            `In ${client.noun}: close idle connections sooner than after ${formatDuration(silence)} (Istio `,
            { code: 'connectionPool.http.idleTimeout' },
            ', nginx ',
            { code: 'keepalive_timeout' },
            ' in ',
            { code: 'upstream' },
            ').',
          ),
          prose(
            'Or let TCP keep-alives refresh the entry (Istio ',
            { code: 'connectionPool.tcp.tcpKeepalive' },
            ', ',
            { code: 'SO_KEEPALIVE' },
            ' with ',
            { code: 'net.ipv4.tcp_keepalive_time' },
            ' below the limit of what stands between).',
          ),
          prose('Look for the idle timeout of the load balancer or NAT between the two.'),
        ]
      : [
          prose(
            `Look whether ${server.noun} was there at that time (`,
            { code: 'kubectl get events' },
            ', restarts, evictions, a node that went away).',
          ),
          prose(
            `A short `,
            { code: 'net.ipv4.tcp_retries2' },
            ' or ',
            { code: 'TCP_USER_TIMEOUT' },
            ` makes ${client.noun} notice sooner.`,
          ),
        ],
    logWords: [
      'Envoy: 504 UT response_timeout, or 503 UC connection_timeout',
      'nginx: upstream timed out (110: Connection timed out) while reading response header from upstream',
      'HAProxy: 504, termination state sH--',
      'Java: java.net.SocketTimeoutException: Read timed out',
      'Go: read: connection timed out',
      'Node: ETIMEDOUT',
    ],
    sources: ['RFC 9293 section 3.8.3', 'RFC 5382 section 5'],
    closeLabel: 'never acknowledged',
    tail: ['… sent again and again; no acknowledgement'],
    quotesRequest: true,
    rests: `Both directions were captured before; after the request nothing of ${server.noun} was. Who lost the connection is not in the packets.`,
  };
}
