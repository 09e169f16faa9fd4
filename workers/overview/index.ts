import type { HostMap, MapQuery } from '../../src/model/host-map.ts';
import { failed, ok, type Result } from '../../src/model/result.ts';
import type { Timeline, TimelineQuery } from '../../src/model/timeline.ts';
import type { FilterError, View } from '../api.ts';
import type { Core } from '../core.ts';
import type { Bitset } from '../query/bitset.ts';
import { compileFilter, filteredRows } from '../query/index.ts';
import { hostMap } from './host-map.ts';
import { Slices } from './slices.ts';
import { timeline } from './timeline.ts';

/** A filter and what it let through, to be asked again for the next zoom. */
interface Kept {
  readonly filter: string;
  readonly rows: number;
  readonly sets: Map<View, Bitset | undefined>;
}

/** What is said of all of a capture at once. Of each kind the newest question is answered; older ones are given up. */
export class Overview {
  readonly #core: Core;
  #timelines = 0;
  #maps = 0;
  #kept: Kept | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Counts over time; undefined where a newer question came. */
  async timeline(query: TimelineQuery): Promise<Result<Timeline, FilterError> | undefined> {
    const run = ++this.#timelines;
    const packets = this.#rows(query.filter, 'packets');
    if (!packets.ok) return packets;
    const exchanges = this.#rows(query.filter, 'exchanges');
    if (!exchanges.ok) return exchanges;
    const slices = new Slices(() => run === this.#timelines);
    const filtered = { packets: packets.value, exchanges: exchanges.value };
    const answer = await timeline(this.#core, query, filtered, slices);
    return answer && ok(answer);
  }

  /** Who talks to whom; undefined where a newer question came. */
  async hostMap(query: MapQuery): Promise<Result<HostMap, FilterError> | undefined> {
    const run = ++this.#maps;
    const flows = this.#rows(query.filter, 'flows');
    if (!flows.ok) return flows;
    const exchanges = this.#rows(query.filter, 'exchanges');
    if (!exchanges.ok) return exchanges;
    const slices = new Slices(() => run === this.#maps);
    const answer = await hostMap(
      this.#core,
      query,
      { flows: flows.value, exchanges: exchanges.value },
      slices,
    );
    return answer && ok(answer);
  }

  /** The rows of a view that a filter lets through; undefined for all. */
  #rows(filter: string, view: View): Result<Bitset | undefined, FilterError> {
    const { rows } = this.#core.tables.packets;
    const rowsNow = rows + this.#core.tables.exchanges.rows;
    if (this.#kept?.filter !== filter || this.#kept.rows !== rowsNow) {
      this.#kept = { filter, rows: rowsNow, sets: new Map() };
    }
    const { sets } = this.#kept;
    if (sets.has(view)) return ok(sets.get(view));
    const compiled = compileFilter(this.#core, filter);
    if (!compiled.ok) return compiled;
    const found = filteredRows(compiled.value, view);
    if (!found.ok) return failed(found.error);
    sets.set(view, found.value);
    return found;
  }
}
