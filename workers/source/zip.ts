import type { Bytes } from '../../src/model/units.ts';
import { BlobReader } from './blob-reader.ts';
import type { Member } from './tar.ts';

// PKWARE's APPNOTE.TXT 6.3: the directory at the end says where the members are. A streaming reader cannot tell where a stored
// member of unknown size ends, and must unpack what is not wanted.

/** The end of central directory record, its comment aside; the comment is 65,535 octets at most. */
const END_RECORD = 22;
const END_MAGIC = 0x06054b50;
const END64_LOCATOR = 20;
const END64_LOCATOR_MAGIC = 0x07064b50;
const END64_MAGIC = 0x06064b50;
const ENTRY = 46;
const ENTRY_MAGIC = 0x02014b50;
const LOCAL_HEADER = 30;
const LOCAL_MAGIC = 0x04034b50;
/** In place of a number that stands in the zip64 field. */
const IN_ZIP64 = 0xffffffff;
/** Octets of a directory at most: names of a million files. */
const DIRECTORY_LIMIT: Bytes = 128 << 20;

/** The files of a zip archive, and whether its directory told them. */
export interface ZipMembers {
  readonly members: AsyncGenerator<Member, void, void>;
  /** False where the archive is cut off or damaged: the members that stand in it whole are found one behind another. */
  readonly hasDirectory: boolean;
}

/** The files of a zip archive. */
export async function zipMembers(archive: Blob): Promise<ZipMembers> {
  const reader = new BlobReader(archive);
  const place = await findDirectory(reader);
  if (!place || place.size > DIRECTORY_LIMIT)
    return { members: membersInOrder(archive, reader), hasDirectory: false };
  const directory = await reader.read(place.start, place.start + place.size);
  return { members: membersOf(archive, reader, directory, place.shift), hasDirectory: true };
}

/** Sizes of a member follow it (a bit of its flags, section 4.4.4): only the directory tells where it ends. */
const SIZES_BEHIND = 8;

/** The members of an archive without a directory, by their local headers (section 4.3.7), as far as these tell where they end. */
async function* membersInOrder(archive: Blob, reader: BlobReader): AsyncGenerator<Member, void, void> {
  for (let at = 0; reader.size - at >= LOCAL_HEADER;) {
    const header = viewOf(await reader.read(at, at + LOCAL_HEADER));
    if (header.getUint32(0, true) !== LOCAL_MAGIC) return;
    const flags = header.getUint16(6, true);
    const nameLength = header.getUint16(26, true);
    const start = at + LOCAL_HEADER + nameLength + header.getUint16(28, true);
    const octets = await reader.read(at + LOCAL_HEADER, Math.min(start, reader.size));
    const name = nameOf(octets.subarray(0, nameLength), flags);
    const size = header.getUint32(18, true);
    // A member of unknown size goes up to the end: a deflated one ends by itself, and what follows it is lost.
    const isEndless = (flags & SIZES_BEHIND) !== 0 || size === IN_ZIP64;
    const end = isEndless ? reader.size : start + size;
    const packing = packingOf(flags, header.getUint16(8, true));
    if (!name.endsWith('/') && start < reader.size) {
      yield {
        name,
        packed: archive.slice(start, end),
        ...packing,
        ...(isEndless ? {} : { crc32: header.getUint32(14, true) }),
        end: Math.min(end, archive.size),
        isCut: isEndless || archive.size < end,
      };
    }
    at = end;
  }
}

/** A name in UTF-8 where the flags say so (section 4.4.4), else as one character an octet. */
function nameOf(octets: Uint8Array, flags: number): string {
  return new TextDecoder(flags & 0x800 ? 'utf-8' : 'latin1').decode(octets);
}

interface Directory {
  readonly start: Bytes;
  readonly size: Bytes;
  /** Octets in front of the archive that its offsets do not count. */
  readonly shift: Bytes;
}

async function findDirectory(reader: BlobReader): Promise<Directory | undefined> {
  const tailStart = Math.max(0, reader.size - END_RECORD - 65_535);
  const tail = viewOf(await reader.read(tailStart, reader.size));
  for (let at = tail.byteLength - END_RECORD; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_MAGIC) continue;
    const end = tailStart + at;
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    if (size !== IN_ZIP64 && start !== IN_ZIP64) {
      const found = end - size;
      return found < 0 || found < start ? undefined : { start: found, size, shift: found - start };
    }
    return findDirectory64(reader, end);
  }
  return undefined;
}

async function findDirectory64(reader: BlobReader, end: Bytes): Promise<Directory | undefined> {
  if (end < END64_LOCATOR) return undefined;
  const locator = viewOf(await reader.read(end - END64_LOCATOR, end));
  if (locator.getUint32(0, true) !== END64_LOCATOR_MAGIC) return undefined;
  const at = numberAt(locator, 8);
  if (reader.size - at < 56) return undefined;
  const record = viewOf(await reader.read(at, at + 56));
  if (record.getUint32(0, true) !== END64_MAGIC) return undefined;
  const size = numberAt(record, 40);
  const start = numberAt(record, 48);
  return reader.size - start < size ? undefined : { start, size, shift: 0 };
}

async function* membersOf(
  archive: Blob,
  reader: BlobReader,
  directory: Uint8Array,
  shift: Bytes,
): AsyncGenerator<Member, void, void> {
  const view = viewOf(directory);
  for (let at = 0; view.byteLength - at >= ENTRY;) {
    if (view.getUint32(at, true) !== ENTRY_MAGIC) return;
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const nameAt = at + ENTRY;
    const octets = directory.subarray(nameAt, nameAt + nameLength);
    const name = nameOf(octets, view.getUint16(at + 8, true));
    const extra = viewOf(directory.subarray(nameAt + nameLength, nameAt + nameLength + extraLength));
    const { packedSize, offset } = sizesOf(view, at, extra);
    if (!name.endsWith('/')) {
      const start = await contentStart(reader, offset + shift);
      yield {
        name,
        packed: archive.slice(start, start + packedSize),
        ...packingOf(view.getUint16(at + 8, true), view.getUint16(at + 10, true)),
        crc32: view.getUint32(at + 16, true),
        end: Math.min(start + packedSize, archive.size),
        isCut: archive.size - start < packedSize,
      };
    }
    at = nameAt + nameLength + extraLength + view.getUint16(at + 32, true);
  }
}

/** Methods that are not unpacked here, by their numbers (section 4.4.5). */
const METHODS: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  95: 'xz',
  98: 'PPMd',
};

function packingOf(flags: number, method: number): Pick<Member, 'packing' | 'method'> {
  // Method 99 is AES; what it encrypts is told in an extra field.
  if (flags & 1 || method === 99) return { packing: 'encrypted' };
  if (method === 0) return { packing: 'stored' };
  if (method === 8) return { packing: 'deflate' };
  if (method === 93) return { packing: 'zstd' };
  return { packing: 'unknown', method: METHODS[method] ?? `method ${method}` };
}

/** Octets of the member in the archive, and where it begins; large ones stand in the zip64 field (section 4.5.3). */
function sizesOf(
  view: DataView,
  at: number,
  extra: DataView,
): { readonly packedSize: Bytes; readonly offset: Bytes } {
  let packedSize = view.getUint32(at + 20, true);
  let offset = view.getUint32(at + 42, true);
  for (let field = 0; extra.byteLength - field >= 4;) {
    const length = extra.getUint16(field + 2, true);
    const end = Math.min(field + 4 + length, extra.byteLength);
    if (extra.getUint16(field, true) === 1) {
      let next = field + 4 + (view.getUint32(at + 24, true) === IN_ZIP64 ? 8 : 0);
      if (packedSize === IN_ZIP64 && end - next >= 8) {
        packedSize = numberAt(extra, next);
        next += 8;
      }
      if (offset === IN_ZIP64 && end - next >= 8) offset = numberAt(extra, next);
    }
    field += 4 + length;
  }
  return { packedSize, offset };
}

/** Where a member's octets begin: behind its local header, whose lengths may differ from the directory's. */
async function contentStart(reader: BlobReader, offset: Bytes): Promise<Bytes> {
  if (reader.size - offset < LOCAL_HEADER) return reader.size;
  const header = viewOf(await reader.read(offset, offset + LOCAL_HEADER));
  if (header.getUint32(0, true) !== LOCAL_MAGIC) return reader.size;
  return offset + LOCAL_HEADER + header.getUint16(26, true) + header.getUint16(28, true);
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** A number of eight octets; exact up to 8 PiB. */
function numberAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
