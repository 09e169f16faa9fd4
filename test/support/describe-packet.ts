import { FIELDS } from '../../src/model/fields.ts';
import type { Core } from '../../workers/core.ts';
import { recordRange } from '../../workers/items/packet-items.ts';
import { toHex } from './octets.ts';

/** The record of a packet, read from its file again. */
export function recordOf(
  core: Core,
  file: Uint8Array,
  packet: number,
): { record: Uint8Array; offset: number } {
  const { start, end } = recordRange(core, packet - 1, file.length);
  return { record: file.subarray(start, end), offset: start };
}

/** One line a field: name (indented by depth), where it stands in the packet, and its value or first octets. */
export function describePacket(core: Core, file: Uint8Array, packet: number): string[] {
  const { record, offset } = recordOf(core, file, packet);
  const { header, fields } = core.describe(record, offset);
  const octets = record.subarray(header);
  return fields.map(({ field, depth, start, length, value }) => {
    const known = FIELDS[field];
    if (known === undefined) throw new Error(`the core told field ${field}, which the model does not know`);
    const shown = Number.isNaN(value)
      ? toHex(octets.subarray(start, start + Math.min(length, 16)))
      : `${value}`;
    const text = known.format === 'none' ? '' : ` ${shown}`;
    return `${'  '.repeat(depth)}${known.name} @${start}+${length}${text}`;
  });
}
