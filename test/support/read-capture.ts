import { StopReason, type Core } from '../../workers/core.ts';
import type { Capture } from './capture.ts';
import { loadCore } from './core.ts';
import type { Random } from './random.ts';
import { writePcap } from './write-pcap.ts';

/** How a file is cut into pieces on its way to the core: the size of the next piece. */
export type Chunking = (left: number) => number;

/** The whole file in one piece. */
export const whole: Chunking = (left) => left;

/** One octet at a time. */
export const singleOctets: Chunking = () => 1;

/** Pieces of random size, small ones more often than large ones. */
export function randomChunks(random: Random): Chunking {
  return () => 1 + random.below(1 << (1 + random.below(11)));
}

/** A core that has read a file, and why it stopped. */
export interface ReadFile {
  readonly core: Core;
  readonly reason: number;
}

/** Feeds a file to a core, piece by piece, and finishes it. */
export function feed(core: Core, octets: Uint8Array, chunking: Chunking = whole): number {
  let reason: number = StopReason.NONE;
  for (let at = 0; at < octets.length && reason === StopReason.NONE;) {
    const size = Math.min(chunking(octets.length - at), octets.length - at);
    reason = core.push(octets.subarray(at, at + size));
    at += size;
  }
  core.finish();
  return reason;
}

/** Reads a file with a fresh core. */
export async function readOctets(octets: Uint8Array, chunking: Chunking = whole): Promise<ReadFile> {
  const core = await loadCore();
  return { core, reason: feed(core, octets, chunking) };
}

/** Reads a drawn capture, as a classic pcap file, with a fresh core. */
export async function readCapture(capture: Capture): Promise<Core> {
  const { core } = await readOctets(writePcap(capture, { variant: 'nanoseconds' }).octets);
  return core;
}
