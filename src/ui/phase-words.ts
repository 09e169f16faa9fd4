import { formatDuration } from '../model/format.ts';
import type { ExchangeTiming, PhaseName, TimeMeasure, TimingEnd } from '../model/timing.ts';

/** How the phases are called. */
export const PHASE_LABELS: { readonly [name in PhaseName]: string } = {
  blocked: 'blocked',
  dns: 'DNS',
  connect: 'connect',
  tls: 'TLS',
  send: 'send',
  wait: 'wait',
  receive: 'receive',
};

/** How the times are called that a table can be sorted and summed up by. */
export const MEASURE_LABELS: { readonly [measure in TimeMeasure]: string } = {
  ...PHASE_LABELS,
  duration: 'duration',
  serverTime: 'server time',
};

/** What the end of a bar means. */
export const END_WORDS: { readonly [end in TimingEnd]: string } = {
  complete: 'complete',
  failed: 'complete, with a server error',
  reset: 'reset before it was complete',
  closed: 'closed before it was complete',
  unanswered: 'no response',
  open: 'still open when the capture ended',
};

/** All phases of a bar in one line, for those who cannot see it. */
export function timingWords(timing: ExchangeTiming): string {
  const parts = timing.phases.map(
    ({ name, duration }) => `${PHASE_LABELS[name]} ${formatDuration(duration)}`,
  );
  if (timing.cut) {
    parts.push(`${PHASE_LABELS[timing.cut.name]} for ${formatDuration(timing.cut.duration)}, not finished`);
  }
  const times = parts.length === 0 ? 'no times known' : parts.join(', ');
  return `${times}; ${END_WORDS[timing.end]}`;
}
