import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { ExchangeRow, FlowRow } from '../../src/model/units.ts';
import type { Facts } from './facts.ts';

/** The last exchanges of a flow, the last one first: all that can be open at its end, of a flow that is however long. */
export function lastExchanges(facts: Facts, flow: FlowRow): readonly ExchangeRow[] {
  const { flows, exchanges } = facts.tables;
  const most = THRESHOLDS.CORRELATION_ROWS;
  const found: ExchangeRow[] = [];
  if (flows.exchanges(flow) <= most) {
    for (let next = flows.firstExchange(flow); next !== 0; next = exchanges.nextInFlow(next - 1)) {
      found.push(next - 1);
    }
    return found.reverse();
  }
  // Exchanges know the next one of their flow only; those of a busy flow stand close together.
  const last = flows.lastExchange(flow) - 1;
  for (let row = last; row >= 0 && row > last - most; row--) {
    if (exchanges.flow(row) === flow) found.push(row);
  }
  return found;
}
