import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { FlowRow, Nanoseconds } from '../../../src/model/units.ts';
import { Transport } from '../../roles.ts';
import { feltByCaller, findFailedDownstream } from '../correlate.ts';
import { addressesOf, endpointsOf, evidenceOf } from '../example.ts';
import type { ExchangeFacts, Facts } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { type IcmpError, icmpErrorOf } from '../icmp-words.ts';
import { draftsOf, type NotEstablished } from '../not-established.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { nameEnds } from '../roles.ts';
import { Impact, type Rule, type Statement } from '../rule.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

interface Unanswered extends NotEstablished {
  readonly icmp: IcmpError | undefined;
  /** Another connection to the same port came about near by; or the client reached the port elsewhere in its place. */
  readonly neighbour: 'same' | 'elsewhere' | undefined;
}

/** SYNs that nobody answers: a filter that drops them, or nobody there. */
export const synTimeout: Rule = {
  id: 'syn-timeout',
  looksFor: 'a connection that is asked for and never answered',
  unseen: noConnection,
  find(facts, claims) {
    // While the capture is read, the answer may still come.
    if (!facts.isFinal) return [];
    const groups = new Groups<number>();
    let looked = 0;
    for (const flow of facts.select('flows', 'marks', FlowMark.ONE_SIDED)) {
      const syns = unansweredSyns(facts, flow);
      if (syns === 0) continue;
      const isTold = facts.tables.flows.icmpPacket(flow) !== 0;
      const { start, end } = timesOf(facts, flow);
      // Repetitions within a moment are a scanner's or a generator's, and no system's.
      const isPlain = isTold || (syns >= THRESHOLDS.SYNS && end - start >= THRESHOLDS.REACTION);
      // One repetition may be the end of the capture, unless a proxy drew its conclusion from it.
      if (!isPlain && (looked++ >= THRESHOLDS.EXAMINED || downstreamOf(facts, flow) === undefined)) continue;
      groups.add(facts.endpointKey(flow, 1), flow, flow, true);
    }
    return draftsOf(
      synTimeout,
      claims,
      groups,
      (flow) => examine(facts, flow),
      (best, examined, group) => tell(facts, best, examined, group),
    );
  },
};

/** How many SYNs a flow consists of to which nobody said a word; 0 where it is another kind of flow. */
function unansweredSyns(facts: Facts, flow: FlowRow): number {
  const { flows, directions } = facts.tables;
  if (flows.synPacket(flow) === 0 || flows.transport(flow) !== Transport.TCP) return 0;
  if (directions.packets(flow * 2 + 1) > 0) return 0;
  const syns = flows.synCount(flow);
  // In a capture of one direction the client's other packets follow.
  return directions.packets(flow * 2) - directions.resets(flow * 2) <= syns ? syns : 0;
}

/** From the first SYN to the last packet of it, the ICMP error included. */
function timesOf(facts: Facts, flow: FlowRow): { readonly start: Nanoseconds; readonly end: Nanoseconds } {
  const { flows } = facts.tables;
  return {
    start: facts.time(flows.synPacket(flow)),
    end: facts.time(Math.max(flows.lastPacket(flow), flows.icmpPacket(flow))),
  };
}

function downstreamOf(facts: Facts, flow: FlowRow): ExchangeFacts | undefined {
  const { start, end } = timesOf(facts, flow);
  // The next SYN would have come after about twice the time so far: within it the proxy gives up.
  return findFailedDownstream(facts, { flow, proxy: 0, start, end, patience: end - start });
}

function examine(facts: Facts, flow: FlowRow): Unanswered {
  const downstream = downstreamOf(facts, flow);
  const felt = feltByCaller(downstream, 0);
  const neighbour = findNeighbour(facts, flow);
  // A client whose other connections to the port came about may have lost nothing but time.
  const least = { same: Impact.CAN_BREAK, elsewhere: Impact.ODD, none: Impact.BROKE }[neighbour ?? 'none'];
  const impact = felt === undefined ? least : Impact.FELT;
  const participants = nameEnds(facts, flow, 0, downstream);
  return { flow, icmp: icmpErrorOf(facts, flow), downstream, participants, felt, neighbour, impact };
}

function findNeighbour(facts: Facts, flow: FlowRow): Unanswered['neighbour'] {
  const { flows } = facts.tables;
  const { start, end } = timesOf(facts, flow);
  const last = Math.min(flows.rows - 1, flow + THRESHOLDS.FALLBACK_FLOWS);
  let found: Unanswered['neighbour'];
  for (let row = Math.max(0, flow - THRESHOLDS.FALLBACK_FLOWS); row <= last; row++) {
    const answered = flows.synAckPacket(row);
    if (answered === 0 || flows.responderPort(row) !== flows.responderPort(flow)) continue;
    const time = facts.time(answered);
    if (flows.responderAddress(row) === flows.responderAddress(flow)) {
      if (time >= start - THRESHOLDS.IDLE && time <= end + THRESHOLDS.IDLE) return 'same';
    } else if (
      // Happy eyeballs (RFC 8305): another address of the name is tried beside it, or right after.
      facts.addressRow(row, 0) === facts.addressRow(flow, 0) &&
      facts.time(flows.synPacket(row)) >= start &&
      time <= end + THRESHOLDS.FALLBACK
    ) {
      found = 'elsewhere';
    }
  }
  return found;
}

function tell(
  facts: Facts,
  best: Unanswered,
  examined: readonly Unanswered[],
  group: Group<number>,
): Statement {
  const { flow, icmp, downstream, participants, felt, neighbour, impact } = best;
  const { client } = participants;
  const { flows } = facts.tables;
  const endpoint = facts.endpoint(flow, 1);
  const several = endpointsOf(facts, group.flows, () => 1);
  const { start, end } = timesOf(facts, flow);
  const syns = flows.synCount(flow);
  const syn = flows.synPacket(flow);
  const first: Evidence = {
    kind: 'packet',
    packet: icmp?.packet ?? flows.lastPacket(flow),
    label:
      icmp === undefined
        ? `packet ${formatCount(flows.lastPacket(flow))}, the last SYN`
        : `packet ${formatCount(icmp.packet)}, ICMP: ${icmp.words}`,
  };
  const title =
    icmp === undefined
      ? `No answer from ${several}: SYNs went unanswered`
      : `${several} cannot be reached: ICMP says ${icmp.words}`;
  const ladder = draw(facts, best);
  return {
    impact,
    title,
    scope: `${addressesOf(facts, group.flows, () => 0)} to ${several}`,
    lead: prose(
      `${capitalize(client.noun)} asked for a connection (SYN) to `,
      code(endpoint),
      syns > 1 ? ` ${formatAmount(syns, 'time')} in ${formatDuration(end - start)}` : '',
      ', and ',
      { strong: icmp === undefined ? 'nothing came back' : `got an ICMP error: ${icmp.words}` },
      icmp === undefined ? ': neither SYN-ACK nor RST nor an ICMP error.' : '.',
      felt === undefined ? undefined : [` ${capitalize(client.noun)} `, { strong: felt }, '.'],
      neighbour === 'same'
        ? ' Other connections to the same port were answered within a minute of it.'
        : neighbour === 'elsewhere'
          ? ' The client reached the same port at another address meanwhile.'
          : undefined,
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'connection')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: examined
      .flatMap((one) => [flows.synPacket(one.flow), one.icmp?.packet ?? 0])
      .filter((packet) => packet !== 0)
      .sort((a, b) => a - b),
    whyItMatters: prose(reasonOf(best)),
    whatToChange: advice(best),
    logWords: [
      'Envoy: 503 UF upstream_reset_before_response_started{connection_timeout} or {connection_failure}',
      'nginx: upstream timed out (110: Connection timed out) while connecting to upstream; (113: No route to host)',
      'HAProxy: 503, termination state sC-- or SC--',
      'Java: java.net.SocketTimeoutException: connect timed out; NoRouteToHostException',
      'Node: connect ETIMEDOUT, connect EHOSTUNREACH',
      'Go: dial tcp: i/o timeout; connect: no route to host',
      'curl: (28) Connection timed out; (7) No route to host',
    ],
    sources: ['RFC 9293 section 3.8.3', 'RFC 1122 section 4.2.3.9'],
    evidence: evidenceOf(facts, first, {
      downstream,
      close: { packet: syn, label: 'the first SYN' },
      flow,
    }),
    certainty: 'certain',
    caveats: [
      icmp === undefined
        ? 'The SYNs were captured and no answer was; whether they arrived, only a capture at the other end can tell.'
        : 'The SYN and the ICMP error that quotes it were both captured.',
    ],
    ...(ladder === undefined ? {} : { ladder }),
    time: downstream?.request?.start ?? facts.time(syn),
  };
}

function reasonOf({ impact, icmp, neighbour }: Unanswered): string {
  if (impact === Impact.ODD) {
    return 'The client tried one address of the name after another, as it should; the one that does not answer costs time.';
  }
  if (icmp?.isFilter === true) {
    return 'A firewall refused the packet with this message (a policy that rejects), or the address leads to a machine that does not serve the port.';
  }
  if (icmp !== undefined)
    return 'A router has no way to the address: the pod or node is gone, or a route is wrong.';
  if (neighbour === 'same') {
    return 'The way is open and the port is served, so single SYNs were lost: a full queue of connections at the server drops them without a word, and so does a full table of connections (conntrack) between.';
  }
  return 'A machine that is there answers a SYN at once, with SYN-ACK or RST. Silence means a filter that drops (NetworkPolicy, security group, firewall), an address where nobody is (a pod that is gone), or answers that take another way.';
}

function advice({ icmp, neighbour }: Unanswered): Statement['whatToChange'] {
  if (neighbour === 'same' && icmp === undefined) {
    return [
      prose(
        'At the server: look for overflows of its queue (',
        { code: 'nstat -az TcpExtListenDrops TcpExtListenOverflows' },
        ', ',
        { code: 'ss -ltn' },
        '), raise the backlog and ',
        { code: 'net.core.somaxconn' },
        ', or let it accept faster.',
      ),
      prose(
        'On the nodes between: ',
        { code: 'conntrack -S' },
        ' (insert_failed, drop) and ',
        { code: 'net.netfilter.nf_conntrack_max' },
        '.',
      ),
    ];
  }
  return [
    prose(
      'Look whether somebody is at the address: ',
      { code: 'kubectl get endpointslices' },
      ' against ',
      { code: 'kubectl get pods -o wide' },
      '. Old addresses mean that a proxy or DNS is behind.',
    ),
    prose(
      'Look at what may filter: NetworkPolicy for both directions, security groups, firewalls. Test from the same pod with ',
      { code: 'nc -vz' },
      '.',
    ),
    prose('Capture at the other end at the same time: it tells whether the SYN gets there.'),
  ];
}

function draw(facts: Facts, best: Unanswered): Statement['ladder'] {
  const { flow, icmp, downstream, participants } = best;
  const { flows } = facts.tables;
  const builder = new LadderBuilder(facts);
  let from = 0;
  if (downstream !== undefined) {
    const caller = builder.lifeline(
      participants.caller ?? participants.client,
      facts.endpoint(downstream.flow, downstream.client),
    );
    from = builder.lifeline(participants.client, facts.endpoint(downstream.flow, other(downstream.client)));
    builder.exchange(downstream, caller, from, { tone: 'bad' });
  } else {
    from = builder.lifeline(participants.client, facts.endpoint(flow, 0));
  }
  const to = builder.lifeline(participants.server, facts.endpoint(flow, 1));
  const [syn, last] = [flows.synPacket(flow), flows.lastPacket(flow)];
  builder.step(from, to, syn, 'SYN', { isKey: true });
  if (last !== syn) {
    const label = `SYN, number ${formatCount(flows.synCount(flow))}, no answer`;
    builder.step(from, to, last, label, { tone: 'bad' });
  }
  if (icmp !== undefined) builder.step(to, from, icmp.packet, `ICMP: ${icmp.words}`, { tone: 'bad' });
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}
