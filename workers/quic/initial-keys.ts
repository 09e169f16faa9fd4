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

/** Version 1 (RFC 9000) and 2 (RFC 9369). */
export const VERSION_2 = 0x6b3343cf;

const SALT_1 = hexToBytes('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const SALT_2 = hexToBytes('0dede3def700a6db819381be6e269dcbf9bd2ed9');
/** Of drafts 29 to 32, 23 to 28, and 22: draft-ietf-quic-tls, section 5.2. */
const SALT_DRAFT_29 = hexToBytes('afbfec289993d24c9e9786f19c6111e04390a899');
const SALT_DRAFT_23 = hexToBytes('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const SALT_DRAFT_22 = hexToBytes('7fbcdb0e7c66bbe92a96cd21519ebd7a021aaaf7');

/** The salt of a version's initial secret; drafts are numbered 0xff000000 + n. */
function saltOf(version: number): Uint8Array {
  if (version === VERSION_2) return SALT_2;
  const draft = version >>> 24 === 0xff ? version & 0xff : Infinity;
  if (draft <= 22) return SALT_DRAFT_22;
  if (draft <= 28) return SALT_DRAFT_23;
  return draft <= 32 ? SALT_DRAFT_29 : SALT_1;
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

/** The keys of both sides: those of Initial packets follow from the first Destination Connection ID of the client. */
export function initialKeys(
  version: number,
  destinationId: Uint8Array,
): { readonly client: InitialKeys; readonly server: InitialKeys } {
  const secret = extract(sha256, destinationId, saltOf(version));
  const prefix = version === VERSION_2 ? 'quicv2' : 'quic';
  const keysOf = (label: string): InitialKeys => {
    const own = expandLabel(secret, label, 32);
    return {
      key: expandLabel(own, `${prefix} key`, 16),
      iv: expandLabel(own, `${prefix} iv`, 12),
      headerKey: expandLabel(own, `${prefix} hp`, 16),
    };
  };
  return { client: keysOf('client in'), server: keysOf('server in') };
}
