import type { Field } from './field.ts';

/** Fields of WebSocket frames: RFC 6455 section 5.2. */
export const WEBSOCKET_FIELDS: readonly Field[] = [
  { id: 'WEBSOCKET', name: 'websocket', label: 'WebSocket', format: 'none' },
  { id: 'WEBSOCKET_FIN', name: 'websocket.fin', label: 'Fin', format: 'decimal' },
  { id: 'WEBSOCKET_RSV', name: 'websocket.rsv', label: 'Reserved', format: 'hex' },
  { id: 'WEBSOCKET_OPCODE', name: 'websocket.opcode', label: 'Opcode', format: 'webSocketOpcode' },
  { id: 'WEBSOCKET_MASK', name: 'websocket.mask', label: 'Mask', format: 'decimal' },
  { id: 'WEBSOCKET_LENGTH', name: 'websocket.payload_length', label: 'Payload length', format: 'decimal' },
  {
    id: 'WEBSOCKET_LENGTH_16',
    name: 'websocket.payload_length_ext_16',
    label: 'Extended payload length (16 bits)',
    format: 'decimal',
  },
  {
    id: 'WEBSOCKET_LENGTH_64',
    name: 'websocket.payload_length_ext_64',
    label: 'Extended payload length (64 bits)',
    format: 'decimal',
  },
  { id: 'WEBSOCKET_KEY', name: 'websocket.masking_key', label: 'Masking-Key', format: 'octets' },
  { id: 'WEBSOCKET_MASKED', name: 'websocket.masked_payload', label: 'Masked payload', format: 'octets' },
  { id: 'WEBSOCKET_PAYLOAD', name: 'websocket.payload', label: 'Payload', format: 'octets' },
  { id: 'WEBSOCKET_TEXT', name: 'websocket.payload.text', label: 'Text', format: 'text' },
  {
    id: 'WEBSOCKET_CLOSE',
    name: 'websocket.payload.close.status_code',
    label: 'Status code',
    format: 'webSocketClose',
  },
];
