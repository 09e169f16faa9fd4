import type { ExchangeRow, FlowRow } from '../../src/model/units.ts';
import { feltByCaller, findDownstream } from './correlate.ts';
import type { ExchangeFacts, Facts } from './facts.ts';
import { nameEnds, nameParticipants, type Participants } from './roles.ts';

/** Whom a trouble of a flow concerns. */
export interface Concerned {
  readonly exchange: ExchangeFacts | undefined;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  /** What it meant for the caller of a proxy. */
  readonly felt: string | undefined;
}

/** Whom a trouble of a flow concerns, during the exchange of this row, if any. */
export function concernedBy(facts: Facts, flow: FlowRow, row: ExchangeRow | undefined): Concerned {
  const exchange = row === undefined ? undefined : facts.exchange(row);
  const downstream = exchange === undefined ? undefined : findDownstream(facts, exchange);
  const participants =
    exchange === undefined
      ? nameEnds(facts, flow, facts.clientOf(flow), undefined)
      : nameParticipants(facts, exchange, downstream);
  return { exchange, downstream, participants, felt: feltByCaller(downstream, exchange?.status ?? 0) };
}

/** Whom a trouble of a flow concerns at its end: its last exchange. */
export function concernedAtEnd(facts: Facts, flow: FlowRow): Concerned {
  const last = facts.tables.flows.lastExchange(flow);
  return concernedBy(facts, flow, last === 0 ? undefined : last - 1);
}
