import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { LIMITS } from '../../src/model/limits.ts';
import { Random } from '../support/random.ts';
import { openOctets } from '../worker/open-file.ts';
import { seedOf } from './corpus.ts';
import { mutate } from './mutate.ts';

/** Captures with something said inside their exchanges. */
const CAPTURES = ['ws-healthy', 'ws-deflate', 'events', 'grpc-healthy', 'grpc-status'];
const EACH = 20;

/** Parts that one exchange of so small a capture can have. */
const MOST_PARTS = 50;

it.each(CAPTURES)('conversations of %s, damaged, are read to an end', async (name) => {
  const octets = await readFile(new URL(`../fixtures/captures/${name}.pcap`, import.meta.url));
  const seed = await seedOf(name, new Uint8Array(octets));
  let messages = 0;
  for (let count = 0; count < EACH; count++) {
    const mutant = mutate(seed, new Random(count), [seed]);
    const { analysis, result } = await openOctets(mutant.octets);
    if (!result.ok) continue;
    for (let exchange = 0; exchange < Math.min(result.value.counts.exchanges, 10); exchange++) {
      let parts = 0;
      for (let from: number | undefined = 0; from !== undefined;) {
        const part = await analysis.conversation(exchange, from);
        for (const { octets: content } of part?.messages ?? []) {
          expect(content.length).toBeLessThanOrEqual(LIMITS.CONVERSATION_MESSAGE_OCTETS);
          messages++;
        }
        expect(++parts).toBeLessThan(MOST_PARTS);
        from = part?.next;
      }
    }
  }
  // Most damage leaves most of a capture as it was.
  expect(messages).toBeGreaterThan(EACH);
});
