import { MessageMark, MessageState } from '../../src/model/exchange.ts';
import type { Evidence } from '../../src/model/finding.ts';
import { formatAmount, formatCount } from '../../src/model/format.ts';
import { Http2Error } from '../../src/model/http2-registries.ts';
import { StreamKind, StreamMark, StreamSideMark } from '../../src/model/stream.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import { goAwaysOf } from '../control-frames.ts';
import type { Core } from '../core.ts';
import { grpcStatusWords, http2ErrorName, type StreamFacts, streamFacts } from '../http2-words.ts';
import { interimsOf } from '../interims.ts';
import { resetWords } from '../items/exchange-item.ts';
import { clientSide } from '../roles.ts';
import { webSocketFacts } from '../websocket-words.ts';
import { windowWaits } from '../window-words.ts';
import { INTERIMS_SHOWN } from './interim-details.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What is known of the HTTP/2 stream or gRPC call of an exchange, as names and values in the order to show. */
export function exchangeFacts(core: Core, exchange: ExchangeRow): readonly Fact[] {
  const inside = streamFacts(core, exchange);
  if (inside === undefined) return [];
  if (inside.kind === StreamKind.WEBSOCKET) {
    return [...webSocketFacts(core, exchange), ...http2Facts(core, exchange, inside)];
  }
  return [...grpcFacts(core, exchange, inside), ...http2Facts(core, exchange, inside)];
}

function grpcFacts(core: Core, exchange: ExchangeRow, inside: StreamFacts): readonly Fact[] {
  if (inside.kind === StreamKind.HTTP2) return [];
  const facts: Fact[] = [];
  const method = grpcMethod(core.text(core.tables.exchanges.target(exchange)));
  if (method !== undefined) facts.push({ label: 'gRPC method', value: method });
  if (inside.grpcStatus !== undefined) {
    const message = inside.grpcMessage === '' || inside.grpcMessage === 'OK' ? '' : `: ${inside.grpcMessage}`;
    const how = inside.marks & StreamMark.TRAILERS_ONLY ? ', in the only header section (trailers-only)' : '';
    facts.push({ label: 'gRPC status', value: `${grpcStatusWords(inside.grpcStatus)}${message}${how}` });
  } else {
    facts.push({ label: 'gRPC status', value: 'not seen' });
  }
  const { streamSides } = core.tables;
  const sides = [0, 1].map((side) => {
    const count = formatAmount(streamSides.messages(inside.row * 2 + side), 'message');
    const cut = streamSides.marks(inside.row * 2 + side) & StreamSideMark.MESSAGE_CUT;
    return `${count} ${side === 0 ? 'to' : 'from'} the server${cut ? ', the last one cut off' : ''}`;
  });
  facts.push({ label: 'Messages', value: sides.join(', ') });
  return facts;
}

/** `helloworld.Greeter / SayHello` of a gRPC call's :path; undefined where it has another form. */
function grpcMethod(target: string): string | undefined {
  const found = /^\/([^/?]+)\/([^/?]+)$/.exec(target);
  return found === null ? undefined : `${found[1] ?? ''} / ${found[2] ?? ''}`;
}

function http2Facts(core: Core, exchange: ExchangeRow, inside: StreamFacts): readonly Fact[] {
  if (inside.identifier === 0) return [];
  const { streamSides, exchanges } = core.tables;
  const notes: string[] = [];
  if (inside.marks & StreamMark.UPGRADED) notes.push('its request came as HTTP/1.1 with Upgrade: h2c');
  if (inside.marks & StreamMark.EXTENDED_CONNECT) notes.push('extended CONNECT (RFC 8441)');
  if (inside.promisedBy !== undefined) {
    const by = streamFacts(core, inside.promisedBy);
    notes.push(by === undefined ? 'pushed' : `pushed, promised on stream ${by.identifier}`);
  }
  const name = notes.length === 0 ? `${inside.identifier}` : `${inside.identifier}: ${notes.join('; ')}`;
  const facts: Fact[] = [{ label: 'HTTP/2 stream', value: name }];
  if (inside.kind !== StreamKind.WEBSOCKET) {
    const frames = [0, 1].map((side) => {
      const count = streamSides.frames(inside.row * 2 + side);
      return `${formatAmount(count, 'DATA frame')} ${side === 0 ? 'to' : 'from'} the server`;
    });
    facts.push({ label: 'Frames', value: frames.join(', ') });
  }
  for (const { words } of windowWaits(core, inside.row)) facts.push({ label: 'Flow control', value: words });
  for (const { side, code, packet } of inside.resets) {
    const sender = side === 0 ? 'client' : 'server';
    const value = `${http2ErrorName(code)}, from the ${sender} in packet ${formatCount(packet)}${meaning(code, side)}`;
    facts.push({ label: 'RST_STREAM', value });
  }
  const flow = exchanges.flow(exchange);
  for (const frame of isUnfinished(core, exchange) ? goAwaysOf(core, flow) : []) {
    const sender = frame.side === clientSide(core, flow) ? 'client' : 'server';
    const isOut = sender === 'server' && inside.identifier > frame.lastStream;
    const reach = isOut ? ': this stream was not processed' : '';
    facts.push({
      label: 'GOAWAY',
      value: `${http2ErrorName(frame.value)}, last stream ${formatCount(frame.lastStream)}, from the ${sender} in packet ${formatCount(frame.packet)}${reach}`,
    });
  }
  return facts;
}

function meaning(code: number, side: 0 | 1): string {
  if (code === Http2Error.REFUSED_STREAM) return ': not processed, it may be sent again';
  if (code === Http2Error.CANCEL && side === 0) return ': the client does not want it any more';
  return '';
}

function isUnfinished(core: Core, exchange: ExchangeRow): boolean {
  return core.tables.messages.state(exchange * 2 + 1) !== MessageState.COMPLETE;
}

/** Packets and rows that belong to the stream of an exchange: what reset it, who promised it. */
export function streamEvidence(core: Core, exchange: ExchangeRow): readonly Evidence[] {
  const inside = streamFacts(core, exchange);
  if (inside === undefined) return [];
  const found: Evidence[] = [];
  for (const reset of inside.resets) {
    const words = resetWords({ ...inside, resets: [reset] }) ?? '';
    found.push({ kind: 'packet', packet: reset.packet, label: `${words}, packet ${reset.packet}` });
  }
  for (const { side, packet } of windowWaits(core, inside.row)) {
    const sender = side === 0 ? 'client' : 'server';
    if (packet !== 0)
      found.push({ kind: 'packet', packet, label: `the ${sender} used up a window, packet ${packet}` });
  }
  if (inside.promisedBy !== undefined) {
    found.push({ kind: 'exchange', exchange: inside.promisedBy, label: 'the exchange that promised it' });
  }
  return found;
}

/** What else is to know of a message (row of the messages table), in a sentence each. */
export function messageNotes(core: Core, message: number): readonly string[] {
  const { messages } = core.tables;
  const notes: string[] = [];
  const interims = message & 1 ? interimsOf(core, message >>> 1).length : 0;
  if (interims > INTERIMS_SHOWN) {
    notes.push(
      `${formatCount(interims)} interim responses came before it; the first ${INTERIMS_SHOWN} are shown.`,
    );
  }
  if (messages.marks(message) & MessageMark.UNKNOWN_FIELDS) {
    notes.push(
      'Some fields were put into the HPACK table before the capture began. Their places are kept; what they said is not in the capture, and nothing is guessed.',
    );
  }
  if (message & 1 && messages.version(message) === 9) {
    notes.push('An answer to HTTP/0.9 has neither status line nor fields: it is its content alone.');
  }
  return notes;
}
