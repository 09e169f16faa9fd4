import type { FlowRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { CryptoStream, readFrames } from './frames.ts';
import { type BothKeys, candidateKeys } from './initial-keys.ts';
import { type InitialPacket, initialPackets, unprotect } from './initial-packet.ts';

/** CONNECTION_CLOSE's codes for alerts of TLS: 0x100 and the alert (RFC 9001 section 4.8). */
const CRYPTO_ERROR = 0x100;

/** ClientHello and ServerHello: nothing else of a handshake is in Initial packets. */
const CLIENT_HELLO = 1;

/** A hello's random, behind type, length and version (RFC 8446 section 4.1.2). */
const RANDOM_AT = 6;
const RANDOM_OCTETS = 32;

/** Connections between two looks at whether the reading was cancelled: some tens of milliseconds of work. */
const BATCH = 100;

/**
 * Reads the handshakes of QUIC that the core kept datagrams of, and gives their messages back to it: they become rows of the
 * hellos table like those of TCP. Called once, when the capture was read: its cost grows with the connections, not the packets.
 */
export async function readQuicHandshakes(core: Core, isCancelled: () => boolean): Promise<void> {
  let read = 0;
  for (const [flow, rows] of initialsByFlow(core)) {
    if (++read % BATCH === 0) await new Promise((resolve) => setTimeout(resolve));
    if (isCancelled()) return;
    new Handshake(core, flow).read(rows);
  }
}

function initialsByFlow(core: Core): ReadonlyMap<FlowRow, readonly number[]> {
  const { initials } = core.tables;
  const byFlow = new Map<FlowRow, number[]>();
  for (let row = 0; row < initials.rows; row++) {
    const flow = initials.flow(row);
    const known = byFlow.get(flow);
    if (known) known.push(row);
    else byFlow.set(flow, [row]);
  }
  return byFlow;
}

/** The handshake of one flow. */
class Handshake {
  readonly #core: Core;
  readonly #flow: FlowRow;
  /** Keys by the connection ID that they follow from: a Retry makes the client begin with another (RFC 9001 section 5.2). */
  readonly #keys = new Map<string, BothKeys>();
  readonly #streams = new Map<string, CryptoStream>();
  /** The randoms of ClientHellos, and the streams that one came in. */
  readonly #randoms = new Set<string>();
  readonly #greeted = new Set<string>();
  #client: 0 | 1 | undefined;

  constructor(core: Core, flow: FlowRow) {
    this.#core = core;
    this.#flow = flow;
  }

  read(rows: readonly number[]): void {
    const { initials } = this.#core.tables;
    for (const row of rows) {
      const side = initials.side(row) === 0 ? 0 : 1;
      for (const packet of initialPackets(this.#core.initialOctets(row))) {
        this.#packet(packet, side, initials.packet(row));
      }
    }
    this.#core.quicEnd(this.#flow);
  }

  #packet(packet: InitialPacket, side: 0 | 1, number: number): void {
    const opened = this.#open(packet, side);
    if (!opened) return;
    const { crypto, closedWith } = readFrames(opened.frames, packet.version);
    const stream = this.#streamOf(opened.id, side);
    for (const { offset, octets } of crypto) stream.put(offset, octets, number);
    for (const { octets, firstPacket, lastPacket } of stream.messages()) {
      if (octets[0] === CLIENT_HELLO && this.#isRepeated(octets, opened.id)) continue;
      this.#core.quicMessage(this.#flow, side, octets, firstPacket, lastPacket);
    }
    if (closedWith === undefined || this.#client === undefined) return;
    const isAlert = closedWith >> 8 === CRYPTO_ERROR >> 8;
    this.#core.quicClose(this.#flow, side, isAlert ? closedWith & 255 : undefined, number);
  }

  /**
   * After a Retry or a Version Negotiation the client begins again, most often with the same ClientHello (RFC 9000 section
   * 17.2.5.2; its transport parameters may differ): it is one. After a HelloRetryRequest a second one follows in the same stream, with
   * the same random (RFC 8446 section 4.1.2): it is another.
   */
  #isRepeated(hello: Uint8Array, id: string): boolean {
    const random = hello.subarray(RANDOM_AT, RANDOM_AT + RANDOM_OCTETS).join();
    const isFirst = !this.#greeted.has(id);
    const isKnown = this.#randoms.has(random);
    this.#greeted.add(id);
    this.#randoms.add(random);
    return isFirst && isKnown;
  }

  /** Tries the packet's own connection ID, as a client's first has it, then those of the packets before. */
  #open(
    packet: InitialPacket,
    side: 0 | 1,
  ): { readonly frames: Uint8Array; readonly id: string } | undefined {
    const id = `${packet.version} ${packet.destinationId.join()}`;
    const isKnown = this.#keys.has(id);
    for (const [known, { client, server }] of [...this.#keys].reverse()) {
      const frames = unprotect(packet, side === this.#client ? client : server);
      if (frames) return { frames, id: known };
    }
    if (isKnown) return undefined;
    for (const keys of candidateKeys(packet.version, packet.destinationId)) {
      const frames = unprotect(packet, keys.client);
      if (!frames) continue;
      this.#client ??= side;
      this.#keys.set(id, keys);
      return { frames, id };
    }
    return undefined;
  }

  #streamOf(id: string, side: 0 | 1): CryptoStream {
    const name = `${side} ${id}`;
    const known = this.#streams.get(name);
    if (known) return known;
    const stream = new CryptoStream();
    this.#streams.set(name, stream);
    return stream;
  }
}
