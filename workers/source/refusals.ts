import { formatBytes, formatCount } from '../../src/model/format.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { IssueItem, OpenError } from '../api.ts';
import type { ReadError } from './blob-reader.ts';
import type { Inflated } from './inflate.ts';
import type { Refusal } from './sniff.ts';

/** What all issues of compressed files and archives have in common. */
export const PROBLEM = {
  severity: 'error',
  blame: 'capture',
  count: 1,
  firstPacket: 0,
  lastPacket: 0,
} as const;

/** How a problem of unpacking is told. */
export const INFLATE_PROBLEMS: Readonly<
  Record<
    NonNullable<Inflated['problem']>['kind'],
    { readonly code: string; readonly found: string; readonly remedy: string }
  >
> = {
  cut: {
    code: 'compressed-cut',
    found: 'ends too early',
    remedy:
      'The file was cut off, or its writer was stopped before it ended it. Copy it again; if the capturing program still runs, stop it first.',
  },
  damaged: {
    code: 'compressed-damaged',
    found: 'cannot be unpacked any further',
    remedy: 'The file was damaged, often by a transfer as text. Copy it again, and compare checksums.',
  },
  checksum: {
    code: 'compressed-checksum',
    found: 'does not match its checksum',
    remedy:
      'Octets were changed since it was packed: packets may be damaged anywhere in it. Copy it again, and compare checksums (sha256sum).',
  },
  limit: {
    code: 'compressed-limit',
    found: `takes more than ${formatBytes(LIMITS.UNPACKED_MEBIBYTES * 2 ** 20)} unpacked, the limit for all files together`,
    remedy: 'Unpack it on disk, split it (editcap -c 10000000), and open the parts of interest.',
  },
  unreadable: {
    code: 'file-unreadable',
    found: 'could no longer be read',
    remedy: 'The file was changed while it was read, or its disk was taken away. Open it again.',
  },
};

/** A zip archive without its directory, of which members were found all the same. */
export function zipCut(name: string, size: Bytes): IssueItem {
  return {
    ...PROBLEM,
    code: 'archive-cut',
    sentence: `${name}: the directory at the end of the zip archive is missing after ${formatCount(size)} bytes. The members that stand in front are read.`,
    remedy: 'The archive was cut off. Copy it again.',
  };
}

/** A member that goes on behind the end of its archive. */
export function cutMember(path: string, size: Bytes): IssueItem {
  return {
    ...PROBLEM,
    code: 'archive-cut',
    sentence: `${path}: the archive ends after ${formatCount(size)} bytes, inside this member. What is there of it is read.`,
    remedy: 'The archive was cut off. Copy it again.',
  };
}

/** A file that is not opened, and what to tell of it. */
export const refusal = (is: string, message: string, code: OpenError['code'] = 'unsupported'): Refusal => ({
  is,
  code,
  message,
});

/** Beyond the limits. */
export const TOO_MANY = refusal(
  `beyond the limit of ${formatCount(LIMITS.MEMBERS)} captures`,
  `There are more than ${formatCount(LIMITS.MEMBERS)} captures, the limit.`,
);
/** Containers inside one another beyond the limit. */
export const TOO_DEEP = refusal(
  `inside more than ${LIMITS.NESTING} containers`,
  `There are more than ${LIMITS.NESTING} archives and compressed files inside one another, the limit.`,
);
/** A member that needs a password. */
export const ENCRYPTED = refusal(
  'encrypted with a password',
  'The member is encrypted with a password. Unpack it first: 7z x FILE asks for it',
);
/** A member in a method of compression that is not read. */
export const unknownMethod = (method: string): Refusal =>
  refusal(
    `compressed by ${method}, which is not read here`,
    `The member is compressed by ${method}, which is not read here. Unpack it first: 7z x FILE`,
  );
/** A member of tar that leaves its zeros out. */
export const SPARSE = refusal(
  'a sparse file, whose zeros the archive leaves out',
  'The member is a sparse file: the archive leaves out its zeros. Unpack it first: tar -xf FILE',
);
/** A zip archive that is cut off, without a capture in what is left. */
export const ZIP_WITHOUT_DIRECTORY = refusal(
  'a zip archive without its directory',
  'The file is a zip archive, but the directory at its end is missing or damaged: the archive was cut off. Copy it again, or try zip -FF FILE --out whole.zip',
  'not-a-capture',
);

/** A file that the browser does not let be read. */
export function unreadable(error: ReadError): Refusal {
  const message = `The file cannot be read (${error.message}). If it is a folder, drop the folder on the page; else check that the file is still there and may be read.`;
  return refusal('unreadable', message, 'unreadable');
}
