import { MessageState } from '../../src/model/exchange.ts';
import type { Core } from '../core.ts';
import { column, combined, sideOf, type Fill } from './columns.ts';

/** The parts of an exchange's time, as its item shows them. */
type ExchangeTime = 'duration' | 'sending' | 'waiting' | 'receiving';

/**
 * A part of the time of each exchange, in nanoseconds: what begins or ends with a message needs all of that message; NaN where that
 * is not there, or where the response began before the request was over.
 */
export function exchangeTime(core: Core, part: ExchangeTime): Fill {
  const at = (name: 'start' | 'end', side: 0 | 1): Fill => sideOf(column(core, 'messages', name), side);
  const isRequest = part === 'sending' || part === 'waiting';
  const [from, to] = {
    duration: [at('start', 0), at('end', 1)] as const,
    sending: [at('start', 0), at('end', 0)] as const,
    waiting: [at('end', 0), at('start', 1)] as const,
    receiving: [at('start', 1), at('end', 1)] as const,
  }[part];
  const state = sideOf(column(core, 'messages', 'state'), isRequest ? 0 : 1);
  const between = combined(to, from, (end, start) => (end >= start ? end - start : NaN));
  return combined(between, state, (time, is) => (is === MessageState.COMPLETE ? time : NaN));
}
