import { readdirSync, readFileSync } from 'node:fs';
import { GOLDEN } from '../core/golden-captures.ts';
import { script } from '../support/packet-script.ts';
import { readOctets } from '../support/read-capture.ts';
import { ENCAPSULATIONS, wrapped } from '../support/wrap-packets.ts';
import { RARE_ENCAPSULATIONS } from '../support/wrap-rarely.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';

/** A healthy capture file to damage, and where its records begin (packets only). */
export interface Seed {
  readonly name: string;
  readonly octets: Uint8Array;
  readonly offsets: readonly number[];
}

/** A healthy file as a seed: its records are those that the core finds in it (how many, other tests compare with tshark). */
export async function seedOf(name: string, octets: Uint8Array): Promise<Seed> {
  const { packets } = (await readOctets(octets)).core.tables;
  return { name, octets, offsets: Array.from({ length: packets.rows }, (_, row) => packets.offset(row)) };
}

const inside = script`
  link raw
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms client > server SYN
  1ms server > client SYN ACK
  2ms client > server "GET /inside HTTP/1.1\r\nHost: a\r\n\r\n"
  3ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" "x"*100 fragments 64
  4ms client > server FIN
`;

const encapsulated = Object.entries({ ...ENCAPSULATIONS, ...RARE_ENCAPSULATIONS }).map(
  ([name, encapsulation]) => [name, wrapped(inside, encapsulation)] as const,
);

/** Drawn captures, in both containers. */
export function drawnSeeds(): Seed[] {
  return [...Object.entries(GOLDEN), ...encapsulated].flatMap(([name, capture], index) => [
    { name: `${name}.pcap`, ...writePcap(capture, { isBigEndian: index % 2 === 1 }) },
    {
      name: `${name}.pcapng`,
      ...writePcapng(capture, {
        hasExtras: true,
        sections: 1 + (index % 3),
        alternatesOrder: true,
        timeResolution: 9,
      }),
    },
  ]);
}

/** The real captures that are small. */
export function capturedSeeds(): Promise<readonly Seed[]> {
  const folder = new URL('../fixtures/captures/', import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => ({ name, octets: new Uint8Array(readFileSync(new URL(name, folder))) }));
  const small = files.filter(({ octets }) => octets.length < 40_000);
  return Promise.all(small.map(({ name, octets }) => seedOf(name, octets)));
}
