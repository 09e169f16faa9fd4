import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import { http2Info } from '../../workers/items/http2-info.ts';
import { data, frame, goAway, rstStream } from '../support/http2-messages.ts';
import { concat, textOctets } from '../support/octets.ts';
import { Random } from '../support/random.ts';
import { readOctets } from '../support/read-capture.ts';
import { openOctets } from './open-file.ts';

const octetsOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/captures/${name}`, import.meta.url)));

async function open(name: string): Promise<Analysis> {
  const { analysis, result } = await openOctets(octetsOf(name));
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

describe('the frames of a packet, as Wireshark lists them', () => {
  test.each<[capture: string, packet: number, info: string]>([
    ['h2-healthy.pcap', 6, 'Magic, SETTINGS[0], WINDOW_UPDATE[0]'],
    ['h2-healthy.pcap', 43, 'SETTINGS[0] (ack), HEADERS[1]: 103, HEADERS[1]: 200, DATA[1]'],
    [
      'h2-push.pcap',
      8,
      'SETTINGS[0] (ack), PUSH_PROMISE[13]: GET /style.css, HEADERS[13]: 200, HEADERS[2]: 200, DATA[13], DATA[2]',
    ],
    ['h2-goaway-calm.pcap', 20, 'GOAWAY[0]: ENHANCE_YOUR_CALM, last stream 3'],
    ['h2-refused.pcap', 19, 'RST_STREAM[5]: REFUSED_STREAM'],
    ['grpc-status.pcap', 13, 'HEADERS[3]: POST /shop.v1.Orders/Missing, DATA[3]'],
    ['grpc-status.pcap', 14, 'HEADERS[3]: 200, grpc-status 5'],
    ['grpc-status.pcap', 21, 'HEADERS[7]: trailers, grpc-status 13'],
  ])('%s, packet %i', async (capture, packet, info) => {
    const detail = await (await open(capture)).packet(packet);
    expect(detail?.item).toMatchObject({ protocol: 'HTTP/2', info });
  });
});

describe('a payload that does not begin with a frame is not taken for one', () => {
  test.each<[string, Uint8Array]>([
    ['text', textOctets('0123456789abcdef'.repeat(20))],
    ['zeros', new Uint8Array(500)],
    ['a ping of nine octets', frame(6, 0, 0, new Uint8Array(9))],
    ['a reset of the connection', concat(data(1, 'x'), rstStream(0, 1))],
    ['nothing', new Uint8Array()],
  ])('%s', async (_, payload) => {
    const { core } = await readOctets(octetsOf('h2-healthy.pcap'));
    expect(http2Info(core, 5, payload)).toBeUndefined();
  });

  test('any octets are told or refused', async () => {
    const { core } = await readOctets(octetsOf('h2-healthy.pcap'));
    const random = new Random(7);
    const frames = concat(goAway(3, 11, 'bye'), data(1, 'hello', '', 3), frame(5, 8, 1, new Uint8Array(2)));
    for (let round = 0; round < 2000; round++) {
      const payload = frames.slice(0, random.below(frames.length + 1));
      for (let at = random.below(3); at > 0; at--) payload[random.below(payload.length)] = random.below(256);
      const info = http2Info(core, random.below(156), payload);
      expect(info === undefined || info.length > 0).toBe(true);
    }
  });
});
