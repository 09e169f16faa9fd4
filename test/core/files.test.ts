import { describe, expect, it } from 'vitest';
import { CaptureFormat } from '../../src/model/capture.ts';
import { StopReason } from '../../workers/core.ts';
import { ByteWriter } from '../support/byte-writer.ts';
import { describeCapture, describeFile } from '../support/describe-capture.ts';
import { exchanges, issues, protocols, times } from '../support/facts.ts';
import { concat, textOctets, u8 } from '../support/octets.ts';
import { script } from '../support/packet-script.ts';
import { Random } from '../support/random.ts';
import { randomChunks, readCapture, readOctets, singleOctets } from '../support/read-capture.ts';
import { writePcap, type PcapVariant } from '../support/write-pcap.ts';
import {
  block,
  interfaceDescription,
  sectionHeader,
  timeUnits,
  writePcapng,
} from '../support/write-pcapng.ts';

const talk = script`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms    client > server  SYN
  1ms    server > client  SYN ACK
  2ms    client > server  ACK
  3ms    client > server  "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
  5ms    server > client  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  6ms    client > server  FIN
  7ms    server > client  FIN
  8ms    client > server  ACK
`;

const orders = [
  { isBigEndian: false, order: 'little-endian' },
  { isBigEndian: true, order: 'big-endian' },
] as const;

describe('classic pcap', () => {
  const variants: readonly [PcapVariant, number][] = [
    ['microseconds', CaptureFormat.PCAP],
    ['nanoseconds', CaptureFormat.PCAP_NANOSECOND],
    ['kuznetzov', CaptureFormat.PCAP_KUZNETZOV],
    // Wireshark issue 14073. tshark 4.0.17 opens both, but takes the nanoseconds of the hardware for microseconds.
    ['ixia-hardware', CaptureFormat.PCAP_IXIA_HARDWARE],
    ['ixia-software', CaptureFormat.PCAP_IXIA_SOFTWARE],
    // tshark 4.0.17 and editcap (rh6_1pcap, nokiapcap, suse6_3pcap) write and read these three.
    ['red-hat', CaptureFormat.PCAP_RED_HAT],
    ['nokia', CaptureFormat.PCAP_NOKIA],
    ['suse', CaptureFormat.PCAP_SUSE],
  ];
  for (const [variant, format] of variants) {
    for (const { isBigEndian, order } of orders) {
      it(`in ${variant}, ${order}, gives every packet its time and its place`, async () => {
        const expected = describeCapture(await readCapture(talk));
        const written = writePcap(talk, { variant, isBigEndian });
        const { core, reason } = await readOctets(written.octets);
        expect(reason).toBe(StopReason.NONE);
        expect(describeCapture(core)).toBe(expected);
        expect(core.tables.fileSections.format(0)).toBe(format);
        expect(core.tables.fileSections.isBigEndian(0)).toBe(isBigEndian ? 1 : 0);
        expect(core.start).toEqual({ seconds: 1_700_000_000, nanoseconds: 0 });
        expect(written.offsets.map((_, row) => core.tables.packets.offset(row))).toEqual(written.offsets);
        const single = await readOctets(written.octets, singleOctets);
        expect(describeCapture(single.core)).toBe(expected);
      });
    }
  }

  it('tells patched record headers by the second record, or by the end behind the first', async () => {
    const one = { ...talk, packets: talk.packets.slice(0, 1) };
    for (const variant of ['red-hat', 'nokia', 'suse'] as const) {
      const { octets } = writePcap(one, { variant });
      const { core } = await readOctets(octets);
      expect(describeCapture(core)).toBe(describeCapture(await readCapture(one)));
      expect(issues(core)).toEqual({});
      // Cut in its first record, nothing tells.
      const cut = await readOctets(octets.subarray(0, octets.length - 1));
      expect(cut.core.tables.packets.rows).toBe(1);
    }
  });

  it('that is cut in its second record header stays what its magic number says', async () => {
    const { octets, offsets } = writePcap(talk);
    for (const there of [1, 4, 8, 12, 15]) {
      const { core } = await readOctets(octets.subarray(0, (offsets[1] ?? 0) + there));
      expect(core.tables.fileSections.format(0)).toBe(CaptureFormat.PCAP);
      expect(core.tables.packets.rows).toBe(1);
      expect(issues(core)).toEqual({ RECORD_TRUNCATED: 1 });
    }
  });

  it('with nanoseconds in the place of microseconds stays what its magic number says', async () => {
    const { octets, offsets } = writePcap(talk);
    for (const at of offsets) new DataView(octets.buffer).setUint32(at + 4, 999_000_000, true);
    const { core } = await readOctets(octets);
    expect(core.tables.fileSections.format(0)).toBe(CaptureFormat.PCAP);
    expect(core.tables.packets.rows).toBe(8);
  });

  it('keeps nanoseconds where the file has them', async () => {
    const capture = script`
      a 10.0.0.1:1
      b 10.0.0.2:2
      250ns  a > b udp "x"
      1us    a > b udp "x"
      3.000000251s a > b udp "x"
    `;
    const { core } = await readOctets(writePcap(capture, { variant: 'nanoseconds' }).octets);
    expect(core.start).toEqual({ seconds: 1_700_000_000, nanoseconds: 250 });
    expect(times(core)).toEqual([0, 750, 3_000_000_001]);
  });

  it('reads seconds above 2^31 as unsigned', async () => {
    const capture = script`
      start 4000000000
      a 10.0.0.1:1
      b 10.0.0.2:2
      0ms a > b udp "x"
      1ms a > b udp "x"
    `;
    const { core } = await readOctets(writePcap(capture).octets);
    expect(core.start.seconds).toBe(4_000_000_000);
    expect(times(core)).toEqual([0, 1_000_000]);
  });

  it('takes the link type from its own bits when the field also tells the length of frame checks', async () => {
    const { octets } = writePcap(talk);
    octets[23] = 0x24; // FCS length 2 words, present (draft-ietf-opsawg-pcap section 4)
    const { core } = await readOctets(octets);
    expect(core.tables.interfaces.linkType(0)).toBe(1);
    expect(exchanges(core)).toEqual(['GET /a 200']);
  });

  it('shows the packets before a last record that is cut off, with one issue', async () => {
    const { octets, offsets } = writePcap(talk);
    const last = offsets.at(-1) ?? 0;
    for (const cut of [last + 1, last + 15, last + 16, octets.length - 1]) {
      const { core, reason } = await readOctets(octets.subarray(0, cut));
      expect(core.tables.packets.rows).toBe(7);
      expect(issues(core)).toEqual({ RECORD_TRUNCATED: 1 });
      expect(reason).toBe(StopReason.NONE);
    }
    const { core } = await readOctets(octets.subarray(0, last));
    expect(core.tables.packets.rows).toBe(7);
    expect(issues(core)).toEqual({});
  });

  it('with a header alone is a capture without packets', async () => {
    const { core, reason } = await readOctets(writePcap(talk).octets.subarray(0, 24));
    expect(reason).toBe(StopReason.NONE);
    expect(core.tables.packets.rows).toBe(0);
    expect(core.tables.fileSections.rows).toBe(1);
    expect(issues(core)).toEqual({});
  });

  it('shows a packet whose captured length is above its length on the wire, with an issue', async () => {
    const { octets, offsets } = writePcap(talk);
    new DataView(octets.buffer).setUint32((offsets[3] ?? 0) + 12, 20, true);
    const { core } = await readOctets(octets);
    expect(core.tables.packets.rows).toBe(8);
    expect(issues(core)).toEqual({ CAPLEN_ABOVE_LENGTH: 1 });
  });

  it('stops at a record longer than any packet can be, and keeps those before', async () => {
    for (const length of [0x7fffffff, 0x80000000, 0xffffffff, 262_145]) {
      const { octets, offsets } = writePcap(talk);
      new DataView(octets.buffer).setUint32((offsets[5] ?? 0) + 8, length, true);
      const { core, reason } = await readOctets(octets);
      expect(reason).toBe(StopReason.DAMAGED);
      expect(core.tables.packets.rows).toBe(5);
      expect(issues(core)).toEqual({ RECORD_LENGTH: 1 });
      expect(core.tables.issues.found(0)).toBe(length);
    }
  });
});

describe('what is no capture', () => {
  const png = Uint8Array.of(
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
    0,
    0,
    0,
    1,
  );
  const files: readonly [string, Uint8Array][] = [
    ['a PNG', concat(png, new Uint8Array(100))],
    ['a text', textOctets('Dear reader,\nthis is no capture at all, but it is long enough to be one.\n')],
    ['zeros', new Uint8Array(4096)],
  ];
  for (const [name, octets] of files) {
    it(`is told apart at once: ${name}`, async () => {
      for (const chunking of [undefined, singleOctets]) {
        const { core, reason } = await readOctets(octets, chunking);
        expect(reason).toBe(StopReason.NOT_A_CAPTURE);
        expect(core.tables.packets.rows).toBe(0);
      }
    });
  }
});

describe('pcapng', () => {
  for (const { isBigEndian, order } of orders) {
    for (const packetBlock of ['enhanced', 'obsolete'] as const) {
      it(`${order} with ${packetBlock} packet blocks tells the same as pcap`, async () => {
        const expected = describeCapture(await readCapture(talk));
        const written = writePcapng(talk, { isBigEndian, packetBlock });
        const { core, reason } = await readOctets(written.octets, randomChunks(new Random(7)));
        expect(reason).toBe(StopReason.NONE);
        expect(describeCapture(core)).toBe(expected);
        expect(core.tables.fileSections.format(0)).toBe(CaptureFormat.PCAPNG);
        expect(written.offsets.map((_, row) => core.tables.packets.offset(row))).toEqual(written.offsets);
      });
    }

    it(`${order} with simple packet blocks gives the packets, cut at the snap length`, async () => {
      const snapped = script`
        snap 60
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms    client > server  SYN
        3ms    client > server  "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
      `;
      const written = writePcapng(snapped, { isBigEndian, packetBlock: 'simple' });
      const { core } = await readOctets(written.octets, singleOctets);
      const { packets } = core.tables;
      expect([packets.capturedLength(0), packets.length(0)]).toEqual([54, 54]);
      expect([packets.capturedLength(1), packets.length(1)]).toEqual([60, 82]);
      expect(protocols(core)[0]).toBe('TCP');
    });
  }

  it('gives simple packet blocks, which have no time, no made-up one', async () => {
    const written = writePcapng(talk, { packetBlock: 'simple' });
    const { core } = await readOctets(written.octets);
    expect(exchanges(core)).toEqual(['GET /a 200']);
    expect(new Set(times(core))).toEqual(new Set([0]));
    expect(issues(core)).toEqual({});
  });

  for (const resolution of [0, 1, 3, 6, 7, 9, 10, 12, 0x80, 0x81, 0x8a, 0x94, 0x9e, 0xa0]) {
    it(`counts time in units of if_tsresol 0x${resolution.toString(16)}`, async () => {
      const capture = script`
        start 1000000
        a 10.0.0.1:1
        b 10.0.0.2:2
        0ms      a > b udp "x"
        1.5ms    a > b udp "x"
        2.25s    a > b udp "x"
        1000.000000003s a > b udp "x"
      `;
      const { octets } = writePcapng(capture, { timeResolution: resolution });
      const { core } = await readOctets(octets);
      const perSecond = timeUnits(1_000_000_000n, resolution);
      capture.packets.forEach((packet, row) => {
        const written = (timeUnits(packet.time, resolution) * 1_000_000_000n) / perSecond;
        const first = (timeUnits(capture.packets[0]?.time ?? 0n, resolution) * 1_000_000_000n) / perSecond;
        expect(Math.abs(core.tables.packets.time(row) - Number(written - first))).toBeLessThanOrEqual(1);
      });
      expect(core.start.seconds).toBe(1_000_000);
      expect(core.tables.interfaces.timeResolution(0)).toBe(resolution);
    });
  }

  it('adds if_tsoffset, which may be negative', async () => {
    for (const timeOffset of [1_699_999_000n, 3_000_000_000n, -5n]) {
      const { core } = await readOctets(writePcapng(talk, { timeOffset, timeResolution: 9 }).octets);
      expect(core.start).toEqual({ seconds: 1_700_000_000, nanoseconds: 0 });
      expect(times(core)).toEqual([0, 1e6, 2e6, 3e6, 5e6, 6e6, 7e6, 8e6]);
      expect(core.tables.interfaces.timeOffset(0)).toBe(Number(timeOffset));
    }
  });

  it('reads several sections, each in its own byte order and with its own interfaces', async () => {
    const expected = describeCapture(await readCapture(talk));
    for (const tellsSectionLength of [false, true]) {
      const options = { sections: 3, alternatesOrder: true, tellsSectionLength, interfaceName: 'eth0' };
      const { core } = await readOctets(writePcapng(talk, options).octets, randomChunks(new Random(3)));
      expect(describeCapture(core)).toBe(expected);
      expect(describeFile(core)).toEqual([
        'section pcapng little-endian\n  interface link 1 snap 262144 packets 3 resolution 0x6 name "eth0"',
        'section pcapng big-endian\n  interface link 1 snap 262144 packets 3 resolution 0x6 name "eth0"',
        'section pcapng little-endian\n  interface link 1 snap 262144 packets 2 resolution 0x6 name "eth0"',
      ]);
    }
  });

  it('reads each packet by the link type of its own interface', async () => {
    const capture = script`
      link ethernet
      link sll2
      link raw
      client 10.0.0.1:35500
      server 10.0.0.2:8080
      0ms    client > server  SYN on 0
      1ms    server > client  SYN ACK on 1
      2ms    client > server  ACK on 2
      3ms    client > server  "GET /a HTTP/1.1\r\nHost: a\r\n\r\n" on 0
      5ms    server > client  "HTTP/1.1 204 No Content\r\n\r\n" on 2
    `;
    const { core } = await readOctets(writePcapng(capture).octets);
    expect(exchanges(core)).toEqual(['GET /a 204']);
    expect(core.tables.flows.rows).toBe(1);
    expect([0, 1, 2].map((row) => core.tables.interfaces.packets(row))).toEqual([2, 1, 2]);
  });

  it('skips name resolution, custom, secrets, statistics and unknown blocks by their lengths', async () => {
    const expected = describeCapture(await readCapture(talk));
    for (const { isBigEndian } of orders) {
      const { octets } = writePcapng(talk, { isBigEndian, hasExtras: true, idleInterfaces: 2, dropped: 12n });
      const { core } = await readOctets(octets, singleOctets);
      expect(describeCapture(core)).toBe(expected);
      expect(core.tables.interfaces.rows).toBe(3);
      expect(core.tables.interfaces.dropped(0)).toBe(12);
      expect(core.tables.interfaces.dropped(1)).toBeNaN();
    }
  });

  it('shows the packets before a last block that is cut off, with one issue', async () => {
    const { octets, offsets } = writePcapng(talk);
    const last = offsets.at(-1) ?? 0;
    for (const cut of [last + 1, last + 8, last + 12, octets.length - 7]) {
      const { core, reason } = await readOctets(octets.subarray(0, cut));
      expect(core.tables.packets.rows).toBe(7);
      expect(issues(core)).toEqual({ BLOCK_TRUNCATED: 1 });
      expect(reason).toBe(StopReason.NONE);
    }
  });

  it('passes over a packet of an interface that was not described, with an issue', async () => {
    const body = new ByteWriter(false).u32(5).u32(0).u32(0).u32(4).u32(4).octets(new Uint8Array(4)).finish();
    const { octets } = writePcapng(talk);
    const head = concat(sectionHeader(false), interfaceDescription(false, 1, 0));
    const { core } = await readOctets(concat(head, block(false, 6, body), octets));
    expect(issues(core)).toMatchObject({ INTERFACE_UNKNOWN: 1 });
    expect(exchanges(core)).toEqual(['GET /a 200']);
  });

  it('passes over a packet block that claims more octets than it has, and reads the next', async () => {
    const { octets, offsets } = writePcapng(talk);
    new DataView(octets.buffer).setUint32((offsets[7] ?? 0) + 20, 1000, true);
    const { core } = await readOctets(concat(octets, writePcapng(talk).octets));
    expect(issues(core)).toMatchObject({ BLOCK_MALFORMED: 1 });
    expect(exchanges(core)).toContain('GET /a 200');
    expect(core.tables.packets.rows).toBeGreaterThanOrEqual(15);
  });

  it('stops at a block length that cannot be, and keeps the packets before', async () => {
    for (const length of [0, 4, 8]) {
      const { octets, offsets } = writePcapng(talk);
      new DataView(octets.buffer).setUint32((offsets[5] ?? 0) + 4, length, true);
      const { core, reason } = await readOctets(octets);
      expect(core.tables.packets.rows, `length ${length}`).toBe(5);
      expect(reason, `length ${length}`).toBe(StopReason.DAMAGED);
      expect(issues(core)).toEqual({ BLOCK_LENGTH: 1 });
    }
  });

  it('takes an option area without an end mark, and one whose length lies, without harm', async () => {
    const name = new ByteWriter(false).u16(2).u16(3).octets(textOctets('lo0')).pad();
    const lying = new ByteWriter(false).u16(2).u16(0xfff0).octets(u8(1)).pad();
    for (const [options, expected] of [
      [name, 'lo0'],
      [lying, ''],
    ] as const) {
      const body = new ByteWriter(false).u16(1).u16(0).u32(0).octets(options.finish()).finish();
      const { core } = await readOctets(concat(sectionHeader(false), block(false, 1, body)));
      expect(core.tables.interfaces.rows).toBe(1);
      expect(core.text(core.tables.interfaces.name(0))).toBe(expected);
    }
  });
});

describe('the clock', () => {
  it('may go backwards: times become negative, with an issue', async () => {
    const core = await readCapture(script`
      a 10.0.0.1:1
      b 10.0.0.2:2
      5ms a > b udp "x"
      2ms a > b udp "x"
      7ms a > b udp "x"
    `);
    expect(times(core)).toEqual([0, -3_000_000, 2_000_000]);
    expect(issues(core)).toEqual({ CLOCK_BACKWARDS: 1 });
  });
});
