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
