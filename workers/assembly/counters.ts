// Numbers over the whole capture (src/model/counter.ts).

import { f64Of, setF64 } from './columns';
import { isCounting } from './issues';

const counters: usize = memory.data(32 * 8, 8);

/** Adds to a counter, unless a packet is decoded again. */
export function count(counter: u32, add: f64): void {
  if (!isCounting) return;
  const at = counters + ((<usize>counter) << 3);
  setF64(at, 0, f64Of(at, 0) + add);
}

/** What a counter has come to. */
export function counter(index: u32): f64 {
  return f64Of(counters + ((<usize>index) << 3), 0);
}
