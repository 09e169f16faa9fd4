// Header blocks that came before. Most are octet for octet like one before that was decoded with the same table, and then say the same:
// servers do not add to the table what differs from answer to answer (a length, an ETag), and send the rest as indexes.

import { copyOctets, hashOctets, isEqual } from '../bytes';
import { setU32, u32Of } from '../columns';
import { generationOf } from './hpack-table';

// A slot: generation of the table, octets of the block, row plus one of the section, then the block. Together a cache line of the machine.
const GENERATION: usize = 0;
const LENGTH: usize = 4;
const SECTION: usize = 8;
const OCTETS: usize = 12;
const SLOT: usize = 64;
/** Octets of the blocks that are kept. */
const MOST: usize = 52;
const SLOTS: u32 = 4096;
const slots: usize = memory.data(4096 * 64, 64);

function slotOf(generation: u32, at: usize, length: usize): usize {
  return slots + <usize>((hashOctets(at, length) ^ (generation * 0x9e3779b1)) & (SLOTS - 1)) * SLOT;
}

/** The section (row plus one) of the block in [at, end), where it came before and the table is as it was then; else 0. */
export function knownSection(table: usize, at: usize, end: usize): u32 {
  const generation = generationOf(table);
  const length = end - at;
  if (generation == 0 || length > MOST) return 0;
  const slot = slotOf(generation, at, length);
  const isKnown =
    u32Of(slot, GENERATION) == generation &&
    u32Of(slot, LENGTH) == length &&
    isEqual(slot + OCTETS, at, length);
  return isKnown ? u32Of(slot, SECTION) : 0;
}

/** The block in [at, end) is the section, and left the table as it was. */
export function keepSection(table: usize, at: usize, end: usize, section: u32): void {
  const generation = generationOf(table);
  const length = end - at;
  if (generation == 0 || length > MOST) return;
  const slot = slotOf(generation, at, length);
  setU32(slot, GENERATION, generation);
  setU32(slot, LENGTH, <u32>length);
  setU32(slot, SECTION, section);
  copyOctets(slot + OCTETS, at, length);
}
