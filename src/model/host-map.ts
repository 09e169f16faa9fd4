import type { Bytes } from './units.ts';

/** What is asked of the map: for a display filter ('' for all). */
export interface MapQuery {
  readonly filter: string;
}

/** What went wrong between a client and a service, each a count. */
export interface MapFailures {
  /** Connections whose SYN was answered with RST. */
  readonly refused: number;
  /** Connections whose SYN was not answered at all. */
  readonly unanswered: number;
  /** TLS handshakes that did not come to their end. */
  readonly tls: number;
  /** Exchanges without a complete response. */
  readonly broken: number;
  /** Responses with a status of 500 and above, or with a gRPC status that is not the client's doing. */
  readonly serverErrors: number;
}

/** The kinds of failures, in the order to tell. */
export const MAP_FAILURES = [
  'refused',
  'unanswered',
  'tls',
  'broken',
  'serverErrors',
] as const satisfies readonly (keyof MapFailures)[];

/** A host: an address, or in a HAR file a name. */
export interface MapHost {
  readonly address: string;
  /** Names it was called by, the one used most first; at most a few. */
  readonly names: readonly string[];
  /** What it is, where that shows: "istio-proxy", "nginx" as it says of itself. */
  readonly role: string;
  /** The filter that selects it. */
  readonly filter: string;
  readonly flows: number;
  readonly exchanges: number;
}

/** A client that talks to a service of a server. */
export interface MapLink {
  /** Places in the list of hosts. */
  readonly client: number;
  readonly server: number;
  /** Port of the service; 0 where the transport has none. */
  readonly port: number;
  /** "HTTP/1", "TLS", "TCP". */
  readonly protocol: string;
  readonly names: readonly string[];
  readonly filter: string;
  readonly flows: number;
  readonly exchanges: number;
  /** Payload; NaN in a HAR file. */
  readonly sentOctets: Bytes;
  readonly receivedOctets: Bytes;
  readonly failures: MapFailures;
  /** All of them together. */
  readonly failed: number;
  /** Responses with a status of 400 to 499, or such a gRPC status: mostly the client's own doing, so no failure. */
  readonly clientErrors: number;
  /** Connections with a RST, most of them after all was said: no failure by itself. */
  readonly resets: number;
}

/** Who talks to whom. */
export interface HostMap {
  /** The hosts of the links below. */
  readonly hosts: readonly MapHost[];
  /** The links with most flows and exchanges first; at most {@link MOST_LINKS}. */
  readonly links: readonly MapLink[];
  /** What there is in all, and what of it the list leaves out. */
  readonly total: { readonly hosts: number; readonly links: number; readonly flows: number };
  readonly leftOut: { readonly links: number; readonly flows: number; readonly exchanges: number };
}

/** Links that are listed. */
export const MOST_LINKS = 500;
