import { describe, expect, it } from 'vitest';
import { exchange, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import {
  call,
  data,
  grpcMessage,
  headers,
  PREFACE,
  response,
  rstStream,
  settings,
} from '../support/http2-messages.ts';
import { concat, hexOctets, textOctets, u16 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';

/** What a client sends first. */
const HELLO = concat(PREFACE, settings());

describe('gRPC', () => {
  it('counts messages wherever frames and segments cut them', async () => {
    const message = grpcMessage(textOctets('0123456789'));
    const both = concat(message, grpcMessage(textOctets('x'.repeat(50)), 1), grpcMessage(new Uint8Array()));
    const pieces = Array.from({ length: both.length }, (_, at) => data(1, both.subarray(at, at + 1)));
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${call(1, '/shop.Orders/Get')} ${concat(...pieces)} ${data(1, '', 'end')}
      4ms server > client ${settings()} ${response(1, 200, [['content-type', 'application/grpc+proto']])}
      5ms server > client ${data(1, concat(message, message.subarray(0, 7)))} ${data(1, message.subarray(7))}
      6ms server > client ${headers(
        1,
        [
          ['grpc-status', '5'],
          ['grpc-message', 'not%20here'],
        ],
        'end',
      )}
    `);
    expect(streamOf(core, 0)).toMatchObject({
      kind: 'GRPC',
      grpcStatus: 5,
      grpcMessage: 'not%20here',
      marks: [],
    });
    expect(streamOf(core, 0).request).toMatchObject({
      messages: 3,
      octets: both.length,
      marks: ['ENDED', 'COMPRESSED'],
    });
    expect(streamOf(core, 0).response).toMatchObject({ messages: 2, octets: 30, marks: ['ENDED'] });
    expect(exchange(core, 0).response.trailers).toEqual(['grpc-status: 5', 'grpc-message: not%20here']);
  });

  it('knows trailers-only, and content that ends inside a message', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${call(1, '/a.B/C')} ${data(1, hexOctets('000000000a 0102'), 'end')}
      4ms server > client ${settings()}
      5ms server > client ${response(
        1,
        200,
        [
          ['content-type', 'application/grpc'],
          ['grpc-status', '12'],
        ],
        'end',
      )}
      6ms client > server ${call(3, '/a.B/C')} ${data(3, hexOctets('0000'))} ${rstStream(3, 8)}
    `);
    expect(streamOf(core, 0)).toMatchObject({ grpcStatus: 12, marks: ['TRAILERS_ONLY'] });
    expect(streamOf(core, 0).request).toMatchObject({ messages: 1, marks: ['ENDED', 'MESSAGE_CUT'] });
    expect(streamOf(core, 1).request).toMatchObject({ messages: 1, marks: ['MESSAGE_CUT'] });
    expect(streamOf(core, 1).grpcStatus).toBeUndefined();
  });

  it('has no messages in the answer of a proxy', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${call(1, '/a.B/C')} ${data(1, grpcMessage(u16(1)), 'end')}
      4ms server > client ${settings()} ${response(1, 502, [['content-type', 'text/html']])} ${data(1, '<html>', 'end')}
    `);
    expect(streamOf(core, 0)).toMatchObject({ kind: 'GRPC', grpcStatus: undefined });
    expect(streamOf(core, 0).response).toMatchObject({ messages: 0, octets: 6, marks: ['ENDED'] });
  });

  it('is gRPC-Web by its content type, with the trailers in the content', async () => {
    const fields = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/a.B/C'],
      [':authority', 'a'],
      ['content-type', 'application/grpc-web+proto'],
    ] as const;
    const trailers = grpcMessage(textOctets('grpc-status:3\r\ngrpc-message: no\r\n'), 0x80);
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${headers(1, fields)} ${data(1, grpcMessage(u16(1)), 'end')}
      4ms server > client ${settings()} ${response(1, 200, [['content-type', 'application/grpc-web+proto']])}
      5ms server > client ${data(1, concat(grpcMessage(u16(2)), trailers), 'end')}
    `);
    expect(streamOf(core, 0)).toMatchObject({ kind: 'GRPC_WEB', grpcStatus: 3, grpcMessage: 'no' });
    expect(streamOf(core, 0).response).toMatchObject({ messages: 1, marks: ['ENDED'] });
  });
});
