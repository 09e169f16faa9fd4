import { describe, expect, it } from 'vitest';
import { exchange, exchanges, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { data, grpcMessage, headers, PREFACE, response, settings } from '../support/http2-messages.ts';
import { concat, textOctets, u16 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const TRAILERS = grpcMessage(textOctets('grpc-status:14\r\ngrpc-message: no%20replica\r\n'), 0x80);
const ANSWER = concat(grpcMessage(u16(2)), TRAILERS);
const STATUS = { kind: 'GRPC_WEB', identifier: 0, grpcStatus: 14, grpcMessage: 'no%20replica' };

function base64(octets: Uint8Array): Uint8Array {
  return textOctets(Buffer.from(octets).toString('base64'));
}

/** A request of HTTP/1.1 with a message of two octets. */
function asks(type = 'application/grpc-web+proto', content = grpcMessage(u16(1))): Uint8Array {
  const head = `POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n`;
  return concat(textOctets(head), content);
}

function answers(content: Uint8Array, ...lines: readonly string[]): Uint8Array {
  const head = ['HTTP/1.1 200 OK', `Content-Length: ${content.length}`, ...lines, '\r\n'].join('\r\n');
  return concat(textOctets(head), content);
}

function chunk(octets: Uint8Array): Uint8Array {
  return concat(textOctets(`${octets.length.toString(16)}\r\n`), octets, textOctets('\r\n'));
}

const BINARY = 'Content-Type: application/grpc-web+proto';
const TEXT = 'content-type: Application/grpc-web-text; charset=utf-8';

describe('gRPC-Web over HTTP/1', () => {
  it('tells messages and status of content with a length', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${asks()}
      4ms server > client ${answers(ANSWER, BINARY)}
    `);
    expect(exchanges(core)).toEqual(['POST /a.B/C 200']);
    expect(streamOf(core, 0)).toMatchObject(STATUS);
    expect(streamOf(core, 0).request).toMatchObject({ messages: 1, octets: 7, marks: [] });
    expect(streamOf(core, 0).response).toMatchObject({ messages: 1, octets: ANSWER.length, marks: [] });
  });

  it('tells them of chunks, however they cut the trailers', async () => {
    for (let cut = 1; cut < ANSWER.length; cut += 5) {
      const core = await readCapture(connection`
        3ms client > server ${asks()}
        4ms server > client ${concat(textOctets(`HTTP/1.1 200 OK\r\n${BINARY}\r\nTransfer-Encoding: chunked\r\n\r\n`), chunk(ANSWER.subarray(0, cut)))} mss 9
        5ms server > client ${concat(chunk(ANSWER.subarray(cut)), textOctets('0\r\n\r\n'))}
      `);
      expect(streamOf(core, 0)).toMatchObject(STATUS);
      expect(exchange(core, 0).response.state).toBe('COMPLETE');
    }
  });

  it('tells them of content until the close, in Base64, each frame a text of its own', async () => {
    const content = concat(base64(grpcMessage(u16(2))), base64(TRAILERS));
    const core = await readFourWays(connection`
      3ms client > server ${asks('application/grpc-web-text', base64(grpcMessage(u16(1))))}
      4ms server > client ${concat(textOctets(`HTTP/1.1 200 OK\r\n${TEXT}\r\n\r\n`), content)} mss 7
      5ms server > client FIN
    `);
    expect(streamOf(core, 0)).toMatchObject(STATUS);
    expect(streamOf(core, 0).request.messages).toBe(1);
    expect(streamOf(core, 0).response).toMatchObject({ messages: 1, octets: content.length, marks: [] });
  });

  it('takes the status from the only header section, and from trailers of chunks', async () => {
    const only = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${answers(new Uint8Array(), BINARY, 'grpc-status: 5', 'grpc-message: none')}
    `);
    expect(streamOf(only, 0)).toMatchObject({
      grpcStatus: 5,
      grpcMessage: 'none',
      marks: ['TRAILERS_ONLY'],
    });
    const behind = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${concat(textOctets(`HTTP/1.1 200 OK\r\n${BINARY}\r\nTransfer-Encoding: chunked\r\n\r\n`), chunk(grpcMessage(u16(2))), textOctets('0\r\ngrpc-status: 7\r\n\r\n'))}
    `);
    expect(streamOf(behind, 0)).toMatchObject({ grpcStatus: 7, marks: [] });
  });

  it('has no status where there is none: an answer of a proxy, content that is compressed or cut', async () => {
    const foreign = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${answers(ANSWER, 'Content-Type: text/html')}
    `);
    expect(streamOf(foreign, 0)).toMatchObject({ grpcStatus: undefined, response: { messages: 0 } });
    const zipped = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${answers(ANSWER, BINARY, 'Content-Encoding: gzip')}
    `);
    expect(streamOf(zipped, 0)).toMatchObject({ grpcStatus: undefined, response: { messages: 0 } });
    const cut = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${answers(ANSWER, BINARY).subarray(0, -10)}
      5ms server > client FIN
    `);
    expect(streamOf(cut, 0)).toMatchObject({ grpcStatus: undefined });
    expect(streamOf(cut, 0).response.marks).toEqual(['MESSAGE_CUT']);
    const plain = await readCapture(connection`
      3ms client > server ${asks('application/grpc-web-textual')}
      4ms server > client ${answers(ANSWER, 'Content-Type: application/json')}
    `);
    expect(plain.tables.streams.rows).toBe(0);
  });

  it('counts on behind octets that are missing inside a message', async () => {
    const whole = answers(concat(grpcMessage(new Uint8Array(40)), ANSWER), BINARY);
    const at = whole.length - ANSWER.length - 20;
    const core = await readCapture(connection`
      3ms client > server ${asks()}
      4ms server > client ${whole.subarray(0, at)}
      5ms server > client ${whole.subarray(at, at + 10)} lost
      6ms server > client ${whole.subarray(at + 10)}
      7ms client > server ACK
    `);
    expect(streamOf(core, 0)).toMatchObject({ grpcStatus: 14, response: { messages: 2, marks: ['GAP'] } });
  });
});

describe('gRPC-Web over HTTP/2', () => {
  const ask = (type: string): Uint8Array =>
    headers(1, [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/a.B/C'],
      [':authority', 'a'],
      ['content-type', type],
    ]);

  it('tells the status of trailers that DATA cuts, and of Base64', async () => {
    const type = ['content-type', 'application/grpc-web'] as const;
    const cut = await readFourWays(connection`
      3ms client > server ${PREFACE} ${settings()} ${ask(type[1])} ${data(1, grpcMessage(u16(1)), 'end')}
      4ms server > client ${settings()} ${response(1, 200, [type])} ${data(1, ANSWER.subarray(0, 20))}
      5ms server > client ${data(1, ANSWER.subarray(20, 31))} ${data(1, ANSWER.subarray(31), 'end')}
    `);
    expect(streamOf(cut, 0)).toMatchObject({ ...STATUS, identifier: 1 });
    const text = ['content-type', 'application/grpc-web-text+proto'] as const;
    const coded = await readFourWays(connection`
      3ms client > server ${PREFACE} ${settings()} ${ask(text[1])} ${data(1, base64(grpcMessage(u16(1))), 'end')}
      4ms server > client ${settings()} ${response(1, 200, [text])} ${data(1, base64(ANSWER), 'end')}
    `);
    expect(streamOf(coded, 0)).toMatchObject({ ...STATUS, identifier: 1 });
  });

  it('takes the status from the header section, though an empty DATA frame ends the stream', async () => {
    const core = await readCapture(connection`
      3ms client > server ${PREFACE} ${settings()} ${ask('application/grpc-web')} ${data(1, '', 'end')}
      4ms server > client ${settings()} ${response(1, 200, [
        ['content-type', 'application/grpc-web'],
        ['grpc-status', '16'],
      ])} ${data(1, '', 'end')}
    `);
    expect(streamOf(core, 0)).toMatchObject({ grpcStatus: 16, marks: ['TRAILERS_ONLY'] });
  });
});
