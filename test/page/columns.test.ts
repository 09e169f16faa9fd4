import { describe, expect, test } from 'vitest';
import { type Column, columnsShown, columnTracks, leastWidth, NO_LAYOUT } from '../../src/ui/column.ts';

const text = (): string => '';
const COLUMNS: readonly Column<unknown>[] = [
  { id: 'time', label: 'Time', track: '96px', text },
  { id: 'target', label: 'Target', track: 'minmax(160px, 2fr)', text },
  { id: 'server', label: 'Server', track: 'minmax(120px, 1fr)', needs: 1000, text },
  { id: 'wait', label: 'Wait', track: '88px', isExtra: true, text },
];
const ids = (columns: readonly Column<unknown>[]): readonly string[] => columns.map(({ id }) => id);

describe('the columns of a table', () => {
  test('are those that there is room for, unless they were chosen', () => {
    expect(ids(columnsShown(COLUMNS, NO_LAYOUT, 800))).toEqual(['time', 'target']);
    expect(ids(columnsShown(COLUMNS, NO_LAYOUT, 1200))).toEqual(['time', 'target', 'server']);
    const chosen = { widths: {}, shown: { wait: true, time: false, server: true } };
    expect(ids(columnsShown(COLUMNS, chosen, 800))).toEqual(['target', 'server', 'wait']);
  });

  test('have the widths that were drawn', () => {
    const layout = { widths: { target: 300 }, shown: {} };
    expect(columnTracks(COLUMNS, layout)).toBe('96px 300px minmax(120px, 1fr) 88px');
    expect(leastWidth(COLUMNS, layout)).toBe(96 + 300 + 120 + 88);
    expect(leastWidth(COLUMNS, NO_LAYOUT)).toBe(96 + 160 + 120 + 88);
  });
});
