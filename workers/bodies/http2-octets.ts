import { formatAmount, formatBytes } from '../../src/model/format.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { Core } from '../core.ts';
import { streamEvents } from '../http2/stream-events.ts';
import { type BlobReader, ReadError } from '../source/blob-reader.ts';

/** The content of an HTTP/2 message as its DATA frames carried it, padding left out. */
export interface DataOctets {
  readonly octets: Uint8Array;
  /** No octet of it is missing. Whether the message ended is told by its state. */
  readonly isWhole: boolean;
  /** Why it is not whole, in a sentence. */
  readonly caveat?: string;
}

/**
 * Reads the octets of an HTTP/2 message (row of the messages table) again from the DATA frames of its stream, among those of other
 * streams, up to `limit`. Runs at the FollowDesk only.
 */
export async function readDataOctets(
  core: Core,
  reader: BlobReader,
  message: number,
  limit: Bytes,
): Promise<DataOctets> {
  const length = core.tables.messages.bodyOctets(message);
  const octets = new Uint8Array(Math.min(length, limit));
  let used = 0;
  const cut = (caveat: string): DataOctets => ({ octets: octets.subarray(0, used), isWhole: false, caveat });
  try {
    for await (const events of streamEvents(core, reader, message >>> 1, [message & 1 ? 1 : 0])) {
      for (const event of events) {
        if (event.kind === 'missing' || event.kind === 'lost') {
          const missing = formatAmount(event.octets, 'octet');
          const where = event.kind === 'lost' ? 'Between the frames' : 'Here';
          return cut(`${where} ${missing} are missing in the capture; what comes after is not shown.`);
        }
        if (event.kind !== 'data') continue;
        const kept = event.octets.subarray(0, octets.length - used);
        octets.set(kept, used);
        used += kept.length;
      }
      if (used >= octets.length) break;
    }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    return cut(`The file can no longer be read (${error.message}).`);
  }
  if (length > limit) {
    return cut(`Only the first ${formatBytes(limit)} of ${formatBytes(length)} were read.`);
  }
  return { octets: octets.subarray(0, used), isWhole: used >= length };
}
