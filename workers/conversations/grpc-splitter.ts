import type { Bytes, PacketNumber } from '../../src/model/units.ts';

/** A length-prefixed message (gRPC over HTTP/2, "Requests"), or a trailer frame of gRPC-Web. */
export interface PrefixedMessage {
  /** Compressed-Flag; bit 7 marks the trailers of gRPC-Web. */
  readonly flags: number;
  /** Packet of the first octet of its prefix. */
  readonly packet: PacketNumber;
  /** Octets that its prefix announces. */
  readonly size: Bytes;
  /** Octets of it, at most as many as are kept. */
  readonly octets: Uint8Array;
  /** Octets that came, kept or not, and those that the capture does not have. */
  readonly seen: Bytes;
  readonly missing: Bytes;
}

/** Octets of a prefix: the flag, and a length of four. */
const PREFIX = 5;

/** Cuts the content of one direction into its messages. */
export class GrpcSplitter {
  readonly #limit: Bytes;
  readonly #prefix = new Uint8Array(PREFIX);
  #prefixOctets = 0;
  #packet = 0;
  #flags = 0;
  #size = 0;
  #seen = 0;
  #missing = 0;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;
  #isLost = false;

  /** `limit`: octets of a message that are kept. */
  constructor(limit: Bytes) {
    this.#limit = limit;
  }

  /** A gap swallowed a prefix: where the next message begins is unknown. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Takes content; answers the messages that are complete now. */
  push(octets: Uint8Array, packet: PacketNumber): readonly PrefixedMessage[] {
    const whole: PrefixedMessage[] = [];
    for (let at = 0; at < octets.length && !this.#isLost;) {
      if (this.#prefixOctets < PREFIX) {
        if (this.#prefixOctets === 0) this.#packet = packet;
        this.#prefix[this.#prefixOctets++] = octets[at++] ?? 0;
        if (this.#prefixOctets === PREFIX) this.#begin();
      } else {
        const part = octets.subarray(at, at + this.#size - this.#seen - this.#missing);
        const room = this.#limit - this.#keptOctets;
        if (room > 0) {
          this.#kept.push(part.slice(0, room));
          this.#keptOctets += Math.min(room, part.length);
        }
        this.#seen += part.length;
        at += part.length;
      }
      const done = this.#finished();
      if (done) whole.push(done);
    }
    return whole;
  }

  /** Octets that the capture does not have. */
  skip(octets: Bytes): readonly PrefixedMessage[] {
    if (this.#isLost) return [];
    if (this.#prefixOctets < PREFIX || octets > this.#size - this.#seen - this.#missing) {
      this.#isLost = true;
      return this.end();
    }
    this.#missing += octets;
    const done = this.#finished();
    return done ? [done] : [];
  }

  /** The direction is over: what was begun is cut off. */
  end(): readonly PrefixedMessage[] {
    if (this.#prefixOctets === 0) return [];
    const cut = this.#message();
    this.#reset();
    return [cut];
  }

  #begin(): void {
    const [flags = 0, a = 0, b = 0, c = 0, d = 0] = this.#prefix;
    this.#flags = flags;
    this.#size = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  #finished(): PrefixedMessage | undefined {
    if (this.#prefixOctets < PREFIX || this.#seen + this.#missing < this.#size) return undefined;
    const message = this.#message();
    this.#reset();
    return message;
  }

  #message(): PrefixedMessage {
    const octets = new Uint8Array(this.#keptOctets);
    let at = 0;
    for (const part of this.#kept) {
      octets.set(part, at);
      at += part.length;
    }
    return {
      flags: this.#flags,
      packet: this.#packet,
      size: this.#size,
      octets,
      seen: this.#seen,
      missing: this.#missing,
    };
  }

  #reset(): void {
    this.#prefixOctets = 0;
    this.#flags = 0;
    this.#size = 0;
    this.#seen = 0;
    this.#missing = 0;
    this.#kept = [];
    this.#keptOctets = 0;
  }
}
