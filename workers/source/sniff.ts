import { formatCount } from '../../src/model/format.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { OpenError } from '../api.ts';
import { CONVERT, type Kind, KINDS, lateKind } from './kinds.ts';
import { textProblem } from './sniff-text.ts';
import { isTarHeader } from './tar.ts';

/** Octets from the start of a file that {@link sniff} wants to see. */
export const SNIFF_OCTETS: Bytes = 4096;

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

/** The first four octets of the captures that the core reads. */
const CAPTURE_MAGICS: ReadonlySet<number> = new Set([
  0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1, 0x0a0d0d0a, 0x1c0001ac, 0xac01001c,
  0x1c0001ab, 0xab01001c,
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
  const kind = KINDS.find(({ magic, at }) => startsWith(octets, magic, at));
  if (kind) return refusalOf(kind);
  const text = textProblem(octets, size, isCaptureMagic);
  if (text) return text;
  if (isErf(octets, size))
    return {
      is: 'a capture of ERF (Endace)',
      code: 'unsupported',
      message: `The file looks like a capture of ERF (Endace). ${CONVERT}`,
    };
  const late = lateKind(octets);
  if (late) return refusalOf(late);
  return {
    is: 'of no known kind',
    code: 'not-a-capture',
    message: `The file is no capture that is known here: it begins with ${hexOctets(octets.subarray(0, 8))}, a capture with d4 c3 b2 a1 (pcap) or 0a 0d 0d 0a (pcapng). If it is a capture of another kind, convert it: editcap -F pcapng FILE capture.pcapng`,
  };
}

function refusalOf({ is, code, remedy }: Kind): Refusal {
  return {
    is,
    code,
    message: `The file is ${is}${code === 'not-a-capture' ? ', not a capture' : ''}. ${remedy}`,
  };
}

function startsWith(octets: Uint8Array, magic: readonly number[], at = 0): boolean {
  return magic.every((octet, index) => octets[at + index] === octet);
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

/** ERF's type of a provenance record. */
const ERF_META = 27;

/** ERF has no magic: a time stamp, a type, and lengths that lead from record to record (Endace ERF types reference). */
function isErf(octets: Uint8Array, size: Bytes): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  let records = 0;
  while (octets.length - at >= 18 && records < 8) {
    const seconds = view.getUint32(at + 4, true);
    const type = view.getUint8(at + 8) & 0x7f;
    const recordLength = view.getUint16(at + 10);
    // From 1995 (the first DAG card) to 2100; a record that describes the capture may have no time.
    const hasTime = seconds >= 788_918_400 && seconds <= 4_102_444_800;
    if (!(hasTime || (seconds === 0 && type === ERF_META)) || type < 1 || type > 48 || recordLength < 18)
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
