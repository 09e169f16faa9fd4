import { Framing } from '../../src/model/exchange.ts';
import { HTTP2_HEADER_FIELDS } from '../../src/model/filter-fields.ts';
import { FrameType, GRPC_STATUS_ABSENT, StreamKind } from '../../src/model/stream.ts';
import type { Core } from '../core.ts';
import { decodeGrpcMessage } from '../http2-words.ts';
import { column, combined, joined, mapped, type ColumnName, type Fill } from './columns.ts';
import { interned, internedParts } from './dictionaries.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';
import { headerBinding, HTTP_BINDINGS, messageText } from './http-fields.ts';
import type { Source } from './source.ts';

/** HTTP/2 as it was on the wire; what a HAR reports of it counts as HTTP, since it has no frames. */
const HTTP2_ON_THE_WIRE = 20;

/** Keeps the values of messages that were, or were not, HTTP/2 on the wire. */
function only(isHttp2: boolean, bind: FieldBinding): FieldBinding {
  return (core) => {
    const values = bind(core);
    if (values.type === 'presence') return values;
    // Without a stream there is no HTTP/2: nothing to keep apart.
    if (!isHttp2 && core.tables.streams.rows === 0) return values;
    const spoken = combined(
      column(core, 'messages', 'version'),
      column(core, 'messages', 'framing'),
      (version, framing) => (version === HTTP2_ON_THE_WIRE && framing !== Framing.REPORTED ? 1 : 0),
    );
    const columns = values.source.columns.map((fill) =>
      combined(fill, spoken, (value, is) => ((is === 1) === isHttp2 ? value : NaN)),
    );
    return { ...values, source: { ...values.source, columns } };
  };
}

/** Wireshark's `http` is HTTP/1 alone; a field of it has no value in HTTP/2. */
export function onlyHttp1(bind: FieldBinding): FieldBinding {
  return only(false, bind);
}

function sameIn2(name: string): FieldBinding {
  const bind = HTTP_BINDINGS[name];
  if (!bind) throw new Error(`InvariantError: no field ${name}`);
  return only(true, bind);
}

/** A column of the stream of an exchange. */
function ofStream(
  core: Core,
  name: ColumnName<'streams'>,
  keep: (value: number, row: number) => boolean,
): Fill {
  const reader = core.tables.streams[name];
  const rows = mapped(column(core, 'exchanges', 'stream'), (link) => (link === 0 ? NaN : link - 1));
  return joined(rows, (row) => {
    const value = reader(row);
    return keep(value, row) ? value : NaN;
  });
}

/** Nanoseconds that the sides of an exchange's stream waited for windows; NaN where they did not. */
export function windowWait(core: Core): Fill {
  const { windowWaited } = core.tables.streamSides;
  const rows = mapped(column(core, 'exchanges', 'stream'), (link) => (link === 0 ? NaN : link - 1));
  return joined(rows, (row) => windowWaited(row * 2) + windowWaited(row * 2 + 1) || NaN);
}

function exchangeSource(fill: Fill): Source {
  return { domain: 'exchanges', columns: [fill] };
}

/** A column of the control frames, of one type where one is given. */
function ofFrames(core: Core, name: ColumnName<'controlFrames'>, type?: number): Source {
  const fill = column(core, 'controlFrames', name);
  const columns = [
    type === undefined
      ? fill
      : combined(fill, column(core, 'controlFrames', 'type'), (value, is) => (is === type ? value : NaN)),
  ];
  return { domain: 'controlFrames', columns };
}

function frameNumber(name: ColumnName<'controlFrames'>, type?: number): FieldBinding {
  return (core) => ({ type: 'number', source: ofFrames(core, name, type) });
}

function isGrpc(core: Core, row: number): boolean {
  const kind = core.tables.streams.kind(row);
  return kind === StreamKind.GRPC || kind === StreamKind.GRPC_WEB;
}

/** Fields of HTTP/2 and gRPC. */
export const HTTP2_BINDINGS: FieldBindings = {
  'http2.streamid': (core) => ({
    type: 'number',
    source: exchangeSource(ofStream(core, 'identifier', (value) => value !== 0)),
  }),
  'offwire.exchange.window_wait': (core) => ({ type: 'duration', source: exchangeSource(windowWait(core)) }),
  'http2.type': frameNumber('type'),
  'http2.rst_stream.error': frameNumber('value', FrameType.RST_STREAM),
  'http2.goaway.error': frameNumber('value', FrameType.GOAWAY),
  'http2.goaway.last_stream_id': frameNumber('lastStream', FrameType.GOAWAY),
  'http2.goaway.addata': (core) => {
    const { columns, domain } = ofFrames(core, 'text', FrameType.GOAWAY);
    const texts = columns.map((fill) => mapped(fill, (text) => (text === 0 ? NaN : text)));
    return { type: 'text', source: { domain, columns: texts }, dictionary: interned(core) };
  },
  'http2.push_promise.promised_stream_id': frameNumber('value', FrameType.PUSH_PROMISE),
  'http2.headers.method': sameIn2('http.request.method'),
  'http2.headers.path': sameIn2('http.request.uri'),
  'http2.headers.authority': only(true, messageText(0, 'authority')),
  'http2.headers.status': sameIn2('http.response.code'),
  'http2.headers.content_length': sameIn2('http.content_length'),
  'http2.request.full_uri': sameIn2('http.request.full_uri'),
  ...Object.fromEntries(
    Object.entries(HTTP2_HEADER_FIELDS).map(([field, header]) => [field, only(true, headerBinding(header))]),
  ),
  grpc: (core) => ({
    type: 'presence',
    sources: () => [exchangeSource(ofStream(core, 'identifier', (_, row) => isGrpc(core, row)))],
  }),
  'grpc.status_code': (core) => ({
    type: 'number',
    source: exchangeSource(ofStream(core, 'grpcStatus', (status) => status !== GRPC_STATUS_ABSENT)),
  }),
  'grpc.message': (core) => ({
    type: 'text',
    source: exchangeSource(ofStream(core, 'grpcMessage', (text) => text !== 0)),
    dictionary: internedParts(core, (sent) => [decodeGrpcMessage(sent)]),
  }),
};
