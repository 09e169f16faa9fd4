import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** What one side's Initial packets are protected with (RFC 9001 section 5.1). */
export interface InitialKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Of the header. */
  readonly headerKey: Uint8Array;
}

/** The keys of a client and of its server. */
export interface BothKeys {
  readonly client: InitialKeys;
  readonly server: InitialKeys;
}

/** Google's version "T050" with TLS, whose frames are its own (frames.ts). */
export const T050 = 0x54303530;
/** Google's version "T051", the one after it. */
export const T051 = 0x54303531;

/** Version 2 (RFC 9369), and its drafts. */
const VERSION_2 = 0x6b3343cf;
const VERSION_2_DRAFT = 0x709a50c4;
const VERSION_2_DRAFT_00 = 0xff020000;

const SALT_1 = hexToBytes('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const SALT_2 = hexToBytes('0dede3def700a6db819381be6e269dcbf9bd2ed9');
const SALT_2_DRAFT = hexToBytes('a707c203a59b47184a1d62ca570406ea7ae3e5d3');
/** Of drafts 29 to 32, 23 to 28, and 22: draft-ietf-quic-tls, section 5.2. */
const SALT_DRAFT_29 = hexToBytes('afbfec289993d24c9e9786f19c6111e04390a899');
const SALT_DRAFT_23 = hexToBytes('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const SALT_DRAFT_22 = hexToBytes('7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a');
/** Of Google's T050 and T051: quiche, crypto_utils.cc. */
const SALT_T050 = hexToBytes('7ff579e5acd072915580304c43a2367c60488310');
const SALT_T051 = hexToBytes('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d');

/** What is tried where the version does not tell: the packet's tag tells which is right. */
const SALTS = [SALT_1, SALT_DRAFT_29, SALT_DRAFT_23, SALT_DRAFT_22] as const;

const SALT_OF: Readonly<Record<number, Uint8Array>> = {
  1: SALT_1,
  [VERSION_2]: SALT_2,
  [VERSION_2_DRAFT]: SALT_2_DRAFT,
  [VERSION_2_DRAFT_00]: SALT_2_DRAFT,
  [T050]: SALT_T050,
  [T051]: SALT_T051,
};

/** The type of an Initial packet in its first octet: version 2 and most of its drafts count on by one (RFC 9369 section 3.2). */
export function initialType(version: number): number {
  return version === VERSION_2 || version === VERSION_2_DRAFT ? 1 : 0;
}

/**
 * What the initial secret of a version may be salted with; drafts are numbered 0xff000000 + n. Facebook's versions follow a draft
 * each, and one that is reserved (RFC 9000 section 15) what its client prefers.
 */
function saltsOf(version: number): readonly Uint8Array[] {
  const known = SALT_OF[version];
  if (known) return [known];
  if (version >>> 24 !== 0xff) return SALTS;
  const draft = version & 0xff;
  if (draft <= 22) return [SALT_DRAFT_22];
  if (draft <= 28) return [SALT_DRAFT_23];
  return [draft <= 32 ? SALT_DRAFT_29 : SALT_1];
}

/** HKDF-Expand-Label with an empty context (RFC 8446 section 7.1). */
function expandLabel(secret: Uint8Array, label: string, length: number): Uint8Array {
  const name = utf8ToBytes(`tls13 ${label}`);
  return expand(
    sha256,
    secret,
    concatBytes(Uint8Array.of(0, length, name.length), name, Uint8Array.of(0)),
    length,
  );
}

/**
 * The keys of both sides, as they may be: those of Initial packets follow from the first Destination Connection ID of the client.
 */
export function* candidateKeys(version: number, destinationId: Uint8Array): Generator<BothKeys, void, void> {
  const isSecond = version === VERSION_2 || version === VERSION_2_DRAFT || version === VERSION_2_DRAFT_00;
  const prefix = isSecond ? 'quicv2' : 'quic';
  for (const salt of saltsOf(version)) {
    const secret = extract(sha256, destinationId, salt);
    const keysOf = (label: string): InitialKeys => {
      const own = expandLabel(secret, label, 32);
      return {
        key: expandLabel(own, `${prefix} key`, 16),
        iv: expandLabel(own, `${prefix} iv`, 12),
        headerKey: expandLabel(own, `${prefix} hp`, 16),
      };
    };
    yield { client: keysOf('client in'), server: keysOf('server in') };
  }
}
