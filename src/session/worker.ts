// The views know the worker's words through the session only.
export type { HostMap, MapFailures, MapHost, MapLink, MapQuery } from '../model/host-map.ts';
export type { Counts, FilterInTime, SeriesName, Timeline, TimelineQuery } from '../model/timeline.ts';
export type { FollowPart, FollowPiece } from '../model/follow.ts';
export type { FileNotes, InterfaceItem, NoteFact } from '../model/notes.ts';
export type { Report } from '../model/report.ts';
export type { Result } from '../model/result.ts';
export type {
  Analysis,
  Completion,
  DetailNode,
  ExchangeDetail,
  ExchangeItem,
  FieldLine,
  FilterError,
  FlowDetail,
  FlowItem,
  HelloItem,
  InterimDetail,
  IssueItem,
  Items,
  Listener,
  MessageDetail,
  OpenError,
  PacketDetail,
  PacketItem,
  Progress,
  QueryResult,
  SkippedFile,
  Summary,
  TableQuery,
  View,
} from '../../workers/api.ts';
export type { BodyContent, BodyFile, BodyPart, BodyPreview, FormField } from '../model/body.ts';
export type {
  ExchangeTiming,
  Phase,
  PhaseName,
  PhaseRow,
  TimeMeasure,
  TimesOfQuery,
  TimeSummary,
  TimingDetail,
} from '../model/timing.ts';
export type { LadderOf, LadderPart, SegmentShape, SegmentStep } from '../model/segment-ladder.ts';
export type { ConversationMessage, ConversationPart, MessageField } from '../model/conversation.ts';
