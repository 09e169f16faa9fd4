/** Opcodes of WebSocket frames (RFC 6455 section 5.2). */
export const WebSocketOpcode = {
  CONTINUATION: 0,
  TEXT: 1,
  BINARY: 2,
  CLOSE: 8,
  PING: 9,
  PONG: 10,
} as const;

/** What opcodes are called, as Wireshark does. */
export const WEBSOCKET_OPCODES: Readonly<Record<number, string>> = {
  [WebSocketOpcode.CONTINUATION]: 'Continuation',
  [WebSocketOpcode.TEXT]: 'Text',
  [WebSocketOpcode.BINARY]: 'Binary',
  [WebSocketOpcode.CLOSE]: 'Connection Close',
  [WebSocketOpcode.PING]: 'Ping',
  [WebSocketOpcode.PONG]: 'Pong',
};

/** "No status code was present" (RFC 6455 section 7.4.1): never sent, told of a Close frame that has none. */
export const NO_STATUS_CODE = 1005;

/** Status codes of Close frames: RFC 6455 section 7.4.1 and IANA's registry "WebSocket Close Code Number". */
export const WEBSOCKET_CLOSE_CODES: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1004: 'reserved',
  1005: 'no status code',
  1006: 'abnormal closure',
  1007: 'invalid payload',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'mandatory extension',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  1015: 'TLS handshake failed',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
};

/** A status code in words: `1001 going away`, `4000 of the application`. */
export function closeCodeWords(code: number): string {
  const known = WEBSOCKET_CLOSE_CODES[code];
  if (known !== undefined) return `${code} ${known}`;
  if (code >= 4000 && code < 5000) return `${code} of the application`;
  if (code >= 3000 && code < 4000) return `${code} of a library`;
  return `${code}, not defined`;
}
