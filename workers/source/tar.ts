import type { Bytes } from '../../src/model/units.ts';
import { BlobReader } from './blob-reader.ts';

/** A file inside an archive. */
export interface Member {
  /** Its path in the archive. */
  readonly name: string;
  /** Its octets, as they stand in the archive. */
  readonly packed: Blob;
  /** How they are compressed; the last three cannot be unpacked. */
  readonly packing: 'stored' | 'deflate' | 'zstd' | 'unknown' | 'encrypted' | 'sparse';
  /** The method of one that is not known, as people call it. */
  readonly method?: string;
  /** CRC-32 of the unpacked octets; undefined where the archive does not tell. */
  readonly crc32?: number;
  /** Octets from the archive's start to the end of the member: how far reading of it is. */
  readonly end: Bytes;
  /** The archive ends before the member does. */
  readonly isCut: boolean;
}

const BLOCK = 512;

/** Octets of a member that holds a long name; names are limited to 4 KiB by the systems that write them. */
const LONG_NAME: Bytes = 64 << 10;

/** Whether 512 octets are the header of a tar member: its checksum says so (POSIX.1-2017, pax, "ustar Interchange Format"). */
export function isTarHeader(octets: Uint8Array): boolean {
  if (octets.length < BLOCK || octets[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : (octets[at] ?? 0);
  return numberAt(octets, 148, 8) === sum;
}

/** The regular files of a tar archive: ustar, pax and GNU. Ends at what is no header, and where the archive is cut off. */
export async function* tarMembers(archive: Blob): AsyncGenerator<Member, void, void> {
  const reader = new BlobReader(archive);
  let longName: string | undefined;
  let longSize: number | undefined;
  let isSparse = false;
  for (let at = 0; archive.size - at >= BLOCK;) {
    const header = await reader.read(at, at + BLOCK);
    if (!isTarHeader(header)) return;
    const type = String.fromCharCode(header[156] ?? 0);
    const size = (type === 'x' || type === 'L' ? undefined : longSize) ?? numberAt(header, 124, 12);
    const start = at + BLOCK;
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'x' || type === 'L') {
      const octets = await reader.read(start, start + Math.min(size, LONG_NAME));
      if (type === 'L') longName = textOf(octets);
      else {
        const records = paxRecords(octets);
        longName = records.get('path') ?? longName;
        const told = records.get('size') ?? '';
        longSize = /^\d+$/.test(told) ? Number(told) : undefined;
        const sparseName = records.get('GNU.sparse.name');
        longName = sparseName ?? longName;
        isSparse ||= [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
      }
      continue;
    }
    if (type === '0' || type === '\0' || type === '7' || type === 'S') {
      yield {
        name: longName ?? ustarName(header),
        packed: archive.slice(start, start + size),
        // Octets that are not stored stand for zeros: what is stored is no file by itself.
        packing: isSparse || type === 'S' ? 'sparse' : 'stored',
        end: Math.min(at, archive.size),
        isCut: archive.size - start < size,
      };
    }
    longName = undefined;
    longSize = undefined;
    isSparse = false;
  }
}

/** A number in octal digits, or in base 256 where its first bit is set (GNU). */
function numberAt(octets: Uint8Array, start: number, length: number): number {
  const field = octets.subarray(start, start + length);
  if ((field[0] ?? 0) & 0x80) {
    return field.reduce((sum, octet, index) => sum * 256 + (index === 0 ? octet & 0x7f : octet), 0);
  }
  const digits = /^[ \0]*([0-7]*)/.exec(textOf(field, false))?.[1] ?? '';
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function ustarName(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  // GNU's own format has times where ustar has a prefix.
  const hasPrefix = textOf(header.subarray(257, 265), false) === 'ustar\x0000';
  const prefix = hasPrefix ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records of a pax extended header: "25 path=a/b\n", the number counting the whole record. */
function paxRecords(octets: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < octets.length;) {
    const space = octets.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(textOf(octets.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at) break;
    const [, key = '', value = ''] =
      /^([^=]*)=([^]*)\n$/.exec(textOf(octets.subarray(space + 1, at + length), false)) ?? [];
    records.set(key, value);
    at += length;
  }
  return records;
}

/** Octets as text, by default up to the first zero octet. */
function textOf(octets: Uint8Array, isEndedByZero = true): string {
  const end = isEndedByZero ? octets.indexOf(0) : -1;
  return new TextDecoder().decode(end < 0 ? octets : octets.subarray(0, end));
}
