import { fieldName, fieldValue } from '../../field-lines.ts';

/** What the two sides agreed on (RFC 6455 section 9.1). */
export interface AgreedExtensions {
  readonly hasDeflate: boolean;
  /** Whether the client's and the server's compressed messages build upon the ones before (RFC 7692 section 7.1.1). */
  readonly keepsWindow: readonly [client: boolean, server: boolean];
  /** Another extension, which may use the reserved bits. */
  readonly hasOther: boolean;
}

/** Reads the Sec-WebSocket-Extensions lines of a header section. */
export function agreedExtensions(lines: readonly string[]): AgreedExtensions {
  const values = lines.filter((line) => fieldName(line) === 'sec-websocket-extensions').map(fieldValue);
  const elements = values
    .flatMap((value) => value.split(','))
    .map((element) => element.split(';').map((part) => part.trim().toLowerCase()))
    .filter(([name]) => name !== '');
  const deflate = elements.find(([name]) => name === 'permessage-deflate');
  const has = (parameter: string): boolean =>
    deflate?.slice(1).some((part) => (part.split('=')[0] ?? '').trim() === parameter) ?? false;
  return {
    hasDeflate: deflate !== undefined,
    keepsWindow: [!has('client_no_context_takeover'), !has('server_no_context_takeover')],
    hasOther: elements.some(([name]) => name !== 'permessage-deflate'),
  };
}
