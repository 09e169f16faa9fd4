import type { Evidence } from '../../../src/model/finding.ts';
import { HelloOutcome } from '../../../src/model/hello.ts';
import { ALERT_DESCRIPTIONS, TLS_VERSIONS } from '../../../src/model/registries.ts';
import type { FlowRow } from '../../../src/model/units.ts';
import { adviceOn, opensslWords } from '../alerts.ts';
import { addressesOf, endpointsOf, evidenceOf } from '../example.ts';
import { ANY, type Facts, type Side } from '../facts.ts';
import { Groups } from '../group.ts';
import { encryptedAlert } from './encrypted-alert.ts';
import { drawHandshake, examineHello, type HelloInstance } from '../hello-fault.ts';
import { serverKey } from '../hellos.ts';
import { judge } from '../judge.ts';
import { other } from '../ladder.ts';
import { nameEnds } from '../roles.ts';
import { type Claims, Draft, Impact, type Rule, type Statement } from '../rule.ts';
import { formatAmount, formatCount } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';

const FATAL = 2;
/** close_notify, user_canceled and no_renegotiation end nothing that was not over (RFC 8446 section 6.1). */
const HARMLESS: ReadonlySet<number> = new Set([0, 90, 100]);

/** A fatal alert in clear, or what is probably one. */
export const tlsAlert: Rule = {
  id: 'tls-alert',
  looksFor: 'a fatal TLS alert',
  unseen: (facts) =>
    facts.tables.hellos.rows === 0 && facts.select('directions', 'alertPacket', ANY).length === 0
      ? 'no TLS handshake was captured'
      : undefined,
  find: (facts, claims) => [...findInClear(facts, claims), ...encryptedAlert.find(facts, claims)],
};

function findInClear(facts: Facts, claims: Claims): readonly Draft[] {
  const { directions, flows } = facts.tables;
  const groups = new Groups<string>();
  const meant: number[] = [];
  const keyOf = (direction: number): string =>
    `${serverKey(facts, direction >>> 1)} ${direction & 1} ${directions.alertDescription(direction)}`;
  for (const direction of facts.select('directions', 'alertPacket', ANY)) {
    if (directions.alertLevel(direction) !== FATAL) continue;
    if (HARMLESS.has(directions.alertDescription(direction))) continue;
    const flow = direction >>> 1;
    const hello = flows.hello(flow) - 1;
    const cause = claims.causeOf(hello < 0 ? { flow } : { flow, hello });
    if (cause !== undefined) {
      cause.fold('tls-alert', `TLS alerts: ${nameOf(directions.alertDescription(direction))}`);
      continue;
    }
    meant.push(direction);
    groups.add(keyOf(direction), direction, flow, true);
  }
  const drafts = new Map<string, Draft>();
  for (const group of groups.largest()) {
    const draft = new Draft('tls-alert', tell(facts, group.broken, group.flows, group.count));
    drafts.set(group.key, draft);
  }
  for (const direction of meant) {
    const draft = drafts.get(groups.keyOf(keyOf(direction)));
    if (draft === undefined) continue;
    const hello = flows.hello(direction >>> 1) - 1;
    if (hello >= 0) claims.hello(hello, draft);
    claims.flow(direction >>> 1, draft);
  }
  return [...drafts.values()];
}

function nameOf(description: number): string {
  return ALERT_DESCRIPTIONS[description] ?? `alert ${description}`;
}

function tell(
  facts: Facts,
  examples: readonly number[],
  flows: ReadonlySet<FlowRow>,
  count: number,
): Statement {
  const { directions } = facts.tables;
  const instances = examples.map((direction) => examine(facts, direction));
  const at = Math.max(
    0,
    instances.findIndex((one) => one?.felt !== undefined),
  );
  const direction = examples[at] ?? 0;
  const instance = instances[at];
  const flow = direction >>> 1;
  const side: Side = (direction & 1) === 0 ? 0 : 1;
  const client = facts.clientOf(flow);
  const participants = instance?.participants ?? nameEnds(facts, flow, client, undefined);
  const sender = side === client ? participants.client : participants.server;
  const receiver = side === client ? participants.server : participants.client;
  const description = directions.alertDescription(direction);
  const packet = directions.alertPacket(direction);
  const advice = adviceOn(description);
  const name = nameOf(description);
  const hello = instance?.hello;
  const felt = instance?.felt;
  const isAfter = hello?.outcome === HelloOutcome.COMPLETE;
  const verdict = judge(
    facts,
    [flow],
    'octets',
    'The alert was sent in clear, and is quoted as it was captured.',
  );
  const first: Evidence = {
    kind: 'packet',
    packet,
    label: `packet ${formatCount(packet)}, alert of ${sender.noun}`,
  };
  const words = opensslWords(description);
  const version = hello === undefined ? undefined : TLS_VERSIONS[hello.version];
  const ladder = instance === undefined ? undefined : drawHandshake(instance, true);
  const server = (row: FlowRow): Side => other(facts.clientOf(row));
  return {
    impact: felt === undefined ? Impact.BROKE : Impact.FELT,
    title: `${capitalize(sender.noun)} ended the TLS ${isAfter ? 'connection' : 'handshake'} with the alert ${name}`,
    scope: `${addressesOf(facts, flows, (row) => facts.clientOf(row))} to ${endpointsOf(facts, flows, server)}`,
    lead: prose(
      `${capitalize(sender.noun)} sent ${receiver.noun} the fatal alert `,
      { strong: `${name} (${description})` },
      `: it gave up because ${advice.reason}.`,
      hello === undefined
        ? undefined
        : prose(
            ' The ClientHello asked for ',
            hello.serverName === undefined ? 'no name' : code(hello.serverName),
            version === undefined ? '' : `, up to ${version}`,
            hello.serverHelloPacket === 0 ? '; there was no ServerHello.' : '; a ServerHello had come.',
          ),
      felt === undefined
        ? undefined
        : prose(` ${capitalize(participants.client.noun)} `, { strong: felt }, '.'),
      count > 1 ? ` So it went for ${formatAmount(count, 'connection')}.` : undefined,
    ),
    count,
    flows: [...flows],
    packets: examples.map((one) => directions.alertPacket(one)).sort((a, b) => a - b),
    whyItMatters: prose(
      'A fatal alert ends the connection, and says why in one word. The side that sends it has the details in its log; the other one only sees the word.',
    ),
    whatToChange: [
      ...advice.steps.map((step) => prose(step)),
      prose(`Look in the log of ${sender.noun} (it sent the alert) for the details.`),
    ],
    logWords: [
      ...(words === undefined ? [] : [`OpenSSL, at ${receiver.noun}: ${words}`]),
      `Java, at ${receiver.noun}: javax.net.ssl.SSLHandshakeException: Received fatal alert: ${name}`,
      `Go, at ${receiver.noun}: remote error: tls: …`,
      'Envoy, as the client: UF upstream_reset_before_response_started{connection_failure,TLS_error}',
    ],
    sources: ['RFC 8446 section 6.2', 'RFC 5246 section 7.2'],
    evidence: evidenceOf(facts, first, { downstream: instance?.downstream, flow }),
    ...verdict,
    ...(ladder === undefined ? {} : { ladder }),
    time: hello?.time ?? facts.time(packet),
  };
}

function examine(facts: Facts, direction: number): HelloInstance | undefined {
  const row = facts.tables.flows.hello(direction >>> 1) - 1;
  return row < 0 ? undefined : examineHello(facts, row);
}
