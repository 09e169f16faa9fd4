import { type AnalysisWorker, proxy, spawnWorker } from '../platform/spawn-worker.ts';
import type {
  Analysis,
  Completion,
  ConversationPart,
  ExchangeDetail,
  FilterError,
  FilterInTime,
  FlowDetail,
  FollowPart,
  HelloItem,
  HostMap,
  Items,
  LadderOf,
  LadderPart,
  Listener,
  MapQuery,
  BodyFile,
  BodyPreview,
  OpenError,
  PacketDetail,
  QueryResult,
  Report,
  Result,
  SkippedFile,
  Summary,
  TableQuery,
  Timeline,
  TimelineQuery,
  TimeMeasure,
  TimesOfQuery,
  View,
} from './worker.ts';

/** A call that failed by a bug never settles: nothing may be built on it, and the page is told through `onFault`. */
const NEVER = new Promise<never>(() => {});

/** The worker as the session sees it: one object that stays while the worker behind it may be replaced. */
export class AnalysisClient implements Analysis {
  #onFault: (message: string, isFatal: boolean) => void;
  #worker: Promise<AnalysisWorker>;

  /** `onFault` is called when the analyser breaks; a fatal fault ends the reading: see {@link replace}. */
  constructor(onFault: (message: string, isFatal: boolean) => void) {
    this.#onFault = onFault;
    this.#worker = this.#spawn();
  }

  /** Ends the worker and starts a new one, which knows no capture. */
  replace(): void {
    void this.#worker.then((worker) => worker.terminate());
    this.#worker = this.#spawn();
  }

  open(
    files: readonly File[],
    listener: Listener,
    unread: readonly SkippedFile[] = [],
  ): Promise<Result<Summary, OpenError>> {
    return this.#call<Result<Summary, OpenError>>(
      (analysis) => analysis.open(files, proxy(listener), unread),
      true,
    );
  }
  cancel(): Promise<void> {
    return this.#call((analysis) => analysis.cancel());
  }
  query(view: View, query: TableQuery): Promise<Result<QueryResult, FilterError>> {
    return this.#call<Result<QueryResult, FilterError>>((analysis) => analysis.query(view, query));
  }
  window<V extends View>(view: V, id: number, start: number, count: number): Promise<readonly Items[V][]> {
    // Comlink's types lose V; what crosses the border is what the worker's own type says.
    return this.#call(
      // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- see above
      (analysis) => analysis.window(view, id, start, count) as Promise<readonly Items[V][]>,
    );
  }
  position(id: number, row: number): Promise<number | undefined> {
    return this.#call((analysis) => analysis.position(id, row));
  }
  packet(packet: number): Promise<PacketDetail | undefined> {
    return this.#call((analysis) => analysis.packet(packet));
  }
  exchange(exchange: number): Promise<ExchangeDetail | undefined> {
    return this.#call((analysis) => analysis.exchange(exchange));
  }
  timeline(query: TimelineQuery): Promise<Result<Timeline, FilterError> | undefined> {
    return this.#call<Result<Timeline, FilterError> | undefined>((analysis) => analysis.timeline(query));
  }
  hostMap(query: MapQuery): Promise<Result<HostMap, FilterError> | undefined> {
    return this.#call<Result<HostMap, FilterError> | undefined>((analysis) => analysis.hostMap(query));
  }
  withTimeRange(filter: string, range: readonly [number, number] | undefined): Promise<FilterInTime> {
    return this.#call((analysis) => analysis.withTimeRange(filter, range));
  }
  times(id: number, measure: TimeMeasure): Promise<TimesOfQuery | undefined> {
    return this.#call((analysis) => analysis.times(id, measure));
  }
  body(exchange: number, side: 'request' | 'response'): Promise<BodyPreview | undefined> {
    return this.#call((analysis) => analysis.body(exchange, side));
  }
  bodyFile(
    exchange: number,
    side: 'request' | 'response',
    form: 'content' | 'wire',
  ): Promise<BodyFile | undefined> {
    return this.#call((analysis) => analysis.bodyFile(exchange, side, form));
  }
  conversation(exchange: number, from: number): Promise<ConversationPart | undefined> {
    return this.#call((analysis) => analysis.conversation(exchange, from));
  }
  flow(flow: number): Promise<FlowDetail | undefined> {
    return this.#call((analysis) => analysis.flow(flow));
  }
  ladder(of: LadderOf, from: number, count: number): Promise<LadderPart | undefined> {
    return this.#call((analysis) => analysis.ladder(of, from, count));
  }
  hello(hello: number): Promise<HelloItem | undefined> {
    return this.#call((analysis) => analysis.hello(hello));
  }
  follow(flow: number, direction: 0 | 1 | 'both', from: number): Promise<FollowPart> {
    return this.#call((analysis) => analysis.follow(flow, direction, from));
  }
  followHttp(
    what: { readonly exchange: number } | { readonly flow: number },
    direction: 0 | 1 | 'both',
    from: number,
  ): Promise<FollowPart> {
    return this.#call((analysis) => analysis.followHttp(what, direction, from));
  }
  conversationFilter(view: View, row: number): Promise<string> {
    return this.#call((analysis) => analysis.conversationFilter(view, row));
  }
  complete(text: string, caret: number): Promise<readonly Completion[]> {
    return this.#call((analysis) => analysis.complete(text, caret));
  }
  report(): Promise<Report | undefined> {
    return this.#call((analysis) => analysis.report());
  }

  #spawn(): Promise<AnalysisWorker> {
    return spawnWorker((message) => this.#onFault(message, true));
  }

  async #call<Answer>(
    ask: (analysis: AnalysisWorker['analysis']) => Promise<Answer>,
    isFatal = false,
  ): Promise<Answer> {
    const worker = this.#worker;
    try {
      return await ask((await worker).analysis);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (worker === this.#worker) this.#onFault(message, isFatal);
      return NEVER;
    }
  }
}
