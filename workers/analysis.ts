import type { Result } from '../src/model/result.ts';
import type { Bytes } from '../src/model/units.ts';
import type { Analysis, Listener, OpenError, SkippedFile, Summary } from './api.ts';
import { bodyFile, bodyPreview } from './bodies/body.ts';
import { conversationFilter } from './conversation.ts';
import { conversation } from './conversations/index.ts';
import { Cadence } from './cadence.ts';
import { Core } from './core.ts';
import { exchangeDetail } from './details/exchange-detail.ts';
import { flowDetail } from './details/flow-detail.ts';
import { packetDetail } from './details/packet-detail.ts';
import { ladderPart } from './details/segment-steps.ts';
import { buildReport } from './export/report.ts';
import { followHttp } from './follow-http.ts';
import { helloItem } from './items/hello-item.ts';
import { OpenCapture } from './open-capture.ts';
import { complete } from './query/index.ts';
import { withTimeRange } from './query/time-range.ts';
import { type Contents, findContents } from './source/contents.ts';

/** A call of open(): which one, and when. */
interface Opening {
  readonly call: number;
  readonly began: number;
}

/** The object behind the page's API. `module` is the compiled core; every capture gets a core of its own. */
export function createAnalysis(module: WebAssembly.Module): Analysis {
  let capture: OpenCapture | undefined;
  /** Ends when the capture that was begun last is read. */
  let reading: Promise<unknown> = Promise.resolve();
  /** Calls of open(), the one whose file was last accepted, and the last one that was cancelled. */
  let calls = 0;
  let accepted = 0;
  let cancelled = 0;

  /** The open capture; asking before there is one is a bug of the caller. */
  const opened = (): OpenCapture => {
    if (!capture) throw new Error('InvariantError: no capture is open');
    return capture;
  };

  const begin = async (
    contents: Contents,
    listener: Listener,
    { call, began }: Opening,
  ): Promise<Result<Summary, OpenError>> => {
    // The core of the capture before is let go before the next one takes its memory.
    capture = undefined;
    const next = new OpenCapture(await Core.create(module), contents, began);
    capture = next;
    if (call < accepted || call <= cancelled) next.cancel();
    const result = await next.read(listener);
    if (!result.ok) capture = undefined;
    return result;
  };

  const open = async (
    files: readonly File[],
    listener: Listener,
    unread: readonly SkippedFile[] = [],
  ): Promise<Result<Summary, OpenError>> => {
    const opening = { call: ++calls, began: performance.now() };
    const { call, began } = opening;
    const cadence = new Cadence(began);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const hooks = {
      isCancelled: () => call < accepted || call <= cancelled,
      passed: (bytesRead: Bytes) => {
        if (!cadence.isProgressDue(performance.now())) return;
        listener.progress({ bytesRead, bytes, packets: 0, isDone: false, isUnpacking: true });
      },
    };
    const contents = await findContents(files, hooks, unread);
    // What is open stays: a file that is no capture takes nothing away.
    if (!contents.ok) return contents;
    accepted = Math.max(accepted, call);
    capture?.cancel();
    const result = reading.then(() => begin(contents.value, listener, opening));
    reading = result.catch(() => undefined);
    return result;
  };

  const cancel = (): void => {
    cancelled = calls;
    capture?.cancel();
  };

  return {
    open,
    cancel: () => Promise.resolve(cancel()),
    query: (view, query) => Promise.resolve(opened().query(view, query)),
    window: (view, id, start, count) => opened().window(view, id, start, count),
    position: (id, row) => Promise.resolve(opened().position(id, row)),
    packet: (packet) => packetDetail(opened().core, opened(), packet),
    exchange: (exchange) => Promise.resolve(exchangeDetail(opened().core, exchange)),
    timeline: (query) => opened().overview.timeline(query),
    hostMap: (query) => opened().overview.hostMap(query),
    withTimeRange: (filter, range) => Promise.resolve(withTimeRange(opened().core, filter, range)),
    times: (id, measure) => Promise.resolve(opened().times(id, measure)),
    body: (exchange, side) => {
      const { core, reader, desk } = opened();
      return desk.exclusively(() => bodyPreview(core, reader, exchange, side));
    },
    bodyFile: (exchange, side, form) => {
      const { core, reader, desk } = opened();
      return desk.exclusively(() => bodyFile(core, reader, exchange, side, form));
    },
    conversation: (exchange, from) => {
      const capture = opened();
      return capture.desk.exclusively(() => conversation(capture, exchange, from));
    },
    flow: (flow) => Promise.resolve(flowDetail(opened().core, flow)),
    ladder: (of, from, count) => ladderPart(opened().core, opened().reader, of, from, count),
    hello: (hello) => {
      const { core } = opened();
      return Promise.resolve(hello < core.tables.hellos.rows ? helloItem(core, hello) : undefined);
    },
    follow: (flow, direction, from) => opened().desk.follow(flow, direction, from),
    followHttp: (what, direction, from) => {
      const { core, reader, desk } = opened();
      return desk.exclusively(() => followHttp(core, reader, what, direction, from));
    },
    conversationFilter: (view, row) => Promise.resolve(conversationFilter(opened().core, view, row)),
    complete: (text, caret) => Promise.resolve(capture ? complete(capture.core, text, caret) : []),
    report: () => {
      const findings = capture?.findings;
      return Promise.resolve(capture && findings && buildReport(capture.core, capture.summary, findings));
    },
  };
}
