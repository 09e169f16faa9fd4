import { formatCount } from '../../src/model/format.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { OpenError } from '../api.ts';
import { textProblem } from './sniff-text.ts';
import { isTarHeader } from './tar.ts';

/** Octets from the start of a file that {@link sniff} wants to see. */
export const SNIFF_OCTETS: Bytes = 4096;

/** What a file that begins like this is, and what to do with it. */
interface Kind {
  readonly magic: readonly number[];
  readonly is: string;
  readonly code: OpenError['code'];
  readonly remedy: string;
}

/** A file that is not opened: what it is in a few words, and what to tell of it. */
export interface Refusal extends OpenError {
  /** "a PNG image". */
  readonly is: string;
}

/** What holds other files: a compressed file, or an archive. */
export type Container = 'gzip' | 'zstd' | 'lz4' | 'zip' | 'tar';

/** How containers begin, but for tar, which has no magic number at its start. */
const CONTAINERS: readonly (readonly [Container, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 8]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['zip', [0x50, 0x4b, 3, 4]],
  ['zip', [0x50, 0x4b, 5, 6]],
];

/** What a file that begins so holds other files by; undefined where it does not. */
export function containerOf(octets: Uint8Array): Container | undefined {
  const found = CONTAINERS.find(([, magic]) => startsWith(octets, magic));
  return found?.[0] ?? (isTarHeader(octets) ? 'tar' : undefined);
}

const READS =
  'This version reads pcap, pcapng and HAR, alone, compressed (gzip, Zstandard, LZ4) or in tar and zip archives.';
const CONVERT = `${READS} Convert it: editcap -F pcapng FILE capture.pcapng`;
const DECOMPRESS = `${READS} Decompress it first:`;
const PICK = 'Pick the capture itself: a file that tcpdump, Wireshark or kubectl sniff wrote.';

const ascii = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** How files begin that are no capture, the longer magics first. */
const KINDS: readonly Kind[] = [
  {
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
    is: 'xz',
    code: 'unsupported',
    remedy: `${DECOMPRESS} unxz -k FILE`,
  },
  { magic: ascii('BZh'), is: 'bzip2', code: 'unsupported', remedy: `${DECOMPRESS} bunzip2 -k FILE` },
  {
    magic: ascii('7z\xbc\xaf'),
    is: '7-Zip',
    code: 'unsupported',
    remedy: `${READS} Unpack it first: 7z x FILE`,
  },
  { magic: ascii('snoop\0\0\0'), is: 'snoop', code: 'unsupported', remedy: CONVERT },
  {
    magic: ascii('btsnoop\0'),
    is: 'btsnoop',
    code: 'unsupported',
    remedy: `${READS} Bluetooth is not analysed.`,
  },
  { magic: ascii('RTSS'), is: 'NetMon 1', code: 'unsupported', remedy: CONVERT },
  { magic: ascii('GMBU'), is: 'NetMon 2', code: 'unsupported', remedy: CONVERT },
  { magic: ascii('TRSNIFF data'), is: 'Sniffer', code: 'unsupported', remedy: CONVERT },
  { magic: ascii('XCP\0'), is: 'NetXRay', code: 'unsupported', remedy: CONVERT },
  { magic: ascii('\x7fver'), is: 'EtherPeek', code: 'unsupported', remedy: CONVERT },
  { magic: ascii('iptrace '), is: 'AIX iptrace', code: 'unsupported', remedy: CONVERT },
  {
    magic: [0x0a, 0x16, 0x00],
    is: 'Microsoft ETL',
    code: 'unsupported',
    remedy: `${READS} Convert it: etl2pcapng FILE capture.pcapng`,
  },
  { magic: [0x89, 0x50, 0x4e, 0x47], is: 'a PNG image', code: 'not-a-capture', remedy: PICK },
  { magic: [0xff, 0xd8, 0xff], is: 'a JPEG image', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('GIF8'), is: 'a GIF image', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('%PDF'), is: 'a PDF document', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('\x7fELF'), is: 'an ELF program', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('MZ'), is: 'a Windows program', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('\0asm'), is: 'a WebAssembly module', code: 'not-a-capture', remedy: PICK },
  { magic: ascii('SQLite format 3\0'), is: 'an SQLite database', code: 'not-a-capture', remedy: PICK },
];

/** The first four octets of the captures that the core reads. */
const CAPTURE_MAGICS: ReadonlySet<number> = new Set([
  0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a,
]);

const PCAPNG_MAGIC = 0x0a0d0d0a;

/** The first four octets as a big-endian number. */
function magicAt(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength).getUint32(at);
}

/** Whether what begins at `at` begins like a capture. */
export function isCaptureMagic(octets: Uint8Array, at = 0): boolean {
  return octets.length - at >= 4 && CAPTURE_MAGICS.has(magicAt(octets, at));
}

/**
 * What is wrong with a file as a capture, told from its first octets ({@link SNIFF_OCTETS} of them, fewer in a shorter file) and
 * its size; undefined where it begins like a capture.
 */
export function sniff(octets: Uint8Array, size: Bytes): Refusal | undefined {
  if (size === 0) {
    return {
      is: 'empty',
      code: 'empty',
      message:
        'The file is empty: 0 bytes, a capture has at least 24. Check that the capturing program was allowed to write it, and that the download or copy was complete.',
    };
  }
  if (isCaptureMagic(octets)) return headerProblem(octets, size);
  const kind = KINDS.find(({ magic }) => startsWith(octets, magic));
  if (kind) return { is: kindName(kind), code: kind.code, message: kindMessage(kind) };
  const text = textProblem(octets, size, isCaptureMagic);
  if (text) return text;
  if (isErf(octets, size))
    return {
      is: 'an ERF capture',
      code: 'unsupported',
      message: `The file looks like an ERF capture (Endace). ${CONVERT}`,
    };
  return {
    is: 'of no known kind',
    code: 'not-a-capture',
    message: `The file is no capture that is known here: it begins with ${hexOctets(octets.subarray(0, 8))}, a capture with d4 c3 b2 a1 (pcap) or 0a 0d 0d 0a (pcapng). If it is a capture of another kind, convert it: editcap -F pcapng FILE capture.pcapng`,
  };
}

function kindMessage(kind: Kind): string {
  const remedy = `${kind.code === 'not-a-capture' ? ', not a capture' : ''}. ${kind.remedy}`;
  return `The file is ${kindName(kind)}${remedy}`;
}

function kindName(kind: Kind): string {
  if (kind.code === 'not-a-capture') return kind.is;
  if (kind.remedy.startsWith(DECOMPRESS)) return `compressed with ${kind.is}`;
  return kind.is === '7-Zip' ? `a ${kind.is} archive` : `a capture of ${kind.is} format`;
}

function startsWith(octets: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((octet, index) => octets[index] === octet);
}

/** A file that begins like a capture but is shorter than the smallest header. */
function headerProblem(octets: Uint8Array, size: Bytes): Refusal | undefined {
  const isPcapng = magicAt(octets, 0) === PCAPNG_MAGIC;
  const [name, header] = isPcapng ? ['pcapng', 28] : ['pcap', 24];
  if (size >= header) return undefined;
  return {
    is: `${name} cut off in its header`,
    code: 'not-a-capture',
    message: `The file begins like ${name} but ends inside its header: ${formatCount(size)} bytes, the header has ${header}. Copy it again, or check that the capturing program was not stopped before it wrote.`,
  };
}

/** ERF has no magic: a time stamp, a type, and lengths that lead from record to record (Endace ERF types reference). */
function isErf(octets: Uint8Array, size: Bytes): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  let records = 0;
  while (octets.length - at >= 18 && records < 8) {
    const seconds = view.getUint32(at + 4, true);
    const type = view.getUint8(at + 8) & 0x7f;
    const recordLength = view.getUint16(at + 10);
    // From 1995 (the first DAG card) to 2100.
    if (seconds < 788_918_400 || seconds > 4_102_444_800 || type < 1 || type > 48 || recordLength < 18)
      return false;
    at += recordLength;
    records++;
  }
  return records >= 2 || (records === 1 && at === size);
}

/** Octets as people write them: `89 50 4e 47`. */
function hexOctets(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(' ');
}
