import { MessageState } from '../../../src/model/exchange.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { Http2Error } from '../../../src/model/http2-registries.ts';
import { StreamKind } from '../../../src/model/stream.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import { http2ErrorName, type StreamReset, streamFacts } from '../../http2-words.ts';
import { deadlineOf } from '../deadline.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import type { Ended } from '../endings.ts';
import { ANY, type Close, type Facts } from '../facts.ts';
import { http2ErrorWords } from '../http2-errors.ts';
import { wasSentAgain } from '../sent-again.ts';
import { noStreams } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { capitalize, code, prose } from '../words.ts';

/** RST_STREAM that broke an exchange (RFC 9113 sections 6.4 and 7). */
export const h2RstStream = endedExchangeRule({
  id: 'h2-rst-stream',
  looksFor: 'an HTTP/2 stream that is reset before it is complete',
  foldedTitle: 'HTTP/2 streams reset',
  unseen: noStreams,
  candidates,
  endOf,
  sparesFlow: true,
  kind: kindOf,
  least: ({ facts, exchange, close }) => {
    const reset = exchange.stream?.resets[0];
    if (reset === undefined) return Impact.ODD;
    const ended = { flow: exchange.flow, exchange: exchange.row, packet: close.packet };
    if (isDeadline(facts, ended, reset)) return Impact.BROKE;
    if (reset.side === 0 && reset.code === Http2Error.CANCEL) return Impact.ODD;
    const isRetried = reset.code === Http2Error.REFUSED_STREAM && wasSentAgain(facts, exchange);
    return isRetried ? Impact.CAN_BREAK : Impact.BROKE;
  },
  tell: (instance) => {
    const { facts, exchange, close } = instance;
    const reset = exchange.stream?.resets[0] ?? { side: 0, code: 0, packet: close.packet };
    const ended = { flow: exchange.flow, exchange: exchange.row, packet: close.packet };
    if (isDeadline(facts, ended, reset)) return tellDeadline(instance);
    return reset.side === 0 && reset.code === Http2Error.CANCEL
      ? tellCancel(instance)
      : tellReset(instance, reset);
  },
});

const KNOWN = new WeakMap<Facts, readonly Ended[]>();

/** Kinds of candidates: asked for more than once, and there may be very many. */
const KINDS = new WeakMap<Ended, string>();

function kindOf(facts: Facts, ended: Ended): string {
  const known = KINDS.get(ended);
  if (known !== undefined) return known;
  const reset = resetOf(facts, ended);
  const kind = `${reset?.side ?? 0}-${reset?.code ?? 0}-${isDeadline(facts, ended, reset) ? 'late' : ''}`;
  KINDS.set(ended, kind);
  return kind;
}

/** Streams whose first RST_STREAM left something undone. */
function candidates(facts: Facts): readonly Ended[] {
  const known = KNOWN.get(facts);
  if (known !== undefined) return known;
  const { streams, streamSides, exchanges } = facts.tables;
  const found: Ended[] = [];
  for (const row of facts.select('streamSides', 'endPacket', ANY)) {
    const stream = row >>> 1;
    const packet = streamSides.endPacket(row);
    const other = streamSides.endPacket(row ^ 1);
    // The second one only confirms the first.
    if (other !== 0 && (other < packet || (other === packet && (row & 1) === 1))) continue;
    const exchange = streams.exchange(stream);
    const reset: StreamReset = { side: row & 1 ? 1 : 0, packet, code: streamSides.endCode(row) };
    // A WebSocket ends with its Close frames; that its stream is let go of, before or after, is how a tunnel ends.
    const isTunnel = streams.kind(stream) === StreamKind.WEBSOCKET;
    if (isTunnel && (streamSides.closePacket(row) !== 0 || isRoutine(reset))) continue;
    if (isMeant(facts, exchange, reset, streams.promisedBy(stream) !== 0)) {
      found.push({ flow: exchanges.flow(exchange), exchange, packet });
    }
  }
  KNOWN.set(facts, found);
  return found;
}

function isRoutine({ code }: StreamReset): boolean {
  return code === Http2Error.NO_ERROR || code === Http2Error.CANCEL;
}

function isMeant(facts: Facts, exchange: number, reset: StreamReset, isPushed: boolean): boolean {
  const { messages } = facts.tables;
  const isAnswered = messages.state(exchange * 2 + 1) === MessageState.COMPLETE;
  // A server that has answered needs no more of the request (RFC 9113 section 8.1); a client may let go of what it has.
  if (isAnswered) return !isRoutine(reset) && reset.side === 0;
  // A client that does not want what is pushed says so like this.
  if (isPushed && reset.side === 0) return !isRoutine(reset) && reset.code !== Http2Error.REFUSED_STREAM;
  return reset.side === 1 || reset.code !== Http2Error.NO_ERROR;
}

function resetOf(facts: Facts, ended: Ended): StreamReset | undefined {
  return streamFacts(facts.core, ended.exchange)?.resets[0];
}

function endOf(facts: Facts, ended: Ended): Close | undefined {
  const reset = resetOf(facts, ended);
  if (reset === undefined) return undefined;
  const client = facts.clientOf(ended.flow);
  const side = reset.side === 0 ? client : client === 0 ? 1 : 0;
  return { side, how: 'RST_STREAM', packet: reset.packet, time: facts.time(reset.packet) };
}

/** Whether the client gave up when the time was over that its request had named. */
function isDeadline(facts: Facts, { exchange }: Ended, reset: StreamReset | undefined): boolean {
  if (reset?.side !== 0 || reset.code !== Http2Error.CANCEL) return false;
  const { messages } = facts.tables;
  const deadline = deadlineOf(facts.lines(messages.section(exchange * 2)));
  const waited = facts.time(reset.packet) - messages.start(exchange * 2);
  return deadline !== undefined && waited >= deadline.time * THRESHOLDS.DEADLINE_SHARE;
}

/** `1,200 octets of content` of an answer that had begun; `no answer` where it had not. */
function soFar({ exchange }: EndedInstance): string {
  const { response } = exchange;
  if (response === undefined) return 'no answer';
  return `${response.startLine.replace(/^HTTP\/2 /, '')} and ${formatAmount(response.bodyOctets, 'octet')} of content`;
}

function tellReset(instance: EndedInstance, reset: StreamReset): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const [sender, receiver] =
    reset.side === 0
      ? [participants.client, participants.server]
      : [participants.server, participants.client];
  const name = http2ErrorName(reset.code);
  const words = http2ErrorWords(reset.code);
  const after = close.time - (exchange.request?.start ?? close.time);
  const isRefused = reset.code === Http2Error.REFUSED_STREAM;
  const isRetried = isRefused && wasSentAgain(facts, exchange);
  return {
    title: isRefused
      ? `${capitalize(sender.noun)} refused a stream: REFUSED_STREAM`
      : `${capitalize(sender.noun)} reset the stream with ${name}${exchange.response === undefined ? '' : ' in the middle of the answer'}`,
    lead: prose(
      `${capitalize(participants.client.noun)} sent `,
      code(exchange.request?.startLine ?? `stream ${exchange.stream?.identifier ?? '?'}`),
      ` on stream ${formatCount(exchange.stream?.identifier ?? 0)} and got ${soFar(instance)}; ${formatDuration(after)} after the begin of the request ${sender.noun} `,
      { strong: `sent RST_STREAM ${name}` },
      `, that is, ${words.means}.`,
      isRetried ? ` ${capitalize(receiver.noun)} sent the request again, and it was answered.` : undefined,
    ),
    whyItMatters: isRefused
      ? prose(
          'Only the stream ends, the connection and its other streams go on. A stream that is refused was not processed: even a POST may be sent again without harm. A client that does not do so shows the failure to its caller.',
        )
      : prose(
          'Only the stream ends, the connection and its other streams go on. Whether the request was carried out is unknown, so that a proxy may repeat only what may be repeated.',
        ),
    whatToChange: words.whatToChange(sender.noun, receiver.noun),
    logWords: words.logWords,
    sources: ['RFC 9113 section 6.4', isRefused ? 'RFC 9113 section 8.7' : 'RFC 9113 section 7'],
    closeLabel: `RST_STREAM ${name}`,
    tail: [`… ${soFar(instance)}, then RST_STREAM ${name} of ${sender.noun}`],
    rests: `The RST_STREAM was captured with its error code; why ${sender.noun} sent it is not in the packets.`,
  };
}

function tellDeadline(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const deadline = deadlineOf(facts.lines(exchange.request?.section ?? 0));
  const limit = formatDuration(deadline?.time ?? NaN);
  const waited = formatDuration(close.time - (exchange.request?.start ?? close.time));
  return {
    title: `${capitalize(client.noun)} gave up when its deadline of ${limit} was over: CANCEL`,
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(exchange.request?.startLine ?? ''),
      ' with ',
      code(`${deadline?.field ?? ''}: ${deadline?.value ?? ''}`),
      `; ${waited} later it had ${soFar(instance)}, and `,
      { strong: 'cancelled the stream' },
      '. Its caller sees DEADLINE_EXCEEDED or a timeout.',
    ),
    whyItMatters: prose(
      `The client's own clock ended this call: ${server.noun} was slower than the deadline allows, or the deadline is too short for what is asked. A deadline is handed on from call to call, and what earlier calls used of it is missing here.`,
    ),
    whatToChange: [
      prose(
        `Look in the log of ${server.noun} for what took longer than ${limit}: a slow query, a lock, a queue in front of it.`,
      ),
      prose(
        `If the work needs that long: raise the deadline in ${client.noun} (gRPC `,
        { code: 'withDeadlineAfter' },
        ', ',
        { code: 'context.WithTimeout' },
        '; Istio ',
        { code: 'VirtualService' },
        ' ',
        { code: 'timeout' },
        ').',
      ),
      prose(
        `Let ${server.noun} stop working when the call is cancelled: nobody waits for the answer any more.`,
      ),
    ],
    logWords: [
      'grpc-go: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'grpc-java: DEADLINE_EXCEEDED: deadline exceeded after 0.29s',
      'grpc-js: 4 DEADLINE_EXCEEDED: Deadline exceeded after 0.3s',
      'The server: CANCELLED; context canceled',
      'Envoy: UT response_timeout; DR http2.remote_reset',
    ],
    sources: ['gRPC over HTTP/2, “Requests” (grpc-timeout)', 'RFC 9113 section 7'],
    quotesRequest: true,
    ...(deadline === undefined ? {} : { remark: { name: deadline.field, text: `${limit} to live` } }),
    closeLabel: `RST_STREAM CANCEL after ${waited}`,
    tail: [`… ${soFar(instance)}; RST_STREAM CANCEL after ${waited}`],
    rests: 'The deadline and the RST_STREAM were both captured, and the time between them was measured.',
  };
}

function tellCancel(instance: EndedInstance): EndedWords {
  const { exchange, close, participants } = instance;
  const { client, server } = participants;
  const after = formatDuration(close.time - (exchange.request?.start ?? close.time));
  const isGrpc = exchange.stream?.kind === StreamKind.GRPC;
  return {
    title: `${capitalize(client.noun)} cancelled streams before they were complete`,
    lead: prose(
      `${capitalize(client.noun)} sent `,
      code(exchange.request?.startLine ?? ''),
      `, got ${soFar(instance)}, and sent RST_STREAM CANCEL ${after} after the begin of its request.`,
    ),
    whyItMatters: prose(
      `CANCEL says that the answer is not wanted any more: a caller that left, a stream that is watched until it is closed, or a timeout of ${client.noun} that is not written into the request.`,
    ),
    whatToChange: [
      prose(
        `Nothing, if it was meant. Else compare ${after} with the timeouts of ${client.noun} and of its callers.`,
      ),
    ],
    logWords: [
      isGrpc ? 'grpc: CANCELLED; context canceled' : 'Envoy: DR http2.remote_reset',
      `${capitalize(server.noun)}: stream closed; client cancelled`,
    ],
    sources: ['RFC 9113 section 7'],
    closeLabel: 'RST_STREAM CANCEL',
    tail: [`… ${soFar(instance)}, then RST_STREAM CANCEL of ${client.noun}`],
    rests: `The RST_STREAM was captured; why ${client.noun} gave up is not in the packets.`,
  };
}
