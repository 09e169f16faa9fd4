import { keepColumns, keptColumns } from '../platform/kept-columns.ts';
import type { View } from './worker.ts';

/** How a person laid the columns of a table out. */
interface Layout {
  readonly widths: Readonly<Record<string, number>>;
  readonly shown: Readonly<Record<string, boolean>>;
}

const UNTOUCHED: Layout = { widths: {}, shown: {} };

/** A pause in drawing a column after which its width is kept. */
const PAUSE_MILLISECONDS = 400;

/** The columns of the tables as they were left, in this browser. */
export class LayoutsState {
  #layouts = $state.raw<Readonly<Record<string, Layout>>>({});
  #timers = new Map<View, ReturnType<typeof setTimeout>>();

  constructor() {
    void this.recall();
  }

  /** Reads what was kept; what was forgotten is as it came. */
  async recall(): Promise<void> {
    const before = this.#layouts;
    const kept = await keptColumns();
    // What was laid out while it was read counts.
    const since = Object.entries(this.#layouts).filter(([table, layout]) => before[table] !== layout);
    const read = kept.map(({ table, widths, shown }) => [table, { widths, shown }] as const);
    this.#layouts = Object.fromEntries([...read, ...since]);
  }

  /** Tables whose columns were changed. */
  get count(): number {
    return Object.values(this.#layouts).filter(
      ({ widths, shown }) => Object.keys(widths).length + Object.keys(shown).length > 0,
    ).length;
  }

  of(view: View): Layout {
    return this.#layouts[view] ?? UNTOUCHED;
  }

  /** Makes a column as wide as this; undefined: as wide as it came. */
  resize(view: View, column: string, width: number | undefined): void {
    const { widths, shown } = this.of(view);
    const others = Object.fromEntries(Object.entries(widths).filter(([name]) => name !== column));
    this.#set(view, { shown, widths: width === undefined ? others : { ...others, [column]: width } });
  }

  /** Shows or hides a column. */
  show(view: View, column: string, isShown: boolean): void {
    const { widths, shown } = this.of(view);
    this.#set(view, { widths, shown: { ...shown, [column]: isShown } });
  }

  /** Lays the table out as it came. */
  reset(view: View): void {
    this.#set(view, UNTOUCHED);
  }

  #set(view: View, layout: Layout): void {
    this.#layouts = { ...this.#layouts, [view]: layout };
    clearTimeout(this.#timers.get(view));
    this.#timers.set(
      view,
      setTimeout(() => void keepColumns({ table: view, ...layout }), PAUSE_MILLISECONDS),
    );
  }
}
