import { createContext } from 'svelte';
import { SAMPLES, type Sample } from '../platform/samples.ts';
import { saveFile } from '../platform/save-file.ts';
import { AnalysisClient } from './analysis-client.ts';
import { CaptureState } from './capture.svelte.ts';
import { FilterState } from './filter.svelte.ts';
import { type Place, START, VIEW_IDS, type ViewId } from './fragment.ts';
export type { ViewId } from './fragment.ts';
import { LayoutsState } from './layouts.svelte.ts';
import { PlaceState } from './place.svelte.ts';
import { TableState } from './table.svelte.ts';
import { TrustState } from './trust.svelte.ts';
import type { Analysis, FilterError, SkippedFile, View } from './worker.ts';

/** Views without a table that show what the filter lets through. */
const OVERVIEWS: ReadonlySet<ViewId> = new Set(['timeline', 'map']);

/** The table behind a view; overviews, Findings and Health have none. */
export const TABLE_OF: { readonly [view in ViewId]: View | undefined } = {
  findings: undefined,
  exchanges: 'exchanges',
  flows: 'flows',
  packets: 'packets',
  tls: 'hellos',
  timeline: undefined,
  map: undefined,
  health: undefined,
};

/** While a capture is read, the tables are asked again at most this often. */
const REFRESH_MILLISECONDS = 700;

/** All state of the page. App makes one; components get it by {@link session}. */
export class Session {
  readonly place = new PlaceState();
  readonly capture = new CaptureState();
  readonly trust = new TrustState();
  readonly layouts = new LayoutsState();
  readonly filter: FilterState;
  readonly samples: readonly Sample[] = SAMPLES;
  readonly tables: { readonly [V in View]: TableState<V> };
  #client: AnalysisClient;
  #reading: Promise<void> | undefined;
  #opened = 0;
  #hasOpened = false;
  #refreshes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #fault = $state('');

  constructor() {
    this.#client = new AnalysisClient((message, isFatal) => this.#breakDown(message, isFatal));
    this.tables = {
      exchanges: new TableState('exchanges', this.#client),
      flows: new TableState('flows', this.#client),
      packets: new TableState('packets', this.#client),
      hellos: new TableState('hellos', this.#client),
    };
    this.filter = new FilterState({
      apply: (text, isConfirmed) => this.#applyFilter(text, isConfirmed),
      complete: (text, caret) => this.#client.complete(text, caret),
    });
    this.filter.show(this.place.filter);
  }

  /** Details, bodies and followed streams are asked here. */
  get analysis(): Analysis {
    return this.#client;
  }

  /** A bug that the analyser met; '' where there is none. */
  get fault(): string {
    return this.#fault;
  }

  /** The person has read of the bug. */
  dismissFault(): void {
    this.#fault = '';
  }

  /** Listens to Back and Forward, and to what is requested. Answers how to stop. */
  watch(): () => void {
    const stops = [
      this.trust.watch(),
      this.place.watch((before) => {
        // A filter that is being typed or applied goes along from view to view.
        if (before.filter !== this.place.filter) this.filter.show(this.place.filter);
        void this.refresh();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Reads files as one capture, in place of the one that is open. */
  async open(
    files: readonly File[],
    droppedAt = performance.now(),
    unread: readonly SkippedFile[] = [],
  ): Promise<void> {
    const opening = ++this.#opened;
    if (this.#reading !== undefined) {
      await this.#client.cancel();
      await this.#reading;
      if (opening !== this.#opened) return;
    }
    this.#fault = '';
    for (const table of Object.values(this.tables)) table.reset();
    const accepted = () => {
      // After a reload the address still says where one was: the first file goes there.
      if (this.#hasOpened) this.place.go(START);
      this.#hasOpened = true;
      this.filter.show(this.place.filter);
    };
    const reading = this.capture.read(this.#client, files, droppedAt, accepted, unread);
    this.#reading = reading;
    await reading;
    if (this.#reading === reading) this.#reading = undefined;
  }

  async openSample(sample: Sample): Promise<void> {
    const clickedAt = performance.now();
    await this.open([await sample.open()], clickedAt);
  }

  /** Stops reading; what was read stays. */
  cancel(): Promise<void> {
    return this.#client.cancel();
  }

  /** Goes to a view, row or pane, and brings its table up to date. */
  go(to: Partial<Place>): void {
    this.place.go(to);
    if (to.filter !== undefined) this.filter.show(to.filter);
    void this.refresh();
  }

  /** Filters all views to a stretch of the capture; undefined takes the stretch out again. Answers the words that had to go. */
  async filterToTime(range: readonly [from: number, to: number] | undefined): Promise<string | undefined> {
    const { filter, leftOut } = await this.#client.withTimeRange(this.place.filter, range);
    this.go({ filter });
    return leftOut;
  }

  /** Sorts a view's table by a column. */
  sortBy(view: View, column: string): void {
    this.tables[view].sortBy(column);
    void this.refresh();
  }

  /** Filters to the conversation of a row. */
  async filterToConversation(view: View, row: number): Promise<void> {
    this.go({ filter: await this.#client.conversationFilter(view, row) });
  }

  /** The report of `npm run report` as a download. */
  async saveReport(): Promise<void> {
    const report = await this.#client.report();
    if (report === undefined) return;
    const text = `${JSON.stringify(report, undefined, 2)}\n`;
    saveFile(new Blob([text], { type: 'application/json' }), `${report.file}.offwire.json`);
  }

  /** Brings the tables up to date with filter, order and capture: the one in sight first, then the others for their counts. */
  async refresh(): Promise<void> {
    const run = ++this.#refreshes;
    const isReading = this.capture.status === 'reading';
    if (this.capture.summary === undefined || this.capture.status === 'broken') return;
    const inSight = TABLE_OF[this.place.view];
    const others = VIEW_IDS.flatMap((id) => TABLE_OF[id] ?? []).filter((view) => view !== inSight);
    const views = [...(inSight === undefined ? [] : [inSight]), ...(isReading ? [] : others)];
    const { filter } = this.place;
    for (const view of views) {
      const error = await this.tables[view].update(filter, this.capture.revision);
      if (run !== this.#refreshes) return;
      this.filter.blame(filter, error);
      if (error !== undefined) return;
    }
  }

  /** The capture grew: refreshes at once when it is read, and now and then before. */
  follow(): void {
    if (this.capture.status !== 'reading') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.refresh();
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.refresh();
      }, REFRESH_MILLISECONDS);
    }
  }

  async #applyFilter(text: string, isConfirmed: boolean): Promise<FilterError | undefined> {
    if (this.capture.summary !== undefined) {
      const table = this.tables[TABLE_OF[this.place.view] ?? 'packets'];
      const error = await table.update(text, this.capture.revision);
      if (error !== undefined) return error;
      // Another filter is in the bar by now: that one is applied.
      if (this.filter.text.trim() !== text) return undefined;
    }
    if (isConfirmed) this.place.go({ filter: text });
    else this.place.move({ filter: text });
    await this.refresh();
    const { view } = this.place;
    if (isConfirmed && text !== '' && TABLE_OF[view] === undefined && !OVERVIEWS.has(view)) {
      this.#goToMatches();
    }
    return undefined;
  }

  /** From a view without a table, Enter in the filter bar leads to the first table with matches. */
  #goToMatches(): void {
    const { exchanges, packets } = this.tables;
    if (exchanges.rows > 0) this.go({ view: 'exchanges' });
    else if (packets.rows > 0) this.go({ view: 'packets' });
  }

  #breakDown(message: string, isFatal: boolean): void {
    this.#fault = message;
    if (!isFatal) return;
    this.capture.breakDown();
    this.#reading = undefined;
    this.#client.replace();
  }
}

const [session, setSession] = createContext<Session>();
export { session, setSession };
