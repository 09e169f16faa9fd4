/** What the core counts over the whole capture, for the report: numbers that would need a pass over a table. */
export const Counter = {
  REQUESTS: 0,
  RESPONSES: 1,
  /** ClientHello messages, those after a HelloRetryRequest included. */
  CLIENT_HELLOS: 2,
  CLIENT_HELLOS_WITHOUT_SNI: 3,
  /** Packets with the RST flag. */
  RESETS: 4,
  TCP_FLOWS: 5,
  UDP_FLOWS: 6,
  /** TCP payload octets that were captured. */
  TCP_PAYLOAD: 7,
  /** Segments with payload, and those that repeat earlier payload. */
  DATA_SEGMENTS: 8,
  RETRANSMISSIONS: 9,
  /** Packets cut by the snap length. */
  SNAPPED: 10,
  /** Of the requests and responses, those of HTTP/2. */
  HTTP2_REQUESTS: 11,
  HTTP2_RESPONSES: 12,
} as const;
