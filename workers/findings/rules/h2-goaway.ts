import { MessageState } from '../../../src/model/exchange.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { Http2Error } from '../../../src/model/http2-registries.ts';
import { FrameType } from '../../../src/model/stream.ts';
import type { ExchangeRow } from '../../../src/model/units.ts';
import { ACK, type ControlFrame, controlFrame, framesOfFlow, framesOfType } from '../../control-frames.ts';
import { http2ErrorName, streamFacts } from '../../http2-words.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import type { Ended } from '../endings.ts';
import type { Close, Facts } from '../facts.ts';
import { lastExchanges } from '../flow-exchanges.ts';
import { http2ErrorWords } from '../http2-errors.ts';
import { wasSentAgain } from '../sent-again.ts';
import { noStreams } from '../unseen.ts';
import { Impact } from '../rule.ts';
import { capitalize, code, prose } from '../words.ts';

/** GOAWAY that ended a connection with an error, or left streams unprocessed (RFC 9113 section 6.8). */
export const h2GoAway = endedExchangeRule({
  id: 'h2-goaway',
  looksFor: 'an HTTP/2 connection that is ended with GOAWAY',
  foldedTitle: 'HTTP/2 connections ended with GOAWAY',
  unseen: noStreams,
  candidates,
  endOf,
  kind: (facts, ended) => {
    const frame = frameOf(facts, ended);
    return `${frame?.value ?? 0}-${frame?.side ?? 0}`;
  },
  least: ({ facts, exchange, close }) => {
    const frame = frameOf(facts, { flow: exchange.flow, exchange: exchange.row, packet: close.packet });
    const isBroken = exchange.response?.state !== MessageState.COMPLETE;
    // Some clients say so when they are closed by their program (Node's session.destroy), with nothing left to do.
    const isGoodbye = close.side === exchange.client && GOODBYES.has(frame?.value ?? 0);
    if (frame?.value !== Http2Error.NO_ERROR) {
      return isBroken ? Impact.BROKE : isGoodbye ? Impact.ODD : Impact.CAN_BREAK;
    }
    // A graceful end that left a stream out is a routine, where the client sent it again.
    return wasSentAgain(facts, exchange) ? Impact.ODD : Impact.BROKE;
  },
  tell,
});

const GOODBYES: ReadonlySet<number> = new Set([Http2Error.INTERNAL_ERROR, Http2Error.CANCEL]);

const KNOWN = new WeakMap<Facts, readonly Ended[]>();

/** Of each connection with a GOAWAY that matters, the exchanges that it broke; its last one where it broke none. */
function candidates(facts: Facts): readonly Ended[] {
  const known = KNOWN.get(facts);
  if (known !== undefined) return known;
  const found: Ended[] = [];
  const seen = new Set<number>();
  for (const row of framesOfType(facts.core, FrameType.GOAWAY)) {
    const frame = controlFrame(facts.core, row);
    if (seen.has(frame.flow)) continue;
    const meant = brokenBy(facts, frame);
    const last = facts.tables.flows.lastExchange(frame.flow);
    if (meant.length === 0 && frame.value !== Http2Error.NO_ERROR && last !== 0) meant.push(last - 1);
    if (meant.length === 0) continue;
    seen.add(frame.flow);
    for (const exchange of meant) found.push({ flow: frame.flow, exchange, packet: frame.packet });
  }
  KNOWN.set(facts, found);
  return found;
}

/** Exchanges of the connection that a GOAWAY left without a whole answer. */
function brokenBy(facts: Facts, frame: ControlFrame): ExchangeRow[] {
  const { messages } = facts.tables;
  if ((facts.marks(frame.flow) & FlowMark.UNANSWERED) === 0) return [];
  const isServer = frame.side !== facts.clientOf(frame.flow);
  const found: ExchangeRow[] = [];
  for (const row of lastExchanges(facts, frame.flow)) {
    if (messages.state(row * 2) === MessageState.ABSENT) continue;
    const state = messages.state(row * 2 + 1);
    if (state === MessageState.COMPLETE || state === MessageState.IN_BODY) continue;
    const stream = streamFacts(facts.core, row);
    // A stream with a RST_STREAM of its own is that rule's.
    if (stream === undefined || stream.resets.length > 0 || stream.promisedBy !== undefined) continue;
    const isLeftOut = isServer && stream.identifier > frame.lastStream;
    const isCut = frame.value !== Http2Error.NO_ERROR && facts.closes(frame.flow).length > 0;
    if (isLeftOut || isCut) found.push(row);
  }
  return found.reverse();
}

function frameOf(facts: Facts, ended: Ended): ControlFrame | undefined {
  return facts.goAways(ended.flow).find(({ packet }) => packet === ended.packet);
}

function endOf(facts: Facts, ended: Ended): Close | undefined {
  const frame = frameOf(facts, ended);
  if (frame === undefined) return undefined;
  return { side: frame.side, how: 'GOAWAY', packet: frame.packet, time: facts.time(frame.packet) };
}

function tell(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const frame = frameOf(facts, { flow: exchange.flow, exchange: exchange.row, packet: close.packet });
  const isServer = close.side !== exchange.client;
  const { client, server } = participants;
  const [sender, receiver] = isServer ? [server, client] : [client, server];
  const errorCode = frame?.value ?? 0;
  const name = http2ErrorName(errorCode);
  const words = http2ErrorWords(errorCode);
  const debug = frame === undefined ? '' : facts.core.text(frame.text);
  const last = formatCount(frame?.lastStream ?? 0);
  const identifier = exchange.stream?.identifier ?? 0;
  const isBroken = exchange.response?.state !== MessageState.COMPLETE;
  const isLeftOut = isServer && isBroken && identifier > (frame?.lastStream ?? 0);
  const isGraceful = errorCode === Http2Error.NO_ERROR;
  const apart = close.time - (exchange.request?.start ?? close.time);
  const fate = !isBroken
    ? 'No request was open on it.'
    : isLeftOut
      ? `Stream ${formatCount(identifier)} is above the last stream that it names, ${last}: it was not processed, and may be sent again.`
      : `Stream ${formatCount(identifier)} was open and ended without a whole answer; whether it was processed is unknown.`;
  return {
    title: isGraceful
      ? `${capitalize(sender.noun)} ended the connection with GOAWAY just as ${client.noun} sent a request`
      : `${capitalize(sender.noun)} ended the connection with GOAWAY ${name}${debug === '' ? '' : ` (${debug.slice(0, 60)})`}`,
    lead: prose(
      `${capitalize(sender.noun)} sent `,
      { strong: `GOAWAY ${name}` },
      debug === '' ? undefined : prose(' with the debug data ', code(debug)),
      isGraceful ? ', which is how a connection is ended gracefully. ' : `, that is, ${words.means}. `,
      isBroken
        ? prose(
            code(exchange.request?.startLine ?? ''),
            ` was sent ${formatDuration(Math.abs(apart))} ${apart >= 0 ? 'before' : 'after'} that. `,
          )
        : undefined,
      fate,
      errorCode === Http2Error.ENHANCE_YOUR_CALM ? pings(facts, frame, receiver.noun) : undefined,
    ),
    whyItMatters: isGraceful
      ? prose(
          'The last stream that GOAWAY names tells which requests were looked at; those above it were not, and a client may send them again without harm. One that does not shows the failure to its caller.',
        )
      : prose(
          'GOAWAY with an error ends the whole connection: every stream that is open on it is lost, and the caller sees many failures at once.',
        ),
    whatToChange: isGraceful
      ? [
          prose(
            `In ${client.noun}: send requests above the last stream again on a new connection; most libraries do. Istio `,
            { code: 'VirtualService' },
            ' ',
            { code: 'retries.retryOn: reset,refused-stream' },
            '.',
          ),
          prose(
            `In ${server.noun}: send GOAWAY twice, the first with the last stream 2^31-1, and close only when the streams are over (grpc-go `,
            { code: 'GracefulStop' },
            ', Envoy ',
            { code: 'drain_timeout' },
            '). Look at its limit of age or of requests (',
            { code: 'MAX_CONNECTION_AGE' },
            ', nginx ',
            { code: 'keepalive_requests' },
            ').',
          ),
        ]
      : words.whatToChange(sender.noun, receiver.noun),
    logWords: isGraceful
      ? [
          'grpc-java: UNAVAILABLE: Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR, debug data: max_age',
          'grpc-go: rpc error: code = Unavailable desc = closing transport due to: connection error: … received prior goaway: code: NO_ERROR',
          'Envoy: UC upstream_reset_before_response_started{connection_termination}',
          'nginx: upstream sent GOAWAY',
        ]
      : [...words.logWords, `grpc-go: received prior goaway: code: ${name}`],
    sources: ['RFC 9113 section 6.8', 'RFC 9113 section 7'],
    quotesRequest: true,
    closeLabel: `GOAWAY ${name}, last stream ${last}`,
    tail: [
      `… ${isBroken ? 'no whole answer' : 'answered'}; GOAWAY ${name}, last stream ${last}${debug === '' ? '' : `, “${debug.slice(0, 80)}”`}`,
    ],
    rests: `The GOAWAY was captured with its error code, its last stream and ${formatAmount(debug.length, 'octet')} of debug data.`,
  };
}

/** How many PINGs had come before the GOAWAY, and how far apart; undefined where there were none. */
function pings(facts: Facts, goAway: ControlFrame | undefined, asker: string): string | undefined {
  if (goAway === undefined) return undefined;
  const { controlFrames } = facts.tables;
  const packets = framesOfFlow(facts.core, goAway.flow)
    .filter((row) => controlFrames.type(row) === FrameType.PING && (controlFrames.flags(row) & ACK) === 0)
    .filter((row) => controlFrames.side(row) !== goAway.side && controlFrames.packet(row) <= goAway.packet)
    .map((row) => controlFrames.packet(row));
  const [first, last] = [packets[0], packets.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const apart = (facts.time(last) - facts.time(first)) / (packets.length - 1);
  const rate = packets.length > 1 ? `, one every ${formatDuration(apart)}` : '';
  return ` Before it ${asker} had sent ${formatAmount(packets.length, 'PING')}${rate}.`;
}
