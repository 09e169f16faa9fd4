import type { BodyFile, BodyPreview } from '../src/model/body.ts';
import type { ConversationPart, ConversationSummary } from '../src/model/conversation.ts';
import type { FieldFormat } from '../src/model/field.ts';
import type { Evidence, Findings } from '../src/model/finding.ts';
import type { IssueBlame, IssueSeverity } from '../src/model/issue.ts';
import type { HostMap, MapQuery } from '../src/model/host-map.ts';
import type { FollowPart } from '../src/model/follow.ts';
import type { FileNotes, InterfaceItem } from '../src/model/notes.ts';
import type { Report } from '../src/model/report.ts';
import type { Result } from '../src/model/result.ts';
import type { FilterInTime, Timeline, TimelineQuery } from '../src/model/timeline.ts';
import type { ExchangeTiming, TimeMeasure, TimesOfQuery, TimingDetail } from '../src/model/timing.ts';
import type { LadderOf, LadderPart } from '../src/model/segment-ladder.ts';
import type { Bytes, ExchangeRow, FlowRow, HelloRow, Nanoseconds, PacketNumber } from '../src/model/units.ts';

/** The tables that people look at. */
export type View = 'exchanges' | 'flows' | 'packets' | 'hellos';

/** Why a file could not be opened as a capture. */
export interface OpenError {
  readonly code: 'empty' | 'not-a-capture' | 'unsupported' | 'unreadable' | 'cancelled';
  /** What was found, what was expected, what to do. */
  readonly message: string;
}

/** A capture among several that are open together. */
export interface SourceFile {
  /** Its path: in a folder, or in an archive. */
  readonly name: string;
  /** Its octets, unpacked. */
  readonly bytes: Bytes;
  readonly packets: number;
  /** Of a HAR file: the exchanges that it tells of. */
  readonly exchanges?: number;
}

/** A file that was left out, because it is no capture. */
export interface SkippedFile {
  readonly name: string;
  /** What it is, in a few words: "a PNG image". */
  readonly kind: string;
}

/** What was read so far; sent at most some ten times a second. */
export interface Progress {
  readonly bytesRead: Bytes;
  readonly bytes: Bytes;
  readonly packets: number;
  readonly isDone: boolean;
  /** Compressed files are being unpacked: the octets are theirs, and count from 0 again when reading begins. */
  readonly isUnpacking?: true;
}

/** What is known of the open capture; replaced as a whole while it is read and when it is done. */
export interface Summary {
  /** Name of the file; of several, the first one's and how many more. */
  readonly file: string;
  /** The captures, in the order of their names. */
  readonly files: readonly SourceFile[];
  /** What else was in the archive, folder or drop. */
  readonly skipped: readonly SkippedFile[];
  /** Octets of all captures, unpacked. */
  readonly bytes: Bytes;
  readonly bytesRead: Bytes;
  readonly format: string;
  /** Time of the first packet: milliseconds since 1970 for Date, and the nanoseconds within that second. */
  readonly startMilliseconds: number;
  readonly startNanoseconds: number;
  readonly duration: Nanoseconds;
  readonly counts: { readonly [view in View]: number };
  readonly issues: readonly IssueItem[];
  readonly interfaces: readonly InterfaceItem[];
  /** What the files say beside their packets. */
  readonly notes: FileNotes;
  readonly wasCancelled: boolean;
  readonly isDone: boolean;
  /** Milliseconds from the start of reading to the last finding. */
  readonly milliseconds: number;
}

/** An issue as it is shown. */
export interface IssueItem {
  readonly code: string;
  readonly severity: IssueSeverity;
  readonly blame: IssueBlame;
  readonly sentence: string;
  readonly remedy: string;
  readonly count: number;
  readonly firstPacket: PacketNumber;
  readonly lastPacket: PacketNumber;
}

/** What the worker tells while it reads. Every call replaces what came before. */
export interface Listener {
  progress(progress: Progress): void;
  summary(summary: Summary): void;
  findings(findings: Findings): void;
}

/** What is asked of a table: a display filter ('' for all) and one column to sort by. */
export interface TableQuery {
  readonly filter: string;
  readonly sort: { readonly column: string; readonly isDescending: boolean } | undefined;
}

/** What is wrong with a filter, and where: a caret under [start, end) of the text. */
export interface FilterError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** An answered query: a handle to read windows of it. */
export interface QueryResult {
  readonly id: number;
  readonly rows: number;
  readonly total: number;
}

/** Where a row stands in a query's order. */
export interface PacketItem {
  readonly packet: PacketNumber;
  readonly time: Nanoseconds;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly length: Bytes;
  readonly flow: FlowRow | undefined;
  /** Wireshark's info column, as far as it goes: ports, flags, Seq, Ack, Len; request and status lines; hello names. */
  readonly info: string;
  /** For a mark by shape and word: reset, retransmission, lost segment … */
  readonly tags: readonly string[];
}

/** One row of the flows view. */
export interface FlowItem {
  readonly flow: FlowRow;
  /** tcp.stream or udp.stream. */
  readonly number: number;
  readonly transport: string;
  readonly protocol: string;
  readonly originator: string;
  readonly responder: string;
  readonly start: Nanoseconds;
  readonly duration: Nanoseconds;
  readonly packets: number;
  readonly originatorOctets: Bytes;
  readonly responderOctets: Bytes;
  readonly exchanges: number;
  readonly serverName: string | undefined;
  /** "closed by the client (FIN)", "reset by the server", "open" … */
  readonly ending: string;
  readonly retransmissions: number;
  readonly lostOctets: Bytes;
  readonly tags: readonly string[];
}

/** One row of the exchanges view. */
export interface ExchangeItem {
  readonly exchange: ExchangeRow;
  readonly flow: FlowRow | undefined;
  /** tcp.stream of its flow. */
  readonly stream: number | undefined;
  readonly start: Nanoseconds | undefined;
  readonly method: string;
  readonly authority: string;
  readonly target: string;
  readonly status: number | undefined;
  readonly client: string;
  readonly server: string;
  readonly requestOctets: Bytes;
  readonly responseOctets: Bytes;
  readonly contentType: string;
  /** From the first octet of the request to the last of the response; undefined where one of them is not known. */
  readonly duration: Nanoseconds | undefined;
  readonly timing: ExchangeTiming;
  /** "HTTP/1.1", "HTTP/2", "gRPC", "gRPC-Web", "WebSocket"; '' where it is not known. */
  readonly protocol: string;
  /** Identifier of its HTTP/2 stream; absent in other versions. */
  readonly streamIdentifier?: number;
  /** How long DATA of its HTTP/2 stream was held up by windows, both sides; absent where it was not. */
  readonly windowWait?: Nanoseconds;
  /** "14 UNAVAILABLE"; absent where no grpc-status was seen. */
  readonly grpcStatus?: string;
  readonly state: string;
  /** What is broken, in a word or two each: "Transfer-Encoding twice", "no response", "cut by RST". */
  readonly tags: readonly string[];
}

/** One row of the TLS view. */
export interface HelloItem {
  readonly hello: HelloRow;
  readonly flow: FlowRow;
  readonly stream: number;
  readonly time: Nanoseconds;
  readonly client: string;
  readonly server: string;
  readonly serverName: string | undefined;
  readonly alpn: string | undefined;
  readonly selectedAlpn: string | undefined;
  /** "TLS 1.3": the server's choice, or the client's highest offer followed by a question mark. */
  readonly version: string;
  readonly cipherSuite: string | undefined;
  readonly outcome: string;
  readonly packet: PacketNumber;
  readonly tags: readonly string[];
}

/** The rows of each view. */
export interface Items {
  readonly exchanges: ExchangeItem;
  readonly flows: FlowItem;
  readonly packets: PacketItem;
  readonly hellos: HelloItem;
}

/** A field of a packet: a node of the layer tree. Ranges are of the packet's octets. */
export interface DetailNode {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly start: number;
  readonly length: number;
  readonly depth: number;
  readonly format: FieldFormat;
}

/** All of one packet. */
export interface PacketDetail {
  readonly item: PacketItem;
  readonly octets: Uint8Array;
  readonly wireLength: Bytes;
  /** Name of its file; absent where one file is open. */
  readonly file?: string;
  /** Name of its interface; absent where its file has one interface without a name. */
  readonly interface?: string;
  /** Comments on it in the file. */
  readonly comments: readonly string[];
  readonly nodes: readonly DetailNode[];
}

/** A field line as sent; what is wrong with it, where something is. */
export interface FieldLine {
  readonly text: string;
  readonly remark?: string;
}

/** An interim (1xx) response that came before the final one. */
export interface InterimDetail {
  /** `HTTP/1.1 103 Early Hints`; '' in HTTP/2, which has `:status` among the lines. */
  readonly startLine: string;
  readonly status: number;
  readonly lines: readonly FieldLine[];
  readonly packet: PacketNumber;
  /** Since the first packet. */
  readonly time: Nanoseconds;
}

/** One side of an exchange. */
export interface MessageDetail {
  readonly startLine: string;
  readonly lines: readonly FieldLine[];
  readonly trailers: readonly FieldLine[];
  readonly framing: string;
  readonly state: string;
  readonly bodyOctets: Bytes;
  readonly firstPacket: PacketNumber;
  readonly lastPacket: PacketNumber;
  /** What the message did against the standards, in a sentence each. */
  readonly violations: readonly string[];
  /** What else is to know of it, in a sentence each: an interim response before it, fields that the capture does not have. */
  readonly notes: readonly string[];
}

/** All of one exchange but its bodies. */
export interface ExchangeDetail {
  readonly item: ExchangeItem;
  /** Names and values of its HTTP/2 stream or gRPC call, in the order to show; empty for plain HTTP/1. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly request: MessageDetail | undefined;
  readonly response: MessageDetail | undefined;
  /** Interim responses before the final one, in the order they came: the first of them, where there are very many. */
  readonly interims: readonly InterimDetail[];
  readonly related: readonly Evidence[];
  readonly timing: TimingDetail;
  /** There where messages can be asked for by `conversation`. */
  readonly conversation?: ConversationSummary;
}

/** All of one flow but its packets: see {@link Analysis.ladder}. */
export interface FlowDetail {
  readonly item: FlowItem;
  /** Names and values, in the order to show. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly exchanges: readonly ExchangeItem[];
}

/** A completion of the filter bar. */
export interface Completion {
  readonly text: string;
  readonly label: string;
  /** What `text` replaces in the filter: [start, end). */
  readonly start: number;
  readonly end: number;
}

/** All that the page may ask of the worker. Rows and windows are small copies; no column ever crosses. */
export interface Analysis {
  /**
   * Reads files to their ends as one capture, or until cancelled; resolves when the findings are final. One capture at a time.
   * `unread` are files that were meant, but that the browser could not give.
   */
  open(
    files: readonly File[],
    listener: Listener,
    unread?: readonly SkippedFile[],
  ): Promise<Result<Summary, OpenError>>;
  /** Stops reading. What was read stays. */
  cancel(): Promise<void>;
  query(view: View, query: TableQuery): Promise<Result<QueryResult, FilterError>>;
  window<V extends View>(view: V, id: number, start: number, count: number): Promise<readonly Items[V][]>;
  /** Position in the query's order of a row (packets: number - 1); undefined where the filter leaves it out. */
  position(id: number, row: number): Promise<number | undefined>;
  packet(packet: PacketNumber): Promise<PacketDetail | undefined>;
  exchange(exchange: ExchangeRow): Promise<ExchangeDetail | undefined>;
  /** Counts over time; undefined where a newer question came meanwhile. */
  timeline(query: TimelineQuery): Promise<Result<Timeline, FilterError> | undefined>;
  /** Who talks to whom; undefined where a newer question came meanwhile. */
  hostMap(query: MapQuery): Promise<Result<HostMap, FilterError> | undefined>;
  /** The filter with this time range in place of its own; undefined takes it out. */
  withTimeRange(
    filter: string,
    range: readonly [from: Nanoseconds, to: Nanoseconds] | undefined,
  ): Promise<FilterInTime>;
  /** A time of the exchanges that a query answers, summed up; undefined for a query that is no longer kept. */
  times(id: number, measure: TimeMeasure): Promise<TimesOfQuery | undefined>;
  body(exchange: ExchangeRow, side: 'request' | 'response'): Promise<BodyPreview | undefined>;
  /** A body to be saved: its content, or its octets as they were on the wire; more of it than is shown. */
  bodyFile(
    exchange: ExchangeRow,
    side: 'request' | 'response',
    form: 'content' | 'wire',
  ): Promise<BodyFile | undefined>;
  /** The messages inside an exchange (WebSocket, gRPC, events, JSON lines) from `from` (0, then `next`); undefined where it has none. */
  conversation(exchange: ExchangeRow, from: number): Promise<ConversationPart | undefined>;
  flow(flow: FlowRow): Promise<FlowDetail | undefined>;
  /**
   * A window of the ladder of a flow or an exchange: `count` steps from packet `from` on (0: from the first), or, where `count` is negative,
   * the last ones before packet `from` (0: of all). At most 1,000. Undefined where there is nothing to draw.
   */
  ladder(of: LadderOf, from: PacketNumber, count: number): Promise<LadderPart | undefined>;
  hello(hello: HelloRow): Promise<HelloItem | undefined>;
  /** Follow TCP Stream: octets of one flow from `from` (0, then `next`), some 256 KiB a part. */
  follow(flow: FlowRow, direction: 0 | 1 | 'both', from: number): Promise<FollowPart>;
  /**
   * Follow HTTP: heads as sent and content decoded, of an exchange or of all in a flow; of HTTP/2 the fields and the DATA of a
   * stream. Direction 0 is the client's. `from` as in {@link follow}.
   */
  followHttp(
    what: { readonly exchange: ExchangeRow } | { readonly flow: FlowRow },
    direction: 0 | 1 | 'both',
    from: number,
  ): Promise<FollowPart>;
  /** The filter that selects a row's conversation: `tcp.stream eq 5`. */
  conversationFilter(view: View, row: number): Promise<string>;
  complete(text: string, caret: number): Promise<readonly Completion[]>;
  report(): Promise<Report | undefined>;
}
