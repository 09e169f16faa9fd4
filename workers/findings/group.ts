import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { FlowRow } from '../../src/model/units.ts';
import { NO_FLOW } from './facts.ts';

/** Candidates with the same cause: how many, the first ones to look at closely, and the flows concerned. */
export interface Group<Key> {
  readonly key: Key;
  count: number;
  /** Candidates where something broke come first among those examined. */
  readonly broken: number[];
  readonly others: number[];
  /** Flows concerned, each once, at most as many as a finding lists. */
  readonly flows: Set<FlowRow>;
}

/** Groups candidates by cause. Constant work a candidate; only the first of each group are kept. */
export class Groups<Key extends number | string> {
  readonly #groups = new Map<Key, Group<Key>>();
  /** Keys of groups that were joined into another: that group, which may have been joined into a third. */
  readonly #joined = new Map<Key, Group<Key>>();

  /** Counts a candidate. */
  add(key: Key, candidate: number, flow: FlowRow, isBroken: boolean): void {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, count: 0, broken: [], others: [], flows: new Set() };
      this.#groups.set(key, group);
    }
    group.count++;
    const examples = isBroken ? group.broken : group.others;
    if (examples.length < THRESHOLDS.EXAMINED) examples.push(candidate);
    if (flow !== NO_FLOW && group.flows.size < THRESHOLDS.FLOWS_LISTED) group.flows.add(flow);
  }

  /** Joins groups whose `identity` is equal (undefined stays alone): one application behind several addresses. */
  merge(identity: (group: Group<Key>) => string | undefined): void {
    const byIdentity = new Map<string, Group<Key>>();
    for (const group of [...this.#groups.values()]) {
      const name = identity(group);
      if (name === undefined) continue;
      const first = byIdentity.get(name);
      if (first === undefined) byIdentity.set(name, group);
      else this.#join(first, group);
    }
  }

  /** Takes groups out. */
  drop(isOut: (group: Group<Key>) => boolean): void {
    for (const group of [...this.#groups.values()]) if (isOut(group)) this.#groups.delete(group.key);
  }

  /**
   * The groups with the most candidates, at most as many as become findings. The rest are joined into the last of them: its
   * count and its flows go over all.
   */
  largest(): readonly Group<Key>[] {
    const sorted = [...this.#groups.values()].sort((a, b) => b.count - a.count);
    const kept = sorted.slice(0, THRESHOLDS.CAUSES);
    const last = kept[kept.length - 1];
    if (last !== undefined) for (const group of sorted.slice(kept.length)) this.#join(last, group);
    return kept;
  }

  /** The key of the group that counts a candidate of this key. */
  keyOf(key: Key): Key {
    let joined = key;
    for (let next = this.#joined.get(joined); next; next = this.#joined.get(joined)) joined = next.key;
    return joined;
  }

  #join(into: Group<Key>, group: Group<Key>): void {
    into.count += group.count;
    for (const list of ['broken', 'others'] as const) {
      into[list].push(...group[list].slice(0, THRESHOLDS.EXAMINED - into[list].length));
    }
    for (const flow of group.flows) if (into.flows.size < THRESHOLDS.FLOWS_LISTED) into.flows.add(flow);
    this.#groups.delete(group.key);
    this.#joined.set(group.key, into);
  }
}
