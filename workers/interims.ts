import type { ExchangeRow, PacketNumber } from '../src/model/units.ts';
import type { Core } from './core.ts';

/** An interim (1xx) response. */
export interface Interim {
  readonly status: number;
  /** Packet of its first octet. */
  readonly packet: PacketNumber;
}

const BLOCK = 8192;

/** The interim responses of an exchange, in the order they came. Their table is looked through where there are any. */
export function interimsOf(core: Core, exchange: ExchangeRow): readonly Interim[] {
  const { exchanges, interims } = core.tables;
  if (exchanges.interimStatus(exchange) === 0) return [];
  const rows = new Uint32Array(Math.min(BLOCK, interims.rows));
  const found: Interim[] = [];
  for (let from = 0; from < interims.rows; from += BLOCK) {
    core.copyColumn('interims', 'exchange', from, rows);
    const count = Math.min(rows.length, interims.rows - from);
    for (let at = 0; at < count; at++) {
      if (rows[at] !== exchange) continue;
      found.push({ status: interims.status(from + at), packet: interims.packet(from + at) });
    }
  }
  return found;
}
