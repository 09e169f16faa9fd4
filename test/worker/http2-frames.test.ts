import { describe, expect, test } from 'vitest';
import type { DeliveredPiece } from '../../workers/core.ts';
import { type FrameEvent, FrameWalker } from '../../workers/http2/frame-walker.ts';
import { data, frame, headers, ping, request, rstStream, settings } from '../support/http2-messages.ts';
import { concat } from '../support/octets.ts';

const START = 4_294_967_290;

/** Another stream's frames between those of stream 3: one of its DATA frames is padded. */
const WIRE = concat(
  request(3, '/a', [], ''),
  data(1, 'not ours'),
  data(3, 'hello', '', 7),
  settings([[4, 65535]]),
  data(3, ', '),
  ping(),
  data(3, '', ''),
  frame(0xbe, 0xff, 3, new Uint8Array(12)),
  data(3, 'world'),
  headers(3, [['x-rows', '3']], 'end'),
  data(3, 'after the end'),
);

function piece(octets: Uint8Array, sequence: number, packet: number, missing = 0): DeliveredPiece {
  return { direction: 0, packet, octets, missing, sequence: sequence >>> 0 };
}

function told(events: readonly FrameEvent[]): string {
  const text = new TextDecoder();
  return events
    .map((event) => {
      if (event.kind === 'data') return text.decode(event.octets);
      if (event.kind === 'missing' || event.kind === 'lost') return `[${event.kind} ${event.octets}]`;
      return event.kind === 'reset' ? `[reset ${event.code}]` : `[${event.kind}]`;
    })
    .join('');
}

function walk(wire: Uint8Array, size: number): string {
  const walker = new FrameWalker(3, START);
  const events: FrameEvent[] = [];
  for (let at = 0; at < wire.length; at += size) {
    events.push(...walker.push(piece(wire.subarray(at, at + size), START + at, at + 1)));
  }
  return told(events);
}

describe('frames of one stream are told among those of others', () => {
  test('the same in pieces of any size, over the end of the sequence numbers', () => {
    for (let size = 1; size <= WIRE.length; size++) {
      expect(walk(WIRE, size)).toBe('[headers]hello, world[headers][end]');
    }
  });

  test('what came before the beginning is left out, and so is what comes twice', () => {
    const walker = new FrameWalker(3, START);
    const before = concat(new Uint8Array(40), WIRE.subarray(0, 20));
    expect(told(walker.push(piece(before, START - 40, 1)))).toBe('[headers]');
    expect(walker.push(piece(WIRE.subarray(5, 15), START + 5, 2))).toEqual([]);
    expect(told(walker.push(piece(WIRE.subarray(20), START + 20, 3)))).toBe('hello, world[headers][end]');
    expect(walker.isDone).toBe(true);
  });

  test('a gap inside a DATA frame is told, and the frame goes on behind it', () => {
    const wire = concat(data(3, '0123456789'), data(3, 'more', 'end'));
    const walker = new FrameWalker(3, START);
    expect(told(walker.push(piece(wire.subarray(0, 12), START, 1)))).toBe('012');
    expect(told(walker.push(piece(new Uint8Array(), START + 12, 2, 4)))).toBe('[missing 4]');
    expect(told(walker.push(piece(wire.subarray(16), START + 16, 3)))).toBe('789more[end]');
  });

  test('a gap over the beginning of a frame ends what can be told', () => {
    const wire = concat(data(3, '0123456789'), data(3, 'more', 'end'));
    const walker = new FrameWalker(3, START);
    walker.push(piece(wire.subarray(0, 12), START, 1));
    expect(told(walker.push(piece(wire.subarray(24), START + 24, 3)))).toBe('[lost 12]');
    expect(walker.isDone).toBe(true);
  });

  test('RST_STREAM ends a stream', () => {
    expect(walk(concat(data(3, 'half'), rstStream(3, 8), data(3, 'x')), 5)).toBe('half[reset 8]');
  });

  test('padding that is longer than its frame leaves no content', () => {
    expect(walk(frame(0, 0x9, 3, Uint8Array.of(200, 1, 2, 3)), 1)).toBe('[end]');
  });
});
