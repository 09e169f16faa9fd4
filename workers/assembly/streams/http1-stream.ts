// The streams row of an exchange of HTTP/1 in which messages are told apart: a WebSocket, a call of gRPC-Web.

import { appendRow, rowCount, setU32, setU8, u32Of } from '../columns';
import * as schema from '../schema';
import { exchangeAt } from './http1-head';

const GRPC_STATUS_ABSENT: u32 = 0xffffffff;

/** The streams row of an exchange, plus one; makes it, of this kind, where it is new. */
export function streamOf(exchange: u32, kind: u32): u32 {
  const at = exchangeAt(exchange);
  const known = u32Of(at, schema.EXCHANGES_STREAM);
  if (known) return known;
  const stream = rowCount(schema.TABLE_STREAMS) + 1;
  const row = appendRow(schema.TABLE_STREAMS);
  appendRow(schema.TABLE_STREAM_SIDES);
  appendRow(schema.TABLE_STREAM_SIDES);
  setU32(row, schema.STREAMS_EXCHANGE, exchange);
  setU32(row, schema.STREAMS_GRPC_STATUS, GRPC_STATUS_ABSENT);
  setU8(row, schema.STREAMS_KIND, kind);
  setU32(at, schema.EXCHANGES_STREAM, stream);
  return stream;
}
