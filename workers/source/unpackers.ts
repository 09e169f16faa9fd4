import { Gunzip, Inflate } from 'fflate';
import { formatAmount, formatCount } from '../../src/model/format.ts';
import { checksumWords, Crc32 } from './checksums.ts';
import { Lz4Unpacker } from './lz4.ts';
import { ZstdUnpacker } from './zstd.ts';

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
  /** The first checksum that did not fit, in words; all octets came out all the same. */
  readonly complaint?: string | undefined;
}

/** Starts unpacking; `onOctets` gets what comes out, borrowed until it returns. */
export function createUnpacker(compression: Compression, onOctets: (octets: Uint8Array) => void): Unpacker {
  switch (compression) {
    case 'gzip':
      return new GzipUnpacker(onOctets);
    case 'lz4':
      return new Lz4Unpacker(onOctets);
    case 'zstd':
      return new ZstdUnpacker(onOctets);
    case 'deflate':
      return fromLibrary(new Inflate(onOctets));
  }
}

/** A stream of fflate. */
interface LibraryStream {
  push(octets: Uint8Array, isLast?: boolean): void;
}

function fromLibrary(stream: LibraryStream): Unpacker {
  return {
    // The library keeps what it cannot unpack yet; the octets are borrowed.
    push: (octets) => {
      stream.push(octets.slice());
    },
    end: () => {
      stream.push(new Uint8Array(), true);
    },
  };
}

/** Octets behind the deflate stream of a member: CRC32 and ISIZE. */
const TRAILER = 8;

/** Octets that fflate gets at once: it calls itself for each member, and tiny members must not fill the stack. */
const GZIP_PIECE = 32 << 10;

/** gzip: members one after another (RFC 1952 section 2.2); zero octets behind them are padding. */
class GzipUnpacker implements Unpacker {
  readonly #stream: Gunzip;
  /** Octets of the member at hand that came out, their checksum, and the last octets that went in: the trailer is among them. */
  #memberOctets = 0;
  #crc = new Crc32();
  #tail = new Uint8Array();
  /** Octets that went in. */
  #passed = 0;
  /** Something that is no member was met behind one. */
  #isOver = false;
  #cameOut = false;
  #complaint: string | undefined;

  constructor(onOctets: (octets: Uint8Array) => void) {
    this.#stream = new Gunzip((octets) => {
      if (octets.length === 0) return;
      this.#cameOut = true;
      this.#memberOctets += octets.length;
      this.#crc.add(octets);
      onOctets(octets);
    });
    this.#stream.onmember = (offset) => {
      this.#check(this.#tail.length - (this.#passed - offset) - TRAILER);
      this.#memberOctets = 0;
      this.#crc = new Crc32();
    };
  }

  get complaint(): string | undefined {
    return this.#complaint;
  }

  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += GZIP_PIECE) {
      const piece = octets.slice(at, at + GZIP_PIECE);
      // The piece before may hold the trailer in front of a header that is in this one.
      const kept = this.#tail.subarray(-GZIP_PIECE);
      const tail = new Uint8Array(kept.length + piece.length);
      tail.set(kept);
      tail.set(piece, kept.length);
      this.#tail = tail;
      this.#passed += piece.length;
      if (!this.#isOver) this.#unpack(piece);
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

  /** Compares the trailer at `at` of the tail with the member that just ended: CRC32 and ISIZE (RFC 1952 section 2.3.1). */
  #check(at: number): void {
    if (at < 0) return;
    const view = new DataView(this.#tail.buffer, this.#tail.byteOffset, this.#tail.byteLength);
    const [crc, size] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (crc !== this.#crc.value) {
      this.#complaint ??= checksumWords('of a member (CRC-32)', this.#crc.value, crc);
    } else if (size !== this.#memberOctets % 2 ** 32) {
      this.#complaint ??= `${formatAmount(this.#memberOctets, 'byte')} came out of a member, its trailer says ${formatCount(size)}`;
    }
  }

  end(): void {
    if (this.#isOver) {
      if (this.#tail.subarray(-TRAILER).every((octet) => octet === 0)) return;
      throw new Error('what follows the last member is no gzip');
    }
    this.#stream.push(new Uint8Array(), true);
    // The library does not tell where a file ends between two octets of a member; the size in the trailer does.
    const at = this.#tail.length - TRAILER;
    if (at < 0) throw new Error('unexpected EOF');
    const size = new DataView(this.#tail.buffer).getUint32(at + 4, true);
    if (size !== this.#memberOctets % 2 ** 32) throw new Error('unexpected EOF');
    this.#check(at);
  }
}
