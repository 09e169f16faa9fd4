import { HelloOutcome } from '../../src/model/hello.ts';
import type { Evidence, Ladder, Prose, Quote, RuleId } from '../../src/model/finding.ts';
import { ALERT_DESCRIPTIONS, TLS_VERSIONS } from '../../src/model/registries.ts';
import { THRESHOLDS } from '../../src/model/thresholds.ts';
import type { HelloRow } from '../../src/model/units.ts';
import { feltByCaller, findFailedDownstream } from './correlate.ts';
import { addressesOf, endpointsOf, evidenceOf } from './example.ts';
import type { ExchangeFacts, Facts } from './facts.ts';
import { Groups } from './group.ts';
import {
  type HelloFacts,
  helloFacts,
  isOverQuic,
  profileOf,
  serverKey,
  type ServerProfile,
} from './hellos.ts';
import { judge } from './judge.ts';
import { LadderBuilder, other } from './ladder.ts';
import { nameEnds, type Participants } from './roles.ts';
import { type Claims, Draft, Impact, type ImpactLevel, type Rule, type Statement } from './rule.ts';
import { formatCount } from '../../src/model/format.ts';
import { noHandshakes, noHellos } from './unseen.ts';
import { capitalize, prose, shorten } from './words.ts';

/** A ClientHello that a rule looks at closely. */
export interface HelloInstance {
  readonly facts: Facts;
  readonly hello: HelloFacts;
  readonly profile: ServerProfile | undefined;
  /** A hello to the same server that succeeded. */
  readonly success: HelloFacts | undefined;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  readonly felt: string | undefined;
}

/** The rule's own words on an instance. */
export interface HelloWords {
  readonly title: string;
  readonly lead: Prose;
  readonly whyItMatters: Prose;
  readonly whatToChange: readonly Prose[];
  readonly logWords: readonly string[];
  readonly sources: readonly string[];
  readonly doubts?: readonly string[];
  readonly rests: string;
  /** What is wrong with the server_name and the ALPN of the quoted hello. */
  readonly nameRemark?: string;
  readonly alpnRemark?: string;
}

/** A rule on ClientHellos. */
export interface HelloRule {
  readonly id: RuleId;
  readonly looksFor: string;
  /** Needs what came of a hello, and not only the hello. */
  readonly needsOutcome?: boolean;
  readonly foldedTitle: string;
  readonly candidates: (facts: Facts) => Iterable<HelloRow>;
  /** What it did; candidates of one server that differ in it are different findings. */
  readonly impact: (facts: Facts, row: HelloRow) => ImpactLevel;
  readonly kind?: (facts: Facts, row: HelloRow) => string;
  readonly tell: (instance: HelloInstance, impact: ImpactLevel) => HelloWords;
}

/** Makes a rule of it: one cause a server and severity. */
export function helloRule(rule: HelloRule): Rule {
  return {
    id: rule.id,
    looksFor: rule.looksFor,
    unseen: (facts) => (rule.needsOutcome ? noHandshakes(facts) : noHellos(facts)),
    find: (facts, claims) => find(rule, facts, claims),
  };
}

function find(rule: HelloRule, facts: Facts, claims: Claims): readonly Draft[] {
  const { hellos } = facts.tables;
  const groups = new Groups<string>();
  const keyOf = (row: HelloRow): string =>
    `${serverKey(facts, hellos.flow(row))} ${rule.impact(facts, row)} ${rule.kind?.(facts, row) ?? ''}`;
  const broken: HelloRow[] = [];
  for (const row of rule.candidates(facts)) {
    if (isOverQuic(facts, row)) continue;
    const flow = hellos.flow(row);
    const isBroken = rule.impact(facts, row) >= Impact.CAN_BREAK;
    const cause = isBroken ? claims.causeOf({ hello: row, flow }) : undefined;
    if (cause !== undefined) {
      cause.fold(rule.id, rule.foldedTitle);
      continue;
    }
    if (isBroken) broken.push(row);
    groups.add(keyOf(row), row, flow, isBroken);
  }
  const drafts = new Map<string, Draft>();
  for (const group of groups.largest()) {
    const instances = [...group.broken, ...group.others].map((row) => examineHello(facts, row));
    const first = instances[0];
    if (first === undefined) continue;
    const best = instances.find(({ felt }) => felt !== undefined) ?? first;
    const impact = rule.impact(facts, best.hello.row);
    const draft = new Draft(
      rule.id,
      tell(rule.tell(best, impact), { best, impact, instances, flows: group.flows, count: group.count }),
      { title: rule.foldedTitle },
    );
    drafts.set(group.key, draft);
    for (const { downstream, felt } of instances) {
      if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
    }
  }
  for (const row of broken) {
    const draft = drafts.get(groups.keyOf(keyOf(row)));
    if (draft === undefined) continue;
    claims.hello(row, draft);
    claims.flow(hellos.flow(row), draft);
  }
  return [...drafts.values()];
}

/** Reads a ClientHello with its server's others, and the exchange in which a proxy told its caller of the failure. */
export function examineHello(facts: Facts, row: HelloRow): HelloInstance {
  const hello = helloFacts(facts, row);
  const profile = profileOf(facts, hello.flow);
  const hasFailed = hello.outcome !== HelloOutcome.COMPLETE && hello.outcome !== HelloOutcome.OPEN;
  const downstream = hasFailed
    ? findFailedDownstream(facts, {
        flow: hello.flow,
        proxy: hello.client,
        start: hello.time,
        end: facts.time(hello.outcomePacket),
      })
    : undefined;
  const successRow =
    profile === undefined ? -1 : profile.firstNamed >= 0 ? profile.firstNamed : profile.firstComplete;
  return {
    facts,
    hello,
    profile,
    success: successRow < 0 || successRow === row ? undefined : helloFacts(facts, successRow),
    downstream,
    participants: nameEnds(facts, hello.flow, hello.client, downstream),
    felt: feltByCaller(downstream, 0),
  };
}

function tell(
  words: HelloWords,
  of: {
    readonly best: HelloInstance;
    readonly impact: ImpactLevel;
    readonly instances: readonly HelloInstance[];
    readonly flows: ReadonlySet<number>;
    readonly count: number;
  },
): Statement {
  const { best, impact, instances, flows, count } = of;
  const { facts, hello, participants, felt, downstream } = best;
  const verdict = judge(facts, [hello.flow], 'absence', words.rests, words.doubts);
  const ladder = drawHandshake(best, impact >= Impact.BROKE);
  const caller =
    felt === undefined ? [] : [` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'];
  const repeats = count > 1 ? ` So it went for ${formatCount(count)} ClientHellos.` : undefined;
  const server = (flow: number): 0 | 1 => other(facts.clientOf(flow));
  return {
    impact: felt !== undefined ? Impact.FELT : impact,
    title: words.title,
    scope: `${addressesOf(facts, flows, (flow) => facts.clientOf(flow))} to ${endpointsOf(facts, flows, server)}`,
    lead: prose(words.lead, ...caller, repeats),
    count,
    flows: [...flows],
    packets: packetsOf(instances),
    whyItMatters: words.whyItMatters,
    whatToChange: words.whatToChange,
    logWords: words.logWords,
    sources: words.sources,
    evidence: helloEvidence(best, downstream),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    quote: quoteHello(best, words.nameRemark, words.alpnRemark),
    time: hello.time,
  };
}

/** Packets of hellos and of what ended them, ascending. */
export function packetsOf(instances: readonly HelloInstance[]): readonly number[] {
  const packets = instances.flatMap(({ hello }) => {
    const hasFailed = hello.outcome !== HelloOutcome.COMPLETE;
    return hasFailed && hello.outcomePacket !== 0 ? [hello.packet, hello.outcomePacket] : [hello.packet];
  });
  return [...new Set(packets)].sort((a, b) => a - b);
}

/** Links to the hello, to what ended it, to the caller's exchange and to the flow. */
function helloEvidence(
  { facts, hello, participants }: HelloInstance,
  downstream: ExchangeFacts | undefined,
): readonly [Evidence, ...Evidence[]] {
  const first: Evidence = {
    kind: 'hello',
    hello: hello.row,
    label: `ClientHello, packet ${formatCount(hello.packet)}`,
  };
  const { cut } = hello;
  const who =
    cut === undefined ? '' : cut.side === hello.client ? participants.client.noun : participants.server.noun;
  return evidenceOf(facts, first, {
    downstream,
    flow: hello.flow,
    ...(cut === undefined ? {} : { close: { packet: cut.packet, label: `${cut.how} of ${who}` } }),
  });
}

/** Draws a handshake until it ended. */
export function drawHandshake(instance: HelloInstance, isBad: boolean): Ladder | undefined {
  const { facts, hello, participants, downstream } = instance;
  const builder = new LadderBuilder(facts);
  const server = other(hello.client);
  let from = 0;
  if (downstream !== undefined) {
    const address = facts.endpoint(downstream.flow, downstream.client);
    const caller = builder.lifeline(participants.caller ?? participants.client, address);
    from = builder.lifeline(participants.client, facts.endpoint(downstream.flow, other(downstream.client)));
    builder.exchange(downstream, caller, from, { tone: 'bad' });
  } else {
    from = builder.lifeline(participants.client, facts.endpoint(hello.flow, hello.client));
  }
  const to = builder.lifeline(participants.server, facts.endpoint(hello.flow, server));
  const name = hello.serverName === undefined ? 'no SNI' : hello.serverName;
  builder.step(from, to, hello.packet, `ClientHello, ${name}`, { style: 'code', isKey: true });
  builder.step(to, from, hello.serverHelloPacket, 'ServerHello', { isKey: true });
  const lifelines: [number, number] = hello.client === 0 ? [from, to] : [to, from];
  const { directions } = facts.tables;
  for (const side of [0, 1] as const) {
    const direction = hello.flow * 2 + side;
    const code = directions.alertDescription(direction);
    const label = `alert ${code} ${ALERT_DESCRIPTIONS[code] ?? ''}`.trim();
    const options = { tone: directions.alertLevel(direction) === 2 ? 'bad' : 'quiet' } as const;
    builder.step(lifelines[side], lifelines[other(side)], directions.alertPacket(direction), label, options);
  }
  if (hello.outcome === HelloOutcome.COMPLETE) {
    builder.step(from, to, hello.outcomePacket, 'handshake complete', { tone: 'quiet' });
    return builder.build(`Stream ${formatCount(facts.stream(hello.flow))}`);
  }
  const closes = facts.closes(hello.flow).filter(({ time }) => time - hello.time < 60 * THRESHOLDS.REACTION);
  const { cut } = hello;
  const key =
    cut === undefined || !isBad
      ? undefined
      : { packet: cut.packet, label: `${cut.how}, handshake unfinished` };
  builder.closes(closes, lifelines, key);
  return builder.build(`Stream ${formatCount(facts.stream(hello.flow))}`);
}

/** What the ClientHello says, line by line, and beside it what one says that succeeded. */
function quoteHello(
  { hello, success }: HelloInstance,
  nameRemark: string | undefined,
  alpnRemark: string | undefined,
): Quote {
  const line = (text: string, remark: string | undefined): Quote['lines'][number] =>
    remark === undefined ? { text: shorten(text, 200) } : { text: shorten(text, 200), remark };
  const compared =
    success === undefined
      ? []
      : [
          { text: `… a hello that succeeded (packet ${formatCount(success.packet)}):`, isOurs: true },
          { text: `… ${nameLine(success)}`, isOurs: true },
          { text: `… ${alpnLine(success)}`, isOurs: true },
        ];
  return {
    title: 'The ClientHello as it was sent',
    packet: hello.packet,
    lines: [
      line(nameLine(hello), nameRemark),
      line(alpnLine(hello), alpnRemark),
      line(`highest version: ${TLS_VERSIONS[hello.version] ?? `0x${hello.version.toString(16)}`}`, undefined),
      ...compared,
    ],
  };
}

function nameLine({ serverName }: HelloFacts): string {
  return `server_name (SNI): ${serverName ?? 'absent'}`;
}

function alpnLine({ alpn }: HelloFacts): string {
  return `ALPN: ${alpn ?? 'absent'}`;
}
