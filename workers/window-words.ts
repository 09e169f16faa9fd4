import { formatCount, formatDuration } from '../src/model/format.ts';
import { StreamSideMark } from '../src/model/stream.ts';
import type { FlowRow, PacketNumber } from '../src/model/units.ts';
import type { Core } from './core.ts';

const { WINDOW_USED_UP, CONNECTION_WINDOW_USED_UP } = StreamSideMark;
const BLOCK = 8192;

/** That a side of an HTTP/2 stream used up a window that its receiver gave (RFC 9113 section 5.2). */
export interface WindowWait {
  /** 0 the client could not send, 1 the server. */
  readonly side: 0 | 1;
  /** In words: which window, how long, from which packet to which. */
  readonly words: string;
  /** Where the last wait began, and where the receiver opened the window again; 0 not known, or it did not. */
  readonly packet: PacketNumber;
  readonly until: PacketNumber;
}

/** Windows that the sides of a stream (row of the streams table) used up. */
export function windowWaits(core: Core, stream: number): readonly WindowWait[] {
  const { streamSides } = core.tables;
  return ([0, 1] as const).flatMap((side) => {
    const row = stream * 2 + side;
    const marks = streamSides.marks(row) & (WINDOW_USED_UP | CONNECTION_WINDOW_USED_UP);
    if (marks === 0) return [];
    const packet = streamSides.windowPacket(row);
    const until = streamSides.windowUntil(row);
    const words = [`the ${side === 0 ? 'client' : 'server'} used up ${windowName(marks)}`];
    const waited = streamSides.windowWaited(row);
    if (waited > 0) words.push(`${formatDuration(waited)} in all until it was opened again`);
    if (packet !== 0) words.push(lastWords(packet, until));
    return [{ side, words: words.join('; '), packet, until }];
  });
}

/** Which windows the bits of a stream side's marks say were used up. */
export function windowName(marks: number): string {
  if (marks === WINDOW_USED_UP) return 'the window for this stream';
  if (marks === CONNECTION_WINDOW_USED_UP) return 'the window of the connection';
  return 'the windows for this stream and of the connection';
}

function lastWords(packet: PacketNumber, until: PacketNumber): string {
  const from = `last in packet ${formatCount(packet)}`;
  return until === 0
    ? `${from}, and was not seen to be opened again`
    : `${from}, and waited until packet ${formatCount(until)}`;
}

/** How many streams of a flow used up their own window, and how many that of the connection, by who sent: 0 the client. */
export interface WindowCounts {
  readonly own: readonly [client: number, server: number];
  readonly connection: readonly [client: number, server: number];
}

/** Counts the streams of a flow that used up a window. The table is looked through once, some nanoseconds a row. */
export function windowCounts(core: Core, flow: FlowRow): WindowCounts {
  const { streams, streamSides, exchanges } = core.tables;
  const own: [number, number] = [0, 0];
  const connection: [number, number] = [0, 0];
  const marks = new Uint32Array(Math.min(BLOCK, streamSides.rows));
  for (let from = 0; from < streamSides.rows; from += BLOCK) {
    core.copyColumn('streamSides', 'marks', from, marks);
    const count = Math.min(marks.length, streamSides.rows - from);
    for (let at = 0; at < count; at++) {
      const found = marks[at] ?? 0;
      if ((found & (WINDOW_USED_UP | CONNECTION_WINDOW_USED_UP)) === 0) continue;
      const row = from + at;
      if (exchanges.flow(streams.exchange(row >>> 1)) !== flow) continue;
      const side = row & 1 ? 1 : 0;
      if (found & WINDOW_USED_UP) own[side]++;
      if (found & CONNECTION_WINDOW_USED_UP) connection[side]++;
    }
  }
  return { own, connection };
}
