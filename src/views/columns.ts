import { formatSeconds } from '../model/format.ts';
import type { Nanoseconds } from '../model/units.ts';
import type { Column } from '../ui/column.ts';
import { absoluteTime, type CaptureStart } from '../ui/format.ts';

/** The column of times since the first packet; the date and time on hover. */
export function timeColumn<Row>(
  id: string,
  of: (row: Row) => Nanoseconds | undefined,
  start: () => CaptureStart | undefined,
): Column<Row> {
  return {
    id,
    label: 'Time',
    track: '104px',
    isNumber: true,
    text(row) {
      const time = of(row);
      return time === undefined ? '' : formatSeconds(time);
    },
    title(row) {
      const time = of(row);
      const begin = start();
      return time === undefined || begin === undefined ? undefined : absoluteTime(begin, time);
    },
  };
}
