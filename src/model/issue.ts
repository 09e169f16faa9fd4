import { defineTable } from './table.ts';

/** What the parser met that was odd: one row a code, counted. Truncated (cut short) and malformed (contradicting lengths) differ. */
export const ISSUES = defineTable('issues', 6, {
  /** Octets from the start of the file to the first occurrence. */
  firstOffset: 'f64',
  /** The number that was found and the one that was expected or allowed, at the first occurrence; NaN where there is none. */
  found: 'f64',
  expected: 'f64',
  /** {@link IssueCode}. */
  code: 'u32',
  count: 'u32',
  firstPacket: 'u32',
  lastPacket: 'u32',
});

/** Codes of {@link ISSUES}; kebab-case names for people are in {@link ISSUE_TEXTS}. */
export const IssueCode = {
  NONE: 0,
  RECORD_TRUNCATED: 1,
  RECORD_LENGTH: 2,
  BLOCK_LENGTH: 3,
  BLOCK_TRUNCATED: 4,
  BLOCK_MALFORMED: 5,
  SECTION_HEADER: 6,
  INTERFACE_UNKNOWN: 7,
  LINK_TYPE_UNKNOWN: 8,
  PACKET_SNAPPED: 9,
  LINK_TRUNCATED: 10,
  LINK_MALFORMED: 11,
  IP_TRUNCATED: 12,
  IP_MALFORMED: 13,
  IP_FRAGMENT: 14,
  TCP_TRUNCATED: 15,
  TCP_MALFORMED: 16,
  UDP_TRUNCATED: 17,
  UDP_MALFORMED: 18,
  ICMP_TRUNCATED: 19,
  CLOCK_BACKWARDS: 20,
  GAP: 21,
  PENDING_LIMIT: 22,
  HEAD_LIMIT: 23,
  TEXT_LIMIT: 24,
  HTTP_RESYNCHRONIZED: 25,
  TLS_RECORD_MALFORMED: 26,
  TLS_HANDSHAKE_MALFORMED: 27,
  TLS_HANDSHAKE_LIMIT: 28,
  DUPLICATE_PACKET: 29,
  MEMORY_LIMIT: 30,
  CAPLEN_ABOVE_LENGTH: 31,
  QUIC_INITIAL_LIMIT: 32,
  OPTION_MALFORMED: 33,
  BLOCK_LIMIT: 34,
  NOTES_LIMIT: 35,
  PACKET_DAMAGED: 36,
  HTTP2_RESYNCHRONIZED: 37,
  HTTP2_LOST: 38,
  HTTP2_FRAME_MALFORMED: 39,
  HPACK_MALFORMED: 40,
  HPACK_TABLE_LIMIT: 41,
  LINK_TYPE_ALIEN: 42,
  HPACK_TABLE_SIZE: 43,
  IP_LENGTH: 44,
} as const;

/** How bad an issue is for what the capture can prove. */
export type IssueSeverity = 'error' | 'warning' | 'note';

/** Who is to blame: the file, a sender in it, or a limit of the analyser. */
export type IssueBlame = 'capture' | 'sender' | 'analyser';

/** How an {@link IssueCode} is told to people. `{found}` and `{expected}` stand for the numbers of the first occurrence. */
export interface IssueText {
  readonly id: string;
  readonly severity: IssueSeverity;
  readonly blame: IssueBlame;
  readonly sentence: string;
  readonly remedy: string;
}
