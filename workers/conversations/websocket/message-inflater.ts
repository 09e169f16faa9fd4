import { Inflate } from 'fflate';
import type { Bytes } from '../../../src/model/units.ts';

/** How far back deflate looks (RFC 1951 section 2): windows that were agreed on may be smaller. */
const WINDOW: Bytes = 32_768;

/** Octets that the library gets at once: they may become a thousand times as many. */
const PIECE = 8 << 10;

/** What a sender leaves off a message (RFC 7692 section 7.2.2), and an empty last block, so that the library tells of an early end. */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff, 3, 0);

/** Octets of one message that are inflated at most; past it the sender's window is no longer known. */
const INFLATED: Bytes = 64 << 20;

/**
 * Undoes permessage-deflate in one direction, message by message. What is kept of the window is a true end of the sender's: after
 * octets that are missing it begins anew, and a message that reaches behind it fails instead of giving wrong octets.
 */
export class MessageInflater {
  readonly #keepsWindow: boolean;
  readonly #limit: Bytes;
  #window = new Uint8Array();
  #stream: Inflate | undefined;
  #kept: Uint8Array[] = [];
  #size = 0;
  #problem: string | undefined;
  #isWindowKnown = true;

  /** `keepsWindow`: context takeover, the window is kept from message to message. `limit`: octets that are kept of a message. */
  constructor(keepsWindow: boolean, limit: Bytes) {
    this.#keepsWindow = keepsWindow;
    this.#limit = limit;
  }

  /** Whether all that the sender looked back on is known. */
  get isWindowKnown(): boolean {
    return this.#isWindowKnown;
  }

  /** Begins a message. */
  begin(): void {
    this.#kept = [];
    this.#size = 0;
    this.#problem = undefined;
    if (!this.#keepsWindow) {
      this.#window = new Uint8Array();
      this.#isWindowKnown = true;
    }
    this.#stream = new Inflate({ dictionary: this.#window }, (octets) => this.#take(octets));
  }

  /** Octets of the message. */
  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += PIECE) this.#push(octets.slice(at, at + PIECE), false);
  }

  /** The message is over: what it says, and why that is not all of it. `inflated` counts what came out, kept or not. */
  end(): { readonly octets: Uint8Array; readonly inflated: Bytes; readonly problem: string | undefined } {
    this.#push(TAIL, true);
    const octets = join(this.#kept, Math.min(this.#size, this.#limit));
    const answer = { octets, inflated: this.#size, problem: this.#problem };
    this.#stream = undefined;
    this.#kept = [];
    if (this.#problem !== undefined) this.forget();
    return answer;
  }

  /** Octets are missing: what the sender looks back on is no longer known. */
  forget(): void {
    this.#stream = undefined;
    this.#window = new Uint8Array();
    this.#isWindowKnown = false;
  }

  #push(octets: Uint8Array, isLast: boolean): void {
    if (this.#problem !== undefined || this.#stream === undefined) return;
    try {
      this.#stream.push(octets, isLast);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    if (this.#size > INFLATED) this.#problem ??= 'it becomes more than 64 MiB';
  }

  #take(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (this.#size < this.#limit) this.#kept.push(octets.slice(0, this.#limit - this.#size));
    this.#size += octets.length;
    if (!this.#keepsWindow) return;
    this.#window =
      octets.length >= WINDOW
        ? octets.slice(-WINDOW)
        : join([this.#window.subarray(-(WINDOW - octets.length)), octets]);
  }
}

/** Parts one after another, at most `limit` octets. */
export function join(parts: readonly Uint8Array[], limit = Infinity): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(
    Math.min(
      parts.reduce((sum, { length }) => sum + length, 0),
      limit,
    ),
  );
  let at = 0;
  for (const part of parts) {
    const kept = part.subarray(0, joined.length - at);
    joined.set(kept, at);
    at += kept.length;
  }
  return joined;
}
