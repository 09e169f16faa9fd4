import { MessageState } from '../../src/model/exchange.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import { type ExchangeFacts, type Facts, NO_FLOW } from './facts.ts';

/**
 * Whether the same client sent the same request again, on this or another connection to the same server, and got a whole answer
 * that is no 5xx. Looks at the exchanges that began next.
 */
export function wasSentAgain(facts: Facts, exchange: ExchangeFacts): boolean {
  const { exchanges, messages, sections } = facts.tables;
  const { row, flow, request } = exchange;
  if (flow === NO_FLOW || request === undefined) return false;
  const last = Math.min(exchanges.rows, row + THRESHOLDS.CORRELATION_ROWS / 16);
  const idOf = (section: number): number => (section === 0 ? 0 : sections.requestId(section - 1));
  for (let next = row + 1; next < last; next++) {
    if (exchanges.method(next) !== exchanges.method(row) || exchanges.target(next) !== exchanges.target(row))
      continue;
    if (messages.state(next * 2 + 1) !== MessageState.COMPLETE || exchanges.status(next) >= 500) continue;
    if (messages.start(next * 2) - request.start > THRESHOLDS.SENT_AGAIN) return false;
    if (idOf(messages.section(next * 2)) !== idOf(request.section)) continue;
    const other = exchanges.flow(next);
    if (other === NO_FLOW) continue;
    const isSamePair =
      facts.addressRow(other, facts.clientOf(other)) === facts.addressRow(flow, exchange.client) &&
      facts.endpointKey(other, facts.clientOf(other) === 0 ? 1 : 0) ===
        facts.endpointKey(flow, exchange.client === 0 ? 1 : 0);
    if (isSamePair) return true;
  }
  return false;
}
