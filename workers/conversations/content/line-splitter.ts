import { LIMITS } from '../../../src/model/limits.ts';
import type { Bytes, PacketNumber } from '../../../src/model/units.ts';
import type { ContentPiece } from './content-pieces.ts';

/** A line of a text, without its line end. */
export interface Line {
  /** At most as many octets as are kept. */
  readonly octets: Uint8Array;
  readonly size: Bytes;
  readonly packet: PacketNumber;
  /** Octets of it are missing in the capture. */
  readonly isCut: boolean;
  /** Its line end came. */
  readonly isEnded: boolean;
}

const CR = 0x0d;
const LF = 0x0a;
const KEPT: Bytes = LIMITS.CONVERSATION_MESSAGE_OCTETS;

/** Cuts a content into lines. `endsAtCr` where a lone CR ends a line too (the event stream format). */
export class LineSplitter {
  readonly #endsAtCr: boolean;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;
  #size = 0;
  #packet: PacketNumber = 0;
  #isBegun = false;
  #isCut = false;
  #wasCr = false;

  constructor(endsAtCr: boolean) {
    this.#endsAtCr = endsAtCr;
  }

  /** Takes a piece; answers the lines that are over now. */
  push({ octets, packet, missing }: ContentPiece): readonly Line[] {
    if (missing > 0) {
      this.#isCut = true;
      this.#begin(packet);
      return [];
    }
    const lines: Line[] = [];
    for (let at = 0; at < octets.length;) {
      // The LF of a CR LF whose CR ended the line.
      if (this.#wasCr && octets[at] === LF) {
        this.#wasCr = false;
        at++;
        continue;
      }
      this.#wasCr = false;
      const end = this.#lineEnd(octets, at);
      this.#begin(packet);
      this.#keep(octets.subarray(at, end));
      at = end;
      if (end === octets.length) break;
      this.#wasCr = octets[end] === CR;
      at++;
      lines.push(this.#take(true));
    }
    return lines;
  }

  /** No more will come: the line that was begun. */
  end(): Line | undefined {
    return this.#isBegun ? this.#take(false) : undefined;
  }

  #lineEnd(octets: Uint8Array, from: number): number {
    const lf = octets.indexOf(LF, from);
    const end = lf < 0 ? octets.length : lf;
    if (!this.#endsAtCr) return end;
    const cr = octets.subarray(from, end).indexOf(CR);
    return cr < 0 ? end : from + cr;
  }

  #begin(packet: PacketNumber): void {
    if (!this.#isBegun) this.#packet = packet;
    this.#isBegun = true;
  }

  #keep(octets: Uint8Array): void {
    this.#size += octets.length;
    const kept = octets.slice(0, Math.max(0, KEPT - this.#keptOctets));
    if (kept.length === 0) return;
    this.#kept.push(kept);
    this.#keptOctets += kept.length;
  }

  #take(isEnded: boolean): Line {
    let octets = new Uint8Array(this.#keptOctets);
    let at = 0;
    for (const part of this.#kept) {
      octets.set(part, at);
      at += part.length;
    }
    let size = this.#size;
    if (isEnded && !this.#endsAtCr && octets.at(-1) === CR && octets.length === size) {
      octets = octets.subarray(0, -1);
      size--;
    }
    const line = { octets, size, packet: this.#packet, isCut: this.#isCut, isEnded };
    this.#kept = [];
    this.#keptOctets = 0;
    this.#size = 0;
    this.#isBegun = false;
    this.#isCut = false;
    return line;
  }
}
