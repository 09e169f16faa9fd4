import { MessageMark, MessageState } from '../../../src/model/exchange.ts';
import { formatDuration } from '../../../src/model/format.ts';
import { GRPC_STATUS_ABSENT, StreamKind, StreamMark } from '../../../src/model/stream.ts';
import { fieldOf } from '../../field-lines.ts';
import { grpcStatusName, grpcStatusWords } from '../../http2-words.ts';
import { deadlineOf } from '../deadline.ts';
import { type EndedInstance, endedExchangeRule, type EndedWords } from '../ended-exchange.ts';
import type { Ended } from '../endings.ts';
import { ANY, type Close, type Facts } from '../facts.ts';
import { grpcAdvice, statusOfHttp } from '../grpc-advice.ts';
import { noStreams } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

/** A gRPC call whose status is not OK while HTTP says 200, or that was answered by something that does not speak gRPC. */
export const grpcStatus = endedExchangeRule({
  id: 'grpc-status',
  looksFor: 'a gRPC call that failed although HTTP says 200',
  foldedTitle: 'gRPC calls that failed with it',
  unseen: noStreams,
  candidates,
  endOf,
  sparesFlow: true,
  kind: (facts, { exchange }) => {
    const { exchanges } = facts.tables;
    const status = statusOf(facts, exchange);
    // What a server is not able to do concerns all its methods; what a method says is its own.
    const isOwn = !SERVER_WIDE.has(status);
    return `${status}-${sentStatus(facts, exchange) === undefined ? exchanges.status(exchange) : ''}-${isOwn ? exchanges.target(exchange) : ''}`;
  },
  quotes: 'trailers',
  least: ({ facts, exchange }) => grpcAdvice(statusOf(facts, exchange.row)).impact,
  tell: (instance) =>
    instance.exchange.stream?.grpcStatus === undefined ? tellHttp(instance) : tellStatus(instance),
});

/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE, UNAUTHENTICATED. */
const SERVER_WIDE: ReadonlySet<number> = new Set([1, 4, 8, 14, 16]);

const KNOWN = new WeakMap<Facts, readonly Ended[]>();

function candidates(facts: Facts): readonly Ended[] {
  const known = KNOWN.get(facts);
  if (known !== undefined) return known;
  const { streams, exchanges, messages } = facts.tables;
  const found: Ended[] = [];
  for (const row of facts.select('streams', 'grpcStatus', ANY)) {
    const kind = streams.kind(row);
    if (kind !== StreamKind.GRPC && kind !== StreamKind.GRPC_WEB) continue;
    const exchange = streams.exchange(row);
    if (streams.grpcStatus(row) === GRPC_STATUS_ABSENT && !isForeign(facts, exchange)) continue;
    const packet = messages.lastPacket(exchange * 2 + 1);
    if (packet !== 0) found.push({ flow: exchanges.flow(exchange), exchange, packet });
  }
  KNOWN.set(facts, found);
  return found;
}

/** Whether the call got a whole answer of HTTP that is none of gRPC. */
function isForeign(facts: Facts, exchange: number): boolean {
  const { exchanges, messages } = facts.tables;
  const response = exchange * 2 + 1;
  const isWhole = messages.state(response) === MessageState.COMPLETE;
  const isBlind = (messages.marks(response) & (MessageMark.UNKNOWN_FIELDS | MessageMark.GAP)) !== 0;
  return isWhole && !isBlind && exchanges.status(exchange) >= 300;
}

function sentStatus(facts: Facts, exchange: number): number | undefined {
  const { exchanges, streams } = facts.tables;
  const status = streams.grpcStatus(exchanges.stream(exchange) - 1);
  return status === GRPC_STATUS_ABSENT ? undefined : status;
}

/** The status that was sent, or that the client makes of the answer. */
function statusOf(facts: Facts, exchange: number): number {
  return sentStatus(facts, exchange) ?? statusOfHttp(facts.tables.exchanges.status(exchange));
}

function endOf(facts: Facts, ended: Ended): Close | undefined {
  const client = facts.clientOf(ended.flow);
  const side = client === 0 ? 1 : 0;
  return { side, how: 'grpc-status', packet: ended.packet, time: facts.time(ended.packet) };
}

/** `helloworld.Greeter/SayHello`. */
function methodOf(target: string): string {
  return target.replace(/^\//, '');
}

/** What proxies write where they answer for the service. */
const PROXY_MESSAGES =
  /upstream connect error|no healthy upstream|upstream request timeout|reset reason|remote_reset|RBAC: access denied|overflow/i;

function tellStatus(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const status = exchange.stream?.grpcStatus ?? 0;
  const message = exchange.stream?.grpcMessage ?? '';
  const name = grpcStatusName(status);
  const advice = grpcAdvice(status);
  const isAlone = ((exchange.stream?.marks ?? 0) & StreamMark.TRAILERS_ONLY) !== 0;
  const after = close.time - (exchange.request?.start ?? close.time);
  const byProxy = wroteProxy(instance);
  const who = byProxy ? 'a proxy' : server.noun;
  const deadline = deadlineOf(facts.lines(exchange.request?.section ?? 0));
  const isLate = (status === 1 || status === 4) && deadline !== undefined && after >= deadline.time * 0.9;
  return {
    title: isLate
      ? `The deadline of ${formatDuration(deadline.time)} for ${methodOf(exchange.target)} was over: gRPC status ${grpcStatusWords(status)}`
      : `${capitalize(who)} answered ${methodOf(exchange.target)} with gRPC status ${grpcStatusWords(status)}`,
    lead: prose(
      `${capitalize(client.noun)} called `,
      code(methodOf(exchange.target)),
      `; ${formatDuration(after)} later it got HTTP ${exchange.status} and `,
      { strong: `grpc-status ${grpcStatusWords(status)}` },
      message === '' ? ' without a message' : prose(': ', code(message)),
      isAlone ? ', in the only header section: no message came before it' : '',
      isLate ? '.' : `. That is, ${advice.means}.`,
      isLate
        ? prose(
            ` Its deadline of ${formatDuration(deadline.time)} (`,
            code(`${deadline.field}: ${deadline.value}`),
            ') was over.',
          )
        : undefined,
      byProxy ? ' The message is one of Envoy’s: the service itself did not answer.' : undefined,
    ),
    whyItMatters: prose(
      'gRPC puts its status behind the content, so that HTTP says 200 all the same: access logs and dashboards that count HTTP codes do not see the failure.',
    ),
    whatToChange: [
      ...(byProxy
        ? [
            prose(
              'Look at the upstream connections of the proxy in this capture at that time, and in its access log for the response flags (',
              { code: 'UF' },
              ', ',
              { code: 'UH' },
              ', ',
              { code: 'UC' },
              ').',
            ),
          ]
        : []),
      ...advice.whatToChange(byProxy ? 'the service' : server.noun, client.noun),
    ],
    logWords: [
      `grpc-go: rpc error: code = ${camel(name)} desc = ${message.slice(0, 80) || '…'}`,
      `grpc-java: io.grpc.StatusRuntimeException: ${name}${message === '' ? '' : `: ${message.slice(0, 80)}`}`,
      `grpc-js: Error: ${status} ${name}: ${message.slice(0, 80)}`,
      `Envoy: 200 in the access log; %GRPC_STATUS% says ${camel(name)}`,
    ],
    sources: ['gRPC over HTTP/2, “Responses”', 'gRPC, “Status codes and their use in gRPC”'],
    remark: { name: 'grpc-status', text: name },
    closeLabel: `grpc-status ${grpcStatusWords(status)}`,
    tail: [],
    rests: `The status was captured in ${isAlone ? 'the header section' : 'the trailers'} of the answer.`,
  };
}

/** The status came from a proxy: by its message, or since only an Envoy that made it up sends no upstream time. */
function wroteProxy({ facts, exchange }: EndedInstance): boolean {
  if (PROXY_MESSAGES.test(exchange.stream?.grpcMessage ?? '')) return true;
  const lines = facts.lines(exchange.response?.section ?? 0);
  const server = fieldOf(lines, 'server')?.toLowerCase();
  const isEnvoy = server === 'envoy' || server === 'istio-envoy';
  return (
    isEnvoy &&
    exchange.stream?.grpcStatus === 14 &&
    fieldOf(lines, 'x-envoy-upstream-service-time') === undefined
  );
}

function tellHttp(instance: EndedInstance): EndedWords {
  const { facts, exchange, close, participants } = instance;
  const { client, server } = participants;
  const status = statusOfHttp(exchange.status);
  const name = grpcStatusName(status);
  const type = facts.field(exchange.response?.section ?? 0, 'content-type');
  const after = close.time - (exchange.request?.start ?? close.time);
  return {
    title: `A gRPC call was answered with HTTP ${exchange.status} and no gRPC status`,
    lead: prose(
      `${capitalize(client.noun)} called `,
      code(methodOf(exchange.target)),
      `; ${formatDuration(after)} later it got `,
      { strong: `HTTP ${exchange.status}` },
      type === undefined ? '' : prose(' with ', code(`content-type: ${type}`)),
      `, and no grpc-status. Who answered does not speak gRPC; the client makes ${name} of it.`,
    ),
    whyItMatters: prose(
      `Something in front of the service answered in its place: a proxy whose upstream failed, a login page, a server for something else. What the client reports (${name}) is only a translation of the HTTP status.`,
    ),
    whatToChange: [
      prose(
        `Look in the log of ${server.noun} why it answered ${exchange.status} itself, and at its connections to the service in this capture.`,
      ),
      prose(
        'Let the proxy speak gRPC: nginx ',
        { code: 'grpc_pass' },
        ' with ',
        { code: 'error_page 502 = /error502grpc' },
        ', Envoy answers gRPC by itself.',
      ),
      ...(status === 12
        ? [
            prose(
              'HTTP 404 is a path that nobody serves: compare package and service in the .proto with the route.',
            ),
          ]
        : []),
    ],
    logWords: [
      `grpc-go: rpc error: code = ${camel(name)} desc = unexpected HTTP status code received from server: ${exchange.status}`,
      `grpc-java: ${name}: HTTP status code ${exchange.status}, invalid content-type: ${type ?? 'null'}`,
      `grpc-js: ${status} ${name}: Received HTTP status code ${exchange.status}`,
    ],
    sources: ['gRPC, “HTTP to gRPC Status Code Mapping”'],
    closeLabel: `HTTP ${exchange.status}, no grpc-status`,
    tail: ['… no grpc-status, neither in the header section nor in trailers'],
    rests: 'The answer was captured to its end; no field of it is missing.',
  };
}

/** `DeadlineExceeded`: a status as Go writes it. */
function camel(name: string): string {
  if (name === 'CANCELLED') return 'Canceled';
  return name
    .toLowerCase()
    .split('_')
    .map((word) => capitalize(word))
    .join('');
}
