import { formatBytes, formatCount } from '../model/format.ts';
import type { Bytes, Nanoseconds } from '../model/units.ts';

/** A size for a column, where the unit stands in one or two letters: `812 B`, `12.4 kB`. */
export function shortBytes(value: Bytes): string {
  return value < 10_000 ? `${formatCount(value)} B` : formatBytes(value);
}

/** When the capture began, as the worker tells it. */
export interface CaptureStart {
  /** Milliseconds since 1970, and the nanoseconds within that second. */
  readonly startMilliseconds: number;
  readonly startNanoseconds: number;
}

/** The date and time of a moment, to the nanosecond: `2022-04-24 12:28:28.001234567 UTC`. */
export function absoluteTime(start: CaptureStart, time: Nanoseconds): string {
  const ns = start.startNanoseconds + time;
  const carried = Math.floor(ns / 1e9);
  const date = new Date((Math.floor(start.startMilliseconds / 1000) + carried) * 1000);
  if (Number.isNaN(date.getTime())) return 'unknown date';
  const [day, clock] = date.toISOString().split('T');
  const fraction = String(Math.round(ns - carried * 1e9)).padStart(9, '0');
  return `${day} ${clock?.slice(0, 8)}.${fraction} UTC`;
}

/** Bytes a second: `812 MB/s`; empty where no time went by. */
export function rate(bytes: Bytes, milliseconds: number): string {
  return milliseconds > 0 ? `${formatBytes((bytes / milliseconds) * 1000)}/s` : '';
}
