import type { MessageField } from '../../../src/model/conversation.ts';
import { closeCodeWords, NO_STATUS_CODE, WebSocketOpcode } from '../../../src/model/websocket-registry.ts';

/** What a message or control frame is called, and how its octets are read. */
export interface MessageWords {
  readonly kind: string;
  readonly label: string;
  readonly octets: Uint8Array;
  readonly isText: boolean;
  /** Meant to be a text, and is none. */
  readonly isBroken: boolean;
  readonly fault?: string;
  readonly fields?: readonly MessageField[];
}

/**
 * Names a message of `frames` frames, whose first has the opcode. `isAll` where the octets are all of its content; those of a cut one
 * may end inside a character.
 */
export function messageWords(
  opcode: number,
  frames: number,
  octets: Uint8Array,
  isAll: boolean,
): MessageWords {
  const label = frames > 1 ? `in ${frames} frames` : '';
  switch (opcode) {
    case WebSocketOpcode.TEXT: {
      const isText = isUtf8(octets, isAll);
      return { kind: 'text', label, octets, isText, isBroken: !isText };
    }
    case WebSocketOpcode.CLOSE:
      return closeWords(octets, isAll);
    case WebSocketOpcode.BINARY:
      return { kind: 'binary', label, octets, isText: false, isBroken: false };
    case WebSocketOpcode.PING:
      return { kind: 'ping', label: '', octets, isText: false, isBroken: false };
    case WebSocketOpcode.PONG:
      return { kind: 'pong', label: '', octets, isText: false, isBroken: false };
    case WebSocketOpcode.CONTINUATION:
      return { kind: 'continuation', label: '', octets, isText: false, isBroken: false };
    default:
      return { kind: `opcode ${opcode}`, label: '', octets, isText: false, isBroken: false };
  }
}

/** A Close frame: two octets of status code and a reason (RFC 6455 section 5.5.1). */
function closeWords(payload: Uint8Array, isAll: boolean): MessageWords {
  const [high, low] = payload;
  const hasCode = high !== undefined && low !== undefined;
  const code = hasCode ? high * 256 + low : NO_STATUS_CODE;
  const octets = payload.slice(2);
  const isText = isUtf8(octets, isAll);
  const reason = isText ? new TextDecoder().decode(octets) : '';
  const label = reason === '' ? closeCodeWords(code) : `${closeCodeWords(code)}: ${reason}`;
  const field: MessageField = { name: 'status code', type: 'uint16', value: closeCodeWords(code), depth: 0 };
  const words = { kind: 'close', label, octets, isText, isBroken: !isText, fields: [field] };
  if (payload.length === 1) {
    return {
      ...words,
      fault: 'A Close frame has no payload or at least two octets (RFC 6455 section 5.5.1).',
    };
  }
  if (hasCode && !isSendable(code)) {
    return { ...words, fault: `Status code ${code} must not be sent (RFC 6455 section 7.4).` };
  }
  return words;
}

/** Status codes that may stand in a Close frame; the core has the same rule. */
function isSendable(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code < 1015 && (code < 1004 || code > 1006);
}

/** Valid UTF-8; of a part, but for a last character that was cut. */
function isUtf8(octets: Uint8Array, isAll: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: !isAll });
    return true;
  } catch {
    return false;
  }
}
