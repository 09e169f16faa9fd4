import { formatAmount, formatBytes, formatCount } from '../../src/model/format.ts';
import { EMPTY_FOLDER, nameOfFiles } from '../../src/model/file-names.ts';
import { LIMITS } from '../../src/model/limits.ts';
import { failed, ok, type Result } from '../../src/model/result.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { IssueItem, OpenError, SkippedFile } from '../api.ts';
import { isHar } from '../formats/har-text.ts';
import { BlobReader, ReadError } from './blob-reader.ts';
import { type Inflated, inflate, storedProblem, UnpackBudget } from './inflate.ts';
import {
  cutMember,
  ENCRYPTED,
  INFLATE_PROBLEMS,
  PROBLEM,
  SPARSE,
  TOO_DEEP,
  TOO_MANY,
  unknownMethod,
  unreadable,
  ZIP_WITHOUT_DIRECTORY,
  zipCut,
} from './refusals.ts';
import { type Container, containerOf, type Refusal, sniff, SNIFF_OCTETS } from './sniff.ts';
import { type Member, tarMembers } from './tar.ts';
import { COMPRESSION_NAMES } from './unpackers.ts';
import { zipMembers } from './zip.ts';

/** A capture among what was opened: unpacked, by its path. */
export interface CaptureFile {
  readonly name: string;
  readonly blob: Blob;
  /** It has exchanges, but no packets. */
  readonly isHar: boolean;
}

/** What was found in the files that were opened. */
export interface Contents {
  /** What all of it is called. */
  readonly name: string;
  /** At least one, in the order of their names; HAR files come last. */
  readonly captures: readonly CaptureFile[];
  /** What is no capture. */
  readonly skipped: readonly SkippedFile[];
  /** What was wrong with compressed files and archives. */
  readonly problems: readonly IssueItem[];
}

/** What looking for captures asks and tells. */
export interface ContentsHooks {
  readonly isCancelled: () => boolean;
  /** Octets of the given files that were unpacked. */
  readonly passed: (octets: Bytes) => void;
}

/**
 * Looks for captures in files: in compressed ones and in archives, by what they hold, not by their names. `unread` are files of a
 * dropped folder that the browser could not give.
 */
export async function findContents(
  files: readonly File[],
  hooks: ContentsHooks,
  unread: readonly SkippedFile[] = [],
): Promise<Result<Contents, OpenError>> {
  const search = new Search(hooks);
  search.skipped.push(...unread);
  let before = 0;
  for (const file of files) {
    await search.look(file.name, file, { from: before, to: before + file.size }, 0);
    before += file.size;
  }
  if (hooks.isCancelled()) {
    const message = 'Unpacking was stopped before anything of it was read. Open it again to go on.';
    return failed({ code: 'cancelled', message });
  }
  const { captures, skipped, refusals, problems } = search;
  const name = nameOfFiles(files.map((file) => file.name));
  if (captures.length === 0) return failed(noCapture(files, refusals, search));
  // HAR files behind captures: packets are read first, and tell when the capture begins.
  captures.sort((a, b) => Number(a.isHar) - Number(b.isHar) || BY_NAME.compare(a.name, b.name));
  return ok({ name, captures, skipped, problems });
}

/** Rotated files are numbered: capture.pcap2 stands before capture.pcap10. */
const BY_NAME = new Intl.Collator('en', { numeric: true });

/** Where in the given files, one after another, the octets stand that are being looked at. */
interface Stretch {
  readonly from: Bytes;
  readonly to: Bytes;
}

class Search {
  readonly captures: CaptureFile[] = [];
  readonly skipped: SkippedFile[] = [];
  readonly refusals: Refusal[] = [];
  readonly problems: IssueItem[] = [];
  /** The containers that were opened. */
  readonly containers: Container[] = [];
  readonly #hooks: ContentsHooks;
  readonly #budget = new UnpackBudget();
  #files = 0;

  constructor(hooks: ContentsHooks) {
    this.#hooks = hooks;
  }

  /** Looks at one file; `depth` containers are around it. */
  async look(name: string, blob: Blob, stretch: Stretch, depth: number): Promise<void> {
    if (this.#hooks.isCancelled()) return;
    let first: Uint8Array;
    try {
      first = await new BlobReader(blob).read(0, Math.min(SNIFF_OCTETS, blob.size));
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      return this.#refuse(name, unreadable(error));
    }
    const container = containerOf(first);
    if (container !== undefined) return this.#open(name, blob, container, stretch, depth);
    const refusal = isHar(first) ? undefined : sniff(first, blob.size);
    if (refusal) return this.#refuse(name, refusal);
    if (this.#files++ >= LIMITS.MEMBERS) return this.#refuse(name, TOO_MANY);
    this.captures.push({ name, blob, isHar: isHar(first) });
  }

  #refuse(name: string, refusal: Refusal): void {
    this.skipped.push({ name, kind: refusal.is });
    this.refusals.push(refusal);
  }

  async #open(
    name: string,
    blob: Blob,
    container: Container,
    stretch: Stretch,
    depth: number,
  ): Promise<void> {
    if (depth >= LIMITS.NESTING) return this.#refuse(name, TOO_DEEP);
    this.containers.push(container);
    try {
      if (container === 'tar') return await this.#lookAtMembers(name, blob, tarMembers(blob), stretch, depth);
      if (container === 'zip') {
        const { members, hasDirectory } = await zipMembers(blob);
        const before = this.captures.length;
        await this.#lookAtMembers(name, blob, members, stretch, depth);
        if (hasDirectory) return;
        if (this.captures.length === before) this.#refuse(name, ZIP_WITHOUT_DIRECTORY);
        else this.problems.push(zipCut(name, blob.size));
        return;
      }
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      return this.#refuse(name, unreadable(error));
    }
    const share = (stretch.to - stretch.from) / Math.max(1, blob.size);
    const inflated = await inflate(blob, container, {
      isCancelled: this.#hooks.isCancelled,
      passed: (octets) => this.#hooks.passed(stretch.from + octets * share),
      budget: this.#budget,
    });
    this.#note(name, blob.size, COMPRESSION_NAMES[container], inflated);
    await this.look(nameInside(name), inflated.blob, { from: stretch.to, to: stretch.to }, depth + 1);
  }

  async #lookAtMembers(
    name: string,
    blob: Blob,
    members: AsyncGenerator<Member, void, void>,
    stretch: Stretch,
    depth: number,
  ): Promise<void> {
    const share = (stretch.to - stretch.from) / Math.max(1, blob.size);
    let from = stretch.from;
    for await (const member of members) {
      if (this.#hooks.isCancelled()) return;
      const to = stretch.from + member.end * share;
      const path = `${name}/${member.name}`;
      if (member.isCut) this.problems.push(cutMember(path, blob.size));
      await this.#lookAtMember(path, member, { from, to }, depth + 1);
      from = to;
      this.#hooks.passed(from);
    }
  }

  async #lookAtMember(path: string, member: Member, stretch: Stretch, depth: number): Promise<void> {
    const { packing } = member;
    switch (packing) {
      case 'stored':
        return this.#lookAtStored(path, member, stretch, depth);
      case 'encrypted':
        return this.#refuse(path, ENCRYPTED);
      case 'unknown':
        return this.#refuse(path, unknownMethod(member.method ?? 'a method without a name'));
      case 'sparse':
        return this.#refuse(path, SPARSE);
      case 'deflate':
      case 'zstd': {
        const hooks = { isCancelled: this.#hooks.isCancelled, passed: () => undefined, budget: this.#budget };
        // Most members of a support bundle are logs: their beginning says so, and the rest stays packed.
        const { blob: beginning } = await inflate(member.packed, packing, hooks, { limit: SNIFF_OCTETS });
        const first = new Uint8Array(await beginning.slice(0, SNIFF_OCTETS).arrayBuffer());
        const refusal =
          containerOf(first) === undefined && !isHar(first) ? sniff(first, beginning.size) : undefined;
        if (refusal) return this.#refuse(path, refusal);
        const inflated = await inflate(member.packed, packing, hooks, { crc32: member.crc32 });
        // Of a member that was cut the archive's end says so already.
        if (!member.isCut) this.#note(path, member.packed.size, packing, inflated);
        return this.look(path, inflated.blob, stretch, depth);
      }
    }
  }

  /** A member that stands in the archive as it is; where it is a capture, its octets are compared with their checksum. */
  async #lookAtStored(path: string, member: Member, stretch: Stretch, depth: number): Promise<void> {
    const { packed, crc32, isCut } = member;
    const before = this.captures.length;
    await this.look(path, packed, stretch, depth);
    if (crc32 === undefined || isCut || this.captures.length === before) return;
    const error = await storedProblem(packed, crc32, this.#hooks.isCancelled);
    if (error === undefined) return;
    this.problems.push({
      ...PROBLEM,
      code: 'compressed-checksum',
      sentence: `${path}: its octets do not match their checksum (${error}). All ${formatBytes(packed.size)} of it are read.`,
      remedy: INFLATE_PROBLEMS.checksum.remedy,
    });
  }

  /** Tells what was wrong with a compressed file. */
  #note(name: string, size: Bytes, compression: string, { blob, problem }: Inflated): void {
    if (!problem) return;
    const { code, found, remedy } = INFLATE_PROBLEMS[problem.kind];
    const where = `Byte ${formatCount(problem.at)} of ${formatCount(size)} of ${name}`;
    const error = problem.kind === 'cut' || problem.error === '' ? '' : ` (${problem.error})`;
    const came = formatBytes(blob.size);
    const kept =
      problem.kind === 'checksum'
        ? `All of what came out (${came}) is read.`
        : blob.size === 0
          ? 'Nothing came out before it.'
          : `The ${came} that came out before it are read.`;
    this.problems.push({
      ...PROBLEM,
      code,
      sentence: `${where}: the ${compression} stream ${found}${error}. ${kept}`,
      remedy,
    });
  }
}

/** A compressed file's name without what its compression added. */
function nameInside(name: string): string {
  return name.replace(/\.(gz|zst|lz4)$/i, '').replace(/\.tgz$/i, '.tar');
}

/** Why nothing could be opened. */
function noCapture(files: readonly File[], refusals: readonly Refusal[], search: Search): OpenError {
  const { skipped, containers } = search;
  const [only] = refusals;
  const [problem] = search.problems;
  if (files.length === 0) return nothingGiven(skipped);
  if (refusals.length > 0 && refusals.every((refusal) => refusal === ENCRYPTED)) return LOCKED;
  // What was inside may have been whole before it was packed.
  if (problem)
    return { code: 'not-a-capture', message: `${problem.sentence} No capture is there. ${problem.remedy}` };
  const isArchive = containers.some((container) => container === 'tar' || container === 'zip');
  if (files.length === 1 && refusals.length === 1 && only && !isArchive) {
    const [outer] = containers;
    if (outer === undefined || outer === 'tar' || outer === 'zip') return plain(only);
    const { code, message } = only;
    return { code, message: `Compressed with ${COMPRESSION_NAMES[outer]}; of what is inside: ${message}` };
  }
  // An archive that could not be opened tells why itself.
  if (files.length === 1 && only && skipped[0]?.name === files[0]?.name) return plain(only);
  const where = files.length === 1 ? 'The archive holds' : 'The files hold';
  const listed = skipped
    .slice(0, 5)
    .map(({ name, kind }) => `${name.slice(name.indexOf('/') + 1)} (${kind})`);
  const more =
    skipped.length > listed.length ? ` and ${formatCount(skipped.length - listed.length)} more` : '';
  const found =
    skipped.length === 0
      ? 'nothing at all'
      : `${formatAmount(skipped.length, 'other file')}: ${listed.join(', ')}${more}`;
  return {
    code: 'not-a-capture',
    message: `${where} no capture in pcap or pcapng, but ${found}. Pick what tcpdump, Wireshark or kubectl sniff wrote.`,
  };
}

/** A zip archive of which nothing can be read without its password. */
const LOCKED: OpenError = {
  code: 'unsupported',
  message:
    'The archive is protected with a password. Unpack it first, where the password is asked for (7z x FILE), and open the captures in it.',
};

/** A folder without a file, or one whose files the browser could not give. */
function nothingGiven(skipped: readonly SkippedFile[]): OpenError {
  const readable = skipped.filter(({ kind }) => kind !== EMPTY_FOLDER);
  const [first] = readable;
  if (!first) {
    const [folder] = skipped;
    const where = folder === undefined ? '' : ` (${folder.name})`;
    return {
      code: 'empty',
      message: `There is no file in what was dropped: the folder is empty${where}. Drop captures, a folder with captures, or an archive of them.`,
    };
  }
  return {
    code: 'unreadable',
    message: `None of the ${formatAmount(readable.length, 'file')} could be read: ${first.name} (${first.kind})${readable.length > 1 ? ' and others' : ''}. Check that they are still there and may be read.`,
  };
}

function plain({ code, message }: Refusal): OpenError {
  return { code, message };
}
