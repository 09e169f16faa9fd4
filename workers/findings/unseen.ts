import { FlowMark } from '../../src/model/flow.ts';
import { ANY, type Facts } from './facts.ts';

/** Why this capture cannot show a fault of an HTTP message; undefined where it can. */
export function noMessages(facts: Facts): string | undefined {
  return facts.tables.exchanges.rows === 0 ? 'no HTTP message in clear was captured' : undefined;
}

/** Why this capture cannot show what befell HTTP/2 streams; undefined where it can. */
export function noStreams(facts: Facts): string | undefined {
  return facts.tables.streams.rows === 0 ? 'no HTTP/2 in clear was captured' : undefined;
}

/** Why finding no fault in messages proves nothing: packets of every HTTP connection were cut by the snap length. */
export function cutMessages(facts: Facts): string | undefined {
  if (!facts.isFinal) return undefined;
  const flows = facts.select('flows', 'firstExchange', ANY);
  const areCut = flows.length > 0 && flows.every((flow) => (facts.marks(flow) & FlowMark.SNAPPED) !== 0);
  return areCut ? 'the snap length cut packets of every HTTP connection' : undefined;
}

/** Why this capture cannot show what becomes of connections. */
export function noConnection(facts: Facts): string | undefined {
  return facts.tables.flows.rows === 0 ? 'no connection was captured' : undefined;
}

/** Why this capture cannot show how an HTTP exchange ended. */
export function noEndings(facts: Facts): string | undefined {
  if (facts.tables.exchanges.rows === 0) return 'no HTTP message in clear was captured';
  return oneWay(facts);
}

/** Why this capture cannot show what a ClientHello says. */
export function noHellos(facts: Facts): string | undefined {
  return facts.tables.hellos.rows === 0 ? 'no TLS ClientHello was captured' : undefined;
}

/** Why this capture cannot show what a server did about a ClientHello. */
export function noHandshakes(facts: Facts): string | undefined {
  return noHellos(facts) ?? oneWay(facts);
}

/** Of every connection only one direction was captured: the other side's silence proves nothing. */
function oneWay(facts: Facts): string | undefined {
  const { flows } = facts.tables;
  if (!facts.isFinal || flows.rows === 0) return undefined;
  const isOneWay = facts.select('flows', 'marks', FlowMark.ONE_SIDED).length === flows.rows;
  return isOneWay ? 'only one direction of each connection was captured' : undefined;
}
