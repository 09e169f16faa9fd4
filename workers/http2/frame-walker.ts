import { FrameType } from '../../src/model/stream.ts';
import type { Bytes, PacketNumber } from '../../src/model/units.ts';
import type { DeliveredPiece } from '../core.ts';

/** What is met of one stream in one direction, in order. */
export type FrameEvent =
  /** A HEADERS frame began: the header section, an interim response, or the trailer section. */
  | { readonly kind: 'headers'; readonly packet: PacketNumber }
  /** Octets of a DATA frame, padding left out; a view of the piece they came in. */
  | { readonly kind: 'data'; readonly packet: PacketNumber; readonly octets: Uint8Array }
  /** Octets of a DATA frame that the capture does not have. */
  | { readonly kind: 'missing'; readonly packet: PacketNumber; readonly octets: Bytes }
  /** END_STREAM. */
  | { readonly kind: 'end'; readonly packet: PacketNumber }
  | { readonly kind: 'reset'; readonly packet: PacketNumber; readonly code: number }
  /** A gap swallowed the beginning of a frame: where the next one begins is unknown. */
  | { readonly kind: 'lost'; readonly packet: PacketNumber; readonly octets: Bytes };

/** Octets of a frame header (RFC 9113 section 4.1). */
const HEADER = 9;

const Flag = { END_STREAM: 0x1, PADDED: 0x8 } as const;

/** Walks the frames of one direction from a known beginning of a frame on, and tells those of one stream. */
export class FrameWalker {
  readonly #stream: number;
  readonly #events: FrameEvent[] = [];
  /** Sequence number of the octet that is wanted next. */
  #next: number;
  readonly #header = new Uint8Array(HEADER);
  #headerOctets = 0;
  #type = 0;
  #flags = 0;
  #isOurs = false;
  /** Octets of the frame's payload that are still to come: pad length, content, padding; and what RST_STREAM says so far. */
  #padLength = 0;
  #content = 0;
  #padding = 0;
  #code = 0;
  #isLost = false;
  #hasEnded = false;

  /** `sequence`: that of the first octet of a frame header. */
  constructor(stream: number, sequence: number) {
    this.#stream = stream;
    this.#next = sequence >>> 0;
  }

  /** Whether nothing more can be told: the stream has ended in this direction, or its frames are lost in a gap. */
  get isDone(): boolean {
    return this.#isLost || this.#hasEnded;
  }

  /** Takes the next octets of the direction; those before the beginning are left out. Answers what was met. */
  push(piece: DeliveredPiece): readonly FrameEvent[] {
    this.#events.length = 0;
    const length = piece.missing > 0 ? piece.missing : piece.octets.length;
    // Octets of the piece before the one that is wanted next; negative where the piece begins after it.
    const skip = (this.#next - piece.sequence) | 0;
    if (this.isDone || skip >= length) return [];
    if (skip < 0) this.#gap(-skip, piece.packet);
    if (piece.missing > 0) this.#gap(piece.missing - Math.max(0, skip), piece.packet);
    else this.#octets(piece.octets.subarray(Math.max(0, skip)), piece.packet);
    this.#next = (piece.sequence + length) >>> 0;
    return [...this.#events];
  }

  #octets(octets: Uint8Array, packet: PacketNumber): void {
    for (let at = 0; at < octets.length && !this.isDone;) {
      if (this.#headerOctets < HEADER) {
        this.#header[this.#headerOctets++] = octets[at++] ?? 0;
        if (this.#headerOctets === HEADER) this.#begin(packet);
      } else if (this.#padLength > 0) {
        this.#padLength = 0;
        this.#padding = Math.min(octets[at++] ?? 0, this.#content);
        this.#content -= this.#padding;
      } else if (this.#content > 0) {
        const part = octets.subarray(at, at + this.#content);
        this.#take(part, packet);
        this.#content -= part.length;
        at += part.length;
      } else {
        const part = Math.min(this.#padding, octets.length - at);
        this.#padding -= part;
        at += part;
      }
      this.#finishFrame(packet);
    }
  }

  #begin(packet: PacketNumber): void {
    const [a = 0, b = 0, c = 0, type = 0, flags = 0, d = 0, e = 0, f = 0, g = 0] = this.#header;
    const length = (a << 16) | (b << 8) | c;
    this.#type = type;
    this.#flags = flags;
    this.#isOurs = (((d & 0x7f) << 24) | (e << 16) | (f << 8) | g) === this.#stream;
    const isPadded = type === FrameType.DATA && (flags & Flag.PADDED) !== 0 && length > 0;
    this.#padLength = isPadded ? 1 : 0;
    this.#content = length - this.#padLength;
    this.#padding = 0;
    this.#code = 0;
    if (this.#isOurs && type === FrameType.HEADERS) {
      this.#events.push({ kind: 'headers', packet });
    }
  }

  #take(part: Uint8Array, packet: PacketNumber): void {
    if (!this.#isOurs) return;
    if (this.#type === FrameType.DATA) this.#events.push({ kind: 'data', packet, octets: part });
    else if (this.#type === FrameType.RST_STREAM) {
      for (const octet of part) this.#code = ((this.#code << 8) | octet) >>> 0;
    }
  }

  #finishFrame(packet: PacketNumber): void {
    const isInFrame = this.#headerOctets < HEADER || this.#padLength + this.#content + this.#padding > 0;
    if (isInFrame) return;
    this.#headerOctets = 0;
    if (!this.#isOurs) return;
    if (this.#type === FrameType.RST_STREAM) {
      this.#events.push({ kind: 'reset', packet, code: this.#code });
      this.#hasEnded = true;
    }
    const canEnd = this.#type === FrameType.DATA || this.#type === FrameType.HEADERS;
    // After its END_STREAM a side may still send RST_STREAM, which the table tells.
    if (canEnd && (this.#flags & Flag.END_STREAM) !== 0) {
      this.#events.push({ kind: 'end', packet });
      this.#hasEnded = true;
    }
  }

  /** Octets that are not there: inside a frame its rest is still told; over a frame's beginning nothing more can be. */
  #gap(octets: Bytes, packet: PacketNumber): void {
    if (this.isDone) return;
    const rest = this.#content + this.#padding;
    const isWithin = this.#headerOctets === HEADER && this.#padLength === 0 && octets <= rest;
    if (!isWithin || this.#type === FrameType.RST_STREAM) {
      this.#isLost = true;
      this.#events.push({ kind: 'lost', packet, octets });
      return;
    }
    const content = Math.min(octets, this.#content);
    this.#content -= content;
    this.#padding -= octets - content;
    if (this.#isOurs && this.#type === FrameType.DATA && content > 0) {
      this.#events.push({ kind: 'missing', packet, octets: content });
    }
    this.#finishFrame(packet);
  }
}
