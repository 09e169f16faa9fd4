import { script } from './packet-script.ts';
import { writePcap } from './write-pcap.ts';

/** A capture that may be made as long as one likes: its header, then the same records again and again. */
export interface Repeatable {
  readonly header: Uint8Array;
  readonly records: Uint8Array;
  readonly packets: number;
}

const HEADER_OCTETS = 24;

/** Some thousand segments of one connection. Said again they are retransmissions: rows of packets, and nothing else that grows. */
export function repeatable(segment = 200): Repeatable {
  const capture = script`
    client 10.0.0.1:35500
    server 10.0.0.2:9000
    0ms client > server SYN
    1ms server > client SYN ACK
    2ms client > server ACK
    3ms server > client ${new Uint8Array(segment * 4000).fill(120)} mss ${segment}
  `;
  const { octets } = writePcap(capture);
  return {
    header: octets.slice(0, HEADER_OCTETS),
    records: octets.slice(HEADER_OCTETS),
    packets: capture.packets.length,
  };
}

/** Octets of a piece of the stream. */
const PIECE = 1 << 20;

/**
 * A file of the records so many times that holds nothing but one part: Node's own File copies its parts and ends at 4 GiB. Only what
 * a reader of captures asks for: size, slices, octets, a stream of bytes.
 */
export class RepeatedFile extends File {
  readonly #of: Repeatable;
  readonly #start: number;
  readonly #end: number;

  constructor(of: Repeatable, times: number, range?: readonly [start: number, end: number]) {
    super([], 'repeated.pcap');
    const whole = of.header.length + times * of.records.length;
    this.#of = of;
    [this.#start, this.#end] = range ?? [0, whole];
    Object.defineProperty(this, 'size', { value: this.#end - this.#start });
    Object.defineProperty(this, 'slice', {
      value: (from = 0, to = this.size) =>
        new RepeatedFile(of, times, [this.#start + from, Math.min(this.#end, this.#start + to)]),
    });
  }

  #octets(start: number, end: number): Uint8Array<ArrayBuffer> {
    const { header, records } = this.#of;
    const octets = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const inHeader = at < header.length;
      const part = inHeader ? header : records;
      const from = inHeader ? at : (at - header.length) % records.length;
      const taken = part.subarray(from, from + end - at);
      octets.set(taken, at - start);
      at += taken.length;
    }
    return octets;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#octets(this.#start, this.#end).buffer);
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = this.#start;
    return new ReadableStream({
      type: 'bytes',
      pull: (controller) => {
        const piece = this.#octets(at, Math.min(this.#end, at + PIECE));
        at += piece.length;
        if (piece.length > 0) controller.enqueue(piece);
        if (at < this.#end) return;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }
}
