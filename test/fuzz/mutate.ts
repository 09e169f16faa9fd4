import { concat } from '../support/octets.ts';
import type { Random } from '../support/random.ts';
import type { Seed } from './corpus.ts';

/** A damaged file, and the first octet that differs from the healthy one. */
export interface Mutant {
  readonly octets: Uint8Array;
  readonly damagedFrom: number;
  /** What was done, to find it again. */
  readonly how: string;
}

/** Lengths that lie: nothing, one, negative when signed, 4 GiB, just above the limits. */
const LIES = [
  0, 1, 4, 11, 0x7fff, 0x8000, 0xffff, 262_144, 262_145, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
];

function withNumber(
  octets: Uint8Array,
  at: number,
  value: number,
  width: 1 | 2 | 4,
  isLittle: boolean,
): Uint8Array {
  const copy = octets.slice();
  const view = new DataView(copy.buffer);
  if (width === 1) view.setUint8(at, value & 0xff);
  else if (width === 2) view.setUint16(at, value & 0xffff, isLittle);
  else view.setUint32(at, value, isLittle);
  return copy;
}

/** The range of octets of one record. */
function recordRange(seed: Seed, random: Random): readonly [start: number, end: number] {
  const index = random.below(Math.max(1, seed.offsets.length));
  return [seed.offsets[index] ?? 0, seed.offsets[index + 1] ?? seed.octets.length];
}

/** Words of the protocols, to be put where others are. */
const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  'chunked',
  'Content-Length: 99999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Upgrade: websocket\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'ffffffff\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
  // The heads of frames and records: HEADERS, DATA, GOAWAY, CONTINUATION of HTTP/2, WebSocket, TLS, gRPC, QUIC.
  '\0\0\x08\x01\x04\0\0\0\x01',
  '\0\x40\0\0\x09\0\0\0\x01',
  '\0\0\x08\x07\0\0\0\0\0',
  '\0\0\x04\x09\0\0\0\0\x03',
  '\x81\xfe\xff\xff',
  '\x88\x7f\xff\xff\xff\xff\xff\xff\xff\xff',
  '\x16\x03\x01\x40\0\x01\0\xff\xff',
  '\x01\xff\xff\xff\xff',
  '\xc3\0\0\0\x01\x14',
].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)));

type Mutation = (seed: Seed, random: Random, others: readonly Seed[]) => Omit<Mutant, 'how'>;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'some octets changed': ({ octets }, random) => {
    const copy = octets.slice();
    let damagedFrom = octets.length;
    for (let count = 1 + random.below(8); count > 0; count--) {
      const at = random.below(octets.length);
      copy[at] = random.below(256);
      damagedFrom = Math.min(damagedFrom, at);
    }
    return { octets: copy, damagedFrom };
  },
  'a bit flipped': ({ octets }, random) => {
    const at = random.below(octets.length);
    const copy = octets.slice();
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return { octets: copy, damagedFrom: at };
  },
  'a length of a record lies': (seed, random) => {
    const [start] = recordRange(seed, random);
    const at = Math.min(start + 4 * random.below(7), seed.octets.length - 4);
    return {
      octets: withNumber(seed.octets, at, random.pick(LIES), 4, random.below(4) > 0),
      damagedFrom: at,
    };
  },
  'a length inside a packet lies': (seed, random) => {
    const [start, end] = recordRange(seed, random);
    const at = Math.min(start + 16 + random.below(Math.max(1, end - start - 16)), seed.octets.length - 4);
    const width = random.pick([1, 2, 4] as const);
    return { octets: withNumber(seed.octets, at, random.pick(LIES), width, false), damagedFrom: at };
  },
  'an octet of the headers changed': (seed, random) => {
    const [start, end] = recordRange(seed, random);
    const at = Math.min(
      start + 16 + random.below(Math.min(96, Math.max(1, end - start - 16))),
      seed.octets.length - 1,
    );
    const octets = seed.octets.slice();
    octets[at] = random.below(256);
    return { octets, damagedFrom: at };
  },
  'a word stands in a segment': (seed, random) => {
    const [start, end] = recordRange(seed, random);
    const word = random.pick(WORDS);
    const at = start + 16 + random.below(Math.max(1, end - start - 16));
    const octets = seed.octets.slice();
    octets.set(word.subarray(0, Math.max(0, octets.length - at)), Math.min(at, octets.length));
    return { octets, damagedFrom: Math.min(at, octets.length) };
  },
  'a segment goes into another': (seed, random) => {
    const [from, until] = recordRange(seed, random);
    const [start, end] = recordRange(seed, random);
    // Behind the longest headers that are usual, so that what was said is said elsewhere.
    const behind = 16 + 20 + random.below(60);
    const size = Math.max(0, Math.min(until - from, end - start) - behind);
    const octets = seed.octets.slice();
    octets.copyWithin(start + behind, from + behind, from + behind + size);
    return { octets, damagedFrom: Math.min(start + behind, octets.length) };
  },
  'records of another file follow': (seed, random, others) => {
    const other = random.pick(others);
    const [from] = recordRange(other, random);
    const [, end] = recordRange(seed, random);
    const { octets } = seed;
    return {
      octets: concat(
        octets.subarray(0, end),
        other.octets.subarray(from, from + 20_000),
        octets.subarray(end),
      ),
      damagedFrom: end,
    };
  },
  'the end is missing': ({ octets }, random) => {
    const at = random.below(octets.length);
    return { octets: octets.slice(0, at), damagedFrom: at };
  },
  'a part is missing': ({ octets }, random) => {
    const at = random.below(octets.length);
    const size = 1 + random.below(64);
    return { octets: concat(octets.subarray(0, at), octets.subarray(at + size)), damagedFrom: at };
  },
  'noise is put in': ({ octets }, random) => {
    const at = random.below(octets.length);
    const noise = Uint8Array.from({ length: 1 + random.below(64) }, () => random.below(256));
    return { octets: concat(octets.subarray(0, at), noise, octets.subarray(at)), damagedFrom: at };
  },
  'a record stands twice': (seed, random) => {
    const [start, end] = recordRange(seed, random);
    const { octets } = seed;
    return { octets: concat(octets.subarray(0, end), octets.subarray(start)), damagedFrom: end };
  },
  'a record is gone': (seed, random) => {
    const [start, end] = recordRange(seed, random);
    return { octets: concat(seed.octets.subarray(0, start), seed.octets.subarray(end)), damagedFrom: start };
  },
  'two records change places': (seed, random) => {
    const [firstStart, firstEnd] = recordRange(seed, random);
    const [start, end] = recordRange(seed, random);
    const { octets } = seed;
    if (firstEnd > start) return { octets, damagedFrom: octets.length };
    return {
      octets: concat(
        octets.subarray(0, firstStart),
        octets.subarray(start, end),
        octets.subarray(firstEnd, start),
        octets.subarray(firstStart, firstEnd),
        octets.subarray(end),
      ),
      damagedFrom: firstStart,
    };
  },
};

/** Damages a file in one way, sometimes in two. `others`: files whose parts may come into it. */
export function mutate(seed: Seed, random: Random, others: readonly Seed[]): Mutant {
  const [how, mutation] = random.pick(Object.entries(MUTATIONS));
  const once = { how, ...mutation(seed, random, others) };
  if (random.below(4) > 0 || once.octets.length < 64) return once;
  const [again, second] = random.pick(Object.entries(MUTATIONS));
  const offsets = seed.offsets.filter((offset) => once.octets.length - offset >= 64);
  const twice = second({ ...seed, octets: once.octets, offsets }, random, others);
  return {
    how: `${how}, then ${again}`,
    octets: twice.octets,
    damagedFrom: Math.min(once.damagedFrom, twice.damagedFrom),
  };
}
