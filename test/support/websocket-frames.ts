import { StreamMark, StreamSideMark } from '../../src/model/stream.ts';
import type { Core } from '../../workers/core.ts';
import { namesOf } from './describe-capture.ts';
import { concat, textOctets, u16, u32 } from './octets.ts';

/** The request and the 101 of RFC 6455 section 1.2, with what was agreed on. */
export const ASK = [
  'GET /chat HTTP/1.1',
  'Host: server.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** The 101, with more field lines. */
export function agree(...lines: readonly string[]): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** How a frame is written; what a standard frame has is left out. */
export interface FrameForm {
  /** The first octet's FIN and reserved bits: 0x80 where nothing is said. */
  readonly bits?: number;
  /** The masking key; none where it is absent. */
  readonly key?: number;
  /** 7, 16 or 64 bits of length, where not the least that hold it. */
  readonly lengthBits?: 7 | 16 | 64;
  /** Length that is told, where it is not the payload's. */
  readonly length?: number;
}

/** Opcodes of RFC 6455 section 5.2. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame. */
export function frame(
  opcode: keyof typeof OPCODES | number,
  content: string | Uint8Array = '',
  form: FrameForm = {},
): Uint8Array {
  const payload = typeof content === 'string' ? textOctets(content) : content;
  const length = form.length ?? payload.length;
  const bits = form.lengthBits ?? (length < 126 ? 7 : length < 65_536 ? 16 : 64);
  const masked = form.key === undefined ? 0 : 0x80;
  const code = typeof opcode === 'number' ? opcode : OPCODES[opcode];
  const second = masked | (bits === 7 ? length : bits === 16 ? 126 : 127);
  const extended =
    bits === 7
      ? new Uint8Array()
      : bits === 16
        ? u16(length)
        : concat(u32(Math.floor(length / 2 ** 32)), u32(length >>> 0));
  const key = form.key === undefined ? new Uint8Array() : u32(form.key);
  const masking = (octet: number, at: number): number => octet ^ (key[at % 4] ?? 0);
  return concat(Uint8Array.of((form.bits ?? 0x80) | code, second), extended, key, payload.map(masking));
}

/** The same from a client: masked. */
export function masked(
  opcode: keyof typeof OPCODES | number,
  content: string | Uint8Array = '',
  form: FrameForm = {},
): Uint8Array {
  return frame(opcode, content, { key: 0x37fa213d, ...form });
}

/** Payload of a Close frame. */
export function closing(code: number, reason = ''): Uint8Array {
  return concat(u16(code), textOctets(reason));
}

/** What a side of a WebSocket sent: "3 frames, 2 messages, 10 octets, close 1000 in 7" and marks. */
export function sideOf(core: Core, exchange: number, side: 0 | 1): string {
  const { exchanges, streams, streamSides } = core.tables;
  const stream = exchanges.stream(exchange) - 1;
  if (stream < 0 || streams.exchange(stream) !== exchange) return 'no stream';
  const row = stream * 2 + side;
  const close = streamSides.closePacket(row)
    ? `, close ${streamSides.closeCode(row)} in ${streamSides.closePacket(row)}`
    : '';
  const counts = `${streamSides.frames(row)} frames, ${streamSides.messages(row)} messages, ${streamSides.dataOctets(row)} octets`;
  return [counts + close, ...namesOf(StreamSideMark, streamSides.marks(row))].join(' ');
}

/** Both sides, and what was agreed on. */
export function webSocketOf(core: Core, exchange: number): readonly string[] {
  const stream = core.tables.exchanges.stream(exchange) - 1;
  const marks = stream < 0 ? [] : namesOf(StreamMark, core.tables.streams.marks(stream));
  return [sideOf(core, exchange, 0), sideOf(core, exchange, 1), ...marks];
}
