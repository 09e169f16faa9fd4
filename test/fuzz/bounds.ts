import assert from 'node:assert/strict';
import type { Core } from '../../workers/core.ts';
import { flowPacketRows } from '../../workers/flow-packets.ts';
import { describeCapture } from '../support/describe-capture.ts';
import { recordOf } from '../support/describe-packet.ts';
import { loadCore } from '../support/core.ts';
import { feed, whole, type Chunking } from '../support/read-capture.ts';

/**
 * Memory a core may hold after a small file: what it holds when empty, one row group of each table (some 4 MiB in all), what
 * one record may wait for (RECORD_OCTETS) with its copy, and 64 times the file.
 */
const ROOM = 16 << 20;

/**
 * Longest a core may take for a small file, in milliseconds of a processor, and 10 more a kB: far more than it takes, far less than
 * a hang. Time in which the machine did something else does not count.
 */
const PATIENCE = 5000;

/** Reads a file that may be damaged: no trap, in bounded time and memory. */
export async function readDamaged(
  octets: Uint8Array,
  chunking: Chunking = whole,
): Promise<{ core: Core; reason: number }> {
  const core = await loadCore();
  const empty = core.memoryOctets;
  const [start, began] = [process.cpuUsage(), performance.now()];
  const reason = feed(core, octets, chunking);
  const { user, system } = process.cpuUsage(start);
  // Other threads of the process, which compile, count in the first.
  const milliseconds = Math.min((user + system) / 1000, performance.now() - began);
  assert(milliseconds < PATIENCE + octets.length / 100, `took ${milliseconds} ms`);
  const held = core.memoryOctets - empty;
  assert(held < ROOM + 64 * octets.length, `holds ${held} octets of memory for ${octets.length}`);
  // A packet takes at least its record header of the file, in every format.
  const { rows } = core.tables.packets;
  assert(rows * 12 <= octets.length, `${rows} packets in ${octets.length} octets`);
  return { core, reason };
}

/** Reads every row, describes every packet and follows every flow: no trap either, and ranges within what is there. */
export function lookAtEverything(core: Core, octets: Uint8Array): string {
  const { packets, flows } = core.tables;
  const text = describeCapture(core);
  for (let packet = 1; packet <= packets.rows; packet++) {
    const { record, offset } = recordOf(core, octets, packet);
    const { header, fields } = core.describe(record, offset);
    const room = Math.max(0, record.length - header);
    if (fields.some(({ start, length }) => start + length > room)) {
      throw new Error(`a field of packet ${packet} reaches behind what was captured`);
    }
  }
  for (let flow = 0; flow < flows.rows; flow++) {
    core.followStart(flow);
    for (const row of flowPacketRows(core, flow)) {
      const { record, offset } = recordOf(core, octets, row + 1);
      core.followRecord(record, offset, row + 1);
    }
    core.followFinish();
  }
  assert.equal(describeCapture(core), text, 'looking changes something');
  return text;
}
