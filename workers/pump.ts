import type { Bytes } from '../src/model/units.ts';
import { type Core, StopReason } from './core.ts';
import { type BlobReader, ReadError } from './source/blob-reader.ts';

/**
 * Octets of one piece at most. Larger pieces cost memory twice (the piece and its copy in the core) and make the first findings
 * and cancelling late; smaller ones cost a round trip to the browser's file service each. Chromium's streams give 64 KiB to 2 MiB.
 */
export const SLICE_OCTETS: Bytes = 4 << 20;

/** Why reading ended. */
export type PumpEnd =
  | { readonly kind: 'end' }
  | { readonly kind: 'cancelled' }
  /** The core cannot go on; `reason` is a {@link StopReason}. The issues table says why. */
  | { readonly kind: 'stopped'; readonly reason: number }
  | { readonly kind: 'unreadable'; readonly error: ReadError };

/** What the pump asks and tells between two pieces. */
export interface PumpHooks {
  readonly isCancelled: () => boolean;
  /** Octets that the core has analysed. */
  readonly analysed: (bytesRead: Bytes) => void;
}

/**
 * Reads a file from front to back into the core, and closes what is open at the end. What was read stays,
 * whatever ended the reading.
 */
export async function pump(
  reader: BlobReader,
  core: Core,
  hooks: PumpHooks,
  sliceOctets: Bytes = SLICE_OCTETS,
): Promise<PumpEnd> {
  const end = await feed(reader, core, hooks, sliceOctets);
  core.finish(end.kind !== 'end');
  return end;
}

async function feed(reader: BlobReader, core: Core, hooks: PumpHooks, sliceOctets: Bytes): Promise<PumpEnd> {
  let bytesRead = 0;
  try {
    for await (const piece of reader.pieces(sliceOctets)) {
      if (hooks.isCancelled()) return { kind: 'cancelled' };
      const reason = core.push(piece);
      bytesRead += piece.length;
      hooks.analysed(bytesRead);
      if (reason !== StopReason.NONE) return { kind: 'stopped', reason };
    }
  } catch (error) {
    if (error instanceof ReadError) return { kind: 'unreadable', error };
    throw error;
  }
  return hooks.isCancelled() && bytesRead < reader.size ? { kind: 'cancelled' } : { kind: 'end' };
}
