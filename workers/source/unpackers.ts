import { Gunzip, Inflate } from 'fflate';
import { Decompress } from 'fzstd';
import { Lz4Unpacker } from './lz4.ts';

/** How octets are compressed. Deflate stands in zip archives only. */
export type Compression = 'gzip' | 'zstd' | 'lz4' | 'deflate';

/** How a compression is called. */
export const COMPRESSION_NAMES: Readonly<Record<Compression, string>> = {
  gzip: 'gzip',
  zstd: 'Zstandard',
  lz4: 'LZ4',
  deflate: 'deflate',
};

/** Unpacks octets piece by piece. Both methods throw where the octets are damaged; what came out before stands. */
export interface Unpacker {
  push(octets: Uint8Array): void;
  /** No more octets will come; throws where they ended too early. */
  end(): void;
}

/** Starts unpacking; `onOctets` gets what comes out, borrowed until it returns. */
export function createUnpacker(compression: Compression, onOctets: (octets: Uint8Array) => void): Unpacker {
  switch (compression) {
    case 'gzip':
      return new GzipUnpacker(onOctets);
    case 'lz4':
      return new Lz4Unpacker(onOctets);
    case 'zstd':
      return fromLibrary(new Decompress(onOctets));
    case 'deflate':
      return fromLibrary(new Inflate(onOctets));
  }
}

/** A stream of fflate or fzstd. */
interface LibraryStream {
  push(octets: Uint8Array, isLast?: boolean): void;
}

function fromLibrary(stream: LibraryStream): Unpacker {
  return {
    // The libraries keep what they cannot unpack yet; the octets are borrowed.
    push: (octets) => {
      stream.push(octets.slice());
    },
    end: () => {
      stream.push(new Uint8Array(), true);
    },
  };
}

/** Octets that fflate gets at once: it calls itself for each member, and tiny members must not fill the stack. */
const GZIP_PIECE = 32 << 10;

/** gzip: members one after another (RFC 1952 section 2.2); zero octets behind them are padding. */
class GzipUnpacker implements Unpacker {
  readonly #stream: Gunzip;
  /** Octets of the member at hand that came out, and the last eight octets that went in: its trailer, at the end. */
  #memberOctets = 0;
  #tail = new Uint8Array();
  /** Something that is no member was met behind one. */
  #isOver = false;
  #cameOut = false;

  constructor(onOctets: (octets: Uint8Array) => void) {
    this.#stream = new Gunzip((octets) => {
      if (octets.length === 0) return;
      this.#cameOut = true;
      this.#memberOctets += octets.length;
      onOctets(octets);
    });
    this.#stream.onmember = () => (this.#memberOctets = 0);
  }

  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += GZIP_PIECE) {
      const piece = octets.slice(at, at + GZIP_PIECE);
      if (!this.#isOver) this.#unpack(piece);
      const tail = new Uint8Array(this.#tail.length + Math.min(8, piece.length));
      tail.set(this.#tail);
      tail.set(piece.subarray(-8), this.#tail.length);
      this.#tail = tail.slice(-8);
    }
  }

  #unpack(piece: Uint8Array): void {
    try {
      this.#stream.push(piece);
    } catch (error) {
      if (!this.#cameOut || !(error instanceof Error) || error.message !== 'invalid gzip data') throw error;
      this.#isOver = true;
    }
  }

  end(): void {
    if (this.#isOver) {
      if (this.#tail.every((octet) => octet === 0)) return;
      throw new Error('what follows the last member is no gzip');
    }
    this.#stream.push(new Uint8Array(), true);
    // The library does not tell where a file ends between two octets of a member; the size in the trailer does.
    if (this.#tail.length < 8) throw new Error('unexpected EOF');
    const size = new DataView(this.#tail.buffer).getUint32(4, true);
    if (size !== this.#memberOctets % 2 ** 32) throw new Error('unexpected EOF');
  }
}
