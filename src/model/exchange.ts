import { defineTable } from './table.ts';

/** A request and its response, or a lonely half. A broken exchange is a row, always. */
export const EXCHANGES = defineTable('exchanges', 12, {
  /** Row of the flows table; 0xffffffff for an exchange without packets (HAR). */
  flow: 'u32',
  /** Interned texts: the method and target as sent; the authority from Host, the target or :authority. 0 absent. */
  method: 'u32',
  target: 'u32',
  authority: 'u32',
  /** Reason phrase as sent. */
  reason: 'u32',
  /** Row plus one of the streams table (an HTTP/2 stream, a gRPC call, a WebSocket); 0 for plain HTTP/1. */
  stream: 'u32',
  /** Row plus one of the next exchange in the same flow; 0 at the end. */
  nextInFlow: 'u32',
  /** Final status code; 0 where no response was seen. */
  status: 'u16',
  /** The last interim (1xx) status before it; 0 where there was none. */
  interimStatus: 'u16',
});

/** Interim (1xx) responses, in the order they came: few, so they have a table of their own. */
export const INTERIMS = defineTable('interims', 8, {
  /** Row of the exchange that awaited its final response. */
  exchange: 'u32',
  /** Packet and TCP sequence number of its first octet: in HTTP/2 that of its HEADERS frame. */
  packet: 'u32',
  sequence: 'u32',
  /** Row plus one of the sections table; 0 where it was not kept. */
  section: 'u32',
  /** Interned reason phrase as sent; 0 absent. */
  reason: 'u32',
  status: 'u16',
  /** As in messages. */
  version: 'u8',
});

/** Exchanges that were answered with a status of 500 or more, in the order the answers came: rules look at them without a pass over all. */
export const SERVER_ERRORS = defineTable('serverErrors', 10, { exchange: 'u32' });

/** A request or a response; row = exchange row * 2, plus 1 for the response. */
export const MESSAGES = defineTable('messages', 13, {
  /** Nanoseconds since the capture's first packet: first and last octet of the message; NaN where absent. */
  start: 'f64',
  end: 'f64',
  /** Octets after the header section as they were on the wire, chunk framing included; without gaps' octets. */
  bodyOctets: 'f64',
  /** Packets that carry the first octet, the end of the header section, and the last octet; 0 where absent. */
  firstPacket: 'u32',
  headPacket: 'u32',
  lastPacket: 'u32',
  /** TCP sequence number of the message's first octet. */
  sequence: 'u32',
  /** Octets of the start line and header section, the empty line included. */
  headOctets: 'u32',
  /** Row plus one of the sections table: header section, trailer section; 0 where absent. */
  section: 'u32',
  trailers: 'u32',
  /** {@link Violation} bits of this message, those of its header section included. */
  violations: 'u32',
  /** {@link MessageState}. */
  state: 'u8',
  /** {@link Framing}. */
  framing: 'u8',
  /** 9 HTTP/0.9, 10 HTTP/1.0, 11 HTTP/1.1, 20 HTTP/2, 30 HTTP/3 (HAR); 0 where absent. */
  version: 'u8',
  /** {@link MessageMark} bits. */
  marks: 'u8',
});

/** How far a message came. */
export const MessageState = {
  /** No octet of it was seen. */
  ABSENT: 0,
  /** Start line or header section unfinished, with nothing after it: still open at the end of the capture. */
  IN_HEAD: 1,
  IN_BODY: 2,
  COMPLETE: 3,
  /** The sender's FIN came before the framing was complete. */
  CUT_BY_FIN: 4,
  /** A RST of either side came before the framing was complete. */
  CUT_BY_RST: 5,
  /** The framing became unreadable (a bad chunk) and the rest was skipped. */
  BROKEN: 6,
  /** RST_STREAM of either side, or a GOAWAY that left it out, came before its END_STREAM. */
  CUT_BY_RST_STREAM: 7,
} as const;

/** How the length of a message's content is told (RFC 9112 section 6.3). */
export const Framing = {
  NONE: 0,
  CONTENT_LENGTH: 1,
  CHUNKED: 2,
  UNTIL_CLOSE: 3,
  /** CONNECT or 101: what follows is no longer HTTP/1. */
  TUNNEL: 4,
  /** HTTP/2 frames. */
  HTTP2: 5,
  /** As a HAR file reports it. */
  REPORTED: 6,
} as const;

/** Bits of a message's marks. */
export const MessageMark = {
  /** Octets of the message are missing in the capture. */
  GAP: 1 << 0,
  /** Parsing began in the middle of the byte stream, not at a known message border. */
  RESYNCHRONIZED: 1 << 1,
  /** The head was longer than the cap, or text was no longer kept: see issues. */
  TEXT_DROPPED: 1 << 2,
  /** HPACK entries that were set before the capture began stand as placeholders. */
  UNKNOWN_FIELDS: 1 << 3,
} as const;

/** What a message or its header section did against the standards, one bit each (rule ids of the findings in brackets). */
export const Violation = {
  /** [dup-te] two or more Transfer-Encoding lines. RFC 9112 section 6.1. */
  DUPLICATE_TRANSFER_ENCODING: 1 << 0,
  /** [dup-te] a combined Transfer-Encoding other than exactly `chunked`. */
  TRANSFER_ENCODING_NOT_CHUNKED: 1 << 1,
  /** [te-and-cl] Transfer-Encoding and Content-Length. RFC 9112 section 6.3. */
  TRANSFER_ENCODING_AND_CONTENT_LENGTH: 1 << 2,
  /** [cl-conflict] differing Content-Length values. RFC 9110 section 8.6. */
  CONTENT_LENGTH_CONFLICT: 1 << 3,
  /** [cl-conflict] a Content-Length that is no decimal number, or above 2^53. */
  CONTENT_LENGTH_INVALID: 1 << 4,
  /** The same Content-Length twice: legal to merge, but odd. */
  CONTENT_LENGTH_REPEATED: 1 << 5,
  /** [bad-host] an HTTP/1.1 request without a Host line. RFC 9112 section 3.2. */
  HOST_MISSING: 1 << 6,
  HOST_REPEATED: 1 << 7,
  /** [duplicate-singleton] another field that must be single, twice. RFC 9110 section 5.3. */
  DUPLICATE_SINGLETON: 1 << 8,
  /** [chunk-error] RFC 9112 section 7.1: size not hex, CRLF missing after the data. */
  CHUNK_SIZE_INVALID: 1 << 9,
  CHUNK_END_MISSING: 1 << 10,
  /** [chunk-error] the connection ended before the last chunk. */
  CHUNKS_CUT: 1 << 11,
  /** [cl-mismatch] closed short of Content-Length. RFC 9112 section 8. */
  CONTENT_CUT: 1 << 12,
  /** [cl-mismatch] octets after a complete response with no request outstanding. */
  EXCESS_OCTETS: 1 << 13,
  /** [body-forbidden] 1xx or 204 with Content-Length or Transfer-Encoding. */
  BODY_FORBIDDEN: 1 << 14,
  /** [te-in-http10] */
  TRANSFER_ENCODING_IN_HTTP10: 1 << 15,
  /** [bad-field-line] RFC 9112 sections 2.2, 5.1, 5.2. */
  SPACE_BEFORE_COLON: 1 << 16,
  OBS_FOLD: 1 << 17,
  CONTROL_CHARACTER: 1 << 18,
  BARE_LF: 1 << 19,
  NAME_NOT_TOKEN: 1 << 20,
  COLON_MISSING: 1 << 21,
  /** [header-limits] more than 100 lines or 60 KiB. */
  SECTION_TOO_LARGE: 1 << 22,
  /** The start line is not what RFC 9112 section 3 or 4 asks for. */
  START_LINE_MALFORMED: 1 << 23,
  /** [h2-malformed] a connection-specific field in HTTP/2. RFC 9113 section 8.2.2. */
  CONNECTION_SPECIFIC_FIELD: 1 << 24,
  /** [h2-malformed] an upper-case letter in a field name of HTTP/2. RFC 9113 section 8.2.1. */
  UPPER_CASE_NAME: 1 << 25,
  /** [h2-malformed] a pseudo-header field that is missing, unknown, twice, in trailers, or after regular fields. RFC 9113 section 8.3. */
  PSEUDO_FIELD_INVALID: 1 << 26,
  /** [h2-malformed] Content-Length differs from the sum of DATA. RFC 9113 section 8.1.1. */
  CONTENT_LENGTH_MISMATCH: 1 << 27,
  /** A chunk-size line whose size can be read, but with white space at its end, an extension that is none, or LF alone. RFC 9112 section 7.1.1. */
  CHUNK_LINE_MALFORMED: 1 << 28,
} as const;

/** A header or trailer section, each distinct one once: its lines in order, and what they say together. HTTP/2's are apart from HTTP/1's. */
export const SECTIONS = defineTable('sections', 12, {
  /** Content-Length as parsed; NaN where absent or invalid. Of several, the first. */
  contentLength: 'f64',
  /** Row of the lines table. */
  firstLine: 'u32',
  lines: 'u32',
  octets: 'u32',
  /** {@link SectionMark} bits. */
  marks: 'u32',
  /** {@link Violation} bits that the section alone shows. */
  violations: 'u32',
  /** Texts of the (first) Host (in HTTP/2 :authority goes before it), Content-Type and x-request-id values; 0 absent. */
  host: 'u32',
  contentType: 'u32',
  requestId: 'u32',
  /** Texts of :method, :path and grpc-message; 0 absent. */
  method: 'u32',
  target: 'u32',
  grpcMessage: 'u32',
  /** grpc-status; 0xffffffff where it is absent or no number. */
  grpcStatus: 'u32',
  /** :status; 0 absent or no number of three digits. */
  status: 'u16',
  /** Core only: which pseudo-header fields there are, and what they say (http2-section.ts). */
  pseudo: 'u16',
});

/** What a section's lines say. */
export const SectionMark = {
  TRANSFER_ENCODING: 1 << 0,
  /** The final transfer coding is chunked. */
  CHUNKED: 1 << 1,
  CONTENT_LENGTH: 1 << 2,
  CONNECTION_CLOSE: 1 << 3,
  CONNECTION_KEEP_ALIVE: 1 << 4,
  UPGRADE: 1 << 5,
  EXPECT_CONTINUE: 1 << 6,
  CONTENT_ENCODING: 1 << 7,
  /** Upgrade: websocket (RFC 6455), or h2c (RFC 7540). */
  WEBSOCKET: 1 << 8,
  H2C: 1 << 9,
  /** Sec-WebSocket-Extensions names permessage-deflate (RFC 7692), or another extension. */
  WEBSOCKET_DEFLATE: 1 << 10,
  WEBSOCKET_EXTENSION: 1 << 11,
  /** Content-Type is that of gRPC-Web; in Base64. */
  GRPC_WEB: 1 << 12,
  GRPC_WEB_TEXT: 1 << 13,
} as const;

/** Field lines of all sections, one after another: each row is the interned text of one line as sent, without its line end. */
export const LINES = defineTable('lines', 14, { text: 'u32' });

/** Interned octets. */
export const TEXTS = defineTable('texts', 14, { address: 'u32', length: 'u32' });
