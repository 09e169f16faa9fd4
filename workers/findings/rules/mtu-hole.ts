import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { FlowRow } from '../../../src/model/units.ts';
import { type Concerned, concernedAtEnd } from '../concerned.ts';
import { evidenceOf, exampleLadder, sidesOf } from '../example.ts';
import { type Facts } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { type IcmpError, icmpErrorOf } from '../icmp-words.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { type Stuck, stuckOf } from '../stuck.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, prose } from '../words.ts';

interface Hole extends Concerned {
  readonly flow: FlowRow;
  readonly stuck: Stuck;
  readonly icmp: IcmpError | undefined;
}

/** Large segments that never arrive while smaller ones do: somewhere the way is narrower than the sender believes. */
export const mtuHole: Rule = {
  id: 'mtu-hole',
  looksFor: 'large segments that never arrive, while small ones do',
  unseen: noConnection,
  find(facts, claims) {
    if (!facts.isFinal) return [];
    const groups = new Groups<string>();
    const found = new Map<FlowRow, Stuck>();
    let looked = 0;
    for (const flow of candidates(facts)) {
      // Each costs a look back through the packets of all flows.
      if (looked++ >= THRESHOLDS.FLOWS_LOOKED_BACK) break;
      const stuck = holeOf(facts, flow);
      if (stuck === undefined) continue;
      found.set(flow, stuck);
      groups.add(
        `${facts.addressRow(flow, stuck.side)} ${facts.addressRow(flow, other(stuck.side))}`,
        flow,
        flow,
        true,
      );
    }
    return groups.largest().map((group) => {
      const holes = group.broken.flatMap((flow) => examine(facts, flow, found.get(flow)));
      const best = holes.reduce((a, b) => (score(b) > score(a) ? b : a));
      const examples = holes.flatMap(({ exchange }) => exchange?.row ?? []);
      const draft = new Draft('mtu-hole', tell(facts, best, holes, group), { examples });
      for (const { flow, exchange, downstream, felt } of holes) {
        claims.flow(flow, draft);
        if (exchange !== undefined) claims.exchange(exchange.row, draft);
        const hello = facts.tables.flows.hello(flow);
        if (hello !== 0) claims.hello(hello - 1, draft);
        if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
      }
      return draft;
    });
  },
};

/** Flows that did not get to their end: an exchange without its answer, a handshake that broke, an ICMP error. */
function* candidates(facts: Facts): Generator<FlowRow, void, void> {
  const { flows, directions } = facts.tables;
  const wasRepeated = (flow: FlowRow): boolean =>
    directions.retransmissions(flow * 2) >= 2 || directions.retransmissions(flow * 2 + 1) >= 2;
  for (const flow of facts.select('flows', 'marks', FlowMark.RESET | FlowMark.UNANSWERED)) {
    if ((flows.marks(flow) & FlowMark.UNANSWERED) !== 0 && wasRepeated(flow)) yield flow;
  }
  for (const flow of facts.troubled(FlowMark.TLS_TROUBLE | FlowMark.ICMP_ERROR)) {
    if ((flows.marks(flow) & FlowMark.UNANSWERED) === 0 && wasRepeated(flow)) yield flow;
  }
}

function holeOf(facts: Facts, flow: FlowRow): Stuck | undefined {
  if ((facts.marks(flow) & FlowMark.ONE_SIDED) !== 0) return undefined;
  const icmp = icmpErrorOf(facts, flow);
  for (const side of [0, 1] as const) {
    const stuck = stuckOf(facts, flow, side);
    if (stuck === undefined) continue;
    // 40 octets: the least that IPv4 and TCP add.
    if (icmp?.isTooBig === true && stuck.octets + 40 > icmp.mtu) return stuck;
    const isLarge = stuck.octets >= THRESHOLDS.LARGE_SEGMENT && stuck.octets > stuck.largestHeard;
    if (isLarge && stuck.isPeerAlive && lasted(facts, stuck) >= THRESHOLDS.REACTION) return stuck;
  }
  return undefined;
}

function lasted(facts: Facts, { first, repeats }: Stuck): number {
  return facts.time(repeats[repeats.length - 1] ?? first) - facts.time(first);
}

function examine(facts: Facts, flow: FlowRow, stuck: Stuck | undefined): readonly Hole[] {
  if (stuck === undefined) return [];
  return [{ ...concernedAtEnd(facts, flow), flow, stuck, icmp: icmpErrorOf(facts, flow) }];
}

function score({ felt, icmp, downstream }: Hole): number {
  return (
    (felt === undefined ? 0 : 4) + (icmp?.isTooBig === true ? 2 : 0) + (downstream === undefined ? 0 : 1)
  );
}

function tell(facts: Facts, best: Hole, holes: readonly Hole[], group: Group<string>): Statement {
  const { flow, stuck, icmp, exchange, downstream, participants, felt } = best;
  const client = facts.clientOf(flow);
  const [sender, receiver] =
    stuck.side === client
      ? [participants.client, participants.server]
      : [participants.server, participants.client];
  const isTold = icmp?.isTooBig === true;
  const mtu = isTold && icmp.mtu > 0 ? formatCount(icmp.mtu) : undefined;
  const repeat = stuck.repeats[0] ?? stuck.first;
  const times = formatAmount(stuck.repeats.length, 'time');
  const first: Evidence = {
    kind: 'packet',
    packet: repeat,
    label: `packet ${formatCount(repeat)}, ${formatCount(stuck.octets)} octets sent again`,
  };
  const verdict = judge(
    facts,
    [flow],
    'absence',
    'The large segments, their repetitions and the ICMP error about them were captured.',
    [
      ...(isTold
        ? []
        : [
            'No ICMP error was captured that says so: that it is their size is inferred, from the smaller ones that were acknowledged.',
          ]),
    ],
  );
  const ladder = drawHole(facts, best, repeat);
  return {
    impact: felt === undefined ? Impact.BROKE : Impact.FELT,
    title:
      mtu === undefined
        ? `Segments of ${formatCount(stuck.octets)} octets from ${sender.noun} never arrived, smaller ones did`
        : `Segments of ${formatCount(stuck.octets)} octets from ${sender.noun} do not fit the way: its MTU is ${mtu}`,
    scope: `${sidesOf(facts, group.flows, stuck.side === client)} to ${sidesOf(facts, group.flows, stuck.side !== client)}`,
    lead: prose(
      `${capitalize(sender.noun)} sent ${formatCount(stuck.octets)} octets in a segment and repeated them ${times} in ${formatDuration(lasted(facts, stuck))}; `,
      { strong: `${receiver.noun} never acknowledged them` },
      stuck.largestHeard > 0
        ? `, while segments of up to ${formatCount(stuck.largestHeard)} octets were acknowledged.`
        : ', though it was there, and went on sending smaller packets.',
      isTold
        ? ` An ICMP error (packet ${formatCount(icmp.packet)}) says that they are too big${mtu === undefined ? '' : ` for the next hop, whose MTU is ${mtu} octets`}, and ${sender.noun} did not send smaller ones.`
        : undefined,
      felt === undefined ? undefined : [` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'],
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'connection')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: holes
      .flatMap((hole) => [hole.stuck.first, ...hole.stuck.repeats.slice(0, 3)])
      .sort((a, b) => a - b),
    whyItMatters: prose(
      'Handshakes and short messages work, long ones hang: it looks like an application that is slow at random. A tunnel or overlay (VXLAN, IPsec, WireGuard) takes octets of each packet; where the ICMP message about it is filtered, the sender never learns.',
    ),
    whatToChange: [
      prose(
        'Let the MTU of the interfaces fit the narrowest part of the way (overlay networks: 50 octets less for VXLAN, 60 to 80 for WireGuard and IPsec), in the CNI’s configuration or with ',
        { code: 'ip link set dev eth0 mtu 1450' },
        '.',
      ),
      prose(
        'Do not filter ICMP "fragmentation needed" (type 3 code 4) and ICMPv6 "packet too big" (type 2).',
      ),
      prose(
        'Where the way belongs to others: clamp the segment size, ',
        {
          code: 'iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
        },
        '.',
      ),
      prose('Test with ', { code: 'ping -M do -s 1472' }, ' and smaller sizes.'),
    ],
    logWords: [
      'Envoy: 504 UT, or 503 UF connection_timeout in the TLS handshake',
      'curl: hangs after "Client hello", then (28) Operation timed out',
      'Go: net/http: TLS handshake timeout',
      'nginx: upstream timed out (110: Connection timed out) while SSL handshaking to upstream',
    ],
    sources: ['RFC 1191', 'RFC 8201', 'RFC 2923 section 2.1'],
    evidence: evidenceOf(facts, first, {
      ...(exchange === undefined ? {} : { exchange }),
      downstream,
      ...(isTold ? { close: { packet: icmp.packet, label: `ICMP: ${icmp.words}` } } : {}),
      flow,
    }),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    time: downstream?.request?.start ?? facts.time(stuck.first),
  };
}

function drawHole(facts: Facts, best: Hole, repeat: number): Statement['ladder'] {
  const { flow, stuck, icmp, exchange, downstream, participants } = best;
  const label = `${formatCount(stuck.octets)} octets again, never acknowledged`;
  if (exchange !== undefined) {
    return exampleLadder(
      facts,
      { exchange, downstream, participants },
      { key: { packet: repeat, label, side: stuck.side } },
    );
  }
  const builder = new LadderBuilder(facts);
  const client = facts.clientOf(flow);
  const ends = [
    builder.lifeline(participants.client, facts.endpoint(flow, client)),
    builder.lifeline(participants.server, facts.endpoint(flow, other(client))),
  ];
  const [from = 0, to = 1] = stuck.side === client ? ends : ends.reverse();
  builder.step(from, to, facts.tables.flows.synPacket(flow), 'SYN', { tone: 'quiet' });
  builder.step(from, to, stuck.first, `${formatCount(stuck.octets)} octets`, { isKey: true });
  builder.step(from, to, repeat, label, { tone: 'bad' });
  if (icmp !== undefined) builder.step(to, from, icmp.packet, `ICMP: ${icmp.words}`, { tone: 'bad' });
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}
