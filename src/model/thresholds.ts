/**
 * Numbers that the rules compare with. Each is a starting point with its reason, not a law: products change their defaults, so
 * none of these is told to people as somebody's setting.
 */
export const THRESHOLDS = {
  /**
   * Nanoseconds in which a reset after a message counts as the answer to that message (DIAGNOSIS: 1 s). A proxy that refuses a
   * message does so at once; an idle connection is dropped seconds later.
   */
  REACTION: 1e9,
  /**
   * Nanoseconds that a request and the server's close may be apart and still have crossed, where the round trip is shorter: the
   * time an event loop may take to notice a FIN. Without it no race could be seen on loopback.
   */
  RACE_FLOOR: 20e6,
  /** Nanoseconds taken as round trip where the handshake was not captured: a wide-area connection. */
  ROUND_TRIP_UNKNOWN: 100e6,
  /** Nanoseconds after a refused connection in which the same client reaching the port elsewhere makes it harmless. */
  FALLBACK: 1e9,
  /** Nanoseconds from a failed connection to a proxy's 5xx, within which the one explains the other. */
  PROXY_ANSWER: 2e9,
  /** Share of a deadline after which a client that cancels has run out of time: its timer and what it writes differ by some milliseconds. */
  DEADLINE_SHARE: 0.95,
  /** Nanoseconds after a refused request in which the same one counts as its repetition. */
  SENT_AGAIN: 5e9,
  /** Exchanges before a given one in which its downstream exchange is looked for: what a busy proxy has open at once. */
  CORRELATION_ROWS: 4096,
  /** How many times longer the next best candidate must have taken, for the best to be meant beyond doubt. */
  CLEARLY: 1.5,
  /**
   * Nanoseconds that a client must have waited at least before its close counts as giving up: scanners and probes that want no answer
   * close at once.
   */
  GAVE_UP: 100e6,
  /**
   * Nanoseconds of silence from which a load balancer, a firewall or a connection table may have forgotten a connection ("minutes"): the
   * shortest limits seen are a minute.
   */
  IDLE: 60e9,
  /** Nanoseconds of a window of 0 that count as a stall (DIAGNOSIS: 1 s). */
  SHUT: 1e9,
  /** SYNs without an answer from which a connection counts as not answered (DIAGNOSIS: two repetitions). */
  SYNS: 3,
  /** Hops by which the time to live of a RST differs from its sender's where another machine wrote it (DIAGNOSIS: 2; routes change). */
  HOPS: 2,
  /** Octets of payload from which a segment that never arrives, while smaller ones do, hints at an MTU: less fits every path. */
  LARGE_SEGMENT: 1200,
  /** Packets of a flow, and packets of all flows, that are looked back to find what a flow's end is about. */
  LOOKED_BACK: 2000,
  LOOKED_BACK_ROWS: 100_000,
  /** Flows for which that is done: at 2 ms each at most, a quarter of a second. */
  FLOWS_LOOKED_BACK: 128,
  /** Answers with a server error whose header sections are read. */
  ERRORS_READ: 4096,
  /**
   * Nanoseconds that a stream of HTTP/2 waited for its window, in all, and their share of the exchange's time, from which it is told:
   * below, a round trip to the receiver may be all that it cost.
   */
  WINDOW_WAIT: 100e6,
  WINDOW_SHARE: 0.3,
  /** Flows after a refused one in which a success is looked for. */
  FALLBACK_FLOWS: 1024,
  /** Candidates of one cause that are looked at closely to choose the example; counts go over all of them. */
  EXAMINED: 32,
  /** Causes of one rule that become findings of their own; the rest are the least frequent, and are counted together. */
  CAUSES: 12,
  /** Flows and packets that a finding lists. */
  FLOWS_LISTED: 1000,
  PACKETS_LISTED: 1000,
  /** Routes and servers that a finding names; pieces of evidence that it links. */
  ROUTES_NAMED: 3,
  EVIDENCE: 12,
  LADDER_STEPS: 12,
  /** Octets of a line that a quote shows. */
  QUOTED_LINE: 400,
  /** Lines that a quote shows; the offending ones are always among them. */
  QUOTED_LINES: 24,
  /** Share of the flows (or packets) from which a shortcoming of the capture is a warning, not a note. */
  QUALITY_SHARE: 0.05,
} as const;

/** Ports on which TLS is so usual that plaintext without an answer is suspicious; Istio's inbound and HBONE ports among them. */
export const TLS_PORTS: readonly number[] = [443, 6443, 8443, 9443, 15006, 15008, 15443];

/**
 * Ports where Istio expects its own server names (read 2026): outbound, inbound, and the east-west gateway. Not 15008: HBONE has
 * names of another kind.
 */
export const MESH_PORTS: readonly number[] = [15001, 15006, 15443];
