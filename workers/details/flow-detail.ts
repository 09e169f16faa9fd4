import type { FlowRow } from '../../src/model/units.ts';
import type { ExchangeItem, FlowDetail } from '../api.ts';
import type { Core } from '../core.ts';
import { exchangeItem } from '../items/exchange-item.ts';
import { flowItem } from '../items/flow-item.ts';
import { flowFacts } from './flow-facts.ts';

/** Exchanges of a flow that are listed with it; the exchanges view has all. */
const LISTED_EXCHANGES = 200;

/** All of one flow but its packets; undefined where there is no such flow. */
export function flowDetail(core: Core, flow: FlowRow): FlowDetail | undefined {
  if (flow < 0 || flow >= core.tables.flows.rows) return undefined;
  return { item: flowItem(core, flow), facts: flowFacts(core, flow), exchanges: flowExchanges(core, flow) };
}

/** The first exchanges of a flow, in its order. */
function flowExchanges(core: Core, flow: FlowRow): readonly ExchangeItem[] {
  const { flows, exchanges } = core.tables;
  const items: ExchangeItem[] = [];
  for (let next = flows.firstExchange(flow); next !== 0 && items.length < LISTED_EXCHANGES;) {
    items.push(exchangeItem(core, next - 1));
    next = exchanges.nextInFlow(next - 1);
  }
  return items;
}
