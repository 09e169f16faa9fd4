import { MessageState } from '../../../src/model/exchange.ts';
import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark, SynOption } from '../../../src/model/flow.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { FlowRow, Nanoseconds, PacketNumber } from '../../../src/model/units.ts';
import { type Concerned, concernedBy } from '../concerned.ts';
import { evidenceOf, exampleLadder, sidesOf } from '../example.ts';
import type { Facts, Side } from '../facts.ts';
import { lastExchanges } from '../flow-exchanges.ts';
import { type Group, Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { type Claims, Draft, Impact, type ImpactLevel, type Rule, type Statement } from '../rule.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

/** The longest time that a side took nothing in. */
interface Shut {
  readonly flow: FlowRow;
  /** The side that did not read. */
  readonly reader: Side;
  readonly from: PacketNumber;
  /** The packet that opened the window again; 0 where none did. */
  readonly until: PacketNumber;
  readonly time: Nanoseconds;
}

/** The exchange is what was being sent to the reader. */
interface Stall extends Shut, Concerned {
  readonly impact: ImpactLevel;
}

/** A window of 0 for so long that it was felt: the process at that side does not read. */
export const zeroWindow: Rule = {
  id: 'zero-window',
  looksFor: 'a receiver that takes nothing in for a second or more',
  unseen: noConnection,
  find(facts, claims) {
    const groups = new Groups<string>();
    const found = new Map<FlowRow, Shut>();
    for (const flow of facts.troubled(FlowMark.ZERO_WINDOW)) {
      const shut = longestShut(facts, flow);
      if (shut === undefined || shut.time < THRESHOLDS.SHUT) continue;
      found.set(flow, shut);
      const { reader } = shut;
      const server = facts.endpointKey(flow, other(facts.clientOf(flow)));
      const key = `${facts.addressRow(flow, reader)} ${server} ${reader === facts.clientOf(flow) ? 'client' : 'server'}`;
      groups.add(key, flow, flow, shut.until === 0);
    }
    return groups.largest().flatMap((group) => {
      const stalls = [...group.broken, ...group.others].slice(0, THRESHOLDS.EXAMINED).flatMap((flow) => {
        const shut = found.get(flow);
        return shut === undefined ? [] : [examine(facts, shut)];
      });
      const meant = stalls.filter((stall) => !isExplained(claims, stall));
      const first = meant[0];
      if (first === undefined) return [];
      const best = meant.reduce((a, b) => ((b.impact - a.impact || b.time - a.time) > 0 ? b : a), first);
      const draft = new Draft('zero-window', tell(facts, best, meant, group));
      // A reader that paused for a while explains nothing of what came later.
      for (const stall of meant) if (stall.impact >= Impact.CAN_BREAK) claim(claims, stall, draft);
      return [draft];
    });
  },
};

function isExplained(claims: Claims, { flow, exchange }: Stall): boolean {
  return (
    claims.causeOf({ flow, ...(exchange === undefined ? {} : { exchange: exchange.row }) }) !== undefined
  );
}

function claim(claims: Claims, { flow, exchange, downstream, felt, until }: Stall, draft: Draft): void {
  if (exchange !== undefined) claims.exchange(exchange.row, draft);
  if (until === 0) claims.flow(flow, draft);
  if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
}

/** The longest time that the window of a side was 0, or has been at the end. */
function longestShut(facts: Facts, flow: FlowRow): Shut | undefined {
  const { directions, flows } = facts.tables;
  let longest: Shut | undefined;
  for (const reader of [0, 1] as const) {
    const own = flow * 2 + reader;
    const [from, until] = [directions.longestShutFrom(own), directions.longestShutUntil(own)];
    const ended = { flow, reader, from, until, time: facts.time(until) - facts.time(from) };
    const shut = directions.shutPacket(own);
    const isShut = (directions.synOptions(own) & SynOption.SHUT) !== 0;
    const open = {
      flow,
      reader,
      from: shut,
      until: 0,
      time: facts.time(flows.lastPacket(flow)) - facts.time(shut),
    };
    for (const one of [...(from === 0 ? [] : [ended]), ...(isShut ? [open] : [])]) {
      // Who has nothing to wait for is no case: the other side must have had more to send.
      if (directions.lastDataPacket(flow * 2 + other(reader)) === 0) continue;
      if (longest === undefined || one.time > longest.time) longest = one;
    }
  }
  return longest;
}

function examine(facts: Facts, shut: Shut): Stall {
  const { flow, reader, from } = shut;
  const client = facts.clientOf(flow);
  const { messages } = facts.tables;
  // The message that went to the reader when the window was shut.
  const side = reader === client ? 1 : 0;
  const row = lastExchanges(facts, flow).find((one) => {
    const first = messages.firstPacket(one * 2 + side);
    return first !== 0 && first <= from;
  });
  const isThen =
    row !== undefined &&
    (messages.lastPacket(row * 2 + side) >= from || messages.state(row * 2 + side) !== MessageState.COMPLETE);
  const concerned = concernedBy(facts, flow, isThen ? row : undefined);
  return { ...shut, ...concerned, impact: impactOf(facts, shut, concerned) };
}

function impactOf(facts: Facts, { flow, reader, until }: Shut, { exchange, felt }: Concerned): ImpactLevel {
  if (felt !== undefined && until === 0) return Impact.FELT;
  if (until !== 0) return Impact.ODD;
  const close = facts.closes(flow)[0];
  if (close === undefined) return Impact.ODD;
  // A reader that closes has lost interest: it may be meant. A sender that closes gave up on it.
  const isCut = exchange !== undefined || close.how === 'RST';
  if (close.side !== reader) return isCut && close.how === 'RST' ? Impact.BROKE : Impact.ODD;
  return Impact.ODD;
}

function tell(facts: Facts, best: Stall, stalls: readonly Stall[], group: Group<string>): Statement {
  const { flow, reader, from, until, time, exchange, downstream, participants, felt, impact } = best;
  const isClient = reader === facts.clientOf(flow);
  const [slow, sender] = isClient
    ? [participants.client, participants.server]
    : [participants.server, participants.client];
  const took = formatDuration(time);
  const times = facts.tables.directions.zeroWindows(flow * 2 + reader);
  const first: Evidence = {
    kind: 'packet',
    packet: from,
    label: `packet ${formatCount(from)}, window 0 of ${slow.noun}`,
  };
  const close = facts.closes(flow)[0];
  const did = close?.how === 'RST' ? 'reset the connection' : 'closed the connection';
  const closer = close?.side === reader ? slow : sender;
  const ladder = draw(facts, best);
  return {
    impact,
    title: `${capitalize(slow.noun)} took nothing in for ${took}: its window was 0`,
    scope: `${sidesOf(facts, group.flows, isClient)} from ${sidesOf(facts, group.flows, !isClient)}`,
    lead: prose(
      exchange === undefined
        ? `While ${sender.noun} was sending, `
        : [
            `While ${sender.noun} was sending `,
            code(isClient ? (exchange.response?.startLine ?? '') : (exchange.request?.startLine ?? '')),
            ', ',
          ],
      `${slow.noun} told a window of 0 and `,
      { strong: `took nothing in for ${took}` },
      until === 0
        ? close === undefined
          ? ', up to the end of the capture.'
          : `; it never opened again, and ${closer.noun} ${did}.`
        : ', then it went on.',
      times > 1 ? ` It told so ${formatAmount(times, 'time')} in all.` : undefined,
      felt === undefined || until !== 0
        ? undefined
        : [` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'],
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'connection')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: stalls
      .flatMap((one) => [one.from, one.until])
      .filter((packet) => packet !== 0)
      .sort((a, b) => a - b),
    whyItMatters: prose(
      `The network and ${sender.noun} were ready: the process at ${slow.noun} did not read from its socket. It may be busy or blocked, or hold back on purpose (a player with a full buffer, a paused download, a proxy whose own caller is slow).`,
    ),
    whatToChange: [
      prose(
        `Look at what ${slow.noun} did for ${took}: garbage collection, a lock, a full disk, CPU limits (throttling), a slow receiver behind it.`,
      ),
      prose(
        'Where it holds back on purpose, nothing: but no timeout before it may be shorter than such a pause.',
      ),
    ],
    logWords: [
      'Wireshark: TCP ZeroWindow, TCP Window Full',
      'Envoy: 504 UT, or DC with a large duration',
      'nginx: client timed out (110: Connection timed out) while sending to client',
      'HAProxy: termination state cD--',
    ],
    sources: ['RFC 9293 section 3.8.6.1'],
    evidence: evidenceOf(facts, first, {
      ...(exchange === undefined ? {} : { exchange }),
      downstream,
      ...(until === 0 ? {} : { close: { packet: until, label: 'window opened again' } }),
      flow,
    }),
    ...judge(facts, [flow], 'octets', 'The window of 0 and what followed it were captured.'),
    ...(ladder === undefined ? {} : { ladder }),
    time: facts.time(from),
  };
}

function draw(facts: Facts, best: Stall): Statement['ladder'] {
  const { flow, reader, from, until, time, exchange, downstream, participants } = best;
  if (exchange !== undefined && downstream !== undefined) {
    const key = { packet: from, label: 'window 0', side: reader };
    return exampleLadder(facts, { exchange, downstream, participants }, { key });
  }
  const builder = new LadderBuilder(facts);
  const client = facts.clientOf(flow);
  const left = builder.lifeline(participants.client, facts.endpoint(flow, client));
  const right = builder.lifeline(participants.server, facts.endpoint(flow, other(client)));
  if (exchange !== undefined) builder.exchange(exchange, left, right);
  const [at, to] = reader === client ? [left, right] : [right, left];
  builder.step(at, to, from, 'window 0', { tone: 'bad' });
  builder.step(at, to, until, `window open again, ${formatDuration(time)} later`, { isKey: true });
  const lifelines: readonly [number, number] = client === 0 ? [left, right] : [right, left];
  if (exchange === undefined || exchange.isLast) builder.closes(facts.closes(flow), lifelines, undefined);
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}
