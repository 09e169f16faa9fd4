import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FollowPiece } from '../../workers/api.ts';
import { openFixture } from './open-file.ts';

const GOLDEN = new URL('../golden/follow/', import.meta.url);

/** Lines of `tshark -q -z follow,tcp,raw,N`: octets as hexadecimal, the responder's behind a tab. Gaps are told in ASCII. */
function tsharkLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
}

/** Runs of one direction, each as one line, whatever segments they came in. */
function runs(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const isResponder = line.startsWith('\t');
    const last = joined.at(-1);
    if (last?.startsWith('\t') === isResponder) joined[joined.length - 1] = last + line.trim();
    else joined.push(line);
  }
  return joined;
}

function pieceLine({ direction, octets, missing }: FollowPiece): string {
  const shown =
    missing === undefined
      ? octets
      : new TextEncoder().encode(`[${missing} bytes missing in capture file].\0`);
  return (direction === 1 ? '\t' : '') + Buffer.from(shown).toString('hex');
}

/** Row of the flow with this tcp.stream. */
async function flowOf(
  analysis: Awaited<ReturnType<typeof openFixture>>['analysis'],
  stream: number,
): Promise<number> {
  const query = await analysis.query('flows', { filter: `tcp.stream eq ${stream}`, sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  const [item] = await analysis.window('flows', query.value.id, 0, 1);
  if (!item) throw new Error(`There is no tcp.stream ${stream}.`);
  return item.flow;
}

describe('Follow TCP Stream gives the octets that tshark gives', () => {
  const goldens = readdirSync(GOLDEN).map((name) => {
    const [capture = '', stream = ''] = name.split('.');
    return [capture, Number(stream), readFileSync(new URL(name, GOLDEN), 'utf8')] as const;
  });
  test.each(goldens)('%s, tcp.stream %i', async (capture, stream, golden) => {
    const { analysis } = await openFixture(`${capture}.pcap`);
    const flow = await flowOf(analysis, stream);
    const expected = tsharkLines(golden);
    const both = await analysis.follow(flow, 'both', 0);
    expect(both.next).toBeUndefined();
    expect(runs(both.pieces.map(pieceLine))).toEqual(runs(expected));
    for (const direction of [0, 1] as const) {
      const { pieces } = await analysis.follow(flow, direction, 0);
      expect(pieces.every((piece) => piece.direction === direction)).toBe(true);
      expect(pieces.map(pieceLine).join('')).toEqual(
        expected.filter((line) => line.startsWith('\t') === (direction === 1)).join(''),
      );
    }
  });
});

test('two streams followed at the same time do not mix', async () => {
  const { analysis } = await openFixture('story-1.pcap');
  const alone = [];
  for (const flow of [0, 1, 2, 3]) alone.push(await analysis.follow(flow, 'both', 0));
  const together = await Promise.all([
    ...[0, 1, 2, 3].map((flow) => analysis.follow(flow, 'both', 0)),
    analysis.body(0, 'response'),
  ]);
  expect(together.slice(0, 4)).toEqual(alone);
});
