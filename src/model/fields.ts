import type { Field } from './field.ts';

/** Every field that the core describes; the core's field numbers are indexes here. Names are Wireshark's. */
export const FIELDS: readonly Field[] = [
  { id: 'FRAME', name: 'frame', label: 'Frame', format: 'none' },
  { id: 'ETH', name: 'eth', label: 'Ethernet II', format: 'none' },
];
