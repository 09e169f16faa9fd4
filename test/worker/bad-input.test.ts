import { describe, expect, test } from 'vitest';
import type { Capture } from '../support/capture.ts';
import { connection } from '../support/packet-script.ts';
import { writePcap } from '../support/write-pcap.ts';
import { writePcapng } from '../support/write-pcapng.ts';
import { fixture, openOctets } from './open-file.ts';

const CAPTURE: Capture = connection`
  10ms client > server "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
  20ms server > client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  30ms client > server ACK
`;

const PACKETS = CAPTURE.packets.length;
const FILES = [
  ['pcap', writePcap(CAPTURE)],
  ['pcap, big-endian', writePcap(CAPTURE, { isBigEndian: true })],
  ['pcapng', writePcapng(CAPTURE)],
] as const;

/** What came of a file, in a line: its error, or its packets and the codes of its issues. */
async function outcome(octets: Uint8Array): Promise<string> {
  const { result } = await openOctets(octets);
  if (!result.ok) return `${result.error.code}: ${result.error.message}`;
  const issues = result.value.issues.map(({ code }) => code).join(' ');
  return `${result.value.counts.packets} packets ${issues}`.trim();
}

function changed(octets: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = octets.slice();
  copy.set(values, at);
  return copy;
}

describe.each(FILES)('%s', (name, { octets, offsets }) => {
  const isPcapng = name === 'pcapng';
  const isBigEndian = name.includes('big');
  // The first block of a pcapng says its own length.
  const smallest = isPcapng ? (octets[4] ?? 0) : 24;

  test('is read whole, without an issue', async () => {
    expect(await outcome(octets)).toBe(`${PACKETS} packets`);
  });

  test('cut at every byte: a clear message, or all packets before the cut and an issue', async () => {
    for (let end = 0; end < octets.length; end++) {
      const told = await outcome(octets.subarray(0, end));
      if (end < Math.min(28, smallest)) {
        expect(told).toMatch(/^(empty|not-a-capture): .{40}/);
        continue;
      }
      const before = offsets.filter((_, index) => (offsets[index + 1] ?? octets.length) <= end).length;
      const packets = parseInt(told, 10);
      // A pcapng packet is whole before its block is: padding and the length come after it.
      expect(packets).toBeGreaterThanOrEqual(before);
      expect(packets).toBeLessThanOrEqual(isPcapng ? before + 1 : before);
      // Between two records nothing is amiss; inside one it is said.
      const isBorder = before === offsets.length || offsets[before] === end || end === smallest;
      if (!isBorder) expect(told).toMatch(/(record|block)-truncated/);
    }
  });

  test('its header alone is a capture with no packets', async () => {
    expect(await outcome(octets.subarray(0, smallest))).toBe('0 packets');
  });

  // Lengths of the third packet's record: captured length in pcap, block length and captured length in pcapng.
  const places = isPcapng ? [4, 20] : [8];
  const lies: readonly (readonly [string, readonly number[]])[] = [
    ['4 GiB', [0xff, 0xff, 0xff, 0xff]],
    ['negative when signed', isBigEndian ? [0x80, 0, 0, 0] : [0, 0, 0, 0x80]],
    ['above the limit', isBigEndian ? [0, 4, 0, 1] : [1, 0, 4, 0]],
  ];
  test.each(lies)('a length of %s stops the reading there, and says so', async (_, value) => {
    for (const place of places) {
      const told = await outcome(changed(octets, (offsets[2] ?? 0) + place, ...value));
      expect(told).toMatch(/^[2-7] packets .*(record-length|block-length|block-malformed|block-truncated)/);
    }
  });

  test('a captured length of 0 is an empty packet, and what comes after is still read or said to be damaged', async () => {
    const told = await outcome(changed(octets, (offsets[2] ?? 0) + (places.at(-1) ?? 0), 0, 0, 0, 0));
    expect(told).toMatch(/^\d+ packets .+/);
    expect(parseInt(told, 10)).toBeGreaterThanOrEqual(3);
  });
});

test('a version that does not exist is named, or read as far as it goes', async () => {
  const octets = changed(writePcap(CAPTURE).octets, 4, 99, 0);
  expect(await outcome(octets)).toMatch(/^(not-a-capture: .*version|6 packets)/);
});

test('a byte order magic that does not exist is not read as a capture of packets', async () => {
  const octets = changed(writePcapng(CAPTURE).octets, 8, 1, 2, 3, 4);
  expect(await outcome(octets)).toMatch(/^(not-a-capture: |0 packets section-header)/);
});

test('a real capture cut anywhere in its first 4 kB keeps the packets before the cut', async () => {
  const octets = await fixture('story-1.pcap');
  const view = new DataView(octets.buffer);
  const ends: number[] = [];
  for (let at = 24; at < octets.length; at += 16 + view.getUint32(at + 8, true)) ends.push(at);
  // An open takes some milliseconds, so not every octet; 13 has no factor in common with the lengths of records.
  for (let end = 24; end < 4096; end += 13) {
    const before = ends.filter((at) => at <= end).length - 1;
    expect(await outcome(octets.subarray(0, end))).toMatch(new RegExp(`^${before} packets`));
  }
});
