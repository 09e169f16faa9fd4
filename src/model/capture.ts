import { defineTable } from './table.ts';

/** A pcapng interface, or the one link type of a pcap file. */
export const INTERFACES = defineTable('interfaces', 6, {
  /** Offset in the file of its block (pcapng) or of the file header (pcap). */
  offset: 'f64',
  /** if_tsoffset, in seconds. */
  timeOffset: 'f64',
  /** Packets the interface statistics report as dropped; NaN where they say nothing. */
  dropped: 'f64',
  linkType: 'u32',
  snapLength: 'u32',
  /** Interned if_name, if_description; 0 absent. */
  name: 'u32',
  description: 'u32',
  /** Row of the file sections table. */
  section: 'u32',
  packets: 'u32',
  /** if_tsresol as in the file: 10^-n, or 2^-n with bit 7 set. */
  timeResolution: 'u8',
});

/** A section of a pcapng file (from its Section Header Block), or a whole pcap file. */
export const FILE_SECTIONS = defineTable('fileSections', 6, {
  /** Octets from the start of all files, one after another, to the section. */
  offset: 'f64',
  /** Row of the interfaces table of its interface 0, and how many it has. */
  firstInterface: 'u32',
  interfaces: 'u32',
  /** Row of the section in this table. */
  number: 'u32',
  /** {@link CaptureFormat}. */
  format: 'u8',
  isBigEndian: 'u8',
  /** pcap: its minor version; 4 where the major one is not 2. */
  minorVersion: 'u8',
});

/** The kind of capture file. */
export const CaptureFormat = { PCAP: 1, PCAP_NANOSECOND: 2, PCAP_KUZNETZOV: 3, PCAPNG: 4 } as const;

/** How a {@link CaptureFormat} is called in the report. */
export const FORMAT_NAMES: Readonly<Record<number, string>> = {
  [CaptureFormat.PCAP]: 'pcap',
  [CaptureFormat.PCAP_NANOSECOND]: 'pcap (nanoseconds)',
  [CaptureFormat.PCAP_KUZNETZOV]: 'pcap (modified, Kuznetzov)',
  [CaptureFormat.PCAPNG]: 'pcapng',
};
