import { formatSeconds } from '../model/format.ts';
import type { Nanoseconds } from '../model/units.ts';
import type { Column } from '../ui/column.ts';
import { absoluteTime, type CaptureStart } from '../ui/format.ts';

/** Room for the longest time of a capture; digits are some 8 px wide. */
function timeTrack(duration: Nanoseconds): string {
  return `${Math.max(96, Math.ceil(formatSeconds(duration).length * 8.4) + 16)}px`;
}

/** The column of times since the first packet; the date and time on hover. */
export function timeColumn<Row>(
  id: string,
  of: (row: Row) => Nanoseconds | undefined,
  start: () => CaptureStart | undefined,
  duration: Nanoseconds,
): Column<Row> {
  return {
    id,
    label: 'Time',
    track: timeTrack(duration),
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
