import { WEBSOCKET_OPCODES, WebSocketOpcode } from '../../../src/model/websocket-registry.ts';
import type { Bytes } from '../../../src/model/units.ts';

/** The header of a frame (RFC 6455 section 5.2). */
export interface FrameHeader {
  readonly isFinal: boolean;
  /** The three reserved bits, where they stand: 0x40, 0x20, 0x10. */
  readonly reserved: number;
  readonly opcode: number;
  /** Masking key; undefined where the frame is not masked. */
  readonly key: Uint8Array | undefined;
  readonly length: Bytes;
  /** The length is told in no more octets than it needs, and can be. */
  readonly isShortest: boolean;
}

/** What a side must do, and what was agreed on. */
export interface FrameRules {
  readonly isClient: boolean;
  readonly hasDeflate: boolean;
  /** Another extension was agreed on: reserved bits mean what it says. */
  readonly hasOther: boolean;
}

/** The longest length that is an exact number; no frame is as long. */
export const MOST_PAYLOAD: Bytes = 2 ** 53;

/** Octets of a header whose second octet is known. */
export function headerOctets(second: number): Bytes {
  const length = second & 127;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
}

/** Reads a header; all its octets are there. */
export function readHeader(octets: Uint8Array): FrameHeader {
  const [first = 0, second = 0] = octets;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const short = second & 127;
  const length =
    short < 126 ? short : short === 126 ? view.getUint16(2) : view.getUint32(2) * 2 ** 32 + view.getUint32(6);
  const end = headerOctets(second);
  return {
    isFinal: (first & 0x80) !== 0,
    reserved: first & 0x70,
    opcode: first & 15,
    key: second & 0x80 ? octets.slice(end - 4, end) : undefined,
    length,
    isShortest: short < 126 || (short === 126 ? length > 125 : length > 65_535 && length <= MOST_PAYLOAD),
  };
}

/** Whether a frame is one of control: Close, Ping, Pong and what may be added to them. */
export function isControl(header: FrameHeader): boolean {
  return header.opcode >= 8;
}

/** What a header does against the standard by itself, in a sentence each. */
export function headerFaults(header: FrameHeader, rules: FrameRules): readonly string[] {
  const faults: string[] = [];
  if (rules.isClient && !header.key) {
    faults.push('A client must mask its frames, and this one is not masked (RFC 6455 section 5.1).');
  }
  if (!rules.isClient && header.key) {
    faults.push('A server must not mask its frames, and this one is masked (RFC 6455 section 5.1).');
  }
  if (WEBSOCKET_OPCODES[header.opcode] === undefined) {
    faults.push(`Opcode ${header.opcode} is not defined (RFC 6455 section 5.2).`);
  }
  if (isControl(header) && !header.isFinal) {
    faults.push('A control frame must not be fragmented (RFC 6455 section 5.5).');
  }
  if (isControl(header) && header.length > 125) {
    faults.push(
      `A control frame has at most 125 octets, and this one says ${header.length} (RFC 6455 section 5.5).`,
    );
  }
  const isFirst = header.opcode === WebSocketOpcode.TEXT || header.opcode === WebSocketOpcode.BINARY;
  const allowed = rules.hasOther ? 0x70 : rules.hasDeflate && isFirst ? 0x40 : 0;
  if (header.reserved & ~allowed) {
    const bits = [0x40, 0x20, 0x10].flatMap((bit, index) =>
      header.reserved & ~allowed & bit ? [`RSV${index + 1}`] : [],
    );
    faults.push(
      `${bits.join(' and ')} set, and nothing was agreed on that allows it (RFC 6455 section 5.2).`,
    );
  }
  if (!header.isShortest) {
    faults.push('The length is not told in as few octets as can be (RFC 6455 section 5.2).');
  }
  return faults;
}

/**
 * Whether octets are made of whole valid frames: so rarely by chance that a lost border is found again there. The core has the
 * same rule.
 */
export function areWhole(octets: Uint8Array, rules: FrameRules): boolean {
  for (let at = 0; at < octets.length;) {
    const size = headerOctets(octets[at + 1] ?? 0);
    if (octets.length - at < Math.max(2, size)) return false;
    const header = readHeader(octets.subarray(at, at + size));
    if (headerFaults(header, rules).length > 0 || header.length > octets.length - at - size) return false;
    // Zeros would be empty parts of messages, which nobody sends.
    if (!header.isFinal && header.length === 0) return false;
    at += size + header.length;
  }
  return true;
}
