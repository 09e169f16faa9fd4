import { describe, expect, it } from 'vitest';
import { exchange, exchanges, issues, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { addedLine, HpackEncoder, indexedLine } from '../support/hpack-encoder.ts';
import {
  call,
  data,
  fieldSection,
  frame,
  goAway,
  grpcMessage,
  headers,
  ping,
  PREFACE,
  request,
  response,
  rstStream,
  settings,
} from '../support/http2-messages.ts';
import { concat, hexOctets, textOctets, u16, u32, u8 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const HELLO = concat(PREFACE, settings());
const GET = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'a'],
] as const;

describe('octets of HTTP/2 that are missing', () => {
  it('inside DATA are bridged by its length', async () => {
    const long = data(1, 'x'.repeat(3000));
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${long.subarray(0, 100)}
      5ms server > client ${long.subarray(100, 2000)} lost mss 1000
      6ms server > client ${long.subarray(2000)} ${headers(1, [['x-sum', '1']], 'end')}
      7ms client > server ${request(3, '/3')}
    `);
    expect(exchanges(core)).toEqual(['GET / 200', 'GET /3 -']);
    expect(exchange(core, 0).response).toMatchObject({
      state: 'COMPLETE',
      body: 1100,
      marks: ['GAP'],
      trailers: ['x-sum: 1'],
      violations: [],
    });
    expect(streamOf(core, 0).response.marks).toEqual(['ENDED', 'GAP']);
    expect(issues(core)).toEqual({ GAP: 1 });
  });

  it('inside a gRPC message leave the ones behind it right', async () => {
    const content = data(1, concat(grpcMessage(new Uint8Array(1000)), grpcMessage(u16(1))), 'end');
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${call(1, '/a.B/C')} ${content.subarray(0, 100)}
      4ms client > server ${content.subarray(100, 900)} lost
      5ms client > server ${content.subarray(900)}
      6ms server > client ${settings()}
    `);
    expect(streamOf(core, 0).request).toMatchObject({ messages: 2, marks: ['ENDED', 'GAP'] });
  });

  it('inside a header block leave the message without it, and the table unknown', async () => {
    const known = new HpackEncoder();
    const first = frame(1, 5, 1, known.encode([...GET, ['x-a', '1']]));
    const second = frame(1, 5, 3, known.encode([...GET, ['x-b', '2'.repeat(60)]]));
    const third = frame(1, 5, 5, known.encode([...GET, ['x-c', '3'], ['x-a', '1']]));
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${first} ${second.subarray(0, 15)}
      4ms client > server ${second.subarray(15, 50)} lost
      5ms client > server ${second.subarray(50)} ${third}
      6ms server > client ${settings()} ${response(3, 204, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET / -', '- - 204', 'GET / -']);
    expect(exchange(core, 1).request).toMatchObject({
      state: 'COMPLETE',
      marks: ['GAP', 'UNKNOWN_FIELDS'],
      lines: [],
    });
    expect(exchange(core, 2).request).toMatchObject({
      marks: ['UNKNOWN_FIELDS'],
      lines: [
        ':method: GET',
        ':scheme: http',
        ':path: /',
        '<HPACK entry 64>: <not in the capture>',
        'x-c: 3',
        '<HPACK entry 64>: <not in the capture>',
      ],
    });
    expect(issues(core)).toEqual({ GAP: 1 });
  });

  it('that hide the border of frames are passed over, to a segment that begins with frames', async () => {
    const encoder = new HpackEncoder();
    const before = frame(1, 5, 1, encoder.encode([...GET, ['x-a', '1']]));
    const lost = frame(1, 5, 5, encoder.encode([...GET, ['x-lost', '1']]));
    const after = frame(1, 5, 7, encoder.encode([...GET, ['x-new', '1']]));
    const again = frame(1, 5, 9, encoder.encode([...GET, ['x-new', '1']]));
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${before} ${headers(3, [...GET])} ${data(3, 'one')}
      4ms client > server ${lost} lost
      5ms client > server ${data(3, 'two')} ${after} ${ping()}
      6ms client > server ${again} ${data(3, '', 'end')}
      7ms server > client ${settings()} ${response(7, 200, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET / -', 'GET / -', 'GET / 200', 'GET / -']);
    expect(exchange(core, 0).request).toMatchObject({ state: 'COMPLETE', marks: [] });
    expect(exchange(core, 1).request).toMatchObject({ state: 'COMPLETE', marks: ['GAP'], body: 6 });
    expect(exchange(core, 2).request.lines.slice(3)).toEqual([
      '<HPACK entry 64>: <not in the capture>',
      'x-new: 1',
    ]);
    expect(exchange(core, 3).request.lines.slice(3)).toEqual([
      '<HPACK entry 65>: <not in the capture>',
      'x-new: 1',
    ]);
    expect(issues(core)).toEqual({ GAP: 1, HTTP2_LOST: 1, HTTP2_RESYNCHRONIZED: 1 });
  });

  it('for good end there, with an issue and what was before', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, 'x'.repeat(50)).subarray(0, 20)}
      5ms server > client "0123456789"*100 lost
      6ms server > client "not a frame"*10
      7ms server > client "not a frame"*10
      8ms server > client FIN
    `);
    expect(exchange(core, 0).response).toMatchObject({ state: 'CUT_BY_FIN', body: 11 });
    expect(issues(core)).toEqual({ GAP: 1, HTTP2_LOST: 1 });
  });

  it('by the snap length are bridged as well', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, 'x'.repeat(500))} snap 120
      5ms server > client ${data(1, 'end', 'end')}
    `);
    expect(exchange(core, 0).response).toMatchObject({ state: 'COMPLETE', marks: ['GAP'] });
  });
});

describe('a frame that cannot be', () => {
  const frames: Readonly<Record<string, Uint8Array>> = {
    'DATA on stream 0': frame(0, 0, 0, u8(1)),
    'DATA on a stream that was never begun': data(99, 'x'),
    'DATA with more padding than octets': frame(0, 8, 1, hexOctets('0a 01 02')),
    'DATA that says padding and is empty': frame(0, 8, 1, new Uint8Array()),
    'HEADERS on stream 0': frame(1, 5, 0, fieldSection(GET)),
    'HEADERS too short for their priority': frame(1, 0x25, 3, hexOctets('0000')),
    'HEADERS with more padding than octets': frame(1, 0xd, 3, hexOctets('ff 82')),
    'RST_STREAM of 5 octets': frame(3, 0, 1, hexOctets('0000000000')),
    'RST_STREAM on stream 0': rstStream(0, 1),
    'SETTINGS of 5 octets': frame(4, 0, 0, hexOctets('0000000000')),
    'SETTINGS on a stream': frame(4, 0, 1, new Uint8Array()),
    'an acknowledgement with parameters': frame(4, 1, 0, hexOctets('000100000000')),
    'PUSH_PROMISE without a stream': frame(5, 4, 1, u32(0)),
    'PING of 7 octets': frame(6, 0, 0, new Uint8Array(7)),
    'GOAWAY of 4 octets': frame(7, 0, 0, u32(1)),
    'WINDOW_UPDATE of 3 octets': frame(8, 0, 0, new Uint8Array(3)),
    'CONTINUATION without HEADERS': frame(9, 4, 1, fieldSection(GET)),
  };
  for (const [name, octets] of Object.entries(frames)) {
    it(`such as ${name} is passed over`, async () => {
      const core = await readFourWays(connection`
        3ms client > server ${HELLO} ${headers(1, GET)} ${octets} ${data(1, 'body', 'end')} ${request(5, '/5')}
        4ms server > client ${settings()}
      `);
      expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 1 });
      expect(exchange(core, 0).request).toMatchObject({ state: 'COMPLETE', body: 4 });
      expect(exchanges(core).at(-1)).toBe('GET /5 -');
    });
  }

  it('such as one between HEADERS and CONTINUATION ends the header section', async () => {
    const block = fieldSection(GET);
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${frame(1, 1, 1, block.subarray(0, 20))} ${ping()} ${frame(9, 4, 1, block.subarray(20))}
      4ms client > server ${headers(3, GET, 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET - -', 'GET / -']);
    expect(exchange(core, 0).request.state).toBe('BROKEN');
    expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 2 });
  });

  it('such as one that is longer than the receiver takes is told, and read', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${headers(1, GET, 'end')}
      4ms server > client ${settings()} ${response(1, 200)}
      5ms server > client ${data(1, 'x'.repeat(17_000), 'end')} mss 1448
    `);
    expect(exchange(core, 0).response).toMatchObject({ state: 'COMPLETE', body: 17_000 });
    expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 1 });
    const agreed = await readFourWays(connection`
      3ms client > server ${PREFACE} ${settings([[5, 20_000]])} ${headers(1, GET, 'end')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, 'x'.repeat(17_000), 'end')} mss 1448
    `);
    expect(issues(agreed)).toEqual({});
  });

  it('such as endless CONTINUATION is held to the cap', async () => {
    const part = addedLine('n', 'x'.repeat(8000));
    const more = Array.from({ length: 60 }, () => frame(9, 0, 1, part));
    const core = await readCapture(connection`
      3ms client > server ${HELLO} ${frame(1, 1, 1, fieldSection(GET))} ${concat(...more)} mss 1448
      4ms client > server ${frame(9, 4, 1, part)} ${frame(1, 5, 3, concat(fieldSection(GET), indexedLine(62)))}
    `);
    expect(exchange(core, 0).request).toMatchObject({
      state: 'COMPLETE',
      lines: [],
      marks: ['TEXT_DROPPED'],
    });
    expect(exchange(core, 1).request.lines.at(-1)).toBe('<HPACK entry 62>: <not in the capture>');
    expect(issues(core)).toEqual({ HEAD_LIMIT: 1 });
  });

  it('such as a second header section without an end is told', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${headers(1, GET)} ${headers(1, [['x', '1']])} ${data(1, 'x', 'end')}
    `);
    expect(exchange(core, 0).request).toMatchObject({ state: 'COMPLETE', trailers: ['x: 1'], body: 1 });
    expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 1 });
  });
});

describe('a connection that goes wrong', () => {
  it('after GOAWAY with an error keeps what came', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/')} ${frame(1, 5, 3, hexOctets('80'))}
      4ms server > client ${settings()} ${goAway(1, 9, 'bad header block')}
      5ms server > client FIN
      6ms client > server FIN
    `);
    expect(exchanges(core)).toEqual(['GET / -', '- - -']);
    expect(exchange(core, 1).request.state).toBe('BROKEN');
    expect(issues(core)).toEqual({ HPACK_MALFORMED: 1 });
  });

  it('with a preface that is not whole is lost', async () => {
    const core = await readFourWays(connection`
      3ms client > server "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
      4ms server > client ${settings()}
      5ms client > server ${textOctets('this is no frame at all')}
    `);
    expect(core.tables.exchanges.rows).toBe(0);
  });
});
