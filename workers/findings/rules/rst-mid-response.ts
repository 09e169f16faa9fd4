import { Framing, Violation } from '../../../src/model/exchange.ts';
import { statusText } from '../correlate.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import { type Ended, endingsOf } from '../endings.ts';
import { noEndings } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { violationTags } from '../../violations.ts';
import { capitalize, code, prose } from '../words.ts';

/** RST (or FIN inside the head) after the status line and before the framing is complete. */
export const rstMidResponse = endedExchangeRule({
  id: 'rst-mid-response',
  looksFor: 'a connection cut in the middle of an answer',
  foldedTitle: 'Connections cut in the middle of an answer',
  // A reader that resets because of what it read has answered, and has not cut anything.
  foldedAs: (facts, ended) =>
    facts.sender(ended.packet) === facts.clientOf(ended.flow)
      ? { id: 'rst-after-response', title: 'Connections reset by who read the answer' }
      : undefined,
  unseen: noEndings,
  candidates: (facts): readonly Ended[] => [
    ...endingsOf(facts, 'cut-by-server'),
    ...endingsOf(facts, 'cut-by-client'),
  ],
  kind: (facts, ended) => (facts.sender(ended.packet) === facts.clientOf(ended.flow) ? 'client' : 'server'),
  // A client may give up for its own reasons, and browsers do.
  least: ({ close, exchange }) => (close.side === exchange.client ? Impact.CAN_BREAK : Impact.BROKE),
  tell: (instance) =>
    instance.close.side === instance.exchange.client ? tellClient(instance) : tellServer(instance),
});

/** `1,200 of 4,000 octets of content`, as far as the framing tells. */
function amount({ facts, exchange }: EndedInstance): string {
  const response = exchange.response;
  if (response === undefined || response.headPacket === 0) return 'a part of the head';
  const announced =
    response.framing === Framing.CONTENT_LENGTH && response.section !== 0
      ? facts.tables.sections.contentLength(response.section - 1)
      : NaN;
  if (Number.isNaN(announced)) return `${formatAmount(response.bodyOctets, 'octet')} of content`;
  return `${formatCount(response.bodyOctets)} of ${formatCount(announced)} octets of content`;
}

/** That an answer broke off is what the finding is about. */
const BROKE_OFF = Violation.CHUNKS_CUT | Violation.CONTENT_CUT;

/** What else the answer did against the standards: it may be why its reader left. */
function otherFaults({ exchange }: EndedInstance): string {
  const tags = violationTags((exchange.response?.violations ?? 0) & ~BROKE_OFF);
  return tags.length === 0
    ? 'The answer as far as it was captured breaks no rule that Offwire knows.'
    : `The answer is odd in itself, which may be why: ${tags.join(', ')}.`;
}

function tellServer(instance: EndedInstance): EndedWords {
  const { exchange, close, participants } = instance;
  const { client, server } = participants;
  const isReset = close.how === 'RST';
  const did = isReset ? 'reset the connection' : 'closed the connection';
  const after = close.time - (exchange.response?.start ?? close.time);
  return {
    title: `${capitalize(server.noun)} ${did} in the middle of its answer`,
    lead: prose(
      `${capitalize(client.noun)} got `,
      code(exchange.response?.startLine ?? statusText(exchange)),
      ` and ${amount(instance)}; ${formatDuration(after)} after the begin of the answer ${server.noun} `,
      { strong: did },
      '.',
    ),
    whyItMatters: prose(
      'The answer had begun, so the status was sent already: a proxy can no longer turn it into a 502, it can only cut its own answer short. Callers see half an answer, or an error in the middle of reading.',
    ),
    whatToChange: [
      prose(
        `Look at the log of ${server.noun} at the time of the ${close.how}: a crash, an out-of-memory kill (`,
        { code: 'kubectl describe pod' },
        ', ',
        { code: 'Reason: OOMKilled' },
        '), an exception while the content was written, a rollout.',
      ),
      prose(
        `The answer ran for ${formatDuration(after)}: if others end at the same time, it is a write or request timeout of ${server.noun}; raise it or answer faster.`,
      ),
    ],
    logWords: [
      'Envoy: UC upstream_reset_after_response_started{connection_termination}',
      'nginx: recv() failed (104: Connection reset by peer) while reading upstream',
      'nginx: upstream prematurely closed connection while reading upstream',
      'HAProxy: termination state SD--',
      'Java: java.net.SocketException: Connection reset',
      'Node: aborted (ECONNRESET)',
      'Go: read: connection reset by peer; unexpected EOF',
      'curl: (56) Recv failure: Connection reset by peer',
    ],
    sources: ['RFC 9112 section 8', 'RFC 9112 section 9.5', 'RFC 9293 section 3.10.7.4'],
    closeLabel: `${close.how}, answer unfinished`,
    tail: [`… ${amount(instance)}, then ${close.how}`],
    ...(exchange.response?.framing === Framing.UNTIL_CLOSE
      ? { doubts: ['The answer has no length: it ends with the connection, so it may have been complete.'] }
      : {}),
    rests: `The answer's framing and the ${close.how} were both captured, and no octet before it is missing.`,
  };
}

function tellClient(instance: EndedInstance): EndedWords {
  const { exchange, close, participants } = instance;
  const { client, server } = participants;
  const after = close.time - (exchange.request?.start ?? close.time);
  return {
    title: `${capitalize(client.noun)} dropped the connection before the answer was complete`,
    lead: prose(
      `${capitalize(server.noun)} had sent `,
      code(exchange.response?.startLine ?? statusText(exchange)),
      `, ${amount(instance)} so far, when ${client.noun} `,
      { strong: close.how === 'RST' ? 'reset the connection' : 'closed the connection' },
      ` ${formatDuration(after)} after its request. ${otherFaults(instance)}`,
    ),
    whyItMatters: prose(
      'A client that gives up is often a timeout that is shorter than the answer takes. It may also be meant: a browser leaving the page, a download that was cancelled.',
    ),
    whatToChange: [
      prose(
        `If it was not meant: compare ${formatDuration(after)} with the timeout of ${client.noun} (Istio `,
        { code: 'VirtualService' },
        ' ',
        { code: 'timeout' },
        ', nginx ',
        { code: 'proxy_read_timeout' },
        ', the HTTP client of the caller).',
      ),
      prose(`Then either answer faster in ${server.noun}, or raise that timeout.`),
    ],
    logWords: [
      'Envoy, in front of the server: DC downstream_remote_disconnect',
      'nginx: 499, or client prematurely closed connection while sending to client',
      'HAProxy: termination state CD--',
      'Java: java.io.IOException: Broken pipe; ClientAbortException',
      'Go: write: broken pipe; context canceled',
      'Node: ERR_STREAM_PREMATURE_CLOSE; write EPIPE',
    ],
    sources: ['RFC 9112 section 9.5'],
    closeLabel: `${close.how}, answer unfinished`,
    tail: [`… ${amount(instance)}, then ${close.how} of ${client.noun}`],
    rests: `Both directions were captured; why ${client.noun} gave up is not in the packets.`,
  };
}
