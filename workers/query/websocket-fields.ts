import { StreamKind } from '../../src/model/stream.ts';
import type { Core } from '../core.ts';
import { column, joined, mapped, type Fill } from './columns.ts';
import type { FieldBindings } from './field-values.ts';

/** A number of one side of the WebSocket that an exchange became; NaN where it is none, or has none. */
function ofSide(core: Core, side: 0 | 1, read: (row: number) => number): Fill {
  const { streams } = core.tables;
  const rows = mapped(column(core, 'exchanges', 'stream'), (link) => (link === 0 ? NaN : link - 1));
  return joined(rows, (row) => (streams.kind(row) === StreamKind.WEBSOCKET ? read(row * 2 + side) : NaN));
}

/** Fields of WebSockets, of which each side may have a value. */
export const WEBSOCKET_BINDINGS: FieldBindings = {
  'websocket.payload.close.status_code': (core) => {
    const { closeCode, closePacket } = core.tables.streamSides;
    const code = (row: number): number => (closePacket(row) === 0 ? NaN : closeCode(row));
    return {
      type: 'number',
      source: { domain: 'exchanges', columns: [ofSide(core, 0, code), ofSide(core, 1, code)] },
    };
  },
  'offwire.websocket.messages': (core) => {
    const { messages } = core.tables.streamSides;
    return {
      type: 'number',
      source: { domain: 'exchanges', columns: [ofSide(core, 0, messages), ofSide(core, 1, messages)] },
    };
  },
};
