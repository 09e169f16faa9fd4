/** Height of a table row in px. */
export const ROW_HEIGHT = 24;

/**
 * Longest scroll track in px. Firefox collapses an element above some 17,800,000 px to nothing and Chromium clamps at
 * 33,554,428; this stays well below both.
 */
export const TRACK_LIMIT = 8_000_000;

/** How a list of rows lies on a scroll track that may be shorter than the list. */
export interface ScrollMap {
  readonly rows: number;
  /** Height of the part in sight, px. */
  readonly viewport: number;
  /** Height of the track, px. */
  readonly track: number;
  /** False where one px of track is one px of list. */
  readonly isScaled: boolean;
  /** The topmost row that can stand at the top, a fraction where the viewport is no whole number of rows. */
  readonly lastTop: number;
}

/** Lays the rows out on a track. */
export function scrollMap(rows: number, viewport: number): ScrollMap {
  const height = rows * ROW_HEIGHT;
  return {
    rows,
    viewport,
    track: Math.max(Math.min(height, TRACK_LIMIT), 0),
    isScaled: height > TRACK_LIMIT,
    lastTop: Math.max(0, (height - viewport) / ROW_HEIGHT),
  };
}

/** The row (with its fraction) at the top when the track is scrolled to `scrollTop`. */
export function topRowAt(map: ScrollMap, scrollTop: number): number {
  if (!map.isScaled) return clampTop(map, scrollTop / ROW_HEIGHT);
  const travel = map.track - map.viewport;
  return clampTop(map, travel > 0 ? (scrollTop / travel) * map.lastTop : 0);
}

/** Where the track has to be scrolled to for `topRow` to stand at the top. */
export function scrollTopOf(map: ScrollMap, topRow: number): number {
  if (!map.isScaled) return topRow * ROW_HEIGHT;
  return map.lastTop > 0 ? (topRow / map.lastTop) * (map.track - map.viewport) : 0;
}

/** A top row that exists. */
export function clampTop(map: ScrollMap, topRow: number): number {
  return Math.min(Math.max(topRow, 0), map.lastTop);
}

/** The top row at which the whole of `row` is in sight: the nearest, or with the row in the middle where it is far away. */
export function topRowToShow(map: ScrollMap, topRow: number, row: number): number {
  const inSight = map.viewport / ROW_HEIGHT;
  const isFar = row < topRow - inSight || row > topRow + 2 * inSight;
  if (isFar) return clampTop(map, row - Math.floor(inSight / 2));
  if (row < topRow) return clampTop(map, row);
  if (row + 1 > topRow + inSight) return clampTop(map, row + 1 - inSight);
  return topRow;
}

/** The rows in sight, [start, end). */
export function rowsInSight(
  map: ScrollMap,
  topRow: number,
): { readonly start: number; readonly end: number } {
  const start = Math.floor(topRow);
  return { start, end: Math.min(map.rows, Math.ceil(topRow + map.viewport / ROW_HEIGHT)) };
}
