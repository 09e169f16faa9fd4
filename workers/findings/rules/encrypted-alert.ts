import { FlowMark } from '../../../src/model/flow.ts';
import { HelloMark, HelloOutcome } from '../../../src/model/hello.ts';
import { PacketMark } from '../../../src/model/packet.ts';
import { formatDuration } from '../../../src/model/format.ts';
import { THRESHOLDS } from '../../../src/model/thresholds.ts';
import type { HelloRow, PacketNumber } from '../../../src/model/units.ts';
import type { Facts, Side } from '../facts.ts';
import { type HelloInstance, helloRule, type HelloWords } from '../hello-fault.ts';
import { other } from '../ladder.ts';
import { Impact, type ImpactLevel } from '../rule.ts';
import { capitalize, code, prose } from '../words.ts';

/** Octets of a TLS 1.3 record with an alert in it: header (5), alert (2), its type (1), tag (16). RFC 8446 section 5.2. */
const ALERT_RECORD = 24;
const TLS13 = 0x0304;

/**
 * The part of tls-alert that cannot be read: in TLS 1.3 a record of an alert's length where content should come, then the close.
 * A certificate that is refused looks so.
 */
export const encryptedAlert = helloRule({
  id: 'tls-alert',
  looksFor: 'a fatal TLS alert',
  foldedTitle: 'TLS alerts, encrypted',
  candidates: (facts) => candidates(facts),
  impact: (facts, row): ImpactLevel => {
    const { hellos, directions } = facts.tables;
    if (hellos.outcome(row) !== HelloOutcome.COMPLETE) return Impact.BROKE;
    // A server that closes before anything was asked may just not want the connection any more.
    const flow = hellos.flow(row);
    const asked = directions.lastDataPacket(flow * 2 + facts.clientOf(flow));
    return asked > hellos.outcomePacket(row) ? Impact.BROKE : Impact.CAN_BREAK;
  },
  kind: (facts, row) => (facts.tables.hellos.outcome(row) === HelloOutcome.COMPLETE ? 'server' : 'client'),
  tell,
});

function* candidates(facts: Facts): Iterable<HelloRow> {
  const { flows, hellos } = facts.tables;
  for (const flow of facts.select('flows', 'marks', FlowMark.TLS_TROUBLE)) {
    const row = flows.hello(flow) - 1;
    if (
      row >= 0 &&
      (hellos.marks(row) & HelloMark.ENCRYPTED_ALERT) !== 0 &&
      hellos.selectedVersion(row) === TLS13 &&
      // Where no end was captured the connection may have gone on.
      hellos.outcome(row) !== HelloOutcome.OPEN
    ) {
      yield row;
    }
  }
  for (const flow of facts.select('flows', 'marks', FlowMark.RESET | FlowMark.CLOSED)) {
    const row = flows.hello(flow) - 1;
    if (row < 0 || hellos.outcome(row) !== HelloOutcome.COMPLETE) continue;
    if (hellos.selectedVersion(row) === TLS13 && serverAlert(facts, row) !== 0) yield row;
  }
}

/** The packet of a server's first and only octets after the handshake, where they are as long as an alert; 0 for none. */
function serverAlert(facts: Facts, row: HelloRow): PacketNumber {
  const { directions, flows, hellos, packets } = facts.tables;
  const flow = hellos.flow(row);
  const server: Side = other(facts.clientOf(flow));
  const done = hellos.outcomePacket(row);
  const last = directions.lastDataPacket(flow * 2 + server);
  const bare = flows.handshakePacket(flow);
  // Its last octets came with or before the client's Finished, or long after.
  if (last <= done || bare === 0 || facts.isPartial(flow)) return 0;
  if (facts.time(last) - facts.time(done) > THRESHOLDS.REACTION) return 0;
  if (last - done > THRESHOLDS.EXAMINED * 4) return 0;
  // The ACK of the handshake has the same headers and no payload.
  const headers = packets.length(bare - 1);
  if (packets.length(last - 1) - headers !== ALERT_RECORD) return 0;
  for (let packet = done; packet < last - 1; packet++) {
    const isOwn =
      packets.flow(packet) === flow &&
      (packets.marks(packet) & PacketMark.FROM_RESPONDER) / PacketMark.FROM_RESPONDER === server;
    if (isOwn && packets.length(packet) > headers) return 0;
  }
  return facts.closes(flow).some(({ side, packet }) => side === server && packet >= last) ? last : 0;
}

function tell(instance: HelloInstance): HelloWords {
  const { facts, hello, participants } = instance;
  const { client, server } = participants;
  const isServer = hello.outcome === HelloOutcome.COMPLETE;
  const sender = isServer ? server : client;
  const alert = isServer ? serverAlert(facts, hello.row) : hello.outcomePacket;
  const after = facts.time(alert) - hello.time;
  const asked = facts.tables.hellos.outcome(hello.row) === HelloOutcome.COMPLETE;
  return {
    title: `${capitalize(sender.noun)} probably ended the TLS handshake with an alert, encrypted`,
    lead: prose(
      `${capitalize(client.noun)} sent a ClientHello for `,
      hello.serverName === undefined ? 'no name' : code(hello.serverName),
      ` and the handshake went on in TLS 1.3; ${formatDuration(after)} after its begin ${sender.noun} sent one encrypted record of 19 octets, the length of an alert, `,
      { strong: 'and the connection ended' },
      asked ? ' without an answer.' : '.',
    ),
    whyItMatters: prose(
      isServer
        ? 'In TLS 1.3 a server tells only after the handshake that it refuses the client certificate (missing, expired, of an unknown authority), and tells it encrypted.'
        : 'In TLS 1.3 a client that refuses the certificate of the server tells it encrypted.',
    ),
    whatToChange: isServer
      ? [
          prose(
            `Look in the log of ${server.noun}, or in the error of the client library: the alert can be read there (`,
            { code: 'certificate required' },
            ', ',
            { code: 'unknown ca' },
            ', ',
            { code: 'bad certificate' },
            ').',
          ),
          prose(
            'Check that the client presents a certificate, that it is valid, and that the server knows its authority.',
          ),
        ]
      : [
          prose(`Look in the log of ${client.noun}: certificate not trusted, expired, or for another name.`),
          prose(
            'Check with ',
            { code: 'openssl s_client -connect HOST:PORT -servername NAME' },
            ' what certificate the server presents.',
          ),
        ],
    logWords: [
      'curl: (56) OpenSSL SSL_read: … tlsv13 alert certificate required',
      'Go: remote error: tls: certificate required',
      'Java: javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_required',
      'Envoy, as the client: UF or UC with TLS_error',
    ],
    sources: ['RFC 8446 section 6.2', 'RFC 8446 section 4.4.2'],
    doubts: [
      'The record is encrypted: that it is an alert is inferred from its length and from the close after it.',
    ],
    rests: '',
  };
}
