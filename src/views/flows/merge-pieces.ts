import type { FollowPiece } from '../../session/worker.ts';

/** Octets of a block; a longer run is more than one block, so that a browser can skip those out of sight. */
const BLOCK = 32_768;

/** Label of content that comes in several pieces. */
const CONTENT = 'DATA';

/** Joins pieces of one direction that follow each other and belong together, as one block; gaps stand for themselves. */
export function mergePieces(pieces: readonly FollowPiece[]): readonly FollowPiece[] {
  const runs: FollowPiece[] = [];
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
    const { direction, packet, time, label } = first;
    runs.push({ direction, packet, time, octets, ...(label === undefined ? {} : { label }) });
    group = [];
    size = 0;
  };
  for (const piece of pieces) {
    const [first] = group;
    // Of HTTP every part stands for itself, but for content that goes on.
    const isOther = first?.label !== piece.label || (piece.label !== undefined && piece.label !== CONTENT);
    const isApart = first?.direction !== piece.direction || isOther || size + piece.octets.length > BLOCK;
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
