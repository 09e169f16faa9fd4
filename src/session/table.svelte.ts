import type { Analysis, FilterError, Items, View } from './worker.ts';

/** Rows a page: a window of the worker holds one page. */
const PAGE = 128;
/** Pages kept: the rows around those in sight, and some to go back to. */
const KEPT_PAGES = 32;

/** The column that a table is sorted by. */
export interface Sort {
  readonly column: string;
  readonly isDescending: boolean;
}

interface Page<Item> {
  readonly queryId: number;
  readonly items: readonly Item[];
}

interface Shown {
  readonly id: number;
  readonly rows: number;
  readonly total: number;
  readonly filter: string;
  readonly sort: Sort | undefined;
}

/** The row of the worker's table that an item stands for. */
export const ROW_OF: { readonly [V in View]: (item: Items[V]) => number } = {
  exchanges: (item) => item.exchange,
  flows: (item) => item.flow,
  packets: (item) => item.packet - 1,
  hellos: (item) => item.hello,
};

/** One table as the page sees it: the answered query, the pages around the rows in sight, and the selected row. */
export class TableState<V extends View> {
  readonly view: V;
  #api: Analysis;
  #shown = $state.raw<Shown | undefined>();
  #pages = $state.raw<ReadonlyMap<number, Page<Items[V]>>>(new Map());
  #sort = $state.raw<Sort | undefined>();
  #order = $state(0);
  #selectedRow: number | undefined;
  #selectedIndex = $state<number | undefined>();
  #asked = '';
  /** The answer to what was asked last: what is wrong with the filter. */
  #answer: Promise<FilterError | undefined> = Promise.resolve(undefined);
  #run = 0;
  /** Grows whenever a row is marked; what was looked up for an older one is dropped. */
  #marks = 0;
  #sight = { start: 0, end: PAGE };
  /** The same for those who look on. */
  #inSight = $state.raw({ start: 0, end: 0 });
  #told = { start: 0, end: 0 };
  #isFetching = false;

  constructor(view: V, api: Analysis) {
    this.view = view;
    this.#api = api;
  }

  get rows(): number {
    return this.#shown?.rows ?? 0;
  }

  /** Rows without the filter; undefined before the first answer. */
  get total(): number | undefined {
    return this.#shown?.total;
  }

  get sort(): Sort | undefined {
    return this.#sort;
  }

  /** The filter that the rows on the screen are filtered by. */
  get filter(): string {
    return this.#shown?.filter ?? '';
  }

  /** Grows when the rows come in another order: the place that one had scrolled to means nothing any more. */
  get order(): number {
    return this.#order;
  }

  get selectedIndex(): number | undefined {
    return this.#selectedIndex;
  }

  /** Handle of the answered query; undefined before the first answer. */
  get id(): number | undefined {
    return this.#shown?.id;
  }

  /** The rows in sight, [start, end). */
  get sight(): { readonly start: number; readonly end: number } {
    return this.#inSight;
  }

  at(index: number): Items[V] | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.items[index % PAGE];
  }

  /** The rows that are there, in no order: some around those in sight. */
  get loaded(): readonly Items[V][] {
    return [...this.#pages.values()].flatMap((page) => page.items);
  }

  /** Says which rows are in sight; the missing ones are read. */
  want(start: number, end: number): void {
    // Callers may be effects: what they set they must not read.
    if (start !== this.#told.start || end !== this.#told.end) {
      this.#told = { start, end };
      this.#inSight = this.#told;
    }
    this.#sight = { start, end };
    void this.#fetch();
  }

  /** The next click on a column: ascending, descending, the capture's order. */
  sortBy(column: string): void {
    if (this.#sort?.column !== column) this.#sort = { column, isDescending: false };
    else this.#sort = this.#sort.isDescending ? undefined : { column, isDescending: true };
  }

  /** Asks again where the filter, the order or the capture (`revision`) changed. Answers what is wrong with the filter. */
  update(filter: string, revision: number): Promise<FilterError | undefined> {
    const asked = JSON.stringify([filter, this.#sort, revision]);
    if (asked === this.#asked) return this.#answer;
    this.#asked = asked;
    this.#answer = this.#query(filter);
    return this.#answer;
  }

  async #query(filter: string): Promise<FilterError | undefined> {
    const run = ++this.#run;
    const sort = this.#sort;
    const answer = await this.#api.query(this.view, { filter, sort });
    // A wrong filter is wrong, if something else was asked meanwhile or not.
    if (!answer.ok) {
      if (run === this.#run) this.#asked = '';
      return answer.error;
    }
    if (run !== this.#run) return undefined;
    const { id, rows, total } = answer.value;
    const isSameOrder =
      this.#shown !== undefined && this.#shown.filter === filter && this.#shown.sort === sort;
    if (!isSameOrder) this.#sight = { start: 0, end: Math.max(this.#sight.end - this.#sight.start, 1) };
    const marks = this.#marks;
    const selected = this.#selectedRow;
    const selectedIndex = selected === undefined ? undefined : await this.#api.position(id, selected);
    if (run !== this.#run) return undefined;
    const first =
      isSameOrder || selectedIndex === undefined
        ? Math.min(this.#sight.start, Math.max(rows - 1, 0))
        : selectedIndex;
    // The rows in sight are read before the old ones go, so that nothing flickers.
    const pages = new Map<number, Page<Items[V]>>();
    if (rows > 0) {
      const page = Math.floor(first / PAGE);
      pages.set(page, await this.#read(id, page));
    }
    if (run !== this.#run) return undefined;
    this.#shown = { id, rows, total, filter, sort };
    if (marks === this.#marks) this.#selectedIndex = selectedIndex;
    else void this.#locate();
    this.#pages = isSameOrder ? new Map([...this.#pages, ...pages]) : pages;
    if (!isSameOrder) this.#order++;
    void this.#fetch();
    return undefined;
  }

  /** Forgets the capture: another one is opened. */
  reset(): void {
    this.#run++;
    this.#isFetching = false;
    this.#asked = '';
    this.#shown = undefined;
    this.#pages = new Map();
    this.#sort = undefined;
    this.#selectedIndex = undefined;
    this.#order++;
  }

  /** Marks a row of the worker's table; its place in the order is looked up. */
  async select(row: number | undefined): Promise<void> {
    if (row === this.#selectedRow) return;
    this.#marks++;
    this.#selectedRow = row;
    this.#selectedIndex = undefined;
    await this.#locate();
  }

  /** Looks up where the marked row is in the order that is shown. */
  async #locate(): Promise<void> {
    const [shown, row, marks] = [this.#shown, this.#selectedRow, this.#marks];
    if (shown === undefined || row === undefined) return;
    const index = await this.#api.position(shown.id, row);
    // In another order, update() has looked it up or looks it up anew.
    if (marks === this.#marks && shown === this.#shown) this.#selectedIndex = index;
  }

  /** Marks the row at an index, and answers it once it is read; undefined where another was marked meanwhile. */
  async moveTo(index: number): Promise<Items[V] | undefined> {
    const shown = this.#shown;
    if (shown === undefined) return undefined;
    const marks = ++this.#marks;
    this.#selectedIndex = index;
    const item = this.at(index) ?? (await this.#read(shown.id, Math.floor(index / PAGE))).items[index % PAGE];
    if (marks !== this.#marks) return undefined;
    if (item !== undefined) this.#selectedRow = ROW_OF[this.view](item);
    if (this.#shown !== shown) void this.#locate();
    return item;
  }

  async #read(id: number, page: number): Promise<Page<Items[V]>> {
    return { queryId: id, items: await this.#api.window(this.view, id, page * PAGE, PAGE) };
  }

  /** Reads what is missing in sight, one page at a time, the rows in sight first; what was wanted meanwhile wins. */
  async #fetch(): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      for (;;) {
        const shown = this.#shown;
        const page = shown && this.#missingPage(shown);
        if (shown === undefined || page === undefined) return;
        const answer = await this.#read(shown.id, page);
        if (this.#shown !== shown) continue;
        this.#keep(page, answer);
      }
    } finally {
      this.#isFetching = false;
    }
  }

  #missingPage(shown: Shown): number | undefined {
    const last = Math.ceil(shown.rows / PAGE) - 1;
    const first = Math.max(0, Math.floor(this.#sight.start / PAGE));
    const end = Math.min(last, Math.floor(Math.max(this.#sight.end - 1, 0) / PAGE));
    const isMissing = (page: number) => this.#pages.get(page)?.queryId !== shown.id;
    for (let page = first; page <= end; page++) if (isMissing(page)) return page;
    // The pages beside those in sight, so that a wheel never runs into the unread.
    if (end + 1 <= last && isMissing(end + 1)) return end + 1;
    if (first > 0 && first <= last && isMissing(first - 1)) return first - 1;
    return undefined;
  }

  #keep(page: number, answer: Page<Items[V]>): void {
    const pages = new Map(this.#pages);
    pages.delete(page);
    pages.set(page, answer);
    const inSight = Math.floor(this.#sight.start / PAGE);
    for (const old of pages.keys()) {
      if (pages.size <= KEPT_PAGES) break;
      if (Math.abs(old - inSight) > 3) pages.delete(old);
    }
    this.#pages = pages;
  }
}
