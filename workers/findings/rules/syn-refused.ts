import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { FlowRow } from '../../../src/model/units.ts';
import { feltByCaller, findFailedDownstream } from '../correlate.ts';
import { addressesOf, endpointsOf, evidenceOf } from '../example.ts';
import type { Close, Facts } from '../facts.ts';
import { type Group, Groups } from '../group.ts';
import { judge } from '../judge.ts';
import { draftsOf, type NotEstablished } from '../not-established.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { nameEnds } from '../roles.ts';
import { Impact, type Rule, type Statement } from '../rule.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

interface Refused extends NotEstablished {
  readonly close: Close;
  /** When the same client reached the same port afterwards: there, or at another address. */
  readonly later: { readonly after: number; readonly isSame: boolean } | undefined;
}

/** A SYN answered by RST: nothing listens there. */
export const synRefused: Rule = {
  id: 'syn-refused',
  looksFor: 'a connection that is refused',
  unseen: noConnection,
  find(facts, claims) {
    const groups = new Groups<number>();
    for (const flow of facts.select('flows', 'marks', FlowMark.REFUSED)) {
      groups.add(facts.endpointKey(flow, 1), flow, flow, true);
    }
    return draftsOf(
      synRefused,
      claims,
      groups,
      (flow) => examine(facts, flow),
      (best, examined, group) => tell(facts, best, examined, group),
    );
  },
};

function examine(facts: Facts, flow: FlowRow): Refused | undefined {
  const { flows, directions } = facts.tables;
  const close = facts.closeOf(directions.rstPacket(flow * 2 + 1));
  if (close === undefined) return undefined;
  const start = facts.time(flows.synPacket(flow) || flows.firstPacket(flow));
  const downstream = findFailedDownstream(facts, { flow, proxy: 0, start, end: close.time });
  const felt = feltByCaller(downstream, 0);
  const later = findLater(facts, flow, close.time);
  const isHarmless = later !== undefined && !later.isSame && later.after <= THRESHOLDS.FALLBACK;
  const impact = felt !== undefined ? Impact.FELT : isHarmless ? Impact.ODD : Impact.BROKE;
  return { flow, close, downstream, participants: nameEnds(facts, flow, 0, downstream), felt, later, impact };
}

/** The first connection of the same client to the same port that came about afterwards. */
function findLater(facts: Facts, flow: FlowRow, refused: number): Refused['later'] {
  const { flows } = facts.tables;
  const last = Math.min(flows.rows - 1, flow + THRESHOLDS.FALLBACK_FLOWS);
  for (let row = flow + 1; row <= last; row++) {
    if (flows.responderPort(row) !== flows.responderPort(flow)) continue;
    const answered = flows.synAckPacket(row);
    if (answered === 0) continue;
    const isSame = flows.responderAddress(row) === flows.responderAddress(flow);
    // localhost is ::1 and 127.0.0.1: the client's address differs with the server's.
    if (!isSame && !isSameHost(facts, row, flow)) continue;
    return { after: facts.time(answered) - refused, isSame };
  }
  return undefined;
}

function isSameHost(facts: Facts, a: FlowRow, b: FlowRow): boolean {
  if (facts.addressRow(a, 0) === facts.addressRow(b, 0)) return true;
  return facts.address(b, 0) === '::1' && facts.address(a, 0) === '127.0.0.1';
}

function tell(facts: Facts, best: Refused, examined: readonly Refused[], group: Group<number>): Statement {
  const { flow, close, downstream, participants, felt, later, impact } = best;
  const { client, server } = participants;
  const endpoint = facts.endpoint(flow, 1);
  const several = endpointsOf(facts, group.flows, () => 1);
  const isMixed = several !== endpoint;
  const verdict = judge(facts, [], 'octets', 'The SYN and the RST that answers it were both captured.');
  const syn = facts.tables.flows.synPacket(flow) || facts.tables.flows.firstPacket(flow);
  const first: Evidence = {
    kind: 'packet',
    packet: close.packet,
    label: `packet ${formatCount(close.packet)}, RST of ${endpoint}`,
  };
  const caller = felt === undefined ? [] : [` ${capitalize(client.noun)} `, { strong: felt }, '.'];
  const laterWords =
    later === undefined
      ? undefined
      : later.isSame
        ? ` ${formatDuration(later.after)} later a connection to the same port succeeded.`
        : ` ${formatDuration(later.after)} later the client reached the port at another address.`;
  const ladder = drawRefusal(facts, best, syn);
  return {
    impact,
    title: isMixed
      ? `Connections to ${several} were refused`
      : `Nothing listened on ${endpoint}: the connection was refused`,
    scope: `${addressesOf(facts, group.flows, () => 0)} to ${several}`,
    lead: prose(
      `${capitalize(client.noun)} asked for a connection (SYN) to `,
      code(endpoint),
      `, and ${formatDuration(close.time - facts.time(syn))} later `,
      { strong: 'got RST' },
      `: the machine is there, but no process listens on that port.`,
      ...caller,
      laterWords,
      group.count > 1 ? ` So it went for ${formatAmount(group.count, 'connection')}.` : undefined,
    ),
    count: group.count,
    flows: [...group.flows],
    packets: examined.map((one) => one.close.packet).sort((a, b) => a - b),
    whyItMatters: prose(
      impact === Impact.ODD
        ? 'The client tried one address of the name after another, as it should (localhost is ::1 first, then 127.0.0.1).'
        : `A refusal is immediate and certain: ${server.noun} is not started yet, has crashed, or listens on another port or address (127.0.0.1 only).`,
    ),
    whatToChange: [
      prose(
        'Compare the port with what the process listens on (',
        { code: 'ss -ltn' },
        ' in the container), and with ',
        { code: 'targetPort' },
        ' of the Service and ',
        { code: 'containerPort' },
        ' of the pod.',
      ),
      prose(
        'Let the process listen on ',
        { code: '0.0.0.0' },
        ' (or ',
        { code: '::' },
        '), not on ',
        { code: '127.0.0.1' },
        ' alone.',
      ),
      prose(
        'If it only happens at start or roll-out: add a ',
        { code: 'readinessProbe' },
        ' on that very port, and a ',
        { code: 'preStop' },
        ' delay, so that no traffic comes before and after.',
      ),
    ],
    logWords: [
      'Envoy: 503 UF upstream_reset_before_response_started{connection_failure,delayed_connect_error:_111}',
      'nginx: connect() failed (111: Connection refused) while connecting to upstream',
      'HAProxy: 503, termination state SC--',
      'Java: java.net.ConnectException: Connection refused',
      'Node: connect ECONNREFUSED',
      'Go: connect: connection refused',
      'curl: (7) Failed to connect',
    ],
    sources: ['RFC 9293 section 3.10.7.1'],
    evidence: evidenceOf(facts, first, { downstream, flow }),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    time: downstream?.request?.start ?? facts.time(syn),
  };
}

function drawRefusal(facts: Facts, best: Refused, syn: number): Statement['ladder'] {
  const { flow, close, downstream, participants } = best;
  const builder = new LadderBuilder(facts);
  let from = 0;
  if (downstream !== undefined) {
    const caller = builder.lifeline(
      participants.caller ?? participants.client,
      facts.endpoint(downstream.flow, downstream.client),
    );
    const proxy = facts.endpoint(downstream.flow, other(downstream.client));
    from = builder.lifeline(participants.client, proxy);
    builder.exchange(downstream, caller, from, { tone: 'bad' });
  } else {
    from = builder.lifeline(participants.client, facts.endpoint(flow, 0));
  }
  const to = builder.lifeline(participants.server, facts.endpoint(flow, 1));
  const repeats = facts.tables.flows.synCount(flow);
  builder.step(from, to, syn, repeats > 1 ? `SYN, sent ${repeats} times` : 'SYN', { isKey: true });
  builder.step(to, from, close.packet, 'RST, refused', { tone: 'bad' });
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}
