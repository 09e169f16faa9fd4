import { describe, expect, test } from 'vitest';
import type { FollowPart } from '../../src/model/follow.ts';
import type { Analysis } from '../../workers/api.ts';
import type { Capture } from '../support/capture.ts';
import { drawn, script } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

async function openCapture(capture: Capture): Promise<Analysis> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  if (!result.ok) throw new Error(result.error.message);
  return analysis;
}

/** All parts from the first on, each asked for with what the one before named. */
async function allParts(analysis: Analysis, direction: 0 | 1 | 'both'): Promise<readonly FollowPart[]> {
  const parts: FollowPart[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const part: FollowPart = await analysis.follow(0, direction, from);
    parts.push(part);
    from = part.next;
  }
  return parts;
}

const text = (parts: readonly FollowPart[]): string =>
  parts
    .flatMap(({ pieces }) => pieces)
    .map(({ octets, missing }) =>
      missing === undefined ? new TextDecoder('latin1').decode(octets) : `[${missing} missing]`,
    )
    .join('');

describe('a long stream comes in parts', () => {
  // 700 segments of 1,000 octets, each with its number in front, and an answer to every tenth.
  const body = (at: number): string => `${String(at).padStart(6, '0')}${'x'.repeat(994)}`;
  const lines = Array.from({ length: 700 }, (_, at) => [
    `${at * 2}ms client > server "${body(at)}"`,
    ...(at % 10 === 0 ? [`${at * 2 + 1}ms server > client "ok ${at};"`] : []),
  ]).flat();
  const capture = drawn(`client 10.0.0.1:1\nserver 10.0.0.2:2\n0ms client > server SYN\n${lines.join('\n')}`);
  const sent = Array.from({ length: 700 }, (_, at) => body(at)).join('');

  test('that together are the stream, each of about 256 KiB', async () => {
    const parts = await allParts(await openCapture(capture), 0);
    expect(text(parts)).toBe(sent);
    expect(parts).toHaveLength(3);
    for (const { pieces } of parts.slice(0, -1)) {
      const octets = pieces.reduce((sum, piece) => sum + piece.octets.length, 0);
      expect(octets).toBeGreaterThanOrEqual(256 << 10);
      expect(octets).toBeLessThan((256 << 10) + 1500);
    }
  });

  test('in both directions in the order of their packets', async () => {
    const parts = await allParts(await openCapture(capture), 'both');
    const packets = parts.flatMap(({ pieces }) => pieces.map(({ packet }) => packet));
    expect(packets).toHaveLength(770);
    expect(packets).toEqual([...packets].sort((a, b) => a - b));
  });

  test('and a part asked for again, after something else was followed, is the same', async () => {
    const analysis = await openCapture(capture);
    const [first, second] = await allParts(analysis, 0);
    await analysis.follow(0, 1, 0);
    expect(await analysis.follow(0, 0, first?.next ?? NaN)).toEqual(second);
  });
});

test('retransmitted, overlapping and disordered segments are told once, a gap by its size, across the wrap of sequence numbers', async () => {
  const capture = script`
    client 10.0.0.1:1
    server 10.0.0.2:2
    0ms client > server SYN isn 4294967290
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms client > server "abcd"
    4ms client > server "efgh" lost
    5ms client > server "ijkl"
    6ms client > server seq -8 "efgh"
    7ms client > server seq -8 "efghijkl"
    8ms client > server "mnop" lost
    9ms server > client ACK
    10ms client > server "qrst"
  `;
  const parts = await allParts(await openCapture(capture), 0);
  expect(text(parts)).toMatch(/^abcdefghijkl\[4 missing\]qrst$/);
});
