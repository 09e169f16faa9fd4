import type { ExchangeRow, FlowRow, PacketNumber } from '../../src/model/units.ts';
import { MessageState } from '../../src/model/exchange.ts';
import type { Core } from '../core.ts';

/** The HTTP messages that begin in a packet. */
export interface MessageStart {
  /** "GET /wrong", "200 OK"; several in a row where several begin. */
  readonly label: string;
  /** The exchange of the first of them. */
  readonly exchange: ExchangeRow;
}

/** Exchanges of a flow that are looked through: a connection of days has millions. */
const LOOKED_THROUGH = 2_000_000;

/** Which HTTP messages of a flow, or those of one exchange of it, begin in which of the packets from `first` to `last`. */
export function messageStarts(
  core: Core,
  flow: FlowRow,
  first: PacketNumber,
  last: PacketNumber,
  only?: ExchangeRow,
): ReadonlyMap<PacketNumber, MessageStart> {
  const { flows, exchanges, messages } = core.tables;
  const found = new Map<PacketNumber, MessageStart>();
  let next = only === undefined ? flows.firstExchange(flow) : only + 1;
  for (let looked = 0; next !== 0 && looked < LOOKED_THROUGH; looked++) {
    const exchange = next - 1;
    next = only === undefined ? exchanges.nextInFlow(exchange) : 0;
    for (const message of [exchange * 2, exchange * 2 + 1]) {
      const packet = messages.firstPacket(message);
      if (packet < first || packet > last || messages.state(message) === MessageState.ABSENT) continue;
      const before = found.get(packet);
      const label = before ? `${before.label} · ${messageLabel(core, message)}` : messageLabel(core, message);
      found.set(packet, { label, exchange: before?.exchange ?? exchange });
    }
    // Requests of a flow come in its order: behind the window there are no more.
    if (messages.firstPacket(exchange * 2) > last) break;
  }
  return found;
}

function messageLabel(core: Core, message: number): string {
  const { exchanges } = core.tables;
  const exchange = message >>> 1;
  if ((message & 1) === 0) {
    const request =
      `${core.text(exchanges.method(exchange))} ${core.text(exchanges.target(exchange))}`.trim();
    return request === '' ? 'request' : request;
  }
  const status = exchanges.status(exchange);
  const words = `${status === 0 ? '' : status} ${core.text(exchanges.reason(exchange))}`.trim();
  return words === '' ? 'response' : words;
}
