import { MessageState } from '../../../src/model/exchange.ts';
import type { Evidence } from '../../../src/model/finding.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { StreamSideMark } from '../../../src/model/stream.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { Nanoseconds, PacketNumber } from '../../../src/model/units.ts';
import { windowName } from '../../window-words.ts';
import { findDownstream } from '../correlate.ts';
import { endpointsOf, evidenceOf } from '../example.ts';
import { ANY, type ExchangeFacts, type Facts } from '../facts.ts';
import { Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { nameParticipants, type Participants } from '../roles.ts';
import { Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { noStreams } from '../unseen.ts';
import { code, prose } from '../words.ts';

/** A message that was held up by a window of its receiver. */
interface Held {
  readonly exchange: ExchangeFacts;
  readonly participants: Participants;
  /** 0 the request waited for the server, 1 the response for the client. */
  readonly side: 0 | 1;
  /** In all, and how long the exchange took. */
  readonly waited: Nanoseconds;
  readonly took: Nanoseconds;
  /** The last time: where DATA used up the window, and where the receiver opened it. */
  readonly from: PacketNumber;
  readonly until: PacketNumber;
  /** {@link StreamSideMark} bits of the windows that were used up. */
  readonly marks: number;
}

/** DATA that waited for WINDOW_UPDATE for much of its exchange's time (RFC 9113 section 5.2): slow, not broken. */
export const h2Window: Rule = {
  id: 'h2-window',
  looksFor: 'HTTP/2 content that is held up by its receiver’s window',
  unseen: noStreams,
  find(facts) {
    const groups = new Groups<string>();
    const { streams, streamSides, exchanges } = facts.tables;
    for (const row of facts.select('streamSides', 'windowUntil', ANY)) {
      if (streamSides.windowWaited(row) < THRESHOLDS.WINDOW_WAIT) continue;
      const exchange = streams.exchange(row >>> 1);
      const { waited, took } = timesOf(facts, exchange, row);
      if (!(waited >= took * THRESHOLDS.WINDOW_SHARE)) continue;
      const flow = exchanges.flow(exchange);
      const client = facts.clientOf(flow);
      const receiver = row & 1 ? client : other(client);
      const server = facts.endpointKey(flow, other(client));
      groups.add(`${facts.addressRow(flow, receiver)} ${server} ${row & 1}`, row, flow, true);
    }
    return groups.largest().map((group) => {
      const held = group.broken.map((row) => examine(facts, row));
      const best = held.reduce((a, b) => (b.waited > a.waited ? b : a));
      return new Draft('h2-window', tell(facts, best, held, group.flows, group.count));
    });
  },
};

/** How long a side (row of its table) waited, and its exchange took. */
function timesOf(
  facts: Facts,
  exchange: number,
  row: number,
): { readonly waited: Nanoseconds; readonly took: Nanoseconds } {
  const { messages, streamSides } = facts.tables;
  const [request, response] = [exchange * 2, exchange * 2 + 1];
  const start = Math.min(
    ...[messages.start(request), messages.start(response)].filter((time) => !Number.isNaN(time)),
  );
  // What is not over took at least as long as it was seen.
  const last = Math.max(
    messages.lastPacket(request),
    messages.lastPacket(response),
    streamSides.windowUntil(row),
  );
  return { waited: streamSides.windowWaited(row), took: facts.time(last) - start };
}

function examine(facts: Facts, row: number): Held {
  const { streams, streamSides } = facts.tables;
  const exchange = facts.exchange(streams.exchange(row >>> 1));
  return {
    exchange,
    participants: nameParticipants(facts, exchange, findDownstream(facts, exchange)),
    side: row & 1 ? 1 : 0,
    ...timesOf(facts, exchange.row, row),
    from: streamSides.windowPacket(row),
    until: streamSides.windowUntil(row),
    marks:
      streamSides.marks(row) & (StreamSideMark.WINDOW_USED_UP | StreamSideMark.CONNECTION_WINDOW_USED_UP),
  };
}

function tell(
  facts: Facts,
  best: Held,
  held: readonly Held[],
  flows: ReadonlySet<number>,
  count: number,
): Statement {
  const { exchange, participants, side, waited, took, from, until, marks } = best;
  const [sender, receiver] =
    side === 1 ? [participants.server, participants.client] : [participants.client, participants.server];
  const client = facts.clientOf(exchange.flow);
  const reader = side === 1 ? client : other(client);
  const message = side === 1 ? exchange.response : exchange.request;
  const name = side === 1 ? 'response' : 'request';
  const time = formatDuration(waited);
  const first: Evidence = {
    kind: 'packet',
    packet: from,
    label: `packet ${formatCount(from)}, DATA of ${sender.noun} used up the window`,
  };
  const roundTrip = facts.roundTrip(exchange.flow);
  const ladder = draw(facts, best);
  const isOver = message?.state === MessageState.COMPLETE;
  return {
    impact: Impact.ODD,
    title: `The ${name} waited ${time} for WINDOW_UPDATE from ${receiver.noun}`,
    scope: `${endpointsOf(facts, flows, () => reader)} from ${endpointsOf(facts, flows, () => other(reader))}`,
    lead: prose(
      `While ${sender.noun} was sending the ${name} of `,
      code(`${exchange.method} ${exchange.target}`.trim() || 'an exchange'),
      `, its DATA used up ${windowName(marks)}: `,
      { strong: `${time} of ${formatDuration(took)}` },
      ` (${Math.round((100 * waited) / took)} %) passed until ${receiver.noun} opened it again with WINDOW_UPDATE or SETTINGS.`,
      roundTrip === undefined ? undefined : ` A round trip took ${formatDuration(roundTrip)}.`,
      isOver ? undefined : ` The ${name} had not ended where the capture of it does.`,
      count > 1 ? ` So it went for ${formatAmount(count, name)}.` : undefined,
    ),
    count,
    flows: [...flows],
    packets: held
      .flatMap((one) => [one.from, one.until])
      .filter((packet) => packet !== 0)
      .sort((a, b) => a - b),
    whyItMatters: prose(
      `The network and ${sender.noun} were ready for more: the time went by until ${receiver.noun} took its content in. Either its program reads slowly, perhaps on purpose (a paused download, a proxy whose own caller is slow), or its window is small for the way: no more than one window can be sent in a round trip.`,
    ),
    whatToChange: [
      prose(
        `Where single waits are much longer than a round trip: look at what the reader at ${receiver.noun} did meanwhile, and whether it hands on to somebody slow.`,
      ),
      prose(
        `Where they are about a round trip: let ${receiver.noun} offer larger windows, for the stream (SETTINGS_INITIAL_WINDOW_SIZE) and for the connection. Envoy: `,
        code('initial_stream_window_size'),
        ', ',
        code('initial_connection_window_size'),
        '; Go: ',
        code('MaxUploadBufferPerStream'),
        '; gRPC: ',
        code('InitialWindowSize'),
        '.',
      ),
    ],
    logWords: [
      'Envoy: downstream_flow_control_paused_reading_total, upstream_flow_control_paused_reading_total',
    ],
    sources: ['RFC 9113 section 5.2', 'RFC 9113 section 6.9'],
    evidence: evidenceOf(facts, first, {
      exchange,
      close: { packet: until, label: 'window opened again' },
      flow: exchange.flow,
    }),
    ...judge(
      facts,
      [exchange.flow],
      'octets',
      'All DATA since the connection’s preface was captured, and taken off the windows that were given.',
    ),
    ...(ladder === undefined ? {} : { ladder }),
    time: facts.time(from),
  };
}

function draw(facts: Facts, { exchange, participants, side, from, until }: Held): Statement['ladder'] {
  const builder = new LadderBuilder(facts);
  const client = facts.clientOf(exchange.flow);
  const left = builder.lifeline(participants.client, facts.endpoint(exchange.flow, client));
  const right = builder.lifeline(participants.server, facts.endpoint(exchange.flow, other(client)));
  builder.exchange(exchange, left, right);
  const [at, to] = side === 1 ? [right, left] : [left, right];
  const wait = formatDuration(facts.time(until) - facts.time(from));
  builder.step(at, to, from, 'DATA, window used up', { tone: 'bad', isKey: true });
  builder.step(to, at, until, `window open again, ${wait} later`, { isKey: true });
  return builder.build(`Stream ${formatCount(facts.stream(exchange.flow))}`);
}
