import { ecb, gcm } from '@noble/ciphers/aes.js';
import { type BothKeys, candidateKeys, type InitialKeys } from '../../workers/quic/initial-keys.ts';
import { concat, hexOctets, u16, u32, u8 } from './octets.ts';

/** Version 1 and 2 of QUIC, drafts of both, and what Google and Facebook made of them. */
export const QUIC = {
  V1: 1,
  V2: 0x6b3343cf,
  DRAFT_29: 0xff00001d,
  V2_DRAFT: 0x709a50c4,
  V2_DRAFT_00: 0xff020000,
  T050: 0x54303530,
  T051: 0x54303531,
} as const;

/** Versions that count the types of long headers on by one. */
const COUNT_ON: readonly number[] = [QUIC.V2, QUIC.V2_DRAFT];

/** The keys of a version; of one that does not tell its salt, those of the candidate at `index`. */
export function initialKeys(version: number, keyId: Uint8Array, index = 0): BothKeys {
  const keys = [...candidateKeys(version, keyId)][index];
  if (!keys) throw new Error(`version ${version} has no salt ${index}`);
  return keys;
}

/** A long header packet to be drawn. */
export interface DrawnInitial {
  readonly version?: number;
  /** Which of the salts that the version may have. */
  readonly salt?: number;
  /** Who sends it: its keys. */
  readonly from: 'client' | 'server';
  /** The Destination Connection ID that the client began with: what the keys follow from. */
  readonly keyId: Uint8Array;
  readonly destinationId?: Uint8Array;
  readonly sourceId?: Uint8Array;
  readonly number?: number;
  readonly frames: Uint8Array;
  /** Octets of the datagram, filled with PADDING frames. */
  readonly size?: number;
}

/** A CRYPTO frame (RFC 9000 section 19.6). */
export function cryptoFrame(offset: number, octets: Uint8Array): Uint8Array {
  return concat(u8(6), u16(0x4000 | offset), u16(0x4000 | octets.length), octets);
}

/** An ACK of Google's versions for packet 1, and their CRYPTO frame behind it. */
export function googleFrames(octets: Uint8Array): Uint8Array {
  return concat(hexOctets('40 01 0000 01 00'), u8(8), u16(0x4000), u16(0x4000 | octets.length), octets);
}

/** A CONNECTION_CLOSE frame with a code of fewer than 2^14 (RFC 9000 section 19.19). */
export function closeFrame(code: number): Uint8Array {
  return concat(u8(0x1c), u16(0x4000 | code), u8(6), u8(0));
}

/** An Initial packet, protected (RFC 9001 section 5). */
export function initial(drawn: DrawnInitial): Uint8Array {
  const { version = QUIC.V1, salt = 0, from, keyId, number = 0, frames, size = 0 } = drawn;
  const keys = initialKeys(version, keyId, salt)[from];
  const { destinationId = keyId, sourceId = Uint8Array.of(1, 2, 3, 4) } = drawn;
  const head = concat(
    u32(version),
    u8(destinationId.length),
    destinationId,
    u8(sourceId.length),
    sourceId,
    u8(0),
  );
  const padded = new Uint8Array(Math.max(frames.length, size - head.length - 1 - 2 - 2 - 16));
  padded.set(frames);
  // A packet number of two octets.
  const first = 0xc1 | (COUNT_ON.includes(version) ? 0x10 : 0);
  const header = concat(u8(first), head, u16(0x4000 | (padded.length + 2 + 16)), u16(number));
  return protect(header, padded, number, keys);
}

/** Encrypts the content, then hides the packet number and the low bits of the first octet. */
function protect(header: Uint8Array, content: Uint8Array, number: number, keys: InitialKeys): Uint8Array {
  const nonce = Uint8Array.from(keys.iv);
  const last = nonce.length - 1;
  nonce[last] = (nonce[last] ?? 0) ^ (number & 255);
  nonce[last - 1] = (nonce[last - 1] ?? 0) ^ (number >> 8);
  const packet = concat(header, gcm(keys.key, nonce, header).encrypt(content));
  const numberAt = header.length - 2;
  const mask = ecb(keys.headerKey, { disablePadding: true }).encrypt(
    packet.slice(numberAt + 4, numberAt + 20),
  );
  packet[0] = (packet[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  for (let index = 0; index < 2; index++) {
    packet[numberAt + index] = (packet[numberAt + index] ?? 0) ^ (mask[1 + index] ?? 0);
  }
  return packet;
}

/** A packet with a short header: 1-RTT, nothing of it can be read. */
export function oneRtt(destinationId: Uint8Array): Uint8Array {
  return concat(u8(0x43), destinationId, new Uint8Array(40).fill(0x77));
}

/** A Handshake packet: nothing of it can be read. */
export function handshakePacket(destinationId: Uint8Array, sourceId: Uint8Array): Uint8Array {
  return concat(
    u8(0xe1),
    u32(QUIC.V1),
    u8(destinationId.length),
    destinationId,
    u8(sourceId.length),
    sourceId,
    u16(0x4000 | 60),
    new Uint8Array(60).fill(0x66),
  );
}

/** A Version Negotiation packet (RFC 9000 section 17.2.1). */
export function negotiation(
  destinationId: Uint8Array,
  sourceId: Uint8Array,
  versions: readonly number[],
): Uint8Array {
  return concat(
    u8(0x80),
    u32(0),
    u8(destinationId.length),
    destinationId,
    u8(sourceId.length),
    sourceId,
    ...versions.map((version) => u32(version)),
  );
}
