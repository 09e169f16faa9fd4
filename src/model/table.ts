/** How one column is stored. */
export type ColumnType = 'f64' | 'u32' | 'i32' | 'u16' | 'u8';

/** The columns of a table, by name. */
export type Columns = Readonly<Record<string, ColumnType>>;

/**
 * How the rows of a table lie in the core's memory. Rows are records of fixed size in row groups that never move; a column is
 * a fixed offset in the record. The AssemblyScript constants are generated from this.
 */
export interface TableSchema<C extends Columns = Columns> {
  readonly name: string;
  /** A row group holds 2 to this power rows. */
  readonly groupShift: number;
  readonly columns: C;
  /** Octets from the start of a row to the column. */
  readonly offsets: { readonly [name in keyof C]: number };
  /** Octets a row, a multiple of 8. */
  readonly rowSize: number;
}

const WIDTH: Readonly<Record<ColumnType, number>> = { f64: 8, u32: 4, i32: 4, u16: 2, u8: 1 };

/** Lays the columns out widest first, so that each is aligned. */
export function defineTable<const C extends Columns>(
  name: string,
  groupShift: number,
  columns: C,
): TableSchema<C> {
  const offsets: Record<string, number> = {};
  let at = 0;
  const byWidth = Object.entries(columns).sort(([, a], [, b]) => WIDTH[b] - WIDTH[a]);
  for (const [column, type] of byWidth) {
    offsets[column] = at;
    at += WIDTH[type];
  }
  return {
    name,
    groupShift,
    columns,
    offsets: offsets as TableSchema<C>['offsets'],
    rowSize: (at + 7) & ~7,
  };
}
