import { FlowMark } from '../../src/model/flow.ts';
import type { Facts } from './facts.ts';

/** Why this capture cannot show a fault of an HTTP/1 message; undefined where it can. */
export function noMessages(facts: Facts): string | undefined {
  const { exchanges, sections } = facts.tables;
  if (exchanges.rows === 0) return 'no HTTP/1 message in clear was captured';
  if (facts.isFinal && sections.rows === 0) return 'no header section was captured whole';
  return undefined;
}

/** Why this capture cannot show how an HTTP/1 exchange ended. */
export function noEndings(facts: Facts): string | undefined {
  if (facts.tables.exchanges.rows === 0) return 'no HTTP/1 message in clear was captured';
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
