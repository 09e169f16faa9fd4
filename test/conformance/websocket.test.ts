import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../workers/api.ts';
import { root } from '../support/stale.ts';
import { messageLine, messagesOf } from '../worker/conversation-lines.ts';
import { openOctets } from '../worker/open-file.ts';
import { ARCHIVE, hasCorpus, readTable, storedAt, unpackCorpus } from './corpus.ts';

const FIXTURES = join(root, 'test/fixtures/captures');
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** Captures of others with WebSockets in them. */
const OF_OTHERS = [
  'suricata-verify/tests/websocket-compressed/example_websocket.pcap',
  'suricata-verify/tests/websocket-control-frag/input.pcap',
  'zeek/testing/btest/Traces/http/websocket.pcap',
  'zeek/testing/btest/Traces/websocket/fragmented-http-reply.pcap',
  'zeek/testing/btest/Traces/websocket/jupyter-websocket.pcap',
  'zeek/testing/btest/Traces/websocket/reply-ping-coalesced.pcap',
  'zeek/testing/btest/Traces/websocket/reply-ping-separate.pcap',
];

async function openPath(path: string): Promise<Analysis> {
  const { analysis, result } = await openOctets(new Uint8Array(readFileSync(path)), 'capture.pcap');
  if (!result.ok) throw new Error(`${path}: ${result.error.message}`);
  return analysis;
}

async function exchangesOf(analysis: Analysis, filter = '') {
  const found = await analysis.query('exchanges', { filter, sort: undefined });
  if (!found.ok) throw new Error(found.error.message);
  return analysis.window('exchanges', found.value.id, 0, found.value.rows);
}

/** How many frames of each opcode tshark finds, by tcp.stream: "0: 1x12 8x2". */
function tsharkFrames(path: string): readonly string[] {
  const fields = ['-T', 'fields', '-e', 'tcp.stream', '-e', 'websocket.opcode'];
  const text = execFileSync('tshark', ['-r', path, '-Y', 'websocket', ...fields], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const streams = new Map<string, Map<number, number>>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [stream = '', opcodes = ''] = line.split('\t');
    const counts = streams.get(stream) ?? new Map<number, number>();
    streams.set(stream, counts);
    for (const opcode of opcodes.split(',').map(Number)) counts.set(opcode, (counts.get(opcode) ?? 0) + 1);
  }
  return linesOf(streams);
}

function linesOf(streams: ReadonlyMap<string, ReadonlyMap<number, number>>): readonly string[] {
  return [...streams]
    .map(([stream, counts]) => {
      const words = [...counts].sort(([a], [b]) => a - b).map(([opcode, count]) => `${opcode}x${count}`);
      return `${stream}: ${words.join(' ')}`;
    })
    .sort();
}

const OPCODES: Readonly<Record<string, number>> = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The same of the messages that are told: a message in three frames has two continuations. */
async function toldFrames(analysis: Analysis): Promise<readonly string[]> {
  const streams = new Map<string, Map<number, number>>();
  for (const item of await exchangesOf(analysis, 'websocket')) {
    const { messages } = await messagesOf(analysis, item.exchange);
    const counts = new Map<number, number>();
    for (const { kind, label } of messages) {
      const opcode = OPCODES[kind];
      if (opcode === undefined) continue;
      counts.set(opcode, (counts.get(opcode) ?? 0) + 1);
      const more = Number(/^in (\d+) frames$/.exec(label)?.[1] ?? 1) - 1;
      if (more > 0) counts.set(0, (counts.get(0) ?? 0) + more);
    }
    streams.set(String(item.stream), counts);
  }
  return linesOf(streams);
}

describe.skipIf(!hasTshark)('WebSocket frames are those that tshark finds', () => {
  const own = readdirSync(FIXTURES).filter((name) => /^ws-.*\.pcap$/.test(name));
  test.each(own)('in %s', async (name) => {
    const path = join(FIXTURES, name);
    const expected = tsharkFrames(path);
    expect(expected.length).toBeGreaterThan(0);
    expect(await toldFrames(await openPath(path))).toEqual(expected);
  });
});

describe.skipIf(!hasCorpus)(`WebSockets of others (${ARCHIVE})`, () => {
  const folder = hasCorpus ? unpackCorpus() : '';

  test.skipIf(!hasTshark).each(OF_OTHERS)('%s has the frames that tshark finds', async (name) => {
    const path = storedAt(folder, name);
    expect(await toldFrames(await openPath(path))).toEqual(tsharkFrames(path));
  });

  test('Zeek saw the same handshakes', async () => {
    for (const row of readTable(join(folder, 'EXPECT/zeek_websocket.tsv'))) {
      const analysis = await openPath(storedAt(folder, row.get('capture') ?? ''));
      const items = await exchangesOf(analysis, 'websocket');
      const found = items.map(({ authority, target, client, server }) => [authority, target, client, server]);
      const value = (name: string): string => row.get(name) ?? '';
      expect(found).toContainEqual([
        value('host'),
        value('uri'),
        `${value('id.orig_h')}:${value('id.orig_p')}`,
        `${value('id.resp_h')}:${value('id.resp_p')}`,
      ]);
    }
  });

  test('what a server compressed can be read', async () => {
    const analysis = await openPath(storedAt(folder, OF_OTHERS[0] ?? ''));
    const { messages } = await messagesOf(analysis);
    expect(messageLine(messages[0] ?? fail())).toBe(
      '← 8 text 38 "KEY=07cb9559eff21e3e34f3bbd18240bac3" [permessage-deflate]',
    );
    expect(messages.every(({ isText, caveat }) => isText && caveat === undefined)).toBe(true);
  });
});

function fail(): never {
  throw new Error('there is no message');
}
