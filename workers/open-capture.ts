import type { Findings } from '../src/model/finding.ts';
import { formatAmount, formatCount } from '../src/model/format.ts';
import { failed, ok, type Result } from '../src/model/result.ts';
import type { TimeMeasure, TimesOfQuery } from '../src/model/timing.ts';
import type {
  FilterError,
  IssueItem,
  Items,
  Listener,
  OpenError,
  QueryResult,
  Summary,
  TableQuery,
  View,
} from './api.ts';
import { Cadence } from './cadence.ts';
import { type Core, StopReason } from './core.ts';
import { findFindings } from './findings/index.ts';
import { FollowDesk } from './follow.ts';
import { type FilesHooks, readFiles } from './read-files.ts';
import { countClientRandoms } from './notes/key-log.ts';
import { exchangeItem } from './items/exchange-item.ts';
import { flowItem } from './items/flow-item.ts';
import { helloItem } from './items/hello-item.ts';
import { packetItems } from './items/packet-items.ts';
import type { PumpEnd } from './pump.ts';
import { reportedOf } from './formats/reported.ts';
import { Overview } from './overview/index.ts';
import { timesOfQuery } from './overview/timing-summary.ts';
import { Queries } from './queries.ts';
import { readQuicHandshakes } from './quic/index.ts';
import { runQuery } from './query/index.ts';
import { BlobReader, type ReadError } from './source/blob-reader.ts';
import type { Contents } from './source/contents.ts';
import { SourceFiles } from './source/source-files.ts';
import { summarize } from './summary.ts';

/** A capture that is being read or was read: its files, its core, and what was asked of it. */
export class OpenCapture {
  readonly core: Core;
  readonly sources: SourceFiles;
  readonly reader: BlobReader;
  readonly desk: FollowDesk;
  readonly overview: Overview;
  readonly #contents: Contents;
  readonly #queries = new Queries();
  readonly #began: number;
  #bytesRead = 0;
  #isCancelled = false;
  #isDone = false;
  #isLost = false;
  #problems: readonly IssueItem[] = [];
  #milliseconds = 0;
  #clientRandoms: number | undefined;
  #findings: Findings | undefined;

  /** `began` is when the files were given, on the clock of `performance.now()`. */
  constructor(core: Core, contents: Contents, began: number) {
    this.core = core;
    this.#contents = contents;
    this.#began = began;
    this.#problems = contents.problems;
    this.sources = new SourceFiles(contents.captures);
    this.reader = new BlobReader(this.sources.blob);
    this.desk = new FollowDesk(core, this.reader);
    this.overview = new Overview(core);
  }

  /** The findings, once they are final. */
  get findings(): Findings | undefined {
    return this.#findings;
  }

  /** What is known of the capture now. */
  get summary(): Summary {
    return summarize(this.core, {
      file: this.#contents.name,
      sources: this.sources,
      skipped: this.#contents.skipped,
      bytes: this.reader.size,
      bytesRead: this.#bytesRead,
      milliseconds: this.#isDone ? this.#milliseconds : performance.now() - this.#began,
      wasCancelled: this.#isCancelled,
      isDone: this.#isDone,
      clientRandoms: this.#clientRandoms,
      problems: this.#problems,
    });
  }

  /** Stops the reading after the slice at hand. */
  cancel(): void {
    if (!this.#isDone) this.#isCancelled = true;
  }

  /** Reads the file to its end, or until cancelled, and looks for findings. */
  async read(listener: Listener): Promise<Result<Summary, OpenError>> {
    const cadence = new Cadence(this.#began);
    const hooks: FilesHooks = {
      isCancelled: () => this.#isCancelled,
      analysed: (bytesRead) => this.#analysed(bytesRead, cadence, listener),
      lost: (file, error) => this.#lost(file, error),
      barren: (file) => (this.#problems = [...this.#problems, barren(this.sources, file)]),
    };
    const end = await readFiles(this.sources, this.core, hooks);
    const error = this.#openError(end);
    if (error) return failed(error);
    // Cancelled after the last slice: all was read, nothing was cut.
    if (end.kind !== 'cancelled') this.#isCancelled = false;
    if (end.kind === 'unreadable') this.#lost(0, end.error);
    const wasCancelled = this.#isCancelled;
    await readQuicHandshakes(this.core, () => !wasCancelled && this.#isCancelled);
    this.#clientRandoms = await countClientRandoms(this.core, this.reader);
    const findings = findFindings(this.core, { isFinal: true, isCut: end.kind !== 'end' || this.#isLost });
    this.#findings = findings;
    this.#milliseconds = performance.now() - this.#began;
    this.#isDone = true;
    this.#tellProgress(listener);
    const summary = this.summary;
    listener.findings(findings);
    listener.summary(summary);
    return ok(summary);
  }

  #analysed(bytesRead: number, cadence: Cadence, listener: Listener): void {
    this.#bytesRead = bytesRead;
    const began = performance.now();
    if (cadence.isProgressDue(began)) this.#tellProgress(listener);
    // The last slice is followed by the final findings at once.
    if (bytesRead >= this.reader.size || !cadence.areFindingsDue(began, bytesRead)) return;
    listener.findings(findFindings(this.core, { isFinal: false }));
    listener.summary(this.summary);
    cadence.foundFindings(began, performance.now());
  }

  /** A file that could be read in part is told like an issue: what was read is shown. */
  #lost(file: number, error: ReadError): void {
    this.#isLost = true;
    const { rows } = this.core.tables.packets;
    this.#problems = [unreadable(this.sources, file, error, rows), ...this.#problems];
  }

  #tellProgress(listener: Listener): void {
    listener.progress({
      bytesRead: this.#bytesRead,
      bytes: this.reader.size,
      packets: this.core.tables.packets.rows,
      isDone: this.#isDone,
    });
  }

  /** Why there is nothing to show; undefined where there is, even of a damaged file. */
  #openError(end: PumpEnd): OpenError | undefined {
    if (this.core.tables.packets.rows > 0 || this.core.tables.exchanges.rows > 0) return undefined;
    if (end.kind === 'unreadable') return { code: 'unreadable', message: unreadableMessage(end.error) };
    if (end.kind === 'stopped' && end.reason === StopReason.NOT_A_CAPTURE) {
      if (reportedOf(this.core)) return { code: 'not-a-capture', message: NO_ENTRIES };
      return {
        code: 'not-a-capture',
        message:
          'The file begins like a capture, but its header cannot be read: the version or the lengths in it do not exist. Copy it again, or try what Wireshark’s capinfos says of it.',
      };
    }
    return undefined;
  }

  /** Answers a query with a handle for its windows. */
  query(view: View, query: TableQuery): Result<QueryResult, FilterError> {
    const answered = runQuery(this.core, view, query);
    if (!answered.ok) return answered;
    const { rows, total } = answered.value;
    return ok({ id: this.#queries.add(view, answered.value), rows, total });
  }

  /** A time of the exchanges that a query answers, summed up. */
  times(id: number, measure: TimeMeasure): TimesOfQuery | undefined {
    const query = this.#queries.find(id);
    return query && timesOfQuery(this.core, query, measure);
  }

  /** Position of a row in a query's order. */
  position(id: number, row: number): number | undefined {
    return this.#queries.find(id)?.positionOf(row);
  }

  /** The items of a stretch of a query's order; none for a query that is no longer kept. */
  async window<V extends View>(
    view: V,
    id: number,
    start: number,
    count: number,
  ): Promise<readonly Items[V][]> {
    const query = this.#queries.find(id);
    if (!query) return [];
    const from = Math.max(0, start);
    const length = Math.max(0, Math.min(count, query.rows - from));
    const rows = Array.from({ length }, (_, index) => query.at(from + index));
    return this.#itemsOf[view](rows);
  }

  readonly #itemsOf: { readonly [V in View]: (rows: readonly number[]) => Promise<readonly Items[V][]> } = {
    exchanges: (rows) => Promise.resolve(rows.map((row) => exchangeItem(this.core, row))),
    flows: (rows) => Promise.resolve(rows.map((row) => flowItem(this.core, row))),
    hellos: (rows) => Promise.resolve(rows.map((row) => helloItem(this.core, row))),
    packets: (rows) => packetItems(this.core, this.reader, rows),
  };
}

const NO_ENTRIES =
  'The file begins like a HAR file, but has no list of entries (log.entries). Export it again: the browser may have been stopped before it wrote them.';

function barren(sources: SourceFiles, file: number): IssueItem {
  return {
    code: 'har-without-entries',
    severity: 'warning',
    blame: 'capture',
    sentence: `${sources.files[file]?.name ?? ''} begins like a HAR file, but has no list of entries (log.entries). Nothing of it is shown.`,
    remedy: 'Export it again: the browser may have been stopped before it wrote them.',
    count: 1,
    firstPacket: 0,
    lastPacket: 0,
  };
}

function unreadableMessage(error: ReadError): string {
  return `The file cannot be read (${error.message}). It was changed, moved or deleted after it was picked, or its disk was taken away. Pick it again.`;
}

function unreadable(sources: SourceFiles, file: number, error: ReadError, packets: number): IssueItem {
  const { name = '', blob } = sources.files[file] ?? {};
  const where = sources.areSeveral ? ` of ${name}` : '';
  const consequence = sources.areSeveral
    ? 'Its packets up to there are shown.'
    : `Reading stopped; ${formatAmount(packets, 'packet is', 'packets are')} shown.`;
  return {
    code: 'file-unreadable',
    severity: 'error',
    blame: 'capture',
    sentence: `Byte ${formatCount(error.offset)} of ${formatCount(blob?.size ?? 0)}${where}: the file could no longer be read (${error.message}). ${consequence}`,
    remedy:
      'The file was changed while it was read, or its disk was taken away. If it is still being written, wait and open it again.',
    count: 1,
    firstPacket: packets,
    lastPacket: packets,
  };
}
