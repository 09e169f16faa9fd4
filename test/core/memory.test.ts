import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Core, StopReason } from '../../workers/core.ts';
import { findFindings } from '../../workers/findings/index.ts';
import { runQuery } from '../../workers/query/index.ts';
import { loadCore } from '../support/core.ts';
import { issues } from '../support/facts.ts';
import { repeatable } from '../support/repeated-capture.ts';

const PAGE = 65_536;
const { header, records, packets: packetsEach } = repeatable(8);

function feedTimes(core: Core, times: number): void {
  for (let count = 0; count < times; count++) expect(core.push(records)).toBe(StopReason.NONE);
}

/** The core with another maximum of its memory: the number stands in the memory section of the module. */
async function coreWithin(pages: number): Promise<Core> {
  const module = new Uint8Array(await readFile(new URL('../../build/core.wasm', import.meta.url)));
  // Section 5, one memory, with a maximum: its initial size of one octet, then 65,536 as LEB128.
  const at = module.findIndex(
    (octet, index) =>
      octet === 5 &&
      module[index + 2] === 1 &&
      module[index + 3] === 1 &&
      module[index + 5] === 0x80 &&
      module[index + 6] === 0x80 &&
      module[index + 7] === 4,
  );
  expect(at).toBeGreaterThan(0);
  module.set([(pages & 0x7f) | 0x80, ((pages >> 7) & 0x7f) | 0x80, pages >> 14], at + 5);
  return Core.create(await WebAssembly.compile(module));
}

describe('memory', () => {
  it('is 32 octets a packet and a constant', async () => {
    const core = await loadCore();
    core.push(header);
    const half = 150;
    feedTimes(core, half);
    const before = core.memoryOctets;
    feedTimes(core, half);
    core.finish();
    const { rows } = core.tables.packets;
    expect(rows).toBe(2 * half * packetsEach);
    // Memory grows in steps of 16 MiB; where it stands after half of the packets may be one step behind.
    expect(core.memoryOctets - before).toBeLessThanOrEqual(32 * half * packetsEach + (16 << 20));
    expect(core.memoryOctets).toBeLessThan(32 * rows + (32 << 20));
  });

  it('that ends stops the reading with an issue, and everything before it can be used', async () => {
    const pages = 6400;
    const core = await coreWithin(pages);
    core.push(header);
    let reason: number = StopReason.NONE;
    let pushes = 0;
    for (; reason === StopReason.NONE && pushes < 10_000; pushes++) reason = core.push(records);
    core.finish(true);
    expect(reason).toBe(StopReason.MEMORY);
    expect(core.memoryOctets).toBeLessThanOrEqual(pages * PAGE);
    const { packets } = core.tables;
    // Most of the memory is rows by then, and each push before the last is there whole.
    expect(packets.rows).toBe((pushes - 1) * packetsEach);
    expect(packets.rows * 32).toBeGreaterThan(pages * PAGE * 0.5);
    expect(Object.keys(issues(core))).toContain('MEMORY_LIMIT');
    // What comes later is refused and changes nothing.
    expect(core.push(records)).toBe(StopReason.MEMORY);
    expect(packets.rows).toBe((pushes - 1) * packetsEach);
    const last = packets.rows;
    const record = records.subarray(records.length - packets.capturedLength(last - 1) - 16);
    expect(core.describe(record, packets.offset(last - 1)).fields.length).toBeGreaterThan(10);
    const answer = runQuery(core, 'packets', { filter: `frame.number == ${last}`, sort: undefined });
    expect(answer.ok && answer.value.rows).toBe(1);
    expect(findFindings(core, { isFinal: true, isCut: true }).quality).not.toBe('');
  });
});
