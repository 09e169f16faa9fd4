import { MessageState } from '../../src/model/exchange.ts';
import type { TimeMeasure } from '../../src/model/timing.ts';
import type { Nanoseconds } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';
import { connectOf, NO_FLOW, roundTripOf, tlsOf } from '../overview/connection-times.ts';
import {
  BlockColumn,
  column,
  combined,
  forBlocks,
  mapped,
  sideOf,
  wholeColumn,
  type Fill,
} from './columns.ts';

/**
 * A time of each exchange, in nanoseconds: what begins or ends with a message needs all of that message; NaN where that is not there,
 * or where the response began before the request was over.
 */
export function exchangeTime(core: Core, measure: TimeMeasure): Fill {
  switch (measure) {
    case 'duration':
    case 'send':
    case 'wait':
    case 'receive':
      return betweenMessages(core, measure);
    case 'connect':
      return ofConnection(core, (flow) => connectOf(core, flow)?.duration, measure);
    case 'tls':
      return ofConnection(core, (flow) => tlsOf(core, flow)?.duration, measure);
    case 'blocked':
    case 'dns':
      return ofConnection(core, undefined, measure);
    case 'serverTime':
      return serverTime(core);
  }
}

/** When each exchange began: the first octet of its request, or of its response where there is no request. */
export function exchangeStart(core: Core): Fill {
  const start = column(core, 'messages', 'start');
  return combined(sideOf(start, 0), sideOf(start, 1), (a, b) => (Number.isNaN(a) ? b : a));
}

function betweenMessages(core: Core, part: 'duration' | 'send' | 'wait' | 'receive'): Fill {
  const at = (name: 'start' | 'end', side: 0 | 1): Fill => sideOf(column(core, 'messages', name), side);
  const isRequest = part === 'send' || part === 'wait';
  const [from, to] = {
    duration: [at('start', 0), at('end', 1)] as const,
    send: [at('start', 0), at('end', 0)] as const,
    wait: [at('end', 0), at('start', 1)] as const,
    receive: [at('start', 1), at('end', 1)] as const,
  }[part];
  const state = sideOf(column(core, 'messages', 'state'), isRequest ? 0 : 1);
  const between = combined(to, from, (end, start) => (end >= start ? end - start : NaN));
  return combined(between, state, (time, is) => (is === MessageState.COMPLETE ? time : NaN));
}

/** A time that the first exchange of a connection has; of an exchange without packets, the one that is reported. */
function ofConnection(
  core: Core,
  measured: ((flow: number) => Nanoseconds | undefined) | undefined,
  name: 'blocked' | 'dns' | 'connect' | 'tls',
): Fill {
  const reported = reportedOf(core);
  const { firstExchange } = core.tables.flows;
  const flows = column(core, 'exchanges', 'flow');
  return (from, into) => {
    flows(from, into);
    for (let at = 0; at < into.length; at++) {
      const flow = into[at] ?? NO_FLOW;
      const row = from + at;
      if (flow === NO_FLOW) into[at] = reported?.exchange(row)?.phases[name] ?? NaN;
      else into[at] = firstExchange(flow) === row + 1 ? (measured?.(flow) ?? NaN) : NaN;
    }
  };
}

/**
 * The waiting without the round trip to the server and back, by the connection's handshake: an estimate. NaN where no round trip is
 * known, where the waiting is shorter than it, and where the response before was still outstanding (pipelining), so that waiting and
 * network overlap.
 */
function serverTime(core: Core): Fill {
  let values: Float64Array | undefined;
  const make = (): Float64Array => {
    const { exchanges, flows } = core.tables;
    const values = wholeColumn(exchangeTime(core, 'wait'), exchanges.rows);
    const requestEnd = new BlockColumn(sideOf(column(core, 'messages', 'end'), 0));
    const responseEnd = new BlockColumn(sideOf(column(core, 'messages', 'end'), 1));
    const { identifier } = core.tables.streams;
    const links = column(core, 'exchanges', 'stream');
    const stream = new BlockColumn(mapped(links, (link) => (link === 0 ? 0 : identifier(link - 1))));
    const flowOf = new BlockColumn(column(core, 'exchanges', 'flow'));
    // By flow: its round trip, -1 before it was looked at; when its last response so far was over.
    const trips = new Float64Array(flows.rows).fill(-1);
    const answered = new Float64Array(flows.rows).fill(-Infinity);
    forBlocks(exchanges.rows, (from, count) => {
      for (const block of [requestEnd, responseEnd, stream, flowOf]) block.read(from, count);
      for (let at = 0; at < count; at++) {
        const flow = flowOf.values[at] ?? NO_FLOW;
        const wait = values[from + at] ?? NaN;
        values[from + at] = NaN;
        if (flow === NO_FLOW) continue;
        const before = answered[flow] ?? NaN;
        const isHeldUp = stream.values[at] === 0 && before > (requestEnd.values[at] ?? NaN);
        const end = responseEnd.values[at] ?? NaN;
        if (end > before) answered[flow] = end;
        if (wait !== wait || isHeldUp) continue;
        let trip = trips[flow] ?? NaN;
        if (trip === -1) trips[flow] = trip = roundTripOf(core, flow)?.toServer ?? NaN;
        if (wait > trip) values[from + at] = wait - trip;
      }
    });
    return values;
  };
  return (from, into) => {
    values ??= make();
    into.set(values.subarray(from, from + into.length));
  };
}
