import { FlowMark } from '../../../src/model/flow.ts';
import { HelloMark, HelloOutcome } from '../../../src/model/hello.ts';
import type { Prose } from '../../../src/model/finding.ts';
import { Protocol } from '../../../src/model/packet.ts';
import { TLS_VERSIONS } from '../../../src/model/registries.ts';
import type { HelloRow } from '../../../src/model/units.ts';
import type { Facts } from '../facts.ts';
import { type HelloInstance, helloRule, type HelloWords } from '../hello-fault.ts';
import { other } from '../ladder.ts';
import { Impact, type ImpactLevel } from '../rule.ts';
import { formatDuration } from '../../../src/model/format.ts';
import { capitalize, code, enumerate, prose } from '../words.ts';

/** A ClientHello, then FIN or RST (or no TLS at all) before the handshake is over. */
export const handshakeCut = helloRule({
  id: 'handshake-cut',
  looksFor: 'a TLS handshake that is cut off',
  foldedTitle: 'TLS handshakes cut off',
  needsOutcome: true,
  candidates: (facts) => candidates(facts),
  impact,
  kind: (facts, row) => (facts.tables.hellos.outcome(row) === HelloOutcome.NOT_TLS ? 'not-tls' : ''),
  tell,
});

function* candidates(facts: Facts): Iterable<HelloRow> {
  const { flows, hellos } = facts.tables;
  for (const flow of facts.select('flows', 'marks', FlowMark.TLS_TROUBLE)) {
    const row = flows.hello(flow) - 1;
    if (row < 0) continue;
    const outcome = hellos.outcome(row);
    if (outcome === HelloOutcome.NOT_TLS) {
      if (isAnswer(facts, row)) yield row;
    }
    // Half a connection cannot show a handshake that goes on in the other half.
    else if (outcome === HelloOutcome.CUT && isReadable(facts, row)) yield row;
  }
}

/** Whether all that the server said was captured and read as TLS. */
function isReadable(facts: Facts, row: HelloRow): boolean {
  const { directions, hellos } = facts.tables;
  const flow = hellos.flow(row);
  const server = flow * 2 + other(facts.clientOf(flow));
  if ((facts.marks(flow) & FlowMark.ONE_SIDED) !== 0) return false;
  if (hellos.serverHelloPacket(row) !== 0) return true;
  return (
    directions.lastDataPacket(server) <= hellos.firstPacket(row) ||
    directions.protocol(server) === Protocol.TLS
  );
}

/** Whether the server's first octets came after the hello: before it they are of a protocol that turns to TLS (STARTTLS). */
function isAnswer(facts: Facts, row: HelloRow): boolean {
  const { directions, hellos } = facts.tables;
  const flow = hellos.flow(row);
  return directions.firstDataPacket(flow * 2 + other(facts.clientOf(flow))) > hellos.firstPacket(row);
}

/** A client may hang up for its own reasons: a browser that opened one connection too many, a scan. */
function impact(facts: Facts, row: HelloRow): ImpactLevel {
  const { hellos } = facts.tables;
  if (hellos.outcome(row) === HelloOutcome.NOT_TLS) return Impact.BROKE;
  const cut = facts.closeOf(hellos.outcomePacket(row));
  if (cut === undefined) return Impact.CAN_BREAK;
  const flow = hellos.flow(row);
  const client = facts.clientOf(flow);
  if (cut.side !== client) return Impact.BROKE;
  // A client that has sent its half of the handshake was content with the server's.
  const answered = hellos.serverHelloPacket(row);
  const hasGoneOn = answered !== 0 && facts.tables.directions.lastDataPacket(flow * 2 + client) > answered;
  return hasGoneOn && (hellos.marks(row) & HelloMark.ENCRYPTED_ALERT) === 0 ? Impact.ODD : Impact.CAN_BREAK;
}

function tell(instance: HelloInstance): HelloWords {
  const { hello, participants, facts } = instance;
  if (hello.outcome === HelloOutcome.NOT_TLS) return tellNotTls(instance);
  const { client, server } = participants;
  const { cut } = hello;
  const isClient = cut?.side === hello.client;
  const who = isClient ? client.noun : server.noun;
  const did = cut?.how === 'RST' ? 'reset the connection' : 'closed the connection';
  const after = (cut?.time ?? facts.time(hello.outcomePacket)) - hello.time;
  const isBeforeServerHello =
    hello.serverHelloPacket === 0 || (cut !== undefined && cut.packet < hello.serverHelloPacket);
  const probably = (hello.marks & HelloMark.ENCRYPTED_ALERT) !== 0;
  return {
    title: `${capitalize(who)} ${did} in the middle of the TLS handshake`,
    lead: prose(
      `${capitalize(client.noun)} sent a ClientHello for `,
      hello.serverName === undefined ? 'no name' : code(hello.serverName),
      isBeforeServerHello
        ? `; ${formatDuration(after)} later, before any ServerHello, ${who} `
        : `, ${server.noun} answered with ServerHello; ${formatDuration(after)} after the begin ${who} `,
      { strong: did },
      '.',
      probably
        ? ' The last encrypted record has the length of an alert: the reason was probably in it.'
        : undefined,
      differences(instance),
    ),
    whyItMatters: prose(
      isClient
        ? whyClient(isBeforeServerHello)
        : 'A server that does not say why (no alert) is often not the TLS server itself but something before it: a proxy without a matching filter chain, a firewall that reads the name, a crashed worker.',
    ),
    whatToChange: [
      isClient
        ? prose(
            `Look in the log of ${client.noun} at that time: `,
            isBeforeServerHello
              ? `a timeout of about ${formatDuration(after)}, or a connection that was opened in advance.`
              : 'certificate not trusted, name mismatch, timeout.',
          )
        : prose(
            `Look in the log of ${server.noun}, and of what stands before it (gateway, firewall), at that time.`,
          ),
      prose(
        'Try the same by hand and change one thing at a time (name, version, ALPN, client certificate): ',
        { code: 'openssl s_client -connect HOST:PORT -servername NAME -alpn h2 -tls1_2' },
        '.',
      ),
    ],
    logWords: [
      'Envoy, as the client: UF upstream_reset_before_response_started{connection_failure,TLS_error}',
      'nginx: peer closed connection in SSL handshake while SSL handshaking',
      'HAProxy: SSL handshake failure; Connection closed during SSL handshake',
      'Java: javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake',
      'Node: Client network socket disconnected before secure TLS connection was established',
      'Go: EOF; read: connection reset by peer',
      'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL',
    ],
    sources: ['RFC 8446 section 6.1', 'RFC 8446 section 4.1.2'],
    rests: isClient
      ? `Both directions were captured; why ${client.noun} hung up is not in clear.`
      : 'The whole ClientHello and the close were captured, and no packet between them is missing.',
  };
}

/** Before ServerHello a client knows nothing of the server that it could refuse. */
function whyClient(isBeforeServerHello: boolean): string {
  return isBeforeServerHello
    ? 'The client had seen nothing of the server yet, no certificate and no version: it ran into a timeout of its own, or did not need the connection any more (browsers open connections in advance).'
    : 'A client that hangs up did not like what it saw (certificate, version), ran into its own timeout, or did not need the connection any more.';
}

/** What differs from a hello to the same server that succeeded. */
function differences({ hello, success }: HelloInstance): Prose | undefined {
  if (success === undefined) return undefined;
  const differing: string[] = [];
  const parts: Prose[number][] = [];
  if (hello.serverName !== success.serverName) {
    differing.push('the name');
    parts.push(' (there ', code(success.serverName ?? 'none'), ')');
  }
  if (hello.alpn !== success.alpn) differing.push(`ALPN (there ${success.alpn ?? 'none'})`);
  if (hello.version !== success.version) {
    differing.push(`the version (there ${TLS_VERSIONS[success.version] ?? 'unknown'})`);
  }
  if (differing.length === 0)
    return [' A hello that succeeded at the same server offers the same name, ALPN and version.'];
  return prose(
    ' Compared with a hello that succeeded at the same server, it differs in ',
    enumerate(differing),
    ...parts,
    '.',
  );
}

function tellNotTls({ hello, participants }: HelloInstance): HelloWords {
  const { client, server } = participants;
  return {
    title: `${capitalize(client.noun)} began TLS on a port where ${server.noun} does not speak it`,
    lead: prose(
      `${capitalize(client.noun)} sent a ClientHello for `,
      hello.serverName === undefined ? 'no name' : code(hello.serverName),
      ', and ',
      { strong: 'the answer is no TLS' },
      ': its first octets are no TLS record.',
    ),
    whyItMatters: prose(
      'The port speaks plaintext (often plain HTTP, which answers the ClientHello with 400). No handshake can come about.',
    ),
    whatToChange: [
      prose('Use the plain scheme for this port (', { code: 'http://' }, '), or the port that speaks TLS.'),
      prose(
        'In a mesh: a ',
        { code: 'DestinationRule' },
        ' with ',
        { code: 'tls.mode' },
        ' ',
        { code: 'SIMPLE' },
        ' or ',
        { code: 'ISTIO_MUTUAL' },
        ' asks for TLS where the pod has no sidecar; set ',
        { code: 'DISABLE' },
        ' for it.',
      ),
    ],
    logWords: [
      'Envoy: UF upstream_reset_before_response_started{connection_failure,TLS_error:…WRONG_VERSION_NUMBER}',
      'OpenSSL: wrong version number',
      'Java: javax.net.ssl.SSLException: Unsupported or unrecognized SSL message',
      'Go: tls: first record does not look like a TLS handshake; http: server gave HTTP response to HTTPS client',
    ],
    sources: ['RFC 8446 section 5.1'],
    rests: 'The ClientHello and the first octets of the answer were captured.',
  };
}
