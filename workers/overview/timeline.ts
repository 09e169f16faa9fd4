import { MessageState } from '../../src/model/exchange.ts';
import { PacketMark, TcpFlag } from '../../src/model/packet.ts';
import {
  type Counts,
  MOST_BUCKETS,
  type SeriesName,
  type Timeline,
  type TimelineQuery,
} from '../../src/model/timeline.ts';
import type { Core } from '../core.ts';
import type { Bitset } from '../query/bitset.ts';
import { BlockColumn, column, forBlocks, sideOf } from '../query/columns.ts';
import { timeRangeOf } from '../query/time-range.ts';
import { ROWS_A_SLICE, type Slices } from './slices.ts';

/** The rows that a filter lets through; undefined where it lets all. */
export interface FilteredRows {
  readonly packets: Bitset | undefined;
  readonly exchanges: Bitset | undefined;
}

const RETRANSMISSION =
  PacketMark.RETRANSMISSION | PacketMark.FAST_RETRANSMISSION | PacketMark.SPURIOUS_RETRANSMISSION;

/** Counts rows into buckets of time, for all and for what is shown. */
class Buckets {
  readonly from: number;
  readonly width: number;
  readonly #last: number;
  readonly #all: { readonly [name in SeriesName]: Float64Array };
  readonly #shown: { readonly [name in SeriesName]: Float64Array };

  constructor({ from, to, buckets }: TimelineQuery, isFiltered: boolean) {
    const count = Math.min(Math.max(1, Math.floor(buckets)), MOST_BUCKETS);
    this.from = from;
    this.width = Math.max((to - from) / count, 1);
    this.#last = count - 1;
    this.#all = emptyCounts(count);
    this.#shown = isFiltered ? emptyCounts(count) : this.#all;
  }

  /** The bucket of a time; -1 outside of all. */
  at(time: number): number {
    const bucket = Math.floor((time - this.from) / this.width);
    if (bucket === this.#last + 1 && time <= this.from + this.width * bucket) return this.#last;
    return bucket >= 0 && bucket <= this.#last ? bucket : -1;
  }

  get counts(): { readonly all: Counts; readonly shown: Counts } {
    return { all: this.#all, shown: this.#shown };
  }
}

function emptyCounts(count: number): { readonly [name in SeriesName]: Float64Array } {
  const series = () => new Float64Array(count);
  return {
    packets: series(),
    octets: series(),
    requests: series(),
    clientErrors: series(),
    serverErrors: series(),
    resets: series(),
    retransmissions: series(),
  };
}

/** Adds to a bucket of both, or of all alone. The arrays are given one by one: a look-up by name would cost more than the rest. */
function add(all: Float64Array, shown: Float64Array, bucket: number, value: number, isShown: boolean): void {
  all[bucket] = (all[bucket] ?? 0) + value;
  if (isShown && shown !== all) shown[bucket] = (shown[bucket] ?? 0) + value;
}

/** Counts packets and exchanges into buckets; undefined where a newer question came meanwhile. */
export async function timeline(
  core: Core,
  query: TimelineQuery,
  filtered: FilteredRows,
  slices: Slices,
): Promise<Timeline | undefined> {
  const isFiltered = filtered.packets !== undefined || filtered.exchanges !== undefined;
  const buckets = new Buckets(query, isFiltered);
  if (!(await countPackets(core, buckets, filtered.packets, slices))) return undefined;
  if (!(await countExchanges(core, buckets, filtered.exchanges, slices))) return undefined;
  const { from, width } = buckets;
  const { all, shown } = buckets.counts;
  const to = from + width * all.packets.length;
  return { from, to, width, all, shown, selected: timeRangeOf(query.filter) };
}

async function countPackets(
  core: Core,
  buckets: Buckets,
  shown: Bitset | undefined,
  slices: Slices,
): Promise<boolean> {
  const [time, length, marks, flags] = (['time', 'length', 'marks', 'tcpFlags'] as const).map(
    (name) => new BlockColumn(column(core, 'packets', name)),
  );
  if (!time || !length || !marks || !flags) return false;
  const { all, shown: part } = buckets.counts;
  const [packets, octets, resets, again] = [all.packets, all.octets, all.resets, all.retransmissions];
  const [packetsIn, octetsIn, resetsIn, againIn] = [
    part.packets,
    part.octets,
    part.resets,
    part.retransmissions,
  ];
  const { rows } = core.tables.packets;
  for (let slice = 0; slice < rows; slice += ROWS_A_SLICE) {
    forBlocks(Math.min(ROWS_A_SLICE, rows - slice), (offset, count) => {
      const from = slice + offset;
      const times = time.read(from, count);
      const lengths = length.read(from, count);
      const bits = marks.read(from, count);
      const tcp = flags.read(from, count);
      for (let at = 0; at < count; at++) {
        const bucket = buckets.at(times[at] ?? NaN);
        if (bucket < 0) continue;
        const isShown = shown === undefined || shown.has(from + at);
        add(packets, packetsIn, bucket, 1, isShown);
        add(octets, octetsIn, bucket, lengths[at] ?? 0, isShown);
        const mark = bits[at] ?? 0;
        if ((tcp[at] ?? 0) & TcpFlag.RST && !(mark & PacketMark.DUPLICATE)) {
          add(resets, resetsIn, bucket, 1, isShown);
        }
        if (mark & RETRANSMISSION) add(again, againIn, bucket, 1, isShown);
      }
    });
    if (!(await slices.goOn())) return false;
  }
  return true;
}

async function countExchanges(
  core: Core,
  buckets: Buckets,
  shown: Bitset | undefined,
  slices: Slices,
): Promise<boolean> {
  const start = column(core, 'messages', 'start');
  const state = column(core, 'messages', 'state');
  const asked = new BlockColumn(sideOf(start, 0));
  const answered = new BlockColumn(sideOf(start, 1));
  const seen = new BlockColumn(sideOf(state, 0));
  const status = new BlockColumn(column(core, 'exchanges', 'status'));
  const { all, shown: part } = buckets.counts;
  const { rows } = core.tables.exchanges;
  for (let slice = 0; slice < rows; slice += ROWS_A_SLICE) {
    forBlocks(Math.min(ROWS_A_SLICE, rows - slice), (offset, count) => {
      const from = slice + offset;
      for (const block of [asked, answered, seen, status]) block.read(from, count);
      for (let at = 0; at < count; at++) {
        const isShown = shown === undefined || shown.has(from + at);
        const request = buckets.at(asked.values[at] ?? NaN);
        if (request >= 0 && seen.values[at] !== MessageState.ABSENT) {
          add(all.requests, part.requests, request, 1, isShown);
        }
        const code = status.values[at] ?? 0;
        if (code < 400) continue;
        const response = buckets.at(answered.values[at] ?? NaN);
        if (response < 0) continue;
        if (code < 500) add(all.clientErrors, part.clientErrors, response, 1, isShown);
        else add(all.serverErrors, part.serverErrors, response, 1, isShown);
      }
    });
    if (!(await slices.goOn())) return false;
  }
  return true;
}
