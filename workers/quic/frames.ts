import { LIMITS } from '../../src/model/limits.ts';
import { T050, T051 } from './initial-keys.ts';
import { varint } from './initial-packet.ts';

/** Room for a ClientHello of today, with a post-quantum share. */
const ROOM = 4096;

/** What the frames of Initial packets say that is of interest here. */
export interface Frames {
  readonly crypto: readonly { readonly offset: number; readonly octets: Uint8Array }[];
  /** CONNECTION_CLOSE's error code (RFC 9000 section 20.1). */
  readonly closedWith: number | undefined;
}

/** Frame types that Initial packets may hold (RFC 9000 table 3). */
const PADDING = 0;
const PING = 1;
const ACK = 2;
const ACK_ECN = 3;
const CRYPTO = 6;
const CONNECTION_CLOSE = 0x1c;

/** Google's versions with TLS (quiche, quic_framer.cc): CRYPTO has another number, an ACK's type holds the sizes of its numbers. */
const GOOGLE_PING = 7;
const GOOGLE_CRYPTO = 8;
const GOOGLE_ACK = 0x40;

/** Reads the frames of an Initial packet, up to the first that cannot be in one. */
export function readFrames(octets: Uint8Array, version = 1): Frames {
  const isGoogle = version === T050 || version === T051;
  const crypto: { offset: number; octets: Uint8Array }[] = [];
  let closedWith: number | undefined;
  let at = 0;
  const next = (): number => {
    const number = varint(octets, at);
    at = number?.end ?? octets.length + 1;
    return number?.value ?? 0;
  };
  while (at < octets.length) {
    if (isGoogle && (octets[at] ?? 0) >= GOOGLE_ACK) {
      at = googleAcknowledgementEnd(octets, at);
      continue;
    }
    const type = isGoogle ? ownType(next()) : next();
    if (type === PADDING || type === PING) continue;
    if (type === ACK || type === ACK_ECN) {
      skipAcknowledgement(next, type === ACK_ECN);
    } else if (type === CRYPTO) {
      const offset = next();
      const length = next();
      if (length > octets.length - at) break;
      crypto.push({ offset, octets: octets.subarray(at, at + length) });
      at += length;
    } else if (type === CONNECTION_CLOSE) {
      closedWith = next();
      break;
    } else {
      break;
    }
  }
  return { crypto, closedWith };
}

/** Largest, delay, count of ranges, first range; a gap and a length a range; counts of ECN. RFC 9000 section 19.3. */
function skipAcknowledgement(next: () => number, hasCounts: boolean): void {
  next();
  next();
  // Each range takes two octets of a datagram.
  const ranges = Math.min(next(), 32_768);
  const numbers = 1 + 2 * ranges + (hasCounts ? 3 : 0);
  for (let index = 0; index < numbers; index++) next();
}

/** A type of Google's as RFC 9000 numbers it. */
function ownType(type: number): number {
  if (type === GOOGLE_CRYPTO) return CRYPTO;
  return type === GOOGLE_PING || type === PADDING ? PING : Infinity;
}

/** Octets of a packet number by two bits of the type. */
const GOOGLE_SIZES = [1, 2, 4, 6] as const;

/** Type, largest, delay, [count of blocks,] first block, a gap and a block each, times of arrival. */
function googleAcknowledgementEnd(octets: Uint8Array, at: number): number {
  const type = octets[at] ?? 0;
  const block = GOOGLE_SIZES[type & 3] ?? 1;
  let end = at + 1 + (GOOGLE_SIZES[(type >> 2) & 3] ?? 1) + 2;
  const blocks = type & 0x20 ? (octets[end++] ?? 0) : 0;
  end += block + blocks * (1 + block);
  const times = octets[end] ?? 0;
  return end + 1 + (times === 0 ? 0 : 5 + 3 * (times - 1));
}

/** A handshake message, and the packets of its first and last octet. */
export interface CryptoMessage {
  readonly octets: Uint8Array;
  readonly firstPacket: number;
  readonly lastPacket: number;
}

/** Puts the octets of CRYPTO frames in order: a byte stream of TLS handshake messages without records (RFC 9001 section 4.1.3). */
export class CryptoStream {
  #octets = new Uint8Array(ROOM);
  /** The packet that brought each octet; 0 for those that are missing. */
  #packets = new Uint32Array(ROOM);
  #read = 0;

  /** Takes in the content of a frame; of octets that come twice the first stand. What is beyond a handshake's limit is dropped. */
  put(offset: number, octets: Uint8Array, packet: number): void {
    if (offset + octets.length > LIMITS.HANDSHAKE_OCTETS) return;
    this.#grow(offset + octets.length);
    for (let index = 0; index < octets.length; index++) {
      if (this.#packets[offset + index] !== 0) continue;
      this.#octets[offset + index] = octets[index] ?? 0;
      this.#packets[offset + index] = packet;
    }
  }

  #grow(needed: number): void {
    if (needed <= this.#octets.length) return;
    const [octets, packets] = [this.#octets, this.#packets];
    this.#octets = new Uint8Array(needed * 2);
    this.#packets = new Uint32Array(needed * 2);
    this.#octets.set(octets);
    this.#packets.set(packets);
  }

  /** The messages that are whole now and were not before. */
  *messages(): Generator<CryptoMessage, void, void> {
    for (;;) {
      const from = this.#read;
      if (!this.#has(from, 4)) return;
      const [, high = 0, middle = 0, low = 0] = this.#octets.subarray(from, from + 4);
      const length = 4 + high * 65_536 + middle * 256 + low;
      if (!this.#has(from, length)) return;
      this.#read = from + length;
      const packets = this.#packets.subarray(from, from + length);
      yield {
        octets: this.#octets.slice(from, from + length),
        firstPacket: packets.reduce((least, packet) => Math.min(least, packet)),
        lastPacket: packets.reduce((most, packet) => Math.max(most, packet)),
      };
    }
  }

  #has(from: number, length: number): boolean {
    if (from + length > this.#octets.length) return false;
    return !this.#packets.subarray(from, from + length).includes(0);
  }
}
