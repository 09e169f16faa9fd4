import { defineTable } from './table.ts';

/** One row a captured record, in file order: row = packet number - 1. 32 octets. */
export const PACKETS = defineTable('packets', 16, {
  /** Nanoseconds since the capture's first packet; negative where the clock went backwards. */
  time: 'f64',
  /** Octets from the start of the file to the record's header. */
  offset: 'f64',
  /** Octets of the packet that are in the file. */
  capturedLength: 'u32',
  /** Octets the packet had on the wire. */
  length: 'u32',
  /** Row of the flows table; -1 where the packet has no IP layer. */
  flow: 'i32',
  /** {@link PacketMark} bits. */
  marks: 'u16',
  /** TCP flags octet (RFC 9293 section 3.1: CWR ECE URG ACK PSH RST SYN FIN); 0 for other transports. */
  tcpFlags: 'u8',
  /** {@link Protocol}: the highest layer that was recognised. */
  protocol: 'u8',
});

/**
 * Bits of a packet's marks. The TCP names are Wireshark's `tcp.analysis.*`. Its zero_window_probe_ack has no bit of its own: such a
 * packet has ZERO_WINDOW and ZERO_WINDOW_PROBE, which no other has.
 */
export const PacketMark = {
  /** Sent by the flow's responder; otherwise by its originator. */
  FROM_RESPONDER: 1 << 0,
  RETRANSMISSION: 1 << 1,
  FAST_RETRANSMISSION: 1 << 2,
  SPURIOUS_RETRANSMISSION: 1 << 3,
  OUT_OF_ORDER: 1 << 4,
  DUP_ACK: 1 << 5,
  LOST_SEGMENT: 1 << 6,
  ACKED_UNSEEN: 1 << 7,
  KEEP_ALIVE: 1 << 8,
  KEEP_ALIVE_ACK: 1 << 9,
  WINDOW_FULL: 1 << 10,
  ZERO_WINDOW: 1 << 11,
  ZERO_WINDOW_PROBE: 1 << 12,
  WINDOW_UPDATE: 1 << 13,
  PORTS_REUSED: 1 << 14,
  /** The same packet was captured just before, on another interface (`-i any`, a mirror port). */
  DUPLICATE: 1 << 15,
} as const;

/** Bits of the TCP flags octet (RFC 9293 section 3.1). */
export const TcpFlag = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

/** The highest layer recognised in a packet, or what rides on one direction of a flow. */
export const Protocol = {
  UNKNOWN: 0,
  ETHERNET: 1,
  ARP: 2,
  IPV4: 3,
  IPV6: 4,
  ICMP: 5,
  ICMPV6: 6,
  TCP: 7,
  UDP: 8,
  HTTP1: 9,
  HTTP2: 10,
  TLS: 11,
  WEBSOCKET: 12,
  DNS: 13,
  QUIC: 14,
  DTLS: 15,
  SCTP: 16,
  WIREGUARD: 17,
  ESP: 18,
  IGMP: 19,
  OSPF: 20,
  DHCP: 21,
  NTP: 22,
  MDNS: 23,
  SSDP: 24,
  STUN: 25,
  WLAN: 26,
  BLUETOOTH: 27,
  USB: 28,
  NETLINK: 29,
  CAN: 30,
  LLDP: 31,
  STP: 32,
  L2TP: 33,
  GTP: 34,
  /** Google's QUIC before the standard (Q039 to Q046). */
  GQUIC: 35,
} as const;

/** What Wireshark's protocol column says for a {@link Protocol}. */
export const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [Protocol.UNKNOWN]: '?',
  [Protocol.ETHERNET]: 'Ethernet',
  [Protocol.ARP]: 'ARP',
  [Protocol.IPV4]: 'IPv4',
  [Protocol.IPV6]: 'IPv6',
  [Protocol.ICMP]: 'ICMP',
  [Protocol.ICMPV6]: 'ICMPv6',
  [Protocol.TCP]: 'TCP',
  [Protocol.UDP]: 'UDP',
  [Protocol.HTTP1]: 'HTTP',
  [Protocol.HTTP2]: 'HTTP/2',
  [Protocol.TLS]: 'TLS',
  [Protocol.WEBSOCKET]: 'WebSocket',
  [Protocol.DNS]: 'DNS',
  [Protocol.QUIC]: 'QUIC',
  [Protocol.DTLS]: 'DTLS',
  [Protocol.SCTP]: 'SCTP',
  [Protocol.WIREGUARD]: 'WireGuard',
  [Protocol.ESP]: 'ESP',
  [Protocol.IGMP]: 'IGMP',
  [Protocol.OSPF]: 'OSPF',
  [Protocol.DHCP]: 'DHCP',
  [Protocol.NTP]: 'NTP',
  [Protocol.MDNS]: 'MDNS',
  [Protocol.SSDP]: 'SSDP',
  [Protocol.STUN]: 'STUN',
  [Protocol.WLAN]: '802.11',
  [Protocol.BLUETOOTH]: 'Bluetooth',
  [Protocol.USB]: 'USB',
  [Protocol.NETLINK]: 'Netlink',
  [Protocol.CAN]: 'CAN',
  [Protocol.LLDP]: 'LLDP',
  [Protocol.STP]: 'STP',
  [Protocol.L2TP]: 'L2TP',
  [Protocol.GTP]: 'GTP',
  [Protocol.GQUIC]: 'GQUIC',
};
