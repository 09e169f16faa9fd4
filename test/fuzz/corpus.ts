import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { GOLDEN } from '../core/golden-captures.ts';
import { script } from '../support/packet-script.ts';
import { ENCAPSULATIONS, wrapped } from '../support/wrap-packets.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';

/** A healthy capture file to damage, and where its records begin (packets only). */
export interface Seed {
  readonly name: string;
  readonly octets: Uint8Array;
  readonly offsets: readonly number[];
}

/** Where the records of packets begin that are whole. */
function recordOffsets(octets: Uint8Array): number[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const offsets: number[] = [];
  const isPcapng = view.getUint32(0) === 0x0a0d0d0a;
  const isLittle = isPcapng ? view.getUint32(8, true) === 0x1a2b3c4d : view.getUint8(0) !== 0xa1;
  for (let at = isPcapng ? 0 : 24; octets.length - at >= 16;) {
    const type = view.getUint32(at, isLittle);
    const size = isPcapng ? view.getUint32(at + 4, isLittle) : 16 + view.getUint32(at + 8, isLittle);
    const isWhole = octets.length - at >= size;
    if (isWhole && (!isPcapng || type === 6)) offsets.push(at);
    at += size;
  }
  return offsets;
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

const encapsulated = Object.entries(ENCAPSULATIONS).map(
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
export function capturedSeeds(): Seed[] {
  const folder = new URL('../fixtures/captures/', import.meta.url);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => {
      const octets = new Uint8Array(readFileSync(new URL(name, folder)));
      return { name, octets, offsets: recordOffsets(octets) };
    })
    .filter(({ octets }) => octets.length < 40_000);
}
