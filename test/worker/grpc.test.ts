import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ConversationMessage } from '../../src/model/conversation.ts';
import type { Analysis } from '../../workers/api.ts';
import { Base64Decoder } from '../../workers/conversations/grpc-web.ts';
import type { Capture } from '../support/capture.ts';
import { call, data, grpcMessage, headers, PREFACE, response, settings } from '../support/http2-messages.ts';
import { concat, hexOctets, textOctets } from '../support/octets.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function open(octets: Uint8Array): Promise<Analysis> {
  const { analysis, result } = await openOctets(octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

const drawn = (capture: Capture): Promise<Analysis> => open(writePcap(capture).octets);
const fixture = (name: string): Promise<Analysis> =>
  open(new Uint8Array(readFileSync(new URL(`../fixtures/captures/${name}`, import.meta.url))));

/** `side kind label (packet)`. */
async function told(analysis: Analysis, exchange: number): Promise<readonly string[]> {
  const part = await analysis.conversation(exchange, 0);
  return (part?.messages ?? []).map(
    ({ side, kind, label, packet, caveat, encoding }: ConversationMessage) =>
      `${side} ${kind} ${label} (${packet})${encoding === undefined ? '' : ` ${encoding}`}${caveat === undefined ? '' : ` ${caveat}`}`,
  );
}

describe('calls of @grpc/grpc-js', () => {
  test('messages both ways in the order they began, then the status', async () => {
    expect(await told(await fixture('grpc-healthy.pcap'), 3)).toEqual([
      '0 message 1: “order-1”, 2: 1, 3: message (27)',
      '1 message 1: “order-1”, 2: 1, 3: message (28)',
      '0 message 1: “order-2”, 2: 2, 3: message (29)',
      '0 message 1: “order-3”, 2: 3, 3: message (30)',
      '1 message 1: “order-2”, 2: 2, 3: message (32)',
      '1 message 1: “order-3”, 2: 3, 3: message (33)',
      '1 status 0 OK (34)',
    ]);
  });

  test('compressed messages are decompressed and taken apart', async () => {
    const analysis = await fixture('grpc-healthy.pcap');
    const [first] = (await analysis.conversation(4, 0))?.messages ?? [];
    expect(first).toMatchObject({ side: 0, size: 41, encoding: 'gzip' });
    expect(first?.fields).toEqual([
      { name: '1', type: 'string', value: 'order-42', depth: 0 },
      { name: '2', type: 'varint', value: '42', depth: 0 },
      { name: '3', type: 'message', value: '7 octets', depth: 0 },
      { name: '1', type: 'string', value: 'tea', depth: 1 },
      { name: '2', type: 'varint', value: '3', depth: 1 },
    ]);
  });

  test('a status in the only header section is told with its message, decoded', async () => {
    const analysis = await fixture('grpc-status.pcap');
    const detail = await analysis.exchange(1);
    expect(detail?.item).toMatchObject({
      protocol: 'gRPC',
      streamIdentifier: 3,
      grpcStatus: '5 NOT_FOUND',
      tags: ['NOT_FOUND'],
    });
    expect(detail?.facts[1]).toEqual({
      label: 'gRPC status',
      value: '5 NOT_FOUND: order 4711 not found: 100 % gone, in the only header section (trailers-only)',
    });
  });
});

const CLIENT = concat(PREFACE, settings());
const TEA = hexOctets('0a03746561');

describe('what is broken is told', () => {
  test('a message that is cut off by the end of the capture, and one with a coding that is not undone', async () => {
    const analysis = await drawn(connection`
      3ms client > server ${concat(CLIENT, call(1, '/shop.v1.Orders/Get', [['grpc-encoding', 'snappy']]), data(1, grpcMessage(TEA, 1), 'end'))}
      4ms server > client ${concat(settings(), response(1, 200, [['content-type', 'application/grpc']]), data(1, grpcMessage(TEA).subarray(0, 8)))}
    `);
    expect(await told(analysis, 0)).toEqual([
      '0 message  (4) snappy, not decoded It could not be decoded (snappy: it is not in the registry of codings).',
      '1 message  (5) Cut off: 3 octets of 5 octets came.',
    ]);
  });

  test('a gap inside a message, and the messages behind it', async () => {
    const wire = concat(data(1, grpcMessage(new Uint8Array(40).fill(8))), data(1, grpcMessage(TEA), 'end'));
    const analysis = await drawn(connection`
      3ms client > server ${concat(CLIENT, call(1, '/shop.v1.Orders/Put'))}
      4ms server > client ${settings()}
      5ms client > server ${wire.subarray(0, 30)}
      6ms client > server ${wire.subarray(30, 40)} lost
      7ms client > server ${wire.subarray(40)}
      8ms server > client ACK
      9ms client > server ACK
    `);
    expect(await told(analysis, 0)).toEqual([
      '0 message  (6) Cut off: 30 octets of 40 octets came, 10 octets are missing in the capture.',
      '0 message 1: “tea” (7)',
    ]);
  });
});

test('JSON is shown as text, though Content-Type does not name it', async () => {
  const [ask, answer] = ['{\n  "name": ["Jason"]\n}', '[{"id": 1001, "nick": "ü"}]'].map(textOctets);
  const analysis = await drawn(connection`
    3ms client > server ${concat(CLIENT, call(1, '/shop.v1.Orders/Get'), data(1, grpcMessage(ask ?? TEA), 'end'))}
    4ms server > client ${concat(settings(), response(1, 200, [['content-type', 'application/grpc']]), data(1, grpcMessage(answer ?? TEA)), data(1, grpcMessage(TEA)), data(1, grpcMessage(textOctets('{ "cut": "here"')).subarray(0, 15)))}
  `);
  const messages = (await analysis.conversation(0, 0))?.messages ?? [];
  expect(messages.map(({ isText }) => isText)).toEqual([true, true, false, true]);
  expect(new TextDecoder().decode(messages[1]?.octets)).toBe('[{"id": 1001, "nick": "ü"}]');
});

describe('gRPC-Web', () => {
  const REQUEST = grpcMessage(TEA);
  const TRAILERS = grpcMessage(textOctets('grpc-status: 14\r\ngrpc-message: no%20replica\r\n'), 0x80);
  const TOLD = [
    '0 message 1: “tea” (4)',
    '1 message 1: “tea” (5)',
    '1 status 14 UNAVAILABLE: no replica (6)',
  ];

  test('in HTTP/1.1, binary, the trailers in the last chunk', async () => {
    const chunk = (octets: Uint8Array): Uint8Array =>
      concat(textOctets(`${octets.length.toString(16)}\r\n`), octets, textOctets('\r\n'));
    const analysis = await drawn(connection`
      3ms client > server ${concat(textOctets('POST /shop.v1.Orders/Get HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc-web+proto\r\nContent-Length: 10\r\n\r\n'), REQUEST)}
      4ms server > client ${concat(textOctets('HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\nTransfer-Encoding: chunked\r\n\r\n'), chunk(grpcMessage(TEA)))}
      5ms server > client ${concat(chunk(TRAILERS), textOctets('0\r\n\r\n'))}
    `);
    expect(await told(analysis, 0)).toEqual(TOLD);
    const detail = await analysis.exchange(0);
    expect(detail?.conversation).toEqual({ protocol: 'gRPC-Web', messages: 2 });
    expect(detail?.item).toMatchObject({ protocol: 'gRPC-Web', grpcStatus: '14 UNAVAILABLE' });
    expect(detail?.item.tags).toContain('UNAVAILABLE');
    expect(detail?.facts[1]).toEqual({ label: 'gRPC status', value: '14 UNAVAILABLE: no replica' });
    const found = await analysis.query('exchanges', { filter: 'grpc.status_code == 14', sort: undefined });
    expect(found).toMatchObject({ ok: true, value: { rows: 1 } });
    expect((await analysis.report())?.findings.map(({ rule }) => rule)).toEqual(['grpc-status']);
  });

  test('in HTTP/2, as text: each frame its own base64', async () => {
    const text = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
    const type = ['content-type', 'application/grpc-web-text'] as const;
    const analysis = await drawn(connection`
      3ms client > server ${concat(CLIENT, webCall(type), data(1, text(REQUEST), 'end'))}
      4ms server > client ${concat(settings(), response(1, 200, [type]), data(1, text(grpcMessage(TEA))))}
      5ms server > client ${data(1, text(TRAILERS), 'end')}
    `);
    expect(await told(analysis, 0)).toEqual(TOLD);
  });

  test('base64 comes in pieces of any size, several texts one after another', () => {
    const whole = ['a', 'bc', 'def', '', 'ghij'].map((part) => Buffer.from(part).toString('base64')).join('');
    for (let size = 1; size <= whole.length; size++) {
      const decoder = new Base64Decoder();
      let found = '';
      for (let at = 0; at < whole.length; at += size)
        found += new TextDecoder().decode(decoder.push(textOctets(whole.slice(at, at + size))));
      expect(found).toBe('abcdefghij');
      expect(decoder.isBroken).toBe(false);
    }
    const broken = new Base64Decoder();
    broken.push(textOctets('YWJj-_'));
    expect(broken.isBroken).toBe(true);
  });
});

function webCall(type: readonly [string, string]): Uint8Array {
  return headers(1, [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':authority', 'orders.example'],
    [':path', '/shop.v1.Orders/Get'],
    type,
  ]);
}
