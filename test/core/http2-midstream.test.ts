import { describe, expect, it } from 'vitest';
import { exchange, exchanges, flowMarks, issues, protocols, streamOf } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { HpackEncoder } from '../support/hpack-encoder.ts';
import { data, frame, grpcMessage, headers, ping, request, response } from '../support/http2-messages.ts';
import { hexOctets, u16 } from '../support/octets.ts';
import { script } from '../support/packet-script.ts';

describe('HTTP/2 from the middle of a connection', () => {
  const fields = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/known'],
    [':authority', 'shop.example'],
    ['x-new', '1'],
  ] as const;

  it('shows placeholders for what was set before, and nothing else', async () => {
    const encoder = new HpackEncoder();
    encoder.encode([
      [':path', '/known'],
      [':authority', 'shop.example'],
    ]);
    const first = frame(1, 5, 7, encoder.encode(fields));
    const second = frame(1, 5, 9, encoder.encode(fields));
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms client > server ${first}
      1ms server > client ${response(7, 200)} ${data(7, 'x', 'end')}
      2ms client > server ${second}
    `);
    expect(exchanges(core)).toEqual(['GET - 200', 'GET - -']);
    expect(exchange(core, 0).request).toMatchObject({
      marks: ['UNKNOWN_FIELDS'],
      violations: [],
      lines: [
        ':method: GET',
        ':scheme: http',
        '<HPACK entry 63>: <not in the capture>',
        '<HPACK entry 62>: <not in the capture>',
        'x-new: 1',
      ],
    });
    expect(exchange(core, 1).request.lines[4]).toBe('x-new: 1');
    expect(exchange(core, 0).response.marks).toEqual([]);
    expect(issues(core)).toEqual({ HTTP2_RESYNCHRONIZED: 2 });
    expect(protocols(core)).toEqual(['HTTP2', 'HTTP2', 'HTTP2']);
  });

  it('shows a stream whose header sections came before the capture', async () => {
    const core = await readFourWays(script`
      client 10.0.0.1:35500
      server 10.0.0.2:50051
      0ms server > client ${data(5, grpcMessage(u16(7)))} ${ping()}
      1ms client > server ${ping(true)} ${data(5, grpcMessage(u16(1)))}
      2ms server > client ${data(5, grpcMessage(u16(8)))} ${headers(5, [['grpc-status', '0']], 'end')}
    `);
    expect(exchanges(core)).toEqual(['- - -']);
    expect(exchange(core, 0).response).toMatchObject({
      state: 'COMPLETE',
      body: 14,
      marks: ['RESYNCHRONIZED'],
      trailers: ['grpc-status: 0'],
      lines: [],
    });
    expect(exchange(core, 0).request).toMatchObject({ state: 'IN_BODY', body: 7, marks: ['RESYNCHRONIZED'] });
    expect(streamOf(core, 0).grpcStatus).toBe(0);
  });

  it('knows the client by its pseudo-header fields, whoever sent first', async () => {
    const core = await readFourWays(script`
      one 10.0.0.1:40000
      other 10.0.0.2:41000
      0ms one > other ${response(3, 200)} ${data(3, 'abc', 'end')}
      1ms other > one ${request(5, '/5')} ${ping()}
    `);
    expect(exchanges(core)).toEqual(['- - 200', 'GET /5 -']);
    expect(flowMarks(core, 0)).toContain('CLIENT_IS_RESPONDER');
    expect(exchange(core, 1).request.state).toBe('COMPLETE');
  });

  it('is not seen in other protocols', async () => {
    const others = [
      '00000004 00000000 00 00000004 00000000 00', // lengths and zeros
      '000000000000000000 000000000000000000',
      '000010 00 00 00000001 00000000000000000000000000000000 000010 00 00 00000001', // DATA alone
      '00000a 01 05 00000001 80808080808080808080 000000 04 01 00000000', // no header block
      '000004 08 00 00000000 00000000 000004 08 00 00000000 00000000', // an increment of 0
    ];
    for (const hex of others) {
      const core = await readFourWays(script`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms client > server ${hexOctets(hex)}
        1ms server > client ${hexOctets(hex)}
      `);
      expect(protocols(core), hex).toEqual(['TCP', 'TCP']);
      expect(issues(core), hex).toEqual({});
    }
  });
});
