import { ByteWriter } from './byte-writer.ts';
import type { Capture, CapturedPacket, WrittenCapture } from './capture.ts';
import { textOctets } from './octets.ts';

/** Block types (pcapng draft section 10.1). */
export const BLOCKS = {
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  NAME_RESOLUTION: 4,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
  DECRYPTION_SECRETS: 10,
  CUSTOM: 0x0bad,
  CUSTOM_NOT_COPYABLE: 0x40000bad,
  SECTION: 0x0a0d0d0a,
} as const;

/** How to write a pcapng file. */
export interface PcapngOptions {
  readonly isBigEndian?: boolean;
  /** if_tsresol as in the file: 10^-n, or 2^-n with bit 7 set. Absent: no option, which means microseconds. */
  readonly timeResolution?: number;
  /** if_tsoffset in seconds: subtracted from each time stamp that is written. */
  readonly timeOffset?: bigint;
  readonly packetBlock?: 'enhanced' | 'simple' | 'obsolete';
  /** Splits the packets over so many sections, each with its own interfaces. */
  readonly sections?: number;
  /** Every second section in the other byte order. */
  readonly alternatesOrder?: boolean;
  /** Tells each section's length instead of -1 (unknown). */
  readonly tellsSectionLength?: boolean;
  /** Puts a name resolution, custom, statistics, secrets and unknown block between the packets, and comments on packets. */
  readonly hasExtras?: boolean;
  /** Interface descriptions that no packet uses, before the others. */
  readonly idleInterfaces?: number;
  readonly interfaceName?: string;
  /** isb_ifdrop of interface 0. */
  readonly dropped?: bigint;
}

/** An option of a block: code and value. */
export type BlockOption = readonly [code: number, value: Uint8Array];

/** Options as they stand at the end of a block, with the end mark. */
export function optionOctets(isBigEndian: boolean, options: readonly BlockOption[]): Uint8Array {
  if (options.length === 0) return new Uint8Array();
  const writer = new ByteWriter(isBigEndian);
  for (const [code, value] of options) writer.u16(code).u16(value.length).octets(value).pad();
  return writer.u16(0).u16(0).finish();
}

/** A block: type, body and both lengths. */
export function block(isBigEndian: boolean, type: number, body: Uint8Array): Uint8Array {
  const padding = (4 - (body.length % 4)) % 4;
  const length = 12 + body.length + padding;
  return new ByteWriter(isBigEndian).u32(type).u32(length).octets(body).pad().u32(length).finish();
}

/** A Section Header Block. */
export function sectionHeader(
  isBigEndian: boolean,
  sectionLength = -1n,
  told: readonly BlockOption[] = [[4, textOctets('offwire tests')]],
): Uint8Array {
  const options = optionOctets(isBigEndian, told);
  const body = new ByteWriter(isBigEndian).u32(0x1a2b3c4d).u16(1).u16(0).u64(sectionLength).octets(options);
  return block(isBigEndian, BLOCKS.SECTION, body.finish());
}

/** An Interface Description Block. */
export function interfaceDescription(
  isBigEndian: boolean,
  linkType: number,
  snapLength: number,
  options: readonly BlockOption[] = [],
): Uint8Array {
  const body = new ByteWriter(isBigEndian).u16(linkType).u16(0).u32(snapLength);
  return block(isBigEndian, BLOCKS.INTERFACE, body.octets(optionOctets(isBigEndian, options)).finish());
}

/** An Enhanced Packet Block of interface 0 with options. */
export function enhancedPacket(
  isBigEndian: boolean,
  octets: Uint8Array,
  options: readonly BlockOption[] = [],
  time = 0n,
): Uint8Array {
  const writer = new ByteWriter(isBigEndian).u32(0);
  writer.u32(Number(BigInt.asUintN(32, time >> 32n))).u32(Number(BigInt.asUintN(32, time)));
  writer.u32(octets.length).u32(octets.length).octets(octets).pad();
  return block(
    isBigEndian,
    BLOCKS.ENHANCED_PACKET,
    writer.octets(optionOctets(isBigEndian, options)).finish(),
  );
}

/** A time in units of if_tsresol, rounded down. */
export function timeUnits(time: bigint, resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution & 0x80 ? 1n << exponent : 10n ** exponent;
  return (time * perSecond) / 1_000_000_000n;
}

class PcapngWriter {
  readonly #options: PcapngOptions;
  readonly #capture: Capture;
  readonly #blocks: Uint8Array[] = [];
  readonly #offsets: number[] = [];
  #length = 0;

  constructor(capture: Capture, options: PcapngOptions) {
    this.#capture = capture;
    this.#options = options;
  }

  write(): WrittenCapture {
    const { sections = 1, alternatesOrder = false, isBigEndian = false } = this.#options;
    const { packets } = this.#capture;
    const each = Math.ceil(packets.length / sections);
    for (let section = 0; section < sections; section++) {
      const part = packets.slice(section * each, (section + 1) * each);
      this.#section(part, alternatesOrder && section % 2 === 1 ? !isBigEndian : isBigEndian);
    }
    const file = new ByteWriter(false);
    for (const each of this.#blocks) file.octets(each);
    return { octets: file.finish(), offsets: this.#offsets };
  }

  #add(octets: Uint8Array): void {
    this.#blocks.push(octets);
    this.#length += octets.length;
  }

  #section(packets: readonly CapturedPacket[], isBigEndian: boolean): void {
    const { idleInterfaces = 0, hasExtras = false, tellsSectionLength = false } = this.#options;
    const header = this.#blocks.length;
    this.#add(sectionHeader(isBigEndian));
    const start = this.#length;
    for (let idle = 0; idle < idleInterfaces; idle++) this.#add(interfaceDescription(isBigEndian, 1, 0));
    const options = this.#interfaceOptions(isBigEndian);
    for (const each of this.#capture.interfaces) {
      this.#add(interfaceDescription(isBigEndian, each.linkType, each.snapLength, options));
    }
    packets.forEach((packet, index) => {
      if (hasExtras) this.#extra(isBigEndian, index);
      this.#offsets.push(this.#length);
      this.#add(this.#packet(packet, isBigEndian));
    });
    this.#statistics(isBigEndian);
    if (tellsSectionLength) this.#blocks[header] = sectionHeader(isBigEndian, BigInt(this.#length - start));
  }

  #interfaceOptions(isBigEndian: boolean): readonly BlockOption[] {
    const { timeResolution, timeOffset, interfaceName } = this.#options;
    const options: BlockOption[] = [];
    if (interfaceName !== undefined) options.push([2, textOctets(interfaceName)]);
    if (timeResolution !== undefined) options.push([9, Uint8Array.of(timeResolution)]);
    if (timeOffset !== undefined) options.push([14, new ByteWriter(isBigEndian).u64(timeOffset).finish()]);
    return options;
  }

  #packet(packet: CapturedPacket, isBigEndian: boolean): Uint8Array {
    const {
      packetBlock = 'enhanced',
      timeResolution = 6,
      timeOffset = 0n,
      hasExtras = false,
    } = this.#options;
    const { idleInterfaces = 0 } = this.#options;
    const writer = new ByteWriter(isBigEndian);
    const units = timeUnits(packet.time - timeOffset * 1_000_000_000n, timeResolution);
    const high = Number(BigInt.asUintN(32, units >> 32n));
    const low = Number(BigInt.asUintN(32, units));
    const comment: readonly BlockOption[] = hasExtras ? [[1, textOctets('drawn by a script')]] : [];
    const number = packet.interface + idleInterfaces;
    const { length: captured } = packet.octets;
    switch (packetBlock) {
      case 'enhanced':
        writer.u32(number).u32(high).u32(low).u32(captured).u32(packet.length).octets(packet.octets).pad();
        writer.octets(optionOctets(isBigEndian, comment));
        return block(isBigEndian, BLOCKS.ENHANCED_PACKET, writer.finish());
      case 'obsolete':
        writer.u16(number).u16(0).u32(high).u32(low).u32(captured).u32(packet.length);
        writer.octets(packet.octets).pad().octets(optionOctets(isBigEndian, comment));
        return block(isBigEndian, BLOCKS.OBSOLETE_PACKET, writer.finish());
      case 'simple':
        if (number !== 0) throw new Error('a simple packet block belongs to interface 0');
        return block(
          isBigEndian,
          BLOCKS.SIMPLE_PACKET,
          writer.u32(packet.length).octets(packet.octets).finish(),
        );
    }
  }

  #extra(isBigEndian: boolean, index: number): void {
    const writer = new ByteWriter(isBigEndian);
    switch (index % 5) {
      case 0:
        writer
          .u16(1)
          .u16(9)
          .octets(Uint8Array.of(10, 0, 0, 1))
          .octets(textOctets('host\0'))
          .pad()
          .u32(0);
        return this.#add(block(isBigEndian, BLOCKS.NAME_RESOLUTION, writer.finish()));
      case 1:
        return this.#add(
          block(isBigEndian, BLOCKS.CUSTOM, writer.u32(32473).octets(textOctets('ours')).finish()),
        );
      case 2:
        writer.u32(32473).octets(textOctets('kept here'));
        return this.#add(block(isBigEndian, BLOCKS.CUSTOM_NOT_COPYABLE, writer.finish()));
      case 3:
        writer.u32(0x544c534b).u32(2).octets(textOctets('#\n'));
        return this.#add(block(isBigEndian, BLOCKS.DECRYPTION_SECRETS, writer.finish()));
      default:
        return this.#add(block(isBigEndian, 0x7fff_0123, textOctets('of a kind nobody knows')));
    }
  }

  #statistics(isBigEndian: boolean): void {
    const { dropped, hasExtras = false } = this.#options;
    if (dropped === undefined && !hasExtras) return;
    const value = new ByteWriter(isBigEndian).u64(dropped ?? 0n).finish();
    const writer = new ByteWriter(isBigEndian).u32(0).u32(0).u32(0);
    writer.octets(optionOctets(isBigEndian, dropped === undefined ? [] : [[5, value]]));
    this.#add(block(isBigEndian, BLOCKS.INTERFACE_STATISTICS, writer.finish()));
  }
}

/** Writes a capture as pcapng. */
export function writePcapng(capture: Capture, options: PcapngOptions = {}): WrittenCapture {
  return new PcapngWriter(capture, options).write();
}
