import type { ExchangeItem, TimesOfQuery } from '../../session/worker.ts';
import type { TableState } from '../../session/table.svelte.ts';
import { moved, padded, type TimeRange, zoomed } from '../../ui/time-axis.ts';

/** What the waterfall's axis covers: all rows that are shown, those in sight, or each row from its own beginning. */
export type AxisMode = 'all' | 'sight' | 'aligned';

/** The modes in the order that `w` goes through. */
export const AXIS_MODES: readonly AxisMode[] = ['all', 'sight', 'aligned'];

/** Room at both ends of the axis; at its end there may be a mark behind the last bar. */
function withRoom({ from, to }: TimeRange): TimeRange {
  const range = padded({ from, to }, 0.02);
  return { from: range.from, to: range.to + (to - from) * 0.05 };
}

/** More rows than this are too many for one axis: most bars would be slivers. */
const ROWS_ON_ONE_AXIS = 400;

/** The time axis of the waterfall: it follows filter, order and scrolling, until one zooms. */
export class Waterfall {
  #table: TableState<'exchanges'>;
  #mode = $state<AxisMode | undefined>();
  #zoom = $state.raw<TimeRange | undefined>();
  #times = $state.raw<TimesOfQuery | undefined>();

  constructor(table: TableState<'exchanges'>) {
    this.#table = table;
  }

  get mode(): AxisMode {
    return this.#mode ?? (this.#table.rows > ROWS_ON_ONE_AXIS ? 'sight' : 'all');
  }

  get isZoomed(): boolean {
    return this.#zoom !== undefined;
  }

  /** What is known of all rows that are shown. */
  set times(times: TimesOfQuery | undefined) {
    this.#times = times;
  }

  get times(): TimesOfQuery | undefined {
    return this.#times;
  }

  choose(mode: AxisMode): void {
    this.#mode = mode;
    this.#zoom = undefined;
  }

  /** The next mode. */
  turn(): void {
    this.choose(AXIS_MODES[(AXIS_MODES.indexOf(this.mode) + 1) % AXIS_MODES.length] ?? 'all');
  }

  readonly #seen = $derived.by((): readonly ExchangeItem[] => {
    const { start, end } = this.#table.sight;
    const rows: ExchangeItem[] = [];
    for (let index = start; index < end; index++) {
      const row = this.#table.at(index);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  });

  /** What the axis covers before anyone zooms; of aligned rows, from their beginning. */
  readonly whole: TimeRange = $derived.by(() => {
    if (this.mode === 'aligned') {
      const longest = Math.max(0, ...this.#seen.map(({ timing }) => (timing.to ?? 0) - (timing.from ?? 0)));
      return withRoom({ from: 0, to: longest });
    }
    const froms = this.#seen.map(({ timing }) => timing.from ?? Infinity);
    const tos = this.#seen.map(({ timing }) => timing.to ?? -Infinity);
    const range = this.mode === 'all' ? this.#times?.range : undefined;
    // The handshakes of rows in sight may lie before the first request of all.
    const from = Math.min(...froms, range?.[0] ?? Infinity);
    const to = Math.max(...tos, range?.[1] ?? -Infinity);
    return from <= to ? withRoom({ from, to }) : { from: 0, to: 1 };
  });

  get axis(): TimeRange {
    return this.#zoom ?? this.whole;
  }

  /** The axis of one row: aligned rows have each their own. */
  axisOf(row: ExchangeItem): TimeRange {
    const { from, to } = this.axis;
    if (this.mode !== 'aligned') return { from, to };
    const origin = row.timing.from ?? 0;
    return { from: origin + from, to: origin + to };
  }

  zoom(factor: number, share = 0.5): void {
    this.#zoom = zoomed(this.axis, factor, share);
  }

  /** Zooms around the middle of a row, which is brought into sight. */
  zoomTo(row: ExchangeItem | undefined, factor: number): void {
    const { from, to } = this.axis;
    if (row?.timing.from === undefined || row.timing.to === undefined || this.mode === 'aligned') {
      this.zoom(factor, this.mode === 'aligned' ? 0 : 0.5);
      return;
    }
    const middle = (row.timing.from + row.timing.to) / 2;
    const share = (middle - from) / (to - from);
    if (share >= 0 && share <= 1) this.zoom(factor, share);
    else {
      const half = ((to - from) * factor) / 2;
      this.#zoom = { from: middle - half, to: middle + half };
    }
  }

  move(share: number): void {
    this.#zoom = moved(this.axis, share);
  }

  fit(): void {
    this.#zoom = undefined;
  }
}
