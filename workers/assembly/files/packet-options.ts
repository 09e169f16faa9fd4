// Options of pcapng's packet blocks: comments, what the interface said of the packet, what was lost before it.

import { u32In, u64In } from '../bytes';
import { addF64, rowCount } from '../columns';
import { issue } from '../issues';
import { describedUpTo, tell } from '../layers/describe';
import * as schema from '../schema';
import * as input from './input';
import * as notes from './notes';
import * as options from './options';
import * as record from './record';

const FLAGS: u32 = 2;
const HASH: u32 = 3;
const DROP_COUNT: u32 = 4;
const PACKET_ID: u32 = 5;
const QUEUE: u32 = 6;
const VERDICT: u32 = 7;

/** The bits of epb_flags that tell of errors of the link layer (pcapng draft section 4.3.1). */
const ERROR_BITS: u32 = 0xffff0000;

/** Takes in the options of the packet in record.ts that was just indexed; its block is at the input. */
export function takePacketOptions(): void {
  const at = input.at;
  options.begin(at + record.options, at + record.optionsEnd, record.isBigEndian, record.areOptionsCut);
  while (options.next()) {
    notes.countOption(record.blockType);
    if (options.code == options.COMMENT) {
      notes.comment(schema.COMMENT_ON_PACKET, rowCount(schema.TABLE_PACKETS), input.offset);
    } else if (options.code == FLAGS && options.size >= 4) {
      const errors = u32In(options.value, record.isBigEndian) & ERROR_BITS;
      if (errors) issue(schema.ISSUE_CODE_PACKET_DAMAGED, <f64>(errors >>> 16), NaN);
    } else if (isDropCount()) {
      const lost = <f64>u64In(options.value, record.isBigEndian);
      addF64(record.interfaceRow, schema.INTERFACES_DROPPED_BETWEEN, lost);
    }
  }
}

function isEnhanced(): bool {
  return record.blockType == schema.BLOCK_TYPE_ENHANCED_PACKET;
}

function isDropCount(): bool {
  return isEnhanced() && options.code == DROP_COUNT && options.size >= 8;
}

/** Tells the options of the packet whose block, of which `size` octets are there, is at `at`. */
export function describePacketOptions(at: usize, size: usize): void {
  if (record.options == 0 || record.options >= size) return;
  const end = at + min(record.optionsEnd, size);
  describedUpTo(end);
  options.begin(at + record.options, end, record.isBigEndian, true);
  let isFirst: bool = true;
  while (options.next()) {
    if (isFirst) tell(schema.FIELD_FRAME, 0, at + record.options, record.optionsEnd - record.options, NaN);
    isFirst = false;
    tellOption();
  }
}

function tellOption(): void {
  const code = options.code;
  const value = options.value;
  const size = options.size;
  if (code == options.COMMENT) {
    tell(schema.FIELD_FRAME_COMMENT, 1, value, options.textSize(), NaN);
  } else if (options.isCustom()) {
    tell(schema.FIELD_FRAME_CUSTOM_OPTION, 1, value + 4, size - 4, <f64>options.enterprise());
  } else if (code == FLAGS && size >= 4) {
    tell(schema.FIELD_FRAME_FLAGS, 1, value, 4, <f64>u32In(value, record.isBigEndian));
  } else if (code == HASH && size >= 1) {
    tell(schema.FIELD_FRAME_HASH, 1, value, size, NaN);
  } else if (isDropCount()) {
    tell(schema.FIELD_FRAME_DROP_COUNT, 1, value, 8, <f64>u64In(value, record.isBigEndian));
  } else if (isEnhanced() && code == PACKET_ID && size >= 8) {
    tell(schema.FIELD_FRAME_PACKET_ID, 1, value, 8, <f64>u64In(value, record.isBigEndian));
  } else if (isEnhanced() && code == QUEUE && size >= 4) {
    tell(schema.FIELD_FRAME_QUEUE, 1, value, 4, <f64>u32In(value, record.isBigEndian));
  } else if (isEnhanced() && code == VERDICT && size >= 1) {
    tell(schema.FIELD_FRAME_VERDICT, 1, value, size, NaN);
  } else {
    tell(schema.FIELD_FRAME_OPTION, 1, value, size, <f64>code);
  }
}
