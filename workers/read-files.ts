import type { Core } from './core.ts';
import { readHar } from './formats/har.ts';
import { pump, type PumpEnd } from './pump.ts';
import { pumpSeveral, type SeveralHooks } from './pump-several.ts';
import { BlobReader } from './source/blob-reader.ts';
import { SourceFiles } from './source/source-files.ts';

/** What reading of all files asks and tells. */
export interface FilesHooks extends SeveralHooks {
  /** A HAR file among others has no list of entries. */
  readonly barren: (file: number) => void;
}

/**
 * Reads the files of a capture into the core: first those with packets, merged by their times, then HAR files, one after another
 * (they stand last among the sources). All times count from the first packet, or from the first entry where there are no packets.
 */
export async function readFiles(sources: SourceFiles, core: Core, hooks: FilesHooks): Promise<PumpEnd> {
  const packets = new SourceFiles(sources.files.filter(({ isHar }) => !isHar));
  const hars = sources.files.length - packets.files.length;
  let end: PumpEnd = { kind: 'end' };
  if (packets.files.length > 0) {
    end = packets.areSeveral
      ? await pumpSeveral(packets, core, hooks)
      : await pump(new BlobReader(packets.blob), core, hooks);
    if (end.kind === 'cancelled' || hars === 0) return end;
    if (end.kind === 'unreadable') hooks.lost(0, end.error);
  }
  for (let file = packets.files.length; file < sources.files.length; file++) {
    const one = await readOneHar(sources, core, hooks, file);
    if (one.kind === 'cancelled' || sources.files.length === 1) return one;
    if (one.kind === 'unreadable') hooks.lost(file, one.error);
    else if (one.kind === 'stopped') hooks.barren(file);
  }
  // What could not be read was told; the other files were.
  return end.kind === 'unreadable' ? { kind: 'end' } : end;
}

function readOneHar(sources: SourceFiles, core: Core, hooks: SeveralHooks, file: number): Promise<PumpEnd> {
  const start = sources.starts[file] ?? 0;
  const blob = sources.files[file]?.blob ?? new Blob();
  const own = {
    isCancelled: hooks.isCancelled,
    analysed: (bytesRead: number) => hooks.analysed(start + bytesRead),
  };
  const name = sources.areSeveral ? (sources.files[file]?.name ?? '') : '';
  return readHar(core, new BlobReader(blob), own, { start, name });
}
