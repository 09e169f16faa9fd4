import { Framing } from '../../src/model/exchange.ts';
import { formatAmount, formatBytes } from '../../src/model/format.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { flowRowBefore } from '../flow-packets.ts';
import { Follower } from '../follow.ts';
import { clientSide } from '../roles.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';
import { readDataOctets } from './http2-octets.ts';

/** Octets of packets that are read for a body beyond its own, at most: one that never gets whole must not read all that follows. */
const BATCHES_BESIDE = 64;

/** Octets of a batch, about. */
const BATCH_OCTETS: Bytes = 256 << 10;

/** Packets of the flow before the message's first that are read too: its later octets may have come before its first ones. */
const PACKETS_BEFORE = 16;

/** The octets of a message's body as they were on the wire, as far as they could be read. */
export interface WireBody {
  readonly octets: Uint8Array;
  readonly isWhole: boolean;
  /** Why it is not whole, where the capture or a cap is the reason. */
  readonly caveat?: string;
}

/** The octets of a message's body as they were on the wire, chunk framing included, HTTP/2's frames not; at most `limit`. */
export async function readWireBody(
  core: Core,
  reader: BlobReader,
  message: number,
  limit: Bytes,
): Promise<WireBody> {
  const { exchanges, messages } = core.tables;
  if (messages.framing(message) === Framing.HTTP2) return readDataOctets(core, reader, message, limit);
  const flow = exchanges.flow(message >>> 1);
  const length = messages.bodyOctets(message);
  const wanted = Math.min(length, limit);
  const collector = new Collector(messages.sequence(message) + messages.headOctets(message), wanted);
  const direction = message & 1 ? 1 - clientSide(core, flow) : clientSide(core, flow);
  const start = flowRowBefore(core, flow, messages.firstPacket(message) - 1, PACKETS_BEFORE);
  const follower = new Follower(core, reader, flow, start);
  const batches = BATCHES_BESIDE + Math.ceil(wanted / BATCH_OCTETS);
  try {
    for (let batch = 0; batch < batches && !collector.isDone; batch++) {
      const pieces = await follower.next();
      if (!pieces) break;
      for (const piece of pieces) {
        if (piece.direction === direction) collector.add(piece.sequence, piece.octets, piece.missing);
      }
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    const caveat = `The file can no longer be read (${error.message}).`;
    return { octets: collector.octets, isWhole: false, caveat };
  }
  if (collector.missing > 0) {
    const missing = formatAmount(collector.missing, 'octet');
    const caveat = `Here ${missing} are missing in the capture; what comes after is not shown.`;
    return { octets: collector.octets, isWhole: false, caveat };
  }
  if (length > limit) {
    const caveat = `Only the first ${formatBytes(limit)} of ${formatBytes(length)} were read.`;
    return { octets: collector.octets, isWhole: false, caveat };
  }
  return { octets: collector.octets, isWhole: collector.octets.length >= length };
}

/** Collects a stretch of one direction from pieces in order. */
class Collector {
  readonly #octets: Uint8Array;
  readonly #start: number;
  #used = 0;
  #missing = 0;

  /** `start`: sequence number of the first octet, modulo 2^32. */
  constructor(start: number, length: Bytes) {
    this.#start = start >>> 0;
    this.#octets = new Uint8Array(length);
  }

  get octets(): Uint8Array {
    return this.#octets.subarray(0, this.#used);
  }

  /** Octets of a gap where the collecting had to stop; 0 where there was none. */
  get missing(): number {
    return this.#missing;
  }

  get isDone(): boolean {
    return this.#used >= this.#octets.length || this.#missing > 0;
  }

  add(sequence: number, octets: Uint8Array, missing: number): void {
    if (this.isDone) return;
    // Octets of the piece before the one that is wanted next; negative where the piece begins after it.
    const skip = (this.#start + this.#used - sequence) | 0;
    const length = missing > 0 ? missing : octets.length;
    if (skip >= length) return;
    if (missing > 0 || skip < 0) {
      this.#missing = missing > 0 ? missing - Math.max(0, skip) : -skip;
      return;
    }
    const kept = octets.subarray(skip, skip + this.#octets.length - this.#used);
    this.#octets.set(kept, this.#used);
    this.#used += kept.length;
  }
}
