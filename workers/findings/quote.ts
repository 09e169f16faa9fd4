import { Framing } from '../../src/model/exchange.ts';
import type { Quote } from '../../src/model/finding.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import { fieldName } from '../field-lines.ts';
import { remarkLines, remarkTrailers } from '../violations.ts';
import { type ExchangeFacts, type Facts, type MessageFacts, NO_FLOW } from './facts.ts';
import { formatCount } from '../../src/model/format.ts';
import { shorten } from './words.ts';

/** A line of a quote. */
type QuoteLine = Quote['lines'][number];

/** What a quote adds to the lines of its message. */
export interface QuoteOptions {
  /** What is wrong with the start line. */
  readonly startRemark?: string;
  /** What is to be said of the line of this (lower-case) name. */
  readonly remark?: { readonly name: string; readonly text: string };
  /** The trailer section is meant, where the message has one. */
  readonly isTrailers?: boolean;
  /** Lines of ours about what followed, or what is missing. */
  readonly tail?: readonly string[];
}

/**
 * A message as it was sent: start line and field lines, the offending ones marked. Long sections lose unmarked lines past a
 * limit, and say so.
 */
export function quoteMessage(
  facts: Facts,
  exchange: ExchangeFacts,
  message: MessageFacts,
  options: QuoteOptions = {},
): Quote {
  const row = exchange.row * 2 + (message.isRequest ? 0 : 1);
  const isTrailers = options.isTrailers === true && message.trailers !== 0;
  const { remark } = options;
  const lines = (isTrailers ? remarkTrailers(facts.core, row) : remarkLines(facts.core, row)).map((line) =>
    line.remark === undefined && remark?.name === fieldName(line.text)
      ? { ...line, remark: remark.text }
      : line,
  );
  const shown: QuoteLine[] = [];
  let omitted = 0;
  const tellOmitted = (): void => {
    if (omitted > 0) shown.push({ text: `… ${formatCount(omitted)} more lines`, isOurs: true });
    omitted = 0;
  };
  lines.forEach((line, at) => {
    if (line.remark === undefined && at >= THRESHOLDS.QUOTED_LINES) {
      omitted++;
      return;
    }
    // A thousand repeats of one line say no more than some dozens.
    if (shown.length >= THRESHOLDS.QUOTED_LINES * 2) {
      omitted++;
      return;
    }
    tellOmitted();
    shown.push({ ...line, text: shorten(line.text, THRESHOLDS.QUOTED_LINE) });
  });
  tellOmitted();
  const { startRemark, tail = [] } = options;
  // HTTP/2 has no start line: its pseudo-header fields stand among the lines.
  const hasStart = message.framing !== Framing.HTTP2 && !isTrailers;
  const start: readonly QuoteLine[] = hasStart
    ? [
        {
          text: shorten(message.startLine, 200),
          ...(startRemark === undefined ? {} : { remark: startRemark }),
        },
      ]
    : [];
  const what = message.isRequest ? 'request' : 'answer';
  return {
    title:
      exchange.flow === NO_FLOW
        ? `The ${what} as the HAR file reports it`
        : isTrailers
          ? `The trailers of the ${what} as they were sent`
          : `The ${what} as it was sent`,
    packet: isTrailers ? message.lastPacket : message.firstPacket,
    exchange: exchange.row,
    lines: [...start, ...shown, ...tail.map((text) => ({ text, isOurs: true }))],
  };
}
