import type { Evidence } from '../model/finding.ts';
import type { ExchangeRow, FlowRow, HelloRow, PacketNumber } from '../model/units.ts';
import type { Place } from './fragment.ts';

/** Where a packet is. */
export function packetPlace(packet: PacketNumber): Partial<Place> {
  return { view: 'packets', selection: String(packet), pane: '' };
}

/** Where an exchange is, or the messages inside it. */
export function exchangePlace(exchange: ExchangeRow, pane: '' | 'messages' = ''): Partial<Place> {
  return { view: 'exchanges', selection: String(exchange), pane };
}

/** Where a flow is, or its followed streams. */
export function flowPlace(flow: FlowRow, pane: '' | 'follow' = ''): Partial<Place> {
  return { view: 'flows', selection: String(flow), pane };
}

/** Where a ClientHello is. */
function helloPlace(hello: HelloRow): Partial<Place> {
  return { view: 'tls', selection: String(hello), pane: '' };
}

/** Where a click on evidence lands. */
export function evidencePlace(evidence: Evidence): Partial<Place> {
  switch (evidence.kind) {
    case 'packet':
      return packetPlace(evidence.packet);
    case 'exchange':
      return exchangePlace(evidence.exchange);
    case 'flow':
      return flowPlace(evidence.flow);
    case 'hello':
      return helloPlace(evidence.hello);
  }
}
