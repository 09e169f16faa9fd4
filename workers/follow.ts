import type { Bytes, FlowRow } from '../src/model/units.ts';
import type { FollowPart, FollowPiece } from '../src/model/follow.ts';
import type { Core, DeliveredPiece } from './core.ts';
import { octetPacketRows } from './flow-packets.ts';
import { recordRange } from './items/packet-items.ts';
import { type BlobReader, type ByteRange, ReadError } from './source/blob-reader.ts';

/** Octets of one part, about: what the page shows at a time. */
export const PART_OCTETS: Bytes = 256 << 10;

/** Octets of packets, and packets, that are read in one go. */
const BATCH_OCTETS: Bytes = 512 << 10;
const BATCH_PACKETS = 512;

/**
 * Follows one flow from a packet on: reads its packets again and lets the core put them in order. The core follows one flow at
 * a time; {@link FollowDesk} sees to that.
 */
export class Follower {
  readonly #core: Core;
  readonly #reader: BlobReader;
  readonly #rows: Generator<number, void, void>;
  readonly #flow: FlowRow;
  #isStarted = false;
  #isFinished = false;

  constructor(core: Core, reader: BlobReader, flow: FlowRow, fromRow = 0) {
    this.#core = core;
    this.#reader = reader;
    this.#flow = flow;
    this.#rows = octetPacketRows(core, flow, fromRow);
  }

  /** The next octets in order: those of the next batch of packets; undefined at the end. */
  async next(): Promise<readonly DeliveredPiece[] | undefined> {
    if (this.#isFinished) return undefined;
    if (!this.#isStarted) this.#core.followStart(this.#flow);
    this.#isStarted = true;
    const rows = this.#nextRows();
    if (rows.length === 0) {
      this.#isFinished = true;
      return this.#core.followFinish();
    }
    const ranges = rows.map((row): ByteRange => recordRange(this.#core, row, this.#reader.size));
    const records = await this.#reader.readRanges(ranges);
    return records.flatMap((record, index) => {
      const row = rows[index] ?? 0;
      return this.#core.followRecord(record, ranges[index]?.start ?? 0, row + 1);
    });
  }

  #nextRows(): readonly number[] {
    const { packets } = this.#core.tables;
    const rows: number[] = [];
    let octets = 0;
    while (rows.length < BATCH_PACKETS && octets < BATCH_OCTETS) {
      const { value: row, done } = this.#rows.next();
      if (done) break;
      rows.push(row);
      octets += packets.capturedLength(row);
    }
    return rows;
  }
}

/** Where following a flow has come to, to go on from there. */
interface Place {
  readonly flow: FlowRow;
  readonly direction: 0 | 1 | 'both';
  readonly follower: Follower;
  /** Pieces that were handed out. */
  given: number;
  /** Pieces that were read but not handed out. */
  readonly waiting: FollowPiece[];
}

/** Lets one follower at a time use the core, and remembers where the last one came to. */
export class FollowDesk {
  readonly #core: Core;
  readonly #reader: BlobReader;
  #place: Place | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #turn = 0;

  constructor(core: Core, reader: BlobReader) {
    this.#core = core;
    this.#reader = reader;
  }

  /** Grows with each that follows: what one left in the core is gone when it is not the same any more. */
  get turn(): number {
    return this.#turn;
  }

  /** Runs a task that follows a flow of its own, when no other follows. */
  exclusively<Value>(task: () => Promise<Value>): Promise<Value> {
    return this.#queue(() => {
      // The task takes the core's one follow state.
      this.#place = undefined;
      return task();
    });
  }

  /** A part of a flow's octets from `from` on: 0, or what the part before named as next. */
  follow(flow: FlowRow, direction: 0 | 1 | 'both', from: number): Promise<FollowPart> {
    return this.#queue(() => this.#part(flow, direction, from));
  }

  #queue<Value>(task: () => Promise<Value>): Promise<Value> {
    const begin = (): Promise<Value> => {
      this.#turn++;
      return task();
    };
    const run = this.#last.then(begin, begin);
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #part(flow: FlowRow, direction: 0 | 1 | 'both', from: number): Promise<FollowPart> {
    const place = this.#placeAt(flow, direction, from);
    const pieces: FollowPiece[] = [];
    let octets = 0;
    while (octets < PART_OCTETS) {
      const piece = await this.#nextPiece(place);
      if (piece instanceof ReadError) {
        return { pieces, next: undefined, problem: `The file can no longer be read (${piece.message}).` };
      }
      if (!piece) return { pieces, next: undefined };
      place.given++;
      // A follower that began again has to come to where the last part ended.
      if (place.given <= from) continue;
      pieces.push(piece);
      octets += piece.octets.length;
    }
    return { pieces, next: place.given };
  }

  #placeAt(flow: FlowRow, direction: 0 | 1 | 'both', from: number): Place {
    const known = this.#place;
    const isThere = known?.flow === flow && known.direction === direction && known.given === from && from > 0;
    if (known && isThere) return known;
    const follower = new Follower(this.#core, this.#reader, flow);
    this.#place = { flow, direction, follower, given: 0, waiting: [] };
    return this.#place;
  }

  async #nextPiece(place: Place): Promise<FollowPiece | ReadError | undefined> {
    for (;;) {
      const waiting = place.waiting.shift();
      if (waiting) return waiting;
      const delivered = await nextOrReadError(place.follower);
      if (delivered instanceof ReadError) return delivered;
      if (!delivered) return undefined;
      for (const piece of delivered) {
        if (place.direction !== 'both' && piece.direction !== place.direction) continue;
        place.waiting.push(this.#followPiece(piece));
      }
    }
  }

  #followPiece(piece: DeliveredPiece): FollowPiece {
    const { direction, packet, octets, missing } = piece;
    const time = packet === 0 ? 0 : this.#core.tables.packets.time(packet - 1);
    const base = { direction, packet, time, octets };
    return missing > 0 ? { ...base, missing } : base;
  }
}

async function nextOrReadError(
  follower: Follower,
): Promise<readonly DeliveredPiece[] | ReadError | undefined> {
  try {
    return await follower.next();
  } catch (error) {
    if (error instanceof ReadError) return error;
    throw error;
  }
}
