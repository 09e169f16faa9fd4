import { HelloMark, HelloOutcome } from '../../../src/model/hello.ts';
import type { HelloRow } from '../../../src/model/units.ts';
import type { Facts } from '../facts.ts';
import { type HelloInstance, helloRule, type HelloWords } from '../hello-fault.ts';
import { isMeshServer, profileOf, serverProfiles } from '../hellos.ts';
import { other } from '../ladder.ts';
import { Impact, type ImpactLevel } from '../rule.ts';
import { formatCount } from '../../../src/model/format.ts';
import { capitalize, code, prose } from '../words.ts';

const UNRECOGNIZED_NAME = 112;
const HANDSHAKE_FAILURE = 40;
const INTERNAL_ERROR = 80;

/** A ClientHello without server_name and without encrypted_client_hello. */
export const noSni = helloRule({
  id: 'no-sni',
  looksFor: 'a ClientHello without a server name (SNI)',
  foldedTitle: 'ClientHellos without SNI',
  candidates: (facts) => candidates(facts),
  impact,
  tell,
});

function* candidates(facts: Facts): Iterable<HelloRow> {
  const { hellos } = facts.tables;
  const named = HelloMark.SERVER_NAME | HelloMark.ENCRYPTED_CLIENT_HELLO;
  // Most captures name all their servers: no second pass then.
  let missing = 0;
  for (const profile of serverProfiles(facts).values()) missing += profile.hellos - profile.withName;
  for (let row = 0; missing > 0 && row < hellos.rows; row++) {
    if ((hellos.marks(row) & (named | HelloMark.MALFORMED)) === 0) yield row;
  }
}

function impact(facts: Facts, row: HelloRow): ImpactLevel {
  const { hellos, directions } = facts.tables;
  const flow = hellos.flow(row);
  const profile = profileOf(facts, flow);
  // Where another hello without a name succeeded, the name is not what this one failed for.
  if ((profile?.completeWithoutName ?? 0) > 0) return Impact.ODD;
  const outcome = hellos.outcome(row);
  if (outcome === HelloOutcome.CUT) {
    const cut = facts.closeOf(hellos.outcomePacket(row));
    return cut !== undefined && cut.side !== facts.clientOf(flow) ? Impact.BROKE : Impact.ODD;
  }
  if (outcome !== HelloOutcome.ALERT) return Impact.ODD;
  const server = flow * 2 + other(facts.clientOf(flow));
  if (directions.alertPacket(server) === 0) return Impact.ODD;
  const description = directions.alertDescription(server);
  if (description === UNRECOGNIZED_NAME) return Impact.BROKE;
  const isVague = description === HANDSHAKE_FAILURE || description === INTERNAL_ERROR;
  return isVague && (profile?.completeWithName ?? 0) > 0 ? Impact.BROKE : Impact.ODD;
}

function tell(
  { facts, hello, profile, success, participants }: HelloInstance,
  level: ImpactLevel,
): HelloWords {
  const { client, server } = participants;
  const endpoint = facts.endpoint(hello.flow, other(hello.client));
  const named = profile?.completeWithName ?? 0;
  const did =
    hello.outcome === HelloOutcome.ALERT
      ? 'refused it'
      : hello.cut?.how === 'RST'
        ? 'reset the connection'
        : 'closed the connection';
  if (level < Impact.BROKE)
    return tellHarmless({ hello, profile, client: client.noun, server: server.noun, endpoint });
  return {
    title: `A ClientHello without SNI reached ${server.noun}, which ${did}`,
    lead: prose(
      `${capitalize(client.noun)} began TLS with `,
      code(endpoint),
      ' without saying which name it wants (no server_name), and the server ',
      { strong: did },
      hello.serverHelloPacket === 0 ? ' without a ServerHello.' : '.',
      success?.serverName === undefined
        ? undefined
        : prose(` Hellos that name it succeed: `, code(success.serverName), ` (${formatCount(named)} here).`),
    ),
    whyItMatters: prose(
      'A server that chooses its certificate, or a proxy that chooses its route, by the name has nothing to choose by. Envoy and Istio then find no filter chain; nginx and HAProxy with strict SNI close.',
    ),
    whatToChange: [
      ...(isMeshServer(facts, hello.flow)
        ? [
            prose(
              'In a mesh: call the Service by its name, not the address of a pod. A call by address, or to a host that is not in the registry (',
              { code: 'ServiceEntry' },
              '), is passed through by the sidecar without a name.',
            ),
          ]
        : []),
      prose(
        'Call the server by a host name, not by its address: names may not be addresses, so a client that connects by IP sends none.',
      ),
      prose(
        'Set the name where the client is configured (',
        { code: 'openssl s_client -servername NAME' },
        ', Java ',
        { code: 'SNIServerName' },
        ', Go ',
        { code: 'tls.Config.ServerName' },
        ', nginx ',
        { code: 'proxy_ssl_server_name on' },
        ', HAProxy ',
        { code: 'sni str(NAME)' },
        ', Istio ',
        { code: 'DestinationRule' },
        ' ',
        { code: 'tls.sni' },
        ').',
      ),
      prose('Or let the listener have a chain (a default certificate) for calls without a name.'),
    ],
    logWords: [
      'Envoy: NR filter_chain_not_found',
      'HAProxy: SSL handshake failure',
      'Java: javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake',
      'Go: EOF; remote error: tls: unrecognized name',
      'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL',
    ],
    sources: ['RFC 6066 section 3'],
    nameRemark: 'missing',
    rests:
      'The whole ClientHello and the end of the connection were captured; hellos with a name succeeded at the same server.',
    ...(named > 0
      ? {}
      : {
          doubts: [
            'No hello with a name succeeded at this server in the capture, so there is none to compare with.',
          ],
        }),
  };
}

function tellHarmless(of: {
  readonly hello: HelloInstance['hello'];
  readonly profile: HelloInstance['profile'];
  readonly client: string;
  readonly server: string;
  readonly endpoint: string;
}): HelloWords {
  const isAnswered = of.hello.outcome === HelloOutcome.COMPLETE;
  const end = isAnswered
    ? `${of.server} answered normally, so it is harmless here`
    : of.hello.outcome === HelloOutcome.OPEN
      ? 'the capture does not show what came of it'
      : 'it failed, but not for that as far as the capture shows';
  return {
    title: isAnswered ? 'ClientHello without SNI, answered normally' : 'ClientHello without SNI',
    lead: prose(
      `${capitalize(of.client)} began TLS with `,
      code(of.endpoint),
      ` without saying which name it wants (no server_name); ${end}.`,
    ),
    whyItMatters: prose(
      'It matters only where a certificate or a route is chosen by the name, as Istio and most ingresses do. A client that connects by address sends none.',
    ),
    whatToChange: [
      prose(
        'Nothing here. Before putting such a proxy in between, let the client call the server by its name.',
      ),
    ],
    logWords: ['Envoy, where the listener matches on SNI: NR filter_chain_not_found'],
    sources: ['RFC 6066 section 3'],
    nameRemark: 'missing',
    rests: 'The whole ClientHello was captured.',
  };
}
