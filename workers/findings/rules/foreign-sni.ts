import { HelloOutcome } from '../../../src/model/hello.ts';
import type { HelloRow } from '../../../src/model/units.ts';
import { ANY, type Facts } from '../facts.ts';
import { type HelloInstance, helloRule, type HelloWords } from '../hello-fault.ts';
import { hasIstioAlpn, isMeshName, isMeshServer, profileOf } from '../hellos.ts';
import { Impact, type ImpactLevel } from '../rule.ts';
import { capitalize, code, prose } from '../words.ts';

/** To a server of the mesh: a server_name or ALPN that Istio's sidecars do not send, while others do. */
export const foreignSni = helloRule({
  id: 'foreign-sni',
  looksFor: "a ClientHello to the mesh without the mesh's server name or ALPN",
  foldedTitle: "ClientHellos without the mesh's name",
  candidates: (facts) => candidates(facts),
  impact,
  tell,
});

/** Hellos with a name (those without are no-sni's) to servers of the mesh, that differ from what sidecars send. */
function* candidates(facts: Facts): Iterable<HelloRow> {
  const { hellos } = facts.tables;
  for (const row of facts.select('hellos', 'serverName', ANY)) {
    const flow = hellos.flow(row);
    if (!isMeshServer(facts, flow)) continue;
    const isForeignName = !isMeshName(facts.core.text(hellos.serverName(row)));
    if (isForeignName || isForeignAlpn(facts, row)) yield row;
  }
}

function isForeignAlpn(facts: Facts, row: HelloRow): boolean {
  const { hellos } = facts.tables;
  if ((profileOf(facts, hellos.flow(row))?.istioAlpn ?? 0) === 0) return false;
  return !hasIstioAlpn(facts.core.text(hellos.alpn(row)));
}

/** A PERMISSIVE peer takes the hello all the same. A client that refuses the peer's certificate is cut off as well. */
function impact(facts: Facts, row: HelloRow): ImpactLevel {
  switch (facts.tables.hellos.outcome(row)) {
    case HelloOutcome.COMPLETE:
    case HelloOutcome.OPEN:
      return Impact.ODD;
    default:
      return Impact.BROKE;
  }
}

function tell(
  { facts, hello, profile, success, participants }: HelloInstance,
  level: ImpactLevel,
): HelloWords {
  const { client, server } = participants;
  const name = hello.serverName ?? '';
  const isForeignName = !isMeshName(name);
  const isAlpn = isForeignAlpn(facts, hello.row);
  const others = profile?.meshNames ?? 0;
  const hasBroken = level >= Impact.BROKE;
  const did =
    hello.cut === undefined
      ? 'refused it'
      : hello.cut.side === hello.client
        ? 'was left'
        : hello.cut.how === 'RST'
          ? 'reset the connection'
          : 'closed the connection';
  const what = isForeignName ? 'a foreign SNI' : 'a foreign ALPN';
  return {
    title: hasBroken
      ? `A ClientHello with ${what} reached the mesh, and ${server.noun} ${did}`
      : `A ClientHello with ${what} reached the mesh`,
    lead: prose(
      `${capitalize(client.noun)} asked for `,
      code(name),
      hello.alpn === undefined ? ' without ALPN' : prose(' with ALPN ', code(hello.alpn)),
      success?.serverName === undefined
        ? '. '
        : prose(
            '; hellos that succeed here ask for ',
            code(success.serverName),
            success.alpn === undefined ? '. ' : prose(' with ALPN ', code(success.alpn), '. '),
          ),
      hasBroken
        ? prose(
            `${capitalize(server.noun)} `,
            { strong: did },
            hello.serverHelloPacket === 0 ? ' without a ServerHello.' : '.',
          )
        : hello.outcome === HelloOutcome.COMPLETE
          ? `${capitalize(server.noun)} took it all the same.`
          : 'What came of it was not captured.',
    ),
    whyItMatters: prose(
      'Sidecars call each other by the name of the cluster (',
      { code: 'outbound_.PORT_.SUBSET_.HOST' },
      ') and with ALPN ',
      { code: 'istio…' },
      ". Another name means that the call did not go through a cluster of the caller's sidecar: it was passed through as the app sent it, so the peer has no filter chain for it and no mesh certificate to check.",
    ),
    whatToChange: [
      prose(
        'Call the Service by its name and port as the mesh knows it, with plain HTTP, and leave TLS to the sidecar.',
      ),
      prose(
        'If the host is not in the registry: add a ',
        { code: 'ServiceEntry' },
        ' for it, so that it is a cluster and not PassthroughCluster.',
      ),
      prose(
        'If the app must speak TLS itself: name the port ',
        { code: 'https-…' },
        ' or set ',
        { code: 'appProtocol: https' },
        ', and give the host a ',
        { code: 'DestinationRule' },
        ' with ',
        { code: 'tls.mode: DISABLE' },
        ' at the caller and an exception from STRICT (',
        { code: 'PeerAuthentication' },
        ' ',
        { code: 'portLevelMtls' },
        ') at the peer.',
      ),
    ],
    logWords: [
      'Envoy, at the peer: NR filter_chain_not_found',
      'Envoy, at the caller: outbound cluster PassthroughCluster; UF or UC',
      'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL; Connection reset by peer',
      'Java: javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake',
      'Go: EOF',
    ],
    sources: ['RFC 6066 section 3', 'RFC 7301', 'Istio: SNI of clusters and ALPN (read 2026)'],
    ...(isForeignName ? { nameRemark: 'no name of the mesh' } : {}),
    ...(isAlpn ? { alpnRemark: 'no istio protocol' } : {}),
    rests:
      others > 0
        ? 'Other hellos to the same server carry names of the mesh, and the end of this one was captured.'
        : 'The server was called on a port of the mesh.',
    ...(others > 0 || (profile?.istioAlpn ?? 0) > 0
      ? {}
      : {
          doubts: [
            "No hello with the mesh's name to this server was captured: that it belongs to the mesh is inferred from its port.",
          ],
        }),
  };
}
