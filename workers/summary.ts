import { FORMAT_NAMES } from '../src/model/capture.ts';
import { LINK_TYPES } from '../src/model/registries.ts';
import type { Bytes } from '../src/model/units.ts';
import type { IssueItem, SkippedFile, SourceFile, Summary } from './api.ts';
import type { Core } from './core.ts';
import { reportedOf } from './formats/reported.ts';
import { issueItems } from './items/issue-items.ts';
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
    issues: [...state.problems, ...(reportedOf(core)?.issues ?? []), ...issueItems(core, sources)],
    interfaces: interfaces(core),
    wasCancelled,
    isDone,
    milliseconds,
  };
}

/** How the capture's file formats are called, in the order they were met. */
export function captureFormat(core: Core): string {
  const { fileSections } = core.tables;
  if (fileSections.rows === 0) return reportedOf(core) ? 'HAR' : 'unknown';
  const formats = new Set<number>();
  for (let row = 0; row < fileSections.rows; row++) formats.add(fileSections.format(row));
  return [...formats].map((format) => FORMAT_NAMES[format] ?? 'unknown').join(', ');
}

/** From the first packet to the last of the file; 0 where the clock went backwards further than that. */
function captureDuration(core: Core): number {
  const { packets } = core.tables;
  const reported = reportedOf(core)?.latest ?? 0;
  return packets.rows === 0 ? reported : Math.max(reported, packets.time(packets.rows - 1));
}

/** The files, and how many packets each has: every packet is of an interface, and every interface of a file. */
function sourceFiles(core: Core, sources: SourceFiles): readonly SourceFile[] {
  const table = core.tables.interfaces;
  const packets = sources.files.map(() => 0);
  for (let row = 0; row < table.rows; row++) {
    const { file } = sources.place(table.offset(row));
    packets[file] = (packets[file] ?? 0) + table.packets(row);
  }
  return sources.files.map(({ name, blob }, index) => ({
    name,
    bytes: blob.size,
    packets: packets[index] ?? 0,
  }));
}

function interfaces(core: Core): Summary['interfaces'] {
  const table = core.tables.interfaces;
  return Array.from({ length: table.rows }, (_, row) => {
    const linkType = table.linkType(row);
    const dropped = table.dropped(row);
    return {
      name: core.text(table.name(row)) || core.text(table.description(row)) || `interface ${row}`,
      linkType: LINK_TYPES[linkType] ?? `link type ${linkType}`,
      snapLength: table.snapLength(row),
      packets: table.packets(row),
      dropped: Number.isNaN(dropped) ? undefined : dropped,
    };
  });
}
