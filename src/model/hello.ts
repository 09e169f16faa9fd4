import { defineTable } from './table.ts';

/** One row a ClientHello (RFC 8446 section 4.1.2), with what came of it. A hello after HelloRetryRequest is part of the first's row. */
export const HELLOS = defineTable('hellos', 12, {
  time: 'f64',
  flow: 'u32',
  /** Packets of its first and its last octet. */
  firstPacket: 'u32',
  lastPacket: 'u32',
  serverHelloPacket: 'u32',
  /** Packet that ended the handshake: Finished, alert, FIN or RST; 0 where it stayed open. */
  outcomePacket: 'u32',
  /** Interned server_name (RFC 6066 section 3); 0 without the extension. */
  serverName: 'u32',
  /** Interned ALPN protocols, comma-separated in the client's order (RFC 7301); 0 without the extension. */
  alpn: 'u32',
  /** Interned ALPN protocol that the server chose, where it is in clear. */
  selectedAlpn: 'u32',
  /** Octets of the handshake message, its 4-octet header included. */
  octets: 'u32',
  /** TLS versions as on the wire (0x0303 is TLS 1.2): legacy_version, the highest offered (GREASE ignored), the server's; 0 unknown. */
  legacyVersion: 'u16',
  version: 'u16',
  selectedVersion: 'u16',
  /** The server's cipher suite; 0 where no ServerHello was seen. */
  cipherSuite: 'u16',
  cipherSuites: 'u16',
  /** {@link HelloMark} bits. */
  marks: 'u16',
  /** {@link HelloOutcome}. */
  outcome: 'u8',
});

/** How a handshake ended. */
export const HelloOutcome = {
  /** Neither finished nor ended when the capture did. */
  OPEN: 0,
  COMPLETE: 1,
  /** A fatal alert in clear. */
  ALERT: 2,
  /** FIN or RST before it was over. */
  CUT: 3,
  /** Answered with octets that are no TLS record. */
  NOT_TLS: 4,
} as const;

/** Bits of a ClientHello's marks. */
export const HelloMark = {
  SERVER_NAME: 1 << 0,
  /** encrypted_client_hello (0xfe0d), or encrypted_server_name of its drafts (0xffce). */
  ENCRYPTED_CLIENT_HELLO: 1 << 1,
  RETRY: 1 << 2,
  /** The handshake message spans more than one TCP segment, or more than one record. */
  SPLIT_SEGMENTS: 1 << 3,
  SPLIT_RECORDS: 1 << 4,
  MALFORMED: 1 << 5,
  /** The server sent a CertificateRequest in clear (TLS 1.2 and older). */
  CERTIFICATE_REQUESTED: 1 << 6,
  /** The client's first encrypted record has the length of an alert (RFC 8446: 2 + 1 + 16 octets), so it probably is one. */
  ENCRYPTED_ALERT: 1 << 7,
  /** It came in CRYPTO frames of QUIC (RFC 9001), so its flow is one of UDP. */
  QUIC: 1 << 8,
} as const;

/**
 * Datagrams that begin with an Initial packet of QUIC (RFC 9000 section 17.2.2), the first of each direction of a flow: their
 * keys are public (RFC 9001 section 5.2), so the ClientHello in them can be read once the capture was.
 */
export const INITIALS = defineTable('initials', 8, {
  flow: 'u32',
  packet: 'u32',
  /** The initial of the same flow before this one, plus one. */
  previous: 'u32',
  /** Where the datagram's octets are; the core owns them. */
  address: 'u32',
  length: 'u32',
  /** 0 from the flow's originator, 1 from its responder. */
  side: 'u8',
});
