import { formatBytes, formatCount } from '../../model/format.ts';
import type { Counts, SeriesName, Timeline } from '../../session/worker.ts';

/** A part of a lane: a series with its name and colour. */
export interface LanePart {
  readonly series: SeriesName;
  /** In the legend, where a lane has several. */
  readonly label: string;
  /** A token of app.css. */
  readonly colour: string;
}

/** One drawing of the timeline; its parts stand one on top of the other. */
export interface Lane {
  readonly id: string;
  readonly label: string;
  /** What one of them is called, and more of them. */
  readonly nouns: readonly [one: string, more: string];
  readonly parts: readonly LanePart[];
  readonly isOctets?: boolean;
}

/** The lanes, in the order they are drawn. */
export const LANES: readonly Lane[] = [
  {
    id: 'packets',
    label: 'Packets',
    nouns: ['packet', 'packets'],
    parts: [{ series: 'packets', label: 'packets', colour: '--series' }],
  },
  {
    id: 'octets',
    label: 'Bytes',
    nouns: ['byte', 'bytes'],
    parts: [{ series: 'octets', label: 'bytes', colour: '--series' }],
    isOctets: true,
  },
  {
    id: 'requests',
    label: 'Requests',
    nouns: ['request', 'requests'],
    parts: [{ series: 'requests', label: 'requests', colour: '--series' }],
  },
  {
    id: 'errors',
    label: 'HTTP errors',
    nouns: ['error', 'errors'],
    parts: [
      { series: 'serverErrors', label: '5xx', colour: '--error' },
      { series: 'clientErrors', label: '4xx', colour: '--series-warning' },
    ],
  },
  {
    id: 'resets',
    label: 'Resets',
    nouns: ['reset', 'resets'],
    parts: [{ series: 'resets', label: 'RST', colour: '--error' }],
  },
  {
    id: 'retransmissions',
    label: 'Retransmissions',
    nouns: ['retransmission', 'retransmissions'],
    parts: [{ series: 'retransmissions', label: 'retransmissions', colour: '--series-warning' }],
  },
];

/** What a lane counts in a bucket, or in all of them. */
export function laneCount(lane: Lane, counts: Counts, bucket?: number): number {
  let sum = 0;
  for (const { series } of lane.parts) {
    if (bucket !== undefined) sum += counts[series][bucket] ?? 0;
    else for (const count of counts[series]) sum += count;
  }
  return sum;
}

/** The most that a lane counts in one bucket, a second. */
export function peakRate(lane: Lane, { shown, width }: Timeline): number {
  let most = 0;
  for (let bucket = 0; bucket < shown.packets.length; bucket++) {
    most = Math.max(most, laneCount(lane, shown, bucket));
  }
  return most / (width / 1e9);
}

/** A count with its noun; octets as a size. */
export function amount(lane: Lane, count: number): string {
  if (lane.isOctets === true) return formatBytes(Math.round(count));
  return `${formatCount(count)} ${lane.nouns[count === 1 ? 0 : 1]}`;
}

/** A rate in few letters: `1.2k/s`, `3.4 MB/s`. */
export function shortRate(lane: Lane, rate: number): string {
  if (rate === 0) return '0';
  if (lane.isOctets === true) return `${formatBytes(Math.round(rate)).replace(/ bytes?$/, ' B')}/s`;
  if (rate >= 999_500) return `${significant(rate / 1e6)}M/s`;
  if (rate >= 9_995) return `${significant(rate / 1e3)}k/s`;
  return rate >= 100 ? `${formatCount(rate)}/s` : `${significant(rate)}/s`;
}

function significant(value: number): string {
  const text = value.toPrecision(3);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
