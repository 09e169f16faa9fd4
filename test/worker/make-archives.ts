import { gzipSync } from 'node:zlib';

/** A file of an archive that is made in a test. */
export interface ArchiveFile {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** Octets one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** A ustar archive; names of more than 100 octets are written as GNU tar does. */
export function makeTar(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const parts = files.flatMap(({ name, octets }) => {
    const long = new TextEncoder().encode(name);
    const before =
      long.length > 100 ? [tarHeader('././@LongLink', long.length + 1, 'L'), padded(long, 1)] : [];
    return [...before, tarHeader(name.slice(0, 100), octets.length, '0'), padded(octets, 0)];
  });
  return joined(...parts, new Uint8Array(1024));
}

/** Octets, at least `zeros` zero octets, and more up to a whole block. */
function padded(octets: Uint8Array, zeros: number): Uint8Array {
  const padding = new Uint8Array(Math.ceil((octets.length + zeros) / 512) * 512);
  padding.set(octets);
  return padding;
}

function tarHeader(name: string, size: number, type: string): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((all, octet) => all + octet, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** gzip of octets in `members` members, as `cat a.gz b.gz` gives. */
export function makeGzip(octets: Uint8Array, members = 1): Uint8Array<ArrayBuffer> {
  const size = Math.ceil(octets.length / members);
  return joined(
    ...Array.from({ length: members }, (_, index) =>
      gzipSync(octets.subarray(index * size, (index + 1) * size)),
    ),
  );
}

/** The records of a pcap file (little-endian, microseconds), and its header. */
export function splitPcap(octets: Uint8Array): {
  readonly header: Uint8Array;
  readonly records: readonly Uint8Array[];
} {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 24; at < octets.length;) {
    const end = at + 16 + view.getUint32(at + 8, true);
    records.push(octets.subarray(at, end));
    at = end;
  }
  return { header: octets.subarray(0, 24), records };
}
