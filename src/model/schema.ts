import {
  AddressKind,
  BLOCK_OPTIONS,
  BLOCKS,
  BlockType,
  CaptureFormat,
  CommentOn,
  COMMENTS,
  FILE_SECTIONS,
  INTERFACES,
  RESOLVED_NAMES,
  SECRETS,
} from './capture.ts';
import { Counter } from './counter.ts';
import {
  EXCHANGES,
  Framing,
  INTERIMS,
  LINES,
  MessageMark,
  MESSAGES,
  MessageState,
  SectionMark,
  SECTIONS,
  SERVER_ERRORS,
  TEXTS,
  Violation,
} from './exchange.ts';
import {
  ADDRESSES,
  Completeness,
  DirectionMark,
  DIRECTIONS,
  EndpointState,
  FlowMark,
  FLOWS,
  HistoryEvent,
  SynOption,
} from './flow.ts';
import { HelloMark, HelloOutcome, HELLOS, INITIALS } from './hello.ts';
import { IssueCode, ISSUES } from './issue.ts';
import { PacketMark, PACKETS, Protocol, TcpFlag } from './packet.ts';
import {
  CONTROL_FRAMES,
  FrameType,
  STREAM_SIDES,
  StreamKind,
  StreamMark,
  STREAMS,
  StreamSideMark,
} from './stream.ts';

/** Every table of the core, in the order of their numbers there. */
export const TABLES = {
  packets: PACKETS,
  flows: FLOWS,
  directions: DIRECTIONS,
  addresses: ADDRESSES,
  exchanges: EXCHANGES,
  interims: INTERIMS,
  serverErrors: SERVER_ERRORS,
  messages: MESSAGES,
  streams: STREAMS,
  streamSides: STREAM_SIDES,
  controlFrames: CONTROL_FRAMES,
  sections: SECTIONS,
  lines: LINES,
  texts: TEXTS,
  hellos: HELLOS,
  initials: INITIALS,
  interfaces: INTERFACES,
  fileSections: FILE_SECTIONS,
  blocks: BLOCKS,
  blockOptions: BLOCK_OPTIONS,
  comments: COMMENTS,
  resolvedNames: RESOLVED_NAMES,
  secrets: SECRETS,
  issues: ISSUES,
} as const;

/** Name of a table of the core. */
export type TableName = keyof typeof TABLES;

/** Every set of constants that the core shares with the rest, by the name it is generated under. */
export const CONSTANTS = {
  PacketMark,
  TcpFlag,
  Protocol,
  FlowMark,
  DirectionMark,
  Completeness,
  HistoryEvent,
  EndpointState,
  SynOption,
  MessageState,
  Framing,
  MessageMark,
  Violation,
  SectionMark,
  StreamKind,
  StreamMark,
  StreamSideMark,
  FrameType,
  HelloOutcome,
  HelloMark,
  IssueCode,
  CaptureFormat,
  BlockType,
  CommentOn,
  AddressKind,
  Counter,
} as const;
