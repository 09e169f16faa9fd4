// Options of pcapng blocks (pcapng draft section 3.5): one after another, each a code, a length and a value padded to four octets.

import { has, u16In, u32In, u8At } from '../bytes';
import { issue } from '../issues';
import { ISSUE_CODE_OPTION_MALFORMED } from '../schema';

/** Options that every block may have. */
export const COMMENT: u32 = 1;
const CUSTOM: u32 = 2988;
const CUSTOM_OCTETS: u32 = 2989;
const CUSTOM_NOT_COPYABLE: u32 = 19372;
const CUSTOM_OCTETS_NOT_COPYABLE: u32 = 19373;

/** The option at hand. */
export let code: u32 = 0;
export let value: usize = 0;
export let size: usize = 0;

let at: usize = 0;
let end: usize = 0;
let isBigEndian: bool = false;
let isCut: bool = false;

/** Begins with the options in [from, to); `cut` where the file ends there, and not the block. */
export function begin(from: usize, to: usize, bigEndian: bool, cut: bool): void {
  at = from;
  end = to;
  isBigEndian = bigEndian;
  isCut = cut;
}

/** Goes to the next option; false at the end of the list. */
export function next(): bool {
  if (!has(at, end, 4)) return false;
  code = u16In(at, isBigEndian);
  size = <usize>u16In(at + 2, isBigEndian);
  value = at + 4;
  if (code == 0) return false;
  if (end - value < size) {
    if (!isCut) issue(ISSUE_CODE_OPTION_MALFORMED, <f64>size, <f64>(end - value));
    at = end;
    return false;
  }
  const padded = (size + 3) & ~3;
  at = end - value < padded ? end : value + padded;
  return true;
}

/** Length of a text without the NULs that some writers add. */
export function textSize(): usize {
  let length = size;
  while (length > 0 && u8At(value + length - 1) == 0) length--;
  return length;
}

/** Whether the option at hand is a custom one that names who defined it. */
export function isCustom(): bool {
  return (
    size >= 4 &&
    (code == CUSTOM ||
      code == CUSTOM_OCTETS ||
      code == CUSTOM_NOT_COPYABLE ||
      code == CUSTOM_OCTETS_NOT_COPYABLE)
  );
}

/** Private Enterprise Number of a custom option; 0 for others. */
export function enterprise(): u32 {
  return isCustom() ? u32In(value, isBigEndian) : 0;
}
