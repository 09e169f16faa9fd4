import type { Bytes, Nanoseconds } from './units.ts';

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A whole number with its thousands apart: `1,204,388`. */
export function formatCount(count: number): string {
  return Number.isNaN(count) ? '?' : COUNT.format(count);
}

/** A number and its noun: `1 packet`, `1,204 packets`. The plural is the noun with an s where none is given. */
export function formatAmount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A size for people: exact below 10,000 octets, then kB, MB, GB of 1000 with three significant digits. */
export function formatBytes(bytes: Bytes): string {
  if (Number.isNaN(bytes)) return '?';
  if (bytes < 10_000) return formatAmount(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  let value = bytes / 1000;
  let unit = 0;
  // 999.5 would be rounded to 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${threeDigits(value)} ${units[unit] ?? 'kB'}`;
}

/** A duration for people, in the unit that fits: `850 ns`, `12.3 µs`, `4.56 ms`, `1.23 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(duration: Nanoseconds): string {
  if (Number.isNaN(duration)) return '?';
  if (duration < 0) return `-${formatDuration(-duration)}`;
  if (duration < 999.5) return `${Math.round(duration)} ns`;
  if (duration < 999.5e3) return `${threeDigits(duration / 1e3)} µs`;
  if (duration < 999.5e6) return `${threeDigits(duration / 1e6)} ms`;
  if (duration < 59.95e9) return `${threeDigits(duration / 1e9)} s`;
  const seconds = Math.round(duration / 1e9);
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Seconds since the first packet with six decimals, as Wireshark's time column: `12.400317`. */
export function formatSeconds(time: Nanoseconds): string {
  return (time / 1e9).toFixed(6);
}

/** A number as hexadecimal of at least the given digits: `0x002f`. */
export function formatHex(value: number, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Words as a list: `a`, `a and b`, `a, b and c`. */
export function formatList(words: readonly string[], conjunction = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1) ?? ''}`;
}

function threeDigits(value: number): string {
  const decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return value.toFixed(decimals);
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
