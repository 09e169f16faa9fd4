import type { Bytes, Nanoseconds, PacketNumber } from './units.ts';

/** A field of a message that was taken apart (protobuf without its schema, the parts of a close frame). */
export interface MessageField {
  /** "1" for protobuf's field 1; else a name. */
  readonly name: string;
  /** "varint", "string", "message", "fixed64" … */
  readonly type: string;
  readonly value: string;
  readonly depth: number;
}

/** A message inside an exchange: of a WebSocket, a gRPC call, a stream of server-sent events, JSON lines. */
export interface ConversationMessage {
  /** 0 sent by the client, 1 by the server. */
  readonly side: 0 | 1;
  /** Of its first octet; undefined where only a HAR tells of it. */
  readonly time: Nanoseconds | undefined;
  readonly packet: PacketNumber;
  /** "text", "binary", "ping", "pong", "close", "message", "event", "line". */
  readonly kind: string;
  /** What the list shows: the event's name, the close code in words; '' where there is nothing to say. */
  readonly label: string;
  /** Octets on the wire, framing left out. */
  readonly size: Bytes;
  /** Content, unmasked and decompressed, capped. */
  readonly octets: Uint8Array;
  /** Whether the octets are meant to be read as text. */
  readonly isText: boolean;
  /** "permessage-deflate", "gzip": what it was compressed with; absent where it was not. */
  readonly encoding?: string;
  readonly fields?: readonly MessageField[];
  /** Why it is not whole: cut by the capture, by the cap, a gap, a reset. */
  readonly caveat?: string;
}

/** Some messages of a conversation, in the order they came. */
export interface ConversationPart {
  /** What is spoken: "WebSocket", "gRPC", "gRPC-Web", "server-sent events", "JSON lines". */
  readonly protocol: string;
  readonly messages: readonly ConversationMessage[];
  /** Where to go on; undefined at the end. */
  readonly next: number | undefined;
  /** Why it ended before its end, or what keeps it from being read. */
  readonly problem?: string;
}

/** What is spoken inside an exchange beyond its two messages, as far as rows tell without reading it. */
export interface ConversationSummary {
  /** As in {@link ConversationPart}. */
  readonly protocol: string;
  /** How many messages there are; absent where only reading tells. */
  readonly messages?: number;
}
