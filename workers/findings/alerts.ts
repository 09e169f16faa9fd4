/** What an alert of TLS usually means, by its description (RFC 8446 section 6.2), and what to change. */
export interface AlertAdvice {
  /** After "because": the likely reason, in a few words. */
  readonly reason: string;
  readonly steps: readonly string[];
}

const CERTIFICATE: readonly string[] = [
  'Check the certificate that was presented: its names, its validity, its key usage, and that the intermediate certificates are sent with it (openssl s_client -connect HOST:PORT -servername NAME -showcerts).',
];

/** Advice by alert description; {@link adviceOn} answers for the others. */
const ADVICE: Readonly<Record<number, AlertAdvice>> = {
  40: {
    reason:
      'the two have no parameters in common (cipher suites, groups, or a client certificate that is missing)',
    steps: [
      'Compare the cipher suites and groups that both sides are configured for; a hardened server and an old client often share none.',
      'If the server asks for a client certificate: give the client one (TLS 1.2 says handshake_failure when it is missing).',
    ],
  },
  42: { reason: 'it could not accept the certificate of the other side', steps: CERTIFICATE },
  43: { reason: 'the certificate is of a type that it does not support', steps: CERTIFICATE },
  44: { reason: 'the certificate was revoked', steps: ['Issue a new certificate and roll it out.'] },
  45: {
    reason: 'the certificate has expired, or is not valid yet',
    steps: ['Renew the certificate, and check the clocks of both machines.'],
  },
  46: {
    reason: 'it could not accept the certificate, for a reason that the alert does not name',
    steps: CERTIFICATE,
  },
  48: {
    reason: 'it does not know the authority that signed the certificate of the other side',
    steps: [
      'Give the side that sent the alert the authority (CA) of the other (a trust store, caCertificates in a DestinationRule, --cacert).',
      'If it should know it already: the other side presents a certificate of the wrong chain, or leaves out an intermediate.',
    ],
  },
  47: { reason: 'a field of the handshake has a value that it does not allow', steps: [] },
  50: { reason: 'it could not decode a message of the handshake', steps: [] },
  51: { reason: 'a signature or check of the handshake did not verify', steps: [] },
  70: {
    reason: 'the two have no TLS version in common',
    steps: [
      'Raise the highest version of the older side (to TLS 1.2 at least), or lower the minimum of the newer one if it must be.',
    ],
  },
  71: {
    reason: 'what the other side offers is below its security level',
    steps: ['Offer stronger cipher suites, groups and keys (OpenSSL counts them in security levels).'],
  },
  80: {
    reason: 'something failed inside that has nothing to do with the other side',
    steps: ['Look in the log of the side that sent the alert.'],
  },
  86: {
    reason: 'the client fell back to an older version although both know a newer one',
    steps: ['Find out why the first attempt with the newer version failed.'],
  },
  109: { reason: 'an extension that it needs is missing in the handshake', steps: [] },
  112: {
    reason: 'it serves no such name (SNI)',
    steps: ['Compare the server_name with the names the server is configured for.'],
  },
  116: {
    reason: 'it demands a client certificate, and none was sent',
    steps: [
      'Give the client a certificate, or take back the demand (in Istio: PeerAuthentication STRICT reached from outside the mesh).',
    ],
  },
  120: {
    reason: 'the two have no application protocol (ALPN) in common',
    steps: ['Compare the ALPN lists: a client that offers only h2 needs a server that has it.'],
  },
};

/** What an alert usually means. */
export function adviceOn(description: number): AlertAdvice {
  return ADVICE[description] ?? { reason: 'of what the alert names', steps: [] };
}

/** OpenSSL's words for an alert that was received: `sslv3 alert handshake failure`, `tlsv1 alert unknown ca`. */
export function opensslWords(description: number): string | undefined {
  return OPENSSL[description];
}

// From OpenSSL's ssl/ssl_err.c: names of alerts of SSL 3 keep that prefix.
const OPENSSL: Readonly<Record<number, string>> = {
  40: 'sslv3 alert handshake failure',
  42: 'sslv3 alert bad certificate',
  43: 'sslv3 alert unsupported certificate',
  44: 'sslv3 alert certificate revoked',
  45: 'sslv3 alert certificate expired',
  46: 'sslv3 alert certificate unknown',
  47: 'sslv3 alert illegal parameter',
  48: 'tlsv1 alert unknown ca',
  50: 'tlsv1 alert decode error',
  51: 'tlsv1 alert decrypt error',
  70: 'tlsv1 alert protocol version',
  71: 'tlsv1 alert insufficient security',
  80: 'tlsv1 alert internal error',
  86: 'tlsv1 alert inappropriate fallback',
  112: 'tlsv1 unrecognized name',
  116: 'tlsv13 alert certificate required',
  120: 'tlsv1 alert no application protocol',
};
