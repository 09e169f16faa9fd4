import { defineTable } from './table.ts';

/** Both directions of one 5-tuple. The originator sent the first SYN, or, where none was seen, the first packet. */
export const FLOWS = defineTable('flows', 12, {
  /** Rows of the addresses table. */
  originatorAddress: 'u32',
  responderAddress: 'u32',
  /** VLAN or tunnel the flow was seen in: an opaque number, equal for equal contexts; 0 outside any. */
  context: 'u32',
  /** Wireshark's tcp.stream or udp.stream: counts each transport from 0. */
  number: 'u32',
  firstPacket: 'u32',
  lastPacket: 'u32',
  /** The first SYN, the first SYN-ACK, and the originator's ACK that ended the handshake; 0 where not seen. */
  synPacket: 'u32',
  synAckPacket: 'u32',
  handshakePacket: 'u32',
  /** SYNs of the originator, the repeated ones included. */
  synCount: 'u32',
  /** Wireshark's iRTT: the last SYN before the first ACK without SYN, and that ACK's packet; 0 where not seen. */
  roundTripFrom: 'u32',
  roundTripTo: 'u32',
  /** Zeek's history: letters of events in their order, one octet each, at most 24 (Zeek's conn.log; see workers/flow-history.ts). */
  history0: 'u32',
  history1: 'u32',
  history2: 'u32',
  history3: 'u32',
  history4: 'u32',
  history5: 'u32',
  /** Row of the first exchange of the flow plus one (follow `nextInFlow`); 0 where there is none. */
  firstExchange: 'u32',
  lastExchange: 'u32',
  exchanges: 'u32',
  /** Row of the ClientHello table plus one; 0 where there is none. */
  hello: 'u32',
  /** The first ICMP error that quotes the flow; with icmpType, icmpCode and icmpMtu. */
  icmpPacket: 'u32',
  /** The flow, plus one, that has the fragments of its datagrams but for those that made them whole; 0 where none came in fragments. */
  fragments: 'u32',
  /** {@link FlowMark} bits. */
  marks: 'u32',
  /** Interned addresses that a PROXY protocol header told, as its version 1 writes them ("TCP4 10.0.0.1 10.0.0.2 1234 80"). */
  proxied: 'u32',
  /** Core only: the oldest exchange without a final response, and the oldest response without a request; rows plus one. */
  openExchange: 'u32',
  lonelyResponse: 'u32',
  /** Core only: next flow of the same hash, plus one. */
  next: 'u32',
  originatorPort: 'u16',
  responderPort: 'u16',
  /** MTU of the next hop that an ICMP error told ("fragmentation needed", "packet too big"); 0 where none or not told (RFC 1191, RFC 4443). */
  icmpMtu: 'u16',
  /** IP protocol number: 6 TCP, 17 UDP, others as they are (ports are 0 but for SCTP, DCCP and UDP-Lite); 255 for TCP or UDP without its header (fragments, cut packets). */
  transport: 'u8',
  /** 4 or 6. */
  ipVersion: 'u8',
  /** {@link Completeness} bits: Wireshark's tcp.completeness. */
  completeness: 'u8',
  /** Letters of the history that are filled. */
  historyLength: 'u8',
  /** Type and code of the ICMP error (RFC 792; of ICMPv6, RFC 4443, where ipVersion is 6). */
  icmpType: 'u8',
  icmpCode: 'u8',
});

/** Letters that a history may have. */
export const HISTORY_LETTERS = 24;

/** What of a TCP connection was captured: Wireshark's tcp.completeness. */
export const Completeness = { SYN: 1, SYN_ACK: 2, ACK: 4, DATA: 8, FIN: 16, RST: 32 } as const;

/** Bits of a flow's marks. */
export const FlowMark = {
  /** No SYN was seen: the capture began after the connection did. */
  MIDSTREAM: 1 << 0,
  /** Packets of one direction only. */
  ONE_SIDED: 1 << 1,
  /** At least one octet was acknowledged or skipped that the capture does not have. */
  GAP: 1 << 2,
  /** At least one packet was cut by the snap length. */
  SNAPPED: 1 << 3,
  /** A SYN with another initial sequence number reused the ports of an earlier flow. */
  PORTS_REUSED: 1 << 4,
  /** Reassembly gave up on part of the flow because a cap was reached. */
  CAPPED: 1 << 5,
  /** Closed in both directions by FIN. */
  CLOSED: 1 << 6,
  /** A RST was seen from either side. */
  RESET: 1 << 7,
  /** An ICMP error quoted this flow. */
  ICMP_ERROR: 1 << 8,
  /** The HTTP or TLS client is the responder: a midstream flow whose first packet came from the server. */
  CLIENT_IS_RESPONDER: 1 << 9,
  /** At least one request has no complete response, or a response no request. Set when the flow or the capture ends. */
  UNANSWERED: 1 << 10,
  /** The responder answered a SYN with RST and never with SYN-ACK. */
  REFUSED: 1 << 11,
  /** A ClientHello whose handshake did not complete, or an alert in clear. Set when the flow or the capture ends. */
  TLS_TROUBLE: 1 << 12,
  /** One side spoke TLS, the other something else. */
  MIXED_TLS: 1 << 13,
  /** A PROXY protocol header (HAProxy's, version 1 or 2) came first. */
  PROXY_PROTOCOL: 1 << 14,
  /** The first RST came while octets of the other side were not acknowledged, or after data that followed the sender's FIN. */
  RESET_UNREAD: 1 << 15,
  /** The first RST of a side had another time to live than the packets of that side. */
  FOREIGN_RESET: 1 << 16,
  /** A side told a window of 0. */
  ZERO_WINDOW: 1 << 17,
} as const;

/**
 * One direction of a flow; row = flow row * 2, plus 1 for the responder's direction. Packet numbers are 0 where no such packet
 * was seen.
 */
export const DIRECTIONS = defineTable('directions', 13, {
  /** Octets of payload on the wire, each counted once (retransmissions are not added). */
  octets: 'f64',
  /** Octets that the capture does not have, and the holes they leave. */
  lostOctets: 'f64',
  gaps: 'u32',
  packets: 'u32',
  /** The first FIN and the first RST sent in this direction. */
  finPacket: 'u32',
  rstPacket: 'u32',
  resets: 'u32',
  /** The first and the last packet with payload (repeats of old payload are not counted). */
  firstDataPacket: 'u32',
  lastDataPacket: 'u32',
  retransmissions: 'u32',
  outOfOrder: 'u32',
  duplicateAcks: 'u32',
  /** Initial sequence number (RFC 9293), or one below the first sequence number seen. */
  initialSequence: 'u32',
  /** Next sequence number expected in order. */
  nextSequence: 'u32',
  /** The highest acknowledgement number sent in this direction. */
  acknowledged: 'u32',
  /** The first TLS alert in clear: its packet. */
  alertPacket: 'u32',
  /** The last packet whose window was 0, and how many there were. */
  zeroWindowPacket: 'u32',
  zeroWindows: 'u32',
  /** Between which packets of this side its window was 0 for the longest time; 0 where it was not, or was never opened again. */
  longestShutFrom: 'u32',
  longestShutUntil: 'u32',
  /** The packet from which on the window has been 0; meant only where {@link SynOption} SHUT is set. */
  shutPacket: 'u32',
  /** Segments that ended where the receiver's window ended. */
  windowFulls: 'u32',
  keepAlives: 'u32',
  /** The most octets that were sent and not acknowledged, where both directions were captured. */
  largestFlight: 'u32',
  /** Core only: state of the dissector, list of segments waiting for a gap to close, their octets. */
  dissector: 'u32',
  pending: 'u32',
  pendingTail: 'u32',
  pendingOctets: 'u32',
  pendingSegments: 'u32',
  /** Core only: sequence number of the FIN, where one waits behind a gap or was delivered. */
  finSequence: 'u32',
  /** Core only: the sequence number after the highest that was sent, to tell lost from late segments; the packet that sent it. */
  highestSequence: 'u32',
  advancePacket: 'u32',
  /** Core only: the highest that was sent without a hole, which alone may be acknowledged. */
  acknowledgeable: 'u32',
  /** Core only: the acknowledgement number of the last segment. */
  lastAcknowledgment: 'u32',
  /** Core only: equal acknowledgements in a row. */
  duplicateAckRun: 'u32',
  /** Core only: packets since the other side acknowledged octets that were not captured. */
  unseen: 'u32',
  /** Core only: the last packet that was no duplicate. */
  lastPacket: 'u32',
  /** The last advertised window, unscaled. */
  window: 'u16',
  /** Maximum segment size that the SYN told (RFC 9293 section 3.7.1); 0 where it did not. */
  maximumSegment: 'u16',
  /** Core only: {@link HistoryEvent} bits of what is in the history already. */
  noted: 'u16',
  /** TLS alert level (1 warning, 2 fatal) and description (RFC 8446 section 6), with alertPacket. */
  alertLevel: 'u8',
  alertDescription: 'u8',
  /** {@link Protocol} that rides in this direction; UNKNOWN until its first octets tell. */
  protocol: 'u8',
  /** Time to live or hop limit of the first packet, and of the first RST. */
  ttl: 'u8',
  rstTtl: 'u8',
  /** The same of the last packet that was no RST. */
  lastTtl: 'u8',
  /** {@link DirectionMark} bits. */
  marks: 'u8',
  /** Window scale of the SYN (RFC 7323) plus one; 0 where the option was not seen. */
  windowScale: 'u8',
  /** {@link SynOption} bits. */
  synOptions: 'u8',
  /** {@link EndpointState}: how Zeek would call the state of the side that sends in this direction. */
  state: 'u8',
});

/** Options of a direction's SYN. */
export const SynOption = {
  /** A SYN was seen: an option that is not set was not sent. */
  SEEN: 1 << 0,
  SACK_PERMITTED: 1 << 1,
  TIMESTAMPS: 1 << 2,
  /** No option: the last window that was told is 0. */
  SHUT: 1 << 3,
  /** Core only: the window came in a SYN, where it is not scaled (RFC 7323 section 2.2). */
  WINDOW_IN_SYN: 1 << 7,
  /** Core only: a packet of this direction was captured twice. */
  COPIED: 1 << 5,
  /** Core only: several SYN-ACKs with different initial sequence numbers were sent, and none was acknowledged yet. */
  ANSWERED_AGAIN: 1 << 4,
  /** Core only: it was told that octets of this direction were acknowledged that were not captured. */
  UNSEEN_TOLD: 1 << 6,
} as const;

/** What Zeek tells once a direction in its history, and the letter of each. */
export const HistoryEvent = {
  SYN: 1,
  SYN_ACK: 2,
  ACK: 4,
  DATA: 8,
  FIN: 16,
  RST: 32,
  MIXED: 64,
  ODD: 128,
} as const;

/** Zeek's states of one side of a connection, from which its conn_state follows. */
export const EndpointState = {
  INACTIVE: 0,
  SYN_SENT: 1,
  SYN_ACK_SENT: 2,
  PARTIAL: 3,
  ESTABLISHED: 4,
  CLOSED: 5,
  RESET: 6,
} as const;

/** Bits of a direction's marks. */
export const DirectionMark = {
  /** nextSequence is known. */
  SYNCHRONIZED: 1 << 0,
  /** A FIN was seen and everything before it was delivered. */
  FINISHED: 1 << 1,
  /** The dissector was told that the direction is over. */
  CLOSED: 1 << 2,
  /** acknowledged is known. */
  ACKNOWLEDGED: 1 << 3,
  /** A FIN was seen, perhaps before everything ahead of it. */
  FIN_SEEN: 1 << 4,
  /** The last packet was a keep-alive, which the other side answers. */
  KEEP_ALIVE: 1 << 5,
  /** At least one segment was compared: highestSequence, acknowledgeable and lastAcknowledgment are known. */
  ANALYSED: 1 << 6,
  /** The last packet probed a zero window. */
  PROBE: 1 << 7,
} as const;

/** Internet addresses, each once: 16 octets in network order as four big-endian words; IPv4 as ::ffff:a.b.c.d. */
export const ADDRESSES = defineTable('addresses', 12, {
  word0: 'u32',
  word1: 'u32',
  word2: 'u32',
  word3: 'u32',
});
