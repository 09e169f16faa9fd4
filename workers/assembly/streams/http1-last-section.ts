// The last header section of requests and of responses: most messages repeat it octet for octet, and are not searched for theirs.

import { copyOctets, has, isEqual } from '../bytes';
import { sectionOf } from './http1-section';

// The octets of both, how many they are, and the row plus one.
const SAME: u32 = 4096;
const lastSections: usize = memory.data(2 * 4096 + 32, 16);
let lastLength0: u32 = 0;
let lastLength1: u32 = 0;
let lastRow0: u32 = 0;
let lastRow1: u32 = 0;

/** End of the header section that begins at `at` where it repeats the last one; 0 where it does not. */
export function endOfSameSection(at: usize, end: usize, side: u32): usize {
  const length = side ? lastLength1 : lastLength0;
  if (length == 0 || !has(at, end, length)) return 0;
  return isEqual(at, lastSections + <usize>side * SAME, length) ? at + length : 0;
}

/** The section of an interim response, likewise: the final one that follows it is not compared with it. */
export function interimSection(at: usize, end: usize, isSame: bool): u32 {
  return isSame ? lastRow1 : sectionOf(at, end);
}

/** The section in [at, end): row plus one. `isSame` where endOfSameSection told its end. */
export function sectionIn(at: usize, end: usize, side: u32, isSame: bool): u32 {
  if (isSame) return side ? lastRow1 : lastRow0;
  const section = sectionOf(at, end);
  const length = <u32>(end - at);
  if (length <= SAME) {
    copyOctets(lastSections + <usize>side * SAME, at, length);
    if (side) {
      lastLength1 = length;
      lastRow1 = section;
    } else {
      lastLength0 = length;
      lastRow0 = section;
    }
  }
  return section;
}
