import type { Prose } from '../../src/model/finding.ts';
import { Impact, type ImpactLevel } from './rule.ts';
import { prose } from './words.ts';

/** What a gRPC status usually means, and what is to be changed. */
export interface GrpcAdvice {
  /** After "that is, ". */
  readonly means: string;
  readonly impact: ImpactLevel;
  readonly whatToChange: (server: string, client: string) => readonly Prose[];
}

const inLog = (server: string): Prose =>
  prose(`Look in the log of ${server} at that time, by the method and the message.`);

const UNKNOWN: GrpcAdvice = {
  means: 'a code that gRPC does not know',
  impact: Impact.BROKE,
  whatToChange: (server) => [inLog(server)],
};

/** By status; see "Status codes and their use in gRPC". */
const ADVICE: Readonly<Record<number, GrpcAdvice>> = {
  1: {
    means: 'the call was cancelled, most often by its caller',
    impact: Impact.CAN_BREAK,
    whatToChange: (server, client) => [
      prose(
        `Look who cancelled: ${client} (a deadline, a caller that left), or ${server} for a call of its own whose deadline was over and was handed on.`,
      ),
    ],
  },
  2: {
    means: 'an error without a code: an exception that nobody turned into a status',
    impact: Impact.BROKE,
    whatToChange: (server) => [
      inLog(server),
      prose(
        `In ${server}: catch what is thrown and answer with a status that says what it is; UNKNOWN cannot be acted upon.`,
      ),
    ],
  },
  3: {
    means: 'the request is wrong whatever the state of the system is',
    impact: Impact.CAN_BREAK,
    whatToChange: (server, client) => [
      prose(`In ${client}: correct the request by the message; sending it again will not help.`),
      prose(`Compare the .proto files of ${client} and ${server}: a field that moved reads as another.`),
    ],
  },
  4: {
    means: 'the deadline was over before the call was done',
    impact: Impact.BROKE,
    whatToChange: (server, client) => [
      prose(
        `Look in the log of ${server} for what was slow; a call that it makes itself may have run out of the same deadline.`,
      ),
      prose(
        `If the work needs that long: raise the deadline in ${client} (`,
        { code: 'grpc-timeout' },
        ' says what it was).',
      ),
    ],
  },
  5: {
    means: 'what was asked for does not exist; HTTP would say 404',
    impact: Impact.ODD,
    whatToChange: (_, client) => [prose(`Nothing, if ${client} may ask for what does not exist.`)],
  },
  6: {
    means: 'what was to be made is there already',
    impact: Impact.ODD,
    whatToChange: (_, client) => [
      prose(`Nothing, if ${client} counts on it. After a retry it says that the first try had worked.`),
    ],
  },
  7: {
    means: 'the caller is known, and may not do this',
    impact: Impact.CAN_BREAK,
    whatToChange: (server) => [
      prose(
        `In a mesh: look at the AuthorizationPolicy of ${server} (Envoy says RBAC: access denied). Else at the rights of the account in the log of ${server}.`,
      ),
    ],
  },
  8: {
    means: 'a quota, a limit or a memory is used up',
    impact: Impact.BROKE,
    whatToChange: (server, client) => [
      prose(
        'If the message says that a message is too large: raise the limit of who received it (grpc-go ',
        { code: 'MaxCallRecvMsgSize' },
        ', grpc-java ',
        { code: 'maxInboundMessageSize' },
        ', 4 MiB unless set), or send it in parts.',
      ),
      prose(
        `Else ${server} is at a limit: let ${client} wait longer each time before it tries again, or raise the limit.`,
      ),
    ],
  },
  9: {
    means: 'the system is not in the state that the request needs',
    impact: Impact.CAN_BREAK,
    whatToChange: (_, client) => [
      prose(`In ${client}: bring about what the message names first; sending it again will not help.`),
    ],
  },
  10: {
    means: 'it collided with another call (a transaction, a version)',
    impact: Impact.CAN_BREAK,
    whatToChange: (_, client) => [prose(`In ${client}: read anew and try the whole sequence again.`)],
  },
  11: {
    means: 'it reads or writes past the end of what there is',
    impact: Impact.CAN_BREAK,
    whatToChange: (_, client) => [prose(`In ${client}: stop at the end that the message names.`)],
  },
  12: {
    means: 'the method does not exist there',
    impact: Impact.BROKE,
    whatToChange: (server, client) => [
      prose(
        `Compare the path of the call with the services that ${server} registers: another package or version of the .proto, a service that was not added, or a server for something else at that address.`,
      ),
      prose(`If a rollout runs: ${server} is older than ${client}.`),
    ],
  },
  13: {
    means: 'something that must never happen did',
    impact: Impact.BROKE,
    whatToChange: (server) => [
      inLog(server),
      prose(
        'Where a library says it (“Received RST_STREAM”, “Bad compressed data”): look at the proxies in between, and at what they do to HTTP/2 and trailers.',
      ),
    ],
  },
  14: {
    means: 'the service cannot be reached now; the call may be tried again',
    impact: Impact.BROKE,
    whatToChange: (server, client) => [
      prose(
        `Look whether ${server} was ready at that time: endpoints, readiness, a rollout, its connection to what is behind it.`,
      ),
      prose(
        `Let ${client} retry (gRPC service config `,
        { code: 'retryPolicy' },
        ' with ',
        { code: 'retryableStatusCodes: [UNAVAILABLE]' },
        ', Istio ',
        { code: 'retries.retryOn: unavailable' },
        ').',
      ),
    ],
  },
  15: {
    means: 'data is lost or damaged, and cannot be had again',
    impact: Impact.BROKE,
    whatToChange: (server) => [inLog(server)],
  },
  16: {
    means: 'the caller is not known: no token, or one that is not valid',
    impact: Impact.CAN_BREAK,
    whatToChange: (_, client) => [
      prose(
        `In ${client}: send valid credentials (`,
        { code: 'authorization' },
        '), and look when the token ran out. In a mesh: the RequestAuthentication.',
      ),
    ],
  },
};

/** What is to be said of a status. */
export function grpcAdvice(status: number): GrpcAdvice {
  return ADVICE[status] ?? UNKNOWN;
}

/** The status that a client of gRPC makes of an HTTP answer without grpc-status ("HTTP to gRPC Status Code Mapping"). */
export function statusOfHttp(status: number): number {
  switch (status) {
    case 400:
      return 13;
    case 401:
      return 16;
    case 403:
      return 7;
    case 404:
      return 12;
    case 429:
    case 502:
    case 503:
    case 504:
      return 14;
    default:
      return 2;
  }
}
