import { defineTable } from './table.ts';

/** A pcapng interface, or the one link type of a pcap file. Texts are interned, 0 where absent; numbers are NaN where not told. */
export const INTERFACES = defineTable('interfaces', 6, {
  /** Offset in the file of its block (pcapng) or of the file header (pcap). */
  offset: 'f64',
  /** if_tsoffset, in seconds. */
  timeOffset: 'f64',
  /** if_speed, in bits a second. */
  speed: 'f64',
  /** Packets the interface statistics report as dropped, by the interface and by the system together. */
  dropped: 'f64',
  /** isb_ifrecv, isb_ifdrop, isb_filteraccept, isb_osdrop, isb_usrdeliv of the last statistics block: they count from its start. */
  received: 'f64',
  interfaceDropped: 'f64',
  filterAccepted: 'f64',
  systemDropped: 'f64',
  delivered: 'f64',
  /** isb_starttime and isb_endtime, in seconds since 1970. */
  countedFrom: 'f64',
  countedTo: 'f64',
  /** Sum of epb_dropcount: packets lost right before the packets that tell of them. */
  droppedBetween: 'f64',
  linkType: 'u32',
  snapLength: 'u32',
  /** if_name, if_description, if_os, if_hardware. */
  name: 'u32',
  description: 'u32',
  system: 'u32',
  hardware: 'u32',
  /** if_filter: the first octet says of what kind it is, 0 a filter of libpcap as text (pcapng draft section 4.2). */
  filter: 'u32',
  /** if_IPv4addr (address and mask), if_IPv6addr (address and prefix length), if_MACaddr: the octets as they stand. */
  ipv4Address: 'u32',
  ipv6Address: 'u32',
  macAddress: 'u32',
  /** Row of the file sections table. */
  section: 'u32',
  packets: 'u32',
  /** if_tsresol as in the file: 10^-n, or 2^-n with bit 7 set. */
  timeResolution: 'u8',
  /** if_fcslen, in octets (pcapng draft section 4.2); 255 where not told. */
  checkSequence: 'u8',
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
  /** shb_hardware, shb_os, shb_userappl: interned; 0 absent. */
  hardware: 'u32',
  system: 'u32',
  application: 'u32',
  /** {@link CaptureFormat}. */
  format: 'u8',
  isBigEndian: 'u8',
  /** pcap: its minor version; 4 where the major one is not 2. */
  minorVersion: 'u8',
});

/** Types of block that are read (pcapng draft section 11.1); others are counted only. */
export const BlockType = {
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  NAMES: 4,
  STATISTICS: 5,
  ENHANCED_PACKET: 6,
  SECRETS: 10,
  CUSTOM: 0x0bad,
  CUSTOM_NOT_COPYABLE: 0x40000bad,
  SECTION: 0x0a0d0d0a,
} as const;

/** The blocks of pcapng files, counted by type; custom ones by who defined them, too. */
export const BLOCKS = defineTable('blocks', 6, {
  /** Octets of all of them. */
  octets: 'f64',
  /** Type (pcapng draft section 11.1), named in {@link BLOCK_NAMES}. */
  type: 'u32',
  /** Private Enterprise Number (IANA) of custom blocks. */
  enterprise: 'u32',
  count: 'u32',
});

/** The options in blocks of pcapng files, counted by the block's type and the option's code. */
export const BLOCK_OPTIONS = defineTable('blockOptions', 6, {
  /** Type of the block. */
  block: 'u32',
  code: 'u32',
  /** Private Enterprise Number of custom options. */
  enterprise: 'u32',
  count: 'u32',
});

/** Comments (opt_comment) in pcapng files, in the order of the file. */
export const COMMENTS = defineTable('comments', 8, {
  /** Octets from the start of all files to the block. */
  offset: 'f64',
  /** Packet number, row of the interfaces table, or row of the file sections table: {@link CommentOn}. */
  subject: 'u32',
  text: 'u32',
  /** {@link CommentOn}. */
  on: 'u8',
});

/** What a comment is about. A comment on statistics is about their interface; OTHER ones (names, secrets) about their section. */
export const CommentOn = { SECTION: 1, INTERFACE: 2, PACKET: 3, STATISTICS: 4, OTHER: 5 } as const;

/** Names of addresses in name resolution blocks. Whoever wrote the capture chose them: they prove nothing. */
export const RESOLVED_NAMES = defineTable('resolvedNames', 8, {
  /** The address as in the addresses table: IPv4 in word3; MAC addresses in word2 and word3. */
  word0: 'u32',
  word1: 'u32',
  word2: 'u32',
  word3: 'u32',
  name: 'u32',
  /** {@link AddressKind}. */
  kind: 'u8',
});

/** The kinds of address that are given names (record types of the pcapng draft section 4.5). */
export const AddressKind = { IPV4: 1, IPV6: 2, EUI48: 3, EUI64: 4 } as const;

/** Decryption secrets in pcapng files: where they are. */
export const SECRETS = defineTable('secrets', 6, {
  /** Octets from the start of all files to the secrets themselves, and how many there are. */
  offset: 'f64',
  octets: 'f64',
  /** {@link SecretsType}, or another number. */
  type: 'u32',
});

/** Types of decryption secrets (pcapng draft section 4.7). */
export const SecretsType = {
  TLS_KEY_LOG: 0x544c534b,
  SSH_KEY_LOG: 0x5353484b,
  WIREGUARD_KEY_LOG: 0x57474b4c,
  ZIGBEE_NETWORK_KEY: 0x5a4e574b,
  ZIGBEE_APPLICATION_KEY: 0x5a41504b,
} as const;

/** The kind of capture file. */
export const CaptureFormat = {
  PCAP: 1,
  PCAP_NANOSECOND: 2,
  PCAP_KUZNETZOV: 3,
  PCAPNG: 4,
  /** IXIA's hardware and software capture: pcap with the octets of all records in its header. */
  PCAP_IXIA_HARDWARE: 5,
  PCAP_IXIA_SOFTWARE: 6,
  /** Patched versions of libpcap, with longer record headers behind the magic numbers of 1 and 3: Red Hat 6.1, Nokia IPSO, SuSE 6.3. */
  PCAP_RED_HAT: 7,
  PCAP_NOKIA: 8,
  PCAP_SUSE: 9,
} as const;

/** How a {@link CaptureFormat} is called in the report. */
export const FORMAT_NAMES: Readonly<Record<number, string>> = {
  [CaptureFormat.PCAP]: 'pcap',
  [CaptureFormat.PCAP_NANOSECOND]: 'pcap (nanoseconds)',
  [CaptureFormat.PCAP_KUZNETZOV]: 'pcap (modified, Kuznetzov)',
  [CaptureFormat.PCAPNG]: 'pcapng',
  [CaptureFormat.PCAP_IXIA_HARDWARE]: 'pcap (IXIA, hardware)',
  [CaptureFormat.PCAP_IXIA_SOFTWARE]: 'pcap (IXIA, software)',
  [CaptureFormat.PCAP_RED_HAT]: 'pcap (modified, Red Hat 6.1)',
  [CaptureFormat.PCAP_NOKIA]: 'pcap (modified, Nokia)',
  [CaptureFormat.PCAP_SUSE]: 'pcap (modified, SuSE 6.3)',
};
