// Interim (1xx) responses: RFC 9110 section 15.2.

import { appendRow, setU16, setU32, setU8 } from '../columns';
import * as schema from '../schema';
import { awaitedExchange, exchangeAt, reason, status, version } from './http1-head';

/** The interim response of HTTP/1 whose status line was parsed last belongs to the exchange that awaits its final one. */
export function noteInterim(flow: u32, packet: u32, sequence: u32, section: u32): void {
  const open = awaitedExchange(flow);
  if (open == 0) return;
  const row = addInterim(open - 1, status, packet, sequence, section);
  setU32(row, schema.INTERIMS_REASON, reason);
  setU8(row, schema.INTERIMS_VERSION, version);
}

/** Keeps an interim response of an exchange, by where it began and its header section (row plus one); answers its row. */
export function addInterim(
  exchange: u32,
  interimStatus: u32,
  packet: u32,
  sequence: u32,
  section: u32,
): usize {
  setU16(exchangeAt(exchange), schema.EXCHANGES_INTERIM_STATUS, interimStatus);
  const row = appendRow(schema.TABLE_INTERIMS);
  setU32(row, schema.INTERIMS_EXCHANGE, exchange);
  setU32(row, schema.INTERIMS_PACKET, packet);
  setU32(row, schema.INTERIMS_SEQUENCE, sequence);
  setU32(row, schema.INTERIMS_SECTION, section);
  setU16(row, schema.INTERIMS_STATUS, interimStatus);
  return row;
}
