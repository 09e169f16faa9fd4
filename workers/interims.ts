import type { ExchangeRow, PacketNumber } from '../src/model/units.ts';
import type { Core } from './core.ts';

/** An interim (1xx) response. */
export interface Interim {
  readonly status: number;
  /** Packet and TCP sequence number of its first octet: in HTTP/2 that of its HEADERS frame. */
  readonly packet: PacketNumber;
  readonly sequence: number;
  /** Row plus one of the sections table; 0 where its header section was not kept. */
  readonly section: number;
  /** Reason phrase as sent; '' where there was none. */
  readonly reason: string;
  /** As in the messages table: 11 HTTP/1.1, 20 HTTP/2. */
  readonly version: number;
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
      const row = from + at;
      found.push({
        status: interims.status(row),
        packet: interims.packet(row),
        sequence: interims.sequence(row),
        section: interims.section(row),
        reason: core.text(interims.reason(row)),
        version: interims.version(row),
      });
    }
  }
  return found;
}
