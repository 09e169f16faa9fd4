import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import { ALERT_DESCRIPTIONS, cipherSuiteName, TLS_VERSIONS } from '../../src/model/registries.ts';
import { formatHex } from '../../src/model/format.ts';
import { TcpFlag } from '../../src/model/packet.ts';
import type { HelloRow } from '../../src/model/units.ts';
import type { HelloItem } from '../api.ts';
import type { Core } from '../core.ts';
import { clientSide, endpointOf } from '../roles.ts';

/** A ClientHello as it is listed. */
export function helloItem(core: Core, hello: HelloRow): HelloItem {
  const { hellos, flows } = core.tables;
  const flow = hellos.flow(hello);
  const client = clientSide(core, flow);
  const cipherSuite = hellos.cipherSuite(hello);
  const text = (id: number): string | undefined => (id === 0 ? undefined : core.text(id));
  return {
    hello,
    flow,
    stream: flows.number(flow),
    time: hellos.time(hello),
    client: endpointOf(core, flow, client),
    server: endpointOf(core, flow, client === 0 ? 1 : 0),
    serverName: text(hellos.serverName(hello)),
    alpn: text(hellos.alpn(hello)),
    selectedAlpn: text(hellos.selectedAlpn(hello)),
    version: helloVersion(core, hello),
    cipherSuite: cipherSuite === 0 ? undefined : (cipherSuiteName(cipherSuite) ?? formatHex(cipherSuite, 4)),
    outcome: helloOutcome(core, hello),
    packet: hellos.firstPacket(hello),
    tags: helloTags(core, hello),
  };
}

/** How a TLS version on the wire is called. */
function tlsVersionName(version: number): string {
  // Drafts of TLS 1.3 have numbers of their own (draft-ietf-tls-tls13, section 4.2.1.1).
  if (version >> 8 === 0x7f) return `TLS 1.3 draft ${version & 255}`;
  return TLS_VERSIONS[version] ?? formatHex(version, 4);
}

function helloVersion(core: Core, hello: HelloRow): string {
  const { hellos } = core.tables;
  const carrier = hellos.marks(hello) & HelloMark.QUIC ? ' over QUIC' : '';
  const selected = hellos.selectedVersion(hello);
  if (selected !== 0) return tlsVersionName(selected) + carrier;
  return `${tlsVersionName(hellos.version(hello) || hellos.legacyVersion(hello))}?${carrier}`;
}

function helloOutcome(core: Core, hello: HelloRow): string {
  const { hellos, packets } = core.tables;
  const packet = hellos.outcomePacket(hello);
  switch (hellos.outcome(hello)) {
    case HelloOutcome.COMPLETE:
      return 'complete';
    case HelloOutcome.ALERT:
      return alertOutcome(core, hello);
    case HelloOutcome.CUT: {
      const flags = packet === 0 ? 0 : packets.tcpFlags(packet - 1);
      if (hellos.marks(hello) & HelloMark.QUIC) return 'closed with an error';
      return flags & TcpFlag.RST ? 'cut by RST' : flags & TcpFlag.FIN ? 'cut by FIN' : 'cut';
    }
    case HelloOutcome.NOT_TLS:
      return 'answered with something else than TLS';
    default:
      return 'open';
  }
}

function alertOutcome(core: Core, hello: HelloRow): string {
  const { hellos, directions } = core.tables;
  const flow = hellos.flow(hello);
  const client = clientSide(core, flow);
  for (const side of [client === 0 ? 1 : 0, client] as const) {
    const direction = flow * 2 + side;
    if (directions.alertPacket(direction) === 0) continue;
    const description = directions.alertDescription(direction);
    const sender = side === client ? 'client' : 'server';
    return `alert ${ALERT_DESCRIPTIONS[description] ?? String(description)} by the ${sender}`;
  }
  return 'alert';
}

function helloTags(core: Core, hello: HelloRow): readonly string[] {
  const marks = core.tables.hellos.marks(hello);
  const tags: string[] = [];
  if ((marks & (HelloMark.SERVER_NAME | HelloMark.ENCRYPTED_CLIENT_HELLO)) === 0) tags.push('no SNI');
  if (marks & HelloMark.ENCRYPTED_CLIENT_HELLO) tags.push('encrypted name');
  if (marks & HelloMark.RETRY) tags.push('retried');
  // In QUIC it is always split where it is longer than a datagram.
  if (marks & HelloMark.SPLIT_SEGMENTS && !(marks & HelloMark.QUIC)) tags.push('split over segments');
  if (marks & HelloMark.SPLIT_RECORDS) tags.push('split over records');
  if (marks & HelloMark.CERTIFICATE_REQUESTED) tags.push('client certificate asked');
  if (marks & HelloMark.ENCRYPTED_ALERT) tags.push('probably an alert');
  if (marks & HelloMark.MALFORMED) tags.push('malformed');
  return tags;
}
