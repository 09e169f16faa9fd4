import { concat, textOctets, u16, u24, u32, u8 } from './octets.ts';

/** TLS versions on the wire (RFC 8446 appendix D, RFC 5246). */
export const TLS = { SSL3: 0x0300, V10: 0x0301, V11: 0x0302, V12: 0x0303, V13: 0x0304 } as const;

/** Values of RFC 8701: to be ignored by servers. */
export const GREASE = 0x2a2a;

/** What a drawn ClientHello says. */
export interface ClientHelloOptions {
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** supported_versions, in order; absent: no such extension. */
  readonly versions?: readonly number[];
  readonly legacyVersion?: number;
  readonly ciphers?: readonly number[];
  /** Adds encrypted_client_hello. */
  readonly hasEch?: boolean;
  /** Adds encrypted_server_name, its draft. */
  readonly hasEsni?: boolean;
  /** Adds GREASE to ciphers, extensions and versions. */
  readonly hasGrease?: boolean;
  /** Octets of the handshake message, its header included: filled with a padding extension (RFC 7685). */
  readonly size?: number;
  /** Leaves the extensions out altogether, as SSL 3.0 clients do. */
  readonly hasNoExtensions?: boolean;
}

/** What a drawn ServerHello says. */
export interface ServerHelloOptions {
  /** The version chosen; 1.3 is told in supported_versions. */
  readonly version?: number;
  readonly cipher?: number;
  readonly alpn?: string;
  /** Makes it a HelloRetryRequest (RFC 8446 section 4.1.3). */
  readonly isRetry?: boolean;
}

/** SHA-256 of "HelloRetryRequest": the random of one (RFC 8446 section 4.1.3). */
const RETRY_RANDOM = Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91],
  ...[0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
);

/** Octets behind their length in two octets. */
function vector16(octets: Uint8Array): Uint8Array {
  return concat(u16(octets.length), octets);
}

function vector8(octets: Uint8Array): Uint8Array {
  return concat(u8(octets.length), octets);
}

function extension(type: number, data: Uint8Array): Uint8Array {
  return concat(u16(type), vector16(data));
}

function alpnExtension(protocols: readonly string[]): Uint8Array {
  return extension(16, vector16(concat(...protocols.map((protocol) => vector8(textOctets(protocol))))));
}

/** A handshake message: type, length in three octets, body (RFC 8446 section 4). */
export function handshake(type: number, body: Uint8Array): Uint8Array {
  return concat(u8(type), u24(body.length), body);
}

/** A record of one content type; with `size`, as many as needed of at most that many octets each. */
export function record(
  contentType: number,
  octets: Uint8Array,
  options: { readonly version?: number; readonly size?: number } = {},
): Uint8Array {
  const { version = TLS.V12, size = 16_384 } = options;
  const records: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += size) {
    records.push(concat(u8(contentType), u16(version), vector16(octets.subarray(at, at + size))));
  }
  return concat(...records);
}

/** A ClientHello message without its record. */
export function clientHelloMessage(options: ClientHelloOptions = {}): Uint8Array {
  const { ciphers = [0x1301, 0x1302, 0xc02f], hasGrease = false, legacyVersion = TLS.V12 } = options;
  const grease = hasGrease ? [GREASE] : [];
  const extensions: Uint8Array[] = [];
  if (hasGrease) extensions.push(extension(GREASE, new Uint8Array()));
  if (options.sni !== undefined) {
    extensions.push(extension(0, vector16(concat(u8(0), vector16(textOctets(options.sni))))));
  }
  if (options.alpn !== undefined) extensions.push(alpnExtension(options.alpn));
  if (options.versions !== undefined) {
    extensions.push(extension(43, vector8(concat(...[...grease, ...options.versions].map(u16)))));
  }
  if (options.hasEch)
    extensions.push(extension(0xfe0d, concat(u8(0), u32(0x00010001), u8(7), u16(0), u16(0))));
  if (options.hasEsni) extensions.push(extension(0xffce, new Uint8Array(366)));
  const random = Uint8Array.from({ length: 32 }, (_, index) => index);
  const head = concat(
    u16(legacyVersion),
    random,
    vector8(new Uint8Array(32)),
    vector16(concat(...[...grease, ...ciphers].map(u16))),
    vector8(u8(0)),
  );
  if (options.hasNoExtensions) return handshake(1, head);
  const length = 4 + head.length + 2 + concat(...extensions).length;
  if (options.size !== undefined) extensions.push(extension(21, new Uint8Array(options.size - length - 4)));
  return handshake(1, concat(head, vector16(concat(...extensions))));
}

/** A ClientHello in its record; with `recordSize`, split over records. */
export function clientHello(options: ClientHelloOptions & { readonly recordSize?: number } = {}): Uint8Array {
  const { recordSize = 16_384 } = options;
  return record(22, clientHelloMessage(options), { version: TLS.V10, size: recordSize });
}

/** A ServerHello message without its record. */
export function serverHelloMessage(options: ServerHelloOptions = {}): Uint8Array {
  const { version = TLS.V13, cipher = 0x1301, isRetry = false } = options;
  const extensions: Uint8Array[] = [];
  if (version === TLS.V13) extensions.push(extension(43, u16(TLS.V13)));
  if (options.alpn !== undefined) extensions.push(alpnExtension([options.alpn]));
  const random = isRetry ? RETRY_RANDOM : new Uint8Array(32).fill(0x5e);
  const head = concat(
    u16(Math.min(version, TLS.V12)),
    random,
    vector8(new Uint8Array(32)),
    u16(cipher),
    u8(0),
  );
  return handshake(2, extensions.length === 0 ? head : concat(head, vector16(concat(...extensions))));
}

/** A ServerHello in its record. */
export function serverHello(options: ServerHelloOptions = {}): Uint8Array {
  return record(22, serverHelloMessage(options));
}

/** Certificate of `size` meaningless octets, then ServerHelloDone: the clear part of a TLS 1.2 answer. */
export function serverFlight12(
  options: { readonly asksForCertificate?: boolean; readonly size?: number } = {},
): Uint8Array {
  const { asksForCertificate = false, size = 600 } = options;
  const certificate = concat(u24(size), new Uint8Array(size).fill(0xce));
  const list = concat(u24(certificate.length), certificate);
  const request = handshake(13, concat(vector8(u8(1)), vector16(u16(0x0401)), vector16(new Uint8Array())));
  return concat(
    record(22, handshake(11, list)),
    asksForCertificate ? record(22, request) : new Uint8Array(),
    record(22, handshake(14, new Uint8Array())),
  );
}

/** ClientKeyExchange of TLS 1.2. */
export function clientKeyExchange(): Uint8Array {
  return record(22, handshake(16, vector8(new Uint8Array(65).fill(4))));
}

/** ChangeCipherSpec. */
export function changeCipherSpec(): Uint8Array {
  return record(20, u8(1));
}

/** An encrypted Finished of TLS 1.2: a handshake record that nobody can read. */
export function encryptedFinished(): Uint8Array {
  return record(22, new Uint8Array(40).fill(0xf1));
}

/** Application data (in TLS 1.3 also the encrypted handshake) of `size` octets. */
export function applicationData(size: number): Uint8Array {
  return record(23, new Uint8Array(size).fill(0xda));
}

/** An alert in clear (RFC 8446 section 6). */
export function alert(level: 1 | 2, description: number): Uint8Array {
  return record(21, Uint8Array.of(level, description));
}
