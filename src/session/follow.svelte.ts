import type { Bytes } from '../model/units.ts';
import type { FollowPart, FollowPiece } from './worker.ts';

/** Which direction of a flow is followed: the originator's, the responder's, or both. */
export type FollowDirection = 0 | 1 | 'both';

/** Reads a part of what is followed. */
export type FollowAsk = (direction: FollowDirection, from: number) => Promise<FollowPart>;

/** A followed byte stream, or HTTP without its framing: the parts read so far, and where to go on. */
export class FollowState {
  #ask: FollowAsk;
  #pieces = $state.raw<readonly FollowPiece[]>([]);
  #next = $state.raw<number | undefined>(0);
  #direction = $state.raw<FollowDirection>('both');
  #isReading = $state(false);
  #run = 0;

  constructor(ask: FollowAsk) {
    this.#ask = ask;
  }

  get pieces(): readonly FollowPiece[] {
    return this.#pieces;
  }
  get direction(): FollowDirection {
    return this.#direction;
  }
  get hasMore(): boolean {
    return this.#next !== undefined;
  }
  get isReading(): boolean {
    return this.#isReading;
  }
  /** Octets on the screen. */
  get octets(): Bytes {
    return this.#pieces.reduce((sum, piece) => sum + piece.octets.length, 0);
  }

  /** Follows another direction, from the beginning. */
  async start(direction: FollowDirection): Promise<void> {
    this.#run++;
    this.#direction = direction;
    this.#pieces = [];
    this.#next = 0;
    this.#isReading = false;
    await this.more();
  }

  /** Reads the next part. */
  async more(): Promise<void> {
    if (this.#next === undefined || this.#isReading) return;
    const run = this.#run;
    this.#isReading = true;
    const part = await this.#ask(this.#direction, this.#next);
    if (run !== this.#run) return;
    this.#isReading = false;
    this.#pieces = [...this.#pieces, ...part.pieces];
    this.#next = part.next;
  }

  /** All octets of the direction that is followed, as a file. */
  async wholeFile(): Promise<Blob> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let from: number | undefined = 0;
    while (from !== undefined) {
      const part: FollowPart = await this.#ask(this.#direction, from);
      parts.push(...part.pieces.map((piece) => new Uint8Array(piece.octets)));
      from = part.next;
    }
    return new Blob(parts, { type: 'application/octet-stream' });
  }
}
