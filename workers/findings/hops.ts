import type { ExchangeRow } from '../../src/model/units.ts';
import type { ExchangeFacts } from './facts.ts';
import type { Group } from './group.ts';

/** An example with the exchange it was found in, and the one that the proxy's caller had. */
interface Hop {
  readonly exchange: ExchangeFacts;
  readonly downstream: ExchangeFacts | undefined;
}

/** A group's examples, without those that only pass another's fault on. */
export interface Examined<Key, Instance> {
  readonly group: Group<Key>;
  /** Faults of this group's own; empty where all were passed on. */
  readonly own: readonly Instance[];
  /** How many were passed on, and from which group. */
  readonly passedOn: number;
  readonly from: Group<Key> | undefined;
}

/**
 * A proxy that passes a fault on (or cuts its own answer because it was cut) shows it twice in a capture of both hops. Tells what
 * is a fault of its own from what a hop behind it did first.
 */
export function separateHops<Key, Instance extends Hop>(
  groups: readonly { readonly group: Group<Key>; readonly instances: readonly Instance[] }[],
): readonly Examined<Key, Instance>[] {
  const causes = new Map<ExchangeRow, Group<Key>>();
  for (const { group, instances } of groups) {
    for (const { downstream } of instances) if (downstream !== undefined) causes.set(downstream.row, group);
  }
  return groups.map(({ group, instances }) => {
    const own = instances.filter(({ exchange }) => !causes.has(exchange.row));
    const passed = instances.find(({ exchange }) => causes.has(exchange.row));
    return {
      group,
      own,
      passedOn: instances.length - own.length,
      from: passed === undefined ? undefined : causes.get(passed.exchange.row),
    };
  });
}
