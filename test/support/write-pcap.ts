import { ByteWriter } from './byte-writer.ts';
import type { Capture, WrittenCapture } from './capture.ts';

/** The variants of classic pcap (pcap-savefile(5); patched libpcaps have more fields in their record headers). */
export type PcapVariant =
  | 'microseconds'
  | 'nanoseconds'
  | 'kuznetzov'
  | 'ixia-hardware'
  | 'ixia-software'
  | 'red-hat'
  | 'nokia'
  | 'suse';

/** How to write a classic pcap file. */
export interface PcapOptions {
  readonly isBigEndian?: boolean;
  readonly variant?: PcapVariant;
}

const MAGIC = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  kuznetzov: 0xa1b2cd34,
  'ixia-hardware': 0x1c0001ac,
  'ixia-software': 0x1c0001ab,
  'red-hat': 0xa1b2c3d4,
  nokia: 0xa1b2c3d4,
  suse: 0xa1b2cd34,
} as const;

/** Octets that a variant has behind the four fields of a record header: interface, EtherType, packet type, and more. */
const MORE: Partial<Record<PcapVariant, number>> = { kuznetzov: 8, 'red-hat': 8, nokia: 4, suse: 12 };

/** Writes a capture of one interface as classic pcap. */
export function writePcap(capture: Capture, options: PcapOptions = {}): WrittenCapture {
  const { isBigEndian = false, variant = 'microseconds' } = options;
  const [only, ...others] = capture.interfaces;
  if (only === undefined || others.some((other) => other.linkType !== only.linkType)) {
    throw new Error('classic pcap holds one link type');
  }
  const file = new ByteWriter(isBigEndian);
  file.u32(MAGIC[variant]).u16(2).u16(4).u32(0).u32(0).u32(only.snapLength).u32(only.linkType);
  if (variant.startsWith('ixia')) {
    file.u32(capture.packets.reduce((sum, { octets }) => sum + 16 + octets.length, 0));
  }
  const hasNanoseconds = variant === 'nanoseconds' || variant === 'ixia-hardware';
  const offsets: number[] = [];
  for (const packet of capture.packets) {
    offsets.push(file.length);
    const fraction = Number(packet.time % 1_000_000_000n);
    file.u32(Number(packet.time / 1_000_000_000n));
    file.u32(hasNanoseconds ? fraction : Math.floor(fraction / 1000));
    file.u32(packet.octets.length).u32(packet.length);
    const more = MORE[variant] ?? 0;
    if (more >= 8) file.u32(packet.interface).u16(0x0800).u8(0).u8(0);
    file.octets(new Uint8Array(more % 8));
    file.octets(packet.octets);
  }
  return { octets: file.finish(), offsets };
}
