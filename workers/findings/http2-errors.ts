import type { Prose } from '../../src/model/finding.ts';
import { prose } from './words.ts';

/** What an error code of RST_STREAM or GOAWAY (RFC 9113 section 7) says, and what is usually to be changed. */
export interface Http2ErrorWords {
  /** After "that is, ". */
  readonly means: string;
  readonly whatToChange: (sender: string, receiver: string) => readonly Prose[];
  readonly logWords: readonly string[];
}

const UNKNOWN: Http2ErrorWords = {
  means: 'an error code that RFC 9113 does not know',
  whatToChange: (sender) => [prose(`Look in the log of ${sender} at that time: the code is its own.`)],
  logWords: [],
};

const WORDS: Readonly<Record<number, Http2ErrorWords>> = {
  0: {
    means: 'no error: it ended the stream, and says of no fault',
    whatToChange: (sender) => [
      prose(
        `Look in the log of ${sender} at that time: it ended the stream on purpose, before its answer was whole.`,
      ),
    ],
    logWords: [],
  },
  1: {
    means: 'the other side broke the protocol',
    whatToChange: (sender, receiver) => [
      prose(
        `Look at what ${receiver} sent last before it: a field that HTTP/2 forbids, a frame in the wrong state, a content length that is not kept.`,
      ),
      prose(
        `Turn up the log of HTTP/2 in ${sender} (Envoy `,
        { code: '--component-log-level http2:debug' },
        '): it names the rule that was broken.',
      ),
    ],
    logWords: [
      'Envoy: UPE upstream_reset_before_response_started{protocol_error}',
      'Envoy to the caller: upstream connect error or disconnect/reset before headers. reset reason: protocol error',
      'grpc-go: stream terminated by RST_STREAM with error code: PROTOCOL_ERROR',
      'Node: ERR_HTTP2_STREAM_ERROR: Stream closed with error code NGHTTP2_PROTOCOL_ERROR',
      'curl: (92) HTTP/2 stream was not closed cleanly: PROTOCOL_ERROR (err 1)',
    ],
  },
  2: {
    means: 'something failed inside it',
    whatToChange: (sender) => [
      prose(
        `Look in the log of ${sender} at that time: a handler that panicked or threw after it had begun, an upstream of its own that failed, a worker that was killed.`,
      ),
    ],
    logWords: [
      'Envoy: UR upstream_reset_before_response_started{remote_reset}',
      'grpc-go: stream terminated by RST_STREAM with error code: INTERNAL_ERROR',
      'grpc-java: INTERNAL: RST_STREAM closed stream. HTTP/2 error code: INTERNAL_ERROR',
      'Go net/http: stream error: stream ID 5; INTERNAL_ERROR; received from peer',
      'Node: ERR_HTTP2_STREAM_ERROR: Stream closed with error code NGHTTP2_INTERNAL_ERROR',
      'curl: (92) HTTP/2 stream was not closed cleanly: INTERNAL_ERROR (err 2)',
    ],
  },
  3: {
    means: 'more octets came than the window allowed',
    whatToChange: (sender, receiver) => [
      prose(
        `The flow control of ${receiver} is wrong, or the two disagree about SETTINGS: upgrade ${receiver}, and compare INITIAL_WINDOW_SIZE of both sides.`,
      ),
      prose(`See whether ${sender} changed its window while data was on its way.`),
    ],
    logWords: [
      'grpc: RST_STREAM with error code: FLOW_CONTROL_ERROR',
      'curl: (92) … FLOW_CONTROL_ERROR (err 3)',
    ],
  },
  4: {
    means: 'its SETTINGS were not acknowledged in time',
    whatToChange: (_, receiver) => [prose(`Look whether ${receiver} hung: it did not acknowledge SETTINGS.`)],
    logWords: ['HTTP/2 error code: SETTINGS_TIMEOUT'],
  },
  5: {
    means: 'a frame came on a stream that was closed already',
    whatToChange: (_, receiver) => [
      prose(
        `In ${receiver}: a frame was sent behind the end of the stream; often a race of a cancelled call, else a fault of its HTTP/2.`,
      ),
    ],
    logWords: ['RST_STREAM with error code: STREAM_CLOSED'],
  },
  6: {
    means: 'a frame was larger than it allows, or had a wrong size',
    whatToChange: (_, receiver) => [
      prose(
        `In ${receiver}: keep to MAX_FRAME_SIZE of the other side. What is not HTTP/2 at all (TLS or HTTP/1 on the same port) looks so, too.`,
      ),
    ],
    logWords: ['HTTP/2 error code: FRAME_SIZE_ERROR'],
  },
  7: {
    means: 'it did not look at the request, which may be sent again',
    whatToChange: (sender, receiver) => [
      prose(
        `In ${receiver}: send it again; REFUSED_STREAM says that nothing was processed. Istio `,
        { code: 'VirtualService' },
        ' ',
        { code: 'retries.retryOn: refused-stream' },
        ', gRPC clients do it by themselves once.',
      ),
      prose(
        `Keep below MAX_CONCURRENT_STREAMS of ${sender} (Istio `,
        { code: 'DestinationRule' },
        ' ',
        { code: 'connectionPool.http.http2MaxRequests' },
        `), or raise it in ${sender}. Others refuse streams while they shut down or are overloaded: look at the time of a rollout.`,
      ),
    ],
    logWords: [
      'Envoy: UR upstream_reset_before_response_started{remote_refused_stream_reset}',
      'grpc-java: UNAVAILABLE: RST_STREAM closed stream. HTTP/2 error code: REFUSED_STREAM',
      'grpc-go: rpc error: code = Unavailable desc = stream terminated by RST_STREAM with error code: REFUSED_STREAM',
      'Node: ERR_HTTP2_STREAM_ERROR: Stream closed with error code NGHTTP2_REFUSED_STREAM',
    ],
  },
  8: {
    means: 'the stream is not wanted any more',
    whatToChange: (sender) => [
      prose(`Look in the log of ${sender} at that time: a timeout, a caller that went away, a shutdown.`),
    ],
    logWords: [
      'Envoy: DR http2.remote_reset',
      'grpc-go: rpc error: code = Canceled desc = context canceled',
      'grpc-java: CANCELLED: RST_STREAM closed stream. HTTP/2 error code: CANCEL',
    ],
  },
  9: {
    means: 'it could not keep its HPACK table',
    whatToChange: (_, receiver) => [
      prose(
        `In ${receiver}: its HPACK encoder and the other side disagree. Upgrade it; until then set its header table size to 0.`,
      ),
    ],
    logWords: ['HTTP/2 error code: COMPRESSION_ERROR'],
  },
  10: {
    means: 'the connection behind a CONNECT failed',
    whatToChange: (sender) => [
      prose(`Look what ${sender} tried to reach for the CONNECT: it was reset or refused.`),
    ],
    logWords: ['HTTP/2 error code: CONNECT_ERROR'],
  },
  11: {
    means: 'the other side asks too much of it',
    whatToChange: (sender, receiver) => [
      prose(
        `In ${receiver}: ask less often. With debug data `,
        { code: 'too_many_pings' },
        ' its keep-alive is too eager: raise the time between pings (gRPC ',
        { code: 'keepalive_time' },
        ', five minutes or more unless the server allows less) and do not ping without calls (',
        { code: 'keepalive_permit_without_calls' },
        ').',
      ),
      prose(
        `Or let ${sender} allow it (grpc-go `,
        { code: 'EnforcementPolicy.MinTime' },
        ', grpc-java ',
        { code: 'permitKeepAliveTime' },
        ').',
      ),
    ],
    logWords: [
      'grpc-java: UNAVAILABLE: Connection closed after GOAWAY. HTTP/2 error code: ENHANCE_YOUR_CALM, debug data: too_many_pings',
      'grpc-go: Client received GoAway with error code ENHANCE_YOUR_CALM and debug data equal ASCII "too_many_pings"',
      'grpc C++/Python: Received a GOAWAY with error code ENHANCE_YOUR_CALM and debug data equal to "too_many_pings"',
      'Envoy: http2.inbound_empty_frames_flood; http2.outbound_control_flood',
    ],
  },
  12: {
    means: 'the TLS under it is not good enough',
    whatToChange: (_, receiver) => [
      prose(`In ${receiver}: TLS 1.2 or later with a cipher suite that RFC 9113 appendix A does not list.`),
    ],
    logWords: ['HTTP/2 error code: INADEQUATE_SECURITY'],
  },
  13: {
    means: 'it wants HTTP/1.1 for this request',
    whatToChange: (sender, receiver) => [
      prose(
        `Let ${receiver} speak HTTP/1.1 to ${sender} for this (WebSocket by Upgrade, NTLM): Istio `,
        { code: 'DestinationRule' },
        ' ',
        { code: 'connectionPool.http.h2UpgradePolicy: DO_NOT_UPGRADE' },
        '.',
      ),
    ],
    logWords: ['HTTP/2 error code: HTTP_1_1_REQUIRED'],
  },
};

/** What is to be said of an error code. */
export function http2ErrorWords(code: number): Http2ErrorWords {
  return WORDS[code] ?? UNKNOWN;
}
