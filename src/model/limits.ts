/** Every cap, with its unit and its reason. Reaching one records an issue. */
export const LIMITS = {
  /** Octets of one captured packet. Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD; above it a length is taken for damage. */
  RECORD_OCTETS: 262_144,
  /** Octets held back in one direction of a flow until a gap closes: a large receive window. */
  PENDING_OCTETS_DIRECTION: 4 << 20,
  /** Octets held back in all flows together. */
  PENDING_OCTETS: 64 << 20,
  /** Packets of a flow to wait, once the receiver acknowledged an unseen octet, for it to turn up late in the capture. */
  GAP_PATIENCE: 16,
  /** Octets of a message's start line and header section that are parsed; nginx, Envoy and HAProxy stop at 8 to 60 KiB. */
  HEAD_OCTETS: 262_144,
  /** Lines of a header section that are kept. */
  HEAD_LINES: 4096,
  /** Octets of one HPACK dynamic table (RFC 7541 section 4.1); 4 KiB by default, browsers ask for 64 KiB. */
  HPACK_TABLE_OCTETS: 1 << 20,
  /** Octets of a chunk-size line with its extensions. */
  CHUNK_LINE_OCTETS: 4096,
  /** Octets of interned text in all; past it new text is dropped. */
  TEXT_OCTETS: 768 << 20,
  /** Octets of one TLS handshake message that are reassembled; a ClientHello with post-quantum shares is 2 KiB. */
  HANDSHAKE_OCTETS: 65_536,
  /** Datagrams with Initial packets of QUIC that are kept of one direction of a flow: a ClientHello takes one or two. */
  QUIC_INITIALS: 12,
  /** Octets of such datagrams in all: a kept one is 1,200 octets, and takes 0.2 ms to decrypt. */
  QUIC_INITIAL_OCTETS: 24 << 20,
  /** Octets of one entry of a HAR file, its content included; it is in memory as octets and as text while it is read. */
  HAR_ENTRY_OCTETS: 64 << 20,
  /** Header lines and octets at which proxies refuse a section (Envoy's defaults: 100 lines, 60 KiB). */
  SECTION_LINES: 100,
  SECTION_OCTETS: 61_440,
  /** Characters of a display filter: the longest that people paste are lists of a few hundred addresses. */
  FILTER_CHARACTERS: 20_000,
  /** Parentheses and functions of a display filter inside one another. */
  FILTER_DEPTH: 100,
  /** Octets of a pcapng block that is read whole (names, statistics, options); Wireshark writes names in blocks of 64 KiB. */
  BLOCK_OCTETS: 1 << 20,
  /** Comments that are kept, and names of addresses: more than anybody typed, and than a day of DNS answers names. */
  COMMENTS: 100_000,
  RESOLVED_NAMES: 100_000,
  /** Octets of comments and names together, so that they cannot use up what is kept for header lines. */
  NOTE_OCTETS: 64 << 20,
  /** Types of block, and of option, that are counted one by one; a file has some dozen. */
  BLOCK_TYPES: 256,
  /** Members of archives and files that are opened together: a day of captures, one a minute, some times over. */
  MEMBERS: 10_000,
  /** Archives and compressed files inside one another: a pcap.gz in a tar.gz in a zip are four. */
  NESTING: 5,
  /** MiB that compressed files may take unpacked: what browsers let a page keep on disk, roughly; a guard against bombs. */
  UNPACKED_MEBIBYTES: 16_384,
  /** Octets the core's memory may take: a 32-bit WASM module's addresses, less room for one row group. */
  MEMORY_OCTETS: 4_000_000_000,
  /** Octets of a body on the wire that are read for a preview; of its content as text, and as a picture, that are shown. */
  BODY_WIRE_OCTETS: 8 << 20,
  BODY_SHOWN_OCTETS: 1 << 20,
  BODY_IMAGE_OCTETS: 8 << 20,
  /** Octets of a body that can be saved to a file: a guard against bombs, and against a worker without memory. */
  BODY_SAVED_OCTETS: 256 << 20,
  /** Parts of a multipart body and fields of a form that are listed; multipart bodies inside one another. */
  BODY_PARTS: 1000,
  BODY_NESTING: 4,
  /** Octets of one message of a WebSocket, an event or a line that are shown: more is read by nobody. */
  CONVERSATION_MESSAGE_OCTETS: 1 << 20,
  /** Messages, and octets of their content, that are handed out at a time: they cross to the page as copies. */
  CONVERSATION_PART_MESSAGES: 200,
  CONVERSATION_PART_OCTETS: 2 << 20,
  /** Octets that compressed messages of one part may become: a guard against bombs. */
  CONVERSATION_INFLATED_OCTETS: 256 << 20,
} as const;
