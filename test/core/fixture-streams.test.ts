import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FrameType, GRPC_STATUS_ABSENT, StreamKind } from '../../src/model/stream.ts';
import type { Core } from '../../workers/core.ts';
import { readOctets } from '../support/read-capture.ts';

/** What expect.mjs of the fixtures counts with tshark, as far as frames go. */
interface Numbers {
  readonly streamResets: number;
  readonly pings: number;
  readonly goaways: number;
  readonly pushes: number;
  readonly grpcStatuses: readonly number[];
  readonly websocketFrames: number;
  readonly websocketCloses: number;
}

const folder = new URL('../fixtures/captures/', import.meta.url);
const parsed: unknown = JSON.parse(readFileSync(new URL('EXPECT.json', folder), 'utf8'));

function isExpectations(value: unknown): value is Readonly<Record<string, { readonly numbers: Numbers }>> {
  return typeof value === 'object' && value !== null;
}

if (!isExpectations(parsed)) throw new Error('EXPECT.json does not hold expectations');

function frames(core: Core, type: number): number {
  const { controlFrames } = core.tables;
  let count = 0;
  for (let row = 0; row < controlFrames.rows; row++) if (controlFrames.type(row) === type) count++;
  return count;
}

function streams(core: Core, isWanted: (row: number) => boolean): readonly number[] {
  return Array.from({ length: core.tables.streams.rows }, (_, row) => row).filter(isWanted);
}

describe('the streams and frames of every fixture are those that tshark counts', () => {
  it.each(Object.entries(parsed))('%s', async (file, { numbers }) => {
    const { core } = await readOctets(readFileSync(new URL(file, folder)));
    const { streams: table, streamSides } = core.tables;
    const sides = streams(core, (row) => table.kind(row) === StreamKind.WEBSOCKET).flatMap((row) => [
      row * 2,
      row * 2 + 1,
    ]);
    const statuses = streams(core, (row) => table.grpcStatus(row) !== GRPC_STATUS_ABSENT);
    const ascending = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b);
    expect({
      streamResets: frames(core, FrameType.RST_STREAM),
      pings: frames(core, FrameType.PING),
      goaways: frames(core, FrameType.GOAWAY),
      pushes: frames(core, FrameType.PUSH_PROMISE),
      grpcStatuses: ascending(statuses.map((row) => table.grpcStatus(row))),
      websocketFrames: sides.reduce((sum, side) => sum + streamSides.frames(side), 0),
      websocketCloses: sides.filter((side) => streamSides.closePacket(side) !== 0).length,
    }).toEqual({
      streamResets: numbers.streamResets,
      pings: numbers.pings,
      goaways: numbers.goaways,
      pushes: numbers.pushes,
      grpcStatuses: ascending(numbers.grpcStatuses),
      websocketFrames: numbers.websocketFrames,
      websocketCloses: numbers.websocketCloses,
    });
  });
});
