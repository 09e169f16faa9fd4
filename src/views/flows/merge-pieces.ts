import type { Bytes, Nanoseconds, PacketNumber } from '../../model/units.ts';
import type { FollowPiece } from '../../session/worker.ts';

/** Pieces of one direction that follow each other, as one block. */
export interface FollowRun {
  readonly direction: 0 | 1;
  readonly packet: PacketNumber;
  readonly time: Nanoseconds;
  readonly octets: Uint8Array;
  /** Octets that the capture does not have, in place of octets. */
  readonly missing?: Bytes;
}

/** Octets of a block; a longer run is more than one block, so that a browser can skip those out of sight. */
const BLOCK = 32_768;

/** Joins what belongs together; gaps stand for themselves. */
export function mergePieces(pieces: readonly FollowPiece[]): readonly FollowRun[] {
  const runs: FollowRun[] = [];
  let group: FollowPiece[] = [];
  let size = 0;
  const flush = () => {
    const [first] = group;
    if (first === undefined) return;
    const octets = new Uint8Array(size);
    let at = 0;
    for (const piece of group) {
      octets.set(piece.octets, at);
      at += piece.octets.length;
    }
    runs.push({ direction: first.direction, packet: first.packet, time: first.time, octets });
    group = [];
    size = 0;
  };
  for (const piece of pieces) {
    const isApart = group[0]?.direction !== piece.direction || size + piece.octets.length > BLOCK;
    if (isApart || piece.missing !== undefined) flush();
    if (piece.missing !== undefined) {
      runs.push({ ...piece, missing: piece.missing });
    } else {
      group.push(piece);
      size += piece.octets.length;
    }
  }
  flush();
  return runs;
}
