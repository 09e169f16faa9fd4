import { defineTable } from './table.ts';

/**
 * What an exchange is beyond its two HTTP messages: an HTTP/2 stream, perhaps a gRPC call in it, or a WebSocket. Named by
 * `exchanges.stream`; plain HTTP/1 exchanges have none.
 */
export const STREAMS = defineTable('streams', 12, {
  exchange: 'u32',
  /** HTTP/2 stream identifier (RFC 9113 section 5.1.1); 0 for a WebSocket or gRPC-Web over HTTP/1. */
  identifier: 'u32',
  /** Row plus one of the exchange whose stream carried the PUSH_PROMISE; 0 where it was not pushed. */
  promisedBy: 'u32',
  /** Interned grpc-message as sent (percent-encoded); 0 absent. */
  grpcMessage: 'u32',
  /** grpc-status of the trailers or of the only header section; {@link GRPC_STATUS_ABSENT} where there was none. */
  grpcStatus: 'u32',
  /** {@link StreamKind}. */
  kind: 'u8',
  /** {@link StreamMark} bits. */
  marks: 'u8',
  /** Core only: 1 while the stream stands among those that ended lately. */
  settled: 'u8',
});

/** Value of `streams.grpcStatus` where none was seen or it is no number. */
export const GRPC_STATUS_ABSENT = 0xffffffff;

/** What an exchange carries; see {@link STREAMS}. */
export const StreamKind = { HTTP2: 0, GRPC: 1, GRPC_WEB: 2, WEBSOCKET: 3 } as const;

/** Bits of a stream's marks. */
export const StreamMark = {
  /** The request came with the Upgrade of HTTP/1.1 to h2c (stream 1). */
  UPGRADED: 1 << 0,
  /** grpc-status came in the only header section (trailers-only). */
  TRAILERS_ONLY: 1 << 1,
  /** A CONNECT with :protocol (RFC 8441). */
  EXTENDED_CONNECT: 1 << 2,
  /** permessage-deflate was agreed on (RFC 7692). */
  PERMESSAGE_DEFLATE: 1 << 3,
  /** A WebSocket that was open before the capture began: told by chains of frames in both directions. */
  HANDSHAKE_MISSING: 1 << 4,
} as const;

/** One side of a stream; row = stream row * 2, plus 1 for what the server sent. */
export const STREAM_SIDES = defineTable('streamSides', 13, {
  /** Payload octets of DATA frames without padding, or of WebSocket data frames, unmasked and as compressed. */
  dataOctets: 'f64',
  /** Nanoseconds that a window of this side was used up while it had not ended, in all; HTTP/2 seen from its preface only. */
  windowWaited: 'f64',
  /** DATA frames, or WebSocket frames of any kind. */
  frames: 'u32',
  /** gRPC messages that began, or WebSocket messages (text and binary). */
  messages: 'u32',
  /** Packet and error code (RFC 9113 section 7) of a RST_STREAM that this side sent. 0 packet: none. */
  endPacket: 'u32',
  endCode: 'u32',
  /** Packet of the WebSocket Close frame that this side sent. 0: none. */
  closePacket: 'u32',
  /** Core only: octets still to come of the gRPC message at hand, or what its prefix says so far. */
  remaining: 'u32',
  /** Core only: the state of what reads its content: a WebSocket in HTTP/2, gRPC-Web in Base64 or with trailers in pieces. */
  dissector: 'u32',
  /** Core only: what WINDOW_UPDATE gave less what DATA took, two's complement; the initial size stands with the connection. */
  window: 'u32',
  /** Packet in which DATA used up a window, and the one in which the receiver opened it again (0: it did not): the last time. 0 packet: none, or not known. */
  windowPacket: 'u32',
  windowUntil: 'u32',
  /** Core only: gaps of the direction, modulo 65,536, when the side was touched last. */
  gaps: 'u16',
  /** Status code of that Close frame (RFC 6455 section 7.4); 1005 where it had none. */
  closeCode: 'u16',
  /** Core only: octets of a gRPC prefix seen so far. */
  prefixOctets: 'u8',
  /** {@link StreamSideMark} bits. */
  marks: 'u8',
});

/** Bits of a stream side's marks. */
export const StreamSideMark = {
  /** END_STREAM was seen. */
  ENDED: 1 << 0,
  /** At least one gRPC or WebSocket message says that it is compressed. */
  COMPRESSED: 1 << 1,
  /** A frame that its standard forbids: unmasked from the client, a reserved bit or opcode, DATA after END_STREAM. */
  INVALID_FRAME: 1 << 2,
  /** The last message was cut off. */
  MESSAGE_CUT: 1 << 3,
  /** Octets of this side are missing in the capture. */
  GAP: 1 << 4,
  /** The border of WebSocket frames or gRPC messages was lost, or was never seen: WebSocket frames were not counted until a segment made of whole ones, gRPC messages no more. */
  BORDER_LOST: 1 << 5,
  /** DATA used up the window of the stream, and the side had not ended (RFC 9113 section 5.2). */
  WINDOW_USED_UP: 1 << 6,
  /** DATA of this side was the last that the window of the connection had room for, and the side had not ended. */
  CONNECTION_WINDOW_USED_UP: 1 << 7,
} as const;

/** HTTP/2 frames about a connection or that end a stream, in the order they came: what an expert looks for first. */
export const CONTROL_FRAMES = defineTable('controlFrames', 10, {
  packet: 'u32',
  flow: 'u32',
  /** Stream identifier; 0 the connection. */
  stream: 'u32',
  /** Error code of RST_STREAM and GOAWAY; promised stream of PUSH_PROMISE; how many parameters SETTINGS has. */
  value: 'u32',
  /** Last stream identifier of GOAWAY. */
  lastStream: 'u32',
  /** Interned debug data of GOAWAY, or the parameters of SETTINGS, 6 octets each; 0 absent. */
  text: 'u32',
  /** RFC 9113 section 6: 3 RST_STREAM, 4 SETTINGS, 5 PUSH_PROMISE, 6 PING, 7 GOAWAY. */
  type: 'u8',
  flags: 'u8',
  /** 0 sent by the flow's originator, 1 by the responder. */
  side: 'u8',
});

/** Frame types of HTTP/2 (RFC 9113 section 6). */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;
