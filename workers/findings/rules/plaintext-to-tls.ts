import type { Evidence } from '../../../src/model/finding.ts';
import { FlowMark } from '../../../src/model/flow.ts';
import { Protocol } from '../../../src/model/packet.ts';
import { ALERT_DESCRIPTIONS } from '../../../src/model/registries.ts';
import { THRESHOLDS, TLS_PORTS } from '../../../src/model/thresholds.ts';
import type { ExchangeRow, FlowRow, PacketNumber } from '../../../src/model/units.ts';
import { feltByCaller, findDownstream } from '../correlate.ts';
import { endingsOf } from '../endings.ts';
import { addressesOf, endpointsOf, evidenceOf, exampleLadder } from '../example.ts';
import { ANY, type ExchangeFacts, type Facts, NO_FLOW, type Side } from '../facts.ts';
import { Groups } from '../group.ts';
import { profileOf, serverKey, serverProfiles } from '../hellos.ts';
import { judge } from '../judge.ts';
import { LadderBuilder, other } from '../ladder.ts';
import { quoteMessage } from '../quote.ts';
import { nameEnds, nameParticipants, type Participants } from '../roles.ts';
import { type Claims, Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { formatAmount, formatCount, formatDuration } from '../../../src/model/format.ts';
import { noConnection } from '../unseen.ts';
import { capitalize, code, prose } from '../words.ts';

/** Plaintext HTTP to a server that speaks TLS: it answers with an alert, a close, or nothing that is HTTP. */
export const plaintextToTls: Rule = {
  id: 'plaintext-to-tls',
  looksFor: 'plaintext HTTP sent to a port that speaks TLS',
  unseen: noConnection,
  find,
};

function find(facts: Facts, claims: Claims): readonly Draft[] {
  const groups = new Groups<number>();
  const answered = new Map<number, boolean>();
  for (const flow of candidates(facts)) {
    if (claims.causeOf({ flow }) !== undefined) continue;
    const key = serverKey(facts, flow);
    // A server that answers others in plaintext (a PERMISSIVE sidecar) closed for another reason.
    if (!answered.has(key)) answered.set(key, answersPlaintext(facts, flow));
    if (answered.get(key) === true && !hasTlsAnswer(facts, flow)) continue;
    groups.add(key, flow, flow, true);
  }
  return groups.largest().map((group) => {
    const examined = group.broken.map((flow) => examine(facts, flow));
    const first = examined[0];
    const best = examined.find(({ felt }) => felt !== undefined) ?? first;
    if (best === undefined) throw new Error('InvariantError: a group without candidates');
    const examples = examined.flatMap(({ exchange }) => (exchange === undefined ? [] : [exchange.row]));
    const draft = new Draft('plaintext-to-tls', tell(facts, best, examined, group.flows, group.count), {
      examples,
      title: 'Plaintext sent to TLS',
      includes: ['no-response-close'],
    });
    for (const flow of group.flows) {
      claims.flow(flow, draft);
      const last = facts.tables.flows.lastExchange(flow);
      if (last !== 0) claims.exchange(last - 1, draft);
    }
    for (const { downstream, felt } of examined) {
      if (downstream !== undefined && felt !== undefined) claims.downstream(downstream, draft);
    }
    return draft;
  });
}

/** Flows where plaintext met TLS, or a request met a close at a server that is known (or usual) to speak TLS. */
function* candidates(facts: Facts): Iterable<FlowRow> {
  const { directions, flows } = facts.tables;
  const seen = new Set<FlowRow>();
  for (const flow of facts.select('flows', 'marks', FlowMark.MIXED_TLS)) {
    const client = facts.clientOf(flow);
    const spoken = directions.protocol(flow * 2 + client);
    if (spoken !== Protocol.HTTP1 && spoken !== Protocol.HTTP2) continue;
    const server = flow * 2 + other(client);
    // TLS after an answer that the capture lacks is a tunnel (CONNECT).
    if (directions.protocol(server) !== Protocol.TLS || directions.lostOctets(server) > 0) continue;
    seen.add(flow);
    yield flow;
  }
  for (const { flow } of endingsOf(facts, 'no-response')) {
    // After an answer in plaintext the port does speak plaintext.
    if (seen.has(flow) || flows.exchanges(flow) > 1 || !mayBeTls(facts, flow)) continue;
    seen.add(flow);
    yield flow;
  }
  for (const flow of facts.select('flows', 'marks', FlowMark.RESET)) {
    if (flows.exchanges(flow) > 0 || seen.has(flow)) continue;
    const client = facts.clientOf(flow);
    const server = flow * 2 + other(client);
    const isUnanswered =
      directions.protocol(flow * 2 + client) === Protocol.HTTP2 &&
      directions.octets(server) === 0 &&
      directions.lostOctets(server) === 0 &&
      directions.rstPacket(server) !== 0;
    if (isUnanswered && mayBeTls(facts, flow)) {
      seen.add(flow);
      yield flow;
    }
  }
  yield* refused(facts, seen);
}

/** Plain requests that a server which speaks TLS to others answered with 400, in clear: nginx and Go do. */
function* refused(facts: Facts, seen: ReadonlySet<FlowRow>): Iterable<FlowRow> {
  const { exchanges, flows } = facts.tables;
  if (![...serverProfiles(facts).values()].some(({ speaksTls }) => speaksTls)) return;
  for (const flow of facts.select('flows', 'firstExchange', ANY)) {
    if (exchanges.status(flows.firstExchange(flow) - 1) !== 400 || seen.has(flow)) continue;
    if (profileOf(facts, flow)?.speaksTls === true) yield flow;
  }
}

function mayBeTls(facts: Facts, flow: FlowRow): boolean {
  if (profileOf(facts, flow)?.speaksTls === true) return true;
  return TLS_PORTS.includes(facts.port(flow, other(facts.clientOf(flow))));
}

function hasTlsAnswer(facts: Facts, flow: FlowRow): boolean {
  return (facts.marks(flow) & FlowMark.MIXED_TLS) !== 0;
}

/** Whether the same server answered plaintext HTTP nearby, and not only with 400. */
function answersPlaintext(facts: Facts, flow: FlowRow): boolean {
  const { exchanges, flows } = facts.tables;
  const key = serverKey(facts, flow);
  const around: ExchangeRow = Math.max(0, flows.firstExchange(flow) - 1);
  const last = Math.min(exchanges.rows, around + THRESHOLDS.CORRELATION_ROWS);
  for (let row = Math.max(0, around - THRESHOLDS.CORRELATION_ROWS); row < last; row++) {
    const status = exchanges.status(row);
    if (status === 0 || status === 400) continue;
    const candidate = exchanges.flow(row);
    if (candidate !== NO_FLOW && serverKey(facts, candidate) === key) return true;
  }
  return false;
}

/** The ladder where no exchange was read: HTTP/2 with prior knowledge. */
function drawPreface(facts: Facts, best: Instance): Statement['ladder'] {
  const { flow, client, participants, firstPacket, end } = best;
  const builder = new LadderBuilder(facts);
  const from = builder.lifeline(participants.client, facts.endpoint(flow, client));
  const to = builder.lifeline(participants.server, facts.endpoint(flow, other(client)));
  builder.step(from, to, firstPacket, 'PRI * HTTP/2.0, plaintext', { style: 'code', isKey: true });
  builder.closes(facts.closes(flow), client === 0 ? [from, to] : [to, from], end);
  return builder.build(`Stream ${formatCount(facts.stream(flow))}`);
}

interface Instance {
  readonly flow: FlowRow;
  readonly client: Side;
  readonly exchange: ExchangeFacts | undefined;
  readonly downstream: ExchangeFacts | undefined;
  readonly participants: Participants;
  readonly felt: string | undefined;
  readonly firstPacket: PacketNumber;
  /** The alert or the close. */
  readonly end: { readonly packet: PacketNumber; readonly words: string; readonly label: string } | undefined;
}

function examine(facts: Facts, flow: FlowRow): Instance {
  const { flows, directions } = facts.tables;
  const client = facts.clientOf(flow);
  const row = flows.firstExchange(flow) - 1;
  const exchange = row < 0 ? undefined : facts.exchange(row);
  const downstream = exchange === undefined ? undefined : findDownstream(facts, exchange);
  const server = flow * 2 + other(client);
  const alert = directions.alertPacket(server);
  const close = facts.closes(flow).find(({ side }) => side !== client);
  const refusal = exchange?.status === 400 ? exchange.response : undefined;
  const description = directions.alertDescription(server);
  const name = ALERT_DESCRIPTIONS[description] ?? String(description);
  const end =
    alert !== 0
      ? { packet: alert, words: `answered with the TLS alert ${name}`, label: `TLS alert ${name}` }
      : refusal !== undefined
        ? {
            packet: refusal.firstPacket,
            words: 'refused it with 400, in plaintext',
            label: '400, in plaintext',
          }
        : close === undefined
          ? undefined
          : {
              packet: close.packet,
              words: close.how === 'RST' ? 'reset the connection' : 'closed the connection',
              label: `${close.how}, no answer`,
            };
  return {
    flow,
    client,
    exchange,
    downstream,
    participants:
      exchange === undefined
        ? nameEnds(facts, flow, client, undefined)
        : nameParticipants(facts, exchange, downstream),
    felt: feltByCaller(downstream, 0),
    firstPacket: exchange?.request?.firstPacket ?? directions.firstDataPacket(flow * 2 + client),
    end,
  };
}

function tell(
  facts: Facts,
  best: Instance,
  examined: readonly Instance[],
  flows: ReadonlySet<FlowRow>,
  count: number,
): Statement {
  const { flow, client, exchange, downstream, participants, felt, end, firstPacket } = best;
  const { client: caller, server } = participants;
  const profile = profileOf(facts, flow);
  const endpoint = facts.endpoint(flow, other(client));
  const isProven = hasTlsAnswer(facts, flow) || profile?.speaksTls === true;
  const request = exchange?.request;
  const after = end === undefined ? undefined : facts.time(end.packet) - facts.time(firstPacket);
  const verdict = judge(
    facts,
    [flow],
    'absence',
    'Both directions were captured, and the server speaks TLS to others here or answered with it.',
    isProven
      ? []
      : [
          `No TLS of this server was captured: that port ${facts.port(flow, other(client))} speaks it is usual, not proven.`,
        ],
  );
  const first: Evidence = {
    kind: 'packet',
    packet: firstPacket,
    label: `packet ${formatCount(firstPacket)}, the plaintext request`,
  };
  const ladder =
    exchange === undefined
      ? drawPreface(facts, best)
      : exampleLadder(
          facts,
          { exchange, downstream, participants },
          {
            requestRemark: 'plaintext',
            ...(end === undefined ? {} : { key: { packet: end.packet, label: end.label } }),
          },
        );
  const others = profile?.complete ?? 0;
  const did = end?.words ?? 'sent no HTTP';
  return {
    impact: felt === undefined ? Impact.BROKE : Impact.FELT,
    title: `${capitalize(caller.noun)} sent plaintext HTTP to a port that speaks TLS`,
    scope: `${addressesOf(facts, flows, (row) => facts.clientOf(row))} to ${endpointsOf(facts, flows, (row) => other(facts.clientOf(row)))}`,
    lead: prose(
      `${capitalize(caller.noun)} sent `,
      request === undefined ? { code: 'PRI * HTTP/2.0' } : code(request.startLine),
      ' in clear to ',
      code(endpoint),
      others > 0 ? `, where ${formatAmount(others, 'TLS handshake')} of others succeeded; ` : '; ',
      after === undefined ? '' : `${formatDuration(after)} later `,
      `${server.noun} `,
      { strong: did },
      best.exchange?.response === undefined ? ' and sent no HTTP.' : '.',
      felt === undefined ? undefined : prose(` ${capitalize(caller.noun)} `, { strong: felt }, '.'),
      count > 1 ? ` So it went for ${formatAmount(count, 'connection')}.` : undefined,
    ),
    count,
    flows: [...flows],
    packets: examined
      .flatMap((one) => [one.firstPacket, one.end?.packet ?? 0])
      .filter((packet) => packet !== 0)
      .sort((a, b) => a - b),
    whyItMatters: prose(
      'A TLS server takes the first octets for a TLS record, finds letters, and hangs up. In a mesh this is a caller without a sidecar (or one whose sidecar does not know the peer has one) in front of a peer with STRICT mTLS.',
    ),
    whatToChange: [
      prose(
        'Outside a mesh: call it with ',
        { code: 'https://' },
        ', or use the port that is meant for plaintext.',
      ),
      prose(
        'In Istio: give the caller a sidecar; or, until then, set ',
        { code: 'PeerAuthentication' },
        ' of the peer to ',
        { code: 'PERMISSIVE' },
        ' (or ',
        { code: 'portLevelMtls' },
        ' ',
        { code: 'DISABLE' },
        ' for this port).',
      ),
      prose(
        'If the caller has a sidecar: remove the ',
        { code: 'DestinationRule' },
        ' with ',
        { code: 'tls.mode: DISABLE' },
        ' for this host, or set ',
        { code: 'ISTIO_MUTUAL' },
        '.',
      ),
    ],
    logWords: [
      'Envoy: NR filter_chain_not_found; TLS_error: …HTTP_REQUEST',
      'nginx: client sent plain HTTP request to HTTPS port',
      'OpenSSL: http request',
      'Go: client sent an HTTP request to an HTTPS server; tls: first record does not look like a TLS handshake',
      'curl: (52) Empty reply from server; (56) Recv failure: Connection reset by peer',
      'HAProxy: SSL handshake failure',
    ],
    sources: ['RFC 8446 section 5.1', 'Istio: PeerAuthentication (read 2026)'],
    evidence: evidenceOf(facts, first, {
      ...(exchange === undefined ? {} : { exchange }),
      downstream,
      flow,
      ...(end === undefined ? {} : { close: { packet: end.packet, label: end.label } }),
    }),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    ...(exchange?.request === undefined
      ? {}
      : { quote: quoteMessage(facts, exchange, exchange.request, { startRemark: 'in clear' }) }),
    time: exchange?.request?.start ?? facts.time(firstPacket),
  };
}
