import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Core } from '../../workers/core.ts';
import type { Capture } from './capture.ts';
import { describeCapture } from './describe-capture.ts';
import { Random } from './random.ts';
import { randomChunks, readOctets, singleOctets } from './read-capture.ts';
import { writePcap } from './write-pcap.ts';
import { writePcapng } from './write-pcapng.ts';

/** Where to keep every drawn capture, to look at it with other tools; nowhere by default. */
const keep = process.env['OFFWIRE_KEEP_DRAWN'];

function keepFile(extension: string, content: string | Uint8Array): void {
  if (keep === undefined) return;
  mkdirSync(keep, { recursive: true });
  const { currentTestName, assertionCalls } = expect.getState();
  const name = `${currentTestName ?? 'drawn'}-${assertionCalls}`.replace(/[^a-z0-9]+/gi, '-');
  writeFileSync(`${keep}/${name}.${extension}`, content);
}

/**
 * Reads a drawn capture four ways: whole, octet by octet, in random pieces, and out of the other container in the other byte
 * order. All must tell the same; the core that read it whole is the answer.
 */
export async function readFourWays(capture: Capture): Promise<Core> {
  keepFile('pcapng', writePcapng(capture, { timeResolution: 9 }).octets);
  const isOneLink = new Set(capture.interfaces.map((each) => each.linkType)).size === 1;
  const written = isOneLink
    ? writePcap(capture, { variant: 'nanoseconds' })
    : writePcapng(capture, { timeResolution: 9 });
  const other = writePcapng(capture, { isBigEndian: true, timeResolution: 9, hasExtras: true });
  const { core } = await readOctets(written.octets);
  const text = describeCapture(core);
  keepFile('txt', text);
  const single = await readOctets(written.octets, singleOctets);
  expect(describeCapture(single.core), 'octet by octet').toBe(text);
  const random = await readOctets(written.octets, randomChunks(new Random(written.octets.length)));
  expect(describeCapture(random.core), 'in random pieces').toBe(text);
  const converted = await readOctets(other.octets, randomChunks(new Random(other.octets.length)));
  expect(describeCapture(converted.core), 'out of the other container').toBe(text);
  return core;
}
