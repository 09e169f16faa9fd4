import type { Bytes, Nanoseconds, PacketNumber } from './units.ts';

/** A stretch of one direction of a followed byte stream. */
export interface FollowPiece {
  /** 0 the originator's direction, 1 the responder's. */
  readonly direction: 0 | 1;
  readonly packet: PacketNumber;
  readonly time: Nanoseconds;
  readonly octets: Uint8Array;
  /** Octets missing in the capture, in place of octets; absent where none are. */
  readonly missing?: Bytes;
  /** What it is, where HTTP is followed: "request", "content, gzip", "DATA", "trailers". */
  readonly label?: string;
}

/** A part of a followed byte stream, in the order the octets came. */
export interface FollowPart {
  readonly pieces: readonly FollowPiece[];
  /** Where to go on; undefined at the end. */
  readonly next: number | undefined;
  /** Why it ended before its end: the file can no longer be read. */
  readonly problem?: string;
}
