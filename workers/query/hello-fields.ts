import { HelloMark, HelloOutcome } from '../../src/model/hello.ts';
import type { ColumnReader, Core } from '../core.ts';
import { column, combined, type Fill } from './columns.ts';
import { bitNames, internedParts, interned, told } from './dictionaries.ts';
import type { FieldBinding, FieldBindings } from './field-values.ts';
import type { Source } from './source.ts';

const TLS12 = 0x0303;
const TLS13 = 0x0304;
const NONE: ColumnReader = () => NaN;

/** A property of ClientHellos (even rows) and ServerHellos (odd rows); 0 for none. */
function handshakeSource(core: Core, client: ColumnReader, server: ColumnReader): Source {
  const { serverHelloPacket } = core.tables.hellos;
  const fill: Fill = (from, into) => {
    for (let at = 0; at < into.length; at++) {
      const row = (from + at) >>> 1;
      const isServer = ((from + at) & 1) === 1;
      if (isServer && serverHelloPacket(row) === 0) into[at] = NaN;
      else into[at] = (isServer ? server(row) : client(row)) || NaN;
    }
  };
  return { domain: 'handshakes', columns: [fill] };
}

function handshakeNumber(
  client: (core: Core) => ColumnReader,
  server: (core: Core) => ColumnReader,
): FieldBinding {
  return (core) => ({ type: 'number', source: handshakeSource(core, client(core), server(core)) });
}

/** Alerts in clear, at their packets. */
function alert(core: Core, name: 'alertLevel' | 'alertDescription'): Source {
  const fill = combined(
    column(core, 'directions', name),
    column(core, 'directions', 'alertPacket'),
    (value, packet) => (packet === 0 ? NaN : value),
  );
  return { domain: 'alerts', columns: [fill] };
}

const OUTCOMES: Readonly<Record<number, string>> = {
  [HelloOutcome.OPEN]: 'open',
  [HelloOutcome.COMPLETE]: 'complete',
  [HelloOutcome.ALERT]: 'alert',
  [HelloOutcome.CUT]: 'cut',
  [HelloOutcome.NOT_TLS]: 'not-tls',
};

/** Names of {@link HelloMark} bits. */
const HELLO_MARK_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [HelloMark.SERVER_NAME, 'server-name'],
  [HelloMark.ENCRYPTED_CLIENT_HELLO, 'encrypted-client-hello'],
  [HelloMark.RETRY, 'retry'],
  [HelloMark.SPLIT_SEGMENTS, 'split-segments'],
  [HelloMark.SPLIT_RECORDS, 'split-records'],
  [HelloMark.MALFORMED, 'malformed'],
  [HelloMark.CERTIFICATE_REQUESTED, 'certificate-requested'],
  [HelloMark.ENCRYPTED_ALERT, 'encrypted-alert'],
  [HelloMark.QUIC, 'quic'],
];

/** Fields of TLS handshakes and alerts. */
export const HELLO_BINDINGS: FieldBindings = {
  'tls.handshake': (core) => {
    const source = handshakeSource(
      core,
      () => 1,
      () => 2,
    );
    return { type: 'presence', sources: () => [source] };
  },
  'tls.handshake.type': handshakeNumber(
    () => () => 1,
    () => () => 2,
  ),
  // A server that chose TLS 1.3 writes TLS 1.2 here (RFC 8446 section 4.1.3).
  'tls.handshake.version': handshakeNumber(
    (core) => core.tables.hellos.legacyVersion,
    (core) => (row) => Math.min(core.tables.hellos.selectedVersion(row), TLS12),
  ),
  // The extension is known to be there only where it says more than the version field.
  'tls.handshake.extensions.supported_version': handshakeNumber(
    (core) => (row) => {
      const version = core.tables.hellos.version(row);
      return version > core.tables.hellos.legacyVersion(row) ? version : NaN;
    },
    (core) => (row) => (core.tables.hellos.selectedVersion(row) >= TLS13 ? TLS13 : NaN),
  ),
  'tls.handshake.ciphersuite': handshakeNumber(
    () => NONE,
    (core) => core.tables.hellos.cipherSuite,
  ),
  'tls.handshake.extensions_server_name': (core) => ({
    type: 'text',
    source: handshakeSource(core, core.tables.hellos.serverName, NONE),
    dictionary: interned(core),
  }),
  'tls.handshake.extensions_alpn_str': (core) => ({
    type: 'text',
    source: handshakeSource(core, core.tables.hellos.alpn, core.tables.hellos.selectedAlpn),
    dictionary: internedParts(core, (list) => list.split(',')),
  }),
  'tls.alert_message': (core) => ({
    type: 'presence',
    sources: () => [alert(core, 'alertLevel')],
  }),
  'tls.alert_message.level': (core) => ({ type: 'number', source: alert(core, 'alertLevel') }),
  'tls.alert_message.desc': (core) => ({ type: 'number', source: alert(core, 'alertDescription') }),
  'offwire.hello': () => ({
    type: 'number',
    source: {
      domain: 'hellos',
      columns: [
        (from, into) => {
          for (let at = 0; at < into.length; at++) into[at] = from + at;
        },
      ],
    },
  }),
  'offwire.hello.outcome': (core) => ({
    type: 'text',
    source: { domain: 'hellos', columns: [column(core, 'hellos', 'outcome')] },
    dictionary: told((key) => {
      const name = OUTCOMES[key];
      return name === undefined ? [] : [name];
    }),
  }),
  'offwire.hello.mark': (core) => ({
    type: 'text',
    source: { domain: 'hellos', columns: [column(core, 'hellos', 'marks')] },
    dictionary: bitNames(HELLO_MARK_NAMES),
  }),
};
