import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FollowPiece } from '../../src/model/follow.ts';
import { openFixture } from './open-file.ts';

const CAPTURES = fileURLToPath(new URL('../fixtures/captures/', import.meta.url));
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** What tshark follows. */
function tsharkFollow(capture: string, stream: number): string {
  const options = ['-r', CAPTURES + capture, '-q', '-z', `follow,tcp,raw,${stream}`];
  return execFileSync('tshark', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

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
    missing === undefined ? octets : new TextEncoder().encode(`[${missing} bytes missing in capture file]\0`);
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

const CASES: readonly (readonly [capture: string, stream: number, why: string])[] = [
  ['story-1.pcap', 2, 'several exchanges'],
  ['story-1.pcap', 3, 'chunks cut off by a reset'],
  ['rst-mid-response.pcap', 0, 'a cut response'],
  ['dropped.pcap', 0, 'octets that were not captured'],
  ['midstream.pcap', 0, 'no handshake'],
  ['healthy-any.pcapng', 3, 'packets captured twice'],
  ['story-1-dropped.pcapng', 0, 'drops'],
  ['tls-alert-unknown-ca.pcap', 0, 'TLS'],
];

describe.skipIf(!hasTshark)('Follow TCP Stream gives the octets that tshark gives', () => {
  test.each(CASES)('%s, tcp.stream %i: %s', async (capture, stream) => {
    const { analysis } = await openFixture(capture);
    const flow = await flowOf(analysis, stream);
    const expected = tsharkLines(tsharkFollow(capture, stream));
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
