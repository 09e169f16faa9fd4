import { GRPC_STATUS_ABSENT } from '../../src/model/stream.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { Core } from '../core.ts';

/** gRPC statuses that are the server's or the network's doing: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const GRPC_SERVER_ERRORS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);

/** Who is to blame for an answer that is no success. */
export type Verdict = 'server' | 'client' | undefined;

/** What an answer's status says: of gRPC its own status, which comes with a 200; else that of HTTP. undefined for a success. */
export function verdictOf(core: Core, exchange: ExchangeRow): Verdict {
  const { exchanges, streams } = core.tables;
  const status = exchanges.status(exchange);
  if (status >= 400) return status >= 500 ? 'server' : 'client';
  const stream = exchanges.stream(exchange);
  const grpc = stream === 0 ? GRPC_STATUS_ABSENT : streams.grpcStatus(stream - 1);
  if (grpc === GRPC_STATUS_ABSENT || grpc === 0) return undefined;
  return GRPC_SERVER_ERRORS.has(grpc) ? 'server' : 'client';
}
