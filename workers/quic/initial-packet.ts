import { ecb, gcm } from '@noble/ciphers/aes.js';
import { type InitialKeys, initialType } from './initial-keys.ts';

/** An Initial packet as it lies in its datagram, still protected (RFC 9000 section 17.2.2). */
export interface InitialPacket {
  readonly version: number;
  readonly destinationId: Uint8Array;
  /** From the first octet of its header to its end. */
  readonly octets: Uint8Array;
  /** Where the packet number begins, which is protected too. */
  readonly numberAt: number;
}

/** The AEAD's tag (RFC 9001 section 5.3), and what is sampled for the header's protection, 4 octets behind the number's start. */
const TAG_OCTETS = 16;
const SAMPLE_AT = 4;

/** A number of variable length (RFC 9000 section 16), and where it ends; undefined where it is cut off. */
export function varint(octets: Uint8Array, at: number): { value: number; end: number } | undefined {
  const first = octets[at];
  if (first === undefined) return undefined;
  const end = at + (1 << (first >> 6));
  if (end > octets.length) return undefined;
  let value = first & 0x3f;
  for (let index = at + 1; index < end; index++) value = value * 256 + (octets[index] ?? 0);
  return { value, end };
}

/** The Initial packets of a datagram that begins with one; what is coalesced behind other types is left out. */
export function initialPackets(datagram: Uint8Array): readonly InitialPacket[] {
  const packets: InitialPacket[] = [];
  for (let at = 0; at < datagram.length;) {
    const packet = packetAt(datagram.subarray(at));
    if (!packet) break;
    packets.push(packet);
    at += packet.octets.length;
  }
  return packets;
}

function packetAt(octets: Uint8Array): InitialPacket | undefined {
  if (octets.length < 7) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const version = view.getUint32(1);
  const type = ((octets[0] ?? 0) >> 4) & 3;
  if (((octets[0] ?? 0) & 0x80) === 0 || type !== initialType(version)) return undefined;
  const idEnd = 6 + (octets[5] ?? 0);
  const sourceEnd = idEnd + 1 + (octets[idEnd] ?? 0);
  const token = varint(octets, sourceEnd);
  if (!token || octets.length - token.end < token.value) return undefined;
  const length = varint(octets, token.end + token.value);
  if (!length || octets.length - length.end < length.value) return undefined;
  if (length.value < SAMPLE_AT + TAG_OCTETS) return undefined;
  return {
    version,
    destinationId: octets.slice(6, idEnd),
    octets: octets.subarray(0, length.end + length.value),
    numberAt: length.end,
  };
}

/** The frames in a packet, if these are its keys: the tag tells (RFC 9001 sections 5.3 and 5.4). */
export function unprotect(packet: InitialPacket, keys: InitialKeys): Uint8Array | undefined {
  const { octets, numberAt } = packet;
  const sampleAt = numberAt + SAMPLE_AT;
  const mask = ecb(keys.headerKey, { disablePadding: true }).encrypt(
    octets.slice(sampleAt, sampleAt + TAG_OCTETS),
  );
  const first = (octets[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  const numberOctets = (first & 3) + 1;
  const header = octets.slice(0, numberAt + numberOctets);
  header[0] = first;
  const nonce = Uint8Array.from(keys.iv);
  for (let index = 0; index < numberOctets; index++) {
    const octet = (header[numberAt + index] ?? 0) ^ (mask[1 + index] ?? 0);
    header[numberAt + index] = octet;
    const at = nonce.length - numberOctets + index;
    nonce[at] = (nonce[at] ?? 0) ^ octet;
  }
  try {
    return gcm(keys.key, nonce, header).decrypt(octets.subarray(numberAt + numberOctets));
  } catch {
    // Not an error: another side's packet, one of a connection whose first packet is missing, or damage.
    return undefined;
  }
}
