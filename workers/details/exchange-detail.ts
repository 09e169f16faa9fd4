import { Framing, MessageState } from '../../src/model/exchange.ts';
import type { Evidence } from '../../src/model/finding.ts';
import { formatAmount } from '../../src/model/format.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { ExchangeDetail, MessageDetail } from '../api.ts';
import { conversationSummary } from '../conversations/index.ts';
import type { Core } from '../core.ts';
import { streamFacts } from '../http2-words.ts';
import { exchangeItem, stateWords, versionName } from '../items/exchange-item.ts';
import { timingDetail } from '../overview/timing-detail.ts';
import { sideName } from '../roles.ts';
import { remarkLines, remarkTrailers, violationSentences } from '../violations.ts';
import { interimDetails } from './interim-details.ts';
import { isHandshakeMissing } from '../websocket-words.ts';
import { exchangeFacts, messageNotes, streamEvidence } from './stream-facts.ts';

/** All of one exchange but its bodies; undefined where there is no such exchange. */
export function exchangeDetail(core: Core, exchange: ExchangeRow): ExchangeDetail | undefined {
  if (exchange < 0 || exchange >= core.tables.exchanges.rows) return undefined;
  const conversation = conversationSummary(core, exchange);
  return {
    item: exchangeItem(core, exchange),
    facts: exchangeFacts(core, exchange),
    request: messageDetail(core, exchange * 2),
    response: messageDetail(core, exchange * 2 + 1),
    interims: interimDetails(core, exchange),
    related: related(core, exchange),
    timing: timingDetail(core, exchange),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

function messageDetail(core: Core, message: number): MessageDetail | undefined {
  const { messages } = core.tables;
  const state = messages.state(message);
  // Of a WebSocket whose handshake is missing the table has where its frames begin.
  if (state === MessageState.ABSENT || isHandshakeMissing(core, message >>> 1)) return undefined;
  return {
    startLine: startLine(core, message),
    lines: remarkLines(core, message),
    trailers: remarkTrailers(core, message),
    framing: framingWords(core, message),
    state: stateWords(state, streamFacts(core, message >>> 1)),
    bodyOctets: messages.bodyOctets(message),
    firstPacket: messages.firstPacket(message),
    lastPacket: messages.lastPacket(message),
    violations: violationSentences(messages.violations(message)),
    notes: messageNotes(core, message),
  };
}

/**
 * The start line of a message as sent: `GET /wrong HTTP/1.1`, `HTTP/1.1 200 OK`; empty where it was never complete. HTTP/2 has
 * none: its pseudo-header fields stand among the field lines.
 */
export function startLine(core: Core, message: number): string {
  const { exchanges, messages } = core.tables;
  const exchange = message >>> 1;
  if (messages.framing(message) === Framing.HTTP2) return '';
  // HTTP/0.9 names no version, and its answer has no status line.
  const protocol = messages.version(message) === 9 ? '' : versionName(messages.version(message));
  const words =
    message & 1
      ? [protocol, statusWord(exchanges.status(exchange)), core.text(exchanges.reason(exchange))]
      : [core.text(exchanges.method(exchange)), core.text(exchanges.target(exchange)), protocol];
  return words.filter((word) => word !== '').join(' ');
}

function statusWord(status: number): string {
  return status === 0 ? '' : String(status).padStart(3, '0');
}

/** How the length of a message's content is told, in words. */
function framingWords(core: Core, message: number): string {
  const { messages, sections } = core.tables;
  const section = messages.section(message);
  switch (messages.framing(message)) {
    case Framing.NONE:
      return 'no content';
    case Framing.CONTENT_LENGTH: {
      const length = section === 0 ? NaN : sections.contentLength(section - 1);
      return Number.isNaN(length) ? 'Content-Length' : `Content-Length, ${formatAmount(length, 'octet')}`;
    }
    case Framing.CHUNKED:
      return 'chunked';
    case Framing.UNTIL_CLOSE:
      return 'until the connection closes';
    case Framing.TUNNEL:
      return 'no longer HTTP/1 after this message';
    case Framing.HTTP2:
      return 'HTTP/2 frames';
    case Framing.REPORTED:
      return 'as reported by the HAR file';
    default:
      return '';
  }
}

/** Packets and rows that belong to the exchange: its ends, its flow, and what closed that flow where the exchange was open. */
function related(core: Core, exchange: ExchangeRow): readonly Evidence[] {
  const { exchanges, messages, directions } = core.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const found: Evidence[] = [];
  const packet = (number: number, label: string): void => {
    if (number !== 0) found.push({ kind: 'packet', packet: number, label: `${label}, packet ${number}` });
  };
  const isMissing = isHandshakeMissing(core, exchange);
  packet(messages.firstPacket(request), isMissing ? 'first frame of the client' : 'request');
  packet(messages.firstPacket(response), isMissing ? 'first frame of the server' : 'response');
  if (messages.lastPacket(response) !== messages.firstPacket(response)) {
    packet(messages.lastPacket(response), 'end of the response');
  }
  found.push(...streamEvidence(core, exchange));
  const flow = exchanges.flow(exchange);
  if (flow === 0xffffffff) return found;
  found.push({ kind: 'flow', flow, label: `tcp.stream ${core.tables.flows.number(flow)}` });
  const isUnfinished = messages.state(response) !== MessageState.COMPLETE;
  for (const side of [0, 1] as const) {
    const name = sideName(core, flow, side);
    const direction = flow * 2 + side;
    if (isUnfinished || exchanges.nextInFlow(exchange) === 0) {
      packet(directions.rstPacket(direction), `RST by the ${name}`);
      packet(directions.finPacket(direction), `FIN by the ${name}`);
    }
  }
  return found;
}
