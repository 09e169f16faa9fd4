import {
  call,
  data,
  goAway,
  grpcMessage,
  headers,
  PREFACE,
  request,
  response,
  rstStream,
  settings,
  windowUpdate,
} from '../support/http2-messages.ts';
import { concat, hexOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import type { Scene } from './scene.ts';

/** What a client sends before its first request, and a server before its first answer. */
export const CLIENT = concat(PREFACE, settings());
export const SERVER = concat(settings([[3, 100]]), settings('ack'));

/** An answer whose content ends its stream. */
export function ok(stream: number): Uint8Array {
  return concat(response(stream, 200, [['content-length', '2']]), data(stream, 'ok', 'end'));
}

const MESSAGE = grpcMessage(hexOctets('0a03746561'));

/** A call of one message, and its answer with a status. */
export const CALL = concat(call(1, '/shop.v1.Orders/Get'), data(1, MESSAGE, 'end'));
export function answer(stream: number, status: number, message = ''): Uint8Array {
  return concat(
    response(stream, 200, [['content-type', 'application/grpc']]),
    data(stream, MESSAGE),
    headers(
      stream,
      [['grpc-status', String(status)], ...(message === '' ? [] : [['grpc-message', message] as const])],
      'end',
    ),
  );
}

/** Scenes of the rules of HTTP/2 and gRPC. */
export const HTTP2_SCENES: readonly Scene[] = [
  {
    rule: 'h2-malformed',
    fires: {
      when: 'an answer has Connection, and the client resets its stream',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/orders'))}
        4ms server > client ${concat(SERVER, response(1, 200, [['connection', 'keep-alive']]), data(1, 'ok', 'end'))}
        5ms client > server ${rstStream(1, 1)}
      `,
      severity: 'error',
      title:
        'The server sent fields of HTTP/1 connections in HTTP/2 (connection), so the client reset the stream (PROTOCOL_ERROR)',
    },
    nearMiss: {
      when: 'the request says te: trailers, which HTTP/2 allows, and the length is kept over padding',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/orders', [['te', 'trailers']]))}
        4ms server > client ${concat(SERVER, response(1, 200, [['content-length', '2']]), data(1, 'ok', 'end', 9))}
      `,
    },
  },
  {
    rule: 'h2-rst-stream',
    fires: {
      when: 'the server resets a stream in the middle of its answer',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/orders'))}
        4ms server > client ${concat(SERVER, response(1, 200), data(1, 'half'), rstStream(1, 2))}
      `,
      severity: 'error',
      title: 'The server reset the stream with INTERNAL_ERROR in the middle of the answer',
    },
    nearMiss: {
      when: 'the server has answered and wants no more of the request, and a client lets go of an answer that it has',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/upload', [], ''), data(1, 'much'))}
        4ms server > client ${concat(SERVER, ok(1), rstStream(1, 0))}
        5ms client > server ${request(3, '/orders')}
        6ms server > client ${ok(3)}
        7ms client > server ${rstStream(3, 8)}
      `,
    },
  },
  {
    rule: 'h2-goaway',
    fires: {
      when: 'the server ends the connection for too many pings, and leaves a stream out',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/orders'))}
        4ms server > client ${concat(SERVER, ok(1))}
        5ms client > server ${request(3, '/orders')}
        6ms server > client ${goAway(1, 11, 'too_many_pings')}
        7ms server > client FIN
        8ms client > server FIN
      `,
      severity: 'error',
      title: 'The server ended the connection with GOAWAY ENHANCE_YOUR_CALM (too_many_pings)',
    },
    nearMiss: {
      when: 'it is ended gracefully, and the last stream is answered',
      capture: connection`
        3ms client > server ${concat(CLIENT, request(1, '/orders'))}
        4ms server > client ${concat(SERVER, goAway(2147483647, 0))}
        5ms server > client ${concat(ok(1), goAway(1, 0))}
        6ms server > client FIN
        7ms client > server FIN
      `,
    },
  },
  {
    rule: 'grpc-status',
    fires: {
      when: 'the trailers say UNAVAILABLE while HTTP says 200',
      capture: connection`
        3ms client > server ${concat(CLIENT, CALL)}
        4ms server > client ${concat(SERVER, answer(1, 14, 'no%20replica'))}
      `,
      severity: 'error',
      title: 'The server answered shop.v1.Orders/Get with gRPC status 14 UNAVAILABLE',
    },
    nearMiss: {
      when: 'the status is 0',
      capture: connection`
        3ms client > server ${concat(CLIENT, CALL)}
        4ms server > client ${concat(SERVER, answer(1, 0))}
      `,
    },
  },
  {
    rule: 'h2-window',
    fires: {
      when: 'a response waits half a second of its time for the client',
      capture: connection`
        3ms client > server ${concat(PREFACE, settings([[4, 100]]), request(1, '/big'))}
        4ms server > client ${concat(SERVER, response(1, 200), data(1, new Uint8Array(100)))}
        504ms client > server ${windowUpdate(1, 100)}
        505ms server > client ${data(1, 'end', 'end')}
      `,
      severity: 'note',
      title: 'The response waited 500 ms for WINDOW_UPDATE from the client',
    },
    nearMiss: {
      when: 'it waits as long, but the server thought for much longer',
      capture: connection`
        3ms client > server ${concat(PREFACE, settings([[4, 100]]), request(1, '/big'))}
        2000ms server > client ${concat(SERVER, response(1, 200), data(1, new Uint8Array(100)))}
        2500ms client > server ${windowUpdate(1, 100)}
        2501ms server > client ${data(1, 'end', 'end')}
      `,
    },
  },
];
