import { describe, expect, it } from 'vitest';
import type { DeliveredPiece } from '../../workers/core.ts';
import { flowPacketRows } from '../../workers/flow-packets.ts';
import type { Capture } from '../support/capture.ts';
import { describeCapture } from '../support/describe-capture.ts';
import { recordOf } from '../support/describe-packet.ts';
import { concat } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { readOctets } from '../support/read-capture.ts';
import { writePcap } from '../support/write-pcap.ts';

/** The pieces of a flow as one line each: direction, packet, text or missing octets. */
async function follow(capture: Capture, flow = 0): Promise<readonly DeliveredPiece[]> {
  const file = writePcap(capture).octets;
  const { core } = await readOctets(file);
  const before = describeCapture(core);
  core.followStart(flow);
  const pieces: DeliveredPiece[] = [];
  for (const row of flowPacketRows(core, flow)) {
    const { record, offset } = recordOf(core, file, row + 1);
    pieces.push(...core.followRecord(record, offset, row + 1));
  }
  pieces.push(...core.followFinish());
  expect(describeCapture(core), 'following changes nothing').toBe(before);
  return pieces;
}

function told(pieces: readonly DeliveredPiece[]): string[] {
  return pieces.map(({ direction, packet, octets, missing }) => {
    const what = missing > 0 ? `${missing} missing` : JSON.stringify(Buffer.from(octets).toString('latin1'));
    return `${packet} ${direction === 0 ? '>' : '<'} ${what}`;
  });
}

describe('following a flow', () => {
  it('gives the octets of both directions in the order they came', async () => {
    const pieces = await follow(connection`
      3ms client > server "one"
      4ms server > client "two"
      5ms client > server ACK
      6ms client > server "three"
      7ms client > server FIN
    `);
    expect(told(pieces)).toEqual(['4 > "one"', '5 < "two"', '7 > "three"']);
    expect(pieces.map(({ sequence }) => sequence)).toEqual([1001, 2001, 1004]);
  });

  it('leaves out what is sent again, and puts in order what is not', async () => {
    const pieces = await follow(connection`
      3ms client > server "aaa"
      4ms client > server again
      5ms client > server "bbb" lost #late
      6ms client > server "ccc"
      7ms client > server again #late
      8ms client > server seq -4 "xcccddd"
    `);
    expect(told(pieces)).toEqual(['4 > "aaa"', '7 > "bbb"', '6 > "ccc"', '8 > "ddd"']);
  });

  it('tells what is missing', async () => {
    const pieces = await follow(connection`
      3ms client > server "aaa"
      4ms client > server "lost" lost
      5ms client > server "bbb"
      6ms server > client ACK
      7ms client > server FIN
    `);
    expect(told(pieces)).toEqual(['4 > "aaa"', '5 > 4 missing', '5 > "bbb"']);
  });

  it('tells octets that the snap length cut as missing', async () => {
    const pieces = await follow(connection`
      3ms client > server "0123456789" snap 58
      4ms client > server "abc"
      5ms server > client ACK
    `);
    expect(told(pieces)).toEqual(['4 > "0123"', '4 > 6 missing', '5 > "abc"']);
  });

  it('takes the flow that was asked for', async () => {
    const capture = script`
      a 10.0.0.1:40001
      b 10.0.0.2:80
      c 10.0.0.1:40002
      0ms a > b "first"
      1ms c > b "second"
      2ms b > a "reply"
    `;
    expect(told(await follow(capture, 0))).toEqual(['1 > "first"', '3 < "reply"']);
    expect(told(await follow(capture, 1))).toEqual(['2 > "second"']);
  });

  it('gives back what was sent, however it was cut, repeated and shuffled', async () => {
    const random = new Random(42);
    for (let round = 0; round < 20; round++) {
      const text = Array.from({ length: 400 }, (_, index) => `${index} `).join('');
      const sent = connection`
        3ms client > server ${text} mss ${7 + random.below(60)}
        900ms server > client ACK
      `;
      const [opening, data, closing] = [
        sent.packets.slice(0, 3),
        sent.packets.slice(3, -1),
        sent.packets.slice(-1),
      ];
      const jumbled = data.flatMap((packet) => (random.below(5) === 0 ? [packet, packet] : [packet]));
      // Neighbours change places, as they do on parallel paths.
      for (let at = 1; at < jumbled.length; at++) {
        const [before, after] = [jumbled[at - 1], jumbled[at]];
        if (random.below(3) === 0 && before && after) [jumbled[at - 1], jumbled[at]] = [after, before];
      }
      const packets = [...opening, ...jumbled, ...closing];
      const pieces = await follow({ ...sent, packets });
      expect(pieces.every(({ missing }) => missing === 0)).toBe(true);
      expect(Buffer.from(concat(...pieces.map(({ octets }) => octets))).toString()).toBe(text);
    }
  });
});
