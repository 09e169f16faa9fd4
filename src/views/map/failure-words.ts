import { formatAmount } from '../../model/format.ts';
import { MAP_FAILURES } from '../../model/host-map.ts';
import type { MapFailures, MapLink } from '../../session/worker.ts';

const NOUNS: { readonly [kind in keyof MapFailures]: readonly [one: string, more: string] } = {
  refused: ['connection refused', 'connections refused'],
  unanswered: ['connection without an answer', 'connections without an answer'],
  tls: ['TLS handshake failed', 'TLS handshakes failed'],
  broken: ['exchange without a complete response', 'exchanges without a complete response'],
  serverErrors: ['response of 5xx or a failed gRPC status', 'responses of 5xx or a failed gRPC status'],
};

/** What went wrong on a link, kind by kind. */
export function failureWords(link: MapLink): readonly string[] {
  return MAP_FAILURES.filter((kind) => link.failures[kind] > 0).map((kind) =>
    formatAmount(link.failures[kind], ...NOUNS[kind]),
  );
}

/** How much passed on a link: exchanges where there are any. */
export function trafficWords(link: Pick<MapLink, 'exchanges' | 'flows'>): string {
  const flows = formatAmount(link.flows, 'flow');
  if (link.exchanges === 0) return flows;
  const exchanges = formatAmount(link.exchanges, 'exchange');
  return link.flows === 0 ? exchanges : `${exchanges} in ${flows}`;
}
