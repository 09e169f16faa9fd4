/** A column of a table. */
export interface Column<Row> {
  /** What sorting asks for. */
  readonly id: string;
  readonly label: string;
  /** Width as a grid track: `88px`, `minmax(120px, 2fr)`. */
  readonly track: string;
  /** Right-aligned. */
  readonly isNumber?: boolean;
  readonly isMono?: boolean;
  /** The table must be this wide (px) for the column to be shown. */
  readonly needs?: number;
  /** False where the worker cannot sort by it. */
  readonly isSortable?: boolean;
  /** What sorting asks for, where it is not the id. */
  readonly sortsBy?: string;
  /** Shown only where it was chosen. */
  readonly isExtra?: boolean;
  text(row: Row): string;
  /** More of it, on hover. */
  title?(row: Row): string | undefined;
}

/** How a table is sorted. */
export interface TableSort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** The rows of a table, as far as they are there. */
export interface RowSource<Row> {
  readonly rows: number;
  /** Grows when the rows come in another order. */
  readonly order: number;
  readonly selectedIndex: number | undefined;
  readonly sort: TableSort | undefined;
  at(index: number): Row | undefined;
  /** Says which rows are in sight. */
  want(start: number, end: number): void;
}

/** What a person made of a table's columns; a column that is not in it is as it came. */
export interface ColumnLayout {
  /** Widths in px. */
  readonly widths: Readonly<Record<string, number>>;
  /** True shown, false hidden, however wide the table is. */
  readonly shown: Readonly<Record<string, boolean>>;
}

/** A layout that nobody has touched. */
export const NO_LAYOUT: ColumnLayout = { widths: {}, shown: {} };

/** Narrowest and widest a column can be made, px. */
export const COLUMN_LIMITS = { narrowest: 40, widest: 1600 } as const;

/** The columns that a table of a width shows; all that fit where it is not known yet. */
export function columnsShown<Row>(
  columns: readonly Column<Row>[],
  layout: ColumnLayout,
  width: number,
): readonly Column<Row>[] {
  return columns.filter(
    (column) =>
      layout.shown[column.id] ?? (column.isExtra !== true && (width === 0 || (column.needs ?? 0) <= width)),
  );
}

/** The grid tracks of columns, with the widths that were chosen. */
export function columnTracks<Row>(columns: readonly Column<Row>[], layout: ColumnLayout): string {
  return columns
    .map(({ id, track }) => (layout.widths[id] === undefined ? track : `${layout.widths[id]}px`))
    .join(' ');
}

/** The least that the columns take side by side, px. */
export function leastWidth<Row>(columns: readonly Column<Row>[], layout: ColumnLayout): number {
  return columns.reduce((sum, { id, track }) => {
    const least = layout.widths[id] ?? Number(/^(?:minmax\()?(\d+)px/.exec(track)?.[1] ?? 0);
    return sum + least;
  }, 0);
}
