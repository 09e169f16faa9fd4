import { describe, expect, it } from 'vitest';
import {
  controlFrames,
  exchange,
  exchanges,
  flowMarks,
  interims,
  issues,
  protocols,
  streamOf,
} from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { HpackEncoder, tableSize } from '../support/hpack-encoder.ts';
import {
  data,
  fieldSection,
  frame,
  goAway,
  headers,
  ping,
  PREFACE,
  request,
  response,
  rstStream,
  settings,
} from '../support/http2-messages.ts';
import { concat, hexOctets, textOctets, u32, u8 } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';

/** What a client sends first. */
const HELLO = concat(PREFACE, settings());
const PUSH_PROMISE = 5;
const END_HEADERS = 4;

describe('HTTP/2', () => {
  it('is an exchange for each stream, on any port, by its preface', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/a?b=c')}
      4ms server > client ${settings()} ${settings('ack')}
      5ms server > client ${response(1, 200, [['content-type', 'text/plain']])} ${data(1, 'hello ')}
      6ms server > client ${data(1, 'world', 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET /a?b=c 200']);
    expect(exchange(core, 0)).toMatchObject({ authority: 'shop.example', reason: '', interimStatus: 0 });
    expect(exchange(core, 0).request).toEqual({
      state: 'COMPLETE',
      framing: 'HTTP2',
      version: 20,
      body: 0,
      head: request(1, '/a?b=c').length,
      packets: [4, 4, 4],
      lines: [':method: GET', ':scheme: http', ':authority: shop.example', ':path: /a?b=c'],
      trailers: [],
      violations: [],
      marks: [],
      says: [],
    });
    expect(exchange(core, 0).response).toMatchObject({
      state: 'COMPLETE',
      body: 11,
      packets: [6, 6, 7],
      lines: [':status: 200', 'content-type: text/plain'],
    });
    const { messages, sections } = core.tables;
    expect([messages.start(0), messages.end(0)]).toEqual([3e6, 3e6]);
    expect([messages.start(1), messages.end(1)]).toEqual([5e6, 6e6]);
    // Of the frame's own first octet: the preface and an empty SETTINGS are before it.
    expect(messages.sequence(0)).toBe(1001 + HELLO.length);
    expect(core.text(sections.contentType(messages.section(1) - 1))).toBe('text/plain');
    expect(streamOf(core, 0)).toEqual({
      identifier: 1,
      kind: 'HTTP2',
      marks: [],
      promisedBy: undefined,
      grpcStatus: undefined,
      grpcMessage: '',
      request: { octets: 0, frames: 0, messages: 0, end: '', marks: ['ENDED'] },
      response: { octets: 11, frames: 2, messages: 0, end: '', marks: ['ENDED'] },
    });
    expect(controlFrames(core)).toEqual(['> 4 SETTINGS 0 0', '< 5 SETTINGS 0 0', '< 5 SETTINGS 0 0']);
    expect(protocols(core).slice(3)).toEqual(['HTTP2', 'HTTP2', 'HTTP2', 'HTTP2']);
    expect(flowMarks(core, 0)).toEqual([]);
    expect(issues(core)).toEqual({});
  });

  it('pairs streams by their identifier, however their frames are mixed', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/1')} ${request(3, '/3')} ${request(5, '/5')} mss 20
      4ms server > client ${settings()} ${response(5, 205)} ${response(1, 201)} ${data(5, '5', 'end')}
      5ms server > client ${response(3, 203, [], 'end')} ${data(1, '11', 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET /1 201', 'GET /3 203', 'GET /5 205']);
    expect([0, 1, 2].map((row) => exchange(core, row).response.body)).toEqual([2, 0, 1]);
    expect([0, 1, 2].map((row) => exchange(core, row).response.state)).toEqual(
      Array.from({ length: 3 }, () => 'COMPLETE'),
    );
  });

  it('reads padding, priority and CONTINUATION, and passes over what it does not know', async () => {
    const block = fieldSection([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/padded'],
      [':authority', 'a'],
    ]);
    const parts = [block.subarray(0, 7), block.subarray(7, 8), block.subarray(8)];
    const [first = block, second = block, third = block] = parts;
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${frame(2, 0, 1, hexOctets('0000000010'))}
      4ms client > server ${frame(1, 0x29, 1, concat(u8(3), hexOctets('8000000010'), first, new Uint8Array(3)))}
      5ms client > server ${frame(9, 0, 1, second)}
      6ms client > server ${frame(9, 4, 1, third)} ${frame(0xbe, 0xff, 77, textOctets('grease'))}
      7ms server > client ${settings()} ${response(1, 200)} ${data(1, 'ok', '', 200)} ${data(1, '', 'end', 0)}
    `);
    expect(exchanges(core)).toEqual(['GET /padded 200']);
    expect(exchange(core, 0).request).toMatchObject({
      state: 'COMPLETE',
      packets: [5, 7, 7],
      head: block.length + 9 + 27,
    });
    expect(exchange(core, 0).response).toMatchObject({ state: 'COMPLETE', body: 2 });
    expect(issues(core)).toEqual({});
  });

  it('tells interim responses, trailers and a body of a request', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/up', [['expect', '100-continue']], '')}
      4ms server > client ${settings()} ${response(1, 103, [['link', '</a.css>; rel=preload']])} ${response(1, 100)}
      5ms client > server ${data(1, 'content')} ${headers(1, [['x-sum', '1']], 'end')}
      6ms server > client ${response(1, 200)} ${data(1, 'ok')} ${headers(1, [['x-time', '2']], 'end')}
    `);
    expect(exchange(core, 0)).toMatchObject({ status: 200, interimStatus: 100 });
    expect(exchange(core, 0).request).toMatchObject({
      body: 7,
      trailers: ['x-sum: 1'],
      state: 'COMPLETE',
      packets: [4, 4, 6],
    });
    expect(exchange(core, 0).response).toMatchObject({
      body: 2,
      trailers: ['x-time: 2'],
      packets: [7, 7, 7],
    });
    expect(interims(core)).toEqual([
      'exchange 0 in packet 5 at 10: HTTP/2 103 | :status: 103 | link: </a.css>; rel=preload',
      'exchange 0 in packet 5 at 60: HTTP/2 100 | :status: 100',
    ]);
  });

  it('keeps one section for equal ones, and tells lines that the table knows', async () => {
    const encoder = new HpackEncoder();
    const fields = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/same'],
      [':authority', 'a'],
      ['x-trace', 'abc'],
    ] as const;
    const blocks = [1, 3, 5].map((stream) => frame(1, 5, stream, encoder.encode(fields)));
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${concat(...blocks)}
    `);
    expect(exchanges(core)).toEqual(['GET /same -', 'GET /same -', 'GET /same -']);
    expect(core.tables.sections.rows).toBe(1);
    expect(exchange(core, 2).request.head).toBeLessThan(20);
    expect(exchange(core, 2).request.lines).toEqual(fields.map(([name, value]) => `${name}: ${value}`));
  });

  it('keeps a row of each frame about the connection', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${PREFACE} ${settings([
        [1, 65536],
        [4, 100],
      ])} ${ping()} ${request(1, '/')}
      4ms server > client ${settings()} ${settings('ack')} ${ping(true)}
      5ms server > client ${goAway(1, 0, 'bye')} ${rstStream(1, 7)}
    `);
    expect(controlFrames(core)).toEqual([
      '> 4 SETTINGS 0 2',
      '> 4 PING 0 0',
      '< 5 SETTINGS 0 0',
      '< 5 SETTINGS 0 0',
      '< 5 PING 0 0',
      '< 6 GOAWAY 0 0',
      '< 6 RST_STREAM 1 7',
    ]);
    const { controlFrames: table } = core.tables;
    expect([table.lastStream(5), core.text(table.text(5))]).toEqual([1, 'bye']);
    expect(core.text(table.text(0))).toHaveLength(12);
    expect(table.flags(3)).toBe(1);
  });

  it('tells requests that a server promises', async () => {
    const promised = fieldSection([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/style.css'],
      [':authority', 'a'],
    ]);
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/')}
      4ms server > client ${settings()} ${frame(PUSH_PROMISE, END_HEADERS, 1, concat(u32(2), promised))}
      5ms server > client ${response(1, 200, [], 'end')} ${response(2, 200)} ${data(2, 'a{}', 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET / 200', 'GET /style.css 200']);
    expect(streamOf(core, 1)).toMatchObject({ identifier: 2, promisedBy: 0 });
    expect(exchange(core, 1).request).toMatchObject({ state: 'COMPLETE', packets: [5, 5, 5] });
    expect(exchange(core, 1).response).toMatchObject({ state: 'COMPLETE', body: 3 });
    expect(flowMarks(core, 0)).toEqual([]);
  });

  it('marks CONNECT with :protocol', async () => {
    const fields = [
      [':method', 'CONNECT'],
      [':protocol', 'websocket'],
      [':scheme', 'http'],
      [':path', '/chat'],
      [':authority', 'a'],
    ] as const;
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${headers(1, fields)}
      4ms server > client ${settings([[8, 1]])} ${response(1, 200)} ${data(1, hexOctets('81026869'))}
    `);
    expect(exchanges(core)).toEqual(['CONNECT /chat 200']);
    expect(streamOf(core, 0).marks).toEqual(['EXTENDED_CONNECT']);
    expect(exchange(core, 0).request.violations).toEqual([]);
  });

  it('knows what the other side said that it takes', async () => {
    const connect = [
      [':method', 'CONNECT'],
      [':protocol', 'websocket'],
      [':scheme', 'http'],
      [':path', '/chat'],
      [':authority', 'a'],
    ] as const;
    const resized = frame(1, 5, 3, concat(tableSize(8192), fieldSection([[':status', '200']])));
    for (const taken of [true, false]) {
      const core = await readFourWays(connection`
        3ms client > server ${PREFACE} ${settings(taken ? [[1, 8192]] : [])}
        4ms server > client ${settings(taken ? [[8, 1]] : [])}
        5ms client > server ${headers(1, connect)} ${request(3, '/')}
        6ms server > client ${resized}
      `);
      expect(exchange(core, 0).request.violations).toEqual(taken ? [] : ['PSEUDO_FIELD_INVALID']);
      expect(issues(core)).toEqual(taken ? {} : { HPACK_TABLE_SIZE: 1 });
      expect(exchange(core, 1).status).toBe(200);
    }
  });

  it('reads a server that speaks first, and a client whose octets come later', async () => {
    const core = await readFourWays(connection`
      3ms server > client ${settings([[3, 100]])}
      4ms client > server ${HELLO} ${request(1, '/')}
      5ms server > client ${response(1, 200, [], 'end')}
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(controlFrames(core)).toEqual(['< 4 SETTINGS 0 1', '> 5 SETTINGS 0 0']);
  });

  it('takes an answer that is HTTP/1 or TLS for what it is', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO}
      4ms server > client "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['- - 400']);
    const alert = await readFourWays(connection`
      3ms client > server ${HELLO}
      4ms server > client hex"15030100020246"
    `);
    expect(flowMarks(alert, 0)).toContain('MIXED_TLS');
  });
});

describe('the end of a stream', () => {
  it('is RST_STREAM for what is unfinished, and no more', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/1')} ${request(3, '/3', [], '')} ${request(5, '/5')}
      4ms server > client ${settings()} ${response(1, 200)} ${data(1, 'part')} ${rstStream(1, 2)}
      5ms server > client ${response(3, 413, [], 'end')} ${rstStream(3, 0)}
      6ms client > server ${rstStream(5, 8)}
      7ms server > client ${response(5, 200)} ${data(5, 'late')}
    `);
    expect([0, 1, 2].map((row) => exchange(core, row).request.state)).toEqual([
      'COMPLETE',
      'CUT_BY_RST_STREAM',
      'COMPLETE',
    ]);
    expect([0, 1, 2].map((row) => exchange(core, row).response.state)).toEqual([
      'CUT_BY_RST_STREAM',
      'COMPLETE',
      'CUT_BY_RST_STREAM',
    ]);
    expect(streamOf(core, 0).response.end).toBe('2 in 5');
    expect(streamOf(core, 1).response.end).toBe('0 in 6');
    expect(streamOf(core, 2).request.end).toBe('8 in 7');
    expect(flowMarks(core, 0)).toEqual(['UNANSWERED']);
    expect(issues(core)).toEqual({});
  });

  it('is the FIN, the RST, or the end of the capture', async () => {
    const opening = concat(HELLO, request(1, '/1', [], ''), data(1, 'x'));
    const answer = concat(settings(), response(1, 200), data(1, 'y'));
    const fin = await readFourWays(connection`
      3ms client > server ${opening}
      4ms server > client ${answer}
      5ms server > client FIN
    `);
    expect(exchange(fin, 0).request.state).toBe('IN_BODY');
    expect(exchange(fin, 0).response).toMatchObject({ state: 'CUT_BY_FIN', body: 1, packets: [5, 5, 5] });
    const rst = await readFourWays(connection`
      3ms client > server ${opening}
      4ms server > client ${answer}
      5ms client > server RST
    `);
    expect(exchange(rst, 0).request.state).toBe('CUT_BY_RST');
    expect(exchange(rst, 0).response.state).toBe('CUT_BY_RST');
    const open = await readFourWays(connection`
      3ms client > server ${opening}
      4ms server > client ${answer}
    `);
    expect(exchange(open, 0).response.state).toBe('IN_BODY');
    expect(open.tables.messages.end(1)).toBe(4e6);
    for (const core of [fin, rst, open]) expect(flowMarks(core, 0)).toContain('UNANSWERED');
  });

  it('is a GOAWAY for streams that it leaves out', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/1', [], '')} ${request(3, '/3', [], '')}
      4ms server > client ${settings()} ${goAway(1, 0)} ${response(1, 200)}
      5ms server > client FIN
      6ms client > server FIN
    `);
    expect(exchange(core, 0).request.state).toBe('CUT_BY_FIN');
    expect(exchange(core, 0).response.state).toBe('CUT_BY_FIN');
    expect(exchange(core, 1).request.state).toBe('CUT_BY_RST_STREAM');
    expect(exchange(core, 1).response.state).toBe('ABSENT');
  });

  it('comes inside a header section that the connection cuts', async () => {
    const cut = request(3, '/cut', [['x-long', 'y'.repeat(100)]]).subarray(0, 60);
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${request(1, '/1')} ${cut}
      4ms server > client RST
    `);
    expect(exchanges(core)).toEqual(['GET /1 -', 'GET - -']);
    expect(exchange(core, 1).request).toMatchObject({
      state: 'CUT_BY_RST',
      lines: [':method: GET', ':scheme: http'],
    });
    expect(issues(core)).toEqual({});
  });

  it('leaves no frame of its own behind: late ones find it', async () => {
    const late = Array.from({ length: 60 }, (_, index) => index * 2 + 1);
    const core = await readFourWays(connection`
      3ms client > server ${HELLO} ${concat(...late.map((stream) => request(stream, `/${stream}`)))}
      4ms server > client ${settings()} ${concat(...late.map((stream) => response(stream, 200, [], 'end')))}
      5ms server > client ${concat(...late.map((stream) => data(stream, 'more')))}
    `);
    expect(core.tables.exchanges.rows).toBe(60);
    expect(issues(core)).toEqual({ HTTP2_FRAME_MALFORMED: 60 });
    // The last that ended are still known.
    expect(streamOf(core, 59).response.marks).toEqual(['ENDED', 'INVALID_FRAME']);
    expect(exchange(core, 59).response.body).toBe(0);
  });
});
