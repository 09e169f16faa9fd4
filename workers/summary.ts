import { FORMAT_NAMES } from '../src/model/capture.ts';
import { formatAmount } from '../src/model/format.ts';
import type { Bytes } from '../src/model/units.ts';
import type { IssueItem, SkippedFile, SourceFile, Summary } from './api.ts';
import type { Core } from './core.ts';
import { reportedOf } from './formats/reported.ts';
import { issueItems } from './items/issue-items.ts';
import { fileNotes } from './notes/file-notes.ts';
import { interfaceItems } from './notes/interfaces.ts';
import type { SourceFiles } from './source/source-files.ts';

/** What is known of the reading, besides the core's tables. */
export interface ReadingState {
  readonly file: string;
  readonly sources: SourceFiles;
  /** What was beside the captures. */
  readonly skipped: readonly SkippedFile[];
  readonly bytes: Bytes;
  readonly bytesRead: Bytes;
  readonly milliseconds: number;
  readonly wasCancelled: boolean;
  readonly isDone: boolean;
  /** TLS connections whose keys the files hold; undefined until they are read to their ends. */
  readonly clientRandoms: number | undefined;
  /** What was met outside the core: the file could not be read to its end. */
  readonly problems: readonly IssueItem[];
}

/** What is known of the capture now. Its cost does not grow with the capture. */
export function summarize(core: Core, state: ReadingState): Summary {
  const { tables } = core;
  const { file, sources, skipped, bytes, bytesRead, milliseconds, wasCancelled, isDone } = state;
  return {
    file,
    files: sourceFiles(core, sources),
    skipped,
    bytes,
    bytesRead,
    format: captureFormat(core),
    startMilliseconds: core.start.seconds * 1000 + Math.floor(core.start.nanoseconds / 1e6),
    startNanoseconds: core.start.nanoseconds,
    duration: captureDuration(core),
    counts: {
      exchanges: tables.exchanges.rows,
      flows: tables.flows.rows,
      packets: tables.packets.rows,
      hellos: tables.hellos.rows,
    },
    issues: [
      ...state.problems,
      ...keysEmbedded(core, state.clientRandoms),
      ...(reportedOf(core)?.issues ?? []),
      ...issueItems(core, sources),
    ],
    interfaces: interfaceItems(core),
    notes: fileNotes(core, state),
    wasCancelled,
    isDone,
    milliseconds,
  };
}

/** How the capture's file formats are called, in the order they were met. */
function captureFormat(core: Core): string {
  const { fileSections } = core.tables;
  const formats = new Set<string>();
  for (let row = 0; row < fileSections.rows; row++)
    formats.add(FORMAT_NAMES[fileSections.format(row)] ?? 'unknown');
  if (reportedOf(core)) formats.add('HAR');
  return formats.size === 0 ? 'unknown' : [...formats].join(', ');
}

/** From the earliest packet or entry to the latest, in whatever order the file has them. */
function captureDuration(core: Core): number {
  const { earliest, latest } = captureTimes(core);
  return latest > earliest ? latest - earliest : 0;
}

/** The earliest and the latest time of any packet or entry, from the start of the capture; infinite where there is none. */
function captureTimes(core: Core): { readonly earliest: number; readonly latest: number } {
  const reported = reportedOf(core);
  const packets = core.packetTimes;
  return {
    earliest: Math.min(packets.earliest, reported?.earliest ?? Infinity),
    latest: Math.max(packets.latest, reported?.latest ?? -Infinity),
  };
}

/**
 * The files, and how many packets or exchanges each has: every packet is of an interface, and every interface of a file.
 */
function sourceFiles(core: Core, sources: SourceFiles): readonly SourceFile[] {
  const table = core.tables.interfaces;
  const packets = sources.files.map(() => 0);
  for (let row = 0; row < table.rows; row++) {
    const { file } = sources.place(table.offset(row));
    packets[file] = (packets[file] ?? 0) + table.packets(row);
  }
  return sources.files.map(({ name, blob, isHar }, index) => ({
    name,
    bytes: blob.size,
    packets: packets[index] ?? 0,
    ...(isHar ? { exchanges: reportedOf(core)?.counts.get(sources.starts[index] ?? 0) ?? 0 } : {}),
  }));
}

/** A capture that holds keys must not be passed on as if it held only ciphertext. */
function keysEmbedded(core: Core, clientRandoms = 0): readonly IssueItem[] {
  const { secrets } = core.tables;
  if (secrets.rows === 0 && clientRandoms === 0) return [];
  const what =
    clientRandoms > 0
      ? `the keys of ${formatAmount(clientRandoms, 'TLS connection')}`
      : formatAmount(secrets.rows, 'block of decryption secrets', 'blocks of decryption secrets');
  return [
    {
      code: 'keys-embedded',
      severity: 'warning',
      blame: 'capture',
      sentence: `The file contains ${what}. Whoever gets it can read what they protect.`,
      remedy:
        'Before you pass it on: editcap --discard-all-secrets IN OUT. Keys in comments go where it is written as pcap: editcap -F pcap IN OUT.',
      count: Math.max(1, clientRandoms),
      firstPacket: 0,
      lastPacket: 0,
    },
  ];
}
