import { CommentOn } from '../../src/model/capture.ts';
import type { PacketNumber } from '../../src/model/units.ts';
import type { Core } from '../core.ts';

/** Where the comments of each packet are in the table, read as far as it goes. */
interface CommentIndex {
  rows: number;
  readonly ofPacket: Map<PacketNumber, number[]>;
}

const INDEXES = new WeakMap<Core, CommentIndex>();

function indexOf(core: Core): CommentIndex {
  const index = INDEXES.get(core) ?? { rows: 0, ofPacket: new Map<PacketNumber, number[]>() };
  INDEXES.set(core, index);
  const { comments } = core.tables;
  for (const { rows } = comments; index.rows < rows; index.rows++) {
    if (comments.on(index.rows) !== CommentOn.PACKET) continue;
    const packet = comments.subject(index.rows);
    const known = index.ofPacket.get(packet);
    if (known) known.push(index.rows);
    else index.ofPacket.set(packet, [index.rows]);
  }
  return index;
}

/** Rows of the comments table that are about a packet, in the order of the file. */
export function packetComments(core: Core, packet: PacketNumber): readonly number[] {
  return indexOf(core).ofPacket.get(packet) ?? [];
}
