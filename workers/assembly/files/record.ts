// One captured packet as its record tells it: filled by the readers of pcap and pcapng, used by the index and by describe().

import { u32Of } from '../columns';
import { INTERFACES_LINK_TYPE } from '../schema';

/** Octets from the start of the record to the packet. */
export let header: usize = 0;
/** Octets of the record to move on by, and to pass over (as they come), once its packet is indexed. */
export let size: usize = 0;
export let skip: f64 = 0;
export let capturedLength: u32 = 0;
export let length: u32 = 0;
/** Nanoseconds since 1970; hasTime is false for pcapng's Simple Packet Block. */
export let time: i64 = 0;
export let hasTime: bool = true;
/** Row of the interfaces table, and its address. */
export let interfaceNumber: u32 = 0;
export let interfaceRow: usize = 0;

/** Octets of the whole record, and the type of its block; 0 for a record of pcap. */
export let blockSize: usize = 0;
export let blockType: u32 = 0;
export let isBigEndian: bool = false;
/** Where the options of the block begin and end, from its start; 0 where it has none. */
export let options: usize = 0;
export let optionsEnd: usize = 0;
/** The file ends inside the options. */
export let areOptionsCut: bool = false;

/** LINKTYPE_… number of the record's interface. */
export function linkType(): u32 {
  return u32Of(interfaceRow, INTERFACES_LINK_TYPE);
}
